"""Land, villages and roads of the illustrative counties: drawn by seeded chance alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx
import numpy as np
import shapely
from scipy.spatial import Delaunay, cKDTree
from shapely import MultiPoint, Point, Polygon

from demo.land import inside
from demo.mesh import lattice, relative_neighbours, scattered
from demo.minor_roads import Road
from demo.plane import Array, crinkle

POINTS_OUTSIDE_TOWN: Final = 1900
TOWN_STREET_M: Final = (190.0, 160.0)
CRINKLE_OVER_M: Final = 400.0


@dataclass(frozen=True)
class Sketch:
    """A county's land, in metres from its middle.

    Attributes
    ----------
    units
        Outline by name; they fill the county and share exact borders.
    seats
        Where each unit's town lies.
    town
        The built-up middle, which has a lattice of streets.
    """

    outline: Polygon
    units: Mapping[str, Polygon]
    seats: Mapping[str, Array]
    town: Polygon


def sketch(
    townships: Sequence[str], town_units: Sequence[str], area_km2: float, rng: np.random.Generator
) -> Sketch:
    """Draw an outline of about `area_km2`, its middle cut among `town_units`."""
    outline = _outline(area_km2, rng)
    # Streets are small and in the middle: their seeds stand close together.
    small = 0.30 * np.sqrt(area_km2) * 1000 if townships else np.sqrt(outline.area / np.pi)
    middle = Point(0, 0).buffer(small).intersection(outline)
    near = _seeds(middle, len(town_units), rng)
    far = _seeds(outline.difference(middle.buffer(small * 0.25)), len(townships), rng)
    seeds = dict(zip([*town_units, *townships], np.vstack([near, far]), strict=True))
    units = _cells(outline, seeds)
    seats = {name: _inner_point(shape) for name, shape in units.items()}
    town_m = min(2600.0, 0.16 * np.sqrt(area_km2) * 1000 + 900)
    core = seats[(town_units or townships)[0]]
    return Sketch(outline, units, seats, Point(core).buffer(town_m).intersection(outline))


def spread(shape: Polygon, first: Array, count: int, rng: np.random.Generator) -> Array:
    """Return `count` points in `shape`, evenly spread, the first of them given."""
    inner = shape.buffer(-0.06 * np.sqrt(shape.area))
    crowd = _scatter(inner, 60 * count, rng)
    centres = np.vstack([first[None, :], crowd[: count - 1]])
    for _ in range(10):
        nearest = cKDTree(centres).query(crowd)[1]
        for index in range(1, count):
            if (nearest == index).any():
                centres[index] = crowd[nearest == index].mean(axis=0)
    astray = ~inside(inner, centres)
    astray[0] = False
    centres[astray] = crowd[cKDTree(crowd).query(centres[astray])[1]]
    return np.round(centres, 1)


def lay_roads(land: Sketch, villages: Mapping[str, Array], rng: np.random.Generator) -> list[Road]:
    """Return roads that join every village; `villages` gives the places by unit.

    They are the relative neighbourhood graph of villages and other junctions, which is connected
    (it holds the shortest spanning tree), classed by what they lead to.
    """
    streets, _, _ = lattice(land.town, *TOWN_STREET_M, 7, 30)
    homes = np.vstack(list(villages.values()))
    area_m2 = land.outline.area - land.town.area
    apart_m = float(np.sqrt(0.62 * area_m2 / POINTS_OUTSIDE_TOWN))
    loose = scattered(land.outline.difference(land.town.buffer(60)), apart_m, rng)
    away = cKDTree(np.vstack([homes, streets])).query(loose)[0]
    xy = np.unique(np.vstack([homes, streets, loose[away > 60]]), axis=0)
    graph: nx.Graph = nx.Graph()
    for u, v in relative_neighbours(xy):
        graph.add_edge(int(u), int(v), length_m=float(np.hypot(*(xy[u] - xy[v]))))
    _class_roads(graph, xy, land, villages)
    in_town = inside(land.town, xy)
    roads = []
    for u, v, edge in sorted(graph.edges(data=True), key=lambda item: sorted(item[:2])):
        u, v = sorted((u, v))
        points = xy[[u, v]]
        if edge["length_m"] > CRINKLE_OVER_M:
            points = crinkle(points, 0.07, 2, rng)
        usual = "residential" if in_town[u] and in_town[v] else "unclassified"
        roads.append(Road(u, v, points, {"highway": edge.get("highway", usual)}))
    return roads


def _class_roads(graph: nx.Graph, xy: Array, land: Sketch, villages: Mapping[str, Array]) -> None:
    """Name the class of the roads that lead between seats, and from villages to their seat."""
    tree = cKDTree(xy)
    seats = [int(tree.query(seat)[1]) for seat in land.seats.values()]
    for other in seats[1:]:
        _pave(graph, nx.dijkstra_path(graph, seats[0], other, weight=_cost), "primary")
    for u, v in _neighbours(np.array(list(land.seats.values()))):
        _pave(graph, nx.dijkstra_path(graph, seats[u], seats[v], weight=_cost), "secondary")
    for seat, places in zip(seats, villages.values(), strict=True):
        for place in places[1:]:
            home = int(tree.query(place)[1])
            _pave(graph, nx.dijkstra_path(graph, seat, home, weight=_cost), "tertiary")


def _cost(_u: int, _v: int, edge: Mapping[str, float | str]) -> float:
    return float(edge["length_m"]) * (0.5 if "highway" in edge else 1.0)


def _pave(graph: nx.Graph, path: Sequence[int], highway: str) -> None:
    for u, v in itertools.pairwise(path):
        graph.edges[u, v].setdefault("highway", highway)


def _neighbours(points: Array) -> list[tuple[int, int]]:
    if len(points) < 4:
        return list(itertools.combinations(range(len(points)), 2))
    triangles = Delaunay(points).simplices
    pairs = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    return [(int(u), int(v)) for u, v in np.unique(pairs, axis=0)]


def _outline(area_km2: float, rng: np.random.Generator) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, 97)[:-1]
    radius = np.ones_like(angle)
    for waves in (2, 3, 5, 8):
        radius += 0.22 / waves * rng.uniform(0.4, 1) * np.cos(waves * angle + rng.uniform(0, 7))
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    ring *= np.sqrt(area_km2 * 1e6 / Polygon(ring).area)
    return Polygon(np.round(ring, 1))


def _seeds(shape: Polygon, count: int, rng: np.random.Generator) -> Array:
    """Return `count` points that share `shape` out evenly."""
    if not count:
        return np.empty((0, 2))
    crowd = _scatter(shape, 1500, rng)
    centres = crowd[:count].copy()
    for _ in range(6):
        nearest = cKDTree(centres).query(crowd)[1]
        for index in range(count):
            centres[index] = crowd[nearest == index].mean(axis=0)
    return np.round(centres, 1)


def _scatter(shape: Polygon, count: int, rng: np.random.Generator) -> Array:
    west, south, east, north = shape.bounds
    drawn = np.round(rng.uniform((west, south), (east, north), (count * 12, 2)), 1)
    return drawn[inside(shape, drawn)][:count]


def _cells(outline: Polygon, seeds: Mapping[str, Array]) -> dict[str, Polygon]:
    """Return the part of `outline` that is nearest to each seed, on a grid of 0.1 m."""
    points = np.array(list(seeds.values()))
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=outline))
    borders = shapely.union_all(
        [outline.boundary, *(cell.boundary.intersection(outline) for cell in cells)], grid_size=0.1
    )
    faces = shapely.get_parts(shapely.polygonize([borders]))
    faces = faces[shapely.area(faces) > 1]
    owner = [
        int(np.argmin(np.hypot(*(points - shapely.get_coordinates(face)[0]).T)))
        for face in shapely.point_on_surface(faces)
    ]
    names = list(seeds)
    shapes = {
        name: shapely.union_all([f for f, o in zip(faces, owner, strict=True) if o == index])
        for index, name in enumerate(names)
    }
    return {name: max(shapely.get_parts(s), key=lambda p: p.area) for name, s in shapes.items()}


def _inner_point(shape: Polygon) -> Array:
    middle = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
    return np.round(shapely.get_coordinates(middle)[0], 1)
