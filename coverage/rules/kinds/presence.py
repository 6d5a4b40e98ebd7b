"""Rules that want so many of something in each township, in each village, or in the county."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.county.words import fold
from coverage.messages import Message
from coverage.rules.evidence.amounts import amounts_of
from coverage.rules.evidence.choice import Choice, blank_columns, chosen, stated
from coverage.rules.evidence.compare import BoolArray, FloatArray, known_sum
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.evidence.things import evaluate_things, things_in
from coverage.rules.evidence.units import (
    NOWHERE,
    IntArray,
    all_known,
    region_of,
    summed,
    township_of,
    township_of_village,
    township_residents,
    village_of,
    whole_county,
)
from coverage.rules.evidence.verdicts import (
    blank_notes,
    bound_note,
    bound_of,
    bounded,
    combined,
    counted,
    joined,
    not_asked,
)
from coverage.rules.model.conditions import parse_region
from coverage.rules.model.parameters import Presence
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import VILLAGE_KINDS, Rule


@dataclass(frozen=True)
class _Tally:
    """How many of the thing stand where.

    Attributes
    ----------
    stands_in
        Position of each row's unit, `NOWHERE` where it has none.
    known
        How many each row adds for certain.
    perhaps
        How many more it may add.
    blank
        Which rows should state a number and do not.
    """

    stands_in: IntArray
    known: FloatArray
    perhaps: FloatArray
    blank: BoolArray


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return the number of units that have enough, and how many there are.

    A rule of the county as a whole gives how many there are, and how many there must be.
    """
    asked = Presence.of(rule)
    region = region_of(county, evidence)
    if wanted := things_in(asked, region):
        return evaluate_things(rule, asked, wanted, county)
    where = _where(asked, region)
    choice, missing = _chosen(asked, where, county)
    places = _places(asked, county)
    tally = _tally(asked, county, choice)
    is_unit = _asked(rule, asked, places)
    units = _units(places, is_unit, tally, asked.minimum)
    absent = _absent(asked, places)
    verdict = combined(unit.verdict for unit in (*units, *absent))
    residents = places.loc[is_unit, "residents"].to_numpy(float)
    certain = all_known(places[is_unit])
    lacking = np.array([unit.verdict == "unmet" for unit in units], dtype=bool)
    table = county.villages if asked.village_column else county.facilities
    rows = np.ones(len(table), bool) if asked.village_column else _rows(choice, tally)
    blank = _blank(asked, county, where, rows) if verdict == "not_assessable" else ()
    is_open = verdict == "not_assessable"
    observed = _observed(asked, units)
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if any(table[name].isna().all() for name in blank) else observed,
        required=float(len(units) + len(absent)) if asked.unit_kinds else float(asked.minimum),
        unit=rule.unit,
        population_total=float(np.nansum(residents)),
        population_short=math.nan if is_open else known_sum(residents[lacking]),
        shortfall=math.nan if is_open else _shortfall(asked, (*units, *absent)),
        note=joined(
            [
                *blank_notes(table, blank, rows, villages=bool(asked.village_column)),
                *_facility_notes(asked, county, tally, is_unit, is_open=is_open),
                counted("rules.named_unit_missing", len(absent), names=_names(absent)),
                missing,
                counted("rules.short_population_unknown", int((~certain[lacking]).sum())),
            ]
        ),
        units=(*units, *absent, *_outside(rule, asked, places, tally)),
        missing_columns=tuple(
            f"{'villages' if asked.village_column else 'facilities'}.{name}" for name in blank
        ),
        bound=_bound(asked, verdict, units, tally),
    )


def _rows(choice: Choice, tally: _Tally) -> BoolArray:
    """Return which facilities leave something open."""
    rows = choice.unknown.copy()
    rows[np.flatnonzero(choice.possible)[tally.blank]] = True
    return rows if tally.blank.any() else choice.possible


def _where(asked: Presence, region: str) -> tuple[str, ...]:
    """Return the conditions that hold in `region`: of several prefixes, the longest's."""
    fitting = [text for text in asked.region_where if region.startswith(parse_region(text)[0])]
    if not fitting:
        return asked.facility_where
    longest = max((parse_region(text)[0] for text in fitting), key=len)
    return tuple(
        text.partition(":")[2].strip() for text in fitting if parse_region(text)[0] == longest
    )


def _chosen(
    asked: Presence, where: tuple[str, ...], county: County
) -> tuple[Choice, Message | None]:
    """Return the facilities that count, and that none has the name that the rule asks for."""
    choice = chosen(county, asked.facility_kinds, where)
    if asked.alternative_where:
        other = chosen(county, asked.facility_kinds, asked.alternative_where)
        yes = choice.yes | other.yes
        choice = Choice(yes, (choice.possible | other.possible) & ~yes)
    if not asked.named_facilities:
        return choice, None
    wanted = [fold(name) for name in asked.named_facilities]
    of_kind = chosen(county, asked.facility_kinds, ()).yes
    names = county.facilities["name"].astype(str).map(fold)
    named = np.array([any(w in name for w in wanted) for name in names], dtype=bool) & of_kind
    if not named.any():
        told = Message("rules.named_facility_missing", {"name": asked.named_facilities[0]})
        return choice, told if of_kind.any() else None
    return Choice(choice.yes & named, choice.unknown & named), None


def _of_villages(asked: Presence) -> bool:
    return bool(asked.unit_kinds) and VILLAGE_KINDS.issuperset(asked.unit_kinds)


def _places(asked: Presence, county: County) -> pd.DataFrame:
    if not asked.unit_kinds:
        return whole_county(county)
    if _of_villages(asked):
        return county.villages.assign(
            residents=county.villages["population"],
            silent_villages=county.villages["population"].isna().astype(np.int64),
            silent_units=0,
        )
    return county.townships.join(township_residents(county))


def _asked(rule: Rule, asked: Presence, places: pd.DataFrame) -> BoolArray:
    """Return which places the rule asks."""
    if not asked.unit_kinds:
        return np.ones(1, dtype=bool)
    if asked.named_units:
        return _named(asked, places)
    is_unit = places["kind"].isin(asked.unit_kinds).to_numpy(bool)
    if _of_villages(asked) and rule.scope.area_classes:
        is_unit = is_unit & places["area_class"].isin(rule.scope.area_classes).to_numpy(bool)
    return is_unit


def _named(asked: Presence, places: pd.DataFrame) -> BoolArray:
    """Return which of `places` the rule names."""
    named = np.zeros(len(places), dtype=bool)
    for name in asked.named_units:
        named[rows_named(places["name"].astype(str).tolist(), name)] = True
    return named


def _outside(
    rule: Rule, asked: Presence, places: pd.DataFrame, tally: _Tally
) -> tuple[UnitResult, ...]:
    """Return a row for each village of the kinds asked that is of another area class."""
    if asked.named_units or not (_of_villages(asked) and rule.scope.area_classes):
        return ()
    of_kind = places["kind"].isin(asked.unit_kinds).to_numpy(bool)
    known = summed(tally.known, tally.stands_in, len(places))
    return tuple(
        not_asked(str(places["code"].iloc[row]), str(places["name"].iloc[row]), float(known[row]))
        for row in np.flatnonzero(of_kind & ~_asked(rule, asked, places))
    )


def _absent(asked: Presence, places: pd.DataFrame) -> tuple[UnitResult, ...]:
    """Return a row for each named unit that the county does not have."""
    there = places["name"].astype(str).tolist()
    least = float(asked.minimum)
    return tuple(
        UnitResult("", name, "unmet", 0.0, least, least)
        for name in asked.named_units
        if not len(rows_named(there, name))
    )


def _tally(asked: Presence, county: County, choice: Choice) -> _Tally:
    if asked.village_column:
        said = stated(county.villages[asked.village_column])
        if _of_villages(asked):
            stands_in: IntArray = np.arange(len(county.villages), dtype=np.int64)
        else:
            stands_in = township_of_village(county)
        if not asked.unit_kinds:
            stands_in = np.zeros(len(county.villages), dtype=np.int64)
        none_blank = np.zeros(len(county.villages), dtype=bool)
        return _Tally(stands_in, said.yes.astype(float), said.unknown.astype(float), none_blank)
    if not asked.unit_kinds:
        stands_in = np.zeros(int(choice.possible.sum()), dtype=np.int64)
    elif _of_villages(asked):
        stands_in = village_of(county, choice.possible, asked.max_match_m)
    else:
        stands_in = township_of(county)[choice.possible]
    adds = amounts_of(county.facilities, choice, asked.sum_column, asked.expected_kinds)
    return _Tally(stands_in, adds.known, adds.perhaps, adds.blank)


def _units(
    places: pd.DataFrame, is_unit: BoolArray, tally: _Tally, minimum: int
) -> tuple[UnitResult, ...]:
    known = summed(tally.known, tally.stands_in, len(places))
    most = known + summed(tally.perhaps, tally.stands_in, len(places))
    codes, names = places["code"].tolist(), places["name"].tolist()
    return tuple(
        _unit(str(codes[row]), str(names[row]), float(known[row]), float(most[row]), minimum)
        for row in np.flatnonzero(is_unit).tolist()
    )


def _unit(code: str, name: str, least: float, most: float, minimum: int) -> UnitResult:
    """Return the row of a unit: the least that it has, or the most where even that is too few."""
    verdict = bounded(least, most, minimum)
    told = most if verdict == "unmet" else least
    return UnitResult(
        code,
        name,
        verdict,
        told,
        float(minimum),
        max(0.0, minimum - told),
        bound=bound_of(verdict, least, most),
    )


def _bound(
    asked: Presence, verdict: Verdict, units: tuple[UnitResult, ...], tally: _Tally
) -> Bound:
    """Return what the number told is where cells are blank."""
    if asked.unit_kinds:
        is_open = any(unit.verdict == "not_assessable" for unit in units)
        return "at_least" if is_open else "exact"
    if not tally.perhaps.any():
        return "exact"
    return "at_most" if verdict == "unmet" else "at_least"


def _observed(asked: Presence, units: tuple[UnitResult, ...]) -> float:
    if not asked.unit_kinds:
        return units[0].observed
    return float(sum(unit.verdict == "met" for unit in units))


def _shortfall(asked: Presence, units: tuple[UnitResult, ...]) -> float:
    if not asked.unit_kinds:
        return units[0].shortfall
    return float(sum(unit.verdict == "unmet" for unit in units))


def _blank(
    asked: Presence, county: County, where: tuple[str, ...], rows: BoolArray
) -> tuple[str, ...]:
    """Return the columns whose blanks leave the verdict open."""
    if asked.village_column:
        return (asked.village_column,)
    also = [asked.sum_column] if asked.sum_column else []
    where = (*where, *asked.alternative_where)
    return blank_columns(county.facilities, where, rows, also)


def _facility_notes(
    asked: Presence, county: County, tally: _Tally, is_unit: BoolArray, *, is_open: bool
) -> list[Message | None]:
    if asked.village_column:
        return []
    of_kind = county.facilities["kind"].isin(asked.facility_kinds) | (not asked.facility_kinds)
    placed = tally.stands_in[tally.stands_in != NOWHERE]
    return [
        Message("rules.no_such_facility") if is_unit.any() and not of_kind.any() else None,
        None if is_open else bound_note(asked.sum_column, tally.blank),
        counted("rules.unmatched", int((tally.stands_in == NOWHERE).sum())),
        counted("rules.stands_elsewhere", int((~is_unit[placed]).sum())),
    ]


def _names(units: tuple[UnitResult, ...]) -> str:
    return ", ".join(unit.name for unit in units)
