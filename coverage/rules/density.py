"""Rules that want so many of something for each 1,000 or 10,000 residents of the county."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from coverage.county.model import County
from coverage.messages import Message
from coverage.rules.choice import Choice, blank_columns, chosen, numbers_of
from coverage.rules.compare import BoolArray, FloatArray
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict
from coverage.rules.parameters import Density
from coverage.rules.units import (
    IntArray,
    all_known,
    summed,
    township_of,
    township_residents,
    whole_county,
)
from coverage.rules.verdicts import (
    blank_notes,
    joined,
    residents_columns,
    residents_notes,
    silent_note,
)


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:  # noqa: ARG001
    """Return how many there are for each `per` residents, and how many there must be.

    The known numbers are added up; facilities that leave theirs blank are counted in the note.
    The unit rows tell each township's own density, which the text does not ask; a facility that
    matches no township is in none of them. Where residents are not known the density is lower
    than the known ones give: it can only be told to be too low.
    """
    asked = Density.of(rule)
    required = Fraction(str(asked.figure)) * (1 + Fraction(str(asked.growth_share)))
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    number = numbers_of(county.facilities, asked.column)[choice.possible]
    certain = choice.yes[choice.possible]
    known = np.where(certain, np.nan_to_num(number), 0.0)
    perhaps = np.where(certain, 0.0, np.where(np.isnan(number), np.inf, number))
    whole = whole_county(county)
    residents = float(whole["residents"].iloc[0])
    all_counted = bool(all_known(whole)[0])
    total = float(known.sum())
    verdict = _verdict(total, float(perhaps.sum()), required * _lots(residents, asked), residents)
    nobody_says = _nobody_says(asked, county, number, certain)
    if nobody_says and verdict in ("met", "unmet"):
        verdict = "not_assessable"
    cells_open = verdict == "not_assessable" and not math.isnan(residents)
    if not all_counted and verdict != "unmet":
        verdict = "not_assessable"
    is_open = verdict == "not_assessable"
    blank = _blank(asked, county, choice) if cells_open else ()
    unknown = nobody_says or (is_open and not all_counted)
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
                *blank_notes(county.facilities, blank, choice.possible),
                *residents_notes(whole, is_open=is_open),
                _upper_note(asked, total, residents) if all_counted else None,
                silent_note(county.facilities, choice.possible, asked.column, asked.expected_kinds),
            ]
        ),
        units=_units(asked, county, known, township_of(county)[choice.possible]),
        missing_columns=(
            *(f"facilities.{name}" for name in blank),
            *(residents_columns(whole) if is_open else ()),
        ),
    )


def _lots(residents: float, asked: Density) -> Fraction:
    """Return how many times `per` residents there are, exactly."""
    return Fraction(0) if math.isnan(residents) else Fraction(residents) / asked.per


def _verdict(known: float, perhaps: float, required: Fraction, residents: float) -> Verdict:
    if math.isnan(residents):
        return "not_assessable"
    if not residents:
        return "not_applicable"
    least = Fraction(known)
    if least >= required:
        return "met"
    return "not_assessable" if known + perhaps >= required else "unmet"


def _nobody_says(asked: Density, county: County, number: FloatArray, certain: BoolArray) -> bool:
    """Tell whether no facility that the rule speaks of states its number."""
    if not asked.column:
        return False
    if certain.any():
        return bool(np.isnan(number[certain]).all())
    return bool(county.facilities[asked.column].isna().all())


def _density(number: float, residents: float, per: int) -> float:
    return number * per / residents if residents > 0 else math.nan


def _lacking(verdict: Verdict, observed: float, required: float) -> float:
    return max(0.0, required - observed) if verdict == "unmet" else 0.0


def _blank(asked: Density, county: County, choice: Choice) -> tuple[str, ...]:
    """Return the columns whose blanks leave the verdict open."""
    also = [asked.column] if asked.column else []
    rows = choice.possible if choice.possible.any() else np.ones(len(county.facilities), bool)
    return blank_columns(county.facilities, asked.facility_where, rows, also)


def _upper_note(asked: Density, total: float, residents: float) -> Message | None:
    if not asked.upper_figure or not residents > 0:
        return None
    if Fraction(total) <= Fraction(str(asked.upper_figure)) * _lots(residents, asked):
        return None
    return Message("rules.above_upper", {"figure": f"{asked.upper_figure:g}"})


def _units(
    asked: Density, county: County, known: FloatArray, stands_in: IntArray
) -> tuple[UnitResult, ...]:
    """Return each township's own density, where all its residents are known."""
    units = township_residents(county)
    people = np.where(all_known(units), units["residents"].to_numpy(float), np.nan)
    numbers = summed(known, stands_in, len(people))
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
