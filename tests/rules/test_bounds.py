"""Sums with blank cells: whatever is filled in, the verdict that was told holds."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coverage.report.score import bounded_text
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import RuleResult
from tests.examples import examples
from tests.rules_fixtures import county, evidence, rule_for, rule_result

CATALOGUE = load_catalogue()
VALUES = (0, 1, 2, 3, 40)
"""What is tried in a blank cell: nothing, a little, and more than all the others together."""
CELL = st.sampled_from([None, 0, 1, 2, 3])


def _tested(rule_id: str, facilities: list[dict[str, object]], share: float) -> RuleResult:
    rows = [{k: v for k, v in facility.items() if v is not None} for facility in facilities]
    stated = {rule_id: {"required_share": share}}
    place = county([{"code": "1", "population": 1000}], [], rows, rules=stated)
    return rule_result(rule_for(CATALOGUE, rule_id, place), place, evidence(place, []))


def _fillings(pairs: list[tuple[int | None, int | None]]) -> list[list[tuple[int, int]]]:
    """Every way to fill the blanks in which no part exceeds its whole."""
    each = [
        [
            (p, w)
            for p in (VALUES if part is None else (part,))
            for w in (VALUES if whole is None else (whole,))
            if p <= w
        ]
        for part, whole in pairs
    ]
    return [list(filled) for filled in itertools.product(*each)]


@examples(120)
@given(
    st.lists(st.tuples(CELL, CELL), min_size=1, max_size=3),
    st.sampled_from([0.25, 0.4, 0.5, 1.0]),
)
@example([(None, None), (0, 1)], 1.0)
def test_a_share_of_sums_is_told_exactly_where_every_filling_agrees(
    pairs: list[tuple[int | None, int | None]], share: float
) -> None:
    pairs = [(min(p, w) if p is not None and w is not None else p, w) for p, w in pairs]
    facilities = [
        {"kind": "county_hospital", "ambulances": w, "negative_pressure_ambulances": p}
        for p, w in pairs
    ]
    result = _tested("negative-pressure", facilities, share)
    shares = [
        Fraction(sum(p for p, _ in filled), whole)
        for filled in _fillings(pairs)
        if (whole := sum(w for _, w in filled))
    ]
    required = Fraction(str(share))
    if not shares:
        assert result.verdict == "not_applicable"
        return
    possible = {"met" if found >= required else "unmet" for found in shares}
    if len(possible) == 2 or not any(p or w for p, w in pairs):
        assert result.verdict == "not_assessable"
    else:
        assert {result.verdict} == possible
        told = result.observed
        if result.bound == "exact":
            assert told == pytest.approx(float(shares[0]))
        elif result.bound == "at_most":
            assert told == pytest.approx(float(max(shares)), abs=0.1)
            assert all(float(found) <= told + 1e-12 for found in shares)
        elif result.bound == "below":
            assert told == share
            assert all(found < required for found in shares)
        else:
            assert all(float(found) >= told - 1e-12 for found in shares)


def test_a_share_that_blanks_only_come_near_to_is_told_as_less_than_its_limit() -> None:
    """1 of the known is no part: n / (n + 1) is less than 1 whatever n the blanks are."""
    blank: dict[str, object] = {"kind": "county_hospital"}
    none = {**blank, "ambulances": 1, "negative_pressure_ambulances": 0}
    result = _tested("negative-pressure", [blank, none], 1.0)
    assert (result.verdict, result.observed, result.bound) == ("unmet", 1.0, "below")
    assert math.isnan(result.shortfall)
    assert bounded_text(result, "en") == "less than 100.0 %"
    assert bounded_text(result, "zh") == "不足 100.0 %"
    almost = _tested("negative-pressure", [blank, none], 0.999)
    assert almost.verdict == "not_assessable"


@examples(80)
@given(st.lists(st.tuples(st.booleans(), CELL), min_size=1, max_size=4))
def test_the_part_of_a_sum_that_falls_to_kinds_is_told_where_every_filling_agrees(
    visits: list[tuple[bool, int | None]],
) -> None:
    facilities = [
        {"kind": "village_clinic" if primary else "county_hospital", "outpatient_visits": n}
        for primary, n in visits
    ]
    result = _tested("primary-outpatient-share", facilities, 0.65)
    each = [VALUES if n is None else (n,) for _, n in visits]
    shares = [
        Fraction(sum(n for (primary, _), n in zip(visits, filled, strict=True) if primary), total)
        for filled in itertools.product(*each)
        if (total := sum(filled))
    ]
    if not shares:
        assert result.verdict == "not_applicable"
        return
    possible = {"met" if found >= Fraction("0.65") else "unmet" for found in shares}
    # With nothing at all there is no share: that too is possible where nobody is known to have one.
    if len(possible) == 2 or not any(n for _, n in visits):
        assert result.verdict == "not_assessable"
    else:
        assert {result.verdict} == possible


@examples(60)
@given(st.lists(CELL, min_size=1, max_size=4), st.integers(min_value=100, max_value=3000))
def test_a_density_is_told_exactly_where_every_filling_agrees(
    beds: list[int | None], residents: int
) -> None:
    rows = [{"kind": "county_hospital", **({} if n is None else {"beds": n})} for n in beds]
    place = county([{"code": "1", "population": residents}], [], rows)
    result = rule_result(rule_for(CATALOGUE, "beds", place), place, evidence(place, []))
    enough = Fraction("7.75") * residents / 1000
    fillings = itertools.product(*[VALUES if n is None else (n,) for n in beds])
    possible = {"met" if sum(filled) >= enough else "unmet" for filled in fillings}
    if all(n is None for n in beds) or len(possible) == 2:
        assert result.verdict == "not_assessable"
    else:
        assert {result.verdict} == possible
