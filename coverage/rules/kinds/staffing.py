"""Rules that want so many people in each facility."""

from __future__ import annotations

import math

import numpy as np

from coverage.county.model import County
from coverage.rules.evidence.choice import blank_columns, chosen, numbers_of
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.units import township_population
from coverage.rules.evidence.verdicts import blank_notes, combined, joined
from coverage.rules.model.parameters import Staffing
from coverage.rules.model.results import RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many facilities have enough, and how many are asked: a unit row each.

    The text speaks of facilities; how many residents they fail is not known where one falls
    short. Where a blank cell leaves it open whether a facility is asked, it can only be told
    to have enough.
    """
    asked = Staffing.of(rule)
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    numbers = numbers_of(facilities, asked.column)
    units = tuple(
        _unit(
            str(facilities["id"].iloc[row]),
            str(facilities["name"].iloc[row]),
            float(numbers[row]),
            asked.minimum,
            certain=bool(choice.yes[row]),
        )
        for row in np.flatnonzero(choice.possible)
    )
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    rows = np.zeros(len(facilities), dtype=bool)
    rows[np.flatnonzero(choice.possible)] = [unit.verdict == "not_assessable" for unit in units]
    blank = blank_columns(facilities, asked.facility_where, rows, [asked.column]) if is_open else ()
    met = sum(unit.verdict == "met" for unit in units)
    n_asked = sum(unit.verdict != "not_applicable" for unit in units)
    silent = is_open and bool(facilities[asked.column].isna().all())
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if silent else float(met),
        required=float(n_asked),
        unit=rule.unit,
        population_total=float(np.nansum(township_population(county).to_numpy(float))),
        population_short=math.nan if verdict in ("unmet", "not_assessable") else 0.0,
        shortfall=math.nan if is_open else float(sum(u.verdict == "unmet" for u in units)),
        note=joined(blank_notes(facilities, blank, rows)),
        units=units,
        missing_columns=tuple(f"facilities.{name}" for name in blank),
        bound="at_least" if any(u.verdict == "not_assessable" for u in units) else "exact",
    )


def _unit(code: str, name: str, number: float, minimum: float, *, certain: bool) -> UnitResult:
    if math.isnan(number) or (number < minimum and not certain):
        observed = math.nan if math.isnan(number) else number
        return UnitResult(code, name, "not_assessable", observed, minimum, math.nan)
    verdict: Verdict = "met" if number >= minimum else "unmet"
    if not certain:
        verdict = "not_applicable"
    return UnitResult(code, name, verdict, number, minimum, max(0.0, minimum - number))
