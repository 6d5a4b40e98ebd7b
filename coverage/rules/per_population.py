"""Rules that want so many facilities or vehicles for so many residents."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict
from coverage.rules.parameters import PerPopulation
from coverage.rules.units import (
    NOWHERE,
    IntArray,
    facilities_of_kind,
    township_of,
    township_population,
)
from coverage.rules.verdicts import combined, counted, joined, not_assessable

Rounding = Literal["up", "down", "nearest"]

_FIRST_COUNTY_SUFFIX: Final = 21


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are and how many residents call for, by unit and in the county."""
    asked = PerPopulation.of(rule)
    factor = _factor(asked, county.config.county.code)
    facilities = facilities_of_kind(county, asked.facility_kinds)
    places, stands_in = _places(asked, county, facilities)
    residents = places["residents"].to_numpy(float)
    required = np.array([_required(asked, factor, people) for people in residents])
    spoken_of = float(residents[required > 0].sum())
    numbers = facilities[asked.column].astype(float) if asked.column else _ones(facilities)
    if asked.column and (required > 0).any() and county.facilities[asked.column].isna().all():
        return not_assessable(
            rule,
            required=float(np.nansum(required)),
            population_total=spoken_of,
            column=asked.column,
        )
    there = numbers.fillna(0.0).groupby(stands_in).sum()
    observed = there.reindex(places.index, fill_value=0.0).to_numpy(float)
    units = tuple(
        _unit(str(code), str(name), float(has), float(needs))
        for code, name, has, needs in zip(
            places["code"], places["name"], observed, required, strict=True
        )
    )
    applies = required > 0
    served = observed * asked.per / float(factor)
    short = np.where(observed < required, np.maximum(residents - served, 0.0), 0.0)[applies]
    return RuleResult(
        rule=rule,
        verdict=combined(unit.verdict for unit in units),
        observed=float(observed[applies].sum()),
        required=float(required[applies].sum()),
        unit=rule.unit,
        population_total=spoken_of,
        population_short=float(short.sum()),
        shortfall=float(np.maximum(required - observed, 0.0)[applies].sum()),
        note=joined(
            [
                _factor_note(factor),
                counted("rules.number_unknown", _silent(asked, county), column=asked.column),
                counted("rules.unmatched", int((stands_in == NOWHERE).sum())),
                counted("rules.units_population_unknown", int(np.isnan(residents).sum())),
            ]
        ),
        units=units,
    )


def _ones(facilities: pd.DataFrame) -> pd.Series[float]:
    return pd.Series(1.0, index=facilities.index)


def _places(
    asked: PerPopulation, county: County, facilities: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, IntArray]:
    """Return the units asked (``code, name, residents``), and the index of each facility's."""
    residents = township_population(county)
    if asked.unit_kinds:
        townships = pd.DataFrame(
            {
                "code": county.townships["code"],
                "name": county.townships["name"],
                "residents": residents,
            }
        )
        asked_of = county.townships["kind"].isin(asked.unit_kinds)
        return townships[asked_of], township_of(county, facilities)
    identity = county.config.county
    whole = pd.DataFrame(
        {
            "code": [identity.code],
            "name": [identity.name],
            "residents": [residents.sum(min_count=1)],
        }
    )
    return whole, np.zeros(len(facilities), dtype=np.int64)


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


def _unit(code: str, name: str, observed: float, required: float) -> UnitResult:
    if math.isnan(required):
        return UnitResult(code, name, "not_assessable", observed, math.nan, math.nan)
    if not required:
        return UnitResult(code, name, "not_applicable", observed, math.nan, math.nan)
    verdict: Verdict = "met" if observed >= required else "unmet"
    return UnitResult(code, name, verdict, observed, required, max(0.0, required - observed))


def _silent(asked: PerPopulation, county: County) -> int:
    """Return how many facilities should state the column but do not."""
    if not asked.column:
        return 0
    facilities = county.facilities
    expected = facilities["kind"].isin(asked.expected_kinds)
    return int((expected & facilities[asked.column].isna()).sum())


def _factor_note(factor: Fraction) -> Message | None:
    if factor == 1:
        return None
    return Message("rules.factor", {"factor": f"{float(factor):g}"})
