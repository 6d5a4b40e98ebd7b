"""Rules that want a service in each village, from a facility or brought there."""

from __future__ import annotations

import math

import numpy as np

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.choice import chosen
from coverage.rules.compare import BoolArray, FloatArray, within_limit
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict
from coverage.rules.parameters import Service
from coverage.rules.units import NOWHERE, village_of
from coverage.rules.verdicts import blank_notes, combined, joined

MODE = "service_mode"
NO_SERVICE = "none"
"""The service mode of a village that nobody serves."""


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return how many villages are served, and how many there are: a unit row each.

    A village is served by a clinic of its own; by rounds or a stationed doctor; or by the
    facility that it names, else the nearest, within the limit by road. A village that is stated
    to have no service has none, however near a clinic may be. One that states nothing, and is
    far from every clinic, may be served by rounds: that is not known.
    """
    asked = Service.of(rule)
    villages = county.villages
    is_unit = villages["kind"].isin(asked.unit_kinds).to_numpy(bool)
    if rule.scope.area_classes:
        is_unit &= villages["area_class"].isin(rule.scope.area_classes).to_numpy(bool)
    mode = villages[MODE].astype("string")
    own = _own_clinic(asked, county)
    brought = mode.isin(asked.modes).to_numpy(bool) & ~own
    unserved = (mode == NO_SERVICE).fillna(False).to_numpy(bool)
    near = within_limit(_minutes(county, evidence), asked.limit_min)
    by_road = near & ~own & ~brought & ~unserved
    served = own | brought | by_road
    unknown = ~served & mode.isna().to_numpy(bool)
    codes, names = villages["code"].tolist(), villages["name"].tolist()
    units = tuple(
        _unit(
            str(codes[row]),
            str(names[row]),
            served=bool(served[row]),
            unknown=bool(unknown[row]),
        )
        for row in np.flatnonzero(is_unit).tolist()
    )
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    people = np.nan_to_num(villages["population"].to_numpy(float))
    blank = (MODE,) if is_open else ()
    lacking = is_unit & ~served & ~unknown
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=float((served & is_unit).sum()),
        required=float(len(units)),
        unit=rule.unit,
        population_total=float(people[is_unit].sum()),
        population_short=math.nan if is_open else float(people[lacking].sum()),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(villages, blank, unknown & is_unit, villages=True),
                _modes_note(people, is_unit, own, by_road, brought),
            ]
        ),
        units=units,
        missing_columns=tuple(f"villages.{name}" for name in blank),
    )


def _own_clinic(asked: Service, county: County) -> BoolArray:
    """Return which villages have a clinic that belongs to them."""
    choice = chosen(county, asked.clinic_kinds, asked.facility_where)
    found = village_of(county, choice.yes, asked.max_match_m)
    own = np.zeros(len(county.villages), dtype=bool)
    own[found[found != NOWHERE]] = True
    return own


def _minutes(county: County, evidence: Evidence) -> FloatArray:
    if evidence.access is None:
        return np.full(len(county.villages), np.nan)
    return evidence.access.villages["minutes"].to_numpy(float)


def _unit(code: str, name: str, *, served: bool, unknown: bool) -> UnitResult:
    if unknown:
        return UnitResult(code, name, "not_assessable", math.nan, 1.0, math.nan)
    verdict: Verdict = "met" if served else "unmet"
    return UnitResult(code, name, verdict, float(served), 1.0, float(not served))


def _modes_note(
    people: FloatArray, is_unit: BoolArray, own: BoolArray, by_road: BoolArray, brought: BoolArray
) -> Message | None:
    if not is_unit.any():
        return None
    counts = {"own": own, "by_road": by_road, "brought": brought}
    values = {name: f"{people[rows & is_unit].sum():,.0f}" for name, rows in counts.items()}
    return Message("rules.served_by_mode", values)
