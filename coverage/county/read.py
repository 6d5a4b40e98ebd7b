"""Read a county folder: every table, every check, every problem at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd
from pyproj import CRS

from coverage.county.column_sums import with_summed_columns
from coverage.county.config import CountyConfig, examine_config
from coverage.county.content import WORKBOOK_SUFFIXES
from coverage.county.extra_rows import without_extra_rows
from coverage.county.facilities import read_facilities
from coverage.county.files import (
    CONFIG_NAME,
    posix,
    refuse,
    sha256_of,
    shown,
)
from coverage.county.geopackage import unwritten_log
from coverage.county.layers import read_layer
from coverage.county.lookup import check_ids
from coverage.county.model import County, InputFile, Role
from coverage.county.pairs import with_split_pairs
from coverage.county.parts import join_parts
from coverage.county.population import grid_demand, read_grid, village_demand, with_residents
from coverage.county.sheets import read_csv
from coverage.county.sources import Source, parts_of, source_path
from coverage.county.table import Table, cells_too_long, understand
from coverage.county.totals import compare_totals
from coverage.county.townships import read_townships
from coverage.county.values import read_columns
from coverage.county.villages import read_villages
from coverage.county.words import TABLES
from coverage.county.workbook import read_xlsx
from coverage.gdal import world_file
from coverage.problems import Problems

TABLE_SUFFIXES: Final = (".csv", ".xlsx", ".geojson", ".gpkg", ".shp", ".parquet")
_WITH_PARTS: Final = ("townships", "villages")
_GRID_SUFFIXES: Final = (".tif", ".tiff")


def read_county(folder: Path) -> County:
    """Read and check the county folder.

    Every file is looked at even where another is broken, so that one call tells all that is to
    be mended. The roads are only found and hashed here; `coverage.network.read` reads them.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    folder = Path(folder)
    problems = Problems()
    config = examine_config(folder, problems)
    county = None
    if config is not None:
        has_roads(folder, config, problems)
        county = read_tables(folder, config, problems)
    problems.raise_if_errors()
    if county is None:
        raise AssertionError("a county that cannot be read has a problem")
    return county


def read_tables(folder: Path, config: CountyConfig, problems: Problems) -> County | None:
    """Return the county whose ``county.toml`` is read already; None where it cannot be used.

    Parameters
    ----------
    config
        As `coverage.county.config.examine_config` gives it.
    problems
        Those of ``county.toml`` and `has_roads`; is told every problem of every table.
    """
    sources = config.sources
    zeros = config.tables.blank_is_zero()
    tables = {
        role: read_table(folder, role, getattr(sources, role), problems, zeros.get(role, ()))
        for role in TABLES
    }
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
        problems.extend(compare_totals(townships, villages, _file(sources.townships)))
    demand = _demand(folder, config, townships, villages, problems)
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
        inputs=_inputs(folder, config, tables),
        quality=tuple(problems),
    )


def read_table(
    folder: Path,
    role: str,
    source: Source,
    problems: Problems,
    blank_is_zero: Iterable[str] = (),
) -> Table | None:
    """Read the table of one role; None where it cannot be used, which `problems` then tells.

    The cells of a table that lacks a required column are looked at all the same, so that they
    can be mended together with the column.
    """
    file = _file(source)
    raw = None
    with problems.collecting():
        path = source_path(folder, source)
        suffix = path.suffix.lower()
        if suffix == ".csv":
            raw = read_csv(path, file, role, problems)
        elif suffix == ".xlsx":
            raw = read_xlsx(path, file, role, source.sheet, problems)
        elif suffix in TABLE_SUFFIXES:
            parts_of(folder, source)
            raw = read_layer(path, file, role, source.layer, source.datum, problems)
        elif suffix in WORKBOOK_SUFFIXES:
            raise refuse("county.suffix_workbook", file, suffix=suffix)
        else:
            raise refuse("county.suffix", file, known=" ".join(TABLE_SUFFIXES))
    if raw is None:
        return None
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


def _file(source: Source) -> str:
    return shown(posix(source.path))


def has_roads(folder: Path, config: CountyConfig, problems: Problems) -> bool:
    """Return whether the file of the roads, in all its parts, can be found."""
    with problems.collecting():
        parts_of(folder, config.sources.roads)
        return True
    return False


def _demand(
    folder: Path,
    config: CountyConfig,
    townships: gpd.GeoDataFrame | None,
    villages: gpd.GeoDataFrame | None,
    problems: Problems,
) -> gpd.GeoDataFrame | None:
    """Return where people are; a grid that cannot be used is told."""
    source = config.sources.population
    demand = None if villages is None else village_demand(villages)
    if source is None:
        return demand
    file = _file(source)
    sound = not problems.has_errors
    with problems.collecting():
        path = source_path(folder, source)
        if path.suffix.lower() not in _GRID_SUFFIXES:
            raise refuse("county.suffix", file, known=" ".join(_GRID_SUFFIXES))
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


def _inputs(
    folder: Path, config: CountyConfig, tables: dict[str, Table | None]
) -> tuple[InputFile, ...]:
    files = [_input(folder, "county", Source(path=CONFIG_NAME), 0)]
    roles: tuple[Role, ...] = ("townships", "villages", "facilities", "roads", "population")
    for role in roles:
        source: Source | None = getattr(config.sources, role)
        table = tables.get(role)
        if source is not None:
            files.append(_input(folder, role, source, 0 if table is None else len(table.rows)))
            files += [_input(folder, role, beside, 0) for beside in _beside(folder, source)]
    own = sorted(path.name for path in (folder / "rules").glob("*.yaml"))
    own = [name for name in own if not name.startswith((".", "~$"))]
    files += [_input(folder, "rule", Source(path=f"rules/{name}"), 0) for name in own]
    return tuple(files)


def _beside(folder: Path, source: Source) -> list[Source]:
    """Return the files beside a source that it is read with, but for the parts of a shapefile."""
    path = source_path(folder, source)
    kind = path.suffix.lower()
    found = None
    if kind == ".gpkg":
        found = unwritten_log(path)
    elif kind in _GRID_SUFFIXES:
        found = world_file(path)
    return [] if found is None else [Source(path=found.relative_to(folder).as_posix())]


def _input(folder: Path, role: Role, source: Source, rows: int) -> InputFile:
    digest = sha256_of(parts_of(folder, source))
    return InputFile(role=role, path=posix(source.path), sha256=digest, rows=rows)
