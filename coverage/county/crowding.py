"""Outlines that run to and fro so often that looking at them takes the square of their length."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

MAX_PAIRS: Final = 20_000_000
"""Pieces of an outline that lie beside each other in both directions; a county's has thousands."""
_FEW_VERTICES: Final = 6_000  # which can have no more pairs than that


def crowded(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Tell which shapes have more pairs of pieces side by side than `MAX_PAIRS`.

    Of a star of 300,000 spikes each piece lies beside half of all the others, west to east and
    south to north: every comparison of the shape with itself or another one meets them all. The
    count takes n log n.
    """
    large = shapely.get_num_coordinates(shapes) > _FEW_VERTICES
    crowded = np.zeros(len(shapes), dtype=bool)
    for i in np.flatnonzero(large):
        crowded[i] = _pairs(shapes[i]) > MAX_PAIRS
    return crowded


def _pairs(shape: Any) -> int:
    """Return how many pairs of pieces overlap from west to east, or south to north if fewer."""
    xy = shapely.get_coordinates(shape)
    low, high = np.minimum(xy[1:], xy[:-1]), np.maximum(xy[1:], xy[:-1])
    return min(_overlapping(low[:, axis], high[:, axis]) for axis in (0, 1))


def _overlapping(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> int:
    begun = np.searchsorted(np.sort(low), high, side="right")
    ended = np.searchsorted(np.sort(high), low, side="left")
    # Each interval is counted with itself, and each pair from both sides.
    return int((begun - ended - 1).sum()) // 2
