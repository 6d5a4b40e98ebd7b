"""Figures of minutes over people, held against every person written out one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.measures.distribution import Distribution, within_limit

NAN = math.nan

points = st.lists(
    st.tuples(
        st.one_of(st.just(NAN), st.integers(0, 400).map(lambda tenths: tenths / 10)),
        st.integers(0, 30),
        st.one_of(st.just(NAN), st.sampled_from([5.0, 10.0, 30.0])),
    ),
    max_size=12,
)


def persons(found: Distribution) -> list[float]:
    """The minutes of every person that reaches something, shortest first."""
    pairs = zip(found.minutes.tolist(), found.people.tolist(), strict=True)
    return sorted(minutes for minutes, n in pairs for _ in range(int(n)) if not math.isnan(minutes))


def made(rows: Sequence[tuple[float, int, float]]) -> Distribution:
    minutes, people, limits = (
        (list(column) for column in zip(*rows, strict=True))
        if rows
        else (
            [],
            [],
            [],
        )
    )
    return Distribution.of(minutes, people, limits)


@given(points)
def test_figures_are_those_of_every_person_in_turn(rows: list[tuple[float, int, float]]) -> None:
    found, everybody = made(rows), persons(made(rows))
    assert found.population == sum(n for _, n, _ in rows)
    assert found.unreachable == found.population - len(everybody)
    assert found.covered == sum(n for minutes, n, limit in rows if minutes <= limit)
    assert found.covered + found.late == found.population
    if not everybody:
        for figure in (found.mean_min, found.median_min, found.p90_min):
            assert math.isnan(figure)
        return
    assert found.mean_min == pytest.approx(sum(everybody) / len(everybody))
    for tenths in range(1, 11):
        assert found.quantile_min(tenths) == everybody[-(-len(everybody) * tenths // 10) - 1]
    assert found.median_min == np.quantile(everybody, 0.5, method="inverted_cdf")
    assert (found.median_min, found.p90_min) == (found.quantile_min(5), found.quantile_min(9))


@given(points, st.integers(0, 400))
def test_people_within_a_limit_are_counted_one_by_one(
    rows: list[tuple[float, int, float]], tenths: int
) -> None:
    found, limit = made(rows), tenths / 10
    wanted = sum(minutes <= limit for minutes in persons(found))
    assert found.people_within(limit) == wanted
    if found.population:
        assert found.share_within(limit) == wanted / found.population
    else:
        assert math.isnan(found.share_within(limit))
        assert math.isnan(found.covered_share)


@given(points, st.data())
def test_parts_add_up_and_their_order_does_not_matter(
    rows: list[tuple[float, int, float]], data: st.DataObject
) -> None:
    found = made(rows)
    chosen = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=bool
    )
    one, other = found.at(chosen), found.at(~chosen)
    for name in ("population", "unreachable", "covered", "late"):
        assert getattr(one, name) + getattr(other, name) == getattr(found, name)
    turned = made(rows[::-1])
    assert turned.quantile_min(9) == pytest.approx(found.quantile_min(9), nan_ok=True)


@pytest.mark.parametrize(
    ("minutes", "within"), [(9.999999999, True), (10.0, True), (10.000000001, False), (NAN, False)]
)
def test_a_limit_is_within_itself(minutes: float, within: bool) -> None:
    assert within_limit([minutes], 10.0).tolist() == [within]
    found = Distribution.of([minutes], [3], 10.0)
    assert found.covered == (3 if within else 0)
    assert found.people_within(10.0) == (3 if within else 0)


def test_people_that_nobody_counted_are_in_no_figure() -> None:
    found = Distribution.of([4.0, 50.0, 6.0], [2.0, NAN, 2.0], 5.0)
    assert (found.population, found.covered, found.late) == (4, 2, 2)
    assert (found.mean_min, found.p90_min) == (5.0, 6.0)


def test_without_a_limit_nobody_is_within_it() -> None:
    found = Distribution.of([4.0], [2.0])
    assert (found.covered, found.late, found.share_within(4.0)) == (0, 2, 1)
