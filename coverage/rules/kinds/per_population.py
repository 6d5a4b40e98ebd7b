"""Rules that want so many facilities or vehicles for so many residents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from coverage.messages import Message
from coverage.rules.evidence.bounds import (
    NOWHERE,
    Bounds,
    BoundsArray,
    IntArray,
    Mask,
    judged_unit,
)
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facility_masks import amounts, blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.residents import all_known
from coverage.rules.evidence.verdicts import (
    blank_notes,
    bound_note,
    combined,
    counted,
    joined,
    residents_columns,
    residents_notes,
)
from coverage.rules.model.conditions import PLACE_COLUMNS, FacilityKinds, NumberColumn
from coverage.rules.model.county_kind import county_kind
from coverage.rules.model.forms import FACILITY_KINDS, FACILITY_WHERE, Form, Question
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult, UnitResult
from coverage.rules.model.rule import ParameterValue, Rule, Unit, UnitKind
from coverage.rules.rule_kind import RuleKind

Rounding = Literal["up", "down", "nearest"]


class PerPopulation(KindParameters):
    """One of something for so many residents, in whole numbers.

    Attributes
    ----------
    unit_kinds
        Kinds of township that are asked one by one; empty: the county as a whole.
    per
        Residents for whom there must be one.
    threshold
        Units of at most so many residents are not judged.
    rounding
        Of residents divided by `per`.
    factor_county, factor_district
        By which residents are multiplied before they are divided: in a county or county-level
        city, and in a district (`coverage.rules.model.county_kind`).
    column
        The facility column that is added up; empty: the facilities themselves are counted.
    expected_kinds
        Kinds of facility that are expected to state `column`: a blank of theirs may be any
        number, one of any other kind counts as none; empty: whoever the rule speaks of.
    """

    unit_kinds: tuple[UnitKind, ...] = ()
    per: int = Field(ge=1)
    threshold: float = Field(0.0, ge=0)
    rounding: Rounding
    factor_county: float = Field(1.0, gt=0)
    factor_district: float = Field(1.0, gt=0)
    column: NumberColumn = ""
    expected_kinds: FacilityKinds = ()


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are and how many residents call for, by unit and in the county.

    Where residents are not known, those that are call for at least so many: too few for them are
    too few, and nothing else is certain.
    """
    stated = PerPopulation.of(rule)
    facilities = facts.county.facilities
    mask = facts.facility_mask(stated.facility_kinds, stated.facility_where)
    adds = amounts(facilities, mask, stated.column, stated.expected_kinds)
    places, is_unit, stands_in = _places(stated, facts, mask)
    scoped = places[is_unit]
    nobody_states = bool(stated.column) and bool(facilities[stated.column].isna().all())
    observed = adds.added.totals(stands_in, len(places)).rows(is_unit)
    if nobody_states:
        observed = BoundsArray(observed.least, np.full(len(observed), np.inf))
    residents = scoped["residents"].to_numpy(float)
    factor = _factor(stated, facts.county.config.county.code)
    required = _required(stated, factor, residents, all_known(scoped))
    units = _units(scoped, observed, required)
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    applies = required.least > 0
    # Where a unit has too few even at most, that is what it falls short by.
    fails = applies & (observed.most < required.least)
    short = np.maximum(residents - observed.most * stated.per / float(factor), 0.0)[fails]
    lacking = (required.least - observed.most)[fails]
    applicable = observed.rows(applies)
    at_most = verdict == "unmet" and bool(np.isfinite(applicable.most).all())
    total = float((applicable.most if at_most else applicable.least).sum())
    may_be_enough = applies & ~fails & (observed.least < required.least)
    rows = adds.questioned
    blank = _blank(stated, facilities, rows) if is_open and may_be_enough.any() else ()
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if is_open and nobody_states else total,
        required=float(required.least[applies].sum()),
        unit=rule.unit,
        population_total=float(residents[applies].sum()),
        population_short=math.nan if is_open else float(short.sum()),
        shortfall=math.nan if is_open else float(lacking.sum()),
        note=joined(
            [
                *blank_notes(facilities, blank, rows),
                None if is_open and nobody_states else _factor_note(factor),
                None if is_open else bound_note(stated.column, adds.blank),
                counted("rules.unmatched", int((stands_in == NOWHERE).sum())),
                *residents_notes(scoped, is_open=is_open),
            ]
        ),
        units=units,
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(scoped) if is_open else ()),
        ),
        bound=_bound(applicable, at_most=at_most),
    )


def _bound(applicable: BoundsArray, *, at_most: bool) -> Literal["exact", "at_most", "at_least"]:
    if not applicable.undecided.any():
        return "exact"
    return "at_most" if at_most else "at_least"


def _blank(stated: PerPopulation, facilities: pd.DataFrame, rows: BoolArray) -> tuple[str, ...]:
    """Return the columns whose blanks leave the verdict open."""
    rows = rows if rows.any() else np.ones(len(facilities), bool)
    blank = blank_columns(facilities, stated.facility_where, rows, [stated.column])
    wholly = [stated.column] if stated.column and facilities[stated.column].isna().all() else []
    return tuple(dict.fromkeys([*blank, *wholly]))


def _places(
    stated: PerPopulation, facts: CountyFacts, mask: Mask
) -> tuple[pd.DataFrame, BoolArray, IntArray]:
    """Return the places (``code, name, residents``), which are asked, and each facility's."""
    if not stated.unit_kinds:
        everywhere: IntArray = np.zeros(int(mask.possible.sum()), dtype=np.int64)
        return facts.whole, np.ones(1, dtype=bool), everywhere
    is_unit = facts.townships["kind"].isin(stated.unit_kinds).to_numpy(bool)
    return facts.townships, is_unit, facts.townships_of_facilities[mask.possible]


def _factor(stated: PerPopulation, code: str) -> Fraction:
    """Return by how much residents count in the county `code`, exactly as it is written.

    The county's own code decides, whatever region's rules it is tested by.
    """
    is_district = county_kind(code) == "district"
    return Fraction(str(stated.factor_district if is_district else stated.factor_county))


def _required(
    stated: PerPopulation, factor: Fraction, residents: np.ndarray, certain: BoolArray
) -> BoundsArray:
    """Return how many the residents call for; not `certain`, it is at least so many."""
    least = np.array([_called_for(stated, factor, people) for people in residents], dtype=float)
    return BoundsArray(least, np.where(certain, least, np.inf))


def _called_for(stated: PerPopulation, factor: Fraction, residents: float) -> float:
    """Return how many `residents` call for: 0 where they are too few, or not known."""
    if math.isnan(residents) or residents <= stated.threshold:
        return 0.0
    exact = Fraction(residents) * factor / stated.per
    if stated.rounding == "up":
        return float(math.ceil(exact))
    if stated.rounding == "down":
        return float(math.floor(exact))
    return float(math.floor(exact + Fraction(1, 2)))


def _units(
    places: pd.DataFrame, observed: BoundsArray, required: BoundsArray
) -> tuple[UnitResult, ...]:
    codes, names = places["code"].astype(str), places["name"].astype(str)
    return tuple(
        _unit(code, name, observed[row], required[row])
        for row, (code, name) in enumerate(zip(codes, names, strict=True))
    )


def _unit(code: str, name: str, observed: Bounds, required: Bounds) -> UnitResult:
    """Return the row of a unit; one whose residents call for none is not judged."""
    if required.most > 0:
        return judged_unit(code, name, observed, required)
    bound = observed.bound("not_applicable")
    shown = observed.shown("not_applicable")
    return UnitResult(code, name, "not_applicable", shown, math.nan, math.nan, bound=bound)


def _factor_note(factor: Fraction) -> Message | None:
    if factor == 1:
        return None
    return Message("rules.factor", {"factor": f"{float(factor):g}"})


def _columns(stated: PerPopulation) -> tuple[str, ...]:
    units = ("facilities.township", *PLACE_COLUMNS) if stated.unit_kinds else ()
    return ("townships.population", *units)


_UNITS: Final[Mapping[str, Unit]] = {
    "": "facilities",
    "ambulances": "ambulances",
    "beds": "beds",
}


def _counted_unit(values: Mapping[str, ParameterValue]) -> Unit:
    return _UNITS.get(str(values.get("column", "")), "things")


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "per_population": Form(
            "per_population",
            (
                Question("unit_kinds", "township_kinds", []),
                FACILITY_KINDS,
                FACILITY_WHERE,
                Question("column", "number_column", ""),
                Question("per", "residents", 50_000, unit="residents"),
                Question("threshold", "figure", 0.0, unit="residents"),
                Question("rounding", "one_of", "up", options=get_args(Rounding)),
            ),
        )
    }
)

KIND: Final = RuleKind(
    id="per_population",
    place=3,
    parameters=PerPopulation,
    evaluate=evaluate,
    unit=_counted_unit,
    forms=FORMS,
    columns=_columns,
)
