"""The county of the examples: two villages on one straight road, a station in the western one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import coverage as cov


def tables() -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    """Return townships, villages and facilities."""
    townships = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["West", "East"], "kind": "township"},
        geometry=[box(112.2, 28.5, 112.4, 28.7), box(112.4, 28.5, 112.6, 28.7)],
        crs="EPSG:4326",
    )
    villages = pd.DataFrame(
        {
            "code": ["A", "B"],
            "name": ["Ash", "Birch"],
            "township": ["West", "East"],
            "population": [2000, 3000],
            "area_class": "rural",
            "lon": [112.3, 112.5],
            "lat": 28.6,
        }
    )
    facilities = pd.DataFrame(
        {
            "id": ["S"],
            "name": ["Station"],
            "kind": "emergency_station",
            "lon": [112.3],
            "lat": [28.6],
            "ambulances": [1],
        }
    )
    return townships, villages, facilities


@pytest.fixture(scope="session")
def roads_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One road along the 28.6th parallel, driven at 30 km/h (`speeds_kph` of `county`)."""
    path = tmp_path_factory.mktemp("roads") / "roads.geojson"
    line = {"type": "LineString", "coordinates": [[112.28, 28.6], [112.52, 28.6]]}
    road = {"type": "Feature", "properties": {"highway": "primary"}, "geometry": line}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    return path


@pytest.fixture(scope="session")
def county() -> cov.County:
    return cov.county_from_tables(
        *tables(), name="线<区>", name_en="Line", code="430902", speeds_kph={"primary": 30.0}
    )


@pytest.fixture(scope="session")
def roads(county: cov.County, roads_file: Path) -> cov.Network:
    return cov.read_roads(county, str(roads_file))


@pytest.fixture(scope="session")
def report(county: cov.County, roads: cov.Network) -> cov.Report:
    return cov.assess(county, roads)


SECOND: dict[str, Any] = {
    "id": "T",
    "name": "Second",
    "kind": "emergency_station",
    "lon": 112.5,
    "lat": 28.6,
    "ambulances": 1,
}


@pytest.fixture(scope="session")
def after(report: cov.Report) -> cov.Report:
    return cov.apply(report, {"name": "A second station", "edits": [{"add_facility": SECOND}]})
