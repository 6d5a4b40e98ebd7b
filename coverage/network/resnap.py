"""Points put on the roads of an edited network: only those near to what changed are searched for.

Everything else joins what it joined before. An edit takes roads away, cuts them, or slows them;
the pieces of a road lie on it. So where no road that is gone was as near to a point as the one it
joins (and the distance at which roads count as equally near), every road that the search chose
among is still there, nothing new is among them, and the order between equally near ones is the
same. One that joins a road off the main part, for the main part is too far, still does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from coverage.county.config import ResponseParameters
from coverage.network.changes import EdgeChanges
from coverage.network.model import IntArray, Network, Snap
from coverage.network.snap import JoinTree, snap

_MARGIN_M: Final = 0.1
"""Above what rounding and the tolerance of equal distances come to."""
_SEARCHED_M: Final = 500.0
"""Roads that are gone are looked for in place of so far around a point first."""


def resnap(
    after: Network,
    points: gpd.GeoSeries,
    response: ResponseParameters,
    *,
    known: Snap,
    tree: JoinTree,
    gone: shapely.STRtree,
    changes: EdgeChanges,
) -> Snap | None:
    """Return where `points` stand on the roads of an edited network.

    Parameters
    ----------
    after
        The edited network.
    points, response
        As in `coverage.network.snap.snap`.
    known
        Where they stood before.
    tree
        Of the network before.
    gone
        Of the roads before that are gone (``changes.gone``).
    changes
        From `coverage.network.changes.edge_changes`.

    Returns
    -------
    Snap or None
        As `coverage.network.snap.snap` gives it. None where a point has so little road left
        around it that all must be searched.
    """
    edge = np.where(known.edge >= 0, changes.row_after[known.edge], -1)
    geometry = np.asarray(points.array, dtype=object)
    placed = np.flatnonzero(np.isfinite(known.distance_m))
    reach_m = known.distance_m[placed] + _MARGIN_M
    hit = gone.query(geometry[placed], predicate="dwithin", distance=reach_m)[0]
    near = placed[np.unique(hit)]
    if not len(near):
        return replace(known, edge=edge)
    search_m = known.distance_m[near] + 2 * response.next_road_m + _SEARCHED_M
    rows = _rows_near(tree, geometry[near], search_m, changes)
    part = replace(after, edges=after.edges.iloc[rows])
    joined = snap(part, points.iloc[near], response)
    if not (joined.distance_m + response.next_road_m + _MARGIN_M <= search_m).all():
        return None
    fraction, distance_m = known.fraction.copy(), known.distance_m.copy()
    moved = known.moved.copy()
    edge[near] = np.where(joined.edge >= 0, rows[joined.edge], -1)
    fraction[near], distance_m[near] = joined.fraction, joined.distance_m
    moved[near] = joined.moved
    return Snap(edge=edge, fraction=fraction, distance_m=distance_m, moved=moved)


def _rows_near(
    tree: JoinTree, geometry: np.ndarray, search_m: np.ndarray, changes: EdgeChanges
) -> IntArray:
    """Return the rows after, ascending, of all road within a distance of one of the points."""
    every = tree.every
    hit = every.tree.query(geometry, predicate="dwithin", distance=search_m)[1]
    kept = changes.row_after[np.unique(every.rows[hit])]
    return np.unique(np.concatenate([kept[kept >= 0], changes.new]))
