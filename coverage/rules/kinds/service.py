"""Rules that want a service in each village, from a facility or brought there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from pydantic import Field

from coverage.county.model import County
from coverage.measures.distribution import within_limit
from coverage.messages import Message
from coverage.rules.evidence.bounds import NOWHERE, Bounds, Mask
from coverage.rules.evidence.compare import BoolArray, FloatArray, known_sum
from coverage.rules.evidence.destinations import FacilityQuery, find_destinations
from coverage.rules.evidence.facility_masks import blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence, access_bounds
from coverage.rules.evidence.units import units_in_scope
from coverage.rules.evidence.verdicts import (
    blank_notes,
    combined,
    counted,
    joined,
    not_applicable_unit,
)
from coverage.rules.model.conditions import PLACE_COLUMNS, FacilityKinds, ServiceModes
from coverage.rules.model.forms import FACILITY_WHERE, MAX_MATCH, Form, Question
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult, UnitResult
from coverage.rules.model.rule import Rule, UnitKind
from coverage.rules.rule_kind import RuleKind, always

MODE: Final = "service_mode"
NO_SERVICE: Final = "none"
"""The service mode of a village that nobody serves."""

_REQUIRED: Final = Bounds.exactly(1.0)


class Service(KindParameters):
    """A service in each village, from a facility of its own or of others, or brought there.

    Attributes
    ----------
    unit_kinds
        Kinds of village that are asked.
    clinic_kinds
        Kinds of facility that serve a village.
    limit_min
        Minutes by road from the village to the one that serves it.
    modes
        Values of ``service_mode`` that serve a village without a drive.
    max_match_m
        How far from the nearest village of its township a clinic may stand that names no village
        and lies in no village's polygon.
    """

    unit_kinds: tuple[UnitKind, ...] = Field(min_length=1)
    clinic_kinds: FacilityKinds = Field(min_length=1)
    limit_min: float = Field(gt=0)
    modes: ServiceModes = ()
    max_match_m: float = Field(0.0, ge=0)


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
    """Return how many villages are served, and how many there are: a unit row each.

    A village is served by a clinic of its own; by rounds or a stationed doctor; or, where a
    central clinic or a service point is stated, by the facility that it names, else the nearest,
    within the limit by road. A village that is stated to have no service has none, however near
    a clinic may be. Of one that states nothing it is not known, however near: nobody said that
    the clinic serves it.
    """
    stated = Service.of(rule)
    villages, facilities = facts.county.villages, facts.county.facilities
    of_kind = villages["kind"].isin(stated.unit_kinds).to_numpy(bool)
    is_unit = units_in_scope(stated.unit_kinds, (), rule.scope, villages)
    clinics = facts.facility_mask(stated.clinic_kinds, stated.facility_where)
    served = _served(stated, facts, evidence, clinics)
    observed = served.either.ones()
    codes, names = villages["code"].tolist(), villages["name"].tolist()
    units = tuple(
        _unit(str(codes[row]), str(names[row]), observed[row])
        for row in np.flatnonzero(is_unit).tolist()
    )
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    total = observed.rows(is_unit).total()
    residents = villages["population"].to_numpy(float)
    lacking = is_unit & ~served.either.possible
    blank = (MODE,) if is_open and (served.silent & is_unit).any() else ()
    rests_on_clinics = is_open and bool(((served.undecided | served.unplaced) & is_unit).any())
    columns = (
        blank_columns(facilities, stated.facility_where, clinics.undecided)
        if rests_on_clinics
        else ()
    )
    unplaced = PLACE_COLUMNS if is_open and (served.unplaced & is_unit).any() else ()
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=float(total.least),
        required=float(len(units)),
        unit=rule.unit,
        population_total=float(np.nan_to_num(residents)[is_unit].sum()),
        population_short=math.nan if is_open else known_sum(residents[lacking]),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(villages, blank, served.silent & is_unit, villages=True),
                *blank_notes(facilities, columns, clinics.undecided),
                counted("rules.population_unknown", int(np.isnan(residents[is_unit]).sum())),
                _modes_note(np.nan_to_num(residents), is_unit, served),
            ]
        ),
        units=(
            *units,
            *(
                not_applicable_unit(str(codes[row]), str(names[row]))
                for row in np.flatnonzero(of_kind & ~is_unit)
            ),
        ),
        missing_columns=(
            *(f"villages.{name}" for name in blank),
            *(f"facilities.{name}" for name in columns),
            *unplaced,
        ),
        bound="exact" if total.is_exact else "at_least",
    )


@dataclass(frozen=True)
class _Served:
    """Which villages are served, and how; what leaves it open whether others are.

    Attributes
    ----------
    own, brought, by_road
        By a clinic of its own, else without a drive, else by one that is near enough by road.
    silent
        Not served by what is known, and the village does not state its mode.
    undecided, unplaced
        Not served by what is known; a clinic may serve it of which it is not known that it is
        one, or where it is.
    """

    own: BoolArray
    brought: BoolArray
    by_road: BoolArray
    silent: BoolArray
    undecided: BoolArray
    unplaced: BoolArray

    @property
    def either(self) -> Mask:
        """Which villages are served in one way or another."""
        certain = self.own | self.brought | self.by_road
        return Mask(certain, certain | self.silent | self.undecided | self.unplaced)


def _served(stated: Service, facts: CountyFacts, evidence: Evidence, clinics: Mask) -> _Served:
    villages = facts.county.villages
    mode = villages[MODE].astype("string")
    destinations = find_destinations(_query(stated), facts)
    minutes = access_bounds(evidence, destinations, "villages")
    own = Mask(*(_own(stated, facts, rows) for rows in (clinics.certain, clinics.possible)))
    brought = mode.isin(stated.modes).to_numpy(bool) & ~own.certain
    without = own.certain | brought
    may_be = ~(mode == NO_SERVICE).fillna(False).to_numpy(bool)
    near = within_limit(minutes.known, stated.limit_min)
    by_road = near & ~without & may_be & _states_who_serves(facts.county)
    served = without | by_road
    # A village that names who serves it is served by no other that may be anywhere.
    named = np.array(destinations.serving, dtype=np.int64) != NOWHERE
    unplaced = within_limit(minutes.unplaced, stated.limit_min) & ~named
    undecided = within_limit(minutes.with_undecided, stated.limit_min)
    return _Served(
        own=own.certain,
        brought=brought,
        by_road=by_road,
        silent=~served & mode.isna().to_numpy(bool),
        undecided=~served & (undecided & may_be | own.possible),
        unplaced=~served & unplaced & may_be,
    )


def _states_who_serves(county: County) -> BoolArray:
    """Return which villages state that somebody serves them whom they travel to."""
    stated: BoolArray = (
        county.villages[MODE].notna() | county.villages["serving_facility"].notna()
    ).to_numpy(bool)
    return stated


def _own(stated: Service, facts: CountyFacts, clinics: BoolArray) -> BoolArray:
    """Return which villages have one of `clinics` that belongs to them."""
    rows = facts.villages_of_facilities(stated.max_match_m)[clinics]
    own = np.zeros(len(facts.county.villages), dtype=bool)
    own[rows[rows != NOWHERE]] = True
    return own


def _unit(code: str, name: str, served: Bounds) -> UnitResult:
    verdict = served.verdict(_REQUIRED)
    if not served.is_exact:
        return UnitResult(code, name, verdict, math.nan, 1.0, math.nan)
    return UnitResult(code, name, verdict, float(served.least), 1.0, 1.0 - float(served.least))


def _modes_note(people: FloatArray, is_unit: BoolArray, served: _Served) -> Message | None:
    if not is_unit.any():
        return None
    counts = {"own": served.own, "by_road": served.by_road, "brought": served.brought}
    values = {name: f"{people[rows & is_unit].sum():,.0f}" for name, rows in counts.items()}
    return Message("rules.served_by_mode", values)


def _query(stated: Service) -> FacilityQuery:
    return FacilityQuery(stated.clinic_kinds, stated.facility_where, serving=True)


def _destinations(rule: Rule, stated: Service) -> FacilityQuery:  # noqa: ARG001
    return _query(stated)


def _columns(stated: Service) -> tuple[str, ...]:  # noqa: ARG001
    villages = ("villages.kind", f"villages.{MODE}", "villages.serving_facility")
    return (*villages, "facilities.village", *PLACE_COLUMNS)


def _questioned(stated: Service) -> FacilityQuery:
    return FacilityQuery(stated.clinic_kinds, stated.facility_where)


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "service": Form(
            "service",
            (
                Question("unit_kinds", "village_kinds", ["village"], needed=True),
                Question("clinic_kinds", "facility_kinds", ["village_clinic"], needed=True),
                FACILITY_WHERE,
                Question("limit_min", "limit_min", 30.0, unit="min"),
                Question("modes", "modes", ["stationed", "rounds"]),
                MAX_MATCH,
            ),
        )
    }
)

KIND: Final = RuleKind(
    id="service",
    place=7,
    parameters=Service,
    evaluate=evaluate,
    unit=always("villages"),
    forms=FORMS,
    columns=_columns,
    destinations=_destinations,
    questioned=_questioned,
    rests_on_roads=True,
)
