"""How long work tells that it goes on, and how it is ended."""

from __future__ import annotations

from collections.abc import Callable

from coverage.messages import Message

Progress = Callable[[Message], None]
"""Is told the step that begins, and the same step again while a long one goes on.

`coverage.problems.StoppedError` raised by it ends the work; nothing is kept of it then.
"""


def no_progress(step: Message) -> None:
    """Tell nobody."""
