"""The way the ambulance takes to one village."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from coverage.county.model import County
from coverage.network.lengthwise import part_of
from coverage.network.model import FloatArray, IntArray, Network, Snap
from coverage.network.snap import entering_min, leaving_min
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from coverage.travel.sweep import TIE_MIN, Arcs

_NO_NODE: Final = -9999  # scipy's mark


class Assessed(Protocol):
    """An assessed county; a report is one."""

    @property
    def county(self) -> County:
        """The county."""
        ...

    @property
    def engine(self) -> TravelEngine:
        """Over its roads."""
        ...

    @property
    def response(self) -> Response:
        """When an ambulance is where."""
        ...


@dataclass(frozen=True)
class RoadLeg:
    """A part of the way on one road.

    Attributes
    ----------
    name
        Of the road, None where it has none.
    highway
        OSM class.
    """

    name: str | None
    highway: str
    length_m: float
    drive_min: float


@dataclass(frozen=True)
class Route:
    """The quickest way from the station that answers to a village.

    Attributes
    ----------
    village
        Row of ``County.villages``.
    station
        Row of ``County.facilities``.
    line
        From the station's place on its road to the village's place on its road, as it is driven,
        in the county's CRS. Its two ends are the same where both stand at one place.
    leaving
        Straight from the station's point to its road; its two ends are the same where that is on
        the road.
    access
        Straight from the road to the village's point, as `leaving`.
    turnout_min, leaving_min, drive_min, access_min, response_min
        As in ``Response.villages``.
    length_m
        Driven.
    legs
        In the order they are driven, pieces of one road joined.
    """

    village: int
    station: int
    station_id: str
    line: shapely.LineString
    leaving: shapely.LineString
    access: shapely.LineString
    turnout_min: float
    leaving_min: float
    drive_min: float
    access_min: float
    response_min: float
    length_m: float
    legs: tuple[RoadLeg, ...]


def route(report: Assessed, village_row: int) -> Route | None:
    """Return the way that the village's minutes in the table stand for.

    Parameters
    ----------
    report
        The assessed county.
    village_row
        Position in the county's villages, from 0.

    Returns
    -------
    Route or None
        None where no ambulance can reach the village.

    Raises
    ------
    IndexError
        If there is no such village.
    """
    county, engine = report.county, report.engine
    if not 0 <= village_row < len(county.villages):
        raise IndexError(village_row)
    row = report.response.villages.iloc[village_row]
    if pd.isna(row["station"]):
        return None
    station = int(row["station"])
    ends = gpd.GeoSeries(
        [county.facilities.geometry.iloc[station], county.villages.geometry.iloc[village_row]],
        crs=county.crs,
    )
    place = engine.snap(ends, county.config.response)
    parts = _parts(engine, place)
    line, legs = _driven(engine.network, parts)
    return Route(
        village=village_row,
        station=station,
        station_id=str(row["station_id"]),
        line=line,
        leaving=_line([shapely.get_coordinates(ends.iloc[0]), shapely.get_coordinates(line)[:1]]),
        access=_line([shapely.get_coordinates(line)[-1:], shapely.get_coordinates(ends.iloc[1])]),
        turnout_min=float(row["turnout_min"]),
        leaving_min=float(row["leaving_min"]),
        drive_min=float(row["drive_min"]),
        access_min=float(row["access_min"]),
        response_min=float(row["response_min"]),
        length_m=sum(leg.length_m for leg in legs),
        legs=legs,
    )


@dataclass(frozen=True)
class _Parts:
    """Pieces of edges in the order they are driven: row of the edge, from and to which fraction."""

    edge: IntArray
    begin: FloatArray
    end: FloatArray


def _parts(engine: TravelEngine, place: Snap) -> _Parts:
    """Return the quickest way from the first place to the second."""
    network = engine.network
    edges = network.edges
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    from_edge, to_edge = int(place.edge[0]), int(place.edge[1])
    begin, end = float(place.fraction[0]), float(place.fraction[1])
    leaving = np.array([side[0] for side in leaving_min(network, place)])
    entering = np.array([side[1] for side in entering_min(network, place)])
    starts = np.array([u[from_edge], v[from_edge]])
    goals = np.array([u[to_edge], v[to_edge]])
    minutes, before = _sweep(engine.arcs("from_facility"), starts, leaving)
    totals = minutes[goals] + entering
    along = _along(network, from_edge, begin, end) if from_edge == to_edge else np.inf
    best = int(np.argmin(totals))
    if along <= totals[best] + TIE_MIN:
        return _Parts(np.array([to_edge]), np.array([begin]), np.array([end]))
    nodes = _nodes(before, int(goals[best]))
    side = int(np.argmin(np.where(starts == nodes[0], leaving, np.inf)))
    rows, forward = _edges_between(network, nodes)
    return _Parts(
        edge=np.concatenate([[from_edge], rows, [to_edge]]),
        begin=np.concatenate([[begin], np.where(forward, 0.0, 1.0), [float(best)]]),
        end=np.concatenate([[float(side)], np.where(forward, 1.0, 0.0), [end]]),
    )


def _sweep(
    arcs: Arcs, starts: IntArray, leaving: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.signedinteger]]:
    """Return the least minutes to every node and the node before it on the way there."""
    n = arcs.n_nodes
    joins = np.unique(starts[np.isfinite(leaving)])
    cost = np.array([leaving[starts == node].min() for node in joins])
    graph = csr_array(
        (
            np.concatenate([arcs.minutes, cost]),
            np.concatenate([arcs.head, joins.astype(np.int32)]),
            np.concatenate([arcs.first, [arcs.first[-1] + len(joins)]]).astype(np.int32),
        ),
        shape=(n + 1, n + 1),
    )
    minutes, before = dijkstra(graph, indices=np.array([n]), return_predecessors=True)
    return minutes[0, :n], before[0]


def _nodes(before: npt.NDArray[np.signedinteger], goal: int) -> list[int]:
    """Return the nodes on the way, the first being where the station's own edge is left."""
    start = len(before) - 1
    nodes = [goal]
    while (node := int(before[nodes[-1]])) not in (start, _NO_NODE):
        nodes.append(node)
    return nodes[::-1]


def _edges_between(network: Network, nodes: list[int]) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return for each step the quickest edge that may be driven, and whether from its u to v."""
    edges = network.edges
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    along, against = edges["forward"].to_numpy(), edges["backward"].to_numpy()
    row = np.concatenate([np.flatnonzero(along), np.flatnonzero(against)])
    forward = np.arange(len(row)) < int(along.sum())
    n = len(network.node_x)
    pair = np.where(forward, u[row] * n + v[row], v[row] * n + u[row])
    steps = np.array(nodes[:-1], dtype=np.int64) * n + np.array(nodes[1:], dtype=np.int64)
    candidates = np.flatnonzero(np.isin(pair, steps))
    minutes = _minutes(network, row, forward)
    candidates = candidates[np.lexsort((minutes[candidates], pair[candidates]))]
    quickest = candidates[np.searchsorted(pair[candidates], steps)]
    return row[quickest], forward[quickest]


def _along(network: Network, edge: int, begin: float, end: float) -> float:
    """Return the minutes straight along one edge; infinite where traffic may not go so."""
    row = network.edges.iloc[edge]
    may = begin == end or bool(row["forward"] if end > begin else row["backward"])
    way = "forward" if end > begin else "backward"
    return abs(end - begin) * float(row[f"drive_{way}_min"]) if may else np.inf


def _minutes(network: Network, row: IntArray, forward: npt.NDArray[np.bool_]) -> FloatArray:
    """Return the minutes along each edge, from its u where `forward`, else from its v."""
    edges = network.edges
    there, back = edges["drive_forward_min"].to_numpy(), edges["drive_backward_min"].to_numpy()
    minutes: FloatArray = np.where(forward, there[row], back[row])
    return minutes


def _driven(network: Network, parts: _Parts) -> tuple[shapely.LineString, tuple[RoadLeg, ...]]:
    """Return the parts as one line, and as the roads they lie on."""
    edges = network.edges
    lines = np.asarray(edges.geometry.array, dtype=object)[parts.edge]
    pieces = [
        shapely.get_coordinates(part_of(line, begin * line.length, end * line.length))
        for line, begin, end in zip(lines, parts.begin, parts.end, strict=True)
    ]
    share = np.abs(parts.end - parts.begin)
    length = share * edges["length_m"].to_numpy()[parts.edge]
    minutes = share * _minutes(network, parts.edge, parts.end >= parts.begin)
    names = edges["name"].astype(object).iloc[parts.edge]
    classes = edges["highway"].astype(str).iloc[parts.edge]
    roads = zip(names.where(names.notna(), None), classes, strict=True)
    driven = zip(roads, length.tolist(), minutes.tolist(), strict=True)
    return _line(pieces), _legs([RoadLeg(*road, *cost) for road, *cost in driven])


def _legs(parts: list[RoadLeg]) -> tuple[RoadLeg, ...]:
    """Join what follows on the same road; parts without length are left out."""
    moved = [part for part in parts if part.length_m > 0]
    roads = groupby(moved, key=lambda part: (part.name, part.highway))
    return tuple(
        RoadLeg(
            *road,
            length_m=sum(part.length_m for part in joined),
            drive_min=sum(part.drive_min for part in joined),
        )
        for road, group in roads
        for joined in [list(group)]
    )


def _line(pieces: list[FloatArray]) -> shapely.LineString:
    """Return one line through all points; of a point that repeats only the first."""
    xy = np.concatenate(pieces)
    moves = np.append(True, (xy[1:] != xy[:-1]).any(axis=1))
    kept = xy[moves]
    return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))
