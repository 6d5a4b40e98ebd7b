"""Polygons that lie on one another."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

_SLIVER_SHARE: Final = 0.0001
"""Of the smaller polygon: what outlines share that were drawn one by one."""


class Overlap(NamedTuple):
    """Two polygons, by position, and the ground that they share."""

    first: int
    second: int
    area_m2: float
    share: float
    """Of the smaller one's area."""


def overlaps(shapes: npt.NDArray[np.object_]) -> list[Overlap]:
    """Return the pairs that share more than a sliver, in order.

    Parameters
    ----------
    shapes
        Valid polygons in a projected CRS, metres; None where there is none.
    """
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(smaller > 0, shared / smaller, 1.0)
    rows = np.flatnonzero(share > _SLIVER_SHARE)
    pairs = (
        Overlap(int(first[i]), int(second[i]), float(shared[i]), float(share[i])) for i in rows
    )
    return sorted(pairs)
