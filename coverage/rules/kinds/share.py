"""Rules that want a share: of facilities that have a quality, or of one sum in another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.county.words import column_title
from coverage.figures import share_text
from coverage.messages import Message
from coverage.rules.evidence.amounts import expecting
from coverage.rules.evidence.choice import Choice, blank_columns, chosen, holding, numbers_of
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.sums import Sums
from coverage.rules.evidence.units import region_of, township_population
from coverage.rules.evidence.verdicts import blank_notes, bound_note, combined, joined
from coverage.rules.model.conditions import parse, parse_region_kind
from coverage.rules.model.parameters import ShareOf
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule


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
    bound: Bound = "exact"


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
    lacking = asked.required_share - found.share if found.verdict == "unmet" else 0.0
    if found.verdict == "not_assessable" or found.bound == "below":
        lacking = math.nan
    rows = np.ones(len(county.facilities), bool) if found.rows is None else found.rows
    return RuleResult(
        rule=rule,
        verdict=found.verdict,
        observed=found.share,
        required=asked.required_share,
        unit=rule.unit,
        population_total=float(np.nansum(township_population(county).to_numpy(float))),
        population_short=0.0 if settled else math.nan,
        shortfall=lacking,
        note=joined([*blank_notes(county.facilities, found.blank, rows), *found.notes]),
        units=found.units,
        missing_columns=tuple(f"facilities.{name}" for name in found.blank),
        bound=found.bound,
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
    choice = _asked(asked, county)
    has = _having(asked, facilities)
    verdict, share, bound = _share(choice, has, asked.required_share)
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
        bound=bound,
    )


def _asked(asked: ShareOf, county: County) -> Choice:
    """Return which facilities are asked; a blank of a kind that need not state it means no."""
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    return Choice(choice.yes, choice.unknown & expecting(county.facilities, asked.expected_kinds))


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


def _share(choice: Choice, has: Choice, required: float) -> tuple[Verdict, float, Bound]:
    """Return the verdict on the share of the chosen that have the quality, and the share.

    The share is the least that is possible or, where even the greatest is too small, that; NaN
    where nothing is known of any facility. Where it is open whether a facility is asked at all,
    the worst and the best that may come of it are tried; where none is known to be asked, and
    none could fail, nothing is asked.
    """
    met = int((choice.yes & has.yes).sum())
    asked = int(choice.yes.sum())
    perhaps_bad = int((choice.unknown & ~has.yes).sum())
    if not asked and not perhaps_bad:
        return "not_applicable", math.nan, "exact"
    perhaps_good = int((choice.unknown & has.possible).sum())
    least, most = met, met + int((choice.yes & has.unknown).sum()) + perhaps_good
    wanted = Fraction(str(required))
    nothing_known = bool((~choice.yes | has.unknown).all())
    low = least / (asked + perhaps_bad) if asked and not nothing_known else math.nan
    high = most / (asked + perhaps_good) if asked else math.nan
    bound: Bound = "exact" if low == high else "at_least"
    if asked and least >= wanted * (asked + perhaps_bad):
        return "met", low, bound
    if asked and most < wanted * (asked + perhaps_good):
        return "unmet", high, "exact" if low == high else "at_most"
    return "not_assessable", low, bound


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
    choice = _asked(asked, county)
    units = []
    bounds: dict[float, Bound] = {}
    open_rows = np.zeros(len(facilities), dtype=bool)
    for text in asked.each_quality:
        has = holding(facilities, [text])
        verdict, share, bound = _share(choice, has, asked.required_share)
        bounds[share] = bound
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
                bound=bound,
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
        bound=bounds[min(shares)] if shares else "exact",
    )


def _of_sums(asked: ShareOf, county: County) -> _Found:
    """Return the share of one sum in another, and what it may be where cells are blank.

    The part is no more than the whole, in each facility. A share of at least r is that the part
    less r times the whole, added up, is not below 0: the verdict is told where that holds, or
    fails, whatever stands in the blank cells.
    """
    facilities = county.facilities
    choice = chosen(county, asked.facility_kinds, asked.facility_where)
    sums = _sums(asked, facilities, choice)
    if not sums.may_be_any:
        return _Found("not_applicable", math.nan)
    open_rows = np.zeros(len(facilities), dtype=bool)
    open_rows[choice.possible] = sums.blank
    rows = open_rows | choice.unknown
    columns = [asked.numerator_column or asked.denominator_column, asked.denominator_column]
    names = blank_columns(facilities, asked.facility_where, rows, columns)
    if not sums.is_any:
        return _Found("not_assessable", math.nan, blank=names, rows=rows)
    least, most = sums.margin(Fraction(str(asked.required_share)))
    low, high = sums.shares()
    if least >= 0:
        verdict: Verdict = "met"
    else:
        verdict = "unmet" if most < 0 else "not_assessable"
    if verdict == "not_assessable":
        return _Found(
            verdict,
            float(low or high) if low or high < 1 else math.nan,
            blank=names,
            rows=rows,
            notes=(_between(low, high, asked.required_share),),
            bound="at_least" if low or high == 1 else "at_most",
        )
    return _Found(
        verdict,
        float(low if verdict == "met" else high),
        notes=tuple(
            bound_note(name, open_rows & facilities[name].isna().to_numpy(bool))
            for name in dict.fromkeys(columns)
        ),
        bound=_bound(verdict, low, high, asked.required_share),
    )


def _bound(verdict: Verdict, low: Fraction, high: Fraction, required: float) -> Bound:
    """Return what blanks make of the share told: `low` where it is enough, else `high`."""
    if low == high:
        return "exact"
    if verdict == "met":
        return "at_least"
    return "at_most" if high < Fraction(str(required)) else "below"


def _sums(asked: ShareOf, facilities: pd.DataFrame, choice: Choice) -> Sums:
    """Return part and whole of each facility that is chosen, or may be.

    A facility that is not expected to state the whole, and says nothing of either, has none.
    """
    rows = choice.possible
    whole = numbers_of(facilities, asked.denominator_column)[rows]
    expected = expecting(facilities, asked.expected_kinds)[rows]
    if asked.numerator_column:
        part = numbers_of(facilities, asked.numerator_column)[rows]
        none = np.isnan(whole) & ~expected & ~(part > 0)
        whole = np.where(none, 0.0, whole)
        part = np.where(whole == 0, 0.0, part)
        return Sums(part, whole, choice.yes[rows])
    of_kind = facilities["kind"].isin(asked.numerator_kinds).to_numpy(bool)[rows]
    whole = np.where(np.isnan(whole) & ~expected, 0.0, whole)
    part = np.where(of_kind, whole, 0.0)
    return Sums(part, whole, choice.yes[rows], all_or_none=True, of_kind=of_kind)


def _between(low: Fraction, high: Fraction, required_share: float) -> Message | None:
    if low == 0 and high == 1:
        return None
    least, most = (share_text(float(share), required_share) for share in (low, high))
    return Message("rules.share_between", {"low": least, "high": most})
