"""Rules that want a facility in each township or in each village."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.compare import BoolArray
from coverage.rules.evidence import Evidence
from coverage.rules.model import (
    VILLAGE_KINDS,
    Rule,
    RuleResult,
    UnitResult,
)
from coverage.rules.parameters import Presence
from coverage.rules.units import (
    NOWHERE,
    IntArray,
    facilities_of_kind,
    township_of,
    township_population,
    village_of,
)
from coverage.rules.verdicts import combined, counted, joined


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return the number of units that have enough facilities, and how many there are."""
    asked = Presence.of(rule)
    facilities = facilities_of_kind(county, asked.facility_kinds)
    if VILLAGE_KINDS.issuperset(asked.unit_kinds):
        places = county.villages.assign(residents=county.villages["population"])
        stands_in = village_of(county, facilities, asked.max_match_m)
    else:
        places = county.townships.assign(residents=township_population(county))
        stands_in = township_of(county, facilities)
    is_unit = places["kind"].isin(asked.unit_kinds).to_numpy()
    if VILLAGE_KINDS.issuperset(asked.unit_kinds) and rule.scope.area_classes:
        is_unit = is_unit & places["area_class"].isin(rule.scope.area_classes).to_numpy()
    count = np.bincount(stands_in[stands_in != NOWHERE], minlength=len(places))
    units = _units(places[is_unit], count[is_unit], asked.minimum)
    residents = places.loc[is_unit, "residents"].to_numpy(float)
    has = count[is_unit] >= asked.minimum
    return RuleResult(
        rule=rule,
        verdict=combined(unit.verdict for unit in units),
        observed=float(has.sum()),
        required=float(len(units)),
        unit=rule.unit,
        population_total=float(np.nansum(residents)),
        population_short=float(np.nansum(residents[~has])),
        shortfall=float((~has).sum()),
        note=joined(
            [
                Message("rules.no_such_facility") if facilities.empty and units else None,
                counted("rules.unmatched", int((stands_in == NOWHERE).sum())),
                counted("rules.stands_elsewhere", _elsewhere(stands_in, is_unit)),
                counted("rules.short_population_unknown", int(np.isnan(residents[~has]).sum())),
            ]
        ),
        units=units,
    )


def _elsewhere(stands_in: IntArray, is_unit: BoolArray) -> int:
    """Return how many facilities stand in a place that the rule does not ask."""
    placed = stands_in[stands_in != NOWHERE]
    return int((~is_unit[placed]).sum())


def _units(places: pd.DataFrame, count: IntArray, minimum: int) -> tuple[UnitResult, ...]:
    return tuple(
        UnitResult(
            code=str(code),
            name=str(name),
            verdict="met" if number >= minimum else "unmet",
            observed=float(number),
            required=float(minimum),
            shortfall=float(max(0, minimum - number)),
        )
        for code, name, number in zip(places["code"], places["name"], count, strict=True)
    )
