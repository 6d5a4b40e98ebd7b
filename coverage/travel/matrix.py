"""Minutes from each of many origins to each of many destinations, as far as a limit allows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array

from coverage.county.config import ResponseParameters
from coverage.network.model import FloatArray, IntArray, Network, Snap
from coverage.network.snap import entering_min, leaving_min, leg_min
from coverage.travel.bucket import bucket_width_min, spread, unreached
from coverage.travel.compiled import compiled
from coverage.travel.engine import TravelEngine
from coverage.travel.journey import starts_of
from coverage.travel.model import Direction
from coverage.travel.sweep import Arcs, Starts, scipy_kernel

DECIMALS: Final = 9
"""Minutes are rounded to this, as those of responses are, before they are held to the limit."""

COMPILED_FROM_VISITS: Final = 5_000_000
"""Origins times nodes: below this scipy takes less time than numba takes to be loaded."""

_SLACK_MIN: Final = 1e-9
_ORIGINS_AT_ONCE: Final = 16
"""Origins that one thread searches with the same room in memory."""

_Row = tuple[IntArray, FloatArray]


@dataclass(frozen=True)
class TravelMatrix:
    """Minutes between pairs of an origin and a destination that are within the limit.

    Attributes
    ----------
    first
        Where each origin's pairs begin, and at the end their number (compressed sparse rows).
    destination
        Position of the destination, ascending within an origin.
    minutes
        From door to door, rounded to `DECIMALS`.
    n_destinations
        Number of destinations, those that nobody reaches included.
    """

    first: IntArray
    destination: IntArray
    minutes: FloatArray
    n_destinations: int

    @property
    def n_origins(self) -> int:
        """Number of origins."""
        return len(self.first) - 1

    @property
    def origin(self) -> IntArray:
        """Position of the origin of each pair."""
        return np.repeat(np.arange(self.n_origins), np.diff(self.first))

    def dense(self) -> FloatArray:
        """Return the minutes as origins x destinations; NaN beyond the limit."""
        minutes = np.full((self.n_origins, self.n_destinations), np.nan)
        minutes[self.origin, self.destination] = self.minutes
        return minutes

    def within(self) -> csr_array:
        """Return which destinations are within the limit of which origins, as ones in a matrix."""
        ones = np.ones(len(self.destination), dtype=np.int8)
        shape = (self.n_origins, self.n_destinations)
        return csr_array((ones, self.destination, self.first), shape=shape)


def travel_matrix(
    engine: TravelEngine,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    *,
    limit_min: float,
    response: ResponseParameters,
    direction: Direction = "from_facility",
    threads: int | None = None,
) -> TravelMatrix:
    """Return the minutes from every origin to every destination within a limit.

    Minutes are those of `coverage.travel.journey.journey` for one facility and one point: both
    legs between doors and roads, and the drive from the one's place on its edge to the other's.
    Memory is bounded by the pairs within the limit, and for each thread by a few numbers a node.

    Parameters
    ----------
    engine
        Over the roads.
    origins
        Facilities or candidates, in the network's CRS; None or empty where one has no place.
    destinations
        Demand points, in the network's CRS.
    limit_min
        Minutes; a pair that takes exactly so long is within it. May be infinite.
    response
        Decides where places join the roads, and the minutes of the legs.
    direction
        ``from_facility``: traffic goes from origins to destinations; ``to_facility``: from
        destinations to origins.
    threads
        That search at the same time; None: one a processor.

    Examples
    --------
    >>> matrix = TravelMatrix(np.array([0, 2, 2]), np.array([0, 2]), np.array([4.0, 9.5]), 3)
    >>> matrix.dense()
    array([[4. , nan, 9.5],
           [nan, nan, nan]])
    """
    network = engine.network
    places, ends = engine.snap(origins, response), engine.snap(destinations, response)
    if network.edges.empty:  # every road was closed
        return _joined([_no_pairs()] * len(places.edge), len(ends.edge))
    search = _Search.of(network, engine.arcs(direction), places, ends, direction, response)
    large = len(places.edge) * search.arcs.n_nodes >= COMPILED_FROM_VISITS
    fast = large and compiled(spread) and compiled(collect)
    rows = search.compiled_rows if fast else search.scipy_rows
    chunks = [
        np.arange(begin, min(begin + _ORIGINS_AT_ONCE, len(places.edge)))
        for begin in range(0, len(places.edge), _ORIGINS_AT_ONCE)
    ]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        chunk_rows = list(pool.map(partial(rows, limit_min=limit_min), chunks))
    return _joined([row for chunk in chunk_rows for row in chunk], len(ends.edge))


def collect(
    first_at: IntArray,
    end_at: IntArray,
    end_min: FloatArray,
    state: FloatArray,
    touched: IntArray,
    n_touched: int,
    least_min: FloatArray,
    reached: IntArray,
) -> int:
    """Write the least minutes to each destination, and clear the search; return how many are met.

    Parameters
    ----------
    first_at, end_at, end_min
        Destinations by the node at which their edge is left (compressed sparse rows): their
        positions, and the minutes from the node to their door.
    state, touched, n_touched
        From `coverage.travel.bucket.spread`; `state` is made ready for another search.
    least_min
        Of each destination, infinite before.
    reached
        As long as there are destinations; gets those that are met.
    """
    n_reached = 0
    for i in range(n_touched):
        node = touched[i]
        minutes = state[node, 0]
        state[node, 0], state[node, 1] = np.inf, np.inf
        for k in range(first_at[node], first_at[node + 1]):
            end = end_at[k]
            if minutes + end_min[k] < least_min[end]:
                if least_min[end] == np.inf:
                    reached[n_reached] = end
                    n_reached += 1
                least_min[end] = minutes + end_min[k]
    return n_reached


@dataclass(frozen=True)
class _Search:
    """What the searches of all origins share.

    Attributes
    ----------
    first_start, starts
        Where each origin joins the network, in the order of origins; each one's by minutes.
    first_at, end_at, end_min
        As in `collect`.
    first_along, along_end, along_min
        Destinations on the edge of each origin, and the minutes to their doors along it.
    """

    arcs: Arcs
    n_ends: int
    first_start: IntArray
    starts: Starts
    first_at: IntArray
    end_at: IntArray
    end_min: FloatArray
    first_along: IntArray
    along_end: IntArray
    along_min: FloatArray

    @classmethod
    def of(
        cls,
        network: Network,
        arcs: Arcs,
        places: Snap,
        ends: Snap,
        direction: Direction,
        response: ResponseParameters,
    ) -> _Search:
        outward = direction == "from_facility"
        leaving, entering = (leaving_min, entering_min) if outward else (entering_min, leaving_min)
        leg, access = leg_min(places, response), leg_min(ends, response)
        starts = starts_of(network, places, leg, leaving)
        order = np.lexsort((starts.minutes, starts.place))
        starts = Starts(
            starts.place[order],
            starts.node[order].astype(np.int32),
            starts.minutes[order],
            starts.n_places,
        )
        on = np.flatnonzero(ends.edge >= 0)
        edges = network.edges
        at = np.concatenate([edges[node].to_numpy()[ends.edge[on]] for node in ("u", "v")])
        cost = np.concatenate([way[on] + access[on] for way in entering(network, ends)])
        end = np.tile(on, 2)
        usable = np.isfinite(cost)
        at, cost, end = at[usable], cost[usable], end[usable]
        by_node = np.argsort(at, kind="stable")
        origin, neighbour, along_min = _on_one_edge(edges, places, ends, turned=not outward)
        return cls(
            arcs=arcs,
            n_ends=len(ends.edge),
            first_start=np.searchsorted(starts.place, np.arange(starts.n_places + 1)),
            starts=starts,
            first_at=np.searchsorted(at[by_node], np.arange(arcs.n_nodes + 1)),
            end_at=end[by_node],
            end_min=cost[by_node],
            first_along=np.searchsorted(origin, np.arange(starts.n_places + 1)),
            along_end=neighbour,
            along_min=along_min + leg[origin] + access[neighbour],
        )

    def compiled_rows(self, chunk: IntArray, limit_min: float) -> list[_Row]:
        """Return the pairs of some origins, searched by buckets up to the limit."""
        fast_spread, fast_collect = compiled(spread), compiled(collect)
        assert fast_spread is not None and fast_collect is not None  # noqa: PT018
        arcs, starts, n_ends = self.arcs, self.starts, self.n_ends
        width_min, n_buckets = bucket_width_min(arcs)
        state, touched = unreached(arcs.n_nodes), np.empty(arcs.n_nodes, dtype=np.int32)
        least_min, reached = np.full(n_ends, np.inf), np.empty(n_ends, dtype=np.int64)
        rows = []
        for origin in chunk.tolist():
            own = slice(self.first_start[origin], self.first_start[origin + 1])
            n_touched, _ = fast_spread(
                arcs.first,
                arcs.head,
                arcs.minutes,
                starts.node[own],
                starts.minutes[own],
                starts.place[own],
                limit_min + _SLACK_MIN,
                0.0,
                width_min,
                n_buckets,
                state,
                touched,
            )
            n_reached = fast_collect(
                self.first_at,
                self.end_at,
                self.end_min,
                state,
                touched,
                n_touched,
                least_min,
                reached,
            )
            met = reached[:n_reached].copy()
            rows.append(self._row(origin, met, least_min[met], limit_min))
            least_min[met] = np.inf
        return rows

    def scipy_rows(self, chunk: IntArray, limit_min: float) -> list[_Row]:
        """Return the pairs of some origins, from a sweep of the whole network for each."""
        at = np.repeat(np.arange(self.arcs.n_nodes), np.diff(self.first_at))
        rows = []
        for origin in chunk.tolist():
            own = slice(self.first_start[origin], self.first_start[origin + 1])
            least_min = np.full(self.n_ends, np.inf)
            node = self.starts.node[own]
            if len(node):
                zeros = np.zeros(len(node), dtype=np.int64)
                swept = scipy_kernel(self.arcs, Starts(zeros, node, self.starts.minutes[own], 1))
                np.minimum.at(least_min, self.end_at, swept.minutes[at] + self.end_min)
            met = np.flatnonzero(np.isfinite(least_min))
            rows.append(self._row(origin, met, least_min[met], limit_min))
        return rows

    def _row(self, origin: int, met: IntArray, minutes: FloatArray, limit_min: float) -> _Row:
        """Return an origin's pairs: those met over nodes, and those on its own edge."""
        own = slice(self.first_along[origin], self.first_along[origin + 1])
        end = np.concatenate([met, self.along_end[own]])
        least = np.concatenate([minutes, self.along_min[own]])
        order = np.lexsort((least, end))
        end, least = end[order], least[order].round(DECIMALS)
        kept = np.ones(len(end), dtype=bool)
        kept[1:] = end[1:] != end[:-1]
        kept &= least <= limit_min
        return end[kept], least[kept]


def _on_one_edge(
    edges: gpd.GeoDataFrame, places: Snap, ends: Snap, *, turned: bool
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the pairs of an origin and a destination on one edge, and the minutes along it.

    On the spot itself no direction binds. Pairs ascend by origin.
    """
    by_edge = np.flatnonzero(ends.edge >= 0)
    by_edge = by_edge[np.argsort(ends.edge[by_edge], kind="stable")]
    edge_of_end = ends.edge[by_edge]
    on = np.flatnonzero(places.edge >= 0)
    begin = np.searchsorted(edge_of_end, places.edge[on])
    count = np.searchsorted(edge_of_end, places.edge[on], side="right") - begin
    origin = np.repeat(on, count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    end = by_edge[np.repeat(begin, count) + within]
    edge, share = places.edge[origin], ends.fraction[end] - places.fraction[origin]
    least = np.where(share == 0, 0.0, np.inf)
    for way, ahead in (("forward", share), ("backward", -share)):
        back = {"forward": "backward", "backward": "forward"}[way] if turned else way
        may = edges[back].to_numpy(bool)[edge] & (ahead > 0)
        least[may] = ahead[may] * edges[f"drive_{back}_min"].to_numpy(float)[edge[may]]
    led = np.isfinite(least)
    return origin[led], end[led], least[led]


def _no_pairs() -> _Row:
    return np.zeros(0, dtype=np.int64), np.zeros(0)


def _joined(rows: list[_Row], n_destinations: int) -> TravelMatrix:
    sizes = [len(destination) for destination, _ in rows]
    return TravelMatrix(
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        destination=np.concatenate([_no_pairs()[0], *(row[0] for row in rows)]),
        minutes=np.concatenate([_no_pairs()[1], *(row[1] for row in rows)]),
        n_destinations=n_destinations,
    )
