"""Verdicts of units put together, and sentences put one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce

import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.compare import BoolArray
from coverage.rules.model import Verdict


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


def bounded(least: float, most: float, required: float) -> Verdict:
    """Return the verdict on a figure of which only the bounds are known."""
    if least >= required:
        return "met"
    return "unmet" if most < required else "not_assessable"


def joined(messages: Iterable[Message | None]) -> Message | None:
    """Return one message that says all of `messages`, None if there is none."""
    said = [message for message in messages if message is not None]
    if not said:
        return None
    return reduce(lambda first, then: Message("rules.joined", {"first": first, "then": then}), said)


def counted(message_id: str, count: int, **values: object) -> Message | None:
    """Return the message with its ``count``, or None where there is nothing to count."""
    return Message(message_id, {"count": count, **values}) if count else None


def blank_notes(
    table: pd.DataFrame, columns: Iterable[str], rows: BoolArray, *, villages: bool = False
) -> list[Message | None]:
    """Return for each of `columns` that it is wholly blank, or how many of `rows` leave it so.

    Parameters
    ----------
    table
        The facilities, or with `villages` the villages.
    """
    notes: list[Message | None] = []
    for column in columns:
        if table[column].isna().all():
            missing = "rules.village_column_missing" if villages else "rules.column_missing"
            notes.append(Message(missing, {"column": column}))
            continue
        blank = int(table.loc[rows, column].isna().sum())
        some = "rules.village_cells_blank" if villages else "rules.cells_blank"
        notes.append(counted(some, blank, column=column))
    return notes


def silent_facilities(county: County, column: str, kinds: Collection[str]) -> int:
    """Return how many facilities of `kinds` should state `column` and leave it blank."""
    facilities = county.facilities
    return int((facilities["kind"].isin(list(kinds)) & facilities[column].isna()).sum())


def unknown_residents(are: bool) -> tuple[str, ...]:
    """Return the column that is missing where the residents are not known."""
    return ("townships.population",) if are else ()
