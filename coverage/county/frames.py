"""A county from tables in memory: the same checks and the same words as for files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.county.build import as_table, build_county
from coverage.county.config import CountyConfig, config_of
from coverage.county.datum import WGS84_NAMES, shift_of
from coverage.county.files import refuse, sha256_of
from coverage.county.gauss_kruger import hint
from coverage.county.layers import Layer, raw_table
from coverage.county.model import County, InputFile, Role
from coverage.county.sources import parts_of
from coverage.county.table import RawTable
from coverage.county.words import TABLES, fold, known_column
from coverage.problems import Problems

_ROLES: Final[tuple[Role, ...]] = ("townships", "villages", "facilities")


def county_of_frames(
    frames: Mapping[str, pd.DataFrame],
    stated: Mapping[str, Any],
    datums: Mapping[str, str],
    grid: Path | None = None,
) -> County:
    """Return the county of these tables.

    Parameters
    ----------
    frames
        One for each of `coverage.county.words.TABLES`.
    stated
        What ``county.toml`` would say, without ``[sources]``.
    datums
        By table, and ``population``: as ``datum`` of ``[sources]``.
    grid
        A population grid, a GeoTIFF.

    Raises
    ------
    InputError
        With every problem of every table and parameter; a table is named as in `frames`, its rows
        are counted from 1.
    """
    problems = Problems()
    config = _config(stated, datums, grid, problems)
    zeros = {} if config is None else config.tables.blank_is_zero()
    raws = {role: _raw(frames[role], role, config, problems) for role in TABLES}
    tables = {
        role: None if raw is None else as_table(raw, role, problems, zeros.get(role, ()))
        for role, raw in raws.items()
    }
    county = None
    if config is not None:
        folder = None if grid is None else grid.parent
        county = build_county(config, tables, problems, folder=None, grid_folder=folder)
    problems.raise_if_errors()
    if county is None or config is None:
        raise AssertionError("a county that cannot be made has a problem")
    return replace(county, inputs=tuple(_inputs(raws, config, grid)))


def _config(
    stated: Mapping[str, Any], datums: Mapping[str, str], grid: Path | None, problems: Problems
) -> CountyConfig | None:
    """Return the parameters; a key that is wrong stands in no file."""
    sources: dict[str, Any] = {
        role: {"path": role, "datum": datums.get(role, "wgs84")} for role in TABLES
    }
    sources["roads"] = {"path": "roads"}
    if grid is not None:
        sources["population"] = {"path": grid.name, "datum": datums.get("population", "wgs84")}
    # The datum of what there is not is told as the key that it is.
    sources |= {role: {"datum": datum} for role, datum in datums.items() if role not in sources}
    of_config = Problems()
    config = config_of({**stated, "sources": sources}, of_config)
    problems.extend(replace(problem, file=None, rows=()) for problem in of_config)
    return config


def _raw(
    frame: pd.DataFrame, role: str, config: CountyConfig | None, problems: Problems
) -> RawTable | None:
    datum = "wgs84" if config is None else getattr(config.sources, role).datum
    with problems.collecting():
        return raw_table(Layer(_plain(frame, role, datum)), role, datum, problems)
    return None


def _plain(frame: pd.DataFrame, role: str, datum: str) -> pd.DataFrame:
    """Return a frame as a layer's file would hold it: no index, geometry in two dimensions.

    Raises
    ------
    InputError
        If it has geometry and nothing says in which coordinate system.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{role} must be a DataFrame or GeoDataFrame, not {type(frame).__name__}")
    names = [name for name in frame.index.names if name is not None]
    if any(known_column(role, str(name)) and name not in frame.columns for name in names):
        frame = frame.reset_index()
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return pd.DataFrame(frame).reset_index(drop=True)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    known = shift_of(datum) is None and fold(datum) not in {fold(name) for name in WGS84_NAMES}
    if frame.crs is None and not known:
        x, y = shapely.get_coordinates(shapes).T
        raise refuse("county.frame_no_crs", role, hint=hint(x, y))
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(shapes, crs=frame.crs))


def _inputs(
    raws: Mapping[str, RawTable | None], config: CountyConfig, grid: Path | None
) -> Iterable[InputFile]:
    for role in _ROLES:
        if (raw := raws[role]) is not None:
            yield InputFile(role=role, path=role, sha256=_digest(raw), rows=len(raw.rows))
    if grid is not None and config.sources.population is not None:
        digest = sha256_of(parts_of(grid.parent, config.sources.population))
        yield InputFile(role="population", path=grid.name, sha256=digest, rows=0)


def _digest(raw: RawTable) -> str:
    """Return what tells one table from another: the SHA-256 of its cells and shapes."""
    digest = hashlib.sha256()
    for line in (raw.names, *raw.records):
        digest.update(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    if raw.geometry is not None:
        for shape in shapely.to_wkb(np.asarray(raw.geometry.array, dtype=object)):
            digest.update(shape or b"")
    return digest.hexdigest()
