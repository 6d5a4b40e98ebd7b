"""Small counties and networks for the tests of roads and travel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from coverage.county.config import ResponseParameters
from coverage.county.model import County
from coverage.crs import WGS84
from coverage.network.build import build_network
from coverage.network.model import Network
from coverage.network.tags import CLASSES
from coverage.network.ways import Ways
from coverage.travel.journey import journey
from tests.county_builder import build_county, county_config

CRS_M = CRS.from_epsg(4546)
ORIGIN = (500_000.0, 3_160_000.0)


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


SIXTY = ResponseParameters(speeds_kph=kph_of(60), max_access_m=50_000)
"""1 km a minute."""


def drive_min(network: Network, start: float, end: float) -> float:
    """Return the minutes of drive from one place on the x axis to another, at 1 km a minute."""
    found = journey(
        network,
        points_at([(end, 0)]),
        points_at([(start, 0)]),
        direction="from_facility",
        response=SIXTY,
    )
    return float(found.table["drive_min"].iloc[0])


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
    return build_county(
        townships,
        villages,
        facilities,
        config=county_config(name="资阳区", roads=roads, response=response),
        crs=crs,
        folder=folder,
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
