"""A share where cells may be blank, of facilities or of one sum in another: both ends of it.

Of two sums: in each facility the part is no less than 0 and no more than the whole, for it is
counted within it: the two blanks of one facility are bound together, not each for itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from coverage.rules.evidence.bounds import Bounds, Mask, Number, decided
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.model.results import Verdict

_ZERO: Final = Fraction(0)
_ONE: Final = Fraction(1)


class ShareBounds(NamedTuple):
    """The least and the greatest that a share can be, exactly."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class CountedShare:
    """How many facilities are asked, and how many of them have what they must have.

    Where it is open whether a facility is asked at all, the worst and the best that may come of
    it are taken: one that may lack it is asked, or one that may have it.

    Attributes
    ----------
    eligible, having
        How many are asked for certain, and for certain have it.
    may_be_having
        How many of those eligible for certain have it, or may.
    undecided_lacking, undecided_having
        How many of those that are asked perhaps may lack it, and may have it.
    nothing_known
        Whether of none that is asked for certain it is known whether it has it.
    """

    eligible: int
    having: int
    may_be_having: int
    undecided_lacking: int
    undecided_having: int
    nothing_known: bool

    @classmethod
    def of(cls, eligible: Mask, having: Mask) -> CountedShare:
        """Return the counts of the `eligible` facilities and of those `having` the quality."""
        return cls(
            eligible=int(eligible.certain.sum()),
            having=int((eligible.certain & having.certain).sum()),
            may_be_having=int((eligible.certain & having.possible).sum()),
            undecided_lacking=int((eligible.undecided & ~having.certain).sum()),
            undecided_having=int((eligible.undecided & having.possible).sum()),
            nothing_known=bool((~eligible.certain | having.undecided).all()),
        )

    @property
    def applies(self) -> bool:
        """Whether a facility is asked, or one may be that could fail."""
        return self.eligible > 0 or self.undecided_lacking > 0

    def verdict(self, required: Fraction) -> Verdict:
        """Return whether the share reaches `required`; open where none is asked for certain."""
        if not self.eligible:
            return "not_assessable"
        worst, best = self._ends()
        return decided(
            at_worst=worst[0] >= required * worst[1], at_best=best[0] >= required * best[1]
        )

    def bounds(self) -> Bounds:
        """Return the share; an end of which nothing is known is NaN."""
        if not self.eligible:
            return Bounds.exactly(math.nan)
        worst, best = self._ends()
        return Bounds(math.nan if self.nothing_known else worst[0] / worst[1], best[0] / best[1])

    def _ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return how many have it of how many are asked, at worst and at best."""
        worst = self.having, self.eligible + self.undecided_lacking
        most = self.may_be_having + self.undecided_having
        return worst, (most, self.eligible + self.undecided_having)


@dataclass(frozen=True)
class Sums:
    """What facilities state of a part and of the whole that it is of.

    Attributes
    ----------
    part, whole
        One each a facility; NaN where it should be stated and is not.
    certain
        Whether it is known that the facility counts at all.
    all_or_none
        The part is the whole, or 0, by the facility's kind: `of_kind` says which. Else any.
    of_kind
        Whose whole is part.
    """

    part: FloatArray
    whole: FloatArray
    certain: BoolArray
    all_or_none: bool = False
    of_kind: BoolArray | None = None

    @property
    def blank(self) -> BoolArray:
        """Which facilities leave one of the two blank."""
        blank: BoolArray = np.isnan(self.part) | np.isnan(self.whole)
        return blank

    @property
    def is_any(self) -> bool:
        """Whether there is for certain something of which a share can be taken."""
        return bool((self.certain & ((self.whole > 0) | (self.part > 0))).any())

    @property
    def may_be_any(self) -> bool:
        """Whether there is anything, or may be, of which a share can be taken."""
        return bool((np.isnan(self.whole) | (self.whole > 0)).any())

    def margin(self, required: Fraction) -> Bounds:
        """Return by how much the part exceeds `required` of the whole."""
        least: Number = _ZERO
        most: Number = _ZERO
        for low, high in (self._margin(row, required) for row in range(len(self.whole))):
            least, most = least + low, most + high
        return Bounds(least, most)

    def share(self) -> ShareBounds:
        """Return the share: both ends of what is possible, or comes as near as you like.

        Where there may be nothing to take a share of, it may be any.
        """
        least = self._extreme(self._poorest, min, _ZERO)
        return ShareBounds(least, self._extreme(self._richest, max, _ONE))

    def _margin(self, row: int, required: Fraction) -> tuple[Number, Number]:
        part, whole = self.part[row], self.whole[row]
        low: Number
        high: Number
        if not math.isnan(whole):
            size = Fraction(whole)
            least, most = (_ZERO, size) if math.isnan(part) else (Fraction(part), Fraction(part))
            low, high = least - required * size, most - required * size
        elif self.all_or_none and self.of_kind is not None:
            gains = bool(self.of_kind[row])
            low = _ZERO if gains else -math.inf
            high = math.inf if gains and required < 1 else _ZERO
        elif math.isnan(part):
            low, high = -math.inf, math.inf if required < 1 else _ZERO
        else:
            low, high = -math.inf, (1 - required) * Fraction(part)
        return (low, high) if self.certain[row] else (min(low, _ZERO), max(high, _ZERO))

    def _poorest(self, row: int) -> tuple[Fraction, Fraction] | None:
        """Return part and whole that lower the share most; None: it can be next to nothing."""
        part, whole = self.part[row], self.whole[row]
        if not math.isnan(whole):
            return (_ZERO if math.isnan(part) else Fraction(part)), Fraction(whole)
        gains = self.all_or_none and self.of_kind is not None and bool(self.of_kind[row])
        return (_ZERO, _ZERO) if gains else None

    def _richest(self, row: int) -> tuple[Fraction, Fraction] | None:
        """Return part and whole that raise the share most; None: it can be next to all."""
        part, whole = self.part[row], self.whole[row]
        if not math.isnan(whole):
            return Fraction(whole if math.isnan(part) else part), Fraction(whole)
        if self.all_or_none and self.of_kind is not None:
            return None if self.of_kind[row] else (_ZERO, _ZERO)
        return None if math.isnan(part) else (Fraction(part), Fraction(part))

    def _extreme(
        self,
        filled: Callable[[int], tuple[Fraction, Fraction] | None],
        best: Callable[[Fraction, Fraction], Fraction],
        limit: Fraction,
    ) -> Fraction:
        """Return the extreme share: by Dinkelbach's iteration, for facilities may be left out."""
        pairs = [filled(row) for row in range(len(self.whole))]
        if any(pair is None for pair in pairs):
            return limit
        known = [pair for pair in pairs if pair is not None]
        fixed = [pair for pair, sure in zip(known, self.certain, strict=True) if sure]
        free = [pair for pair, sure in zip(known, self.certain, strict=True) if not sure]
        share = _ratio(fixed)
        if share is None:
            return limit
        while True:
            now = share
            chosen = [(p, w) for p, w in free if w and best(p / w, now) != now]
            share = _ratio([*fixed, *chosen]) or _ZERO
            if share == now:
                return share


def _ratio(pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    parts, wholes = zip(*pairs, strict=True) if pairs else ((), ())
    whole = sum(wholes, _ZERO)
    return sum(parts, _ZERO) / whole if whole else None
