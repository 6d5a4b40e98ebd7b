"""One small county in every format that is read, for the mutator."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import rasterio
import shapely
from rasterio import Affine

from tests import county_fixtures as fixtures

GRID: Final = "population.tif"
RULE: Final = "rules/own-hospital.yaml"
SCENARIO: Final = "scenario.yaml"

FORMATS: Final[Mapping[str, Mapping[str, str]]] = {
    "plain": {"townships": "geojson", "villages": "csv", "facilities": "xlsx", "roads": "geojson"},
    "osm": {"townships": "geojson", "villages": "xlsx", "facilities": "csv", "roads": "osm"},
    "pbf": {"townships": "parquet", "villages": "shp", "facilities": "gpkg", "roads": "osm.pbf"},
    "graph": {"townships": "shp", "villages": "gpkg", "facilities": "parquet", "roads": "graphml"},
    "gpkg": {"townships": "gpkg", "villages": "parquet", "facilities": "shp", "roads": "gpkg"},
    "shp": {"townships": "shp", "villages": "geojson", "facilities": "geojson", "roads": "shp"},
}
"""The formats of each county: between them, every table and the roads in every format."""

_RULE: Final = """\
id: own-hospital
title: {zh: 试验, en: Trial}
kind: presence
unit: facilities
scope: {regions: ["430902"]}
parameters:
  facility_kinds: {value: [county_hospital], origin: assumption, meaning: {zh: 类型, en: kinds}}
  minimum: {value: 1, origin: assumption, meaning: {zh: 个数, en: number}}
reading: {zh: 至少一所, en: at least one}
sources:
  - {document: 试验, title: 试验, force: target, number: "", date: "",
     clause: "", paraphrase: {zh: 一, en: one}}
"""
_SCENARIO: Final = """\
scenario: 1
name: 新站
county: "430902"
edits:
  - add_facility:
      {id: X1, name: 新站, kind: emergency_station, lon: 112.30, lat: 28.60, ambulances: 2}
  - close_road: {line: [[112.281, 28.55], [112.281, 28.56]]}
  - set_response: {turnout_min: 2}
"""


def table_of(role: str) -> pd.DataFrame:
    """Return a table of the county, with geometry where it is a layer's."""
    if role == "townships":
        return fixtures.townships()
    if role == "roads":
        return fixtures.roads().assign(name="路", oneway="no", maxspeed="60")
    return fixtures.villages() if role == "villages" else fixtures.facilities()


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format of the path's ending; points get their geometry."""
    suffix = path.suffix
    if suffix == ".csv":
        pd.DataFrame(table).to_csv(path, index=False)
    elif suffix == ".xlsx":
        buffer = io.BytesIO()
        pd.DataFrame(table).to_excel(buffer, index=False)
        path.write_bytes(buffer.getvalue())
    else:
        _write_layer(table, path)


def _write_layer(table: pd.DataFrame, path: Path) -> None:
    if not isinstance(table, gpd.GeoDataFrame):
        lon = pd.to_numeric(table["lon"], errors="coerce")
        lat = pd.to_numeric(table["lat"], errors="coerce")
        table = gpd.GeoDataFrame(table, geometry=shapely.points(lon, lat), crs=4326)
    if path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".geojson":
        path.write_text(table.to_json(ensure_ascii=False, na="null"), encoding="utf-8")
    else:
        table.to_file(path, engine="pyogrio", encoding="UTF-8")


def write_roads(roads: gpd.GeoDataFrame, path: Path) -> None:
    """Write roads in any format; of ``.osm`` and ``.graphml`` every vertex is a node."""
    if path.name.endswith((".osm", ".osm.pbf")):
        _write_osm(roads, path)
    elif path.suffix == ".graphml":
        _write_graph(roads, path)
    else:
        _write_layer(roads, path)


def _write_osm(roads: gpd.GeoDataFrame, path: Path) -> None:
    nodes: dict[tuple[float, float], int] = {}
    ways = []
    for road in roads.itertuples():
        refs = [nodes.setdefault(xy, len(nodes) + 1) for xy in road.geometry.coords]
        tags = {"highway": road.highway, "maxspeed": road.maxspeed}
        ways.append(osmium.osm.mutable.Way(id=len(ways) + 1, nodes=refs, tags=tags, version=1))
    with osmium.SimpleWriter(str(path)) as writer:
        for place, number in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, version=1))
        for way in ways:
            writer.add_way(way)


def _write_graph(roads: gpd.GeoDataFrame, path: Path) -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for road in roads.itertuples():
        ends = [road.geometry.coords[0], road.geometry.coords[-1]]
        for x, y in ends:
            graph.add_node(f"{x},{y}", x=x, y=y)
        names = [f"{x},{y}" for x, y in ends]
        for tail, head in (names, names[::-1]):
            graph.add_edge(tail, head, highway=road.highway, maxspeed=road.maxspeed)
    nx.write_graphml(graph, path)


def _write_grid(path: Path) -> None:
    cells = np.arange(1, 401, dtype="float32").reshape(20, 20) % 7 + 1
    place = Affine(0.005, 0, fixtures.WEST, 0, -0.005, fixtures.SOUTH + 0.1)
    profile = {"width": 20, "height": 20, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(
        path, "w", driver="GTiff", transform=place, compress="deflate", **profile
    ) as grid:
        grid.write(cells, 1)


def write(name: str, folder: Path) -> Path:
    """Write the county in the formats `FORMATS` gives `name`, with grid, rule and scenario."""
    folder.mkdir(parents=True)
    toml = fixtures.TOML
    for role, suffix in FORMATS[name].items():
        path = folder / f"{role}.{suffix}"
        old = f"{role}.geojson" if role in {"townships", "roads"} else f"{role}.csv"
        toml = toml.replace(old, path.name)
        if role == "roads":
            write_roads(table_of(role), path)
        else:
            write_table(table_of(role), path)
    toml += f'population = "{GRID}"\n[response]\nturnout_min = 3.0\nspeed_profile = "hunan"\n'
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    _write_grid(folder / GRID)
    (folder / "rules").mkdir()
    (folder / RULE).write_text(_RULE, encoding="utf-8")
    (folder / SCENARIO).write_text(_SCENARIO, encoding="utf-8")
    return folder
