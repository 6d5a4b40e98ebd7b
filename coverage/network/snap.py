"""Putting points on the roads that they join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from coverage.county.config import ResponseParameters
from coverage.network.model import BoolArray, FloatArray, IntArray, Network, Snap
from coverage.network.speeds import M_PER_MIN_AT_1_KPH
from coverage.network.tags import CLASSES

AT_END_M: Final = 0.01
"""A point this near to an edge's end is on the node: a one-way does not bind it there."""

SAME_DISTANCE_M: Final = 0.001
"""Roads whose distances differ by less are equally near; a stated order decides between them."""

_ROUNDING_M: Final = 1e-6
"""A distance that is over its limit by less is at the limit."""
_AT_ONCE: Final = 512
"""Points whose equally near roads are looked for together: bounds the memory."""


@dataclass(frozen=True)
class _Layer:
    """Edges that may be joined.

    Attributes
    ----------
    rows
        Of ``Network.edges``, what is preferred among equally near ones first.
    tree
        Of their lines, in this order.
    """

    rows: IntArray
    tree: shapely.STRtree


@dataclass(frozen=True)
class JoinTree:
    """The roads that places may join, to be searched: all of them, and those of the main part."""

    every: _Layer
    main: _Layer


def tree_of(network: Network) -> JoinTree:
    """Return the search trees of a network, for several calls of `snap`.

    Of equally near roads the main part as read comes first, then what is open both ways, then the
    higher class, then what lies further west, then south (see docs/measure.md); so that neither
    rounding nor the order of the file decides.
    """
    edges = network.edges
    lines = np.asarray(edges.geometry.array, dtype=object)
    main = edges["main_as_read"].to_numpy(bool)
    number = {name: position for position, name in enumerate(CLASSES)}
    bounds = np.round(shapely.bounds(lines), 3) if len(lines) else np.zeros((0, 4))
    order = np.lexsort(
        (
            np.round(edges["length_m"].to_numpy(float), 3),
            *bounds.T[::-1],
            edges["highway"].map(number).to_numpy(np.int64),
            ~(edges["forward"] & edges["backward"]).to_numpy(bool),
            ~main,
        )
    )
    rows = order[edges["joinable"].to_numpy(bool)[order]]
    return JoinTree(*(_Layer(r, shapely.STRtree(lines[r])) for r in (rows, rows[main[rows]])))


def snap(
    network: Network,
    points: gpd.GeoSeries,
    response: ResponseParameters,
    tree: JoinTree | None = None,
) -> Snap:
    """Put each point on the road that it joins.

    The nearest that places may join; where that is off the main part of the network, the nearest
    of the main part if it is at most `next_road_m` farther (and not beyond `max_access_m`). That
    mends drawings: the main part is that of the roads as read. A road that is closed afterwards
    cuts places off, and nobody joins a road on the other bank instead.

    Parameters
    ----------
    network
        The roads.
    points
        In the network's CRS; None or empty where a point has no place.
    response
        `max_access_m` (points farther from every road that may be joined have edge -1) and
        `next_road_m`.
    tree
        From `tree_of`; made here if not given.

    Returns
    -------
    Snap
        One entry a point.
    """
    tree = tree_of(network) if tree is None else tree
    geometry = np.asarray(points.array, dtype=object)
    n = len(geometry)
    edge = np.full(n, -1, dtype=np.int64)
    fraction, distance_m = np.full(n, np.nan), np.full(n, np.nan)
    moved = np.zeros(n, dtype=bool)
    placed = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if len(placed) and len(tree.every.rows):
        edge[placed], distance_m[placed] = _nearest(tree.every, geometry[placed])
        _move_to_main(network, tree.main, geometry, response, edge, distance_m, moved)
        lines = np.asarray(network.edges.geometry.array, dtype=object)
        fraction[placed] = shapely.line_locate_point(
            lines[edge[placed]], geometry[placed], normalized=True
        )
    far = ~(distance_m <= response.max_access_m + _ROUNDING_M)
    edge[far], fraction[far], moved[far] = -1, np.nan, False
    return Snap(edge=edge, fraction=fraction, distance_m=distance_m, moved=moved)


def _move_to_main(
    network: Network,
    layer: _Layer,
    geometry: npt.NDArray[np.object_],
    response: ResponseParameters,
    edge: IntArray,
    distance_m: FloatArray,
    moved: BoolArray,
) -> None:
    """Move the points whose nearest road is off the main part to the main part, if it is near."""
    apart = np.flatnonzero(edge >= 0)
    apart = apart[~network.edges["main_as_read"].to_numpy(bool)[edge[apart]]]
    if not len(apart) or not len(layer.rows):
        return
    main_edge, main_m = _nearest(layer, geometry[apart])
    near = main_m <= np.minimum(
        distance_m[apart] + response.next_road_m, response.max_access_m
    ) + _ROUNDING_M  # fmt: skip
    edge[apart[near]], distance_m[apart[near]] = main_edge[near], main_m[near]
    moved[apart[near]] = True


def _nearest(layer: _Layer, geometry: npt.NDArray[np.object_]) -> tuple[IntArray, FloatArray]:
    """Return the row of the edge nearest to each point, and how far it is."""
    lines = np.asarray(layer.tree.geometries, dtype=object)
    _, least_m = layer.tree.query_nearest(geometry, return_distance=True, all_matches=False)
    chosen = np.empty(len(geometry), dtype=np.int64)
    for begin in range(0, len(geometry), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        point, line = layer.tree.query(
            geometry[part], predicate="dwithin", distance=least_m[part] + SAME_DISTANCE_M
        )
        first = np.full(len(geometry[part]), len(lines), dtype=np.int64)
        np.minimum.at(first, point, line)
        chosen[part] = first
    return layer.rows[chosen], shapely.distance(lines[chosen], geometry)


def leg_min(place: Snap, response: ResponseParameters) -> FloatArray:
    """Return the minutes between each place and its road, either way; NaN where it has no place.

    The straight distance times `access_detour` at `access_speed_kph`.
    """
    way_m = place.distance_m * response.access_detour
    minutes: FloatArray = way_m / (response.access_speed_kph * M_PER_MIN_AT_1_KPH)
    return minutes


def leaving_min(network: Network, place: Snap) -> tuple[FloatArray, FloatArray]:
    """Return the minutes from each place to its edge's ends `u` and `v`, as traffic may go.

    Infinite where the direction forbids it or the point is on no edge. On the end itself
    (`AT_END_M`) the direction does not matter.
    """
    return _end_costs(network, place, to_u="backward", to_v="forward")


def entering_min(network: Network, place: Snap) -> tuple[FloatArray, FloatArray]:
    """Return the minutes from its edge's ends `u` and `v` to each place, as traffic may go.

    Infinite as in `leaving_min`.
    """
    return _end_costs(network, place, to_u="forward", to_v="backward")


def _end_costs(
    network: Network, place: Snap, *, to_u: str, to_v: str
) -> tuple[FloatArray, FloatArray]:
    on_edge = place.edge >= 0
    edges = network.edges
    rows = place.edge[on_edge]
    length = edges["length_m"].to_numpy()[rows]
    fraction = place.fraction[on_edge]
    costs = []
    for way, share in ((to_u, fraction), (to_v, 1 - fraction)):
        free = edges[way].to_numpy()[rows] | (share * length <= AT_END_M)
        cost = np.full(len(place.edge), np.inf)
        cost[on_edge] = np.where(free, share * edges[f"drive_{way}_min"].to_numpy()[rows], np.inf)
        costs.append(cost)
    return costs[0], costs[1]
