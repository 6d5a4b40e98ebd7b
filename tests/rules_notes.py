"""What the note of a result says."""

from __future__ import annotations

from coverage.messages import Message


def said_of(message: Message | None) -> dict[str, object]:
    """Return the ids of the messages joined in one, with their counts."""
    if message is None:
        return {}
    if message.id != "rules.joined":
        return {message.id: message.values.get("count")}
    first, then = message.values["first"], message.values["then"]
    assert isinstance(first, Message)
    assert isinstance(then, Message)
    return said_of(first) | said_of(then)
