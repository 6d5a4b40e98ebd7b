"""Rules on minutes by road: until an ambulance is at the scene, or residents at a facility."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from coverage.county.model import County
from coverage.rules.evidence.bounds import decided
from coverage.rules.evidence.compare import BoolArray, FloatArray, people_met
from coverage.rules.evidence.destinations import FacilityQuery, find_destinations, stated_access
from coverage.rules.evidence.facility_masks import blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.limits import ResponseLimits
from coverage.rules.evidence.minutes import (
    Evidence,
    MinutesBounds,
    access_bounds,
    response_bounds,
)
from coverage.rules.evidence.verdicts import blank_notes, counted, joined, silent_facilities
from coverage.rules.model.conditions import PLACE_COLUMNS, FacilityKinds
from coverage.rules.model.forms import (
    FACILITY_WHERE,
    REQUIRED_SHARE,
    Form,
    Question,
)
from coverage.rules.model.parameters import KindParameters, Share
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule
from coverage.rules.rule_kind import RuleKind, always
from coverage.travel.model import Direction

COLUMN: Final = "ambulances"
"""The facility column that says who answers calls."""


class ResponseTime(KindParameters):
    """Minutes on the road, by ambulance or of residents.

    Attributes
    ----------
    direction
        ``from_facility``: an ambulance drives to the scene, from the dispatch order;
        ``to_facility``: residents travel to the nearest facility chosen.
    urban_limit_min, rural_limit_min
        The minutes allowed.
    urban_classes
        The area codes (``urban``, ``rural``, or three digits of the statistics bureau) whose
        residents have the urban limit; all others have the rural one.
    required_share
        Of the residents.
    expected_kinds
        Kinds of facility that are expected to say whether they have ambulances.
    """

    direction: Direction = "from_facility"
    urban_limit_min: float = Field(gt=0)
    rural_limit_min: float = Field(gt=0)
    urban_classes: tuple[str, ...]
    required_share: Share
    expected_kinds: FacilityKinds = ()

    @model_validator(mode="after")
    def _every_ambulance_answers(self) -> ResponseTime:
        if self.direction == "from_facility" and (self.facility_kinds or self.facility_where):
            raise PydanticCustomError("every_ambulance", "every ambulance answers calls")
        return self

    @property
    def limits(self) -> ResponseLimits:
        """The minutes allowed, by area class."""
        return ResponseLimits(self.urban_limit_min, self.rural_limit_min, self.urban_classes)

    @property
    def is_response(self) -> bool:
        """Whether the rule is on the minutes until an ambulance is at the scene."""
        return self.direction == "from_facility"


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
    """Return the share of residents who are reached, or can reach a facility, within their limit.

    Each demand point has the limit of its village. The verdict counts people. Those of a village
    whose population is not known may be none or any number: the verdict is given where it is the
    same either way.
    """
    stated = ResponseTime.of(rule)
    county = facts.county
    people, unknown = _residents(rule, county)
    villages_unknown = int(county.demand.loc[unknown, "village"].nunique())
    if stated.is_response and county.facilities[COLUMN].isna().all():
        return _nobody_states(rule, stated, county, people, villages_unknown)
    times = (_outward if stated.is_response else _inward)(stated, facts, evidence)
    limit = stated.limits.limits_min(county.villages)[county.demand["village"].to_numpy()]
    in_time = times.minutes.within(limit)
    points = pd.DataFrame(
        {
            "total": people,
            "late_at_most": np.where(in_time.certain, 0.0, people),
            "late_at_least": np.where(in_time.possible, 0.0, people),
            "unknown_late": unknown & ~in_time.certain,
            "unknown_near": unknown & in_time.possible,
        }
    )
    whole = _reached(points.sum(), stated.required_share)
    everybody = _unit(stated, times, "", "", whole)
    is_open = everybody.verdict == "not_assessable"
    blank = times.blank if whole.rests_on_facilities else ()
    unplaced = times.unplaced if whole.rests_on_facilities else ()
    said = "rules.residents_open" if whole.rests_on_residents else "rules.population_unknown"
    unreachable = round(float(people[np.isnan(times.minutes.known)].sum()))
    notes = [counted(said, villages_unknown)]
    if stated.is_response:
        every = np.ones(len(county.facilities), dtype=bool)
        silent = silent_facilities(county.facilities, every, COLUMN, stated.expected_kinds)
        notes += [
            counted("rules.ambulances_unknown", silent),
            counted("rules.unreachable", unreachable),
        ]
    elif times.known:
        notes.append(counted("rules.cannot_reach", unreachable))
    return RuleResult(
        rule=rule,
        verdict=everybody.verdict,
        observed=everybody.observed,
        required=stated.required_share,
        unit=rule.unit,
        population_total=float(people.sum()),
        population_short=math.nan if is_open or not times.known else whole.late_at_most,
        shortfall=everybody.shortfall,
        note=joined([*blank_notes(county.facilities, blank, times.rows), *notes]),
        units=_units(stated, times, county, points),
        missing_columns=(
            *(f"facilities.{name}" for name in (*blank, *unplaced)),
            *(("villages.population",) if whole.rests_on_residents else ()),
        ),
        bound=everybody.bound,
    )


def _nobody_states(
    rule: Rule, stated: ResponseTime, county: County, people: FloatArray, villages_unknown: int
) -> RuleResult:
    """Return the result where no facility says whether it has ambulances."""
    every = np.ones(len(county.facilities), dtype=bool)
    return RuleResult(
        rule=rule,
        verdict="not_assessable",
        observed=math.nan,
        required=stated.required_share,
        unit=rule.unit,
        population_total=float(people.sum()),
        population_short=math.nan,
        shortfall=math.nan,
        note=joined(
            [
                *blank_notes(county.facilities, (COLUMN,), every),
                counted("rules.population_unknown", villages_unknown),
            ]
        ),
        units=(),
        missing_columns=(f"facilities.{COLUMN}",),
    )


@dataclass(frozen=True)
class _Times:
    """Minutes at each demand point.

    Attributes
    ----------
    rows
        The facilities of which it is not known whether they count.
    known
        Whether the distance is known.
    blank
        Columns that `rows` leave blank.
    unplaced
        The columns of a place, where a facility that counts, or may, has none.
    """

    minutes: MinutesBounds
    rows: BoolArray
    known: bool = True
    blank: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Reached:
    """The known residents addressed, and where there are others of whom the number is not known.

    Attributes
    ----------
    late_at_most, late_at_least
        Those of them who are beyond the limit by what is known, and whatever is not.
    unknown_late, unknown_near
        Demand points of unknown people that may be beyond it, and that may be within it.
    required_share
        Of all residents that must be within it.
    """

    total: float
    late_at_most: float
    late_at_least: float
    unknown_late: int
    unknown_near: int
    required_share: float

    @property
    def verdict(self) -> Verdict:
        """The verdict, whatever blank cells hold of facilities and of residents.

        Unknown residents who are too far away may spoil it; those who are near enough may raise
        the share, but where everybody is owed it they make up for nobody.
        """
        if not self.total:
            return "not_assessable" if self.unknown_late + self.unknown_near else "not_applicable"
        may_raise = self.unknown_near > 0 and self.required_share < 1
        return decided(
            at_worst=self._met(self.late_at_most) and not self.unknown_late,
            at_best=self._met(self.late_at_least) or may_raise,
        )

    @property
    def rests_on_facilities(self) -> bool:
        """Whether the known residents' verdict hangs on facilities that are not known."""
        if not self.total:
            return False
        by_facilities = decided(
            at_worst=self._met(self.late_at_most), at_best=self._met(self.late_at_least)
        )
        return by_facilities == "not_assessable"

    @property
    def rests_on_residents(self) -> bool:
        """Whether residents of whom the number is not known may turn the verdict."""
        if self.verdict != "not_assessable":
            return False
        may_spoil = self.unknown_late > 0 and self._met(self.late_at_least)
        may_raise = self.unknown_near > 0 and self.required_share < 1
        return not self.total or may_spoil or (may_raise and not self._met(self.late_at_most))

    @property
    def bound(self) -> Bound:
        """What the share by the known facilities is: others may only bring more near.

        Where residents are not known it is the share of those that are, which bounds nothing.
        """
        all_known = not self.unknown_late and not self.unknown_near
        return "at_least" if all_known and self.late_at_least < self.late_at_most else "exact"

    def _met(self, late: float) -> bool:
        return people_met(late, self.total, self.required_share)


def _reached(sums: pd.Series[float], required_share: float) -> _Reached:
    return _Reached(
        total=float(sums["total"]),
        late_at_most=float(sums["late_at_most"]),
        late_at_least=float(sums["late_at_least"]),
        unknown_late=int(sums["unknown_late"]),
        unknown_near=int(sums["unknown_near"]),
        required_share=required_share,
    )


def _outward(stated: ResponseTime, facts: CountyFacts, evidence: Evidence) -> _Times:
    """Return the minutes until an ambulance comes; those that have not said may have one too."""
    rows = np.zeros(len(facts.county.facilities), dtype=bool)
    if evidence.with_undecided is None:
        return _Times(response_bounds(evidence), rows)
    rows[list(undecided_stations(stated, facts))] = True
    return _Times(response_bounds(evidence), rows, blank=(COLUMN,))


def _inward(stated: ResponseTime, facts: CountyFacts, evidence: Evidence) -> _Times:
    """Return the residents' minutes."""
    facilities = facts.county.facilities
    query = FacilityQuery(stated.facility_kinds, stated.facility_where)
    destinations = find_destinations(query, facts)
    rows = np.zeros(len(facilities), dtype=bool)
    rows[list(destinations.undecided)] = True
    return _Times(
        minutes=access_bounds(evidence, destinations, "demand"),
        rows=rows,
        known=destinations.known,
        blank=blank_columns(facilities, stated.facility_where, rows),
        unplaced=("lon", "lat") if destinations.unplaced else (),
    )


def undecided_stations(stated: ResponseTime, facts: CountyFacts) -> tuple[int, ...]:
    """Return the facilities (rows) that should say how many ambulances they have, and do not.

    Only those with a place: without one a facility answers no calls, whatever it has.
    """
    if not stated.is_response:
        return ()
    facilities = facts.county.facilities
    blank = facilities[COLUMN].isna() & facilities["kind"].isin(stated.expected_kinds)
    return tuple(np.flatnonzero(blank.to_numpy(bool) & facts.placed).tolist())


def _residents(rule: Rule, county: County) -> tuple[FloatArray, BoolArray]:
    """Return the residents the rule speaks of at each demand point, and where none is known."""
    population = county.demand["population"].to_numpy(float)
    classes = rule.scope.area_classes
    in_scope = county.villages["area_class"].isin(classes).to_numpy() | (not classes)
    spoken_of = in_scope[county.demand["village"].to_numpy()]
    unknown = np.isnan(population)
    return np.where(spoken_of & ~unknown, population, 0.0), spoken_of & unknown


def _units(
    stated: ResponseTime, times: _Times, county: County, points: pd.DataFrame
) -> tuple[UnitResult, ...]:
    """Return a row for each township, street and zone, in the order of the file."""
    township = county.villages["township"].to_numpy()[county.demand["village"].to_numpy()]
    codes = county.townships["code"]
    sums = points.groupby(township).sum().reindex(codes, fill_value=0)
    return tuple(
        _unit(stated, times, str(code), str(name), _reached(people, stated.required_share))
        for code, name, (_, people) in zip(
            codes, county.townships["name"], sums.iterrows(), strict=True
        )
    )


def _unit(
    stated: ResponseTime, times: _Times, code: str, name: str, people: _Reached
) -> UnitResult:
    """Return the result for some residents of whom so many wait, or travel, too long."""
    required, total, verdict = stated.required_share, people.total, people.verdict
    if not total:
        return UnitResult(code, name, verdict, math.nan, required, math.nan)
    share = (total - (people.late_at_most if times.known else people.late_at_least)) / total
    # What is merely possible is not reported as observed.
    observed = share if times.known or verdict == "met" else math.nan
    lacking = {"met": 0.0, "unmet": max(0.0, required - share)}.get(verdict, math.nan)
    return UnitResult(code, name, verdict, observed, required, lacking, bound=people.bound)


def _columns(stated: ResponseTime) -> tuple[str, ...]:
    ambulances = (f"facilities.{COLUMN}",) if stated.is_response else ()
    return ("villages.area_class", *PLACE_COLUMNS, *ambulances)


def _destinations(rule: Rule, stated: ResponseTime) -> FacilityQuery | None:
    if stated.is_response:
        return stated_access(rule, stated)
    return FacilityQuery(stated.facility_kinds, stated.facility_where)


def _limits(stated: ResponseTime) -> ResponseLimits | None:
    return stated.limits if stated.is_response else None


_LIMITS: Final = (
    Question("urban_limit_min", "limit_min", 10.0, unit="min"),
    Question("rural_limit_min", "limit_min", 30.0, unit="min"),
    Question("urban_classes", "area_codes", ["urban", "111", "112"], needed=True),
)

FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "response_from": Form(
            "response_time", (*_LIMITS, REQUIRED_SHARE), {"direction": "from_facility"}
        ),
        "response_to": Form(
            "response_time",
            (
                Question("facility_kinds", "facility_kinds", [], needed=True),
                FACILITY_WHERE,
                *_LIMITS,
                REQUIRED_SHARE,
            ),
            {"direction": "to_facility"},
        ),
    }
)

KIND: Final = RuleKind(
    id="response_time",
    place=1,
    parameters=ResponseTime,
    evaluate=evaluate,
    unit=always("share"),
    forms=FORMS,
    columns=_columns,
    destinations=_destinations,
    undecided_stations=undecided_stations,
    response_limits=_limits,
    scenario_parameters=("urban_limit_min", "rural_limit_min"),
    rests_on_roads=True,
)
