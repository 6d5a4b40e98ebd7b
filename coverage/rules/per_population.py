"""Rules that want so many facilities or vehicles for so many residents."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.choice import Choice, blank_columns, chosen, numbers_of
from coverage.rules.compare import BoolArray, FloatArray
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult
from coverage.rules.parameters import PerPopulation
from coverage.rules.units import (
    NOWHERE,
    IntArray,
    all_known,
    region_of,
    summed,
    township_of,
    township_residents,
    whole_county,
)
from coverage.rules.verdicts import (
    blank_notes,
    bounded,
    combined,
    counted,
    joined,
    residents_columns,
    residents_notes,
    silent_note,
)

_FIRST_COUNTY_SUFFIX: Final = 21


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return how many there are and how many residents call for, by unit and in the county.

    Where residents are not known, those that are call for at least so many: too few for them are
    too few, and nothing else is certain.
    """
    asked = PerPopulation.of(rule)
    factor = _factor(asked, region_of(county, evidence))
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    places, is_unit, stands_in = _places(asked, county, choice.possible)
    residents = places.loc[is_unit, "residents"].to_numpy(float)
    required = np.array([_required(asked, factor, people) for people in residents])
    silent = bool(asked.column) and bool(county.facilities[asked.column].isna().all())
    known, perhaps = _numbers(asked, county, choice)
    observed = summed(known, stands_in, len(places))[is_unit]
    more = np.inf if silent else summed(perhaps, stands_in, len(places))[is_unit]
    asked_places = places[is_unit]
    certain = all_known(asked_places)
    units = _units(asked_places, observed, observed + more, required, certain)
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    applies = required > 0
    may_be_enough = applies & (observed < required) & (observed + more >= required)
    served = observed * asked.per / float(factor)
    short = np.where(observed < required, np.maximum(residents - served, 0.0), 0.0)[applies]
    lacking = np.maximum(required - observed, 0.0)[applies]
    blank = _blank(asked, county, choice) if is_open and may_be_enough.any() else ()
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if is_open and silent else float(observed[applies].sum()),
        required=float(required[applies].sum()),
        unit=rule.unit,
        population_total=float(residents[applies].sum()),
        population_short=math.nan if is_open else float(short.sum()),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(county.facilities, blank, choice.possible),
                None if is_open and silent else _factor_note(factor),
                silent_note(county.facilities, choice.possible, asked.column, asked.expected_kinds),
                counted("rules.unmatched", int((stands_in == NOWHERE).sum())),
                *residents_notes(asked_places, is_open=is_open),
            ]
        ),
        units=units,
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(asked_places) if is_open else ()),
        ),
    )


def _numbers(asked: PerPopulation, county: County, choice: Choice) -> tuple[FloatArray, FloatArray]:
    """Return how many each facility that may count adds for certain, and perhaps."""
    numbers = numbers_of(county.facilities, asked.column)[choice.possible]
    certain = choice.yes[choice.possible]
    known = np.where(certain, np.nan_to_num(numbers), 0.0)
    return known, np.where(certain, 0.0, np.where(np.isnan(numbers), np.inf, numbers))


def _blank(asked: PerPopulation, county: County, choice: Choice) -> tuple[str, ...]:
    """Return the columns whose blanks leave the verdict open."""
    also = [asked.column] if asked.column else []
    rows = choice.possible if choice.possible.any() else np.ones(len(county.facilities), bool)
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
    """Return by how much residents count in the region `code`, exactly as it is written.

    The last two of a region code's six digits are 01-20 for a district and 21-99 for a county
    or a county-level city (GB/T 2260).
    """
    is_county = int(code[-2:]) >= _FIRST_COUNTY_SUFFIX
    return Fraction(str(asked.factor_county if is_county else asked.factor_district))


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
        return UnitResult(code, name, "not_assessable", observed, least, math.nan)
    if not required:
        return UnitResult(code, name, "not_applicable", observed, math.nan, math.nan)
    verdict = bounded(observed, at_most, required)
    return UnitResult(code, name, verdict, observed, required, max(0.0, required - observed))


def _factor_note(factor: Fraction) -> Message | None:
    if factor == 1:
        return None
    return Message("rules.factor", {"factor": f"{float(factor):g}"})
