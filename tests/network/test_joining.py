"""Places within a tolerance of each other are one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.network.joining import first_of, groups_within
from tests.examples import examples

WITHIN_M = 0.01


def by_every_pair(place: np.ndarray, within_m: float) -> list[int]:
    """Return the groups by walking from place to place, each compared with each."""
    group = [-1] * len(place)
    for start in range(len(place)):
        if group[start] < 0:
            group[start], ahead = max(group) + 1, [start]
            while ahead:
                at = ahead.pop()
                for other in range(len(place)):
                    if group[other] < 0 and np.hypot(*(place[at] - place[other])) <= within_m:
                        group[other] = group[at]
                        ahead.append(other)
    return group


@pytest.mark.parametrize(
    ("apart_m", "expected"), [(0.0099, [0, 0]), (0.01, [0, 0]), (0.0101, [0, 1])]
)
def test_the_tolerance_itself_still_joins(apart_m: float, expected: list[int]) -> None:
    for turned in (np.array([[1.0, 0.0]]), np.array([[0.6, 0.8]])):
        place = np.vstack([[[0.0, 0.0]], apart_m * turned])
        assert groups_within(place, WITHIN_M).tolist() == expected


def test_a_chain_of_near_places_is_one_group() -> None:
    place = np.array([[0.009 * step, 0.0] for step in range(50)] + [[5.0, 5.0]])
    assert groups_within(place, WITHIN_M).tolist() == [0] * 50 + [1]
    assert first_of(groups_within(place, WITHIN_M)).tolist() == [0] * 50 + [50]
    assert groups_within(np.zeros((0, 2)), WITHIN_M).tolist() == []


@examples(80)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40),
    st.sampled_from([0.0007, 0.003, 0.011]),
)
def test_comparing_every_pair_agrees(lattice: list[tuple[int, int]], spacing_m: float) -> None:
    place = np.array(lattice, dtype=float) * spacing_m
    assert groups_within(place, WITHIN_M).tolist() == by_every_pair(place, WITHIN_M)


def test_places_on_one_spot_are_not_compared_with_each_other() -> None:
    """Forty thousand of them have 800 million pairs: 12 GB, were they listed."""
    random = np.random.default_rng(8)
    heap = random.uniform(0, WITHIN_M, (40_000, 2))
    assert set(groups_within(heap, WITHIN_M).tolist()) == {0}
