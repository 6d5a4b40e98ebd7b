"""Rules that want so many facilities or vehicles for so many residents."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.evidence.amounts import amounts_of, open_rows
from coverage.rules.evidence.choice import blank_columns, chosen
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.units import (
    NOWHERE,
    IntArray,
    all_known,
    summed,
    township_of,
    township_residents,
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
    residents_columns,
    residents_notes,
)
from coverage.rules.model.county_kind import county_kind
from coverage.rules.model.parameters import PerPopulation
from coverage.rules.model.results import RuleResult, UnitResult
from coverage.rules.model.rule import Rule


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are and how many residents call for, by unit and in the county.

    Where residents are not known, those that are call for at least so many: too few for them are
    too few, and nothing else is certain.
    """
    asked = PerPopulation.of(rule)
    factor = _factor(asked, county.config.county.code)
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    places, is_unit, stands_in = _places(asked, county, choice.possible)
    residents = places.loc[is_unit, "residents"].to_numpy(float)
    required = np.array([_required(asked, factor, people) for people in residents])
    silent = bool(asked.column) and bool(county.facilities[asked.column].isna().all())
    adds = amounts_of(county.facilities, choice, asked.column, asked.expected_kinds)
    observed = summed(adds.known, stands_in, len(places))[is_unit]
    more = np.inf if silent else summed(adds.perhaps, stands_in, len(places))[is_unit]
    most = observed + more
    asked_places = places[is_unit]
    certain = all_known(asked_places)
    units = _units(asked_places, observed, most, required, certain)
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    applies = required > 0
    may_be_enough = applies & (observed < required) & (most >= required)
    # Where a unit has too few even at most, that is what it falls short by.
    fails = applies & (most < required)
    short = np.maximum(residents - most * asked.per / float(factor), 0.0)[fails]
    lacking = (required - most)[fails]
    at_most = verdict == "unmet" and bool(np.isfinite(most[applies]).all())
    told = float((most if at_most else observed)[applies].sum())
    is_exact = not (most > observed)[applies].any()
    rows = open_rows(choice, adds) if adds.blank.any() else choice.possible
    blank = _blank(asked, county, rows) if is_open and may_be_enough.any() else ()
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if is_open and silent else told,
        required=float(required[applies].sum()),
        unit=rule.unit,
        population_total=float(residents[applies].sum()),
        population_short=math.nan if is_open else float(short.sum()),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(county.facilities, blank, rows),
                None if is_open and silent else _factor_note(factor),
                None if is_open else bound_note(asked.column, adds.blank),
                counted("rules.unmatched", int((stands_in == NOWHERE).sum())),
                *residents_notes(asked_places, is_open=is_open),
            ]
        ),
        units=units,
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(asked_places) if is_open else ()),
        ),
        bound="exact" if is_exact else "at_most" if at_most else "at_least",
    )


def _blank(asked: PerPopulation, county: County, rows: BoolArray) -> tuple[str, ...]:
    """Return the columns whose blanks leave the verdict open."""
    also = [asked.column] if asked.column else []
    rows = rows if rows.any() else np.ones(len(county.facilities), bool)
    blank = blank_columns(county.facilities, asked.facility_where, rows, also)
    wholly = [name for name in also if county.facilities[name].isna().all()]
    return tuple(dict.fromkeys([*blank, *wholly]))


def _places(
    asked: PerPopulation, county: County, rows: BoolArray
) -> tuple[pd.DataFrame, BoolArray, IntArray]:
    """Return the places (``code, name, residents``), which are asked, and each facility's."""
    if not asked.unit_kinds:
        everywhere: IntArray = np.zeros(int(rows.sum()), dtype=np.int64)
        return whole_county(county), np.ones(1, dtype=bool), everywhere
    places = county.townships.join(township_residents(county))
    is_unit = places["kind"].isin(asked.unit_kinds).to_numpy(bool)
    return places, is_unit, township_of(county)[rows]


def _factor(asked: PerPopulation, code: str) -> Fraction:
    """Return by how much residents count in the county `code`, exactly as it is written.

    The county's own code decides, whatever region's rules it is tested by.
    """
    is_district = county_kind(code) == "district"
    return Fraction(str(asked.factor_district if is_district else asked.factor_county))


def _required(asked: PerPopulation, factor: Fraction, residents: float) -> float:
    """Return how many `residents` call for: 0 where they are too few, NaN where not known."""
    if math.isnan(residents):
        return math.nan
    if residents <= asked.threshold:
        return 0.0
    exact = Fraction(residents) * factor / asked.per
    if asked.rounding == "up":
        return float(math.ceil(exact))
    if asked.rounding == "down":
        return float(math.floor(exact))
    return float(math.floor(exact + Fraction(1, 2)))


def _units(
    places: pd.DataFrame,
    observed: FloatArray,
    at_most: FloatArray,
    required: FloatArray,
    certain: BoolArray,
) -> tuple[UnitResult, ...]:
    return tuple(
        _unit(str(code), str(name), float(has), float(most), float(needs), certain=bool(exact))
        for code, name, has, most, needs, exact in zip(
            places["code"], places["name"], observed, at_most, required, certain, strict=True
        )
    )


def _unit(
    code: str, name: str, observed: float, at_most: float, required: float, *, certain: bool
) -> UnitResult:
    """Return the row of a unit that needs exactly so many or, not `certain`, at least."""
    if not certain and not at_most < required:
        least = required if required > 0 else math.nan
        bound = bound_of("not_assessable", observed, at_most)
        return UnitResult(code, name, "not_assessable", observed, least, math.nan, bound=bound)
    if not required:
        bound = bound_of("not_applicable", observed, at_most)
        return UnitResult(code, name, "not_applicable", observed, math.nan, math.nan, bound=bound)
    verdict = bounded(observed, at_most, required)
    told = at_most if verdict == "unmet" else observed
    bound = bound_of(verdict, observed, at_most)
    lacking = max(0.0, required - told)
    return UnitResult(code, name, verdict, told, required, lacking, bound=bound)


def _factor_note(factor: Fraction) -> Message | None:
    if factor == 1:
        return None
    return Message("rules.factor", {"factor": f"{float(factor):g}"})
