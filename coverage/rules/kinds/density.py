"""Rules that want so many of something for each 1,000 or 10,000 residents of the county."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.figures import number_text
from coverage.messages import Message
from coverage.rules.evidence.amounts import Amounts, amounts_of, open_rows
from coverage.rules.evidence.choice import Choice, blank_columns, chosen
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.units import (
    IntArray,
    all_known,
    summed,
    township_of,
    township_residents,
    whole_county,
)
from coverage.rules.evidence.verdicts import (
    blank_notes,
    bound_note,
    counted,
    joined,
    residents_columns,
    residents_notes,
)
from coverage.rules.model.parameters import Density
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are for each `per` residents, and how many there must be.

    The known numbers are the least; a facility that should state its own and does not may have
    any number. The figure told is the least, or, where even the most is too little, the most.
    The unit rows tell each township's own density, which the text does not ask; a facility that
    matches no township is in none of them. Where residents are not known the density is lower
    than the known ones give: it can only be told to be too low.
    """
    asked = Density.of(rule)
    required = Fraction(str(asked.figure)) * (1 + Fraction(str(asked.growth_share)))
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    adds = amounts_of(facilities, choice, asked.column, asked.expected_kinds)
    whole = whole_county(county)
    residents = float(whole["residents"].iloc[0])
    all_counted = bool(all_known(whole)[0])
    least, most = float(adds.known.sum()), float((adds.known + adds.perhaps).sum())
    units = _units(asked, county, adds, township_of(county)[choice.possible])
    nobody_says = _nobody_says(asked, county, choice)
    if not asked.judged:
        known = math.nan if nobody_says or not all_counted else least
        told = _density(known, residents, asked.per)
        return _told_only(rule, whole, told, float(required), adds, units)
    verdict = _verdict(least, most, required * _lots(residents, asked), residents)
    if nobody_says and verdict in ("met", "unmet"):
        verdict = "not_assessable"
    cells_open = verdict == "not_assessable" and not math.isnan(residents)
    if not all_counted and verdict != "unmet":
        verdict = "not_assessable"
    is_open = verdict == "not_assessable"
    rows = open_rows(choice, adds) if adds.blank.any() else choice.possible
    blank = _blank(asked, county, rows) if cells_open else ()
    unknown = nobody_says or (is_open and not all_counted)
    total = most if verdict == "unmet" else least
    observed = math.nan if unknown else _density(total, residents, asked.per)
    short = max(0.0, residents - total * asked.per / float(required))
    return RuleResult(
        rule=rule,
        verdict=verdict,
        observed=observed,
        required=float(required),
        unit=rule.unit,
        population_total=0.0 if math.isnan(residents) else residents,
        population_short={"unmet": short, "not_assessable": math.nan}.get(verdict, 0.0),
        shortfall=math.nan if is_open else _lacking(verdict, observed, float(required)),
        note=joined(
            [
                *blank_notes(facilities, blank, rows),
                *residents_notes(whole, is_open=is_open),
                _upper_note(asked, least, residents) if all_counted else None,
                None if is_open else bound_note(asked.column, adds.blank),
            ]
        ),
        units=units,
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(whole) if is_open else ()),
        ),
        bound=_bound(verdict, is_exact=least == most, all_counted=all_counted),
    )


def _told_only(
    rule: Rule,
    whole: pd.DataFrame,
    told: float,
    figure: float,
    adds: Amounts,
    units: tuple[UnitResult, ...],
) -> RuleResult:
    """Return the result of a figure that nobody owes: what there is, and no verdict."""
    return RuleResult(
        rule=rule,
        verdict="not_applicable",
        observed=told,
        required=figure,
        unit=rule.unit,
        population_total=float(np.nan_to_num(whole["residents"].iloc[0])),
        population_short=0.0,
        shortfall=math.nan,
        note=joined(
            [
                Message("rules.told_only"),
                counted("rules.told_of_some", int(adds.blank.sum())),
                counted("rules.told_residents", int(not all_known(whole)[0])),
            ]
        ),
        units=units,
        bound="at_least" if adds.perhaps.any() else "exact",
    )


def _bound(verdict: Verdict, *, is_exact: bool, all_counted: bool) -> Bound:
    """Return what the density told is, where cells or residents are blank."""
    if verdict == "unmet":
        return "exact" if is_exact and all_counted else "at_most"
    return "exact" if is_exact else "at_least"


def _lots(residents: float, asked: Density) -> Fraction:
    """Return how many times `per` residents there are, exactly."""
    return Fraction(0) if math.isnan(residents) else Fraction(residents) / asked.per


def _verdict(least: float, most: float, required: Fraction, residents: float) -> Verdict:
    if math.isnan(residents):
        return "not_assessable"
    if not residents:
        return "not_applicable"
    if Fraction(least) >= required:
        return "met"
    return "not_assessable" if most >= required else "unmet"


def _nobody_says(asked: Density, county: County, choice: Choice) -> bool:
    """Tell whether no facility that the rule speaks of states its number."""
    if not asked.column:
        return False
    stated = county.facilities[asked.column].notna().to_numpy(bool)
    return not (stated[choice.yes] if choice.yes.any() else stated).any()


def _density(number: float, residents: float, per: int) -> float:
    return number * per / residents if residents > 0 else math.nan


def _lacking(verdict: Verdict, observed: float, required: float) -> float:
    return max(0.0, required - observed) if verdict == "unmet" else 0.0


def _blank(asked: Density, county: County, rows: BoolArray) -> tuple[str, ...]:
    """Return the columns whose blanks in `rows` leave the verdict open."""
    also = [asked.column] if asked.column else []
    rows = rows if rows.any() else np.ones(len(county.facilities), bool)
    return blank_columns(county.facilities, asked.facility_where, rows, also)


def _upper_note(asked: Density, total: float, residents: float) -> Message | None:
    if not asked.upper_figure or not residents > 0:
        return None
    if Fraction(total) <= Fraction(str(asked.upper_figure)) * _lots(residents, asked):
        return None
    return Message("rules.above_upper", {"figure": number_text(asked.upper_figure)})


def _units(
    asked: Density, county: County, adds: Amounts, stands_in: IntArray
) -> tuple[UnitResult, ...]:
    """Return each township's own density, where its residents and all its numbers are known."""
    units = township_residents(county)
    people = np.where(all_known(units), units["residents"].to_numpy(float), np.nan)
    numbers = summed(adds.known, stands_in, len(people))
    numbers[summed(adds.perhaps, stands_in, len(people)) > 0] = np.nan
    return tuple(
        UnitResult(
            code=str(code),
            name=str(name),
            verdict="not_applicable",
            observed=_density(float(number), float(residents), asked.per),
            required=math.nan,
            shortfall=math.nan,
        )
        for code, name, number, residents in zip(
            county.townships["code"], county.townships["name"], numbers, people, strict=True
        )
    )
