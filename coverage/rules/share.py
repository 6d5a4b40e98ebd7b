"""Rules that want a share: of facilities that have a quality, or of one sum in another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.county.words import column_title
from coverage.messages import Message
from coverage.rules.choice import Choice, blank_columns, chosen, holding, numbers_of
from coverage.rules.compare import BoolArray
from coverage.rules.condition import parse, parse_region_kind
from coverage.rules.evidence import Evidence
from coverage.rules.model import Rule, RuleResult, UnitResult, Verdict
from coverage.rules.parameters import ShareOf
from coverage.rules.units import region_of, township_population
from coverage.rules.verdicts import blank_notes, combined, joined, silent_note


@dataclass(frozen=True)
class _Found:
    """A share and what is known of it.

    Attributes
    ----------
    blank
        Columns whose blanks leave the verdict open, and `rows` that leave them blank.
    """

    verdict: Verdict
    share: float
    units: tuple[UnitResult, ...] = ()
    blank: tuple[str, ...] = ()
    rows: BoolArray | None = None
    notes: tuple[Message | None, ...] = ()


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return the share and the least share allowed.

    A facility with a blank cell may have the quality or not: the verdict is told only where it
    is the same either way. The text speaks of facilities or sums; how many residents they fail
    is not known where the share is too small.
    """
    asked = _in_region(ShareOf.of(rule), region_of(county, evidence))
    if asked.quality:
        found = _of_facilities(asked, county)
    elif asked.each_quality:
        found = _of_each(asked, county)
    else:
        found = _of_sums(asked, county)
    settled = found.verdict in ("met", "not_applicable")
    lacking = max(0.0, asked.required_share - found.share) if found.verdict == "unmet" else 0.0
    rows = np.ones(len(county.facilities), bool) if found.rows is None else found.rows
    return RuleResult(
        rule=rule,
        verdict=found.verdict,
        observed=found.share,
        required=asked.required_share,
        unit=rule.unit,
        population_total=float(np.nansum(township_population(county).to_numpy(float))),
        population_short=0.0 if settled else math.nan,
        shortfall=math.nan if found.verdict == "not_assessable" else lacking,
        note=joined([*blank_notes(county.facilities, found.blank, rows), *found.notes]),
        units=found.units,
        missing_columns=tuple(f"facilities.{name}" for name in found.blank),
    )


def _in_region(asked: ShareOf, region: str) -> ShareOf:
    """Return the parameters with the kinds that are asked in `region`: the longest prefix's."""
    fitting = [
        pair for pair in map(parse_region_kind, asked.region_kinds) if region.startswith(pair[0])
    ]
    if not fitting:
        return asked
    longest = max((prefix for prefix, _ in fitting), key=len)
    kinds = tuple(kind for prefix, kind in fitting if prefix == longest)
    return asked.model_copy(update={"facility_kinds": kinds})


def _of_facilities(asked: ShareOf, county: County) -> _Found:
    """Return the share of facilities with the quality, a row each."""
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    has = _having(asked, facilities)
    verdict, share = _share(choice, has, asked.required_share)
    open_rows = choice.unknown & ~has.yes | choice.yes & has.unknown
    where = [
        *asked.facility_where,
        *asked.quality,
        *asked.special_where,
        *asked.special_quality,
    ]
    return _Found(
        verdict,
        share,
        units=tuple(
            _facility(facilities, int(row), choice, has) for row in np.flatnonzero(choice.possible)
        ),
        blank=blank_columns(facilities, where, open_rows) if verdict == "not_assessable" else (),
        rows=open_rows,
    )


def _having(asked: ShareOf, facilities: pd.DataFrame) -> Choice:
    """Return which facilities have the quality that holds for them."""
    usual = holding(facilities, asked.quality)
    if not asked.special_where:
        return usual
    special, other = (
        holding(facilities, asked.special_where),
        holding(facilities, asked.special_quality),
    )
    plain = ~special.possible
    either = special.unknown
    yes = special.yes & other.yes | plain & usual.yes | either & other.yes & usual.yes
    possible = (
        special.yes & other.possible
        | plain & usual.possible
        | either & (other.possible | usual.possible)
    )
    return Choice(yes, possible & ~yes)


def _share(choice: Choice, has: Choice, required: float) -> tuple[Verdict, float]:
    """Return the verdict on the share of the chosen that have the quality, and the share.

    The share is the least that is known; NaN where nothing is known of any facility. Where it is
    open whether a facility is asked at all, the worst and the best that may come of it are tried;
    where none is known to be asked, and none could fail, nothing is asked.
    """
    met = int((choice.yes & has.yes).sum())
    asked = int(choice.yes.sum())
    perhaps_bad = int((choice.unknown & ~has.yes).sum())
    if not asked and not perhaps_bad:
        return "not_applicable", math.nan
    perhaps_good = int((choice.unknown & has.possible).sum())
    least, most = met, met + int((choice.yes & has.unknown).sum()) + perhaps_good
    wanted = Fraction(str(required))
    nothing_known = bool((~choice.yes | has.unknown).all())
    share = math.nan if nothing_known else met / asked
    if asked and least >= wanted * (asked + perhaps_bad):
        return "met", share
    if asked and most < wanted * (asked + perhaps_good):
        return "unmet", share
    return "not_assessable", share


def _facility(facilities: pd.DataFrame, row: int, choice: Choice, has: Choice) -> UnitResult:
    code, name = str(facilities["id"].iloc[row]), str(facilities["name"].iloc[row])
    if choice.unknown[row] and has.yes[row]:
        return UnitResult(code, name, "not_applicable", 1.0, 1.0, math.nan)
    if choice.unknown[row] or has.unknown[row]:
        return UnitResult(code, name, "not_assessable", math.nan, 1.0, math.nan)
    if has.yes[row]:
        return UnitResult(code, name, "met", 1.0, 1.0, 0.0)
    return UnitResult(code, name, "unmet", 0.0, 1.0, 1.0)


def _of_each(asked: ShareOf, county: County) -> _Found:
    """Return the least of several shares, a row each, named as its column is."""
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    units = []
    open_rows = np.zeros(len(facilities), dtype=bool)
    for text in asked.each_quality:
        has = holding(facilities, [text])
        verdict, share = _share(choice, has, asked.required_share)
        column = parse(text).column
        names = column_title("facilities", column)
        lacking = {"met": 0.0, "unmet": asked.required_share - share}.get(verdict, math.nan)
        units.append(
            UnitResult(
                column,
                names.zh,
                verdict,
                share,
                asked.required_share,
                lacking,
                english=names.en,
            )
        )
        open_rows |= choice.unknown & ~has.yes | choice.yes & has.unknown
    verdict = combined(unit.verdict for unit in units)
    shares = [unit.observed for unit in units if not math.isnan(unit.observed)]
    where = [*asked.facility_where, *asked.each_quality]
    return _Found(
        verdict,
        min(shares) if shares else math.nan,
        units=tuple(units),
        blank=blank_columns(facilities, where, open_rows) if verdict == "not_assessable" else (),
        rows=open_rows,
    )


def _of_sums(asked: ShareOf, county: County) -> _Found:
    """Return the share of one sum in another, over the facilities that state it.

    A facility that states the whole but not the part adds nothing to the part, and is counted in
    the note; one that does not state the whole is left out of both. Where none of the kinds, or
    none of the others, states it, the share is not known.
    """
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    whole = numbers_of(facilities, asked.denominator_column)
    said = choice.yes & ~np.isnan(whole)
    if asked.numerator_column:
        part = numbers_of(facilities, asked.numerator_column)
    else:
        of_kind = facilities["kind"].isin(asked.numerator_kinds).to_numpy(bool)
        part = np.where(of_kind, whole, 0.0)
        for side in (choice.yes & of_kind, choice.yes & ~of_kind):
            if side.any() and np.isnan(whole[side]).all():
                return _silent(asked.denominator_column, side)
    if choice.possible.any() and not said.any():
        return _silent(asked.denominator_column, choice.possible)
    total = float(whole[said].sum())
    if not total:
        expected = facilities["kind"].isin(asked.expected_kinds).to_numpy(bool)
        silent = choice.possible & expected & np.isnan(whole)
        if silent.any():
            return _silent(asked.denominator_column, silent)
        return _Found("not_applicable", math.nan)
    unsaid = said & np.isnan(part) & (whole > 0)
    if np.isnan(part[said & (whole > 0)]).all():
        return _silent(asked.numerator_column, unsaid)
    counts = float(np.nansum(part[said]))
    enough = Fraction(counts) >= Fraction(str(asked.required_share)) * Fraction(total)
    lowering = choice.possible & _only_whole(asked, facilities) & np.isnan(whole)
    if enough and lowering.any():
        column = asked.denominator_column
        return _Found("not_assessable", counts / total, blank=(column,), rows=lowering)
    return _Found(
        "met" if enough else "unmet",
        counts / total,
        notes=(
            _unsaid_note(asked, int(unsaid.sum())),
            silent_note(
                facilities, choice.possible, asked.denominator_column, asked.expected_kinds
            ),
        ),
    )


def _only_whole(asked: ShareOf, facilities: pd.DataFrame) -> BoolArray:
    """Return which facilities are expected to add to the whole, and can never add to the part.

    Where they are silent the share is only known to be at most so much.
    """
    kinds = set(asked.expected_kinds) - set(asked.numerator_kinds)
    return facilities["kind"].isin(kinds if asked.numerator_kinds else ()).to_numpy(bool)


def _silent(column: str, rows: BoolArray) -> _Found:
    return _Found("not_assessable", math.nan, blank=(column,), rows=rows)


def _unsaid_note(asked: ShareOf, unsaid: int) -> Message | None:
    if not unsaid:
        return None
    column = column_title("facilities", asked.numerator_column)
    return Message("rules.number_unknown", {"count": unsaid, "column": column})
