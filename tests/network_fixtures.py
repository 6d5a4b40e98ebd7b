"""Small counties and networks for the tests of roads and travel, and an independent check.

`networkx_minutes` shares no code with ``coverage.travel``: it snaps with plain shapely, puts every
point into a networkx graph as a node of its own, and runs networkx's Dijkstra.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from coverage.county.config import CountyConfig, ResponseParameters
from coverage.county.model import County
from coverage.crs import WGS84
from coverage.network.build import build_network
from coverage.network.model import Network
from coverage.network.tags import CLASSES
from coverage.network.ways import Ways

CRS_M = CRS.from_epsg(4546)
ORIGIN = (500_000.0, 3_160_000.0)
ON_NODE_M = 0.01


def _nearest_edge(lines: list[shapely.LineString], point: shapely.Point) -> tuple[int, float]:
    """Return the first of the lines nearest to `point`, and the distance."""
    distance = shapely.distance(np.array(lines, dtype=object), point)
    edge = int(np.argmin(distance))
    return edge, float(distance[edge])


def networkx_minutes(
    network: Network,
    points: Sequence[shapely.Point | None],
    facilities: Sequence[shapely.Point | None],
    *,
    direction: str = "from_facility",
    max_access_m: float = math.inf,
) -> pd.DataFrame:
    """Recompute the least drive of every point with networkx.

    Returns
    -------
    DataFrame
        One row a point: ``drive_min`` (NaN where unreachable), ``by_facility`` (dict of position
        to minutes, for all facilities that reach it).
    """
    edges = network.edges
    lines = list(edges.geometry)
    placed: dict[int, list[tuple[float, object]]] = defaultdict(list)
    for kind, group in (("p", points), ("f", facilities)):
        for i, point in enumerate(group):
            if point is None or point.is_empty:
                continue
            edge, distance = _nearest_edge(lines, point)
            if distance <= max_access_m:
                placed[edge].append((lines[edge].project(point), (kind, i)))

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.node_x)))

    def arc(tail: object, head: object, minutes: float) -> None:
        if not graph.has_edge(tail, head) or graph[tail][head]["weight"] > minutes:
            graph.add_edge(tail, head, weight=minutes)

    for row, edge in enumerate(edges.itertuples()):
        whole = edge.drive_min
        if edge.forward:
            arc(edge.u, edge.v, whole)
        if edge.backward:
            arc(edge.v, edge.u, whole)
        if row not in placed:
            continue
        length = lines[row].length
        stops = sorted(placed[row], key=lambda stop: stop[0])
        chain = [(0.0, edge.u), *stops, (length, edge.v)]
        for (at, tail), (then, head) in itertools.pairwise(chain):
            minutes = (then - at) / length * whole
            if edge.forward or at == then:
                arc(tail, head, minutes)
            if edge.backward or at == then:
                arc(head, tail, minutes)
        for at, node in stops:  # on the node itself a one-way does not bind
            for end, gap in ((edge.u, at), (edge.v, length - at)):
                if gap <= ON_NODE_M:
                    arc(node, end, gap / length * whole)
                    arc(end, node, gap / length * whole)

    if direction == "to_facility":
        graph = graph.reverse()
    by_facility: list[dict[int, float]] = [{} for _ in points]
    for i in range(len(facilities)):
        if ("f", i) not in graph:
            continue
        for node, minutes in nx.single_source_dijkstra_path_length(graph, ("f", i)).items():
            if isinstance(node, tuple) and node[0] == "p":
                by_facility[node[1]][i] = minutes
    least = [min(found.values(), default=math.nan) for found in by_facility]
    return pd.DataFrame({"drive_min": least, "by_facility": by_facility})


def villages_at(
    places: Sequence[tuple[float, float]],
    area_class: str | Sequence[str] = "rural",
    population: float = 1000.0,
) -> gpd.GeoDataFrame:
    """Return villages at metric places (relative to `ORIGIN`)."""
    n = len(places)
    classes = [area_class] * n if isinstance(area_class, str) else list(area_class)
    points = [shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in places]
    return gpd.GeoDataFrame(
        {
            "code": [f"430902{i:06d}" for i in range(n)],
            "name": [f"V{i}" for i in range(n)],
            "area_class": classes,
            "population": [population] * n,
            "source_row": range(2, n + 2),
        },
        geometry=points,
        crs=CRS_M,
    )


def degrees(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return lon, lat of metric places relative to `ORIGIN`."""
    xy = np.asarray(places, dtype=float) + ORIGIN
    lon, lat = Transformer.from_crs(CRS_M, WGS84, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def network_of(
    places: Sequence[tuple[float, float]],
    roads: Sequence[dict[str, object]],
    *,
    merge: bool = True,
    response: ResponseParameters | None = None,
    villages: gpd.GeoDataFrame | None = None,
) -> Network:
    """Build a network of metric places and roads ``{"path": [...], "highway": ...}``."""
    rows, vertex, first = [], [], [0]
    for road in roads:
        path = road["path"]
        assert isinstance(path, list | tuple)
        vertex += list(path)
        first.append(len(vertex))
        highway = str(road.get("highway", "tertiary"))
        stated = {
            "highway": highway,
            "known": True,
            "forward": True,
            "backward": True,
            "maxspeed": "",
            "bridge": False,
            "name": None,
            "joinable": highway not in ("motorway", "motorway_link"),
            "maxspeed_forward": "",
            "maxspeed_backward": "",
        }
        rows.append({**stated, **{key: value for key, value in road.items() if key != "path"}})
    lon_lat = np.array(degrees(places))
    ways = Ways(
        table=pd.DataFrame(rows),
        vertex=np.array(vertex, dtype=np.int64),
        first=np.array(first, dtype=np.int64),
        lon=lon_lat[:, 0],
        lat=lon_lat[:, 1],
        dropped={},
        quality=(),
    )
    return build_network(
        ways,
        crs=CRS_M,
        villages=villages if villages is not None else villages_at([(0, 0)]),
        response=response or ResponseParameters(),
        merge=merge,
    )


def kph_of(kph: float) -> dict[str, float]:
    """Return ``speeds_kph`` that gives every class the same speed."""
    return dict.fromkeys(CLASSES, kph)


def points_at(places: Sequence[tuple[float, float] | None]) -> gpd.GeoSeries:
    """Return points at metric places relative to `ORIGIN`; None has no place."""
    return gpd.GeoSeries(
        [
            None if place is None else shapely.Point(ORIGIN[0] + place[0], ORIGIN[1] + place[1])
            for place in places
        ],
        crs=CRS_M,
    )


def county_with(
    folder: Path,
    roads: str | dict[str, str],
    *,
    villages: gpd.GeoDataFrame | None = None,
    stations: Sequence[tuple[str, tuple[float, float] | None, float]] = (),
    response: dict[str, object] | None = None,
    crs: CRS = CRS_M,
) -> County:
    """Return a county without reading its tables: only what roads and travel look at.

    `stations` are id, metric place and ambulances.
    """
    villages = villages if villages is not None else villages_at([(0, 0), (1000, 1000)])
    config = CountyConfig.model_validate(
        {
            "county": {"name": "资阳区", "code": "430902"},
            "sources": {
                "townships": "townships.geojson",
                "villages": "villages.csv",
                "facilities": "facilities.csv",
                "roads": roads,
            },
            "response": response or {},
        }
    )
    outline = shapely.box(*villages.total_bounds).buffer(2000)
    townships = gpd.GeoDataFrame(
        {"code": ["430902100"], "name": ["T"], "kind": ["township"], "population": [1000.0]},
        geometry=[outline],
        crs=villages.crs,
    )
    facilities = gpd.GeoDataFrame(
        {
            "id": [s[0] for s in stations],
            "name": [s[0] for s in stations],
            "ambulances": pd.array([s[2] for s in stations], dtype="Float64"),
            "source_row": range(2, len(stations) + 2),
        },
        geometry=list(points_at([s[1] for s in stations])),
        crs=villages.crs,
    )
    demand = gpd.GeoDataFrame(
        {"village": range(len(villages)), "population": villages["population"].to_numpy()},
        geometry=list(villages.geometry),
        crs=villages.crs,
    )
    return County(
        folder=folder,
        config=config,
        crs=crs,
        townships=townships,
        villages=villages,
        facilities=facilities,
        demand=demand,
        given_columns={},
        inputs=(),
        quality=(),
    )


def osm_xml(
    nodes: dict[int, tuple[float, float]], ways: Sequence[tuple[list[int], dict[str, str]]]
) -> str:
    """Return an OSM file of nodes (metric, relative to `ORIGIN`) and ways (refs, tags)."""
    lon_lat = degrees(list(nodes.values()))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    lines += [
        f'<node id="{i}" lat="{lat:.9f}" lon="{lon:.9f}"/>'
        for i, (lon, lat) in zip(nodes, lon_lat, strict=True)
    ]
    for number, (refs, tags) in enumerate(ways):
        body = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        body += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<way id="{number + 1}">{body}</way>')
    return "\n".join([*lines, "</osm>"])
