"""Least minutes between points and the facility nearest to each in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.config import ResponseParameters
from coverage.errors import Problem
from coverage.network.model import FloatArray, IntArray, Network, Snap
from coverage.network.snap import entering_min, leaving_min, snap
from coverage.travel.model import Direction, Journey
from coverage.travel.sweep import TIE_MIN, Arcs, Kernel, Starts, Sweep, arcs_of, scipy_kernel, sweep

EndCosts = Callable[[Network, Snap], tuple[FloatArray, FloatArray]]

_M_PER_MIN_AT_1_KPH: Final = 1000 / 60


def journey(
    network: Network,
    points: gpd.GeoSeries,
    facilities: gpd.GeoSeries,
    *,
    direction: Direction,
    response: ResponseParameters,
    kernel: Kernel = scipy_kernel,
) -> Journey:
    """Return how long it takes between each point and its quickest facility.

    Both stand *on* the edge nearest to them: parts of edges count in proportion, both ends are
    tried, and where both stand on one edge the way along it as well. Of facilities that are
    equally quick the first in the order given is named.

    Parameters
    ----------
    network
        The roads.
    points
        In the network's CRS.
    facilities
        In the network's CRS; the index is what ``facility`` of the result names.
    direction
        ``from_facility``: an ambulance drives to the scene; ``to_facility``: residents travel.
    response
        `max_access_m` (a point or facility farther from every road is unreachable), and
        `access_speed_kph` and `access_detour` of the point's own leg.
    kernel
        What sweeps the network.
    """
    places = snap(network, facilities, response.max_access_m)
    ends = snap(network, points, response.max_access_m)
    found = drive(network, ends, places, direction, kernel)
    return timed(
        network,
        (points.index, ends),
        (facilities.index, places),
        found,
        direction=direction,
        response=response,
    )


def timed(
    network: Network,
    points: tuple[pd.Index, Snap],
    facilities: tuple[pd.Index, Snap],
    found: tuple[FloatArray, IntArray],
    *,
    direction: Direction,
    response: ResponseParameters,
) -> Journey:
    """Return the journey of a drive that is already known.

    Parameters
    ----------
    points, facilities
        Their names and where they stand on the roads.
    found
        From `drive`.
    direction, response
        As in `journey`.
    """
    (labels, ends), (names, places) = points, facilities
    drive_min, place = found
    access = ends.distance_m * response.access_detour
    access_min = access / (response.access_speed_kph * _M_PER_MIN_AT_1_KPH)
    reached = place >= 0
    rows = pd.array([None] * len(place), dtype="Int64")
    rows[reached] = names.to_numpy()[place[reached]]
    table = pd.DataFrame(
        {
            "facility": rows,
            "drive_min": np.where(reached, drive_min, np.nan),
            "access_min": np.where(reached, access_min, np.nan),
            "access_m": ends.distance_m,
        },
        index=labels,
    )
    quality = (*_facility_quality(network, places), *_point_quality(network, ends, reached))
    return Journey(table=table, direction=direction, quality=quality)


def drive(
    network: Network,
    points: Snap,
    facilities: Snap,
    direction: Direction,
    kernel: Kernel = scipy_kernel,
    arcs: Arcs | None = None,
) -> tuple[FloatArray, IntArray]:
    """Return the least drive to or from each point, minutes, and the facility's position.

    Infinite and -1 where no facility reaches the point. `arcs` are those of `arcs_of`, made here
    if not given.
    """
    best = _Best.nowhere(len(points.edge), len(facilities.edge))
    if network.edges.empty:  # every road was closed
        return best.minutes, np.full(len(points.edge), -1, dtype=np.int64)
    outward = direction == "from_facility"
    leaving, entering = (
        (leaving_min, entering_min) if outward else (entering_min, leaving_min)
    )  # a sweep over turned arcs leaves facilities by the ways that traffic enters by
    arcs = arcs_of(network, direction) if arcs is None else arcs
    found = sweep(arcs, starts_of(network, facilities, leaving), kernel)
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    for node, minutes in zip((u, v), entering(network, points), strict=True):
        best = best.or_by(_at(found, node, points.edge), minutes)
    best = _along_one_edge(best, network, points, facilities, outward=outward)
    return best.minutes, np.where(np.isfinite(best.minutes), best.place, -1)


def starts_of(network: Network, facilities: Snap, leaving: EndCosts = leaving_min) -> Starts:
    """Return where facilities on edges join the network's nodes."""
    at_u, at_v = leaving(network, facilities)
    edge = facilities.edge
    place = np.arange(len(edge))
    u, v = network.edges["u"].to_numpy()[edge], network.edges["v"].to_numpy()[edge]
    minutes = np.concatenate([at_u, at_v])
    usable = np.isfinite(minutes)
    return Starts(
        place=np.concatenate([place, place])[usable],
        node=np.concatenate([u, v])[usable],
        minutes=minutes[usable],
        n_places=len(edge),
    )


@dataclass(frozen=True)
class _Best:
    """The best so far for each point: minutes, and the lowest place that needs no more."""

    minutes: FloatArray
    place: IntArray

    @classmethod
    def nowhere(cls, n_points: int, n_places: int) -> _Best:
        return cls(np.full(n_points, np.inf), np.full(n_points, n_places, dtype=np.int64))

    def or_by(self, node: _Best, minutes: FloatArray) -> _Best:
        """Return the better of this and going by `node`, whence it is `minutes` more."""
        total = node.minutes + minutes
        return self.or_better(total, node.place)

    def or_better(self, minutes: FloatArray, place: IntArray) -> _Best:
        with np.errstate(invalid="ignore"):  # infinite less infinite
            tie = np.abs(minutes - self.minutes) <= TIE_MIN
            quicker = minutes < self.minutes - TIE_MIN
        named = np.where(quicker, place, np.where(tie, np.minimum(place, self.place), self.place))
        return _Best(np.fmin(minutes, self.minutes), named)


def _at(found: Sweep, node: IntArray, edge: IntArray) -> _Best:
    rows = node[edge]  # edge -1 reads the last edge; its minutes are infinite
    return _Best(found.minutes[rows], found.place[rows])


def _along_one_edge(
    best: _Best, network: Network, points: Snap, facilities: Snap, *, outward: bool
) -> _Best:
    """Try going straight along the edge where point and facility stand on the same one."""
    shared = np.intersect1d(points.edge[points.edge >= 0], facilities.edge)
    if not len(shared):
        return best
    here = np.flatnonzero(np.isin(points.edge, shared))
    there = np.flatnonzero(np.isin(facilities.edge, shared))
    pairs = pd.DataFrame({"edge": points.edge[here], "point": here}).merge(
        pd.DataFrame({"edge": facilities.edge[there], "place": there}), on="edge"
    )
    edge, point, place = (pairs[name].to_numpy() for name in ("edge", "point", "place"))
    begin, end = facilities.fraction[place], points.fraction[point]
    if not outward:
        begin, end = end, begin
    open_way = _open_way(network, edge, begin, end)
    minutes = np.abs(end - begin) * network.edges["drive_min"].to_numpy()[edge]
    minutes = np.where(open_way, minutes, np.inf)
    order = np.lexsort((place, minutes, point))
    point, minutes, place = point[order], minutes[order], place[order]
    first = np.flatnonzero(np.append(True, point[1:] != point[:-1]))
    least = np.minimum.reduceat(minutes, first)
    least_of = np.repeat(least, np.diff(np.append(first, len(point))))
    tied = np.where(minutes <= least_of + TIE_MIN, place, len(facilities.edge))
    along = _Best.nowhere(len(points.edge), len(facilities.edge))
    along.minutes[point[first]] = least
    along.place[point[first]] = np.minimum.reduceat(tied, first)
    return best.or_better(along.minutes, along.place)


def _open_way(
    network: Network, edge: IntArray, begin: FloatArray, end: FloatArray
) -> npt.NDArray[np.bool_]:
    """Tell whether traffic may go along the edge from `begin` to `end` (fractions)."""
    forward = network.edges["forward"].to_numpy()[edge]
    backward = network.edges["backward"].to_numpy()[edge]
    open_way: npt.NDArray[np.bool_] = (
        (end == begin) | ((end > begin) & forward) | ((end < begin) & backward)
    )
    return open_way


def _facility_quality(network: Network, places: Snap) -> tuple[Problem, ...]:
    """Count facilities that are far from a road, or off the main network."""
    far = (places.edge < 0) & np.isfinite(places.distance_m)
    return _counted(
        ("travel.facility_far", far), ("travel.facility_off_main", off_main(network, places))
    )


def _point_quality(
    network: Network, ends: Snap, reached: npt.NDArray[np.bool_]
) -> tuple[Problem, ...]:
    far = (ends.edge < 0) & np.isfinite(ends.distance_m)
    apart = off_main(network, ends)
    return _counted(
        ("travel.point_far", far),
        ("travel.point_off_main", apart),
        ("travel.point_unreached", ~reached & ~far & (ends.edge >= 0)),
    )


def off_main(network: Network, places: Snap) -> npt.NDArray[np.bool_]:
    """Tell which places stand on a road that is not connected to the main network."""
    apart: npt.NDArray[np.bool_] = places.edge >= 0
    apart[apart] = network.edges["component"].to_numpy()[places.edge[apart]] > 0
    return apart


def _counted(*found: tuple[str, npt.NDArray[np.bool_]]) -> tuple[Problem, ...]:
    return tuple(
        Problem(code, level="warning", values={"count": int(which.sum())}, count=int(which.sum()))
        for code, which in found
        if which.any()
    )
