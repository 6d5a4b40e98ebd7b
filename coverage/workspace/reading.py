"""What became of a county's files: how much was read, left out, assumed; where a problem lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import geopandas as gpd
import numpy as np

from coverage.assessment.report import Report
from coverage.county.model import Role
from coverage.network.parts import OFF_MAIN, ONE_WAY_OFF_MAIN
from coverage.problems import Problem
from coverage.rules.catalogue.load import OWN_FOLDER

LEFT_OUT: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "county.population_unknown": "villages",
        "travel.village_far": "villages",
        "travel.village_off_main": "villages",
        "travel.village_no_road": "villages",
        "travel.village_unreached": "villages",
        "county.facility_without_place": "facilities",
        "county.station_without_ambulances": "facilities",
        "travel.station_far": "facilities",
        "network.clipped_ways": "roads",
        "network.no_line": "roads",
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
        "travel.village_next_road": "villages",
        "travel.facility_next_road": "facilities",
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
        Records; None where the file has none to count. Of roads: the pieces of the network. Of
        own rules: the files.
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
    """Return what became of each file, in the order in which they were read.

    The county's own rules are one entry: how many there are.
    """
    left_out = _sums(report, LEFT_OUT)
    assumed = _sums(report, ASSUMED)
    inputs = report.county.inputs
    counts = [
        FileCount(
            role=file.role,
            path=file.path,
            sha256=file.sha256,
            read=report.network.note.edges if file.role == "roads" else file.rows or None,
            left_out=left_out.get(file.role, 0),
            assumed=assumed.get(file.role, 0),
        )
        for file in inputs
        if file.role != "rule"
    ]
    rules = sum(file.role == "rule" for file in inputs)
    if rules:
        counts.append(FileCount("rule", f"{OWN_FOLDER}/*.yaml", "", rules, 0, 0))
    return tuple(counts)


def _sums(report: Report, codes: Mapping[str, Role]) -> dict[Role, int]:
    sums: dict[Role, int] = {}
    for problem in report.quality:
        role = codes.get(problem.code)
        if role == "villages" and _role(report, problem) == "facilities":
            role = "facilities"  # the same sentence is said of either table
        if role is not None:
            sums[role] = sums.get(role, 0) + problem.count
    return sums


def _role(report: Report, problem: Problem) -> Role | None:
    return next((file.role for file in report.county.inputs if file.path == problem.file), None)


def problem_places(report: Report, problem: Problem) -> gpd.GeoDataFrame:
    """Return the records that `problem` speaks of, as far as they are known.

    Returns
    -------
    table
        ``row`` (as a reader of the file counts it; 0 where it is no row), ``key`` (code or id),
        ``name``, ``stands_for`` (``""`` where the geometry is the record's own; ``village`` or
        ``township`` where a facility without coordinates is shown by that of its village or
        township; ``none``), ``geometry`` (in the county's CRS; None where nothing is known).
    """
    if problem.code in {OFF_MAIN, ONE_WAY_OFF_MAIN}:
        return _off_main(report, one_way=problem.code == ONE_WAY_OFF_MAIN)
    if problem.code == "report.unreachable":
        minutes = report.response.villages["response_min"].to_numpy(float)
        return _records(report.county.villages[np.isnan(minutes)], "code", report)
    if problem.code == "report.population_unknown":
        people = report.county.villages["population"].to_numpy(float)
        return _records(report.county.villages[np.isnan(people)], "code", report)
    role = _role(report, problem)
    if role not in ROW_TABLES or not problem.rows:
        return _records(report.county.villages.iloc[:0], "code", report)
    tables = {
        "townships": report.county.townships,
        "villages": report.county.villages,
        "facilities": report.county.facilities,
    }
    table = tables[role]
    named = np.isin(table["source_row"].to_numpy(), np.array(problem.rows))
    return _records(table[named], "id" if role == "facilities" else "code", report)


def _records(table: gpd.GeoDataFrame, key: str, report: Report) -> gpd.GeoDataFrame:
    shapes, stands_for = [], []
    villages = dict(zip(report.county.villages["code"], report.villages.geometry, strict=True))
    townships = dict(zip(report.units["code"], report.units.geometry, strict=True))
    for record in table.to_dict("records"):
        shape, instead = record["geometry"], ""
        if shape is None or shape.is_empty:
            shape, instead = villages.get(record.get("village")), "village"
        if shape is None:
            shape, instead = townships.get(record.get("township")), "township"
        shapes.append(shape)
        stands_for.append("none" if shape is None else instead)
    return gpd.GeoDataFrame(
        {
            "row": table["source_row"].to_numpy(),
            "key": table[key].astype(str).to_numpy(),
            "name": table["name"].astype(str).to_numpy(),
            "stands_for": np.array(stands_for, dtype=object),
        },
        geometry=gpd.GeoSeries(shapes, dtype="geometry").to_numpy(),
        crs=report.county.crs,
    )


def _off_main(report: Report, *, one_way: bool) -> gpd.GeoDataFrame:
    edges = report.network.edges
    cut_off = edges["component"].to_numpy() > 0
    apart = edges[~edges["main"].to_numpy(bool) & ~cut_off if one_way else cut_off]
    return gpd.GeoDataFrame(
        {
            "row": np.zeros(len(apart), dtype=int),
            "key": apart["highway"].astype(str).to_numpy(),
            "name": apart["name"].fillna("").astype(str).to_numpy(),
            "stands_for": "",
        },
        geometry=apart.geometry.to_numpy(),
        crs=report.county.crs,
    )
