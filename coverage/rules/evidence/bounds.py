"""What is known of a figure, and what is possible: a blank cell is neither 0 nor no.

Every figure that rests on cells which may be blank has two ends: the least and the most that it
can be, whatever is filled in. A verdict is given where both ends agree; else it is open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.model.results import Bound, UnitResult, Verdict

IntArray = npt.NDArray[np.int64]
Number = float | Fraction

NOWHERE: Final = -1
"""In place of a unit's position: what it is asked of stands in no unit."""


def decided(*, at_worst: bool, at_best: bool) -> Verdict:
    """Return the verdict on a demand from whether it is fulfilled at both ends of the possible.

    Parameters
    ----------
    at_worst, at_best
        Whether it is fulfilled by the worst and by the best that blank cells may hold; what the
        worst fulfils the best does too.
    """
    if at_worst:
        return "met"
    return "not_assessable" if at_best else "unmet"


@dataclass(frozen=True)
class Bounds:
    """The least and the most that one figure can be, both included."""

    least: Number
    most: Number

    @classmethod
    def exactly(cls, value: Number) -> Bounds:
        """Return the bounds of a figure that is known."""
        return cls(value, value)

    @classmethod
    def at_least(cls, value: Number) -> Bounds:
        """Return the bounds of a figure of which nothing says how large it may be."""
        return cls(value, math.inf)

    @property
    def is_exact(self) -> bool:
        """Whether the figure is known."""
        return self.least == self.most

    def verdict(self, required: Bounds) -> Verdict:
        """Return whether the figure reaches what is `required` of it."""
        return decided(
            at_worst=self.least >= required.most,
            at_best=not self.most < required.least,
        )

    def shown(self, verdict: Verdict) -> float:
        """Return the figure to report: the most where even that is too little, else the least."""
        return float(self.most if verdict == "unmet" else self.least)

    def bound(self, verdict: Verdict) -> Bound:
        """Return what the figure is that `shown` gives."""
        if self.is_exact:
            return "exact"
        return "at_most" if verdict == "unmet" else "at_least"


@dataclass(frozen=True)
class BoundsArray:
    """The least and the most that each of several figures can be: arrays of the same length."""

    least: FloatArray
    most: FloatArray

    def __len__(self) -> int:
        return len(self.least)

    def __getitem__(self, row: int) -> Bounds:
        return Bounds(float(self.least[row]), float(self.most[row]))

    @property
    def undecided(self) -> BoolArray:
        """Which of the figures are not known exactly."""
        undecided: BoolArray = self.most > self.least
        return undecided

    def rows(self, which: BoolArray) -> BoundsArray:
        """Return the bounds of some of the figures."""
        return BoundsArray(self.least[which], self.most[which])

    def total(self) -> Bounds:
        """Return the bounds of their sum."""
        return Bounds(float(self.least.sum()), float(self.most.sum()))

    def totals(self, stands_in: IntArray, n_units: int) -> BoundsArray:
        """Return the bounds of the sum in each unit; what stands `NOWHERE` is in none."""
        return BoundsArray(
            summed(self.least, stands_in, n_units), summed(self.most, stands_in, n_units)
        )


@dataclass(frozen=True)
class Mask:
    """What is known of each row of a table: three-valued logic, after Kleene.

    Attributes
    ----------
    certain
        It is known that the row is one.
    possible
        The row is one, or a blank cell leaves it open; where not even this holds, it is none.
    """

    certain: BoolArray
    possible: BoolArray

    @classmethod
    def known(cls, rows: BoolArray) -> Mask:
        """Return the mask of what is known of every row."""
        return cls(rows, rows)

    @classmethod
    def every(cls, n_rows: int) -> Mask:
        """Return the mask of every row."""
        return cls.known(np.ones(n_rows, dtype=bool))

    @property
    def undecided(self) -> BoolArray:
        """Of which rows a blank cell leaves it open."""
        return self.possible & ~self.certain

    def __and__(self, other: Mask) -> Mask:
        return Mask(self.certain & other.certain, self.possible & other.possible)

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.certain | other.certain, self.possible | other.possible)

    def __invert__(self) -> Mask:
        return Mask(~self.possible, ~self.certain)

    def count(self) -> Bounds:
        """Return how many rows are ones."""
        return Bounds(int(self.certain.sum()), int(self.possible.sum()))

    def ones(self) -> BoundsArray:
        """Return 1 for each row that is one, 0 for each that is none."""
        return BoundsArray(self.certain.astype(float), self.possible.astype(float))


def summed(numbers: FloatArray, stands_in: IntArray, n_units: int) -> FloatArray:
    """Return the sum of `numbers` in each of `n_units`; what stands `NOWHERE` is left out."""
    placed = stands_in != NOWHERE
    return np.bincount(stands_in[placed], numbers[placed], n_units).astype(float)


def judged_unit(
    code: str, name: str, observed: Bounds, required: Bounds, english: str = ""
) -> UnitResult:
    """Return the row of a unit that has `observed` of which it must have `required`.

    Where the verdict is open the shortfall is what there may be too little at most.
    """
    verdict = observed.verdict(required)
    shown = observed.shown(verdict)
    least = float(required.least)
    without_limit = verdict == "not_assessable" and not required.is_exact
    return UnitResult(
        code,
        name,
        verdict,
        shown,
        least if least > 0 else math.nan,
        math.nan if without_limit else max(0.0, least - shown),
        english=english,
        bound=observed.bound(verdict),
    )
