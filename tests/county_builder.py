"""Counties in memory, for tests of what is done with a county and not of how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from coverage.county.config import CountyConfig
from coverage.county.model import County, InputFile
from coverage.problems import Problem

CODE = "430902"
_SOURCES = {
    "townships": "townships.geojson",
    "villages": "villages.csv",
    "facilities": "facilities.csv",
    "roads": "roads.osm",
}


def county_config(
    code: str = CODE,
    name: str = "试验县",
    *,
    roads: str | Mapping[str, str] = _SOURCES["roads"],
    response: Mapping[str, object] | None = None,
    rules: Mapping[str, Any] | None = None,
    **county: object,
) -> CountyConfig:
    """Return what a ``county.toml`` would say; `county` are more keys of its ``[county]``."""
    return CountyConfig.model_validate(
        {
            "county": {"name": name, "code": code, **county},
            "sources": {**_SOURCES, "roads": roads},
            "response": dict(response or {}),
            "rules": dict(rules or {}),
        }
    )


def build_county(
    townships: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    config: CountyConfig | None = None,
    crs: CRS | None = None,
    demand: gpd.GeoDataFrame | None = None,
    folder: Path = Path("county"),
    given_columns: Mapping[str, frozenset[str]] | None = None,
    inputs: Iterable[InputFile] = (),
    quality: Iterable[Problem] = (),
) -> County:
    """Return a county of these tables, as they are; its people are at its villages' points."""
    if demand is None:
        demand = gpd.GeoDataFrame(
            {"village": np.arange(len(villages)), "population": villages["population"]},
            geometry=villages.geometry,
            crs=villages.crs,
        )
    return County(
        folder=folder,
        config=config or county_config(),
        crs=crs or CRS.from_user_input(villages.crs),
        townships=townships,
        villages=villages,
        facilities=facilities,
        demand=demand,
        given_columns=dict(given_columns or {}),
        inputs=tuple(inputs),
        quality=tuple(quality),
    )
