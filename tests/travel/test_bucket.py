"""The compiled sweep: the same minutes and the same places as scipy's, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.messages import Message
from coverage.travel import bucket
from coverage.travel.bucket import (
    bucket_kernel,
    bucket_width_min,
    prepare_kernel,
    settle_ties,
    sized_kernel,
    spread,
    unreached,
)
from coverage.travel.compiled import compiled, is_ready
from coverage.travel.sweep import TIE_MIN, Arcs, Starts, Sweep, compress, scipy_kernel, sweep

ROUND_MIN = [0.0, 0.1, 0.2, 0.3, 0.7, 60.0]
"""Sums of these tie, or miss a tie by the last bit."""
NEAR_MIN = [0.5, 0.5 + TIE_MIN / 2, 0.5 + TIE_MIN * 2]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Arcs, Starts]:
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    minutes = st.one_of(st.sampled_from(ROUND_MIN + NEAR_MIN), st.floats(0, 50))
    rows = draw(st.lists(st.tuples(node, node, minutes), max_size=40))
    tail, head, weight = (np.array(column) for column in zip(*rows, strict=True)) if rows else (
        np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))  # fmt: skip
    n_places = draw(st.integers(1, 4))
    joins = st.tuples(st.integers(0, n_places - 1), node, minutes)
    starts = draw(st.lists(joins, min_size=1, max_size=6))
    place, at, leg = (np.array(column) for column in zip(*starts, strict=True))
    return compress(tail, head, weight, n), Starts(place, at, leg.astype(float), n_places)


def in_python(arcs: Arcs, starts: Starts) -> Sweep:
    """The loops as they are written, without numba."""
    order = np.argsort(starts.minutes, kind="stable")
    graph = (arcs.first, arcs.head, arcs.minutes)
    begin = (starts.node[order], starts.minutes[order], starts.place[order])
    state, touched = unreached(arcs.n_nodes), np.empty(arcs.n_nodes, np.int32)
    limits = (np.inf, TIE_MIN, *bucket_width_min(arcs))
    count, is_tie = spread(*graph, *begin, *limits, state, touched)
    assert sorted(touched[:count].tolist()) == np.flatnonzero(np.isfinite(state[:, 0])).tolist()
    named = state[:, 1].copy()
    settle_ties(*graph, *begin, TIE_MIN, state)
    assert is_tie or (named == state[:, 1]).all()
    place = np.where(np.isfinite(state[:, 1]), state[:, 1], -1).astype(np.int64)
    return Sweep(state[:, 0], place, settled=True)


@pytest.mark.parametrize("kernel", [bucket_kernel, in_python])
@given(graph=graphs())
def test_minutes_and_places_are_those_of_scipy(
    graph: tuple[Arcs, Starts], kernel: Callable[[Arcs, Starts], Sweep]
) -> None:
    wanted, got = sweep(*graph, scipy_kernel), sweep(*graph, kernel)
    assert got.minutes.tolist() == wanted.minutes.tolist()
    assert got.place.tolist() == wanted.place.tolist()


def test_many_starts_and_long_arcs_on_a_larger_graph() -> None:
    random = np.random.default_rng(4302)
    n, m = 3000, 9000
    weight = np.where(random.random(m) < 0.01, random.uniform(50, 500, m), random.random(m))
    arcs = compress(random.integers(0, n, m), random.integers(0, n, m), weight, n)
    starts = Starts(
        np.repeat(np.arange(200), 2), random.integers(0, n, 400), random.uniform(0, 90, 400), 200
    )
    wanted, got = sweep(arcs, starts, scipy_kernel), sweep(arcs, starts, bucket_kernel)
    np.testing.assert_array_equal(got.minutes, wanted.minutes)
    np.testing.assert_array_equal(got.place, wanted.place)


@pytest.mark.parametrize("function", [spread, compiled(spread)])
def test_a_limit_is_reached_and_not_passed(function: Any) -> None:
    # 0 -1.5-> 1 -1.5-> 2 -0.5-> 3
    arcs = compress(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([1.5, 1.5, 0.5]), 4)
    for limit, reached in ((3.0, 3), (np.nextafter(3.0, 0), 2), (3.5, 4), (-1.0, 0)):
        state, touched = unreached(4), np.empty(4, np.int32)
        begin = (np.zeros(1, np.int32), np.zeros(1), np.zeros(1, np.int64))
        graph = (arcs.first, arcs.head, arcs.minutes)
        width = bucket_width_min(arcs)
        assert function(*graph, *begin, limit, TIE_MIN, *width, state, touched) == (reached, False)
        assert touched[:reached].tolist() == list(range(reached))
        assert np.isinf(state[reached:]).all()


def test_room_for_entries_grows() -> None:
    # one node, found sooner and sooner while its older entries still wait in later buckets
    n = 60
    middle = np.arange(1, n)
    tail = np.concatenate([np.zeros(n - 1, np.int64), middle])
    head = np.concatenate([middle, np.full(n - 1, n)])
    weight = np.concatenate([np.arange(n - 1) * 0.001, 100.0 - np.arange(n - 1)])
    arcs = compress(tail, head, weight, n + 1)
    starts = Starts(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1), 1)
    wanted = sweep(arcs, starts, scipy_kernel)
    np.testing.assert_array_equal(sweep(arcs, starts, bucket_kernel).minutes, wanted.minutes)
    np.testing.assert_array_equal(in_python(arcs, starts).minutes, wanted.minutes)


def test_the_kernel_goes_by_size_and_the_first_use_is_announced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arcs = compress(np.array([0]), np.array([1]), np.array([1.0]), 2)
    starts = Starts(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1), 1)
    asked: list[str] = []

    def named(name: str) -> Callable[[Arcs, Starts], Sweep]:
        return lambda arcs, starts: (asked.append(name), scipy_kernel(arcs, starts))[1]

    monkeypatch.setattr(bucket, "bucket_kernel", named("bucket"))
    monkeypatch.setattr(bucket, "scipy_kernel", named("scipy"))
    sized_kernel(arcs, starts)
    monkeypatch.setattr(bucket, "COMPILED_FROM_NODES", 2)
    sized_kernel(arcs, starts)
    assert asked == ["scipy", "bucket"]
    monkeypatch.setattr(bucket, "is_ready", lambda _: False)
    told: list[Message] = []
    prepare_kernel(1, told.append)
    assert not told
    prepare_kernel(2, told.append)
    assert [message.id for message in told] == ["travel.step_compile"]


def test_what_is_prepared_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "COMPILED_FROM_NODES", 2)
    prepare_kernel(2)
    assert is_ready(spread)
    assert is_ready(settle_ties)
    told: list[Message] = []
    prepare_kernel(2, told.append)
    assert not told


def test_without_numba_scipy_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    arcs = compress(np.array([0]), np.array([1]), np.array([1.0]), 2)
    starts = Starts(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1), 1)
    monkeypatch.setattr(bucket, "compiled", lambda _: None)
    assert not bucket_kernel(arcs, starts).settled
    assert sweep(arcs, starts, bucket_kernel).minutes.tolist() == [0.0, 1.0]
