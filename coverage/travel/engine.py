"""Travel over one road network, where what several journeys share is computed once."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast

import geopandas as gpd
import numpy as np
import shapely

from coverage.county.config import ResponseParameters
from coverage.network.model import Network, Snap
from coverage.network.snap import JoinTree, leg_min, snap, tree_of
from coverage.travel.bucket import sized_kernel
from coverage.travel.edited import RoadEdit
from coverage.travel.journey import drive, facility_starts, timed
from coverage.travel.model import Direction, Journey
from coverage.travel.sweep import Arcs, Kernel, Starts, Sweep, arcs_of, sweep
from coverage.travel.update import (
    ArcsBothWays,
    Swept,
    is_small,
    joins_of,
    loops_for,
    matched_places,
    nearest_known,
    no_change,
    updated,
)

_KEPT: Final = 256
_LEAST_SWEEPS, _SWEEPS_BYTES, _BYTES_A_NODE = 4, 128_000_000, 16
"""Sweeps hold every node of the network, 8 MB each on half a million: few are kept of a large one,
but as a rule all of a county, from which those of its scenarios are updated."""

_Made = TypeVar("_Made")


def _nothing(value: object) -> None:
    """Leave a value that is dropped as it is."""


class Kept:
    """The results used last, by what they were made from; safe to share between threads.

    Parameters
    ----------
    most
        So many are kept; the one not used for longest goes first.
    dropped
        Is given each result that goes.
    """

    def __init__(self, most: int, dropped: Callable[[Any], None] = _nothing) -> None:
        self._most = most
        self._dropped = dropped
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what `make` gave for `key`; it is called only where nothing is kept.

        Of two threads that made it at the same time both are given what the first one made.
        """
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return cast("_Made", self._results[key])
        made = make()  # not under the lock: two threads may make the same, none waits
        gone = []
        with self._lock:
            made = self._results.setdefault(key, made)
            self._results.move_to_end(key)
            while len(self._results) > self._most:
                gone.append(self._results.popitem(last=False)[1])
        for result in gone:
            self._dropped(result)
        return made

    def values(self) -> list[Any]:
        """Return what is kept, what was used last at the end."""
        with self._lock:
            return list(self._results.values())

    def clear(self) -> None:
        """Drop every result."""
        with self._lock:
            self._results.clear()


class TravelEngine:
    """Travel over one network: its search tree, its arcs both ways, and what was computed on them.

    The search tree and the arcs are made once, when they are first needed. The places of points
    on the roads, sweeps, and the journeys between two sets of places are kept, so that what is
    wanted again costs nothing. Results are not copied: they must not be changed. Engines may be
    shared between threads; a pickled one holds the network only, and makes the rest anew.

    Parameters
    ----------
    network
        Must not be changed afterwards.
    kernel
        What sweeps the network.
    most
        So many snaps, and so many journeys, are kept.
    before
        The engine of a network that `network` was made from by edits (`coverage.network.edit`).

    Attributes
    ----------
    network
        The roads.
    kernel
        What sweeps them.
    """

    def __init__(
        self,
        network: Network,
        kernel: Kernel = sized_kernel,
        most: int = _KEPT,
        before: TravelEngine | None = None,
    ) -> None:
        self.network = network
        self.kernel = kernel
        self._most = most
        self._origin = None if before is None else (before, RoadEdit(before.network, network))
        self._making = threading.Lock()
        self._tree: JoinTree | None = None
        self._arcs: dict[Direction, Arcs] = {}
        self._snaps = Kept(most)
        at_once = _SWEEPS_BYTES // (_BYTES_A_NODE * max(len(network.node_x), 1))
        self._sweeps = Kept(max(_LEAST_SWEEPS, min(at_once, most)))
        self._drives = Kept(most)
        self._journeys = Kept(most)

    def __reduce__(self) -> tuple[type[TravelEngine], tuple[Network, Kernel, int]]:
        return TravelEngine, (self.network, self.kernel, self._most)

    def edited(self, network: Network) -> TravelEngine:
        """Return the engine of a network made from this one's by edits.

        It makes nothing anew that the edits leave alone: where places join the roads is searched
        for again near what changed only, and sweeps are those of this engine, updated. All gives
        what an engine of its own would give.
        """
        return TravelEngine(network, self.kernel, self._most, before=self)

    def release(self) -> None:
        """Give back the memory of all that can be made anew; the engine goes on working."""
        with self._making:
            self._origin = None
            self._tree = None
            self._arcs = {}
        for kept in (self._snaps, self._sweeps, self._drives, self._journeys):
            kept.clear()

    @property
    def keeps(self) -> bool:
        """Whether anything is kept that `release` would give back."""
        return self._tree is not None or bool(self._arcs) or len(self._sweeps) > 0

    def tree(self) -> JoinTree:
        """Return the search trees of the roads that places may join."""
        with self._making:  # a second thread waits: the tree of a province takes seconds
            if self._tree is None:
                self._tree = tree_of(self.network)
            return self._tree

    def arcs(self, direction: Direction) -> Arcs:
        """Return the directed arcs, as `coverage.travel.sweep.arcs_of`."""
        with self._making:
            if direction not in self._arcs:
                self._arcs[direction] = arcs_of(self.network, direction)
            return self._arcs[direction]

    def snap(self, points: gpd.GeoSeries, response: ResponseParameters) -> Snap:
        """Return where `points` stand on the roads, as `coverage.network.snap.snap`."""
        return self._snap(points, digest(points), response)

    def sweep(
        self, facilities: gpd.GeoSeries, *, direction: Direction, response: ResponseParameters
    ) -> Sweep:
        """Return the least minutes between the doors of `facilities` and every node.

        Parameters
        ----------
        facilities
            In the network's CRS.
        direction
            ``from_facility``: the minutes to the nodes; ``to_facility``: from them.
        response
            Decides where facilities join the roads, and the minutes of their own legs.

        Returns
        -------
        Sweep
            ``place`` counts the rows of `facilities`.
        """
        return self._sweep(facilities, digest(facilities), direction, response).sweep

    def journey(
        self,
        points: gpd.GeoSeries,
        facilities: gpd.GeoSeries,
        *,
        direction: Direction,
        response: ResponseParameters,
    ) -> Journey:
        """Return how long it takes between each point and its quickest facility.

        Parameters
        ----------
        points, facilities, direction, response
            As in `coverage.travel.journey.journey`.
        """
        begin, end = digest(facilities), digest(points)
        drive_key = (begin, end, direction, *_joining(response), *_legs(response))
        key = (
            *drive_key,
            _bytes(facilities.index.to_numpy()),
            _bytes(points.index.to_numpy()),
        )

        def make() -> Journey:
            places = self._snap(facilities, begin, response)
            ends = self._snap(points, end, response)
            driven = self._drives.get(
                drive_key,
                lambda: drive(
                    self.network,
                    ends,
                    places,
                    direction,
                    response,
                    self._sweep(facilities, begin, direction, response).sweep,
                ),
            )
            return timed(
                self.network,
                (points.index, ends),
                (facilities.index, places),
                driven,
                direction=direction,
                response=response,
            )

        return self._journeys.get(key, make)

    def _snap(self, points: gpd.GeoSeries, key: bytes, response: ResponseParameters) -> Snap:
        def make() -> Snap:
            joined, origin = None, self._origin
            if origin is not None:
                before, edit = origin
                known = before._snap(points, key, response)
                joined = edit.snap(points, response, known, before.tree())
            return joined or snap(self.network, points, response, tree=self.tree())

        return self._snaps.get((key, *_joining(response)), make)

    def _sweep(
        self,
        facilities: gpd.GeoSeries,
        key: bytes,
        direction: Direction,
        response: ResponseParameters,
    ) -> Swept:
        def make() -> Swept:
            places = self._snap(facilities, key, response)
            leg = leg_min(places, response)
            starts = facility_starts(self.network, places, leg, direction)
            updated = self._updated(starts, direction)
            return Swept(
                direction, starts, updated or sweep(self.arcs(direction), starts, self.kernel)
            )

        return self._sweeps.get((key, direction, *_joining(response), *_legs(response)), make)

    def _updated(self, starts: Starts, direction: Direction) -> Sweep | None:
        """Return the sweep as an update of one that is known; None where a new one is as quick."""
        loops, origin = loops_for(len(self.network.node_x)), self._origin
        engine, edit = (self, None) if origin is None else origin
        known = nearest_known(engine._sweeps.values(), starts, direction)
        if loops is None or known is None:
            return None
        change = edit.arcs(direction) if edit else no_change(len(self.network.node_x))
        if change is None:
            return None
        number = matched_places(known.joins, joins_of(starts))
        if not is_small(number, starts, change):
            return None
        other: Direction = "to_facility" if direction == "from_facility" else "from_facility"
        arcs = ArcsBothWays(engine.arcs(direction), engine.arcs(other))
        return updated(arcs, known, starts, change, number, loops)


def _joining(response: ResponseParameters) -> tuple[float, ...]:
    """Return what decides where places join the roads."""
    return response.max_access_m, response.next_road_m


def _legs(response: ResponseParameters) -> tuple[float, ...]:
    """Return what the minutes between doors and roads depend on."""
    return response.access_speed_kph, response.access_detour


def digest(points: gpd.GeoSeries) -> bytes:
    """Return what tells one set of points from another."""
    geometry = np.asarray(points.array, dtype=object)
    return _bytes(np.column_stack([shapely.get_x(geometry), shapely.get_y(geometry)]))


def _bytes(values: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).digest()
