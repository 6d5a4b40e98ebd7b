"""Random examples are the same in every run, unless fresh ones are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import examples


@pytest.fixture(autouse=True)
def usual(pytestconfig: pytest.Config) -> Iterator[None]:
    """Leave the other tests the examples of this run."""
    yield
    given = pytestconfig.getoption("explore")
    examples.load(None if given is None else int(given))


def drawn(count: int) -> list[int]:
    numbers: list[int] = []

    @examples.examples(count)
    @given(st.integers())
    def draw(number: int) -> None:
        numbers.append(number)

    draw()
    return numbers


def test_examples_are_the_same_in_every_run() -> None:
    examples.load(None)
    assert drawn(20) == drawn(20)
    assert len(drawn(20)) == 20


def test_fresh_examples_are_others_and_ten_times_as_many() -> None:
    examples.load(7)
    first, second = drawn(20), drawn(20)
    assert first != second
    assert len(first) == len(second) == 200
    assert examples.times() == 10


def test_a_seed_may_be_given_or_drawn() -> None:
    assert examples.fresh_seed("12") == 12
    assert len({examples.fresh_seed(examples.FRESH_SEED) for _ in range(5)}) > 1


def test_the_seed_of_a_test_changes_only_with_that_of_the_run() -> None:
    assert examples.seed_of("tests/a.py::test_a", None) == 4_100_881_042
    seeds = {
        examples.seed_of(test, given) for test in ("a", "b") for given in (None, "1", "2", "1")
    }
    assert len(seeds) == 6


def test_shuffled_files_stay_together() -> None:
    tests = [f"{file}::{test}" for file in "abcdef" for test in range(20)]
    one, again, other = (examples.shuffled(tests, seed) for seed in (1, 1, 2))
    assert one == again != other != tests
    assert sorted(one) == sorted(other) == sorted(tests)
    files = [test.split("::")[0] for test in one]
    assert len([file for file, _ in itertools.groupby(files)]) == 6
