"""Where people are: villages, or the cells of a population grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.windows
import shapely
from pyproj import CRS
from rasterio import Affine
from rasterio.enums import ColorInterp

from coverage.county.datum import Floats, crs_from_text
from coverage.county.files import no_progress, reading, refuse
from coverage.county.layers import one_crs
from coverage.crs import WGS84, from_degrees, transformer
from coverage.gdal import open_raster, place_of
from coverage.problems import Problem, Problems

_SIGNATURES: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_CELLS: Final = 25_000_000
MAX_DEMAND: Final = 2_000_000
MAX_CELL: Final = 1e6
"""People in one cell: the densest square kilometre of the country has some hundred thousand."""
_MARKS: Final = (32767.0, 65535.0)
_BYTE_MARK: Final = 255.0
_BYTE_MARK_SHARE: Final = 0.01
"""From this share of the cells on, 255 in a grid of 8 bits is its mark (an assumption)."""
_BYTE_MARK_GAP: Final = 2.0
"""So it is where the next number of 8 bits is less than 255 divided by this (an assumption)."""
_SHOWN_MARKS: Final = 3
_MOST_CLASSES: Final = 12
_CLASSIFIED_CELLS: Final = 500


@dataclass(frozen=True)
class Grid:
    """The populated cells of a grid within the county's bounds.

    Attributes
    ----------
    points
        Their centres, in the county's CRS.
    weight
        What the grid holds for each, more than 0.
    """

    points: gpd.GeoSeries
    weight: Floats


def village_demand(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one demand point a village; unknown people are counted as none."""
    data = {
        "village": np.arange(len(villages), dtype=np.int64),
        "population": villages["population"].to_numpy(float),
    }
    return gpd.GeoDataFrame(data, geometry=villages.geometry.to_numpy(), crs=villages.crs)


def read_grid(
    path: Path, file: str, datum: str, townships: gpd.GeoDataFrame, problems: Problems
) -> Grid:
    """Read the first band of a GeoTIFF, in any CRS, where it covers the county's bounds.

    Cells without data, and negative or broken ones, hold nobody. `datum` as an EPSG code tells
    the system of a grid that names none.

    Raises
    ------
    InputError
        If it is no GeoTIFF, has no CRS or another than `datum`, lies elsewhere, or has too many
        cells.
    """
    with reading(file), path.open("rb") as stream:
        if not stream.read(4).startswith(_SIGNATURES):
            raise refuse("county.not_what_it_says", file, suffix=".tif")
    with reading(file), no_progress(), open_raster(path, "GTiff") as grid:
        stated = None if grid.crs is None else crs_from_text(grid.crs.to_wkt())
        crs = one_crs(stated, datum, file)
        if crs is None:
            raise refuse("county.no_crs", file, hint="")
        place = place_of(grid, path)
        if place is None:
            raise refuse("county.grid_no_place", file)
        window = _window(grid, place, crs, townships)
        if window is None:
            raise refuse("county.grid_elsewhere", file)
        if window.width * window.height > MAX_CELLS:
            raise refuse("county.grid_too_fine", file, limit=MAX_CELLS)
        if _is_picture(grid):
            raise refuse("county.grid_picture", file)
        if grid.count > 1:
            problems.append(Problem("county.grid_bands", "note", {"bands": grid.count}, file))
        band = grid.read(1, window=window, masked=True)
        if band.dtype.kind not in "iuf":
            raise refuse("county.grid_not_numbers", file)
        values = _people(band, file, problems)
        rows, cols = np.nonzero(values > 0)
        x, y = _apply(place, cols + (window.col_off + 0.5), rows + (window.row_off + 0.5))
        to_county = transformer(crs, townships.crs)
        x, y = to_county.transform(x, y)
    negative = int((values < 0).sum())
    if negative:
        problems.append(Problem("county.grid_negative", "note", {}, file, count=negative))
    weight = values[rows, cols]
    sound = np.isfinite(x) & np.isfinite(y) & np.isfinite(weight)
    points = gpd.GeoSeries(gpd.points_from_xy(x[sound], y[sound]), crs=townships.crs)
    return Grid(points, weight[sound])


def _is_picture(grid: rasterio.DatasetReader) -> bool:
    """Tell whether a grid holds colours: bands for them, or a palette."""
    meaning = set(grid.colorinterp)
    colours = {ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.palette}
    several = grid.count in {3, 4} and set(grid.dtypes) == {"uint8"}
    return bool(meaning & colours) or several


def _people(
    band: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.generic]], file: str, problems: Problems
) -> Floats:
    """Return what the cells hold, NaN where nothing; marks for "no data" that are not declared go.

    Such a mark is the largest number of a type, or more people than a cell can hold.
    """
    values = np.asarray(np.ma.filled(band.astype(float), np.nan))
    marks = np.isin(values, _MARKS) | (values > MAX_CELL)
    marks |= _byte_marks(values, np.dtype(band.dtype))
    if marks.any():
        shown_marks = sorted({f"{v:g}" for v in np.unique(values[marks])[:_SHOWN_MARKS].tolist()})
        details = {"values": ", ".join(shown_marks)}
        count = int(marks.sum())
        problems.append(Problem("county.grid_marks", "warning", details, file, count=count))
        values[marks] = np.nan
    whole = values[values > 0]
    kinds = np.unique(whole)
    if (
        band.dtype.kind in "iu"
        and whole.size >= _CLASSIFIED_CELLS
        and 1 < kinds.size <= _MOST_CLASSES
    ):
        listed = ", ".join(f"{v:g}" for v in kinds.tolist())
        details = {"values": listed, "count": str(kinds.size)}
        problems.append(Problem("county.grid_classes", "warning", details, file, count=kinds.size))
    return values


def _byte_marks(
    values: Floats, dtype: np.dtype[np.generic]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return the cells whose 255 is the undeclared mark of a grid of 8 bits.

    255 people may live in a cell: it is a mark only where it fills `_BYTE_MARK_SHARE` of the cells
    or lies apart from all others.
    """
    marks: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = values == _BYTE_MARK
    if dtype != np.uint8 or not marks.any():
        return np.zeros_like(marks)
    apart = values[values < _BYTE_MARK].max(initial=0.0) * _BYTE_MARK_GAP < _BYTE_MARK
    many = marks.sum() >= _BYTE_MARK_SHARE * np.count_nonzero(~np.isnan(values))
    return marks if apart or many else np.zeros_like(marks)


def _apply(transform: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Apply an affine transform (by its terms: the operators differ between versions)."""
    t = transform
    return t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f


def _window(
    grid: rasterio.DatasetReader, place: Affine, crs: CRS, townships: gpd.GeoDataFrame
) -> rasterio.windows.Window | None:
    """Return the part of the grid over the county's bounds, None where they do not meet."""
    west, south, east, north = townships.to_crs(WGS84).total_bounds
    steps = np.linspace(0.0, 1.0, 21)
    lon, lat = np.meshgrid(west + (east - west) * steps, south + (north - south) * steps)
    x, y = from_degrees(crs).transform(lon.ravel(), lat.ravel())
    cols, rows = _apply(~place, np.asarray(x), np.asarray(y))
    sound = np.isfinite(cols) & np.isfinite(rows)
    if not sound.any():
        return None
    left = max(math.floor(cols[sound].min()) - 1, 0)
    top = max(math.floor(rows[sound].min()) - 1, 0)
    right = min(math.ceil(cols[sound].max()) + 1, grid.width)
    bottom = min(math.ceil(rows[sound].max()) + 1, grid.height)
    if right <= left or bottom <= top:
        return None
    return rasterio.windows.Window(left, top, right - left, bottom - top)


def grid_demand(
    grid: Grid,
    villages: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame,
    file: str,
    problems: Problems,
) -> gpd.GeoDataFrame:
    """Return the people of the villages spread over the cells of a grid.

    The grid says where people are, the tables how many. A village that has a polygon and known
    residents keeps them, spread over the cells in its polygon. The other villages of a township
    share its other cells, each cell going to the nearest of them (or to the one whose polygon
    holds it); together they keep the sum of their residents or, where some of them are not
    known, what the township's own total leaves after the villages with polygons. A village
    without a cell keeps its residents at its own point.

    Returns
    -------
    GeoDataFrame
        As `County.demand`; its people are those of the tables, to rounding.
    """
    people = villages["population"].to_numpy(float)
    cells = _assign(grid, villages, townships)
    kept = (cells["village"] >= 0).to_numpy(bool)
    if not kept.any():
        raise refuse("county.grid_elsewhere", file)
    if int(kept.sum()) > MAX_DEMAND:
        raise refuse("county.grid_too_fine", file, limit=MAX_DEMAND)
    cells = cells[kept]
    points = np.asarray(grid.points.array, dtype=object)[kept]
    bare = ~np.isin(np.arange(len(villages)), cells["village"])
    totals = _group_totals(villages, townships, bare)
    counts = cells.groupby("group")["weight"].sum()
    counted = counts[counts.index.isin(_without_total(villages, townships))]
    totals.update(counted)
    if len(counted):
        values = {"people": f"{counted.sum():,.0f}", "count": str(len(counted))}
        problems.append(Problem("county.grid_counts", "warning", values, file, count=len(counted)))
    cells["people"] = _scaled(cells["weight"].to_numpy(float), cells["group"], totals)
    problems.append(Problem("county.grid_used", "note", {}, file, count=len(cells)))
    if bare.any():
        rows = tuple(int(r) for r in villages.loc[bare, "source_row"])
        values = {"people": f"{np.nansum(people[bare]):,.0f}"}
        problems.append(
            Problem("county.grid_bare_villages", "note", values, file, rows, count=len(rows))
        )
    own = np.flatnonzero(bare)
    demand = pd.DataFrame(
        {
            "village": np.concatenate([cells["village"].to_numpy(np.int64), own]),
            "population": np.concatenate([cells["people"], people[own]]),
        }
    )
    geometry = np.concatenate([points, np.asarray(villages.geometry.array, dtype=object)[own]])
    order = np.argsort(demand["village"].to_numpy(), kind="stable")
    table = gpd.GeoDataFrame(demand, geometry=geometry, crs=villages.crs)
    return table.iloc[order].reset_index(drop=True)


def _groups(villages: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return which total each village's cells share: its own, or its township's rest."""
    alone = villages["polygon"].notna() & villages["population"].notna()
    own = pd.Series(np.arange(len(villages)).astype(str), index=villages.index)
    return ("village " + own).where(alone, "township " + villages["township"].astype(str))


def _assign(grid: Grid, villages: gpd.GeoDataFrame, townships: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return each cell's village (-1: none), its group and its weight."""
    points = np.asarray(grid.points.array, dtype=object)
    groups = _groups(villages).to_numpy(object)
    village = _first_within(points, np.asarray(villages["polygon"].array, dtype=object))
    unit = _first_within(points, np.asarray(townships.geometry.array, dtype=object))
    codes = townships["code"].to_numpy(object)
    for code in pd.unique(villages["township"]):
        members = np.flatnonzero(groups == f"township {code}")
        loose = np.flatnonzero((village < 0) & (unit >= 0) & (codes[unit] == code))
        if len(members) and len(loose):
            places = np.asarray(villages.geometry.array, dtype=object)[members]
            village[loose] = members[shapely.STRtree(places).nearest(points[loose])]
    group = np.where(village >= 0, groups[village], "")
    return pd.DataFrame({"village": village, "group": group, "weight": grid.weight})


def _first_within(
    points: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
    polygons: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the first polygon that holds each point, -1 where none does."""
    inside = np.full(len(points), -1, dtype=np.int64)
    at, polygon = shapely.STRtree(points).query(polygons, predicate="intersects")[::-1]
    order = np.argsort(-polygon, kind="stable")
    inside[at[order]] = polygon[order]
    return inside


def _group_totals(
    villages: gpd.GeoDataFrame,
    townships: gpd.GeoDataFrame,
    bare: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> pd.Series[float]:
    """Return the people to spread over each group's cells: its total less those kept at points."""
    groups = _groups(villages)
    people = villages["population"]
    table = pd.DataFrame({"group": groups, "people": people, "township": villages["township"]})
    totals = table.groupby("group")["people"].sum()
    unknown = set(table.loc[people.isna(), "township"])
    units = townships.set_index("code")["population"]
    for code in sorted(unknown):
        total = units.get(code)
        if total is not None and not pd.isna(total):
            alone = table.loc[
                (table["township"] == code) & (groups != f"township {code}"), "people"
            ].sum()
            known = totals[f"township {code}"]
            totals[f"township {code}"] = max(float(total) - float(alone), float(known))
    kept = table[bare].groupby("group")["people"].sum()
    return totals.sub(kept, fill_value=0.0)


def _without_total(villages: gpd.GeoDataFrame, townships: gpd.GeoDataFrame) -> list[str]:
    """Return the groups of which no table says how many people they are."""
    totals = townships.set_index("code")["population"]
    known = villages["population"].notna().groupby(villages["township"]).any()
    units = [code for code, any_known in known.items() if not any_known]
    return [f"township {code}" for code in units if pd.isna(totals.get(code))]


def with_residents(villages: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the villages; whose residents are not known have those of their cells in `demand`."""
    people = demand["population"].groupby(demand["village"]).sum(min_count=1)
    estimated = people.reindex(np.arange(len(villages))).to_numpy(float)
    known = villages["population"].to_numpy(float)
    return villages.assign(population=np.where(np.isnan(known), estimated, known))


def _scaled(weight: Floats, group: pd.Series[str], totals: pd.Series[float]) -> Floats:
    """Scale the weights so that each group sums to its total."""
    sums = pd.Series(weight, index=group.index).groupby(group).transform("sum")
    return np.asarray(weight / sums.to_numpy(float) * group.map(totals).to_numpy(float))


def respread(
    demand: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, townships: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the people of changed tables over the cells of an older demand from a grid.

    It is what `grid_demand` would give: within what shares a total, cells keep their proportions;
    where they held nobody, all get the same. A village that has no cell is at its own point.

    Parameters
    ----------
    demand
        From `grid_demand`.
    villages
        Those it was made for, in the same order, with other residents; further ones may follow.
    townships
        With their present totals.
    """
    village = demand["village"].to_numpy(np.int64)
    geometry = np.asarray(demand.geometry.array, dtype=object)
    points = np.asarray(villages.geometry.array, dtype=object)
    count = np.bincount(village, minlength=len(villages))
    at_home = (count[village] == 1) & shapely.equals(geometry, points[village])
    bare = count == 0
    bare[village[at_home]] = True
    cells = pd.DataFrame(
        {
            "village": village[~at_home],
            "group": _groups(villages).to_numpy(object)[village[~at_home]],
            "weight": demand["population"].fillna(0.0).to_numpy(float)[~at_home],
        }
    )
    empty = cells.groupby("group")["weight"].transform("sum") <= 0
    weight = cells["weight"].where(~empty, 1.0).to_numpy(float)
    totals = _group_totals(villages, townships, bare)
    own = np.flatnonzero(bare)
    table = pd.DataFrame(
        {
            "village": np.concatenate([cells["village"].to_numpy(np.int64), own]),
            "population": np.concatenate(
                [
                    _scaled(weight, cells["group"], totals),
                    villages["population"].to_numpy(float)[own],
                ]
            ),
        }
    )
    order = np.argsort(table["village"].to_numpy(), kind="stable")
    places = np.concatenate([geometry[~at_home], points[own]])
    demand = gpd.GeoDataFrame(table, geometry=places, crs=villages.crs)
    return demand.iloc[order].reset_index(drop=True)
