"""Roads closed or slowed: edges are split exactly where a shape meets them, nothing else moves.

Edges keep their ``edge_id`` through edits, the pieces of one that is split keep it too and tell by
``begin_share`` and ``end_share`` which part of it they are. Nodes keep their numbers, new ones
follow. So `coverage.network.changes` can tell what an edit changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Polygon

from coverage.network.lengthwise import part_of
from coverage.network.model import BoolArray, FloatArray, IntArray, Network
from coverage.network.parts import (
    OFF_MAIN,
    ONE_WAY_OFF_MAIN,
    note_of,
    parts_quality,
    with_parts,
)
from coverage.network.snap import AT_END_M
from coverage.network.speeds import driven_at

SAME_PLACE_M: Final = 1e-6
"""Places along an edge that are nearer than this are one."""

BORDER_M: Final = 0.02
"""Road this near to the border of an area runs on it: what is drawn is kept to a centimetre, as
roads are."""
ALONG_BORDER_M: Final = 1.0
"""Road that is on the border for longer runs along it; what is shorter crosses it."""


@dataclass(frozen=True)
class Piece:
    """A part of an edge.

    Attributes
    ----------
    begin_m, end_m
        Along the edge's line.
    inside
        It lies within the shape.
    """

    begin_m: float
    end_m: float
    inside: bool


def close_across(network: Network, line: LineString, file: str = "") -> Network:
    """Close roads where `line` crosses them: there they end, on either side.

    What runs along the line goes. A line through a junction (within `AT_END_M`) takes apart the
    roads that meet there.

    Parameters
    ----------
    network
        Not changed.
    line
        In the network's CRS.
    file
        How messages name the road file.

    Returns
    -------
    Network
        The parts of edges that are left keep their ``edge_id``; `network` itself where the line
        meets no road.
    """
    return _edited(network, line, None, file)


def close_within(network: Network, area: Polygon, file: str = "") -> Network:
    """Take away all road in `area`; roads that lead into it end at its edge.

    Road that runs along the border (within `BORDER_M`) is in the area, on whichever side of it
    rounding put it.

    Parameters
    ----------
    area
        In the network's CRS.
    network, file
        As in `close_across`, and so is what is returned.
    """
    return _edited(network, area, None, file)


def slow_within(network: Network, area: Polygon, factor: float, file: str = "") -> Network:
    """Drive all road in `area` at `factor` times its speed; its border as in `close_within`.

    Parameters
    ----------
    area
        In the network's CRS.
    factor
        Above 0; of both directions.
    network, file
        As in `close_across`, and so is what is returned.
    """
    return _edited(network, area, factor, file)


def meets(network: Network, shape: LineString | Polygon) -> bool:
    """Tell whether any road lies in or across `shape`."""
    return bool(len(rows_met(network, shape)))


def rows_met(network: Network, shape: LineString | Polygon) -> IntArray:
    """Return the rows of the edges that meet `shape`, in order."""
    lines = np.asarray(network.edges.geometry.array, dtype=object)
    if not len(lines):
        return np.zeros(0, dtype=np.int64)
    near_m = BORDER_M if isinstance(shape, Polygon) else AT_END_M
    x0, y0, x1, y1 = shape.bounds
    bounds = shapely.bounds(lines)
    near = (bounds[:, :2] <= [x1 + near_m, y1 + near_m]).all(axis=1)
    near &= (bounds[:, 2:] >= [x0 - near_m, y0 - near_m]).all(axis=1)
    rows = np.flatnonzero(near)
    shapely.prepare(shape)
    return rows[shapely.dwithin(shape, lines[rows], near_m)]


def _edited(
    network: Network, shape: LineString | Polygon, factor: float | None, file: str
) -> Network:
    """Return the network with all road in `shape` closed, or slowed by `factor`."""
    rows = rows_met(network, shape)
    lines = np.asarray(network.edges.geometry.array, dtype=object)
    whole = shapely.covers(shape, lines[rows]) & isinstance(shape, Polygon)
    drawn = _Drawn.of(shape)
    split = {
        int(row): cut_pieces
        for row in rows[~whole].tolist()
        if len(cut_pieces := _pieces(lines.item(row), drawn)) > 1
        or cut_pieces[0].inside
        or _ends_on(cut_pieces)
    }
    return _rebuilt(network, rows[whole], split, factor, file)


def _ends_on(cut_pieces: list[Piece]) -> bool:
    """Tell whether a piece without length says that the shape meets the end of the edge."""
    return any(piece.begin_m == piece.end_m for piece in cut_pieces)


@dataclass(frozen=True)
class _Drawn:
    """A shape, and what is needed to cut many lines by it.

    Attributes
    ----------
    grown
        The area and its border, `BORDER_M` wide; a line as it is.
    sides
        The straight sides of the outlines of both.
    """

    shape: LineString | Polygon
    grown: LineString | Polygon
    sides: shapely.STRtree

    @classmethod
    def of(cls, shape: LineString | Polygon) -> _Drawn:
        grown, outlines = shape, [shape]
        if isinstance(shape, Polygon):
            grown = shape.buffer(BORDER_M, join_style="mitre")
            outlines = [*shapely.get_parts(shape.boundary), *shapely.get_parts(grown.boundary)]
        shapely.prepare([shape, grown])
        sides = [_straight_parts(shapely.get_coordinates(line)) for line in outlines]
        return cls(shape, grown, shapely.STRtree(np.concatenate(sides)))

    def inside(self, line: LineString, bounds: FloatArray) -> BoolArray:
        """Tell which parts of `line` between `bounds`, places along it, are within the shape."""
        middle = line.interpolate((bounds[1:] + bounds[:-1]) / 2)
        if isinstance(self.shape, LineString):
            near: BoolArray = shapely.dwithin(self.shape, middle, SAME_PLACE_M)
            return near
        on_border = shapely.intersects(self.grown, middle) & ~shapely.intersects(self.shape, middle)
        outside = ~shapely.intersects(self.grown, middle)
        beside = np.append(outside[1:], False) | np.append(False, outside[:-1])
        crossing = on_border & beside & (np.diff(bounds) < ALONG_BORDER_M)
        within: BoolArray = ~outside & ~crossing
        return within


def _straight_parts(xy: FloatArray) -> np.ndarray[Any, np.dtype[np.object_]]:
    return np.asarray(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)), dtype=object)


def pieces(line: LineString, shape: LineString | Polygon) -> list[Piece]:
    """Return the parts of `line` within and without `shape`, from its beginning.

    Where `shape` is a line, a part without length marks each place where it crosses (also at the
    line's ends). Where it is an area, parts that touch it in a point only are not parted, and what
    runs along its border (`BORDER_M`, `ALONG_BORDER_M`) is within it.
    """
    return _pieces(line, _Drawn.of(shape))


def _pieces(line: LineString, drawn: _Drawn) -> list[Piece]:
    length = line.length
    cuts = _cuts(line, drawn)
    bounds = np.concatenate([[0.0], cuts[(cuts > 0.0) & (cuts < length)], [length]])
    inside = drawn.inside(line, bounds)
    cut_pieces: list[Piece] = []
    crossed = set(cuts.tolist()) if isinstance(drawn.shape, LineString) else set()
    for begin, end, is_in in zip(
        bounds[:-1].tolist(), bounds[1:].tolist(), inside.tolist(), strict=True
    ):
        if begin in crossed and not is_in and not (cut_pieces and cut_pieces[-1].inside):
            cut_pieces.append(Piece(begin, begin, inside=True))
        if (
            cut_pieces
            and cut_pieces[-1].inside == is_in
            and cut_pieces[-1].begin_m < cut_pieces[-1].end_m
        ):
            cut_pieces[-1] = Piece(cut_pieces[-1].begin_m, end, is_in)
        else:
            cut_pieces.append(Piece(begin, end, is_in))
    if length in crossed and not cut_pieces[-1].inside:
        cut_pieces.append(Piece(length, length, inside=True))
    return cut_pieces


def _cuts(line: LineString, drawn: _Drawn) -> FloatArray:
    """Return the places along `line` where it meets an outline of the shape, ascending.

    They are found on each straight part by itself, so that a line that meets itself has no place
    that could be taken for another.
    """
    xy = shapely.get_coordinates(line)
    step = np.hypot(*np.diff(xy, axis=0).T)
    before = np.concatenate([[0.0], np.cumsum(step)])
    parts = _straight_parts(xy)
    part, side = drawn.sides.query(parts, predicate="intersects")
    where, owner = shapely.get_coordinates(
        shapely.intersection(parts[part], drawn.sides.geometries[side]), return_index=True
    )
    part = part[owner]
    along = before[part] + np.hypot(*(where - xy[part]).T)
    length = line.length
    near_m = SAME_PLACE_M
    if isinstance(drawn.shape, LineString):
        near_m = AT_END_M
        ends = np.array([0.0, length])
        along = np.append(
            along, ends[shapely.dwithin(drawn.shape, line.interpolate(ends), AT_END_M)]
        )
    along[along <= near_m] = 0.0
    along[along >= length - near_m] = length
    along = np.unique(along)
    first = np.append(True, np.diff(along) > SAME_PLACE_M)
    cuts: FloatArray = along[first] if len(along) else along
    return cuts


def _rebuilt(
    network: Network,
    whole: IntArray,
    split: dict[int, list[Piece]],
    factor: float | None,
    file: str,
) -> Network:
    """Return the network with the pieces in place of the edges that were split."""
    if not len(whole) and not split:
        return network
    edges = network.edges
    n = len(edges)
    if factor is not None and len(whole):
        edges = _slower(edges, np.isin(np.arange(n), whole), factor)
    gone = np.zeros(n, dtype=bool)
    gone[list(split)] = True
    if factor is None:
        gone[whole] = True
    made = _Made(edges, len(network.node_x))
    for row, cut_pieces in split.items():
        made.add(row, cut_pieces, factor)
    kept = edges[~gone]
    table = pd.concat([kept, made.table()]) if made.rows else kept
    place = np.concatenate([np.flatnonzero(~gone), np.array(made.rows, dtype=np.int64)])
    table = table.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)
    if factor is not None and made.slow:
        slowed = np.concatenate([np.zeros(len(kept), dtype=bool), np.array(made.slow)])
        table = _slower(table, slowed[np.argsort(place, kind="stable")], factor)
    return _counted(
        replace(
            network,
            node_x=np.append(network.node_x, [x for x, _ in made.nodes]),
            node_y=np.append(network.node_y, [y for _, y in made.nodes]),
            edges=gpd.GeoDataFrame(table, geometry="geometry", crs=network.crs),
        ),
        file,
    )


class _Made:
    """The pieces that take the place of edges, and their new nodes."""

    def __init__(self, edges: gpd.GeoDataFrame, n_nodes: int) -> None:
        self.edges = edges
        self.n_nodes = n_nodes
        self.rows: list[int] = []
        self.slow: list[bool] = []
        self.nodes: list[tuple[float, float]] = []
        self._ends: list[tuple[int, int]] = []
        self._lines: list[LineString] = []
        self._share: list[float] = []
        self._along: list[tuple[float, float]] = []
        self._geometry = np.asarray(edges.geometry.array, dtype=object)
        self._u, self._v = edges["u"].to_numpy(), edges["v"].to_numpy()

    def add(self, row: int, cut_pieces: list[Piece], factor: float | None) -> None:
        """Add the pieces of one edge; closed ones are left out, and what is beside them ends."""
        line: LineString = self._geometry[row]
        length = line.length
        node = int(self._u[row])
        closed = False
        for number, piece in enumerate(cut_pieces):
            if piece.inside and factor is None:
                closed = True
                continue
            if piece.begin_m == piece.end_m:
                continue
            if closed:
                node = self._new_node(line, piece.begin_m)
            begin = node
            following = cut_pieces[number + 1] if number + 1 < len(cut_pieces) else None
            # Before what is closed it is a dead end; else the next piece begins there.
            node = int(self._v[row]) if following is None else self._new_node(line, piece.end_m)
            closed = False
            self._ends.append((begin, node))
            self._lines.append(part_of(line, piece.begin_m, piece.end_m))
            self._share.append((piece.end_m - piece.begin_m) / length)
            self._along.append((piece.begin_m / length, piece.end_m / length))
            self.rows.append(row)
            self.slow.append(piece.inside)

    def _new_node(self, line: LineString, along_m: float) -> int:
        point = line.interpolate(along_m)
        self.nodes.append((point.x, point.y))
        return self.n_nodes + len(self.nodes) - 1

    def table(self) -> gpd.GeoDataFrame:
        """Return the pieces as edges, at the speed of the edge that each is of."""
        table = self.edges.iloc[self.rows]
        share = np.array(self._share)
        along = np.array(self._along).reshape(-1, 2)
        first, last = table["begin_share"].to_numpy(), table["end_share"].to_numpy()
        ends = np.array(self._ends, dtype=np.int64).reshape(-1, 2)
        return table.assign(
            begin_share=first + (last - first) * along[:, 0],
            end_share=np.where(along[:, 1] < 1.0, first + (last - first) * along[:, 1], last),
            u=ends[:, 0],
            v=ends[:, 1],
            length_m=table["length_m"].to_numpy(float) * share,
            drive_forward_min=table["drive_forward_min"].to_numpy(float) * share,
            drive_backward_min=table["drive_backward_min"].to_numpy(float) * share,
            geometry=gpd.GeoSeries(
                np.array([*self._lines, None], dtype=object)[:-1], index=table.index, crs=table.crs
            ),
        )


def _slower(edges: gpd.GeoDataFrame, which: np.ndarray, factor: float) -> gpd.GeoDataFrame:
    """Return the edges, those of `which` at `factor` times their speed."""
    by = np.where(which, factor, 1.0)
    speeds = (edges[f"speed_{way}_kph"].to_numpy(float) * by for way in ("forward", "backward"))
    slower = driven_at(edges, *speeds)
    kept = {
        name: np.where(which, slower[name], edges[name])
        for name in ("drive_forward_min", "drive_backward_min")
    }
    return slower.assign(**kept)


def _counted(network: Network, file: str) -> Network:
    """Return the network with its parts, counts and warnings worked out anew."""
    edges, note = network.edges, network.note
    if len(edges):
        edges = with_parts(edges)
        n_nodes = len(np.unique(edges[["u", "v"]].to_numpy()))
        note = note_of(edges, n_nodes, note.unknown_class_share, note.dropped)
    else:
        note = replace(
            note,
            nodes=0,
            edges=0,
            length_km={},
            components=0,
            off_main_share=0.0,
            one_way_share=0.0,
        )
    other_problems = [p for p in network.quality if p.code not in {OFF_MAIN, ONE_WAY_OFF_MAIN}]
    quality = (*parts_quality(note, file), *other_problems)
    return replace(network, edges=edges, note=note, quality=quality)
