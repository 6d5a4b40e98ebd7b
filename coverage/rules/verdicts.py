"""Verdicts of units put together, and sentences put one after the other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce

from coverage.messages import Message
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the county's verdict from its units'.

    One unit that fails settles it; else one that cannot be assessed leaves it open; else one
    that passes is enough, for the others are not asked.
    """
    found = set(verdicts)
    for verdict in ("unmet", "not_assessable", "met"):
        if verdict in found:
            return verdict
    return "not_applicable"


def joined(messages: Iterable[Message | None]) -> Message | None:
    """Return one message that says all of `messages`, None if there is none."""
    said = [message for message in messages if message is not None]
    if not said:
        return None
    return reduce(lambda first, then: Message("rules.joined", {"first": first, "then": then}), said)


def counted(message_id: str, count: int, **values: object) -> Message | None:
    """Return the message with its ``count``, or None where there is nothing to count."""
    return Message(message_id, {"count": count, **values}) if count else None


def not_assessable(
    rule: Rule,
    *,
    required: float,
    population_total: float,
    column: str,
    notes: Sequence[Message | None] = (),
    units: Sequence[UnitResult] = (),
) -> RuleResult:
    """Return the result for a county that lacks the column a rule needs."""
    return RuleResult(
        rule=rule,
        verdict="not_assessable",
        observed=math.nan,
        required=required,
        unit=rule.unit,
        population_total=population_total,
        population_short=math.nan,
        shortfall=math.nan,
        note=joined([Message("rules.column_missing", {"column": column}), *notes]),
        units=tuple(units),
    )
