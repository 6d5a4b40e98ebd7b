"""Parts of a line by the distance along it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString


def part_of(line: LineString, begin_m: float, end_m: float) -> LineString:
    """Return the part of `line` between two places along it, run from the first to the second.

    In contrast to `shapely.ops.substring` it takes time in proportion to the vertices, and is
    right where the line meets itself. Both places the same: a line of two equal points.

    Parameters
    ----------
    begin_m, end_m
        Along the line, in its unit; beyond its ends they are its ends.
    """
    xy = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    low, high = np.clip(sorted((begin_m, end_m)), 0.0, at[-1])
    inner = xy[(at > low) & (at < high)]
    ends = [[np.interp(place, at, column) for column in xy.T] for place in (low, high)]
    part = np.vstack([ends[:1], inner, ends[1:]])
    return LineString(part if begin_m <= end_m else part[::-1])
