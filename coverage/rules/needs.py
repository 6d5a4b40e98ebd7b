"""Which columns of the county's tables a rule is tested with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from coverage.county.words import TABLES, Column, columns
from coverage.rules.evidence.access import goal_of
from coverage.rules.model.conditions import parse, parse_region, parse_thing
from coverage.rules.model.parameters import (
    PARAMETERS,
    Density,
    PerPopulation,
    Presence,
    ResponseTime,
    Service,
)
from coverage.rules.model.rule import VILLAGE_KINDS, KindParameters, Rule

_PLACE: Final = ("facilities.lon", "facilities.lat")
_CONDITIONS: Final = (
    "facility_where",
    "alternative_where",
    "quality",
    "special_where",
    "special_quality",
    "each_quality",
)
_NUMBERS: Final = ("column", "sum_column", "numerator_column", "denominator_column")


def needed_columns(rule: Rule) -> tuple[Column, ...]:
    """Return the columns that `rule` reads, in the order of ``data/columns.csv``.

    They are told from the rule's parameters. Columns that every county must give whatever is
    asked (``required`` in the dictionary) are left out.
    """
    stated = PARAMETERS[rule.kind].of(rule)
    named = {*_of_kind(stated), *_of_parameters(stated), *_of_access(rule)}
    return tuple(
        column
        for table in TABLES
        for column in columns()[table]
        if f"{table}.{column.column}" in named and column.required != "yes"
    )


def _of_parameters(stated: KindParameters) -> Iterator[str]:
    """Give the columns that the parameters name."""
    for name in _CONDITIONS:
        yield from _conditions(getattr(stated, name, ()))
    for name in _NUMBERS:
        if column := getattr(stated, name, ""):
            yield f"facilities.{column}"
    if isinstance(stated, Presence):
        for text in stated.region_where:
            yield f"facilities.{parse_region(text)[1].column}"
        yield from _conditions(parse_thing(text).condition for text in stated.things)
        if any(parse_thing(text).place for text in stated.things):
            yield from ("facilities.township", *_PLACE)
        if stated.village_column:
            yield f"villages.{stated.village_column}"


def _of_kind(stated: KindParameters) -> Iterator[str]:
    """Give the columns that evaluators read without being told."""
    if isinstance(stated, ResponseTime):
        yield from ("villages.area_class", *_PLACE)
        if stated.direction == "from_facility":
            yield "facilities.ambulances"
    elif isinstance(stated, Service):
        yield from ("villages.kind", "villages.service_mode", "villages.serving_facility")
        yield from ("facilities.village", *_PLACE)
    elif isinstance(stated, Presence) and stated.village_column:
        yield "villages.kind"
    elif isinstance(stated, Presence) and VILLAGE_KINDS.intersection(stated.unit_kinds):
        yield from ("villages.kind", "facilities.village", *_PLACE)
    elif isinstance(stated, Presence | PerPopulation):
        if isinstance(stated, PerPopulation):
            yield "townships.population"
        if stated.unit_kinds:
            yield from ("facilities.township", *_PLACE)
    elif isinstance(stated, Density):
        yield from ("townships.population", "facilities.township", *_PLACE)


def _of_access(rule: Rule) -> Iterator[str]:
    goal = goal_of(rule)
    if goal is None:
        return
    yield from _conditions(goal.facility_where)
    yield from _PLACE
    if goal.named_units:
        yield "facilities.village" if goal.of_villages else "facilities.township"
    if goal.serving:
        yield "villages.serving_facility"


def _conditions(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield f"facilities.{parse(text).column}"
