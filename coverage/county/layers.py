"""Layers: ``.geojson``, ``.gpkg``, ``.shp`` and ``.parquet``, with or without geometry.

Each is read by what its ending names, and only where its own first bytes say the same: a JSON
parser, SQLite, GDAL's driver of shapefiles, Arrow. None of them opens anything else.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from coverage.county import geopackage, shapefile
from coverage.county.crowding import crowded
from coverage.county.datum import WGS84_NAMES, crs_of, layer_to_wgs84, plain_crs, shift_of
from coverage.county.files import nearest, reading, refuse, shown
from coverage.county.gauss_kruger import hint
from coverage.county.geojson import read_geojson
from coverage.county.parquet import read_parquet
from coverage.county.sheets import MAX_EXACT_INTEGER, MAX_ROWS
from coverage.county.table import RawTable
from coverage.county.wkb import shapes_of
from coverage.crs import WGS84
from coverage.messages import Message
from coverage.problems import Problem, Problems, is_full, no_scratch

_SIGNATURES: Final = {
    ".gpkg": geopackage.SIGNATURE,
    ".shp": shapefile.SIGNATURE,
    ".parquet": b"PAR1",
}
_MAX_DEGREES: Final = (180.0, 90.0)

Choice = Callable[[Mapping[str, str]], str]
"""Picks a layer by the kinds of geometry by name (empty: none, or not known)."""


@dataclass(frozen=True)
class Layer:
    """A layer as its file holds it.

    Attributes
    ----------
    frame
        In its own coordinates, two dimensions; a `GeoDataFrame` where it has geometry.
    unreadable
        Rows, from 1, whose geometry is there and cannot be read; it is None in `frame`.
    lost
        Rows, from 1, that the file does not hold whole.
    notes
        Notes on how it was read.
    """

    frame: pd.DataFrame
    unreadable: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def records(self) -> int:
        """How many records the file should hold."""
        return max(len(self.frame), *self.lost, 1) if self.lost else max(len(self.frame), 1)


def open_layer(path: Path, file: str, choose: Choice, most_lost_share: float = 0.0) -> Layer:
    """Read a layer of any of the four formats.

    Parameters
    ----------
    path
        Its ending says which.
    file
        Named in problems.
    choose
        Picks one of several layers.
    most_lost_share
        Refused where the parts of a shapefile lack more of its records.

    Raises
    ------
    InputError
        If the content is not what the ending says, or broken as a whole.
    """
    suffix = path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        frame, bad = read_geojson(path, file)
        return Layer(frame, tuple(bad))
    with reading(file), path.open("rb") as stream:
        start = stream.read(16)
    if not start.startswith(_SIGNATURES[suffix]):
        raise refuse("county.not_what_it_says", file, suffix=suffix)
    if suffix == ".parquet":
        return _parquet(path, file)
    if suffix == ".gpkg":
        return _geopackage(path, file, choose)
    choose({path.stem: ""})
    whole = shapefile.read_parts(path, file, most_lost_share)
    return Layer(whole.frame, whole.unreadable, whole.lost, whole.notes)


def read_layer(
    path: Path, file: str, role: str, layer: str | None, datum: str, problems: Problems
) -> RawTable:
    """Read a layer; its geometry comes back in WGS-84.

    A GeoJSON that names no coordinate system is in WGS-84. `datum` as an EPSG code tells the
    system of a layer that names none; ``gcj02`` and ``bd09`` undo the shift of every vertex.

    Raises
    ------
    InputError
        If the file is broken, no such layer is in it, or its coordinate system is unknown.
    """
    content = open_layer(path, file, lambda layers: _choose(layers, role, layer, file))
    return raw_table(content, file, datum, problems)


def raw_table(content: Layer, file: str, datum: str, problems: Problems) -> RawTable:
    """Return the records of a layer as texts; its geometry comes back in WGS-84.

    Parameters
    ----------
    content
        Its rows are numbered from 1.
    file
        Named in problems.
    datum
        As in `read_layer`.

    Raises
    ------
    InputError
        If there are none or too many, or its coordinate system is unknown.
    """
    frame = content.frame
    if len(frame) == 0:
        raise refuse("county.table_empty", file)
    if len(frame) > MAX_ROWS:
        raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
    if content.unreadable:
        raise refuse("county.geometry_broken", file, content.unreadable)
    problems.extend(content.notes)
    geometry = None
    plain = frame
    if isinstance(frame, gpd.GeoDataFrame):
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        tangled = crowded(np.asarray(frame.geometry.array, dtype=object))
        if tangled.any():
            raise refuse(
                "county.shape_crowded", file, [int(i) + 1 for i in np.flatnonzero(tangled)]
            )
        if frame.geometry.notna().any():
            geometry = _in_wgs84(frame, file, datum)
    names = tuple(str(name) for name in plain.columns)
    # By position: a parquet may have a name twice, which is reported later.
    columns = [[_text(v) for v in plain.iloc[:, i].tolist()] for i in range(plain.shape[1])]
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


def _choose(layers: Mapping[str, str], role: str, layer: str | None, file: str) -> str:
    names = list(layers)
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
    return layer or names[0]


def _geopackage(path: Path, file: str, choose: Choice) -> Layer:
    notes: tuple[Problem, ...] = ()
    if geopackage.unwritten_log(path) is not None:
        notes = (Problem("county.geopackage_log", "warning", {}, file),)
    try:
        with geopackage.open_geopackage(path) as package:
            chosen = choose(package.layers)
            if package.count(chosen) > MAX_ROWS:
                raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
            frame, bad = package.read(chosen)
    except (sqlite3.Error, OSError, ValueError) as error:
        if is_full(error):
            raise no_scratch(error) from error
        raise refuse("county.unreadable", file) from error
    return Layer(frame, tuple(bad), notes=notes)


def _parquet(path: Path, file: str) -> Layer:
    table, geo = read_parquet(path, file)
    with reading(file):
        if geo is None:
            return Layer(table.to_pandas().reset_index(drop=True))
        return _geoparquet(table, geo)


def _geoparquet(table: pa.Table, geo: dict[str, Any]) -> Layer:
    primary = geo["primary_column"]
    about = geo["columns"][primary]
    if str(about["encoding"]).upper() != "WKB":
        raise ValueError("no well-known binary")
    shapes, bad = shapes_of(table.column(primary).to_pylist())
    others = [name for name in geo["columns"] if name in table.column_names]
    plain = table.drop_columns(others).to_pandas().reset_index(drop=True)
    stated = about.get("crs", "OGC:CRS84")
    crs = None if stated is None else plain_crs(CRS.from_user_input(stated))
    frame = gpd.GeoDataFrame(plain.reindex(range(len(shapes))), geometry=shapes, crs=crs)
    return Layer(frame, tuple(int(i) + 1 for i in np.flatnonzero(bad)))


def _in_wgs84(frame: gpd.GeoDataFrame, file: str, datum: str) -> gpd.GeoSeries:
    geometry = frame.geometry
    crs = one_crs(frame.crs, datum, file)
    if crs is None:
        if not file.lower().endswith(".geojson"):
            x, y = shapely.get_coordinates(np.asarray(geometry.array, dtype=object)).T
            raise refuse("county.no_crs", file, hint=hint(x, y))
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
    by_datum = None
    if shift_of(datum) is None and datum.strip().casefold() not in WGS84_NAMES:
        by_datum = crs_of(datum)
    if stated is not None and by_datum is not None and not CRS(stated).equals(by_datum, True):
        name = shown(CRS(stated).name)
        raise refuse("county.crs_conflict", file, stated=name, told=shown(datum))
    return by_datum or (None if stated is None else CRS(stated))


def fault_place(shape: shapely.Geometry) -> str:
    """Return where an invalid polygon is at fault, as ``lon lat``."""
    crossing = re.search(r"\[(.+)\]", shapely.is_valid_reason(shape))
    x, y = crossing[1].split()[:2] if crossing else shapely.bounds(shape)[:2]
    return f"{round(float(x), 5)} {round(float(y), 5)}"
