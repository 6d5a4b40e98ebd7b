"""Rules that want so many people in each facility."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from pydantic import Field

from coverage.rules.evidence.bounds import Bounds
from coverage.rules.evidence.facility_masks import blank_columns, number_column
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.verdicts import blank_notes, combined, joined
from coverage.rules.model.conditions import NumberColumn
from coverage.rules.model.forms import FACILITY_KINDS, FACILITY_WHERE, Form, Question
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult, UnitResult
from coverage.rules.model.rule import Rule
from coverage.rules.rule_kind import RuleKind, always


class Staffing(KindParameters):
    """So many people in each facility.

    Attributes
    ----------
    column
        The facility column that counts them.
    minimum
        How many each facility must have.
    """

    column: NumberColumn = Field(min_length=1)
    minimum: float = Field(gt=0)


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many facilities have enough, and how many are asked: a unit row each.

    The text speaks of facilities; how many residents they fail is not known where one falls
    short. Where a blank cell leaves it open whether a facility is asked, the only certain
    verdict is that it has enough.
    """
    stated = Staffing.of(rule)
    facilities = facts.county.facilities
    mask = facts.facility_mask(stated.facility_kinds, stated.facility_where)
    rows = np.flatnonzero(mask.possible)
    numbers = number_column(facilities, stated.column)
    units = tuple(
        _unit(
            str(facilities["id"].iloc[row]),
            str(facilities["name"].iloc[row]),
            float(numbers[row]),
            stated.minimum,
            applies=bool(mask.certain[row]),
        )
        for row in rows
    )
    verdict = combined(unit.verdict for unit in units)
    is_open = verdict == "not_assessable"
    undecided = np.zeros(len(facilities), dtype=bool)
    undecided[rows] = [unit.verdict == "not_assessable" for unit in units]
    blank = (
        blank_columns(facilities, stated.facility_where, undecided, [stated.column])
        if is_open
        else ()
    )
    nobody_states = is_open and bool(facilities[stated.column].isna().all())
    enough = Bounds(
        sum(unit.verdict == "met" for unit in units),
        sum(unit.verdict in ("met", "not_assessable") for unit in units),
    )
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=math.nan if nobody_states else float(enough.least),
        required=float(sum(unit.verdict != "not_applicable" for unit in units)),
        unit=rule.unit,
        population_total=facts.known_population,
        population_short=math.nan if verdict in ("unmet", "not_assessable") else 0.0,
        shortfall=math.nan if is_open else float(sum(u.verdict == "unmet" for u in units)),
        note=joined(blank_notes(facilities, blank, undecided)),
        units=units,
        missing_columns=tuple(f"facilities.{name}" for name in blank),
        bound="exact" if enough.is_exact else "at_least",
    )


def _unit(code: str, name: str, number: float, minimum: float, *, applies: bool) -> UnitResult:
    """Return the row of a facility; one that the rule may not address cannot fail."""
    staff = Bounds.at_least(0.0) if math.isnan(number) else Bounds.exactly(number)
    verdict = staff.verdict(Bounds.exactly(minimum))
    if not applies:
        verdict = "not_applicable" if verdict == "met" else "not_assessable"
    lacking = math.nan if verdict == "not_assessable" else max(0.0, minimum - number)
    return UnitResult(code, name, verdict, number, minimum, lacking)


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "staffing": Form(
            "staffing",
            (
                Question("column", "number_column", "gps", needed=True),
                FACILITY_KINDS,
                FACILITY_WHERE,
                Question("minimum", "figure", 1.0),
            ),
        )
    }
)

KIND: Final = RuleKind(
    id="staffing",
    place=5,
    parameters=Staffing,
    evaluate=evaluate,
    unit=always("facilities"),
    forms=FORMS,
)
