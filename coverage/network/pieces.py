"""Ways cut into straight pieces; pieces that lie on one another are one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.network.joining import groups_within
from coverage.network.model import BoolArray, FloatArray, IntArray
from coverage.network.tags import CLASSES, UNKNOWN_CLASS
from coverage.network.ways import Ways

_Kind = TypeVar("_Kind", bound=np.generic)

ONE_SPOT_M: Final = 0.01
"""Pieces whose ends are this near to each other lie on one another: degrees are kept to 1 cm."""

_UNKNOWN: Final = CLASSES.index(UNKNOWN_CLASS)


@dataclass(frozen=True)
class Pieces:
    """Straight pieces between neighbouring vertices; a one-way piece runs from `a` to `b`.

    Attributes
    ----------
    a, b
        Vertices.
    forward, backward
        Whether it is driven from `a` to `b`, and from `b` to `a`.
    length_m
        Above 0.
    highway
        Position in `CLASSES`.
    limit_kph
        n x 2: from `a` to `b`, and back; infinite where there is none. Of a one-way piece both
        are the limit of its direction.
    bridge, joinable, known
        As in `coverage.network.ways.Way`.
    name
        Text or None.
    """

    a: IntArray
    b: IntArray
    forward: BoolArray
    backward: BoolArray
    length_m: FloatArray
    highway: IntArray
    limit_kph: FloatArray
    bridge: BoolArray
    joinable: BoolArray
    known: BoolArray
    name: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.a)

    def take(self, rows: IntArray | BoolArray) -> Pieces:
        """Return some of the pieces, in the order of `rows`."""
        return Pieces(**{name: column[rows] for name, column in vars(self).items()})


def cut(ways: Ways, xy: FloatArray, limit_kph: FloatArray) -> Pieces:
    """Cut ways at every vertex; vertices on one spot become one, pieces without length go.

    Parameters
    ----------
    xy
        Places of the vertices, metres.
    limit_kph
        One row a way: along and against its drawing.
    """
    sizes = np.diff(ways.first)
    way = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    inside = way[1:] == way[:-1]
    a, b, way = ways.vertex[:-1][inside], ways.vertex[1:][inside], way[1:][inside]
    length = np.hypot(*(xy[a] - xy[b]).T)
    still = (length == 0) & (a != b)
    if still.any():
        spot = _first_linked(a[still], b[still], len(xy))
        a, b = spot[a], spot[b]
    kept = length > 0
    a, b, way, length = a[kept], b[kept], way[kept], length[kept]
    table = ways.table.iloc[way]
    forward, backward = table["forward"].to_numpy(), table["backward"].to_numpy()
    number = {name: position for position, name in enumerate(CLASSES)}
    highway = np.array([number[name] for name in ways.table["highway"]], dtype=np.int64)
    return _run_as_driven(
        Pieces(
            a=a,
            b=b,
            forward=forward,
            backward=backward,
            length_m=length,
            highway=highway[way],
            limit_kph=limit_kph[way],
            bridge=table["bridge"].to_numpy(),
            joinable=table["joinable"].to_numpy(),
            known=table["known"].to_numpy(),
            name=table["name"].to_numpy(dtype=object),
        )
    )


def without_length(ways: Ways, xy: FloatArray) -> int:
    """Return how many ways have all their vertices on one spot."""
    if not len(ways.table):
        return 0
    place, first = xy[ways.vertex], ways.first[:-1]
    least, most = np.minimum.reduceat(place, first), np.maximum.reduceat(place, first)
    return int(np.count_nonzero((least == most).all(axis=1)))


def _run_as_driven(pieces: Pieces) -> Pieces:
    """Turn round what is driven only against its drawing."""
    against = pieces.backward & ~pieces.forward
    limit = np.where(against[:, None], pieces.limit_kph[:, ::-1], pieces.limit_kph)
    one_way = ~(pieces.forward & pieces.backward)
    limit[one_way, 1] = limit[one_way, 0]
    return replace(
        pieces,
        a=np.where(against, pieces.b, pieces.a),
        b=np.where(against, pieces.a, pieces.b),
        forward=pieces.forward | against,
        backward=pieces.backward & ~against,
        limit_kph=limit,
    )


def one_each(pieces: Pieces, xy: FloatArray) -> Pieces:
    """Return the pieces, those that lie on one another as one.

    Pieces lie on one another where their ends do, within `ONE_SPOT_M`, in either order, whether
    or not the file gives them the same vertices; a bridge lies on what is no bridge only where
    the vertices are the same. The one piece is open in every direction in which one of them is;
    it has the least of their known classes and in each direction the lowest limit, so that it is
    not driven too fast; places may join it if they may join one of them.

    Parameters
    ----------
    xy
        Places of the vertices, metres.
    """
    pieces = _on_common_vertices(pieces, xy)
    low, high = np.minimum(pieces.a, pieces.b), np.maximum(pieces.a, pieces.b)
    pair = np.unique(low * len(xy) + high, return_inverse=True)[1].ravel()
    order = np.lexsort((np.arange(len(pair)), pair))
    first = np.flatnonzero(np.append(True, np.diff(pair[order]) > 0))
    if len(first) == len(pair):
        return pieces

    def of_all(combine: np.ufunc, column: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
        return np.asarray(combine.reduceat(column[order], first), dtype=column.dtype)

    swapped = pieces.a > pieces.b
    along = np.where(swapped, pieces.backward, pieces.forward)
    against = np.where(swapped, pieces.forward, pieces.backward)
    limit = np.where(swapped[:, None], pieces.limit_kph[:, ::-1], pieces.limit_kph)
    rank = np.where(pieces.highway == _UNKNOWN, -1, pieces.highway)
    least = of_all(np.maximum, rank)
    speaks = np.lexsort((np.arange(len(pair)), -rank, pair))[first]  # the first of the least class
    one = replace(
        pieces.take(speaks),
        a=low[speaks],
        b=high[speaks],
        forward=of_all(np.logical_or, along),
        backward=of_all(np.logical_or, against),
        highway=np.where(least < 0, _UNKNOWN, least),
        limit_kph=np.column_stack(
            [
                of_all(np.minimum, np.where(along, limit[:, 0], np.inf)),
                of_all(np.minimum, np.where(against, limit[:, 1], np.inf)),
            ]
        ),
        bridge=of_all(np.logical_or, pieces.bridge),
        joinable=of_all(np.logical_or, pieces.joinable),
        length_m=np.hypot(*(xy[low[speaks]] - xy[high[speaks]]).T),
    )
    alone = np.diff(np.append(first, len(pair))) == 1
    turned = alone & swapped[speaks]  # what nothing lies on stays as it is drawn
    one = replace(
        one,
        a=np.where(turned, one.b, one.a),
        b=np.where(turned, one.a, one.b),
        forward=np.where(turned, one.backward, one.forward),
        backward=np.where(turned, one.forward, one.backward),
        limit_kph=np.where(turned[:, None], one.limit_kph[:, ::-1], one.limit_kph),
    )
    return _run_as_driven(one.take(np.argsort(order[first], kind="stable")))


def _on_common_vertices(pieces: Pieces, xy: FloatArray) -> Pieces:
    """Give pieces that lie on one another the vertices of the first of them."""
    used, place = np.unique(np.concatenate([pieces.a, pieces.b]), return_inverse=True)
    spot = groups_within(xy[used], ONE_SPOT_M)[place.ravel()]
    spot_a, spot_b = spot[: len(pieces)], spot[len(pieces) :]
    swapped = spot_a > spot_b
    low, high = np.where(swapped, spot_b, spot_a), np.where(swapped, spot_a, spot_b)
    same = pd.DataFrame({"low": low, "high": high, "bridge": pieces.bridge})
    lead = same.groupby(["low", "high", "bridge"]).ngroup().to_numpy()
    lead = np.unique(lead, return_index=True)[1][lead]
    at_low = np.where(swapped, pieces.b, pieces.a)
    at_high = np.where(swapped, pieces.a, pieces.b)
    other = (at_low != at_low[lead]) | (at_high != at_high[lead])
    other &= low != high  # which end is which cannot be told of a piece shorter than the tolerance
    if not other.any():
        return pieces
    vertex = _first_linked(
        np.concatenate([at_low[other], at_high[other]]),
        np.concatenate([at_low[lead][other], at_high[lead][other]]),
        len(xy),
    )
    a, b = vertex[pieces.a], vertex[pieces.b]
    moved = replace(pieces, a=a, b=b, length_m=np.hypot(*(xy[a] - xy[b]).T))
    return moved.take(moved.length_m > 0)


def _first_linked(one: IntArray, other: IntArray, n: int) -> IntArray:
    """Return for each of `n` vertices the first of those that the pairs link it with."""
    links = coo_array((np.ones(len(one), dtype=bool), (one, other)), (n, n))
    group = connected_components(links, directed=False)[1]
    first: IntArray = np.unique(group, return_index=True)[1][group].astype(np.int64)
    return first
