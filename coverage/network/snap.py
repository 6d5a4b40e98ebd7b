"""Putting points on their nearest edges."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from coverage.network.model import FloatArray, Network, Snap

AT_END_M: Final = 0.01
"""A point this near to an edge's end is on the node: a one-way does not bind it there."""


def tree_of(network: Network) -> shapely.STRtree:
    """Return the edges' lines as a search tree, for several calls of `snap`."""
    return shapely.STRtree(np.asarray(network.edges.geometry.array, dtype=object))


def snap(
    network: Network,
    points: gpd.GeoSeries,
    max_access_m: float,
    tree: shapely.STRtree | None = None,
) -> Snap:
    """Put each point on the edge nearest to it; the first of them where several are as near.

    Parameters
    ----------
    network
        The roads.
    points
        In the network's CRS; None or empty where a point has no place.
    max_access_m
        Points farther from every edge have edge -1.
    tree
        From `tree_of`; made here if not given.

    Returns
    -------
    Snap
        One entry a point.
    """
    geometry = np.asarray(points.array, dtype=object)
    tree = tree_of(network) if tree is None else tree
    lines = np.asarray(tree.geometries, dtype=object)
    n = len(geometry)
    edge = np.full(n, -1, dtype=np.int64)
    fraction, distance_m = np.full(n, np.nan), np.full(n, np.nan)
    placed = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if len(placed) and len(lines):
        (point, line), distance = tree.query_nearest(
            geometry[placed], return_distance=True, all_matches=True
        )
        order = np.lexsort((line, point))
        first = order[np.unique(point[order], return_index=True)[1]]
        edge[placed], distance_m[placed] = line[first], distance[first]
        fraction[placed] = shapely.line_locate_point(
            lines[edge[placed]], geometry[placed], normalized=True
        )
    far = ~(distance_m <= max_access_m)
    edge[far], fraction[far] = -1, np.nan
    return Snap(edge=edge, fraction=fraction, distance_m=distance_m)


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
    rows = place.edge[on_edge]
    minutes = network.edges["drive_min"].to_numpy()[rows]
    length = network.edges["length_m"].to_numpy()[rows]
    fraction = place.fraction[on_edge]
    at_u, at_v = np.full(len(place.edge), np.inf), np.full(len(place.edge), np.inf)
    free_u = network.edges[to_u].to_numpy()[rows] | (fraction * length <= AT_END_M)
    free_v = network.edges[to_v].to_numpy()[rows] | ((1 - fraction) * length <= AT_END_M)
    at_u[on_edge] = np.where(free_u, fraction * minutes, np.inf)
    at_v[on_edge] = np.where(free_v, (1 - fraction) * minutes, np.inf)
    return at_u, at_v
