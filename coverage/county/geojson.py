"""GeoJSON, read by a JSON parser: GDAL would run what some JSON documents ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from coverage.county.datum import crs_from_text
from coverage.county.files import decode, reading, refuse
from coverage.county.sheets import MAX_COLUMNS

_COLLECTION: Final = "FeatureCollection"


def read_geojson(path: Path, file: str) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Return the features in their own coordinates, and the rows whose shape cannot be read.

    Raises
    ------
    InputError
        If it is no FeatureCollection, or names a coordinate system that nobody knows.
    """
    with reading(file):
        content = path.read_bytes()
    text = decode(content, file)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise refuse("county.json_broken", file, [error.lineno]) from error
    except (RecursionError, ValueError) as error:
        raise refuse("county.unreadable", file) from error
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == _COLLECTION else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise refuse("county.no_features", file)
    properties = [
        f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features
    ]
    names = list(dict.fromkeys(name for p in properties for name in p))
    if len(names) > MAX_COLUMNS:
        raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
    bad: list[int] = []
    shapes = [_shape(f.get("geometry"), row, bad) for row, f in enumerate(features, start=1)]
    data = {name: [p.get(name) for p in properties] for name in names if name != "geometry"}
    table = pd.DataFrame(data, index=range(len(features)), dtype=object)
    frame = gpd.GeoDataFrame(
        table, geometry=np.array(shapes, dtype=object), crs=_stated_crs(document, file)
    )
    return frame, bad


def _stated_crs(document: dict[str, Any], file: str) -> CRS | None:
    member = document.get("crs")
    if not member:
        return None
    with reading(file):
        return crs_from_text(str(member["properties"]["name"]))


def _shape(geometry: object, row: int, bad: list[int]) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(_of_length(geometry))))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        bad.append(row)
        return None


def _of_length(geometry: object) -> object:
    """Return a geometry whose lines of a single vertex, which have no length, are left out."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return geometry
    lines = geometry["coordinates"]
    if geometry.get("type") == "LineString" and len(lines) == 1:
        return {**geometry, "coordinates": []}
    if geometry.get("type") == "MultiLineString":
        kept = [line for line in lines if not (isinstance(line, list) and len(line) == 1)]
        return {**geometry, "coordinates": kept}
    return geometry
