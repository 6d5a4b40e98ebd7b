"""Rules that want so many of something in each township, in each village, or in the county."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from coverage.county.words import fold
from coverage.messages import Message
from coverage.rules.evidence.bounds import (
    NOWHERE,
    Bounds,
    BoundsArray,
    IntArray,
    Mask,
    judged_unit,
)
from coverage.rules.evidence.compare import BoolArray, known_sum
from coverage.rules.evidence.destinations import FacilityQuery, stated_access
from coverage.rules.evidence.facility_masks import (
    amounts,
    blank_columns,
    of_kinds,
    stated_mask,
)
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.evidence.residents import all_known
from coverage.rules.evidence.things import evaluate_things
from coverage.rules.evidence.units import (
    are_villages,
    facility_units,
    places_of,
    region_of,
    units_in_scope,
    village_units,
)
from coverage.rules.evidence.verdicts import (
    blank_notes,
    bound_note,
    combined,
    counted,
    joined,
    not_applicable_unit,
)
from coverage.rules.model.conditions import (
    PLACE_COLUMNS,
    Conditions,
    FacilityKinds,
    NumberColumn,
    RegionConditions,
    Things,
    VillageColumn,
    in_region,
    parse_thing,
)
from coverage.rules.model.forms import (
    FACILITY_KINDS,
    FACILITY_WHERE,
    MAX_MATCH,
    MINIMUM,
    Form,
    Question,
)
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import VILLAGE_KINDS, ParameterValue, Rule, Unit, UnitKind
from coverage.rules.rule_kind import RuleKind, stated_facilities


class Presence(KindParameters):
    """So many of something in each unit, or in the county.

    Attributes
    ----------
    unit_kinds
        The units that must each have them: kinds of township, or kinds of village; empty: the
        county as a whole.
    minimum
        How many each unit must have.
    max_match_m
        Village rules: how far from the nearest village of its township a facility may stand
        that names no village and lies in no village's polygon.
    named_units
        Names of the townships that alone are asked; empty: all of `unit_kinds`.
    region_where
        Conditions that take the place of `facility_where` in a region.
    alternative_where
        Conditions that are enough in place of `facility_where`; empty: there are none such.
    named_facilities
        Names (or parts of names) of the facility that alone is asked. Where the county has none
        so named, any facility of the kinds is, and the note says so.
    things
        Several things that must each be there, `minimum` times: conditions that a facility must
        fulfil beside `facility_where`, in a place or anywhere. Empty, or none of them asked of
        the county's region: facilities are counted.
    sum_column
        The facility column of numbers that is added up; empty: facilities are counted.
    expected_kinds
        Kinds of facility that are expected to state `sum_column`: a blank of theirs may be any
        number, one of any other kind counts as none; empty: whoever the rule speaks of.
    village_column
        The yes/no column of villages that is counted in place of facilities.
    """

    unit_kinds: tuple[UnitKind, ...] = ()
    minimum: int = Field(ge=1)
    max_match_m: float = Field(0.0, ge=0)
    named_units: tuple[str, ...] = ()
    region_where: RegionConditions = ()
    alternative_where: Conditions = ()
    named_facilities: tuple[str, ...] = ()
    things: Things = ()
    sum_column: NumberColumn = ""
    expected_kinds: FacilityKinds = ()
    village_column: VillageColumn = ""

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Presence:
        if self.sum_column and self.village_column:
            raise PydanticCustomError("one_measure", "sum_column or village_column, not both")
        if self.named_units and not self.unit_kinds:
            raise PydanticCustomError("named_units_alone", "named_units without unit_kinds")
        other = self.unit_kinds or self.sum_column or self.village_column
        if other and (self.things or self.named_facilities or self.alternative_where):
            raise PydanticCustomError("things_alone", "of the county's facilities only")
        return self


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
    """Return the number of units that have enough, and how many there are.

    A rule of the county as a whole gives how many there are, and how many there must be.
    """
    stated = Presence.of(rule)
    region = region_of(facts, evidence)
    things = [t for t in map(parse_thing, stated.things) if region.startswith(t.region)]
    if things:
        return evaluate_things(rule, stated, things, stated.minimum, facts)
    places = places_of(stated.unit_kinds, facts)
    is_unit = units_in_scope(stated.unit_kinds, stated.named_units, rule.scope, places)
    where = in_region(stated.region_where, region) or stated.facility_where
    tally, note = _tally(stated, where, facts)
    observed = tally.added.totals(tally.stands_in, len(places))
    required = Bounds.exactly(stated.minimum)
    codes, names = places["code"].astype(str).tolist(), places["name"].astype(str).tolist()
    units = tuple(
        judged_unit(codes[row], names[row], observed[row], required)
        for row in np.flatnonzero(is_unit).tolist()
    )
    absent = _absent(stated, names)
    verdict = combined(unit.verdict for unit in (*units, *absent))
    is_open = verdict == "not_assessable"
    residents = places.loc[is_unit, "residents"].to_numpy(float)
    lacking = np.array([unit.verdict == "unmet" for unit in units], dtype=bool)
    silent = int((~all_known(places[is_unit])[lacking]).sum())
    blank = tally.blank_columns() if is_open else ()
    nobody_states = any(tally.table[name].isna().all() for name in blank)
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if nobody_states else _observed(stated, units),
        required=float(len(units) + len(absent) if stated.unit_kinds else stated.minimum),
        unit=rule.unit,
        population_total=float(np.nansum(residents)),
        population_short=math.nan if is_open else known_sum(residents[lacking]),
        shortfall=math.nan if is_open else _shortfall(stated, (*units, *absent)),
        note=joined(
            [
                *blank_notes(tally.table, blank, tally.rows, villages=bool(stated.village_column)),
                *_facility_notes(stated, facts, tally, is_unit, is_open=is_open),
                counted(
                    "rules.named_unit_missing",
                    len(absent),
                    names=", ".join(unit.name for unit in absent),
                ),
                note,
                counted("rules.short_population_unknown", silent),
            ]
        ),
        units=(*units, *absent, *_outside(stated, places, is_unit, observed)),
        missing_columns=tuple(
            f"{'villages' if stated.village_column else 'facilities'}.{name}" for name in blank
        ),
        bound=_bound(stated, verdict, units, observed),
    )


@dataclass(frozen=True)
class _Tally:
    """How many of the thing stand where.

    Attributes
    ----------
    table
        The rows that are counted: facilities or villages.
    rows
        Which of them leave something open.
    stands_in
        Position of the unit of each that counts, or may, `NOWHERE` where it has none.
    added
        How many each of these adds.
    blank
        Which of these should state a number and do not.
    conditions, columns
        What decides whether a row counts, and what it adds.
    """

    table: pd.DataFrame
    rows: BoolArray
    stands_in: IntArray
    added: BoundsArray
    blank: BoolArray
    conditions: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def blank_columns(self) -> tuple[str, ...]:
        """Return the columns whose blanks leave it open how many there are."""
        return blank_columns(self.table, self.conditions, self.rows, self.columns)


def _tally(
    stated: Presence, where: tuple[str, ...], facts: CountyFacts
) -> tuple[_Tally, Message | None]:
    """Return what is counted; and that no facility has the name that the rule asks for."""
    if stated.village_column:
        villages = facts.county.villages
        column = stated.village_column
        yes = stated_mask(villages[column])
        every = np.ones(len(villages), dtype=bool)
        stands_in = village_units(stated.unit_kinds, facts)
        return _Tally(villages, every, stands_in, yes.ones(), ~every, columns=(column,)), None
    mask, note = _counting(stated, where, facts)
    facilities = facts.county.facilities
    adds = amounts(facilities, mask, stated.sum_column, stated.expected_kinds)
    tally = _Tally(
        facilities,
        adds.questioned,
        facility_units(stated.unit_kinds, facts, stated.max_match_m)[adds.rows],
        adds.added,
        adds.blank,
        (*where, *stated.alternative_where),
        (stated.sum_column,),
    )
    return tally, note


def _counting(
    stated: Presence, where: tuple[str, ...], facts: CountyFacts
) -> tuple[Mask, Message | None]:
    """Return the facilities that count, and that none has the name that the rule asks for."""
    mask = facts.facility_mask(stated.facility_kinds, where)
    if stated.alternative_where:
        mask |= facts.facility_mask(stated.facility_kinds, stated.alternative_where)
    if not stated.named_facilities:
        return mask, None
    facilities = facts.county.facilities
    wanted = [fold(name) for name in stated.named_facilities]
    of_kind = of_kinds(facilities, stated.facility_kinds)
    names = facilities["name"].astype(str).map(fold)
    named = np.array([any(w in name for w in wanted) for name in names], dtype=bool) & of_kind
    if named.any():
        return mask & Mask.known(named), None
    note = Message("rules.named_facility_missing", {"name": stated.named_facilities[0]})
    return mask, note if of_kind.any() else None


def _outside(
    stated: Presence, places: pd.DataFrame, is_unit: BoolArray, observed: BoundsArray
) -> tuple[UnitResult, ...]:
    """Return a row for each village of the kinds addressed that is of another area class."""
    if stated.named_units or not are_villages(stated.unit_kinds):
        return ()
    of_kind = places["kind"].isin(stated.unit_kinds).to_numpy(bool)
    return tuple(
        not_applicable_unit(
            str(places["code"].iloc[row]),
            str(places["name"].iloc[row]),
            float(observed[row].least),
        )
        for row in np.flatnonzero(of_kind & ~is_unit).tolist()
    )


def _absent(stated: Presence, names: list[str]) -> tuple[UnitResult, ...]:
    """Return a row for each named unit that the county does not have."""
    least = float(stated.minimum)
    return tuple(
        UnitResult("", name, "unmet", 0.0, least, least)
        for name in stated.named_units
        if not len(rows_named(names, name))
    )


def _bound(
    stated: Presence, verdict: Verdict, units: tuple[UnitResult, ...], observed: BoundsArray
) -> Bound:
    """Return what the number reported is where cells are blank."""
    if not stated.unit_kinds:
        return observed[0].bound(verdict)
    is_open = any(unit.verdict == "not_assessable" for unit in units)
    return "at_least" if is_open else "exact"


def _observed(stated: Presence, units: tuple[UnitResult, ...]) -> float:
    if not stated.unit_kinds:
        return units[0].observed
    return float(sum(unit.verdict == "met" for unit in units))


def _shortfall(stated: Presence, units: tuple[UnitResult, ...]) -> float:
    if not stated.unit_kinds:
        return units[0].shortfall
    return float(sum(unit.verdict == "unmet" for unit in units))


def _facility_notes(
    stated: Presence, facts: CountyFacts, tally: _Tally, is_unit: BoolArray, *, is_open: bool
) -> list[Message | None]:
    if stated.village_column:
        return []
    of_kind = of_kinds(facts.county.facilities, stated.facility_kinds)
    placed = tally.stands_in[tally.stands_in != NOWHERE]
    return [
        Message("rules.no_such_facility") if is_unit.any() and not of_kind.any() else None,
        None if is_open else bound_note(stated.sum_column, tally.blank),
        counted("rules.unmatched", int((tally.stands_in == NOWHERE).sum())),
        counted("rules.stands_elsewhere", int((~is_unit[placed]).sum())),
    ]


def _columns(stated: Presence) -> tuple[str, ...]:
    if stated.village_column:
        return ("villages.kind",)
    if VILLAGE_KINDS.intersection(stated.unit_kinds):
        return ("villages.kind", "facilities.village", *PLACE_COLUMNS)
    return ("facilities.township", *PLACE_COLUMNS) if stated.unit_kinds else ()


def _destinations(rule: Rule, stated: Presence) -> FacilityQuery | None:
    query = stated_access(rule, stated)
    if query is None:
        return None
    return replace(
        query,
        named_units=stated.named_units,
        of_villages=are_villages(stated.unit_kinds),
        max_match_m=stated.max_match_m,
    )


def _questioned(stated: Presence) -> FacilityQuery:
    query = stated_facilities(stated)
    return replace(query, facility_where=()) if stated.region_where else query


def _unit(values: Mapping[str, ParameterValue]) -> Unit:
    unit_kinds = values.get("unit_kinds")
    if isinstance(unit_kinds, list) and unit_kinds:
        return "villages" if VILLAGE_KINDS.issuperset(unit_kinds) else "townships"
    units: dict[str, Unit] = {"": "facilities", "ambulances": "ambulances", "beds": "beds"}
    return units.get(str(values.get("sum_column", "")), "things")


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "presence_units": Form(
            "presence",
            (
                Question("unit_kinds", "any_units", ["township"], needed=True),
                FACILITY_KINDS,
                FACILITY_WHERE,
                MINIMUM,
                Question("named_units", "names", []),
                MAX_MATCH,
            ),
        ),
        "presence_county": Form("presence", (FACILITY_KINDS, FACILITY_WHERE, MINIMUM)),
        "presence_sum": Form(
            "presence",
            (
                Question("sum_column", "number_column", "ambulances", needed=True),
                FACILITY_KINDS,
                FACILITY_WHERE,
                MINIMUM,
            ),
        ),
        "presence_village": Form(
            "presence",
            (
                Question("unit_kinds", "village_kinds", ["village"], needed=True),
                Question("village_column", "village_column", "", needed=True),
            ),
            {"minimum": 1},
        ),
    }
)

KIND: Final = RuleKind(
    id="presence",
    place=2,
    parameters=Presence,
    evaluate=evaluate,
    unit=_unit,
    forms=FORMS,
    columns=_columns,
    destinations=_destinations,
    questioned=_questioned,
)
