"""The one mechanism of two bounds, against every way to fill what is not known."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.rules.evidence.bounds import (
    NOWHERE,
    Bounds,
    BoundsArray,
    Mask,
    decided,
    judged_unit,
)
from coverage.rules.evidence.share_bounds import CountedShare

UNKNOWN = None
STATES = (True, False, UNKNOWN)
NUMBERS = st.integers(0, 6)


def mask(*states: bool | None) -> Mask:
    return Mask(
        np.array([state is True for state in states], dtype=bool),
        np.array([state is not False for state in states], dtype=bool),
    )


def states(of: Mask) -> list[bool | None]:
    pairs = zip(of.certain.tolist(), of.possible.tolist(), strict=True)
    return [True if certain else UNKNOWN if possible else False for certain, possible in pairs]


def fillings(*cells: bool | None) -> list[tuple[bool, ...]]:
    return list(itertools.product(*[(True, False) if c is UNKNOWN else (c,) for c in cells]))


def agreed(answers: list[bool]) -> bool | None:
    return answers[0] if len(set(answers)) == 1 else UNKNOWN


@pytest.mark.parametrize(("a", "b"), list(itertools.product(STATES, STATES)))
def test_masks_are_put_together_as_every_filling_has_it(a: bool | None, b: bool | None) -> None:
    both = fillings(a, b)
    assert states(mask(a) & mask(b)) == [agreed([x and y for x, y in both])]
    assert states(mask(a) | mask(b)) == [agreed([x or y for x, y in both])]
    assert states(~mask(a)) == [agreed([not x for (x,) in fillings(a)])]


@pytest.mark.parametrize("cells", list(itertools.product(STATES, repeat=3)))
def test_the_quality_that_holds_is_as_every_filling_has_it(cells: tuple[bool | None, ...]) -> None:
    """Of a special facility the other quality holds, of the rest the usual one."""
    special, other, usual = (mask(cell) for cell in cells)
    whole = (special & other) | (~special & usual) | (other & usual)
    assert states(whole) == [agreed([o if s else u for s, o, u in fillings(*cells)])]


def test_a_mask_counts_what_is_certain_and_what_is_possible() -> None:
    some = mask(True, UNKNOWN, False, UNKNOWN)
    assert some.count() == Bounds(1, 3)
    assert some.undecided.tolist() == [False, True, False, True]
    assert some.ones().least.tolist() == [1, 0, 0, 0]
    assert some.ones().most.tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize(
    ("least", "most", "verdict", "shown", "bound"),
    [
        (5, 5, "met", 5, "exact"),
        (4.999, 4.999, "unmet", 4.999, "exact"),
        (5.001, 9, "met", 5.001, "at_least"),
        (4.999, 5, "not_assessable", 4.999, "at_least"),
        (1, 4.999, "unmet", 4.999, "at_most"),
        (1, math.inf, "not_assessable", 1, "at_least"),
    ],
)
def test_a_verdict_is_told_where_both_ends_agree(
    least: float, most: float, verdict: str, shown: float, bound: str
) -> None:
    figure = Bounds(least, most)
    told = figure.verdict(Bounds.exactly(5))
    assert told == verdict
    assert (figure.shown(told), figure.bound(told)) == (shown, bound)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_bounds_against_bounds_is_what_every_pair_between_them_gives(
    a: int, b: int, c: int, d: int
) -> None:
    figure, required = Bounds(min(a, b), max(a, b)), Bounds(min(c, d), max(c, d))
    every = {
        has >= needs
        for has in range(int(figure.least), int(figure.most) + 1)
        for needs in range(int(required.least), int(required.most) + 1)
    }
    expected = "not_assessable" if len(every) == 2 else "met" if every == {True} else "unmet"
    assert figure.verdict(required) == expected


def test_what_is_required_at_least_can_be_missed_and_never_met() -> None:
    at_least = Bounds.at_least(3)
    assert Bounds.exactly(2).verdict(at_least) == "unmet"
    assert Bounds.exactly(3).verdict(at_least) == "not_assessable"
    assert Bounds.exactly(10**9).verdict(at_least) == "not_assessable"
    row = judged_unit("1", "镇", Bounds(1, 2), at_least)
    assert (row.verdict, row.observed, row.required, row.shortfall) == ("unmet", 2, 3, 1)
    row = judged_unit("1", "镇", Bounds(1, 3), at_least)
    assert (row.verdict, row.observed, math.isnan(row.shortfall)) == ("not_assessable", 1, True)
    assert math.isnan(judged_unit("1", "镇", Bounds(1, 3), Bounds.at_least(0)).required)


def test_fractions_are_compared_exactly() -> None:
    third = Fraction(1, 3)
    assert Bounds.exactly(third).verdict(Bounds.exactly(third)) == "met"
    assert Bounds.exactly(1 / 3).verdict(Bounds.exactly(third)) == "unmet"  # a little less


def test_decided_by_both_ends() -> None:
    assert decided(at_worst=True, at_best=True) == "met"
    assert decided(at_worst=False, at_best=True) == "not_assessable"
    assert decided(at_worst=False, at_best=False) == "unmet"


def test_totals_of_units_leave_out_what_stands_nowhere() -> None:
    figures = BoundsArray(np.array([1.0, 2.0, 4.0]), np.array([1.0, np.inf, 8.0]))
    units = figures.totals(np.array([1, 1, NOWHERE]), 3)
    assert units.least.tolist() == [0, 3, 0]
    assert units.most.tolist() == [0, math.inf, 0]
    assert units.undecided.tolist() == [False, True, False]
    assert figures.total() == Bounds(7, math.inf)
    assert len(figures.rows(np.array([True, False, True]))) == 2


@pytest.mark.parametrize("required", [Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(1)])
def test_a_share_of_facilities_is_told_exactly_where_every_filling_agrees(
    required: Fraction,
) -> None:
    """Three facilities, each asked or not, having it or not, or not known."""
    for cells in itertools.product(itertools.product(STATES, STATES), repeat=3):
        asked, having = zip(*cells, strict=True)
        count = CountedShare.of(mask(*asked), mask(*having))
        outcomes = set()
        for filled in itertools.product(*[fillings(*cell) for cell in cells]):
            n_asked = sum(is_asked for is_asked, _ in filled)
            n_having = sum(is_asked and has for is_asked, has in filled)
            outcomes.add(None if not n_asked else n_having >= required * n_asked)
        if not count.applies:
            assert outcomes <= {None, True}, cells
        elif True in asked:
            expected = {(True,): "met", (False,): "unmet"}.get(tuple(outcomes), "not_assessable")
            assert count.verdict(required) == expected, cells
        else:
            assert count.verdict(required) == "not_assessable", cells
