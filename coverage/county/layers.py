"""Layers: ``.geojson``, ``.gpkg``, ``.shp`` and ``.parquet``, with or without geometry.

What GDAL is given is first told by its own first bytes: GDAL itself picks the driver by content,
and a text that only pretends to be a layer could make it open other files.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from coverage.county.datum import WGS84_NAMES, crs_of, layer_to_wgs84, shift_of
from coverage.county.files import decode, nearest, quietly, reading, refuse, shown
from coverage.county.sheets import MAX_EXACT_INTEGER, MAX_ROWS, MAX_UNZIPPED_BYTES
from coverage.county.table import RawTable
from coverage.crs import WGS84
from coverage.messages import Message

_SIGNATURES: Final = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\x00\x00\x27\x0a",
    ".parquet": b"PAR1",
}
_MAX_DEGREES: Final = (180.0, 90.0)


def read_layer(path: Path, file: str, role: str, layer: str | None, datum: str) -> RawTable:
    """Read a layer; its geometry comes back in WGS-84.

    A GeoJSON that names no coordinate system is in WGS-84. `datum` as an EPSG code tells the
    system of a layer that names none; ``gcj02`` and ``bd09`` undo the shift of every vertex.

    Raises
    ------
    InputError
        If the file is broken, no such layer is in it, or its coordinate system is unknown.
    """
    suffix = path.suffix.lower()
    if suffix == ".geojson":
        frame: pd.DataFrame = _geojson(path, file)
    else:
        with reading(file), path.open("rb") as stream:
            start = stream.read(16)
        if not start.startswith(_SIGNATURES[suffix]):
            raise refuse("county.not_what_it_says", file, suffix=suffix)
        frame = _parquet(path, file) if suffix == ".parquet" else _ogr(path, file, role, layer)
    if len(frame) == 0:
        raise refuse("county.table_empty", file)
    if len(frame) > MAX_ROWS:
        raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
    geometry = None
    plain = frame
    if isinstance(frame, gpd.GeoDataFrame):
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        if frame.geometry.notna().any():
            geometry = _in_wgs84(frame, file, datum)
    names = tuple(str(name) for name in plain.columns)
    columns = [[_text(value) for value in plain[name].tolist()] for name in plain.columns]
    records: list[tuple[str, ...]] = list(zip(*columns, strict=True)) if columns else []
    records = records or [()] * len(frame)
    return RawTable(file, names, records, list(range(1, len(frame) + 1)), geometry)


def _text(value: Any) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if value.is_integer() and abs(value) < MAX_EXACT_INTEGER:
            return str(int(value))
    return str(value).strip()


def _geojson(path: Path, file: str) -> gpd.GeoDataFrame:
    with reading(file):
        content = path.read_bytes()
    text = decode(content, file)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise refuse("county.json_broken", file, [error.lineno]) from error
    except (RecursionError, ValueError) as error:
        raise refuse("county.unreadable", file) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise refuse("county.no_features", file)
    properties = [
        f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features
    ]
    names = list(dict.fromkeys(name for p in properties for name in p))
    bad: list[int] = []
    shapes = [_shape(f.get("geometry"), row, bad) for row, f in enumerate(features, start=1)]
    if bad:
        raise refuse("county.geometry_broken", file, bad)
    data = {name: [p.get(name) for p in properties] for name in names if name != "geometry"}
    with reading(file):
        crs = _geojson_crs(document)
    table = pd.DataFrame(data, index=range(len(features)), dtype=object)
    return gpd.GeoDataFrame(table, geometry=np.array(shapes, dtype=object), crs=crs)


def _geojson_crs(document: dict[str, Any]) -> CRS | None:
    member = document.get("crs")
    return CRS.from_user_input(member["properties"]["name"]) if member else None


def _shape(geometry: object, row: int, bad: list[int]) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        bad.append(row)
        return None


def _ogr(path: Path, file: str, role: str, layer: str | None) -> pd.DataFrame:
    with reading(file), quietly():
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer is None and len(names) > 1:
        layer = role if role in names else None
        if layer is None:
            there = ", ".join(shown(name) for name in names)
            raise refuse("county.layer_unclear", file, there=there)
    if not names:
        raise refuse("county.table_empty", file)
    if layer is not None and layer not in names:
        near = nearest(layer, names)
        hint = Message("county.hint_nearest", {"near": near}) if near else ""
        there = ", ".join(shown(name) for name in names)
        raise refuse("county.layer_missing", file, layer=shown(layer), there=there, hint=hint)
    chosen = layer or names[0]
    with reading(file), quietly():
        info: dict[str, Any] = dict(pyogrio.read_info(path, chosen, force_feature_count=True))
        if info["features"] > MAX_ROWS:
            raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
        if path.suffix.lower() == ".shp" and not path.with_suffix(".cpg").exists():
            try:
                return _frame(path, chosen, encoding="UTF-8")
            except UnicodeDecodeError:
                return _frame(path, chosen, encoding="GB18030")
        return _frame(path, chosen)


def _frame(path: Path, layer: str, **options: Any) -> pd.DataFrame:
    frame = pyogrio.read_dataframe(path, layer=layer, force_2d=True, **options)
    return cast("pd.DataFrame", frame)


def _parquet(path: Path, file: str) -> pd.DataFrame:
    with reading(file):
        whole = pq.ParquetFile(path)
        meta = whole.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if meta.num_rows > MAX_ROWS:
            raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
        if size > MAX_UNZIPPED_BYTES:
            raise refuse("county.file_too_big", file, limit_mb=MAX_UNZIPPED_BYTES // 1_000_000)
        if b"geo" in (whole.schema_arrow.metadata or {}):
            frame = gpd.read_parquet(path)
            frame.geometry = frame.geometry.force_2d()
            return cast("pd.DataFrame", frame.reset_index(drop=True))
        return cast("pd.DataFrame", whole.read().to_pandas().reset_index(drop=True))


def _in_wgs84(frame: gpd.GeoDataFrame, file: str, datum: str) -> gpd.GeoSeries:
    geometry = frame.geometry
    crs = one_crs(frame.crs, datum, file)
    if crs is None:
        if not file.lower().endswith(".geojson"):
            raise refuse("county.no_crs", file)
        crs = WGS84
    _check_order(geometry, crs, file)
    with reading(file):
        degrees = layer_to_wgs84(geometry.set_crs(crs, allow_override=True), datum)
    bounds = degrees.bounds.to_numpy()
    lon, lat = _MAX_DEGREES
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(bounds) <= (lon, lat, lon, lat)).all(axis=1)
    wrong &= ~(degrees.isna() | degrees.is_empty).to_numpy()
    if wrong.any():
        raise refuse("county.not_degrees", file, [int(i) + 1 for i in np.flatnonzero(wrong)])
    return degrees


def _check_order(geometry: gpd.GeoSeries, crs: CRS, file: str) -> None:
    """Refuse degrees that are some only when read as latitude, longitude."""
    bounds = np.abs(geometry.bounds.to_numpy())
    lon, lat = _MAX_DEGREES
    with np.errstate(invalid="ignore"):
        wrong = (bounds > (lon, lat, lon, lat)).any(axis=1)
        swapped = wrong & (bounds <= (lat, lon, lat, lon)).all(axis=1)
    if crs.is_geographic and wrong.any() and (swapped == wrong).all():
        raise refuse("county.layer_swapped", file, [int(i) + 1 for i in np.flatnonzero(wrong)])


def one_crs(stated: CRS | None, datum: str, file: str) -> CRS | None:
    """Return the system that a file states, or else `datum` as an EPSG code; None if neither.

    Raises
    ------
    InputError
        If the two differ.
    """
    told = None
    if shift_of(datum) is None and datum.strip().casefold() not in WGS84_NAMES:
        told = crs_of(datum)
    if stated is not None and told is not None and not CRS(stated).equals(told, True):
        name = shown(CRS(stated).name)
        raise refuse("county.crs_conflict", file, stated=name, told=shown(datum))
    return told or (None if stated is None else CRS(stated))


def fault_place(shape: shapely.Geometry) -> str:
    """Return where an invalid polygon is at fault, as ``lon lat``."""
    found = re.search(r"\[(.+)\]", shapely.is_valid_reason(shape))
    x, y = found[1].split()[:2] if found else shapely.bounds(shape)[:2]
    return f"{round(float(x), 5)} {round(float(y), 5)}"
