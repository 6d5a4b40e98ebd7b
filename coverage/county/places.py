"""Where villages and facilities lie: their coordinates, checked against the townships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from coverage.county.datum import WGS84_NAMES, Floats, crs_of, shift_of, to_wgs84
from coverage.county.files import shown
from coverage.county.gauss_kruger import Box, guess, is_in
from coverage.county.layers import fault_place
from coverage.county.table import Mask, Table
from coverage.county.values import numbers
from coverage.crs import WGS84
from coverage.problems import Level, Problems

NEAR_COUNTY_KM: Final = 2.0
_M_PER_KM: Final = 1000.0
_POLYGONS: Final = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Places:
    """Points of a table, one a row.

    Attributes
    ----------
    lon, lat
        Degrees, WGS-84; NaN where not given or bad.
    polygon
        The outline (WGS-84) where the layer has one, else None.
    swapped_lon, swapped_lat
        The place with its two coordinates exchanged.
    """

    lon: Floats
    lat: Floats
    polygon: npt.NDArray[np.object_]
    swapped_lon: Floats
    swapped_lat: Floats

    def points(self, crs: CRS) -> gpd.GeoSeries:
        """Return the points in `crs`; None where there is no place."""
        return _points(self.lon, self.lat, crs)


def _points(lon: Floats, lat: Floats, crs: CRS) -> gpd.GeoSeries:
    with np.errstate(invalid="ignore"):
        bare = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    xy = np.column_stack([np.where(bare, 0.0, lon), np.where(bare, 0.0, lat)])
    values = np.array(shapely.points(xy), dtype=object)
    values[bare] = None
    return gpd.GeoSeries(values, crs=WGS84).to_crs(crs)


def crs_for(townships: gpd.GeoDataFrame | None) -> CRS:
    """Return the townships' CRS; WGS-84 where there are none to choose by."""
    return WGS84 if townships is None else CRS(townships.crs)


def places_of(
    table: Table,
    datum: str,
    problems: Problems,
    *,
    required: bool,
    townships: gpd.GeoDataFrame | None = None,
) -> Places:
    """Return where each row lies.

    A layer's own geometry is used, a polygon by a point inside it; a plain table has ``lon`` and
    ``lat`` in `datum`. Where not `required`, a row may have no place at all. `townships` tell, of
    coordinates in metres, in which zone they are.
    """
    if table.geometry is not None:
        return _from_geometry(table, problems, required=required)
    box = _box(townships)
    return _from_columns(table, datum, problems, box, required=required)


def _from_geometry(table: Table, problems: Problems, *, required: bool) -> Places:
    assert table.geometry is not None
    shapes = np.asarray(table.geometry.array, dtype=object)
    single = [
        g.geoms[0] if g is not None and g.geom_type == "MultiPoint" and len(g.geoms) == 1 else g
        for g in shapes
    ]
    shapes = np.array([*single, None], dtype=object)[:-1]
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = np.array(["" if g is None else g.geom_type for g in shapes])
    if required and empty.any():
        problems.append(table.problem("county.place_empty", empty))
    other = ~empty & ~np.isin(kinds, (*_POLYGONS, "Point"))
    if other.any():
        problems.append(table.problem("county.place_kind", other))
    area = ~empty & np.isin(kinds, _POLYGONS)
    invalid = area & ~shapely.is_valid(shapes)
    for i in np.flatnonzero(invalid):
        this: Mask = np.arange(len(shapes)) == i
        problems.append(table.problem("county.polygon_invalid", this, place=fault_place(shapes[i])))
    area &= ~invalid
    points = np.full(len(shapes), None, dtype=object)
    at = ~empty & (kinds == "Point")
    points[at] = shapes[at]
    points[area] = shapely.point_on_surface(shapes[area])
    polygon = np.full(len(shapes), None, dtype=object)
    polygon[area] = shapes[area]
    if table.has("lon") or table.has("lat"):
        problems.append(table.problem("county.lon_lat_unused", level="note"))
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    return Places(lon, lat, polygon, swapped_lon=lat, swapped_lat=lon)


def _box(townships: gpd.GeoDataFrame | None) -> Box | None:
    if townships is None or not townships.geometry.notna().any():
        return None
    west, south, east, north = townships.to_crs(WGS84).total_bounds
    return float(west), float(south), float(east), float(north)


def _metric(
    table: Table, x: Floats, y: Floats, datum: str, box: Box, problems: Problems
) -> tuple[Floats, Floats]:
    """Return coordinates in metres, east first; NaN, and reported, where elsewhere."""
    if is_in(*to_wgs84(x, y, datum), box):
        return x, y
    if is_in(*to_wgs84(y, x, datum), box):
        problems.append(table.problem("county.axes_exchanged", level="note"))
        return y, x
    likely = guess(x, y, box)
    if likely is None:
        return x, y
    problem = table.problem(
        "county.zone_wrong",
        np.isfinite(x) & np.isfinite(y),
        column="lon",
        stated=shown(datum),
        epsg=likely.epsg,
        name=likely.name,
    )
    problems.append(problem)
    return np.full_like(x, np.nan), np.full_like(y, np.nan)


def _from_columns(
    table: Table, datum: str, problems: Problems, box: Box | None, *, required: bool
) -> Places:
    none = np.full(len(table.rows), None, dtype=object)
    if table.has("lon") != table.has("lat"):
        column = "lat" if table.has("lon") else "lon"
        problems.append(table.problem("county.half_place_column", column=column))
    if not (table.has("lon") and table.has("lat")):
        nowhere = np.full(len(table.rows), np.nan)
        return Places(nowhere, nowhere, none, nowhere, nowhere)
    blank_x = table.blank("lon")
    blank_y = table.blank("lat")
    for column, blank in (("lon", blank_x), ("lat", blank_y)):
        lacking = blank if required else blank & ~(blank_x & blank_y)
        if lacking.any():
            problems.append(table.problem("county.coordinate_empty", lacking, column=column))
    x = numbers(table, "lon", problems).to_numpy(float, na_value=np.nan)
    y = numbers(table, "lat", problems).to_numpy(float, na_value=np.nan)
    for column, value in (("lon", x), ("lat", y)):
        zero = value == 0
        if zero.any():
            problems.append(table.problem("county.coordinate_zero", zero, column=column))
    bad = np.isnan(x) | np.isnan(y) | (x == 0) | (y == 0)
    if shift_of(datum) is not None or datum.strip().casefold() in WGS84_NAMES:
        bad |= _out_of_range(table, x, y, bad, box, problems)
    elif box is not None and not bad.all() and crs_of(datum).is_projected:
        x, y = _metric(
            table, np.where(bad, np.nan, x), np.where(bad, np.nan, y), datum, box, problems
        )
        bad |= np.isnan(x)
    lon, lat = to_wgs84(np.where(bad, np.nan, x), np.where(bad, np.nan, y), datum)
    lost = ~bad & (np.isnan(lon) | ~(np.abs(lon) <= 180) | ~(np.abs(lat) <= 90))
    if lost.any():
        problems.append(table.problem("county.coordinate_range", lost, column="lon"))
    lost |= bad
    swapped = to_wgs84(np.where(lost, np.nan, y), np.where(lost, np.nan, x), datum)
    return Places(np.where(lost, np.nan, lon), np.where(lost, np.nan, lat), none, *swapped)


def _out_of_range(
    table: Table, x: Floats, y: Floats, bad: Mask, box: Box | None, problems: Problems
) -> Mask:
    """Tell of degrees that are none; those that are right the other way round are named as such."""
    wrong = ~bad & ((np.abs(x) > 180) | (np.abs(y) > 90))
    swapped = wrong & (np.abs(x) <= 90) & (np.abs(y) <= 180)
    if swapped.any():
        problems.append(table.problem("county.swapped", swapped, column="lon"))
    rest = wrong & ~swapped
    likely = None if box is None or not rest.any() else guess(x[rest], y[rest], box)
    if likely is not None:
        problem = table.problem(
            "county.gauss_kruger", rest, column="lon", epsg=likely.epsg, name=likely.name
        )
        problems.append(problem)
    elif rest.any():
        problems.append(table.problem("county.coordinate_range", rest, column="lon"))
    return wrong


def check_places(
    table: Table,
    places: Places,
    townships: gpd.GeoDataFrame,
    problems: Problems,
    *,
    far_km: float,
    near_level: Level,
) -> None:
    """Compare points with the county's townships.

    Farther than `far_km` outside is an error (reported as swapped where the point would lie in
    the county the other way round); less far outside is reported as `near_level`.
    """
    crs = crs_for(townships)
    shapes = np.asarray(places.points(crs).array, dtype=object)
    given = ~shapely.is_missing(shapes)
    county = townships.geometry.union_all()
    shapely.prepare(county)
    away_km = np.full(len(shapes), np.nan)
    away_km[given] = shapely.distance(county, shapes[given]) / _M_PER_KM
    with np.errstate(invalid="ignore"):
        far = given & ~(away_km <= far_km)
        near = given & (away_km > 0) & ~far
    other = np.asarray(_points(places.swapped_lon, places.swapped_lat, crs).array, dtype=object)
    swapped = far & (shapely.distance(county, other) <= NEAR_COUNTY_KM * _M_PER_KM)
    if swapped.any():
        problems.append(table.problem("county.swapped", swapped, column=_column(table, "lon")))
    outside = far & ~swapped
    if outside.any():
        problems.append(
            table.problem(
                "county.outside",
                outside,
                column=_column(table, "lon"),
                limit_km=f"{far_km:g}",
                most_km=_km(away_km[outside]),
            )
        )
    if near.any():
        most_km = _km(away_km[near])
        problems.append(
            table.problem("county.just_outside", near, level=near_level, most_km=most_km)
        )


def _column(table: Table, name: str) -> str | None:
    return name if table.geometry is None and table.has(name) else None


def _km(values: Floats) -> str:
    finite = values[np.isfinite(values)]
    return f"{finite.max():,.1f}" if finite.size else "∞"


def check_units(
    table: Table,
    places: Places,
    townships: gpd.GeoDataFrame,
    stated: pd.Series[str],
    problems: Problems,
) -> None:
    """Warn of points that lie in the polygon of another township than the table says."""
    points = places.points(crs_for(townships))
    shapes = np.asarray(points.array, dtype=object)
    own = dict(zip(townships["code"], townships.geometry, strict=True))
    polygons = np.array([own.get(code) for code in stated] + [None], dtype=object)[:-1]
    known = ~shapely.is_missing(shapes) & ~shapely.is_missing(polygons)
    away = known & ~shapely.intersects(polygons, shapes)
    tree = shapely.STRtree(np.asarray(townships.geometry.array, dtype=object))
    rows = np.flatnonzero(away)
    elsewhere = np.zeros(len(shapes), dtype=bool)
    elsewhere[rows[np.unique(tree.query(shapes[rows], predicate="intersects")[0])]] = True
    if elsewhere.any():
        problems.append(
            table.problem("county.other_township", elsewhere, column="township", level="warning")
        )
