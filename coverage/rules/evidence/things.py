"""Rules that name several things, each of which must be there: some of them in a named place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coverage.county.model import County
from coverage.rules.evidence.choice import Choice, blank_columns, chosen
from coverage.rules.evidence.compare import BoolArray, known_sum
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.evidence.units import township_of, township_residents, whole_county
from coverage.rules.evidence.verdicts import blank_notes, bounded, combined, counted, joined
from coverage.rules.model.conditions import Thing, parse_thing
from coverage.rules.model.parameters import Presence
from coverage.rules.model.results import RuleResult, UnitResult
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


def things_in(asked: Presence, region: str) -> tuple[Thing, ...]:
    """Return the things that are asked of `region`."""
    return tuple(t for t in map(parse_thing, asked.things) if region.startswith(t.region))


def evaluate_things(
    rule: Rule, asked: Presence, wanted: Sequence[Thing], county: County
) -> RuleResult:
    """Return how many of the things are there, and how many there must be: a row for each place."""
    places = _places(wanted, county)
    stands_in = township_of(county)
    units = []
    open_rows = np.zeros(len(county.facilities), dtype=bool)
    for place in places:
        here = np.ones(len(stands_in), bool) if place.row == _COUNTY else stands_in == place.row
        choices = [_of(thing, asked, county, here) for thing in place.things]
        units.append(_unit(place, choices, asked.minimum, county))
        for choice in choices:
            open_rows |= choice.unknown & (choice.yes.sum() < asked.minimum)
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    columns = [*asked.facility_where, *(thing.condition for thing in wanted)]
    blank = blank_columns(county.facilities, columns, open_rows) if is_open else ()
    absent = [place.name for place in places if place.row is None]
    nothing_known = any(county.facilities[name].isna().all() for name in blank)
    lacking = [unit.verdict == "unmet" for unit in units]
    residents = _residents(places, county)
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if nothing_known else float(sum(unit.observed for unit in units)),
        required=float(len(wanted)),
        unit=rule.unit,
        population_total=float(np.nansum(residents)),
        population_short=math.nan if is_open else known_sum(residents[lacking]),
        shortfall=math.nan
        if is_open
        else float(sum(unit.shortfall for unit in units if unit.verdict == "unmet")),
        note=joined(
            [
                *blank_notes(county.facilities, blank, open_rows),
                counted("rules.named_unit_missing", len(absent), names=", ".join(absent)),
            ]
        ),
        units=tuple(units),
        missing_columns=tuple(f"facilities.{name}" for name in blank),
        bound="at_least" if any(unit.bound != "exact" for unit in units) else "exact",
    )


def _places(wanted: Sequence[Thing], county: County) -> list[_Place]:
    """Return the places of the things, in the order in which the rule names them."""
    names = dict.fromkeys(thing.place for thing in wanted)
    townships = county.townships["name"].astype(str).tolist()
    places = []
    for name in names:
        here = tuple(thing for thing in wanted if thing.place == name)
        found = rows_named(townships, name) if name else [_COUNTY]
        places.append(_Place(name, int(found[0]) if len(found) else None, here))
    return places


def _of(thing: Thing, asked: Presence, county: County, here: BoolArray) -> Choice:
    found = chosen(county, asked.facility_kinds, (*asked.facility_where, thing.condition))
    return Choice(found.yes & here, found.unknown & here)


def _unit(place: _Place, choices: Sequence[Choice], minimum: int, county: County) -> UnitResult:
    there = sum(int(choice.yes.sum()) >= minimum for choice in choices)
    perhaps = sum(int(choice.possible.sum()) >= minimum for choice in choices)
    required = float(len(choices))
    identity = county.config.county
    code, name = identity.code, identity.name
    if place.row != _COUNTY:
        code, name = "", place.name
    if place.row is not None and place.row >= 0:
        code, name = (str(county.townships[c].iloc[place.row]) for c in ("code", "name"))
    return UnitResult(
        code,
        name,
        bounded(there, perhaps, required),
        float(there),
        required,
        max(0.0, required - there),
        bound="at_least" if perhaps > there else "exact",
    )


def _residents(places: Sequence[_Place], county: County) -> np.ndarray:
    """Return the residents of each place, NaN where not known."""
    of_units = township_residents(county)["residents"].to_numpy(float)
    of_county = float(whole_county(county)["residents"].iloc[0])
    return np.array(
        [
            math.nan
            if place.row is None
            else of_county
            if place.row == _COUNTY
            else of_units[place.row]
            for place in places
        ]
    )
