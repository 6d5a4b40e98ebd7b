"""Verdicts of units put together, and sentences put one after the other."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from functools import reduce

import pandas as pd

from coverage.county.words import column_title
from coverage.messages import Message
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.model.results import UnitResult, Verdict
from coverage.rules.model.rule import Rule


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the county's verdict from its units'.

    One unit that fails settles it; else one that cannot be assessed leaves it open; else one
    that passes is enough, for the rule does not address the others.
    """
    among = set(verdicts)
    for verdict in ("unmet", "not_assessable", "met"):
        if verdict in among:
            return verdict
    return "not_applicable"


def is_reported_only(rule: Rule) -> bool:
    """Return whether nobody owes the figure of `rule`: its parameter ``judged`` says no."""
    judged = rule.parameters.get("judged")
    return judged is not None and judged.value is False


def not_applicable_unit(code: str, name: str, observed: float = math.nan) -> UnitResult:
    """Return the row of a unit that the rule does not ask, with what there is."""
    return UnitResult(code, name, "not_applicable", observed, math.nan, math.nan)


def joined(messages: Iterable[Message | None]) -> Message | None:
    """Return one message that says all of `messages`, None if there is none."""
    said = [message for message in messages if message is not None]
    if not said:
        return None
    return reduce(lambda first, then: Message("rules.joined", {"first": first, "then": then}), said)


def says(message: Message | None, ids: Collection[str]) -> bool:
    """Return whether a message, or one that it puts together, is one of `ids`."""
    if message is None:
        return False
    parts = dict(message.values)
    inner = (part for part in parts.values() if isinstance(part, Message))
    return message.id in ids or any(says(part, ids) for part in inner)


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
        title = column_title("villages" if villages else "facilities", column)
        if table[column].isna().all():
            missing = "rules.village_column_missing" if villages else "rules.column_missing"
            notes.append(Message(missing, {"column": title}))
            continue
        blank = int(table.loc[rows, column].isna().sum())
        some = "rules.village_cells_blank" if villages else "rules.cells_blank"
        notes.append(counted(some, blank, column=title))
    return notes


def silent_facilities(
    facilities: pd.DataFrame, rows: BoolArray, column: str, kinds: Collection[str]
) -> int:
    """Return how many of the facilities `rows` are of `kinds` and leave `column` blank.

    The kinds are those that should state it; a facility of which the rule does not speak need
    not.
    """
    silent = facilities["kind"].isin(list(kinds)) & facilities[column].isna()
    return int((silent & rows).sum())


def bound_note(column: str, blank: BoolArray) -> Message | None:
    """Return how many leave the facility column `column` blank, so that a figure is a bound."""
    if not column:
        return None
    title = column_title("facilities", column)
    return counted("rules.number_unknown", int(blank.sum()), column=title)


def residents_notes(places: pd.DataFrame, *, is_open: bool) -> list[Message | None]:
    """Return how many villages, and how many units, leave it open how many residents there are.

    Parameters
    ----------
    places
        The units that the rule addresses, or the county, with the columns of
        `coverage.rules.evidence.residents`.
    is_open
        Whether that leaves the verdict open; else it is certain whatever they are.
    """
    said = "rules.residents_open" if is_open else "rules.residents_least"
    return [
        counted(said, int(places["silent_villages"].sum())),
        counted("rules.units_population_unknown", int(places["silent_units"].sum())),
    ]


def residents_columns(places: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that would tell how many residents `places` have, where it is open.

    A unit whose villages leave it blank is cured by these; one without a village by its own.
    """
    tables = {"villages": "silent_villages", "townships": "silent_units"}
    return tuple(f"{table}.population" for table, n in tables.items() if places[n].any())
