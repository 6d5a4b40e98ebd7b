"""Rules on minutes by road: until an ambulance is at the scene, or residents at a facility."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.rules.access import destinations
from coverage.rules.choice import blank_columns
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
    villages = county.villages
    area = villages["area_code"].astype(object)
    area = area.where(area.notna(), villages["area_class"].astype(object))
    urban = area.isin(asked.urban_classes).to_numpy()
    return np.where(urban, asked.urban_limit_min, asked.rural_limit_min)


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
    if outward and county.facilities[COLUMN].isna().all():
        everywhere = np.ones(len(county.facilities), dtype=bool)
        return RuleResult(
            rule=rule,
            verdict="not_assessable",
            observed=math.nan,
            required=asked.required_share,
            unit=rule.unit,
            population_total=total,
            population_short=math.nan,
            shortfall=math.nan,
            note=joined([*blank_notes(county.facilities, (COLUMN,), everywhere), *notes]),
            units=(),
            missing_columns=(f"facilities.{COLUMN}",),
        )
    times = _outward(evidence) if outward else _inward(rule, asked, county, evidence)
    limit = limits_min(rule, county)[county.demand["village"].to_numpy()]
    short = np.where(within_limit(times.most, limit), 0.0, people)
    surely = np.where(within_limit(times.least, limit), 0.0, people)
    whole = _People(total, float(short.sum()), float(surely.sum()), int(unknown.sum()))
    everybody = _unit(asked, times, "", "", whole)
    is_open = everybody.verdict == "not_assessable" and total > 0
    blank = times.blank if is_open else ()
    unreachable = round(float(people[np.isnan(times.most)].sum()))
    if outward:
        answering = np.ones(len(county.facilities), dtype=bool)
        silent = silent_facilities(county.facilities, answering, COLUMN, asked.expected_kinds)
        notes += [
            counted("rules.ambulances_unknown", silent),
            counted("rules.unreachable", unreachable),
        ]
    elif times.known:
        notes.append(counted("rules.cannot_reach", unreachable))
    facility_columns = tuple(f"facilities.{name}" for name in (*blank, *times.unplaced))
    return RuleResult(
        rule=rule,
        verdict=everybody.verdict,
        observed=everybody.observed,
        required=asked.required_share,
        unit=rule.unit,
        population_total=total,
        population_short=math.nan if is_open or not times.known else whole.short,
        shortfall=everybody.shortfall,
        note=joined([*blank_notes(county.facilities, blank, times.rows), *notes]),
        units=_units(asked, times, county, people, short, surely, unknown),
        missing_columns=facility_columns
        if is_open
        else ("villages.population",)
        if everybody.verdict == "not_assessable"
        else (),
    )


@dataclass(frozen=True)
class _Times:
    """Minutes at each demand point, NaN where nobody comes or nothing can be reached.

    Attributes
    ----------
    most
        From or to the facilities that are known to be ones.
    least
        What they come down to if those are ones too of which it is not known.
    known
        Whether it can be told how far it is.
    blank
        Columns that leave it open, and which facilities (`rows`) leave them blank.
    unplaced
        The columns of a place, where no facility that counts has one.
    """

    most: FloatArray
    least: FloatArray
    rows: BoolArray
    known: bool = True
    blank: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class _People:
    """The residents asked, those short of the limit, those short for certain; points unknown."""

    total: float
    short: float
    surely_short: float
    unknown: int


def _outward(evidence: Evidence) -> _Times:
    minutes = evidence.response.demand["response_min"].to_numpy(float)
    return _Times(minutes, minutes, np.zeros(0, dtype=bool))


def _inward(rule: Rule, asked: ResponseTime, county: County, evidence: Evidence) -> _Times:
    """Return the residents' minutes; where no facility that counts has a place, they may be 0."""
    nowhere = np.full(len(county.demand), np.nan)
    access, perhaps = evidence.access, evidence.perhaps
    most = nowhere if access is None else access.demand["minutes"].to_numpy(float)
    least = most if perhaps is None else perhaps.demand["minutes"].to_numpy(float)
    goal = destinations(rule, county)
    rows = np.zeros(len(county.facilities), dtype=bool)
    if goal is None:
        return _Times(most, least, rows)
    rows[list(goal.unknown)] = True
    unplaced = bool(goal.unplaced and not goal.possible)
    return _Times(
        most=most,
        least=np.zeros_like(least) if unplaced else least,
        rows=rows,
        known=goal.known,
        blank=blank_columns(county.facilities, asked.facility_where, rows),
        unplaced=("lon", "lat") if unplaced else (),
    )


def _people(rule: Rule, county: County) -> tuple[FloatArray, BoolArray]:
    """Return the residents the rule speaks of at each demand point, and where none is known."""
    population = county.demand["population"].to_numpy(float)
    classes = rule.scope.area_classes
    in_scope = county.villages["area_class"].isin(classes).to_numpy() | (not classes)
    asked = in_scope[county.demand["village"].to_numpy()]
    unknown = np.isnan(population)
    return np.where(asked & ~unknown, population, 0.0), asked & unknown


def _units(
    asked: ResponseTime,
    times: _Times,
    county: County,
    people: FloatArray,
    short: FloatArray,
    surely: FloatArray,
    unknown: BoolArray,
) -> tuple[UnitResult, ...]:
    """Return a row for each township, street and zone, in the order of the file."""
    township = county.villages["township"].to_numpy()[county.demand["village"].to_numpy()]
    sums = (
        pd.DataFrame({"people": people, "short": short, "surely": surely, "unknown": unknown})
        .groupby(township)
        .sum()
        .reindex(county.townships["code"], fill_value=0)
    )
    return tuple(
        _unit(
            asked,
            times,
            str(code),
            str(name),
            _People(float(total), float(lacking), float(surely_lacking), int(points)),
        )
        for code, name, total, lacking, surely_lacking, points in zip(
            county.townships["code"],
            county.townships["name"],
            sums["people"],
            sums["short"],
            sums["surely"],
            sums["unknown"],
            strict=True,
        )
    )


def _unit(asked: ResponseTime, times: _Times, code: str, name: str, people: _People) -> UnitResult:
    """Return the result for some residents of whom so many wait, or travel, too long."""
    required, total = asked.required_share, people.total
    if not total:
        verdict: Verdict = "not_assessable" if people.unknown else "not_applicable"
        return UnitResult(code, name, verdict, math.nan, required, math.nan)
    share = (total - (people.short if times.known else people.surely_short)) / total
    if people_met(people.short, total, required):
        return UnitResult(code, name, "met", share, required, 0.0)
    # Nothing of what is only perhaps so is told as observed.
    observed = share if times.known else math.nan
    if people_met(people.surely_short, total, required):
        return UnitResult(code, name, "not_assessable", observed, required, math.nan)
    return UnitResult(code, name, "unmet", observed, required, max(0.0, required - share))
