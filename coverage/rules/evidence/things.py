"""Several things that must each be there: some of them in a named place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coverage.rules.evidence.bounds import Bounds, Mask, judged_unit
from coverage.rules.evidence.compare import known_sum
from coverage.rules.evidence.facility_masks import blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.evidence.verdicts import blank_notes, combined, counted, joined
from coverage.rules.model.conditions import Thing
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule

_COUNTY: Final = -1


@dataclass(frozen=True)
class _Place:
    """One named place, or the county, and what is wanted there.

    Attributes
    ----------
    row
        Position in the county's townships, `_COUNTY` for the county as a whole; None where the
        county has no place of that name.
    """

    name: str
    row: int | None
    things: tuple[Thing, ...]


def evaluate_things(
    rule: Rule, stated: KindParameters, things: Sequence[Thing], minimum: int, facts: CountyFacts
) -> RuleResult:
    """Return how many of the things are there, and how many there must be: a row for each place.

    Parameters
    ----------
    stated
        What a facility must be besides.
    minimum
        How many facilities must be each thing.
    """
    facilities = facts.county.facilities
    places = _places(things, facts)
    units, there = [], []
    undecided = np.zeros(len(facilities), dtype=bool)
    for place in places:
        masks = [_mask(thing, stated, place, facts) for thing in place.things]
        there.append(_there(masks, minimum))
        required = Bounds.exactly(len(masks))
        units.append(judged_unit(*_identity(place, facts), there[-1], required))
        for mask in masks:
            undecided |= mask.undecided & (mask.count().least < minimum)
    total = Bounds(sum(one.least for one in there), sum(one.most for one in there))
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    conditions = [*stated.facility_where, *(thing.condition for thing in things)]
    blank = blank_columns(facilities, conditions, undecided) if is_open else ()
    absent = [place.name for place in places if place.row is None]
    nothing_known = any(facilities[name].isna().all() for name in blank)
    lacking = [unit for unit in units if unit.verdict == "unmet"]
    residents = np.array([_residents(place, facts) for place in places])
    short = residents[[unit.verdict == "unmet" for unit in units]]
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if nothing_known else total.shown(verdict),
        required=float(len(things)),
        unit=rule.unit,
        population_total=float(np.nansum(residents)),
        population_short=math.nan if is_open else known_sum(short),
        shortfall=math.nan if is_open else float(sum(unit.shortfall for unit in lacking)),
        note=joined(
            [
                *blank_notes(facilities, blank, undecided),
                counted("rules.named_unit_missing", len(absent), names=", ".join(absent)),
            ]
        ),
        units=tuple(units),
        missing_columns=tuple(f"facilities.{name}" for name in blank),
        bound=total.bound(verdict),
    )


def _places(things: Sequence[Thing], facts: CountyFacts) -> list[_Place]:
    """Return the places of the things, in the order in which the rule names them."""
    names = dict.fromkeys(thing.place for thing in things)
    townships = facts.county.townships["name"].astype(str).tolist()
    places = []
    for name in names:
        here = tuple(thing for thing in things if thing.place == name)
        rows = rows_named(townships, name) if name else [_COUNTY]
        places.append(_Place(name, int(rows[0]) if len(rows) else None, here))
    return places


def _mask(thing: Thing, stated: KindParameters, place: _Place, facts: CountyFacts) -> Mask:
    """Return which facilities are the thing, in its place."""
    conditions = (*stated.facility_where, thing.condition)
    mask = facts.facility_mask(stated.facility_kinds, conditions)
    if place.row == _COUNTY:
        return mask
    return mask & Mask.known(facts.townships_of_facilities == place.row)


def _there(masks: Sequence[Mask], minimum: int) -> Bounds:
    """Return how many of the things are there: each in so many facilities at least."""
    counts = [mask.count() for mask in masks]
    return Bounds(
        sum(count.least >= minimum for count in counts),
        sum(count.most >= minimum for count in counts),
    )


def _identity(place: _Place, facts: CountyFacts) -> tuple[str, str]:
    """Return code and name of the place; no code where the county does not have it."""
    if place.row is None:
        return "", place.name
    if place.row == _COUNTY:
        identity = facts.county.config.county
        return identity.code, identity.name
    townships = facts.county.townships
    return str(townships["code"].iloc[place.row]), str(townships["name"].iloc[place.row])


def _residents(place: _Place, facts: CountyFacts) -> float:
    """Return the residents of the place, NaN where not known."""
    if place.row is None:
        return math.nan
    if place.row == _COUNTY:
        return float(facts.whole["residents"].iloc[0])
    return float(facts.township_population.iloc[place.row])
