"""Where lines drawn by hand meet: at shared points, and where an end just misses another line.

A line layer says nothing of junctions. Lines meet where they share a point; beyond that an end that
lies within a tolerance of another line (a gap between two ends, a T without a vertex) is joined to
it. Lines that cross are the matter of `coverage.network.crossing`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from coverage.county.files import refuse
from coverage.crs import from_degrees
from coverage.network.joining import first_of, groups_within
from coverage.network.model import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

TOUCH_M: Final = 0.01
"""Points nearer than this are one: what is left of rounding."""
NEAR_M: Final = 10.0
"""A dead end this near to a road that it does not meet is counted (an assumption)."""
_STEP: Final = 16
BATCH: Final = 128
"""Pieces or ends that are looked at in one go, so that too many pairs are noticed early."""
_MOST_PARTS: Final = 64
_MOST_ADDED: Final = 5_000_000
_MOST_NEAR: Final = 5_000_000
"""Pieces found near ends: real layers have some two or three each."""


@dataclass(frozen=True)
class Lines:
    """Lines over numbered vertices.

    Attributes
    ----------
    first
        Where each line begins among the vertices, and at the end their number.
    lon_lat
        n x 2, degrees.
    place
        n x 2, metres, finite.
    group
        n: vertices of one number are one place.
    added
        n: whether the file has no such vertex (`dense` put it in).
    """

    first: IntArray
    lon_lat: FloatArray
    place: FloatArray
    group: IntArray
    added: BoolArray

    @property
    def line(self) -> IntArray:
        """The line of each vertex."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)).astype(np.int64)

    @property
    def along_m(self) -> FloatArray:
        """How far along all lines, one after the other, each vertex lies."""
        step = np.hypot(*np.diff(self.place, axis=0).T)
        step[self.first[1:-1] - 1] = 0.0
        return np.concatenate([[0.0], np.cumsum(step)])

    def numbered(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the number of each vertex's place, and longitude and latitude of the places."""
        _, where, vertex = np.unique(self.group, return_index=True, return_inverse=True)
        return vertex.astype(np.int64), self.lon_lat[where, 0], self.lon_lat[where, 1]


def dense(
    coordinates: FloatArray, first: IntArray, step: float
) -> tuple[FloatArray, IntArray, BoolArray]:
    """Put vertices into long pieces, so that they stay where they are in any projection.

    A piece that is straight in degrees is not in metres: over 15 km along a parallel they are 2 m
    apart, over 1 km 1 cm. What a piece meets is measured where its file draws it.

    Parameters
    ----------
    coordinates
        n x 2, as in the file.
    step
        How long a piece may be, in the file's unit; one that is much longer is left as it is.

    Returns
    -------
    coordinates, first
        With the vertices put in.
    added
        Which they are.
    """
    n = len(coordinates)
    inner = np.ones(max(n - 1, 0), dtype=bool)
    inner[first[1:-1] - 1] = False
    span = np.hypot(*np.diff(coordinates, axis=0).T) if n else np.zeros(0)
    with np.errstate(invalid="ignore"):
        parts = np.where(inner & (span <= _MOST_PARTS * step), np.ceil(span / step), 1)
    parts = np.append(np.maximum(parts, 1), 1).astype(np.int64)[:n]
    if parts.sum() - n > _MOST_ADDED:
        return coordinates, first, np.zeros(n, dtype=bool)
    before = np.repeat(np.arange(n), parts)
    number = np.arange(len(before)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (number / parts[before])[:, None]
    after = np.minimum(before + 1, n - 1)
    with np.errstate(invalid="ignore"):
        moved = coordinates[before] + (coordinates[after] - coordinates[before]) * share
    moved[number == 0] = coordinates
    return moved, np.concatenate([[0], np.cumsum(parts)])[first].astype(np.int64), number > 0


def sparse(lines: Lines) -> Lines:
    """Return the lines without the vertices of `dense` at which nothing meets."""
    count = np.bincount(lines.group, minlength=len(lines.group))
    kept = ~lines.added | (count[lines.group] > 1)
    number = np.cumsum(kept) - 1
    group = first_of(np.unique(lines.group[kept], return_inverse=True)[1].astype(np.int64))
    first = np.append(number, kept.sum())[lines.first]
    return Lines(first, lines.lon_lat[kept], lines.place[kept], group, lines.added[kept])


@dataclass(frozen=True)
class Places:
    """Places on lines.

    Attributes
    ----------
    line
        Which one.
    along_m
        Where on it, as `Lines.along_m`.
    meets
        The number of what meets there: a `Lines.group`, or the number of vertices so far and the
        position of another of these places.
    """

    line: IntArray
    along_m: FloatArray
    meets: IntArray


def meeting(
    lon_lat: FloatArray, first: IntArray, added: BoolArray, crs: CRS, apart: BoolArray
) -> Lines:
    """Return lines that meet where they share a point.

    An end within `TOUCH_M` of an end or vertex is one with it; two inner vertices are where they
    are exactly the same, unless one of the lines is `apart` (a bridge or tunnel).
    """
    n = len(lon_lat)
    x, y = from_degrees(crs).transform(*lon_lat.T)
    place = np.column_stack([x, y])
    place[~np.isfinite(place)] = 0.0  # elsewhere on Earth: cut out by its degrees afterwards
    group = np.arange(n, dtype=np.int64)
    lines = Lines(first, lon_lat, place, group, added)
    if not n:
        return lines
    end = np.zeros(n, dtype=bool)
    end[first[:-1]] = True
    end[first[1:] - 1] = True
    low = np.flatnonzero(~end & ~added & ~apart[lines.line])
    if len(low):
        same = np.unique(place[low], axis=0, return_inverse=True)[1].ravel()
        group[low] = low[first_of(same)]
    near = end.copy()
    if not end.all():
        distance, _ = cKDTree(place[end]).query(place[~end], distance_upper_bound=TOUCH_M)
        near[~end] = np.isfinite(distance)
    joined = np.flatnonzero(near)
    ends = group.copy()
    ends[joined] = joined[first_of(groups_within(place[joined], TOUCH_M))]
    return replace(lines, group=_united(n, np.column_stack([group, ends])))


def _united(n: int, pairs: IntArray) -> IntArray:
    """Return one number for what hangs together by `pairs`; row k also names k itself."""
    own = np.arange(len(pairs))
    a = np.concatenate([own, own])
    links = coo_array((np.ones(len(a), dtype=bool), (a, pairs.T.ravel())), (n, n))
    group = connected_components(links, directed=False)[1]
    return np.unique(group, return_index=True)[1][group].astype(np.int64)


class Pieces:
    """Short pieces of lines in a tree, and which line has a vertex at which place.

    Attributes
    ----------
    pieces
        LineStrings of a few vertices, metres.
    line
        Of which line each is.
    tree
        Of `pieces`.
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.along_m = lines.along_m
        of_vertex = lines.line
        size = np.diff(lines.first)
        count = np.maximum((size - 2) // _STEP + 1, 1)
        self.line = np.repeat(np.arange(len(size)), count).astype(np.int64)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        self.start = lines.first[self.line] + step * _STEP
        self.last = np.minimum(self.start + _STEP, lines.first[self.line + 1] - 1)
        long = self.last - self.start + 1
        vertex = np.repeat(self.start, long) + (
            np.arange(long.sum()) - np.repeat(np.cumsum(long) - long, long)
        )
        pieces = shapely.linestrings(
            lines.place[vertex], indices=np.repeat(np.arange(len(long)), long)
        )
        self.pieces: npt.NDArray[np.object_] = np.asarray(pieces, dtype=object)
        self.tree = shapely.STRtree(self.pieces)
        self._lines = len(size)
        self._at = np.unique(lines.group * self._lines + of_vertex)

    def has(self, line: IntArray, group: IntArray) -> BoolArray:
        """Tell whether each line has a vertex at each place."""
        key = group * self._lines + line
        at = np.minimum(np.searchsorted(self._at, key), len(self._at) - 1)
        return np.asarray(self._at[at] == key)

    def degree(self) -> IntArray:
        """Return the number of pieces that leave each place, by its number."""
        n = len(self.lines.group)
        leaving = np.full(n, 2)
        leaving[self.lines.first[:-1]] -= 1
        leaving[self.lines.first[1:] - 1] -= 1
        return np.bincount(self.lines.group, weights=leaving, minlength=n).astype(np.int64)

    def along(self, piece: IntArray, at_m: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return where on its line a place of a piece lies, and the vertex before it."""
        along = self.along_m[self.start[piece]] + at_m
        before = np.searchsorted(self.along_m, along, side="right") - 1
        return along, np.clip(before, self.start[piece], self.last[piece] - 1)


def _near(
    index: Pieces, vertex: IntArray, within_m: float, *, whole: bool
) -> tuple[IntArray, IntArray]:
    """Return pairs of a position in `vertex` and a piece of a line that does not meet it there.

    Too many are refused where the `whole` of them is wanted, else left out.
    """
    points = np.asarray(shapely.points(index.lines.place[vertex]), dtype=object)
    batches: list[tuple[IntArray, IntArray]] = []
    total = 0
    for begin in range(0, len(vertex), BATCH):
        batch = points[begin : begin + BATCH]
        at, piece = index.tree.query(batch, predicate="dwithin", distance=within_m)
        total += len(at)
        if total > _MOST_NEAR:
            if whole:
                raise refuse("network.too_dense")
            break
        at = at + begin
        apart = ~index.has(index.line[piece], index.lines.group[vertex[at]])
        batches.append((at[apart].astype(np.int64), piece[apart].astype(np.int64)))
    return stacked(batches)


def stacked(batches: list[tuple[IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    """Return the pairs of all batches."""
    if not batches:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate([a for a, _ in batches]), np.concatenate([b for _, b in batches])


def join_ends(lines: Lines, within_m: float) -> tuple[Lines, int, int]:
    """Join every end to the lines within `within_m` of it that it does not meet.

    An end joins the nearest vertex of such a line where one is within reach, else the line gets a
    vertex there. An end whose own line (or another that meets it) leads to the same place within
    three times the distance is not joined: it is connected already.

    Returns
    -------
    lines, gaps, tees
        Ends joined to an end, and those joined to the middle of a line.
    """
    if within_m <= TOUCH_M or not len(lines.group):
        return lines, 0, 0
    index = Pieces(lines)
    ends = np.unique(np.concatenate([lines.first[:-1], lines.first[1:] - 1]))
    ends = ends[np.unique(lines.group[ends], return_index=True)[1]]
    at, piece = _near(index, ends, within_m, whole=True)
    if not len(at):
        return lines, 0, 0
    vertex = ends[at]
    point = shapely.points(lines.place[vertex])
    away_m = shapely.distance(point, index.pieces[piece])
    order = np.lexsort((away_m, index.line[piece], at))
    key = at[order] * len(lines.first) + index.line[piece[order]]
    best = order[np.unique(key, return_index=True)[1]]
    vertex, piece, point = vertex[best], piece[best], point[best]
    along, before = index.along(piece, shapely.line_locate_point(index.pieces[piece], point))
    nearest = np.where(
        index.along_m[before + 1] - along < along - index.along_m[before], before + 1, before
    )
    reach = np.hypot(*(lines.place[nearest] - lines.place[vertex]).T) <= within_m
    known = reach & _leads_there(lines, index.along_m, vertex, nearest, 3 * within_m)
    vertex, along, nearest, reach = (a[~known] for a in (vertex, along, nearest, reach))
    line = index.line[piece][~known]
    is_end = np.zeros(len(lines.group), dtype=bool)
    is_end[lines.first[:-1]] = is_end[lines.first[1:] - 1] = True
    gap = reach & is_end[nearest]
    split = ~reach
    lines = put_in(
        lines,
        Places(line[split], along[split], lines.group[vertex[split]]),
        np.column_stack([vertex, nearest])[reach],
    )
    joined_ends = len(np.unique(vertex[gap]))
    return lines, joined_ends, len(np.unique(vertex[~gap]))


def _leads_there(
    lines: Lines, along_m: FloatArray, vertex: IntArray, to: IntArray, within_m: float
) -> BoolArray:
    """Tell whether a line that meets a vertex comes by the place of another vertex soon."""
    order = np.argsort(lines.group, kind="stable")
    sizes = np.bincount(lines.group, minlength=len(lines.group))
    slot = np.concatenate([[0], np.cumsum(sizes)])
    of_vertex = lines.line
    result = np.zeros(len(vertex), dtype=bool)
    for i, (a, b) in enumerate(zip(vertex.tolist(), to.tolist(), strict=True)):
        here, there = (order[slot[g] : slot[g + 1]] for g in (lines.group[a], lines.group[b]))
        shared = of_vertex[here][:, None] == of_vertex[there]
        soon = np.abs(along_m[here][:, None] - along_m[there]) <= within_m
        result[i] = (shared & soon).any()
    return result


def near_ends(lines: Lines) -> int:
    """Return how many dead ends lie within `NEAR_M` of a line that meets none of theirs."""
    if not len(lines.group):
        return 0
    index = Pieces(lines)
    degree = index.degree()
    ends = np.unique(np.concatenate([lines.first[:-1], lines.first[1:] - 1]))
    dead = ends[degree[lines.group[ends]] == 1]
    at, piece = _near(index, dead, NEAR_M, whole=False)
    own = lines.line[dead[at]]
    own_groups = [(lines.group[lines.first[k]], lines.group[lines.first[k + 1] - 1]) for k in own]
    start, end = (np.array([g[i] for g in own_groups], dtype=np.int64) for i in (0, 1))
    other = index.line[piece]
    apart = ~index.has(other, start) & ~index.has(other, end)
    return len(np.unique(at[apart]))


def put_in(lines: Lines, added: Places, links: IntArray) -> Lines:
    """Return the lines with vertices put in, and places joined.

    Parameters
    ----------
    added
        The vertices to put in.
    links
        k x 2: vertices that become one place.
    """
    n, more = len(lines.group), len(added.line)
    along_m = lines.along_m
    before = np.searchsorted(along_m, added.along_m, side="right") - 1
    before = np.clip(before, lines.first[added.line], lines.first[added.line + 1] - 2)
    span = along_m[before + 1] - along_m[before]
    share = np.where(span > 0, (added.along_m - along_m[before]) / np.where(span > 0, span, 1), 0)

    def between(values: FloatArray) -> FloatArray:
        return np.asarray(values[before] + (values[before + 1] - values[before]) * share[:, None])

    of_vertex = np.concatenate([lines.line, added.line])
    order = np.lexsort((np.arange(n + more), np.concatenate([along_m, added.along_m]), of_vertex))
    united = np.concatenate([lines.group, n + np.arange(more)])
    pairs = np.concatenate(
        [
            np.column_stack([np.arange(n + more), united]),
            np.column_stack([n + np.arange(more), added.meets]),
            links.reshape(-1, 2),
        ]
    )
    joined = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), (n + more, n + more))
    group = connected_components(joined, directed=False)[1][order].astype(np.int64)
    size = np.bincount(of_vertex, minlength=len(lines.first) - 1)
    return Lines(
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        np.concatenate([lines.lon_lat, between(lines.lon_lat)])[order],
        np.concatenate([lines.place, between(lines.place)])[order],
        first_of(group),
        np.concatenate([lines.added, np.zeros(more, dtype=bool)])[order],
    )
