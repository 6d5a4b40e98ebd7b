"""A county as it was read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
from pyproj import CRS

from coverage.county.config import CountyConfig
from coverage.problems import Problem

Role = Literal[
    "county",
    "townships",
    "villages",
    "facilities",
    "roads",
    "population",
    "rule",
    "scenario",
]


@dataclass(frozen=True)
class InputFile:
    """A file that the figures rest on.

    Attributes
    ----------
    role
        What the file is to the county; ``rule`` is one of its own rules,
        ``scenario`` a file of edits, which need not lie in the folder.
    path
        Inside the county folder, with forward slashes; of a scenario only the name.
    sha256
        Of the bytes (of every part of a shapefile, in order of name).
    rows
        Records read (edits of a scenario); 0 where the file has none to count.
    """

    role: Role
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, eq=False)
class County:
    """The tables of one county, checked, in one projected CRS.

    Its tables must not be changed: what was worked out from them is kept. A county equals only
    itself.

    Every table has a plain integer index 0..n-1 in the order of the file, `geometry` in `crs`,
    and `source_row` (the row as a reader of the file counts it).

    Attributes
    ----------
    folder
        The county folder; None where its tables were given.
    config
        What ``county.toml`` says, defaults filled in.
    crs
        Projected, metres.
    townships
        Columns ``code, name, kind`` (``township``, ``street`` or ``zone``), ``population``
        (Float64, <NA> = not known: the sum of its villages is used), ``geometry`` (polygons).
    villages
        Columns ``code, name, township`` (a code of `townships`), ``kind`` (``village`` or
        ``community``), ``population`` (float, NaN = not known), ``area_code`` (the statistics
        bureau's three digits, or ``urban``/``rural``, as text), ``area_class`` (``urban`` or
        ``rural``, see `coverage.county.villages`), ``service_mode`` (or <NA>), ``lon, lat``
        (WGS-84), ``geometry`` (the point), ``polygon`` (a GeoSeries in `crs`, None where the
        file has points), and the optional columns of ``data/columns.csv``.
    facilities
        Columns ``id, name, kind``, ``township`` and ``village`` (codes, <NA> where not given),
        ``lon, lat`` (NaN where not given), ``geometry`` (None where not given) and every
        facility column of ``data/columns.csv`` (numbers Float64, yes/no ``boolean``, <NA> = not
        known; absent columns are wholly <NA>).
    demand
        Where people are: columns ``village`` (position in `villages`), ``population`` (float),
        ``geometry`` (point). One row a village, or one a grid cell where there is a grid.
    given_columns
        For each table, the columns that the file really has, by their English names.
    inputs
        The files read.
    quality
        Warnings and notes, never errors.
    """

    folder: Path | None
    config: CountyConfig
    crs: CRS
    townships: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    given_columns: dict[str, frozenset[str]]
    inputs: tuple[InputFile, ...]
    quality: tuple[Problem, ...]

    def __repr__(self) -> str:
        identity = self.config.county
        sizes = ", ".join(
            f"{name}={len(getattr(self, name))}" for name in ("townships", "villages", "facilities")
        )
        return f"County(name={identity.name!r}, code={identity.code!r}, {sizes})"
