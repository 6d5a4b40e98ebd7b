"""What became of a county's files: how much was read, left out, assumed; where a problem lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np

from coverage.county.model import Role
from coverage.errors import Problem
from coverage.results import Report

LEFT_OUT: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "county.population_unknown": "villages",
        "travel.village_far": "villages",
        "county.facility_without_place": "facilities",
        "county.station_without_ambulances": "facilities",
        "travel.station_far": "facilities",
        "network.clipped_ways": "roads",
        "network.ferries": "roads",
        "network.closed": "roads",
        "network.not_drivable": "roads",
        "county.grid_negative": "population",
    }
)
"""Problems that tell of records that are not, or not wholly, in the figures."""

ASSUMED: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "county.township_population_unknown": "townships",
        "county.kind_assumed": "villages",
        "county.area_assumed": "villages",
        "county.other_township": "villages",
        "county.village_elsewhere": "facilities",
        "network.unknown_classes": "roads",
        "network.maxspeed_ignored": "roads",
        "county.grid_bare_villages": "population",
    }
)
"""Problems that tell of records for which something was assumed."""

ROW_TABLES: Final[tuple[Role, ...]] = ("townships", "villages", "facilities")
"""The files whose rows have a place."""


@dataclass(frozen=True)
class FileCount:
    """What became of one file.

    Attributes
    ----------
    role, path, sha256
        As `coverage.county.model.InputFile`.
    read
        Records; None where the file has none to count. Of roads: the pieces of the network.
    left_out, assumed
        Records that are not wholly in the figures, and those for which something was assumed; one
        record may be counted for more than one reason.
    """

    role: Role
    path: str
    sha256: str
    read: int | None
    left_out: int
    assumed: int


def file_counts(report: Report) -> tuple[FileCount, ...]:
    """Return what became of each file, in the order in which they were read."""
    left_out = _sums(report, LEFT_OUT)
    assumed = _sums(report, ASSUMED)
    return tuple(
        FileCount(
            role=file.role,
            path=file.path,
            sha256=file.sha256,
            read=report.network.note.edges if file.role == "roads" else file.rows or None,
            left_out=left_out.get(file.role, 0),
            assumed=assumed.get(file.role, 0),
        )
        for file in report.county.inputs
    )


def _sums(report: Report, codes: Mapping[str, Role]) -> dict[Role, int]:
    found: dict[Role, int] = {}
    for problem in report.quality:
        role = codes.get(problem.code)
        if role == "villages" and _role(report, problem) == "facilities":
            role = "facilities"  # the same sentence is said of either table
        if role is not None:
            found[role] = found.get(role, 0) + problem.count
    return found


def _role(report: Report, problem: Problem) -> Role | None:
    return next((file.role for file in report.county.inputs if file.path == problem.file), None)


def problem_places(report: Report, problem: Problem) -> gpd.GeoDataFrame:
    """Return the records that `problem` speaks of, as far as they have a place.

    Returns
    -------
    table
        ``role, row`` (as a reader of the file counts it), ``key`` (code or id), ``name``,
        ``geometry`` (point or polygon, in the county's CRS); empty where nothing has a place.
    """
    role = _role(report, problem)
    tables = {
        "townships": report.county.townships,
        "villages": report.county.villages,
        "facilities": report.county.facilities,
    }
    if role not in tables or not problem.rows:
        return _places(tables["villages"].iloc[:0], "villages", report)
    table = tables[role]
    named = np.isin(table["source_row"].to_numpy(), np.array(problem.rows))
    return _places(table[named & table.geometry.notna().to_numpy()], role, report)


def _places(table: gpd.GeoDataFrame, role: Role, report: Report) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "role": role,
            "row": table["source_row"].to_numpy(),
            "key": table["id" if role == "facilities" else "code"].astype(str).to_numpy(),
            "name": table["name"].astype(str).to_numpy(),
        },
        geometry=table.geometry.to_numpy(),
        crs=report.county.crs,
    )
