"""A county from its tables, wherever these come from: every check, every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
from pyproj import CRS

from coverage.county.column_sums import with_summed_columns
from coverage.county.config import CountyConfig
from coverage.county.extra_rows import without_extra_rows
from coverage.county.facilities import read_facilities
from coverage.county.files import posix, refuse, shown
from coverage.county.lookup import check_ids
from coverage.county.model import County
from coverage.county.pairs import with_split_pairs
from coverage.county.parts import join_parts
from coverage.county.population import grid_demand, read_grid, village_demand, with_residents
from coverage.county.sources import Source, source_path
from coverage.county.table import RawTable, Table, cells_too_long, understand
from coverage.county.totals import compare_totals
from coverage.county.townships import read_townships
from coverage.county.values import read_columns
from coverage.county.villages import read_villages
from coverage.problems import Problems

GRID_SUFFIXES: Final = (".tif", ".tiff")
_WITH_PARTS: Final = ("townships", "villages")


def as_table(
    raw: RawTable, role: str, problems: Problems, blank_is_zero: Iterable[str] = ()
) -> Table | None:
    """Return the records of one role under the names of their columns.

    The cells of a table that lacks a required column are looked at all the same, so that they
    can be mended together with the column.

    Returns
    -------
    Table or None
        None where it cannot be used, which `problems` then tells.
    """
    if too_long := cells_too_long(raw):
        problems.append(too_long)
        return None
    raw = with_summed_columns(with_split_pairs(raw, role, problems), role, problems, blank_is_zero)
    raw = without_extra_rows(raw, role, problems)
    table = understand(raw, role, problems)
    if table is not None and not table.whole:
        read_columns(table, role, problems)
        return None
    if table is not None and role in _WITH_PARTS:
        return join_parts(table, problems)
    return table


def build_county(
    config: CountyConfig,
    tables: Mapping[str, Table | None],
    problems: Problems,
    *,
    folder: Path | None,
    grid_folder: Path | None,
) -> County | None:
    """Return the county of these tables, its `inputs` empty; None where it cannot be used.

    Parameters
    ----------
    config
        Parameters, and how messages name the tables.
    tables
        One for each of `coverage.county.words.TABLES`; None where it cannot be used.
    problems
        What is known already; is told every problem of every table.
    folder
        The county folder, where there is one.
    grid_folder
        Holds the population grid that `config` names, if it names one.
    """
    sources = config.sources
    zeros = config.tables.blank_is_zero()
    townships = villages = facilities = None
    if (table := tables["townships"]) is not None:
        townships = read_townships(table, problems)
    if (table := tables["villages"]) is not None:
        datum = sources.villages.datum
        villages = read_villages(table, townships, datum, problems, zeros["villages"])
    if (table := tables["facilities"]) is not None:
        datum = sources.facilities.datum
        zero_columns = zeros["facilities"]
        facilities = read_facilities(table, townships, villages, datum, problems, zero_columns)
    if (
        (table := tables["villages"]) is not None
        and villages is not None
        and facilities is not None
    ):
        cells = villages["serving_facility"]
        check_ids(table, "serving_facility", cells, facilities["id"], problems)
    if townships is not None and villages is not None:
        problems.extend(compare_totals(townships, villages, file_name(sources.townships)))
    demand = _demand(grid_folder, config, townships, villages, problems)
    if villages is not None and demand is not None:
        villages = _counted_by_grid(villages, demand, problems)
    if (
        problems.has_errors
        or townships is None
        or villages is None
        or facilities is None
        or demand is None
    ):
        return None
    return County(
        folder=folder,
        config=config,
        crs=CRS(townships.crs),
        townships=townships,
        villages=villages,
        facilities=facilities,
        demand=demand,
        given_columns={r: frozenset(t.spelled) for r, t in tables.items() if t is not None},
        inputs=(),
        quality=tuple(problems),
    )


def file_name(source: Source) -> str:
    """Return how messages name the file of `source`."""
    return shown(posix(source.path))


def _demand(
    folder: Path | None,
    config: CountyConfig,
    townships: gpd.GeoDataFrame | None,
    villages: gpd.GeoDataFrame | None,
    problems: Problems,
) -> gpd.GeoDataFrame | None:
    """Return where people are; a grid that cannot be used is told."""
    source = config.sources.population
    demand = None if villages is None else village_demand(villages)
    if source is None or folder is None:
        return demand
    file = file_name(source)
    sound = not problems.has_errors
    with problems.collecting():
        path = source_path(folder, source)
        if path.suffix.lower() not in GRID_SUFFIXES:
            raise refuse("county.suffix", file, known=" ".join(GRID_SUFFIXES))
        if townships is None:
            return demand
        grid = read_grid(path, file, source.datum, townships, problems)
        if villages is not None and sound:
            demand = grid_demand(grid, villages, townships, file, problems)
    return demand


def _counted_by_grid(
    villages: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, problems: Problems
) -> gpd.GeoDataFrame:
    """Return the villages with the residents that the grid gives where their table gives none."""
    counted = with_residents(villages, demand)
    filled = (villages["population"].isna() & counted["population"].notna()).to_numpy(bool)
    if not filled.any():
        return villages
    rows = set(villages.loc[filled, "source_row"].astype(int))
    for i, problem in enumerate(problems):
        if problem.code == "county.population_unknown":
            left = tuple(row for row in problem.rows if row not in rows)
            taken = tuple(row for row in problem.rows if row in rows)
            values = {"people": f"{counted['population'][filled].sum():,.0f}"}
            problems[i] = replace(
                problem,
                code="county.population_by_grid",
                values=values,
                rows=taken,
                count=len(taken),
            )
            if left:
                problems.append(replace(problem, rows=left, count=len(left)))
            break
    return counted
