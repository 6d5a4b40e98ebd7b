"""Straight pieces that run on one another for a part of their way, cut where that begins and ends.

One drawing of a road has a vertex where the other has none, or ends half way: the pieces have no
ends in common, yet it is one road.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import shapely

from coverage.county.files import refuse
from coverage.network.joining import first_of, groups_within
from coverage.network.model import BoolArray, FloatArray, IntArray
from coverage.network.noding import stacked
from coverage.network.pieces import ONE_SPOT_M, Pieces

_LEAST_ALONG_M: Final = 0.1
"""Pieces that are within `ONE_SPOT_M` of each other for less only cross, or touch."""
_BATCH: Final = 4096
_MOST_MET: Final = 5_000_000
"""Vertices on pieces, and pieces that leave them: real networks have some four a piece."""


class _Spots(NamedTuple):
    """Where the pieces end: `vertex` is one of each spot, `a` and `b` are the pieces' spots."""

    vertex: IntArray
    a: IntArray
    b: IntArray


def cut_at_overlaps(pieces: Pieces, xy: FloatArray) -> Pieces:
    """Cut pieces at the vertices of others that run along them, so that both have the same ends.

    Pieces run along one another where both lie within `ONE_SPOT_M` of each other for at least 10 cm
    and both are bridges, or none is. A vertex that only lies on a piece cuts nothing: without a
    common vertex a road that crosses or ends there may be above or below.

    Parameters
    ----------
    xy
        Places of the vertices, metres.

    Returns
    -------
    Pieces
        `pieces` itself where there is nothing to cut.

    Raises
    ------
    InputError
        If so much lies on one another that the pieces cannot be compared.
    """
    used, place = np.unique(np.concatenate([pieces.a, pieces.b]), return_inverse=True)
    group = groups_within(xy[used], ONE_SPOT_M)
    spot = group[place.ravel()]
    vertex = used[np.unique(first_of(group))]
    spots = _Spots(vertex, spot[: len(pieces)], spot[len(pieces) :])
    at, piece = _inside(pieces, xy, spots)
    along = _is_met_lengthwise(pieces, xy, spots, at, piece)
    return _cut(pieces, xy, spots.vertex[at[along]], piece[along])


def _inside(pieces: Pieces, xy: FloatArray, spots: _Spots) -> tuple[IntArray, IntArray]:
    """Return pairs of a spot and a piece on which it lies, off the piece's own ends."""
    points = np.asarray(shapely.points(xy[spots.vertex]), dtype=object)
    ends = np.stack([xy[pieces.a], xy[pieces.b]], axis=1)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends), dtype=object))
    batches, met = [], 0
    for begin in range(0, len(points), _BATCH):
        at, piece = tree.query(
            points[begin : begin + _BATCH], predicate="dwithin", distance=ONE_SPOT_M
        )
        met += len(at)
        if met > _MOST_MET:
            raise refuse("network.too_dense")
        at = at + begin
        inner = (spots.a[piece] != at) & (spots.b[piece] != at)
        batches.append((at[inner].astype(np.int64), piece[inner].astype(np.int64)))
    at, piece = stacked(batches)
    t, _ = _beside(pieces, xy, piece, xy[spots.vertex[at]])
    inner = (t > ONE_SPOT_M) & (t < pieces.length_m[piece] - ONE_SPOT_M)
    return at[inner], piece[inner]


def _beside(
    pieces: Pieces, xy: FloatArray, piece: IntArray, place: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far along its piece each place is, and how far to the left of it, metres."""
    start = xy[pieces.a[piece]]
    way = (xy[pieces.b[piece]] - start) / pieces.length_m[piece][:, None]
    off = place - start
    return (way * off).sum(axis=1), way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]


def _is_met_lengthwise(
    pieces: Pieces, xy: FloatArray, spots: _Spots, at: IntArray, piece: IntArray
) -> BoolArray:
    """Tell of spots on pieces whether another piece begins there and runs along the piece."""
    both = np.concatenate([spots.a, spots.b])
    order = np.argsort(both, kind="stable")
    first = np.searchsorted(both[order], np.arange(len(spots.vertex) + 1))
    count = np.diff(first)[at]
    if count.sum() > _MOST_MET:
        raise refuse("network.too_dense")
    pair = np.repeat(np.arange(len(at)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    half = order[first[at[pair]] + within]
    other, from_b = half % len(pieces), half >= len(pieces)
    on = piece[pair]
    here, there = pieces.a[other], pieces.b[other]
    here, there = np.where(from_b, there, here), np.where(from_b, here, there)
    t, left = _beside(pieces, xy, on, xy[here])
    to_t, to_left = _beside(pieces, xy, on, xy[there])
    goes = to_t - t
    room = np.where(goes > 0, pieces.length_m[on] - t, t)
    together = np.minimum(np.abs(goes), room)
    share = together / np.where(goes == 0, 1.0, np.abs(goes))
    close = np.abs(left + (to_left - left) * share) <= ONE_SPOT_M
    close &= (together >= _LEAST_ALONG_M) & (pieces.bridge[other] == pieces.bridge[on])
    result = np.zeros(len(at), dtype=bool)
    result[pair[close]] = True
    return result


def _cut(pieces: Pieces, xy: FloatArray, vertex: IntArray, piece: IntArray) -> Pieces:
    """Cut pieces at vertices that lie on them."""
    if not len(piece):
        return pieces
    t, _ = _beside(pieces, xy, piece, xy[vertex])
    n = len(pieces)
    row = np.concatenate([np.arange(n), piece])
    start = np.concatenate([pieces.a, vertex])
    order = np.lexsort((np.concatenate([np.zeros(n), t]), row))
    row, start = row[order], start[order]
    is_last = np.append(np.diff(row) > 0, True)
    end = np.where(is_last, pieces.b[row], np.append(start[1:], -1))
    length_m = np.hypot(*(xy[start] - xy[end]).T)
    parts = replace(pieces.take(row), a=start, b=end, length_m=length_m)
    return parts.take(parts.length_m > 0)
