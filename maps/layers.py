"""What is drawn, as plain geometries: roads by class, units, facilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from coverage.analysis.extent import Geometries
from coverage.assessment.report import Report
from coverage.crs import to_degrees
from maps.style import ROAD_GROUPS, RoadGroup, facility_group, road_group

MAX_ROADS: Final = 25_000
_ROAD_TOLERANCE_M: Final = 10.0
_ROAD_TOLERANCE_MANY_M: Final = 25.0
_MANY_BENDS: Final = 60_000
_UNIT_TOLERANCE_M: Final = 10.0
_LONLAT_DECIMALS: Final = 5


@dataclass(frozen=True)
class RoadChoice:
    """Which roads are drawn.

    Attributes
    ----------
    groups
        From the smallest class to the greatest, so that the greatest is drawn last.
    edges
        For each group the rows of ``Network.edges``.
    omitted
        Groups whose roads are too many to be drawn.
    """

    groups: tuple[RoadGroup, ...]
    edges: tuple[npt.NDArray[np.int64], ...]
    omitted: tuple[RoadGroup, ...]


def choose_roads(report: Report, max_roads: int = MAX_ROADS) -> RoadChoice:
    """Return the groups of roads from the greatest down that hold at most `max_roads` pieces.

    The first group that is not empty is always taken.
    """
    names = report.network.edges["highway"].astype("str")
    position = names.map({name: road_group(name) for name in names.unique()}).to_numpy()
    drawn: list[tuple[RoadGroup, npt.NDArray[np.int64]]] = []
    omitted: list[RoadGroup] = []
    count = 0
    for index, group in enumerate(ROAD_GROUPS):
        rows = np.flatnonzero(position == index)
        if not len(rows):
            continue
        count += len(rows)
        if omitted or (drawn and count > max_roads):
            omitted.append(group)
        else:
            drawn.append((group, rows))
    drawn.reverse()
    return RoadChoice(tuple(g for g, _ in drawn), tuple(rows for _, rows in drawn), tuple(omitted))


def road_lines(report: Report, choice: RoadChoice) -> tuple[shapely.MultiLineString, ...]:
    """Return one geometry a group in the county's CRS, its roads joined and simplified.

    They move by at most 10 m, and 25 m where there are very many bends.
    """
    geometry = np.asarray(report.network.edges.geometry.array, dtype=object)
    return merged_lines([geometry[rows] for rows in choice.edges])


def merged_lines(groups: Sequence[Geometries]) -> tuple[shapely.MultiLineString, ...]:
    """Return the pieces of each group as one geometry, joined and simplified as by `road_lines`."""
    joined = [_joined(pieces) for pieces in groups]
    bends = sum(int(shapely.get_num_coordinates(lines).sum()) for lines in joined)
    tolerance = _ROAD_TOLERANCE_M if bends <= _MANY_BENDS else _ROAD_TOLERANCE_MANY_M
    return tuple(
        shapely.MultiLineString(list(shapely.simplify(lines, tolerance, preserve_topology=False)))
        for lines in joined
    )


def _joined(pieces: Geometries) -> Geometries:
    merged = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(pieces)))
    return np.asarray(shapely.get_parts(merged), dtype=object)


def unit_polygons(report: Report) -> Geometries:
    """Return the units' polygons in the county's CRS, simplified alike on both sides."""
    polygons = np.asarray(report.units.geometry.array, dtype=object)
    if not len(polygons):
        return polygons
    simple = np.asarray(shapely.coverage_simplify(polygons, _UNIT_TOLERANCE_M), dtype=object)
    return np.where(shapely.is_empty(simple), polygons, simple)


def facilities(report: Report) -> gpd.GeoDataFrame:
    """Return the facilities that have a place, with the column ``group`` of the style."""
    table = report.county.facilities
    answers = np.zeros(len(table), dtype=bool)
    answers[list(report.response.stations)] = True
    groups = [
        facility_group(str(kind), bool(answer))
        for kind, answer in zip(table["kind"], answers, strict=True)
    ]
    placed = table.assign(group=pd.Series(groups, index=table.index, dtype="str"))
    geometry = placed.geometry
    return placed[geometry.notna() & ~geometry.is_empty]


def to_lonlat(shapes: Geometries, crs: CRS, decimals: int = _LONLAT_DECIMALS) -> Geometries:
    """Return `shapes` in WGS-84 degrees, rounded (five decimals are a metre)."""
    degrees = to_degrees(crs)

    def project(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = degrees.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), decimals)

    return np.asarray(shapely.transform(shapes, project), dtype=object)


def feature(geometry: shapely.Geometry, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    shape = shapely.geometry.mapping(cast(Any, geometry))
    return {"type": "Feature", "geometry": shape, "properties": properties}


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": features}
