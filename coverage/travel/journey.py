"""Least minutes between points and the facility nearest to each in time."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.config import ResponseParameters
from coverage.network.model import FloatArray, IntArray, Network, Snap
from coverage.network.snap import entering_min, leaving_min, leg_min, snap
from coverage.problems import Problem
from coverage.travel.bucket import sized_kernel
from coverage.travel.model import Direction, Journey
from coverage.travel.one_edge import Sources, along_edges, better
from coverage.travel.sweep import Kernel, Starts, Sweep, arcs_of, sweep

EndCosts = Callable[[Network, Snap], tuple[FloatArray, FloatArray]]


def journey(
    network: Network,
    points: gpd.GeoSeries,
    facilities: gpd.GeoSeries,
    *,
    direction: Direction,
    response: ResponseParameters,
    kernel: Kernel = sized_kernel,
) -> Journey:
    """Return how long it takes between each point and its quickest facility.

    Both stand *on* the edge that they join (`coverage.network.snap.snap`): parts of edges count in
    proportion, both ends are tried, and where both stand on one edge the way along it as well.
    Both pay the straight way between their door and their road; the quickest facility is the one
    whose own leg and drive together take least. Of facilities that are equally quick the first in
    the order given is named.

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
        `max_access_m` (a point or facility farther from every road is unreachable), `next_road_m`,
        and `access_speed_kph` and `access_detour` of the legs between doors and roads.
    kernel
        What sweeps the network.
    """
    places = snap(network, facilities, response)
    ends = snap(network, points, response)
    leg = leg_min(places, response)
    starts = facility_starts(network, places, leg, direction)
    swept = sweep(arcs_of(network, direction), starts, kernel)
    return timed(
        network,
        (points.index, ends),
        (facilities.index, places),
        drive(network, ends, places, direction, response, swept),
        direction=direction,
        response=response,
    )


def timed(
    network: Network,
    points: tuple[pd.Index, Snap],
    facilities: tuple[pd.Index, Snap],
    driven: tuple[FloatArray, IntArray],
    *,
    direction: Direction,
    response: ResponseParameters,
) -> Journey:
    """Return the journey of a drive that is already known.

    Parameters
    ----------
    points, facilities
        Their names and where they stand on the roads.
    driven
        From `drive`.
    direction, response
        As in `journey`.
    """
    (labels, ends), (names, places) = points, facilities
    drive_min, place = driven
    reached = place >= 0
    rows = pd.array([None] * len(place), dtype="Int64")
    rows[reached] = names.to_numpy()[place[reached]]
    leaving = np.full(len(place), np.nan)
    leaving[reached] = leg_min(places, response)[place[reached]]
    table = pd.DataFrame(
        {
            "facility": rows,
            "leaving_min": leaving,
            "drive_min": np.where(reached, drive_min, np.nan),
            "access_min": np.where(reached, leg_min(ends, response), np.nan),
            "access_m": ends.distance_m,
        },
        index=labels,
    )
    quality = (*_facility_quality(network, places), *_point_quality(network, ends, reached))
    return Journey(table=table, direction=direction, quality=quality)


def facility_starts(
    network: Network, facilities: Snap, leg: FloatArray, direction: Direction
) -> Starts:
    """Return where a sweep for facilities begins, in the direction of travel.

    Parameters
    ----------
    facilities
        Where they stand on the roads.
    leg
        Minutes between each one's door and its road.
    """
    # A sweep over turned arcs leaves facilities by the ways that traffic enters by.
    leaving = leaving_min if direction == "from_facility" else entering_min
    return starts_of(network, facilities, leg, leaving)


def drive(
    network: Network,
    points: Snap,
    facilities: Snap,
    direction: Direction,
    response: ResponseParameters,
    swept: Sweep,
) -> tuple[FloatArray, IntArray]:
    """Return the drive between each point and its quickest facility, and that one's position.

    Which is quickest is judged by the drive and the facility's own leg between its door and its
    road. Infinite and -1 where no facility reaches the point.

    Parameters
    ----------
    swept
        From `facility_starts` of the same facilities in the same direction.
    """
    n, n_places = len(points.edge), len(facilities.edge)
    minutes, place = np.full(n, np.inf), np.full(n, n_places, dtype=np.int64)
    if network.edges.empty:  # every road was closed
        return minutes, np.full(n, -1, dtype=np.int64)
    outward = direction == "from_facility"
    entering = entering_min if outward else leaving_min
    leg = leg_min(facilities, response)
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    best = (minutes, place)
    for node, cost in zip((u, v), entering(network, points), strict=True):
        at = node[points.edge]  # edge -1 reads the last edge; its minutes are infinite
        best = better(best, (swept.minutes[at] + cost, swept.place[at]))
    on = facilities.edge >= 0
    sources = Sources(facilities.edge[on], facilities.fraction[on], leg[on], np.flatnonzero(on))
    along = along_edges(network, sources, points.edge, points.fraction, turned=not outward)
    minutes, place = better(best, along)
    reached = np.isfinite(minutes)
    place = np.where(reached, place, -1)
    driven = np.full(n, np.inf)
    driven[reached] = np.maximum(minutes[reached] - leg[place[reached]], 0.0)
    return driven, place


def starts_of(
    network: Network, facilities: Snap, leg: FloatArray, leaving: EndCosts = leaving_min
) -> Starts:
    """Return where facilities on edges join the network's nodes, `leg` minutes after their door."""
    if network.edges.empty:  # every road was closed
        none = np.zeros(0, dtype=np.int64)
        return Starts(none, none, np.zeros(0), len(facilities.edge))
    at_u, at_v = leaving(network, facilities)
    edge = facilities.edge
    place = np.arange(len(edge))
    u, v = network.edges["u"].to_numpy()[edge], network.edges["v"].to_numpy()[edge]
    minutes = np.concatenate([at_u + leg, at_v + leg])
    usable = np.isfinite(minutes)
    return Starts(
        place=np.concatenate([place, place])[usable],
        node=np.concatenate([u, v])[usable],
        minutes=minutes[usable],
        n_places=len(edge),
    )


def _facility_quality(network: Network, places: Snap) -> tuple[Problem, ...]:
    """Count facilities that are far from a road, or off the main network."""
    far = (places.edge < 0) & np.isfinite(places.distance_m)
    return _counted(
        ("travel.facility_far", far),
        ("travel.facility_off_main", off_main(network, places)),
        ("travel.facility_moved", places.moved),
    )


def _point_quality(
    network: Network, ends: Snap, reached: npt.NDArray[np.bool_]
) -> tuple[Problem, ...]:
    far = (ends.edge < 0) & np.isfinite(ends.distance_m)
    apart = off_main(network, ends)
    return _counted(
        ("travel.point_far", far),
        ("travel.point_off_main", apart),
        ("travel.point_moved", ends.moved),
        ("travel.point_unreached", ~reached & ~far & (ends.edge >= 0)),
    )


def off_main(network: Network, places: Snap) -> npt.NDArray[np.bool_]:
    """Tell which places join a road that is off the main part of the network."""
    apart: npt.NDArray[np.bool_] = places.edge >= 0
    apart[apart] = ~network.edges["main"].to_numpy()[places.edge[apart]]
    return apart


def cut_off(network: Network, places: Snap) -> npt.NDArray[np.bool_]:
    """Tell which places join a road that has no road to the main part of the network."""
    apart: npt.NDArray[np.bool_] = places.edge >= 0
    apart[apart] = network.edges["component"].to_numpy()[places.edge[apart]] > 0
    return apart


def _counted(*groups: tuple[str, npt.NDArray[np.bool_]]) -> tuple[Problem, ...]:
    return tuple(
        Problem(code, level="warning", values={"count": int(which.sum())}, count=int(which.sum()))
        for code, which in groups
        if which.any()
    )
