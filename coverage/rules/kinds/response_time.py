"""Rules on minutes by road: until an ambulance is at the scene, or residents at a facility."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.measures.distribution import within_limit
from coverage.rules.evidence.access import destinations
from coverage.rules.evidence.choice import blank_columns
from coverage.rules.evidence.compare import BoolArray, FloatArray, people_met
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.verdicts import blank_notes, counted, joined, silent_facilities
from coverage.rules.model.parameters import ResponseTime
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule

COLUMN = "ambulances"
"""The facility column that says who answers calls."""


def is_response(rule: Rule) -> bool:
    """Tell whether `rule` is on the minutes until an ambulance is at the scene."""
    return rule.kind == "response_time" and ResponseTime.of(rule).direction == "from_facility"


def silent_stations(rule: Rule, county: County) -> tuple[int, ...]:
    """Return the facilities (rows) that should say how many ambulances they have, and do not.

    Only those with a place: without one a facility answers no calls, whatever it has.
    """
    facilities = county.facilities
    blank = facilities[COLUMN].isna() & facilities["kind"].isin(
        ResponseTime.of(rule).expected_kinds
    )
    placed = ~(facilities.geometry.isna() | facilities.geometry.is_empty)
    return tuple(np.flatnonzero(blank & placed).tolist())


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

    Each demand point has the limit of its village. The verdict counts people. Those of a village
    whose population is not known may be none or any number: the verdict is told where it is the
    same either way.
    """
    asked = ResponseTime.of(rule)
    people, unknown = _people(rule, county)
    total = float(people.sum())
    villages_unknown = int(county.demand.loc[unknown, "village"].nunique())
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
            note=joined(
                [
                    *blank_notes(county.facilities, (COLUMN,), everywhere),
                    counted("rules.population_unknown", villages_unknown),
                ]
            ),
            units=(),
            missing_columns=(f"facilities.{COLUMN}",),
        )
    times = _outward(rule, county, evidence) if outward else _inward(rule, asked, county, evidence)
    limit = limits_min(rule, county)[county.demand["village"].to_numpy()]
    in_time, perhaps = within_limit(times.most, limit), within_limit(times.least, limit)
    points = pd.DataFrame(
        {
            "total": people,
            "short": np.where(in_time, 0.0, people),
            "surely_short": np.where(perhaps, 0.0, people),
            "unknown_late": unknown & ~in_time,
            "unknown_near": unknown & perhaps,
        }
    )
    whole = _people_of(points.sum())
    everybody = _unit(asked, times, "", "", whole)
    is_open = everybody.verdict == "not_assessable"
    rests_on_places = is_open and _rests_on_places(asked, whole)
    rests_on_people = is_open and _rests_on_people(asked, whole)
    blank = times.blank if rests_on_places else ()
    said = "rules.residents_open" if rests_on_people else "rules.population_unknown"
    notes = [counted(said, villages_unknown)]
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
    unplaced = times.unplaced if rests_on_places else ()
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
        units=_units(asked, times, county, points),
        missing_columns=(
            *(f"facilities.{name}" for name in (*blank, *unplaced)),
            *(("villages.population",) if rests_on_people else ()),
        ),
        bound=everybody.bound,
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
        The columns of a place, where a facility that counts, or may, has none.
    """

    most: FloatArray
    least: FloatArray
    rows: BoolArray
    known: bool = True
    blank: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class _People:
    """The known residents asked, and where there are others of whom the number is not known.

    Attributes
    ----------
    short, surely_short
        Those of them who are beyond the limit by what is known, and whatever is not.
    unknown_late, unknown_near
        Demand points of unknown people that may be beyond it, and that may be within it.
    """

    total: float
    short: float
    surely_short: float
    unknown_late: int
    unknown_near: int


def _people_of(sums: pd.Series[float]) -> _People:
    return _People(
        total=float(sums["total"]),
        short=float(sums["short"]),
        surely_short=float(sums["surely_short"]),
        unknown_late=int(sums["unknown_late"]),
        unknown_near=int(sums["unknown_near"]),
    )


def _rests_on_places(asked: ResponseTime, people: _People) -> bool:
    """Return whether the known residents' verdict hangs on facilities that are not known."""
    required, total = asked.required_share, people.total
    may_be = people_met(people.surely_short, total, required)
    return total > 0 and may_be and not people_met(people.short, total, required)


def _rests_on_people(asked: ResponseTime, people: _People) -> bool:
    """Return whether residents of whom the number is not known may turn the verdict.

    Those who are too far away may spoil it; those who are near enough may raise the share, but
    where everybody is owed it they make up for nobody.
    """
    if not people.total:
        return people.unknown_late + people.unknown_near > 0
    required, total = asked.required_share, people.total
    may_spoil = people.unknown_late > 0 and people_met(people.surely_short, total, required)
    may_mend = people.unknown_near > 0 and required < 1
    return may_spoil or (may_mend and not people_met(people.short, total, required))


def _outward(rule: Rule, county: County, evidence: Evidence) -> _Times:
    """Return the minutes until an ambulance comes; those that have not said may have one too."""
    most = evidence.response.demand["response_min"].to_numpy(float)
    rows = np.zeros(len(county.facilities), dtype=bool)
    if evidence.perhaps is None:
        return _Times(most, most, rows)
    rows[list(silent_stations(rule, county))] = True
    least = np.fmin(most, evidence.perhaps.demand["minutes"].to_numpy(float))
    return _Times(most, least, rows, blank=(COLUMN,))


def _inward(rule: Rule, asked: ResponseTime, county: County, evidence: Evidence) -> _Times:
    """Return the residents' minutes.

    A facility that counts, or may, and has no place may stand at anybody's door, but for what
    `Evidence.somewhere` knows, and residents who are too far from every road.
    """
    nowhere = np.full(len(county.demand), np.nan)
    access, perhaps = evidence.access, evidence.perhaps
    most = nowhere if access is None else access.demand["minutes"].to_numpy(float)
    least = most if perhaps is None else perhaps.demand["minutes"].to_numpy(float)
    goal = destinations(rule, county)
    rows = np.zeros(len(county.facilities), dtype=bool)
    if goal is None:
        return _Times(most, least, rows)
    rows[list(goal.unknown)] = True
    far = np.zeros(len(most), bool) if access is None else access.demand["far"].to_numpy(bool)
    if goal.unplaced:
        known = evidence.somewhere
        there = np.zeros(len(most)) if known is None else known.demand["minutes"].to_numpy(float)
        least = np.fmin(least, np.where(far, np.nan, there))
    return _Times(
        most=most,
        least=least,
        rows=rows,
        known=goal.known,
        blank=blank_columns(county.facilities, asked.facility_where, rows),
        unplaced=("lon", "lat") if goal.unplaced else (),
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
    asked: ResponseTime, times: _Times, county: County, points: pd.DataFrame
) -> tuple[UnitResult, ...]:
    """Return a row for each township, street and zone, in the order of the file."""
    township = county.villages["township"].to_numpy()[county.demand["village"].to_numpy()]
    codes = county.townships["code"]
    sums = points.groupby(township).sum().reindex(codes, fill_value=0)
    return tuple(
        _unit(asked, times, str(code), str(name), _people_of(people))
        for code, name, (_, people) in zip(
            codes, county.townships["name"], sums.iterrows(), strict=True
        )
    )


def _unit(asked: ResponseTime, times: _Times, code: str, name: str, people: _People) -> UnitResult:
    """Return the result for some residents of whom so many wait, or travel, too long."""
    required, total = asked.required_share, people.total
    open_people = _rests_on_people(asked, people)
    if not total:
        verdict: Verdict = "not_assessable" if open_people else "not_applicable"
        return UnitResult(code, name, verdict, math.nan, required, math.nan)
    share = (total - (people.short if times.known else people.surely_short)) / total
    # Nothing of what is only perhaps so is told as observed.
    observed = share if times.known else math.nan
    bound = _bound(people)
    if open_people or _rests_on_places(asked, people):
        return UnitResult(code, name, "not_assessable", observed, required, math.nan, bound=bound)
    if people_met(people.short, total, required):
        return UnitResult(code, name, "met", share, required, 0.0, bound=bound)
    lacking = max(0.0, required - share)
    return UnitResult(code, name, "unmet", observed, required, lacking, bound=bound)


def _bound(people: _People) -> Bound:
    """Return what the share by the known facilities is: others may only bring more near.

    Where residents are not known it is the share of those that are, which bounds nothing.
    """
    all_known = not people.unknown_late and not people.unknown_near
    return "at_least" if all_known and people.surely_short < people.short else "exact"
