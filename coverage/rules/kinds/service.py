"""Rules that want a service in each village, from a facility or brought there."""

from __future__ import annotations

import math

import numpy as np

from coverage.county.model import County
from coverage.measures.distribution import within_limit
from coverage.messages import Message
from coverage.rules.evidence.access import destinations
from coverage.rules.evidence.choice import Choice, blank_columns, chosen
from coverage.rules.evidence.compare import BoolArray, FloatArray, known_sum
from coverage.rules.evidence.minutes import AccessMinutes, Evidence
from coverage.rules.evidence.units import NOWHERE, village_of
from coverage.rules.evidence.verdicts import blank_notes, combined, counted, joined, not_asked
from coverage.rules.model.parameters import Service
from coverage.rules.model.results import RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule

MODE = "service_mode"
_PLACE = ("lon", "lat")
NO_SERVICE = "none"
"""The service mode of a village that nobody serves."""


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return how many villages are served, and how many there are: a unit row each.

    A village is served by a clinic of its own; by rounds or a stationed doctor; or, where a
    central clinic or a service point is stated, by the facility that it names, else the nearest,
    within the limit by road. A village that is stated to have no service has none, however near
    a clinic may be. Of one that states nothing it is not known, however near: nobody said that
    the clinic serves it.
    """
    asked = Service.of(rule)
    villages = county.villages
    of_kind = villages["kind"].isin(asked.unit_kinds).to_numpy(bool)
    classes = rule.scope.area_classes
    is_unit = of_kind & (villages["area_class"].isin(classes).to_numpy(bool) | (not classes))
    mode = villages[MODE].astype("string")
    clinics = chosen(county, asked.clinic_kinds, asked.facility_where)
    own = _own_clinic(asked, county, clinics.yes)
    brought = mode.isin(asked.modes).to_numpy(bool) & ~own
    unserved = (mode == NO_SERVICE).fillna(False).to_numpy(bool)
    near = within_limit(_minutes(county, evidence.access), asked.limit_min)
    by_road = near & ~own & ~brought & ~unserved & _road_stated(county)
    served = own | brought | by_road
    silent = ~served & mode.isna().to_numpy(bool)
    unsure = _perhaps(asked, county, evidence, clinics) & ~unserved
    unsure = ~served & (unsure | _own_clinic(asked, county, clinics.possible))
    somewhere = _unplaced(rule, county, evidence) & ~served & ~unserved
    unknown = silent | unsure | somewhere
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
    residents = villages["population"].to_numpy(float)
    people = np.nan_to_num(residents)
    blank = (MODE,) if is_open and (silent & is_unit).any() else ()
    unsaid = is_open and bool(((unsure | somewhere) & is_unit).any())
    columns = (
        blank_columns(county.facilities, asked.facility_where, clinics.unknown) if unsaid else ()
    )
    unplaced = _PLACE if is_open and (somewhere & is_unit).any() else ()
    lacking = is_unit & ~served & ~unknown
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=float((served & is_unit).sum()),
        required=float(len(units)),
        unit=rule.unit,
        population_total=float(people[is_unit].sum()),
        population_short=math.nan if is_open else known_sum(residents[lacking]),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(villages, blank, silent & is_unit, villages=True),
                *blank_notes(county.facilities, columns, clinics.unknown),
                counted("rules.population_unknown", int(np.isnan(residents[is_unit]).sum())),
                _modes_note(people, is_unit, own, by_road, brought),
            ]
        ),
        units=(
            *units,
            *(
                not_asked(str(villages["code"].iloc[row]), str(villages["name"].iloc[row]))
                for row in np.flatnonzero(of_kind & ~is_unit)
            ),
        ),
        missing_columns=(
            *(f"villages.{name}" for name in blank),
            *(f"facilities.{name}" for name in (*columns, *unplaced)),
        ),
        bound="at_least" if (unknown & is_unit).any() else "exact",
    )


def _road_stated(county: County) -> BoolArray:
    """Return which villages state that somebody serves them whom they travel to."""
    stated: BoolArray = (
        county.villages[MODE].notna() | county.villages["serving_facility"].notna()
    ).to_numpy(bool)
    return stated


def _own_clinic(asked: Service, county: County, clinics: BoolArray) -> BoolArray:
    """Return which villages have one of `clinics` that belongs to them."""
    found = village_of(county, clinics, asked.max_match_m)
    own = np.zeros(len(county.villages), dtype=bool)
    own[found[found != NOWHERE]] = True
    return own


def _perhaps(asked: Service, county: County, evidence: Evidence, clinics: Choice) -> BoolArray:
    """Return which villages a clinic may serve of which it is not known that it is one."""
    if not clinics.unknown.any():
        return np.zeros(len(county.villages), dtype=bool)
    return within_limit(_minutes(county, evidence.perhaps), asked.limit_min)


def _unplaced(rule: Rule, county: County, evidence: Evidence) -> BoolArray:
    """Return which villages a clinic may serve of which it is not known where it is.

    It may be at any village, but for what `Evidence.somewhere` knows. It serves none that is too
    far from every road, or that names another that serves it.
    """
    goal = destinations(rule, county)
    if goal is None or not goal.unplaced:
        return np.zeros(len(county.villages), dtype=bool)
    near = np.ones(len(county.villages), dtype=bool)
    if evidence.somewhere is not None:
        near = within_limit(_minutes(county, evidence.somewhere), Service.of(rule).limit_min)
    if evidence.access is None:
        return near
    served_elsewhere = np.array(goal.serving, dtype=np.int64) != NOWHERE
    far = evidence.access.villages["far"].to_numpy(bool)
    found: BoolArray = near & ~(served_elsewhere | far)
    return found


def _minutes(county: County, access: AccessMinutes | None) -> FloatArray:
    if access is None:
        return np.full(len(county.villages), np.nan)
    return access.villages["minutes"].to_numpy(float)


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
