"""Rules on minutes by road: until an ambulance is at the scene, or residents at a facility."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.rules.choice import blank_columns, chosen
from coverage.rules.compare import BoolArray, FloatArray, people_met, within_limit
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict
from coverage.rules.parameters import ResponseTime
from coverage.rules.verdicts import blank_notes, counted, joined, silent_facilities

COLUMN = "ambulances"
"""The facility column that says who answers calls."""


def is_response(rule: Rule) -> bool:
    """Tell whether `rule` is on the minutes until an ambulance is at the scene."""
    return rule.kind == "response_time" and ResponseTime.of(rule).direction == "from_facility"


def limits_min(rule: Rule, county: County) -> FloatArray:
    """Return the limit of each village, minutes."""
    asked = ResponseTime.of(rule)
    return np.where(is_urban(rule, county), asked.urban_limit_min, asked.rural_limit_min)


def is_urban(rule: Rule, county: County) -> BoolArray:
    """Return which villages have the limit for towns."""
    villages = county.villages
    area = villages["area_code"].astype(object)
    area = area.where(area.notna(), villages["area_class"].astype(object))
    return area.isin(ResponseTime.of(rule).urban_classes).to_numpy(bool)


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return the share of residents who are reached, or can reach a facility, within their limit.

    Each demand point has the limit of its village. The verdict counts people: it is ``met`` only
    if no resident whose village's population is known is short of it.
    """
    asked = ResponseTime.of(rule)
    people, unknown = _people(rule, county)
    total = float(people.sum())
    villages_unknown = int(county.demand.loc[unknown, "village"].nunique())
    notes = [counted("rules.population_unknown", villages_unknown)]
    outward = asked.direction == "from_facility"
    blank = _blank_outward(county) if outward else _blank_inward(asked, county)
    if blank:
        rows = chosen(county, asked.facility_kinds, asked.facility_where).possible
        return RuleResult(
            rule=rule,
            verdict="not_assessable",
            observed=math.nan,
            required=asked.required_share,
            unit=rule.unit,
            population_total=total,
            population_short=math.nan,
            shortfall=math.nan,
            note=joined([*blank_notes(county.facilities, blank, rows), *notes]),
            units=(),
            missing_columns=tuple(f"facilities.{name}" for name in blank),
        )
    minutes = _minutes(county, evidence, outward=outward)
    limit = limits_min(rule, county)[county.demand["village"].to_numpy()]
    short = np.where(within_limit(minutes, limit), 0.0, people)
    everybody = _unit(asked, "", "", total, float(short.sum()), int(unknown.sum()))
    unreachable = round(float(people[np.isnan(minutes)].sum()))
    notes += (
        [
            counted(
                "rules.ambulances_unknown", silent_facilities(county, COLUMN, asked.expected_kinds)
            ),
            counted("rules.unreachable", unreachable),
        ]
        if outward
        else [counted("rules.cannot_reach", unreachable)]
    )
    nobody_known = everybody.verdict == "not_assessable"
    return RuleResult(
        rule=rule,
        verdict=everybody.verdict,
        observed=everybody.observed,
        required=asked.required_share,
        unit=rule.unit,
        population_total=total,
        population_short=float(short.sum()),
        shortfall=everybody.shortfall,
        note=joined(notes),
        units=_units(asked, county, people, short, unknown),
        missing_columns=("villages.population",) if nobody_known else (),
    )


def _minutes(county: County, evidence: Evidence, *, outward: bool) -> FloatArray:
    """Return the minutes at each demand point, NaN where nobody comes or no facility is near."""
    if outward:
        return evidence.response.demand["response_min"].to_numpy(float)
    if evidence.access is None:
        return np.full(len(county.demand), np.nan)
    return evidence.access.demand["minutes"].to_numpy(float)


def _blank_outward(county: County) -> tuple[str, ...]:
    return (COLUMN,) if county.facilities[COLUMN].isna().all() else ()


def _blank_inward(asked: ResponseTime, county: County) -> tuple[str, ...]:
    """Return the columns without which no facility is known to be one that residents go to."""
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    if choice.yes.any() or not choice.unknown.any():
        return ()
    return blank_columns(county.facilities, asked.facility_where, choice.unknown)


def _people(rule: Rule, county: County) -> tuple[FloatArray, BoolArray]:
    """Return the residents the rule speaks of at each demand point, and where none is known."""
    population = county.demand["population"].to_numpy(float)
    classes = rule.scope.area_classes
    in_scope = county.villages["area_class"].isin(classes).to_numpy() | (not classes)
    asked = in_scope[county.demand["village"].to_numpy()]
    unknown = np.isnan(population)
    return np.where(asked & ~unknown, population, 0.0), asked & unknown


def _units(
    asked: ResponseTime, county: County, people: FloatArray, short: FloatArray, unknown: BoolArray
) -> tuple[UnitResult, ...]:
    """Return a row for each township, street and zone, in the order of the file."""
    township = county.villages["township"].to_numpy()[county.demand["village"].to_numpy()]
    sums = (
        pd.DataFrame({"people": people, "short": short, "unknown": unknown.astype(int)})
        .groupby(township)
        .sum()
        .reindex(county.townships["code"], fill_value=0)
    )
    return tuple(
        _unit(asked, str(code), str(name), float(total), float(lacking), int(points))
        for code, name, total, lacking, points in zip(
            county.townships["code"],
            county.townships["name"],
            sums["people"],
            sums["short"],
            sums["unknown"],
            strict=True,
        )
    )


def _unit(
    asked: ResponseTime, code: str, name: str, total: float, short: float, unknown: int
) -> UnitResult:
    """Return the result for `total` residents of whom `short` wait too long."""
    required = asked.required_share
    if not total:
        verdict: Verdict = "not_assessable" if unknown else "not_applicable"
        return UnitResult(code, name, verdict, math.nan, required, math.nan)
    share = (total - short) / total
    if people_met(short, total, required):
        return UnitResult(code, name, "met", share, required, 0.0)
    return UnitResult(code, name, "unmet", share, required, max(0.0, required - share))
