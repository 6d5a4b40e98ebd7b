"""Journeys over one network, where what several of them share is computed once."""

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
from coverage.network.snap import JoinTree, snap, tree_of
from coverage.travel.journey import drive, timed
from coverage.travel.model import Direction, Journey
from coverage.travel.sweep import Arcs, arcs_of

_KEPT: Final = 256
_Made = TypeVar("_Made")


class Kept:
    """The results used last, by what they were made from; safe to share between threads.

    Parameters
    ----------
    most
        So many are kept; the one not used for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what `make` gave for `key`; it is called only where nothing is kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return cast("_Made", self._found[key])
        made = make()  # not under the lock: two threads may make the same, none waits
        with self._lock:
            self._found[key] = made
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


class Trips:
    """Journeys over one network, as `coverage.travel.journey.journey` gives them.

    The search tree, the arcs, the places of points on the roads and the times between two sets of
    places are kept, so that a journey asked for again costs nothing. Results are not copied: they
    must not be changed.

    Parameters
    ----------
    network
        Must not be changed afterwards.
    most
        So many snaps, and so many drives, are kept.
    """

    def __init__(self, network: Network, most: int = _KEPT) -> None:
        self.network = network
        self._once = Kept(3)
        self._snaps = Kept(most)
        self._drives = Kept(most)
        self._journeys = Kept(most)

    def snap(self, points: gpd.GeoSeries, response: ResponseParameters) -> Snap:
        """Return where `points` stand on the roads; as `coverage.network.snap.snap`."""
        return self._snap(points, digest(points), response)

    def journey(
        self,
        points: gpd.GeoSeries,
        facilities: gpd.GeoSeries,
        *,
        direction: Direction,
        response: ResponseParameters,
    ) -> Journey:
        """Return how long it takes between each point and its quickest facility."""
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
            arcs = self._arcs(direction)
            found = self._drives.get(
                drive_key,
                lambda: drive(self.network, ends, places, direction, response, arcs=arcs),
            )
            return timed(
                self.network,
                (points.index, ends),
                (facilities.index, places),
                found,
                direction=direction,
                response=response,
            )

        return self._journeys.get(key, make)

    def _snap(self, points: gpd.GeoSeries, key: bytes, response: ResponseParameters) -> Snap:
        return self._snaps.get(
            (key, *_joining(response)),
            lambda: snap(self.network, points, response, tree=self._tree()),
        )

    def _tree(self) -> JoinTree:
        return self._once.get("tree", lambda: tree_of(self.network))

    def _arcs(self, direction: Direction) -> Arcs:
        return self._once.get(direction, lambda: arcs_of(self.network, direction))


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
