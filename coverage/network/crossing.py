"""Where lines cross without a common point.

On one level such places are junctions whose vertex was left out, but they may be bridges: who gives
the layer must say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from pyproj import CRS
from scipy.spatial import cKDTree

from coverage.county.files import refuse
from coverage.crs import to_degrees
from coverage.network.model import FloatArray, IntArray
from coverage.network.noding import (
    BATCH,
    TOUCH_M,
    BoolArray,
    Lines,
    Pieces,
    Places,
    put_in,
    stacked,
)

_MOST_COMPARED: Final = 500_000
"""Pairs of pieces that are looked at for a crossing: real layers have about one a vertex or two."""


@dataclass(frozen=True)
class Crossings:
    """Places where two lines cross without a common point.

    Attributes
    ----------
    first, second
        The lines.
    along_first_m, along_second_m
        Where on them, `Lines.along_m`.
    lon_lat
        n x 2, degrees.
    complete
        Whether all pairs of lines were looked at.
    """

    first: IntArray
    second: IntArray
    along_first_m: FloatArray
    along_second_m: FloatArray
    lon_lat: FloatArray
    complete: bool = True


def crossings(
    lines: Lines, crs: CRS, level: IntArray, within_m: float, *, whole: bool
) -> Crossings:
    """Return where lines of one `level` cross and have no common point within `within_m`.

    Too many are refused where the `whole` of them is wanted, else left out. A line whose level is
    below 0 crosses nothing.
    """
    none = np.zeros(0, dtype=np.int64)
    empty = Crossings(none, none, np.zeros(0), np.zeros(0), np.zeros((0, 2)))
    if not len(lines.group):
        return empty
    index = Pieces(lines)
    batches = list(_crossing_pieces(index, level))
    complete = sum(compared for _, _, compared in batches) <= _MOST_COMPARED
    if whole and not complete:
        raise refuse("network.too_dense")
    one, two = stacked([(a, b) for a, b, _ in batches])
    if not len(one):
        return replace(empty, complete=complete)
    points, owner = shapely.get_coordinates(
        shapely.intersection(index.pieces[one], index.pieces[two]), return_index=True
    )
    one, two = one[owner], two[owner]
    place = shapely.points(points)
    along_one, _ = index.along(one, shapely.line_locate_point(index.pieces[one], place))
    along_two, _ = index.along(two, shapely.line_locate_point(index.pieces[two], place))
    new = ~_meet_near(lines, points, index.line[one], index.line[two], max(within_m, TOUCH_M))
    keys = np.column_stack([index.line[one], index.line[two], np.round(points, 2)])
    new &= np.isin(np.arange(len(keys)), np.unique(keys, axis=0, return_index=True)[1])
    lon, lat = to_degrees(crs).transform(*points[new].T)
    return Crossings(
        index.line[one][new],
        index.line[two][new],
        along_one[new],
        along_two[new],
        np.column_stack([lon, lat]),
        complete,
    )


def _crossing_pieces(index: Pieces, level: IntArray) -> Iterator[tuple[IntArray, IntArray, int]]:
    """Yield pairs of pieces of different lines that cross, and how many pairs were compared.

    Of equal pieces one is looked at; the end is where `_MOST_COMPARED` is passed.
    """
    usable = np.flatnonzero(level[index.line] >= 0)
    shape = shapely.to_wkb(shapely.normalize(index.pieces[usable]))
    keys = [(wkb, k) for wkb, k in zip(shape.tolist(), level[index.line[usable]], strict=True)]
    once = usable[sorted({key: i for i, key in reversed(list(enumerate(keys)))}.values())]
    tree = shapely.STRtree(index.pieces[once])
    total = 0
    for begin in range(0, len(once), BATCH):
        at, other = tree.query(index.pieces[once[begin : begin + BATCH]])
        one, two = once[at + begin], once[other]
        a, b = index.line[one], index.line[two]
        kept = (a < b) & (level[a] == level[b])
        one, two = one[kept], two[kept]
        total += len(one)
        if total > _MOST_COMPARED:
            one, two = one[:0], two[:0]
        cross = shapely.crosses(index.pieces[one], index.pieces[two])
        yield one[cross].astype(np.int64), two[cross].astype(np.int64), int(kept.sum())
        if total > _MOST_COMPARED:
            return


def _meet_near(
    lines: Lines, points: FloatArray, one: IntArray, two: IntArray, within_m: float
) -> BoolArray:
    """Tell whether two lines have a common place within reach of each point."""
    count = np.bincount(lines.group, minlength=len(lines.group))
    common = np.flatnonzero(count[lines.group] > 1)
    if not len(common):
        return np.zeros(len(points), dtype=bool)
    of_vertex = lines.line
    tree = cKDTree(lines.place[common])
    result = np.zeros(len(points), dtype=bool)
    for i, near in enumerate(tree.query_ball_point(points, within_m)):
        vertices = common[near]
        of_one = set(lines.group[vertices[of_vertex[vertices] == one[i]]].tolist())
        of_two = set(lines.group[vertices[of_vertex[vertices] == two[i]]].tolist())
        result[i] = bool(of_one & of_two)
    return result


def join_crossings(lines: Lines, crossings: Crossings) -> Lines:
    """Put a common vertex into the lines at each crossing."""
    number = len(lines.group) + np.arange(len(crossings.first))
    both = Places(
        np.concatenate([crossings.first, crossings.second]),
        np.concatenate([crossings.along_first_m, crossings.along_second_m]),
        np.concatenate([number, number]),
    )
    return put_in(lines, both, np.zeros((0, 2), dtype=np.int64))
