"""How figures are shown: rounded for the eye, but never across a limit that they are held against.

99.96 % where all are asked for is not 100.0 %, and 30.04 minutes are not 30.0 where the limit is
30: such a figure is given as many decimals as it takes to stand on its own side. Every share, every
time beside its limit and every figure of a rule is written by this module, wherever it is shown; a
spreadsheet or a table of the browser, which rounds by itself, is told how many decimals to show.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Final

Limits = float | Sequence[float]

PER_CENT_DECIMALS: Final = 1
MINUTES_DECIMALS: Final = 1
FIGURE_DECIMALS: Final = 3

_ALL_SHARES: Final = (0.0, 1.0)
_MOST_DECIMALS: Final = 10
_EXACT_DECIMALS: Final = 6
"""A figure that equals a limit of more decimals than these is rounded as any other."""
_NOISE: Final = 1e-10
_RELATIVE_NOISE: Final = 1e-12
"""What differs from a limit by no more than these does so in the last bits of a sum."""
_ARITHMETIC: Final = Context(prec=400)
"""Digits enough for every float."""
_DECIMALS_OF_A_SHARE: Final = 2
"""How many more decimals a share has than the same in per cent."""


def decimals_shown(value: float, least: int, limits: Iterable[float] = ()) -> int:
    """Return the fewest decimals that leave `value` on its own side of each limit when rounded.

    Parameters
    ----------
    value
        Not NaN.
    least
        Decimals that it has in any case.
    limits
        What it must not be rounded to, unless it is equal to it, nor across. NaN is none.
    """
    exact = Decimal(repr(float(value)))
    others = [
        (Decimal(repr(float(limit))), _side(value, limit))
        for limit in limits
        if math.isfinite(limit)
    ]
    for decimals in range(least, _MOST_DECIMALS):
        if all(_stays(exact, decimals, limit, side) for limit, side in others):
            return decimals
    return _MOST_DECIMALS


def rounded(value: float, least: int, *limits: float) -> float:
    """Return `value` with the decimals of `decimals_shown`, as a number; NaN stays NaN."""
    if not math.isfinite(value):
        return value
    return float(_rounded(value, decimals_shown(value, least, limits)))


def column_decimals(values: Sequence[float], least: int, *limits: Limits) -> int:
    """Return the decimals of a column: those of the cell that needs most.

    Parameters
    ----------
    values
        NaN where a cell is blank.
    limits
        Each is one limit, or one for each of `values`.
    """
    shown = (
        decimals_shown(value, least, of_cell)
        for value, *of_cell in _cells(values, limits)
        if math.isfinite(value)
    )
    return max(shown, default=least)


def rounded_column(values: Sequence[float], least: int, *limits: Limits) -> list[float]:
    """Return each of `values` as `rounded` gives it; the limits are as in `column_decimals`."""
    return [rounded(value, least, *of_cell) for value, *of_cell in _cells(values, limits)]


def _cells(values: Sequence[float], limits: Sequence[Limits]) -> Iterator[tuple[float, ...]]:
    each = ([limit] * len(values) if isinstance(limit, float) else limit for limit in limits)
    return zip(values, *each, strict=True)


def share_decimals(share: float, *limits: float) -> int:
    """Return the decimals of a share in per cent; none and all are limits of every share."""
    decimals = decimals_shown(
        share, PER_CENT_DECIMALS + _DECIMALS_OF_A_SHARE, (*_ALL_SHARES, *limits)
    )
    return decimals - _DECIMALS_OF_A_SHARE


def share_text(share: float, *limits: float) -> str:
    """Return a share in per cent, as it is written everywhere.

    Parameters
    ----------
    share
        From 0 to 1; what lies beyond is told as the nearest of them.
    limits
        Shares that it is held against, beside none and all.
    """
    within = min(max(share, 0.0), 1.0)
    decimals = share_decimals(within, *limits)
    return f"{_rounded(within, decimals + _DECIMALS_OF_A_SHARE) * 100:.{decimals}f} %"


def minutes_text(minutes: float, *limits: float) -> str:
    """Return minutes with one decimal, or with more where a limit asks for them."""
    decimals = decimals_shown(minutes, MINUTES_DECIMALS, limits)
    return f"{_rounded(minutes, decimals):.{decimals}f}"


def number_text(value: float, *limits: float) -> str:
    """Return a figure with up to three decimals, or more where 0 or a limit asks for them."""
    decimals = decimals_shown(value, FIGURE_DECIMALS, (0.0, *limits))
    shown = f"{_rounded(value, decimals):,.{decimals}f}"
    return shown.rstrip("0").rstrip(".")


def moved_text(change: float, least: int) -> str:
    """Return by how much a figure moved, with its sign and `least` decimals or, of little, more."""
    if not math.isfinite(change):
        return str(change)
    return f"{_rounded(change, decimals_shown(change, least, (0.0,))):+,f}"


def whole_people(people: float) -> int:
    """Return a number of residents as a whole one; a part of one is one, for it is not nobody."""
    return max(1, round(people)) if people > _NOISE else round(people)


def _side(value: float, limit: float) -> int:
    """Return 1 above the limit, -1 below, 0 at it."""
    if math.isclose(value, limit, rel_tol=_RELATIVE_NOISE, abs_tol=_NOISE):
        return 0
    return 1 if value > limit else -1


def _stays(exact: Decimal, decimals: int, limit: Decimal, side: int) -> bool:
    """Tell whether the rounded value is on the limit's `side`, whichever way a program halves."""
    grid = Decimal(1).scaleb(-decimals)
    ways = [
        exact.quantize(grid, rounding, _ARITHMETIC) for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN)
    ]
    if side:
        return all((rounded > limit) == (side > 0) and rounded != limit for rounded in ways)
    has_more = limit != limit.quantize(
        Decimal(1).scaleb(-_EXACT_DECIMALS), ROUND_HALF_UP, _ARITHMETIC
    )
    return has_more or all(rounded == limit for rounded in ways)


def _rounded(value: float, decimals: int) -> Decimal:
    # Adding 0 takes the sign off what is rounded to nothing.
    grid = Decimal(1).scaleb(-decimals)
    exact = Decimal(repr(float(value)))
    return _ARITHMETIC.add(exact.quantize(grid, ROUND_HALF_UP, _ARITHMETIC), Decimal(0))
