"""Rules that want so many of something for each 1,000 or 10,000 residents of the county."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from pydantic import Field

from coverage.figures import number_text
from coverage.messages import Message
from coverage.rules.evidence.bounds import Bounds, Mask
from coverage.rules.evidence.facility_masks import Amounts, amounts, blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.residents import all_known
from coverage.rules.evidence.verdicts import (
    blank_notes,
    bound_note,
    counted,
    joined,
    residents_columns,
    residents_notes,
)
from coverage.rules.model.conditions import PLACE_COLUMNS, FacilityKinds, NumberColumn
from coverage.rules.model.forms import (
    FACILITY_KINDS,
    FACILITY_WHERE,
    UNIT_OF_RULE,
    Form,
    Question,
)
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import ParameterValue, Rule, Unit
from coverage.rules.rule_kind import RuleKind

_THOUSAND: Final = 1000
_TEN_THOUSAND: Final = 10_000


class Density(KindParameters):
    """So many of something for each 1,000 or 10,000 residents of the county.

    Attributes
    ----------
    column
        The facility column that is added up; empty: the facilities themselves are counted.
    per
        1,000 or 10,000.
    figure
        How many for each `per` residents.
    growth_share
        By how much of itself `figure` is to grow.
    upper_figure
        More than so many is noted, and does not fail; 0: there is no upper figure.
    expected_kinds
        Kinds of facility that are expected to state `column`: a blank of theirs may be any
        number, one of any other kind counts as none; empty: whoever the rule speaks of.
    judged
        Whether the figure is owed; else it is reported without a verdict.
    """

    column: NumberColumn = ""
    per: int = Field(ge=1)
    figure: float = Field(gt=0)
    growth_share: float = Field(0.0, ge=0)
    upper_figure: float = Field(0.0, ge=0)
    expected_kinds: FacilityKinds = ()
    judged: bool = True


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are for each `per` residents, and how many there must be.

    The known numbers are the least; a facility that should state its own and does not may have
    any number. The figure reported is the least, or, where even the most is too little, the most.
    The unit rows give each township's own density, which the text does not ask; a facility that
    matches no township is in none of them. Where residents are not known the density is lower
    than the known ones give: the only certain verdict is that it is too low.
    """
    stated = Density.of(rule)
    figure = Fraction(str(stated.figure)) * (1 + Fraction(str(stated.growth_share)))
    facilities = facts.county.facilities
    mask = facts.facility_mask(stated.facility_kinds, stated.facility_where)
    adds = amounts(facilities, mask, stated.column, stated.expected_kinds)
    residents = float(facts.whole["residents"].iloc[0])
    all_counted = bool(all_known(facts.whole)[0])
    units = _units(stated, facts, adds)
    observed = adds.added.total()
    nobody_states = _nobody_states(stated, facilities, mask)
    if not stated.judged:
        least = math.nan if nobody_states or not all_counted else float(observed.least)
        shown = _density(least, residents, stated.per)
        return _without_verdict(rule, facts, shown, float(figure), adds, units)
    required = _required(stated, figure, residents, all_counted=all_counted)
    verdict = _verdict(observed, required, residents, all_counted=all_counted)
    if nobody_states and verdict in ("met", "unmet"):
        verdict = "not_assessable"
    is_open = verdict == "not_assessable"
    rests_on_cells = is_open and _rests_on_cells(
        observed, required.least, residents, nobody_states=nobody_states
    )
    rows = adds.questioned
    blank = _blank(stated, facilities, rows) if rests_on_cells else ()
    unknown = nobody_states or (is_open and not all_counted)
    total = observed.shown(verdict)
    density = math.nan if unknown else _density(total, residents, stated.per)
    short = max(0.0, residents - total * stated.per / float(figure))
    lacking = max(0.0, float(figure) - density) if verdict == "unmet" else 0.0
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=density,
        required=float(figure),
        unit=rule.unit,
        population_total=0.0 if math.isnan(residents) else residents,
        population_short={"unmet": short, "not_assessable": math.nan}.get(verdict, 0.0),
        shortfall=math.nan if is_open else lacking,
        note=joined(
            [
                *blank_notes(facilities, blank, rows),
                *residents_notes(facts.whole, is_open=is_open),
                _upper_note(stated, float(observed.least), residents) if all_counted else None,
                None if is_open else bound_note(stated.column, adds.blank),
            ]
        ),
        units=units,
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(facts.whole) if is_open else ()),
        ),
        # More residents than the known ones make the density smaller than reported.
        bound="at_most" if verdict == "unmet" and not all_counted else observed.bound(verdict),
    )


def _without_verdict(
    rule: Rule,
    facts: CountyFacts,
    shown: float,
    figure: float,
    adds: Amounts,
    units: tuple[UnitResult, ...],
) -> RuleResult:
    """Return the result of a figure that nobody owes: what there is, and no verdict."""
    return RuleResult(
        rule=rule,
        verdict="not_applicable",
        observed=shown,
        required=figure,
        unit=rule.unit,
        population_total=float(np.nan_to_num(facts.whole["residents"].iloc[0])),
        population_short=0.0,
        shortfall=math.nan,
        note=joined(
            [
                Message("rules.told_only"),
                counted("rules.told_of_some", int(adds.blank.sum())),
                counted("rules.told_residents", int(not all_known(facts.whole)[0])),
            ]
        ),
        units=units,
        bound="at_least" if adds.added.undecided.any() else "exact",
    )


def _required(stated: Density, figure: Fraction, residents: float, *, all_counted: bool) -> Bounds:
    """Return how many the residents call for; with unknown ones among them, at least so many."""
    known = Fraction(0) if math.isnan(residents) else Fraction(residents)
    required = figure * known / stated.per
    return Bounds.exactly(required) if all_counted else Bounds.at_least(required)


def _verdict(observed: Bounds, required: Bounds, residents: float, *, all_counted: bool) -> Verdict:
    if math.isnan(residents):
        return "not_assessable"
    if all_counted and not residents:
        return "not_applicable"
    return observed.verdict(required)


def _rests_on_cells(
    observed: Bounds, required: Fraction | float, residents: float, *, nobody_states: bool
) -> bool:
    """Return whether cells of facilities, not of residents alone, leave the verdict open."""
    if math.isnan(residents) or not residents:
        return False
    return nobody_states or observed.verdict(Bounds.exactly(required)) == "not_assessable"


def _nobody_states(stated: Density, facilities: pd.DataFrame, mask: Mask) -> bool:
    """Tell whether no facility that the rule speaks of states its number."""
    if not stated.column:
        return False
    has_figure = facilities[stated.column].notna().to_numpy(bool)
    return not (has_figure[mask.certain] if mask.certain.any() else has_figure).any()


def _density(number: float, residents: float, per: int) -> float:
    return number * per / residents if residents > 0 else math.nan


def _blank(stated: Density, facilities: pd.DataFrame, rows: np.ndarray) -> tuple[str, ...]:
    """Return the columns whose blanks in `rows` leave the verdict open."""
    rows = rows if rows.any() else np.ones(len(facilities), bool)
    return blank_columns(facilities, stated.facility_where, rows, [stated.column])


def _upper_note(stated: Density, total: float, residents: float) -> Message | None:
    if not stated.upper_figure or not residents > 0:
        return None
    if Fraction(total) * stated.per <= Fraction(str(stated.upper_figure)) * Fraction(residents):
        return None
    return Message("rules.above_upper", {"figure": number_text(stated.upper_figure)})


def _units(stated: Density, facts: CountyFacts, adds: Amounts) -> tuple[UnitResult, ...]:
    """Return each township's own density, where its residents and all its numbers are known."""
    townships = facts.townships
    people = np.where(all_known(townships), townships["residents"].to_numpy(float), np.nan)
    stands_in = facts.townships_of_facilities[adds.rows]
    numbers = adds.added.totals(stands_in, len(people))
    known = np.where(numbers.undecided, np.nan, numbers.least)
    return tuple(
        UnitResult(
            code=str(code),
            name=str(name),
            verdict="not_applicable",
            observed=_density(float(number), float(residents), stated.per),
            required=math.nan,
            shortfall=math.nan,
        )
        for code, name, number, residents in zip(
            townships["code"], townships["name"], known, people, strict=True
        )
    )


def _columns(stated: Density) -> tuple[str, ...]:  # noqa: ARG001
    return ("townships.population", "facilities.township", *PLACE_COLUMNS)


def _unit(values: Mapping[str, ParameterValue]) -> Unit:
    return "per_1000" if values.get("per") == _THOUSAND else "per_10000"


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "density": Form(
            "density",
            (
                Question("column", "number_column", ""),
                FACILITY_KINDS,
                FACILITY_WHERE,
                Question(
                    "per",
                    "one_of",
                    _THOUSAND,
                    unit="residents",
                    options=(_THOUSAND, _TEN_THOUSAND),
                ),
                Question("figure", "figure", 1.0, unit=UNIT_OF_RULE),
                Question("upper_figure", "figure", 0.0, unit=UNIT_OF_RULE),
            ),
        )
    }
)

KIND: Final = RuleKind(
    id="density",
    place=4,
    parameters=Density,
    evaluate=evaluate,
    unit=_unit,
    forms=FORMS,
    columns=_columns,
)
