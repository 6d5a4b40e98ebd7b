"""How many random examples a test draws, and from which seed; in which order tests run.

In ``make test`` they are the same in every run: a run that was green stays green. ``make explore``
(``pytest --explore``) draws fresh ones, ten times as many. What it finds becomes a fixed case of
the test that found it: hypothesis prints the example, the head of the run the seed.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import Final

from hypothesis import HealthCheck, settings

_FIXED: Final = "fixed"
_FRESH: Final = "fresh"
_TIMES_FRESH: Final = 10

_USUAL: Final = 100

# A busy machine is slow, not wrong.
_PATIENT: Final = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(_FIXED, _PATIENT, max_examples=_USUAL, derandomize=True)
settings.register_profile(
    _FRESH, _PATIENT, max_examples=_USUAL * _TIMES_FRESH, derandomize=False, print_blob=True
)

FRESH_SEED: Final = "fresh"
"""What ``--explore`` takes for a seed of its own."""


def load(seed: int | None) -> None:
    """Draw fixed examples from now on, or fresh ones if there is a seed."""
    settings.load_profile(_FIXED if seed is None else _FRESH)


def fresh_seed(given: str) -> int:
    """Return the seed that ``--explore`` was given, or a new one."""
    return secrets.randbits(31) if given == FRESH_SEED else int(given)


def times() -> int:
    """Return how many times as many examples this run draws."""
    return 1 if settings().derandomize else _TIMES_FRESH


def examples(count: int) -> settings:
    """Return what a test is decorated with that draws `count` examples in ``make test``."""
    return settings(max_examples=count * times())


def seed_of(test: str, given: str | None) -> int:
    """Return the seed of a test for numpy or `random`, by the seed of the run, if there is one."""
    return random.Random(f"{given} {test}").getrandbits(32)


def shuffled(tests: Sequence[str], seed: int) -> list[str]:
    """Return the names of tests in the order of a seed; those of a file stay together."""
    dice = random.Random(seed)
    by_file: dict[str, list[str]] = {}
    for test in tests:
        by_file.setdefault(test.split("::")[0], []).append(test)
    files = dice.sample(list(by_file.values()), len(by_file))
    return [test for names in files for test in dice.sample(names, len(names))]
