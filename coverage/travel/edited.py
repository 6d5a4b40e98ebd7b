"""What the edit of a network leaves as it was for travel over it."""

from __future__ import annotations

from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from coverage.county.config import ResponseParameters
from coverage.network.changes import EdgeChanges, edge_changes
from coverage.network.model import Network, Snap
from coverage.network.resnap import resnap
from coverage.network.snap import JoinTree
from coverage.travel.arc_change import arc_change
from coverage.travel.model import Direction
from coverage.travel.update import MOST_CHANGED_SHARE, ArcChange


class RoadEdit:
    """The difference between a network and one made from it by edits; parts are made when needed.

    Parameters
    ----------
    before, after
        The network and the edited one (`coverage.network.edit`).
    """

    def __init__(self, before: Network, after: Network) -> None:
        self._before = before
        self._after = after

    @cached_property
    def changes(self) -> EdgeChanges:
        """What is gone, new, and driven in other minutes."""
        return edge_changes(self._before, self._after)

    @cached_property
    def _gone(self) -> shapely.STRtree:
        lines = np.asarray(self._before.edges.geometry.array, dtype=object)
        return shapely.STRtree(lines[self.changes.gone])

    @cached_property
    def _arcs(self) -> ArcChange | None:
        changes = self.changes
        changed = len(changes.gone) + len(changes.new) + len(changes.retimed)
        if changed > MOST_CHANGED_SHARE * len(self._before.edges):
            return None
        return arc_change(self._before, self._after, changes)

    def arcs(self, direction: Direction) -> ArcChange | None:
        """Return how the arcs differ; None where so many do that a new sweep is as quick."""
        change = self._arcs
        return change if change is None or direction == "from_facility" else change.turned()

    def snap(
        self, points: gpd.GeoSeries, response: ResponseParameters, known: Snap, tree: JoinTree
    ) -> Snap | None:
        """Return where `points` stand on the edited roads, as `coverage.network.resnap.resnap`.

        Parameters
        ----------
        known
            Where they stood before.
        tree
            Of the roads before.
        """
        return resnap(
            self._after,
            points,
            response,
            known=known,
            tree=tree,
            gone=self._gone,
            changes=self.changes,
        )
