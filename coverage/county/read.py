"""Read a county folder: every table, every check, every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from coverage.county.build import GRID_SUFFIXES, as_table, build_county, file_name
from coverage.county.config import CountyConfig, examine_config
from coverage.county.content import WORKBOOK_SUFFIXES
from coverage.county.files import CONFIG_NAME, posix, refuse, sha256_of
from coverage.county.geopackage import unwritten_log
from coverage.county.layers import read_layer
from coverage.county.model import County, InputFile, Role
from coverage.county.sheets import read_csv
from coverage.county.sources import Source, parts_of, source_path
from coverage.county.table import Table
from coverage.county.words import TABLES
from coverage.county.workbook import read_xlsx
from coverage.gdal import world_file
from coverage.problems import Problems

TABLE_SUFFIXES: Final = (".csv", ".xlsx", ".geojson", ".gpkg", ".shp", ".parquet")


def read_county(folder: Path) -> County:
    """Read and check the county folder.

    Every file is looked at even where another is broken, so that one call tells all that is to
    be mended. The roads are only located and hashed here; `coverage.network.read` reads them.

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
        Those of ``county.toml`` and `has_roads`; receives every problem of every table.
    """
    sources = config.sources
    zeros = config.tables.blank_is_zero()
    tables = {
        role: read_table(folder, role, getattr(sources, role), problems, zeros.get(role, ()))
        for role in TABLES
    }
    county = build_county(config, tables, problems, folder=folder, grid_folder=folder)
    return None if county is None else replace(county, inputs=_inputs(folder, config, tables))


def read_table(
    folder: Path,
    role: str,
    source: Source,
    problems: Problems,
    blank_is_zero: Iterable[str] = (),
) -> Table | None:
    """Read the table of one role; None where it cannot be used, which `problems` then tells."""
    file = file_name(source)
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
    return as_table(raw, role, problems, blank_is_zero)


def has_roads(folder: Path, config: CountyConfig, problems: Problems) -> bool:
    """Return whether the file of the roads, in all its parts, exists."""
    with problems.collecting():
        parts_of(folder, config.sources.roads)
        return True
    return False


def _inputs(
    folder: Path, config: CountyConfig, tables: Mapping[str, Table | None]
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
    beside = None
    if kind == ".gpkg":
        beside = unwritten_log(path)
    elif kind in GRID_SUFFIXES:
        beside = world_file(path)
    return [] if beside is None else [Source(path=beside.relative_to(folder).as_posix())]


def _input(folder: Path, role: Role, source: Source, rows: int) -> InputFile:
    digest = sha256_of(parts_of(folder, source))
    return InputFile(role=role, path=posix(source.path), sha256=digest, rows=rows)
