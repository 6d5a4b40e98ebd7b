"""Where a coordinate really is: Chinese shifted datums and other systems to WGS-84.

GCJ-02 ("Mars" coordinates of AMap and Tencent) moves a point by 24-701 m; BD-09 (Baidu) moves it
further. Neither has an EPSG code. The forward formulas are those in public use since 2013
(eviltransform and others); there is no closed inverse, so it is iterated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.enums import WktVersion
from pyproj.exceptions import CRSError, ProjError

from coverage.crs import WGS84, to_degrees

Floats = npt.NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

WGS84_NAMES: Final = frozenset({"wgs84", "wgs-84", "cgcs2000"})
_A_M: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_BD_PI: Final = np.pi * 3000.0 / 180.0
_TOLERANCE_DEG: Final = 1e-10  # about 0.01 mm
_MAX_ITERATIONS: Final = 50
_NAMES_A_FILE: Final = re.compile(
    r'PARAMETERFILE\["[^"]*","(?!@?null")|grids\s*=(?!@?null)', re.IGNORECASE
)


def _in_china(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Tell where the shift applies: the rectangle of the published formula."""
    return (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS-84 degrees to GCJ-02; outside China nothing moves."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    magic = 1.0 - _EE * np.sin(radians) ** 2
    d_lat = np.degrees(d_lat * magic * np.sqrt(magic) / (_A_M * (1.0 - _EE)))
    d_lon = np.degrees(d_lon * np.sqrt(magic) / (_A_M * np.cos(radians)))
    china = _in_china(lon, lat)
    return np.where(china, lon + d_lon, lon), np.where(china, lat + d_lat, lat)


def bd09_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS-84 degrees to BD-09; outside China nothing moves."""
    x, y = gcj02_from_wgs84(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    china = _in_china(lon, lat)
    moved_lon = radius * np.cos(angle) + 0.0065
    moved_lat = radius * np.sin(angle) + 0.006
    return np.where(china, moved_lon, lon), np.where(china, moved_lat, lat)


def _inverse(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo `shift`: the point whose shifted place is `lon`, `lat`, by fixed-point iteration.

    The shift itself changes by only a few percent of a displacement, so each round leaves a few
    percent of the error: one round leaves up to metres, six less than 1 mm.
    """
    x, y = lon.copy(), lat.copy()
    china = _in_china(lon, lat)
    for _ in range(_MAX_ITERATIONS):
        moved_x, moved_y = shift(x, y)
        off_x, off_y = np.where(china, lon - moved_x, 0.0), np.where(china, lat - moved_y, 0.0)
        x, y = x + off_x, y + off_y
        if not max(np.abs(off_x).max(initial=0.0), np.abs(off_y).max(initial=0.0)) > _TOLERANCE_DEG:
            break
    return x, y


def wgs84_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo the GCJ-02 shift to under 1 mm; outside China nothing moves."""
    return _inverse(gcj02_from_wgs84, lon, lat)


def wgs84_from_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Undo the BD-09 shift to under 1 mm; outside China nothing moves."""
    return _inverse(bd09_from_wgs84, lon, lat)


@cache
def _shifts() -> dict[str, Shift]:
    return {
        "gcj02": wgs84_from_gcj02,
        "gcj-02": wgs84_from_gcj02,
        "bd09": wgs84_from_bd09,
        "bd-09": wgs84_from_bd09,
    }


def shift_of(datum: str) -> Shift | None:
    """Return what undoes the datum's shift; None where the datum is no shifted one."""
    return _shifts().get(datum.strip().casefold())


def crs_of(datum: str) -> CRS:
    """Return the coordinate system that coordinates in `datum` are given in.

    Raises
    ------
    ValueError
        If `datum` is neither ``wgs84``, ``gcj02``, ``bd09`` nor an EPSG code of a horizontal
        system.
    """
    name = datum.strip().casefold()
    if name in WGS84_NAMES or name in _shifts():
        return WGS84
    digits = name.removeprefix("epsg:").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise ValueError(datum)
    try:
        crs = CRS.from_epsg(int(digits))
    except CRSError as error:
        raise ValueError(datum) from error
    if not (crs.is_geographic or crs.is_projected):
        raise ValueError(datum)
    return crs


def crs_from_text(text: str) -> CRS:
    """Return the coordinate system that a file states: a name, code, WKT or PROJ text.

    PROJ opens what such a text names as a grid or an ``init`` file: no such system is taken.

    Raises
    ------
    ValueError
        If it is none, or names a file.
    """
    if re.search(r"init\s*=", text, re.IGNORECASE):
        raise ValueError("names a file")
    try:
        return plain_crs(CRS.from_user_input(text))
    except CRSError as error:
        raise ValueError("no coordinate system") from error


def plain_crs(crs: CRS) -> CRS:
    """Return the horizontal system inside one that carries heights.

    Raises
    ------
    ValueError
        If it names a file.
    """
    if crs.is_compound and crs.sub_crs_list:
        crs = crs.sub_crs_list[0]
    if _NAMES_A_FILE.search(crs.to_wkt(WktVersion.WKT2_2019)):
        raise ValueError("names a file")
    return crs


def to_wgs84(x: Floats, y: Floats, datum: str) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (WGS-84) of coordinates in `datum`; NaN stays NaN."""
    shift = shift_of(datum)
    if shift is not None:
        return shift(x, y)
    crs = crs_of(datum)
    if crs == WGS84:
        return x, y
    try:
        lon, lat = to_degrees(crs).transform(x, y)
    except ProjError:
        return np.full_like(x, np.nan), np.full_like(y, np.nan)
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


def layer_to_wgs84(geometry: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    """Return a layer's geometries in WGS-84; every vertex is shifted where `datum` says so."""
    degrees = geometry.to_crs(WGS84)
    shift = shift_of(datum)
    if shift is None:
        return degrees

    def undo(xy: Floats) -> Floats:
        return np.column_stack(shift(xy[:, 0], xy[:, 1]))

    values = shapely.transform(np.asarray(degrees.array, dtype=object), undo)
    return gpd.GeoSeries(values, index=degrees.index, crs=WGS84)
