"""Rules that want a share: of facilities that have a quality, or of one sum in another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from coverage.county.words import column_title
from coverage.figures import share_text
from coverage.messages import Message
from coverage.rules.evidence.bounds import Bounds, Mask
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facility_masks import (
    blank_columns,
    facility_mask,
    fulfilling,
    number_column,
    of_kinds,
)
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.share_bounds import CountedShare, ShareBounds, Sums
from coverage.rules.evidence.units import region_of
from coverage.rules.evidence.verdicts import blank_notes, bound_note, combined, joined
from coverage.rules.model.conditions import (
    Conditions,
    FacilityKinds,
    NumberColumn,
    RegionKinds,
    in_region,
    parse,
)
from coverage.rules.model.forms import (
    FACILITY_KINDS,
    FACILITY_WHERE,
    REQUIRED_SHARE,
    Form,
    Question,
)
from coverage.rules.model.parameters import KindParameters, Share
from coverage.rules.model.results import Bound, RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Rule
from coverage.rules.rule_kind import RuleKind, always


class ShareOf(KindParameters):
    """A share: of the facilities that have a quality, or of one sum in another.

    One of four: `quality`; `each_quality`; `numerator_column` with `denominator_column`;
    `numerator_kinds` with `denominator_column`.

    Attributes
    ----------
    quality
        Conditions of which a facility must fulfil every one.
    special_where, special_quality
        Facilities for which another quality holds in place of `quality`, and which.
    each_quality
        Conditions that each have a share of their own, which must all be large enough.
    numerator_column, denominator_column
        Facility columns that are added up.
    region_kinds
        Kinds of facility that take the place of `facility_kinds` in a region.
    numerator_kinds
        Kinds of facility whose part of the sum of `denominator_column` is the share.
    required_share
        The least share allowed.
    expected_kinds
        Kinds of facility that are expected to state `denominator_column`: a blank of theirs may
        be any number, one of any other kind counts as none; of `quality`: that are expected to
        state what `facility_where` asks, so that a blank of any other kind means that it is not
        eligible. Empty: whoever the rule speaks of.
    """

    quality: Conditions = ()
    special_where: Conditions = ()
    special_quality: Conditions = ()
    each_quality: Conditions = ()
    numerator_column: NumberColumn = ""
    denominator_column: NumberColumn = ""
    region_kinds: RegionKinds = ()
    numerator_kinds: FacilityKinds = ()
    required_share: Share
    expected_kinds: FacilityKinds = ()

    @model_validator(mode="after")
    def _is_one_share(self) -> ShareOf:
        stated = [self.quality, self.each_quality, self.numerator_column, self.numerator_kinds]
        sums = bool(self.numerator_column or self.numerator_kinds)
        if sum(map(bool, stated)) != 1 or sums != bool(self.denominator_column):
            raise PydanticCustomError("one_share", "one form of share, whole")
        if bool(self.special_where) != bool(self.special_quality) or (
            self.special_where and not self.quality
        ):
            raise PydanticCustomError("one_share", "special_where with special_quality")
        return self

    @property
    def required(self) -> Fraction:
        """The least share allowed, exactly as it is written."""
        return Fraction(str(self.required_share))


def evaluate(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
    """Return the share and the least share allowed.

    A facility with a blank cell may have the quality or not: the verdict is given only where it
    is the same either way. The text speaks of facilities or sums; how many residents they fail
    is not known where the share is too small.
    """
    stated = ShareOf.of(rule)
    if kinds := in_region(stated.region_kinds, region_of(facts, evidence)):
        stated = stated.model_copy(update={"facility_kinds": kinds})
    facilities = facts.county.facilities
    if stated.quality:
        share = _of_facilities(stated, facilities)
    elif stated.each_quality:
        share = _of_each(stated, facilities)
    else:
        share = _of_sums(stated, facilities)
    settled = share.verdict in ("met", "not_applicable")
    lacking = stated.required_share - share.observed if share.verdict == "unmet" else 0.0
    if share.verdict == "not_assessable" or share.bound == "below":
        lacking = math.nan
    return RuleResult(
        rule=rule,
        verdict=share.verdict,
        observed=share.observed,
        required=stated.required_share,
        unit=rule.unit,
        population_total=facts.known_population,
        population_short=0.0 if settled else math.nan,
        shortfall=lacking,
        note=joined([*blank_notes(facilities, share.blank, share.rows), *share.notes]),
        units=share.units,
        missing_columns=tuple(f"facilities.{name}" for name in share.blank),
        bound=share.bound,
    )


@dataclass(frozen=True)
class _ShareResult:
    """A share and what is known of it.

    Attributes
    ----------
    rows
        Facilities that leave something open.
    blank
        Columns whose blanks in `rows` leave the verdict open.
    """

    verdict: Verdict
    observed: float
    rows: BoolArray
    units: tuple[UnitResult, ...] = ()
    blank: tuple[str, ...] = ()
    notes: tuple[Message | None, ...] = ()
    bound: Bound = "exact"


def _of_facilities(stated: ShareOf, facilities: pd.DataFrame) -> _ShareResult:
    """Return the share of facilities with the quality, a row each."""
    eligible, having = _eligible(stated, facilities), _having(stated, facilities)
    verdict, observed, bound = _judged(CountedShare.of(eligible, having), stated.required)
    rows = _undecided(eligible, having)
    where = [
        *stated.facility_where,
        *stated.quality,
        *stated.special_where,
        *stated.special_quality,
    ]
    return _ShareResult(
        verdict,
        observed,
        rows,
        units=tuple(
            _facility(facilities, int(row), eligible, having)
            for row in np.flatnonzero(eligible.possible)
        ),
        blank=blank_columns(facilities, where, rows) if verdict == "not_assessable" else (),
        bound=bound,
    )


def _eligible(stated: ShareOf, facilities: pd.DataFrame) -> Mask:
    """Return which facilities are asked; a blank of a kind that need not state it means no."""
    mask = facility_mask(facilities, stated.facility_kinds, stated.facility_where)
    expected = of_kinds(facilities, stated.expected_kinds)
    return Mask(mask.certain, mask.certain | (mask.undecided & expected))


def _having(stated: ShareOf, facilities: pd.DataFrame) -> Mask:
    """Return which facilities have the quality that holds for them."""
    usual = fulfilling(facilities, stated.quality)
    if not stated.special_where:
        return usual
    special = fulfilling(facilities, stated.special_where)
    other = fulfilling(facilities, stated.special_quality)
    # One that has both qualities has the one that holds for it, whichever that is.
    return (special & other) | (~special & usual) | (other & usual)


def _undecided(eligible: Mask, having: Mask) -> BoolArray:
    """Return which facilities leave the share open."""
    undecided: BoolArray = (
        eligible.undecided & ~having.certain | eligible.certain & having.undecided
    )
    return undecided


def _judged(count: CountedShare, required: Fraction) -> tuple[Verdict, float, Bound]:
    """Return the verdict on a share, the share to report, and what blank cells make of it.

    Where none is known to be eligible, and none could fail, nothing is eligible.
    """
    if not count.applies:
        return "not_applicable", math.nan, "exact"
    verdict, share = count.verdict(required), count.bounds()
    return verdict, share.shown(verdict), share.bound(verdict)


def _facility(facilities: pd.DataFrame, row: int, eligible: Mask, having: Mask) -> UnitResult:
    code, name = str(facilities["id"].iloc[row]), str(facilities["name"].iloc[row])
    has = having.ones()[row]
    if eligible.undecided[row] and has.least:
        return UnitResult(code, name, "not_applicable", 1.0, 1.0, math.nan)
    if eligible.undecided[row] or not has.is_exact:
        return UnitResult(code, name, "not_assessable", math.nan, 1.0, math.nan)
    observed = float(has.least)
    return UnitResult(code, name, has.verdict(Bounds.exactly(1)), observed, 1.0, 1.0 - observed)


def _of_each(stated: ShareOf, facilities: pd.DataFrame) -> _ShareResult:
    """Return the least of several shares, a row each, named as its column is."""
    eligible = _eligible(stated, facilities)
    rows = np.zeros(len(facilities), dtype=bool)
    units = []
    for text in stated.each_quality:
        having = fulfilling(facilities, [text])
        rows |= _undecided(eligible, having)
        units.append(_quality(text, CountedShare.of(eligible, having), stated))
    verdict = combined(unit.verdict for unit in units)
    known = [unit for unit in units if not math.isnan(unit.observed)]
    poorest = min(reversed(known), key=lambda unit: unit.observed, default=None)
    where = [*stated.facility_where, *stated.each_quality]
    return _ShareResult(
        verdict,
        poorest.observed if poorest else math.nan,
        rows,
        units=tuple(units),
        blank=blank_columns(facilities, where, rows) if verdict == "not_assessable" else (),
        bound=poorest.bound if poorest else "exact",
    )


def _quality(text: str, count: CountedShare, stated: ShareOf) -> UnitResult:
    """Return the row of one quality."""
    verdict, share, bound = _judged(count, stated.required)
    lacking = {"met": 0.0, "unmet": stated.required_share - share}.get(verdict, math.nan)
    column = parse(text).column
    names = column_title("facilities", column)
    required = stated.required_share
    return UnitResult(
        column, names.zh, verdict, share, required, lacking, english=names.en, bound=bound
    )


def _of_sums(stated: ShareOf, facilities: pd.DataFrame) -> _ShareResult:
    """Return the share of one sum in another, and what it may be where cells are blank.

    The part is no more than the whole, in each facility. A share of at least r is that the part
    less r times the whole, added up, is not below 0: the verdict is given where that holds, or
    fails, whatever stands in the blank cells.
    """
    mask = facility_mask(facilities, stated.facility_kinds, stated.facility_where)
    sums = _sums(stated, facilities, mask)
    blank_cells = np.zeros(len(facilities), dtype=bool)
    if not sums.may_be_any:
        return _ShareResult("not_applicable", math.nan, blank_cells)
    blank_cells[mask.possible] = sums.blank
    rows = blank_cells | mask.undecided
    columns = [stated.numerator_column or stated.denominator_column, stated.denominator_column]
    names = blank_columns(facilities, stated.facility_where, rows, columns)
    if not sums.is_any:
        return _ShareResult("not_assessable", math.nan, rows, blank=names)
    verdict = sums.margin(stated.required).verdict(Bounds.exactly(0))
    share = sums.share()
    if verdict == "not_assessable":
        from_zero = share.least == 0
        no_figure = from_zero and share.most == 1
        return _ShareResult(
            verdict,
            math.nan if no_figure else float(share.most if from_zero else share.least),
            rows,
            blank=names,
            notes=(_between(share, stated.required_share),),
            bound="at_most" if from_zero and not no_figure else "at_least",
        )
    return _ShareResult(
        verdict,
        float(share.least if verdict == "met" else share.most),
        rows,
        notes=tuple(
            bound_note(name, blank_cells & facilities[name].isna().to_numpy(bool))
            for name in dict.fromkeys(columns)
        ),
        bound=_bound(verdict, share, stated.required),
    )


def _bound(verdict: Verdict, share: ShareBounds, required: Fraction) -> Bound:
    """Return what blanks make of the share reported; one that is only come near to is below it."""
    bound = Bounds(share.least, share.most).bound(verdict)
    return "below" if bound == "at_most" and share.most >= required else bound


def _sums(stated: ShareOf, facilities: pd.DataFrame, mask: Mask) -> Sums:
    """Return part and whole of each facility that is chosen, or may be.

    A facility that is not expected to state the whole, and says nothing of either, has none.
    """
    rows = mask.possible
    whole = number_column(facilities, stated.denominator_column)[rows]
    expected = of_kinds(facilities, stated.expected_kinds)[rows]
    if stated.numerator_column:
        part = number_column(facilities, stated.numerator_column)[rows]
        none = np.isnan(whole) & ~expected & ~(part > 0)
        whole = np.where(none, 0.0, whole)
        part = np.where(whole == 0, 0.0, part)
        return Sums(part, whole, mask.certain[rows])
    of_kind = of_kinds(facilities, stated.numerator_kinds)[rows]
    whole = np.where(np.isnan(whole) & ~expected, 0.0, whole)
    part = np.where(of_kind, whole, 0.0)
    return Sums(part, whole, mask.certain[rows], all_or_none=True, of_kind=of_kind)


def _between(share: ShareBounds, required_share: float) -> Message | None:
    if share.least == 0 and share.most == 1:
        return None
    least, most = (share_text(float(end), required_share) for end in share)
    return Message("rules.share_between", {"low": least, "high": most})


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "share_quality": Form(
            "share",
            (
                FACILITY_KINDS,
                FACILITY_WHERE,
                Question("quality", "conditions", [], needed=True),
                REQUIRED_SHARE,
            ),
        ),
        "share_sums": Form(
            "share",
            (
                Question("numerator_column", "number_column", "", needed=True),
                Question("denominator_column", "number_column", "", needed=True),
                FACILITY_KINDS,
                FACILITY_WHERE,
                REQUIRED_SHARE,
            ),
        ),
        "share_kinds": Form(
            "share",
            (
                Question("numerator_kinds", "facility_kinds", [], needed=True),
                Question("denominator_column", "number_column", "", needed=True),
                REQUIRED_SHARE,
            ),
        ),
    }
)

KIND: Final = RuleKind(
    id="share",
    place=6,
    parameters=ShareOf,
    evaluate=evaluate,
    unit=always("share"),
    forms=FORMS,
)
