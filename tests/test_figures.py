"""Figures are rounded for the eye and never across a limit, wherever they are shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coverage.figures import (
    column_decimals,
    minutes_text,
    moved_text,
    number_text,
    rounded_column,
    share_text,
    whole_people,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "limit", "shown"),
    [
        # Rounded, not cut.
        (2 / 3, 0.9, "66.7 %"),
        (1 / 3, 0.9, "33.3 %"),
        (0.29949, 0.9, "29.9 %"),
        # All, and next to all.
        (1.0, 1.0, "100.0 %"),
        (0.9996, 1.0, "99.96 %"),
        (0.9995, 1.0, "99.95 %"),
        (0.99949, 1.0, "99.9 %"),
        (0.99999, 1.0, "99.999 %"),
        (0.9996, 0.5, "99.96 %"),
        (1 - 1e-7, 1.0, "99.99999 %"),
        # None, and next to none.
        (0.0, 1.0, "0.0 %"),
        (0.0004, 1.0, "0.04 %"),
        (0.0006, 1.0, "0.1 %"),
        (1e-9, 1.0, "0.0000001 %"),
        # The rule's own limit.
        (0.9, 0.9, "90.0 %"),
        (0.8999999999999999, 0.9, "90.0 %"),
        (0.8996, 0.9, "89.96 %"),
        (0.9004, 0.9, "90.04 %"),
        (0.9006, 0.9, "90.1 %"),
        (0.89994, 0.9, "89.99 %"),
        (0.3333, 0.3333, "33.33 %"),
        (0.33325, 0.3333, "33.3 %"),
        (0.33328, 0.3333, "33.3 %"),
        (0.3333, 1 / 3, "33.3 %"),
        # What no share can be.
        (1.2, 1.0, "100.0 %"),
        (-0.1, 1.0, "0.0 %"),
    ],
)
def test_shares(share: float, limit: float, shown: str) -> None:
    assert share_text(share, limit) == shown


def test_a_share_in_words_can_do_without_a_limit_of_its_own() -> None:
    assert share_text(0.9996) == "99.96 %"
    assert share_text(0.8996) == "90.0 %"


@pytest.mark.parametrize(
    ("minutes", "limits", "shown"),
    [
        (30.0, (30.0,), "30.0"),
        (30.04, (30.0,), "30.04"),
        (29.96, (30.0,), "29.96"),
        (30.004, (30.0,), "30.004"),
        (30.06, (30.0,), "30.1"),
        (29.94, (30.0,), "29.9"),
        (30.04, (10.0,), "30.0"),
        (30.04, (), "30.0"),
        (10.01, (10.0, 30.0), "10.01"),
        (12.55, (12.5,), "12.55"),
        (12.5, (12.5,), "12.5"),
        (7.25, (7.25,), "7.25"),
        (30.04, (NAN,), "30.0"),
    ],
)
def test_minutes(minutes: float, limits: tuple[float, ...], shown: str) -> None:
    assert minutes_text(minutes, *limits) == shown


@pytest.mark.parametrize(
    ("figure", "limit", "shown"),
    [
        (2.4996, 2.5, "2.4996"),
        (2.49949, 2.5, "2.499"),
        (2.5, 2.5, "2.5"),
        (2.5004, 2.5, "2.5004"),
        (0.7 * 1.3, 0.91, "0.91"),
        (0.0004, 3.0, "0.0004"),
        (0.0, 3.0, "0"),
        (3.0999, 3.1, "3.0999"),
        (7.7496, 7.75, "7.7496"),
        (7.7496, 7.7496, "7.7496"),
        (1200.0, 1500.0, "1,200"),
        (1e30, 1.0, "1,000,000,000,000,000,000,000,000,000,000"),
    ],
)
def test_figures_of_rules(figure: float, limit: float, shown: str) -> None:
    assert number_text(figure, limit) == shown


def _parsed(words: str) -> float:
    return float(re.sub("[ %,]", "", words))


shares = st.floats(0, 1) | st.integers(0, 10_000).map(lambda n: n / 10_000)
near = st.sampled_from([0.0, 1e-9, -1e-9, 1e-6, -1e-6, 4e-4, -4e-4, 5e-4, -5e-4])


@given(shares, near)
@example(0.9, -5e-4)
@example(1.0, -5e-4)
def test_a_share_reads_as_on_the_side_of_its_limit_on_which_it_is(limit: float, by: float) -> None:
    limit = round(limit, 4)
    share = min(max(limit + by, 0.0), 1.0)
    shown = _parsed(share_text(share, limit))
    for against in (0.0, limit, 1.0):
        # What differs in its last bits is the limit itself.
        side = 0 if abs(share - against) < 1e-10 else share - against
        read = round(shown - 100 * against, 9)
        assert (read > 0) == (side > 0)
        assert (read < 0) == (side < 0)
    assert abs(shown - 100 * share) <= 0.05 + 1e-9


@given(
    st.integers(1, 600_000).map(lambda n: n / 10_000),
    st.floats(-1, 1, allow_subnormal=False) | near,
)
@example(30.0, 0.04)
@example(2.5, -0.0004)
def test_minutes_and_figures_read_as_on_the_side_of_their_limit(limit: float, by: float) -> None:
    value = round(limit + by, 9)
    if value <= 0:
        return
    for shown, within in (
        (_parsed(minutes_text(value, limit)), 0.05),
        (_parsed(number_text(value, limit)), 0.0005),
    ):
        assert (shown > limit) == (value > limit)
        assert (shown < limit) == (value < limit)
        assert abs(shown - value) <= within + 1e-9


def test_a_column_has_the_decimals_of_the_cell_that_needs_most() -> None:
    assert column_decimals([31.0, 30.04, NAN], 1, [30.0, 30.0, 30.0]) == 2
    assert column_decimals([31.0, 30.04, NAN], 1, 10.0) == 1
    assert column_decimals([], 1, 10.0) == 1
    # A browser halves by the last bit, a spreadsheet by the digits: neither may reach the limit.
    assert column_decimals([30.05], 1, 30.1) == 2
    cells = rounded_column([31.234, 30.04, NAN], 1, [30.0, 30.0, 30.0])
    assert cells[:2] == [31.2, 30.04]
    assert cells[2] != cells[2]


def test_what_moved_is_told_however_little() -> None:
    assert moved_text(1.25, 1) == "+1.3"
    assert moved_text(-0.04, 1) == "-0.04"
    assert moved_text(0.0, 1) == "+0.0"
    assert moved_text(NAN, 1) == "nan"


def test_a_part_of_a_resident_is_not_nobody() -> None:
    assert [whole_people(n) for n in (0.0, 1e-12, 0.2, 0.6, 1.4, 1000.5)] == [0, 0, 1, 1, 1, 1000]
