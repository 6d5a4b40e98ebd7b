"""All the places where a minor road may run: points of town grids, polders, hills and villages.

The roads' web is the relative neighbourhood graph of the points: two points are joined where no
third is nearer to both. On a lattice it gives the lattice, on scattered points a sparse winding
web, and it is planar and connected.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import networkx as nx
import numpy as np
import shapely
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from demo.land import Land, inside
from demo.main_roads import Piece
from demo.people import STREETS, ZONES, Village
from demo.plane import Array, to_xy

# Villages away from the road: nothing is laid within so many metres of them.
OFF_ROAD_M: Final[dict[str, float]] = {
    "邹家窖村": 1250.0,
    "凤凰坝村": 1500.0,
    "邹家桥村": 900.0,
    "合兴村": 700.0,
}
ISLAND_VILLAGE: Final = "五房洲村"


@dataclass
class Points:
    """Points taken so far, each with where it comes from and its place in its lattice."""

    xy: list[Array] = field(default_factory=list)
    origin: list[str] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)

    def add(self, xy: Array, origin: str, clear_m: float, rows: Array, columns: Array) -> None:
        """Take the points that are at least `clear_m` from all those taken before."""
        free = np.ones(len(xy), dtype=bool)
        if self.xy and len(xy):
            free = cKDTree(np.vstack(self.xy)).query(xy)[0] >= clear_m
        self.xy.append(xy[free])
        count = int(free.sum())
        self.origin += [origin] * count
        self.row += [int(row) for row in rows[free]]
        self.column += [int(column) for column in columns[free]]


def lattice(
    shape: BaseGeometry, across_m: float, along_m: float, turn_deg: float, bend_m: float
) -> tuple[Array, Array, Array]:
    """Return points of a turned and gently bent lattice in `shape`, with row and column."""
    west, south, east, north = shape.bounds
    reach = np.hypot(east - west, north - south) / 2
    columns, rows = np.meshgrid(
        np.arange(-int(reach / across_m), int(reach / across_m) + 1),
        np.arange(-int(reach / along_m), int(reach / along_m) + 1),
    )
    u, v = columns.ravel() * across_m, rows.ravel() * along_m
    x = u + bend_m * np.sin(v / 1700) + 0.4 * bend_m * np.sin(v / 610 + u / 2300)
    y = v + bend_m * np.sin(u / 2100 + 1) + 0.4 * bend_m * np.sin(u / 740 + v / 1900)
    tilt = np.deg2rad(turn_deg)
    xy = np.column_stack(
        [
            (west + east) / 2 + x * np.cos(tilt) - y * np.sin(tilt),
            (south + north) / 2 + x * np.sin(tilt) + y * np.cos(tilt),
        ]
    )
    xy = np.round(xy, 1)
    chosen = inside(shape, xy)
    return xy[chosen], rows.ravel()[chosen], columns.ravel()[chosen]


def scattered(shape: BaseGeometry, apart_m: float, rng: np.random.Generator) -> Array:
    """Return random points in `shape`, no two nearer than `apart_m`."""
    west, south, east, north = shape.bounds
    tries = int(6 * (east - west) * (north - south) / apart_m**2)
    drawn = np.round(rng.uniform((west, south), (east, north), (tries, 2)), 1)
    drawn = drawn[inside(shape, drawn)]
    near = cKDTree(drawn).query_ball_point(drawn, apart_m)
    taken = np.zeros(len(drawn), dtype=bool)
    for index, others in enumerate(near):
        taken[index] = not any(taken[other] for other in others if other < index)
    return drawn[taken]


def lay_mesh(
    land: Land, pieces: Sequence[Piece], villages: Sequence[Village], rng: np.random.Generator
) -> tuple[nx.Graph, Array]:
    """Return the web of all possible roads, and its nodes' places (metres).

    Nodes have ``origin``; edges ``length_m``, and those of main roads ``piece``, those within
    a lattice ``line``: which of its lines they follow.
    """
    points = Points()
    ends = np.vstack([piece.points for piece in pieces])
    main = np.unique(ends, axis=0)
    nothing = np.zeros(len(main), dtype=int)
    points.add(main, "main", 0, nothing, nothing)
    dry = land.outline.buffer(-60).difference(land.wet.buffer(55)).difference(land.island)
    off_road = shapely.union_all(
        [
            shapely.Point(v.x, v.y).buffer(OFF_ROAD_M[v.name])
            for v in villages
            if v.name in OFF_ROAD_M
        ]
    )
    dry = dry.difference(off_road)
    streets = shapely.union_all([land.units[name] for name in sorted(STREETS)])
    zones = shapely.union_all([land.units[name] for name in sorted(ZONES)])
    core = shapely.Point(*to_xy([(112.334, 28.600)])[0]).buffer(2900)
    town = streets.intersection(core.union(streets.buffer(-500)))
    points.add(*_with(lattice(dry.intersection(town), 150, 118, -4, 25), "town", 62))
    suburb = zones.union(core).difference(town)
    points.add(*_with(lattice(dry.intersection(suburb), 260, 215, 6, 60), "suburb", 105))
    for index, village in enumerate(villages):
        if village.unit not in STREETS | ZONES and village.name not in OFF_ROAD_M:
            around, rows, columns = _hamlet(village, land.hills, rng)
            if village.name == ISLAND_VILLAGE:
                ok = inside(land.island.buffer(-40), around)
            else:
                ok = inside(dry, around)
            points.add(around[ok], f"hamlet{index}", 62, rows[ok], columns[ok])
    hills = scattered(dry.intersection(land.hills), 245, rng)
    plain = dry.difference(land.hills)
    points.add(*_with(lattice(plain.intersection(land.west), 300, 235, 9, 140), "west", 120))
    points.add(*_with(lattice(plain.intersection(land.east), 335, 245, -15, 170), "east", 120))
    nought = np.zeros(len(hills), dtype=int)
    points.add(hills, "hills", 150, nought, nought)
    xy = np.vstack(points.xy)
    return _web(xy, points, pieces, land), xy


def _with(
    found: tuple[Array, Array, Array], origin: str, clear_m: float
) -> tuple[Array, str, float, Array, Array]:
    return found[0], origin, clear_m, found[1], found[2]


def _hamlet(
    village: Village, hills: BaseGeometry, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return the lanes' corners: a clump in the hills, a strip of houses on the plain."""
    town = village.area_code in ("121", "112", "210")
    wide, deep = (6, 5) if town else (4, 4) if village.x < -12000 else (7, 2)
    if hills.contains(shapely.Point(village.x, village.y)) and not town:
        wide, deep = 4, 3
    columns, rows = np.meshgrid(np.arange(wide), np.arange(deep))
    u = (columns.ravel() - (wide - 1) / 2) * 125 + rng.normal(0, 12, wide * deep)
    v = (rows.ravel() - (deep - 1) / 2) * 105 + rng.normal(0, 12, wide * deep)
    tilt = np.deg2rad(rng.uniform(0, 180) if village.x < 8500 else -15 + rng.normal(0, 4))
    xy = np.column_stack(
        [
            village.x + u * np.cos(tilt) - v * np.sin(tilt),
            village.y + u * np.sin(tilt) + v * np.cos(tilt),
        ]
    )
    return np.round(xy, 1), rows.ravel(), columns.ravel()


def _web(xy: Array, points: Points, pieces: Sequence[Piece], land: Land) -> nx.Graph:
    place = {(float(x), float(y)): node for node, (x, y) in enumerate(xy)}
    graph: nx.Graph = nx.Graph()
    for node in range(len(xy)):
        graph.add_node(node, origin=points.origin[node])
    for number, piece in enumerate(pieces):
        nodes = [place[float(x), float(y)] for x, y in piece.points]
        for u, v in itertools.pairwise(nodes):
            if u != v:
                graph.add_edge(u, v, piece=number, length_m=_length(xy, u, v))
    forced = shapely.STRtree([LineString(xy[[u, v]]) for u, v in graph.edges])
    pairs = relative_neighbours(xy)
    lines = shapely.linestrings(xy[pairs])
    shapely.prepare(wet := land.wet.buffer(8))
    shapely.prepare(outline := land.outline)
    good = ~shapely.intersects(wet, lines) & shapely.contains(outline, lines)
    good[forced.query(lines, predicate="crosses")[0]] = False
    for (u, v), length in zip(pairs[good], shapely.length(lines[good]), strict=True):
        if not graph.has_edge(u, v) and length < 900:
            graph.add_edge(int(u), int(v), length_m=float(length), line=_line(points, u, v))
    return graph


def _line(points: Points, u: int, v: int) -> tuple[str, str, int] | None:
    """Return the lattice, direction and number of the line that both points lie on."""
    if points.origin[u] != points.origin[v] or points.origin[u] in ("main", "hills"):
        return None
    if points.row[u] == points.row[v]:
        return points.origin[u], "row", points.row[u]
    if points.column[u] == points.column[v]:
        return points.origin[u], "column", points.column[u]
    return None


def relative_neighbours(xy: Array) -> np.ndarray:
    """Return the pairs of points that no third point is nearer to both of."""
    triangles = Delaunay(xy).simplices
    pairs = np.unique(
        np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0
    )
    a, b = xy[pairs[:, 0]], xy[pairs[:, 1]]
    length = np.hypot(*(a - b).T)
    _, near = cKDTree(xy).query((a + b) / 2, k=14)
    others = xy[near]
    from_a = np.hypot(*(others - a[:, None]).transpose(2, 0, 1))
    from_b = np.hypot(*(others - b[:, None]).transpose(2, 0, 1))
    nearer = (np.maximum(from_a, from_b) < length[:, None] - 0.05).any(axis=1)
    return pairs[~nearer]


def _length(xy: Array, u: int, v: int) -> float:
    return float(np.hypot(*(xy[u] - xy[v])))
