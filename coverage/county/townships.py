"""The townships, streets and zones of a county."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.county.files import shown
from coverage.county.layers import fault_place
from coverage.county.overlaps import overlaps
from coverage.county.table import Mask, Table
from coverage.county.values import needed, read_columns, twice
from coverage.crs import projected_crs
from coverage.figures import share_text
from coverage.problems import Level, Problem, Problems

MAX_UNITS: Final = 1000
"""Townships and streets; the largest counties of China have some sixty."""
_MOST_OVERLAPS: Final = 50  # pairs that are reported one by one
_OVERLAP_ERROR_SHARE: Final = 0.01
_WIDEST_DEG: Final = 15.0
_M2_PER_KM2: Final = 1e6


def read_townships(table: Table, problems: Problems) -> gpd.GeoDataFrame | None:
    """Return the townships in the county's one projected CRS.

    The CRS is that of the centre of the townships' bounds.

    Returns
    -------
    GeoDataFrame or None
        Columns as `County.townships` says; a polygon that cannot be used is None. None as a
        whole where the file has no usable polygon.
    """
    if table.geometry is None:
        problems.append(table.problem("county.townships_without_polygons"))
        return None
    if len(table.rows) > MAX_UNITS:
        values = {"count": len(table.rows), "limit": MAX_UNITS}
        problems.append(Problem("county.too_many_units", "error", values, table.file))
        return None
    needed(table, "name", problems)
    needed(table, "kind", problems)
    columns = read_columns(table, "townships", problems)
    columns["population"] = columns["population"].astype("Float64")
    names = columns["name"].fillna("").astype(object)
    twice(table, names, "name", "county.name_twice", problems)
    if table.has("population"):
        unknown = columns["population"].isna().to_numpy(bool)
        if unknown.any():
            problems.append(
                table.problem(
                    "county.township_population_unknown",
                    unknown,
                    column="population",
                    level="note",
                )
            )
    shapes = _polygons(table, problems)
    usable = ~shapely.is_missing(shapes)
    if not usable.any():
        return None
    west, south, east, north = shapely.total_bounds(shapes[usable])
    if _swapped_in_china(west, south, east, north):
        problems.append(table.problem("county.townships_swapped"))
        return None
    if max(east - west, north - south) > _WIDEST_DEG:
        problems.append(table.problem("county.townships_too_wide", widest_deg=f"{_WIDEST_DEG:g}"))
        return None
    crs = projected_crs((west + east) / 2, (south + north) / 2)
    geometry = gpd.GeoSeries(shapes, crs=4326).to_crs(crs)
    problems.extend(_overlaps(table, geometry))
    frame = pd.DataFrame({**columns, "source_row": table.rows})
    frame = frame.astype(dict.fromkeys(("code", "name", "kind"), "str"))
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)


def _swapped_in_china(west: float, south: float, east: float, north: float) -> bool:
    """Tell whether the bounds lie in China only when read as latitude, longitude."""
    return west > 3 and east < 54 and south > 73 and north <= 90


def _polygons(
    table: Table, problems: Problems
) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Return the usable polygons, None for every other geometry, which is reported."""
    assert table.geometry is not None
    shapes = np.asarray(table.geometry.array, dtype=object).copy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~empty & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    for code, mask in (("county.polygon_empty", empty), ("county.not_a_polygon", other)):
        if mask.any():
            problems.append(table.problem(code, mask))
    invalid = ~empty & ~other & ~shapely.is_valid(shapes)
    names = table.text("name")
    for i in np.flatnonzero(invalid):
        this: Mask = np.arange(len(shapes)) == i
        name, place = shown(names.iloc[i]), fault_place(shapes[i])
        problems.append(table.problem("county.township_invalid", this, name=name, place=place))
    shapes[empty | other | invalid] = None
    return shapes


def _overlaps(table: Table, geometry: gpd.GeoSeries) -> list[Problem]:
    """Tell of pairs of polygons that share more than a sliver of the smaller one."""
    names = table.text("name")
    problems = Problems()
    pairs = overlaps(np.asarray(geometry.array, dtype=object))
    for pair in pairs[:_MOST_OVERLAPS]:
        both: Mask = np.isin(np.arange(len(geometry)), (pair.first, pair.second))
        problems.append(
            table.problem(
                "county.overlap",
                both,
                level="error" if pair.share > _OVERLAP_ERROR_SHARE else "warning",
                first=shown(names.iloc[pair.first]),
                second=shown(names.iloc[pair.second]),
                area_km2=f"{pair.area_m2 / _M2_PER_KM2:.3f}",
                share=share_text(pair.share, _OVERLAP_ERROR_SHARE),
            )
        )
    if rest := pairs[_MOST_OVERLAPS:]:
        rows = {pair.first for pair in rest} | {pair.second for pair in rest}
        all_of: Mask = np.isin(np.arange(len(geometry)), sorted(rows))
        level: Level = "error" if any(p.share > _OVERLAP_ERROR_SHARE for p in rest) else "warning"
        problems.append(table.problem("county.more_overlaps", all_of, level=level, pairs=len(rest)))
    return problems
