"""Whether places fit the roads far better in another datum than the one that is stated."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from coverage.county.datum import Shift, gcj02_from_wgs84, shift_of
from coverage.county.model import County
from coverage.crs import from_degrees, to_degrees
from coverage.network.model import BoolArray, FloatArray, Network
from coverage.problems import Problem

_LEAST_PLACES: Final = 6
_MOST_PLACES: Final = 2000
_LEAST_OFF_M: Final = 50.0
"""Places whose median distance to a road is less are taken to be right (an assumption)."""
_TIMES_NEARER: Final = 3.0
_NEARER_SHARE: Final = 0.75
"""Suspicious is a datum that brings the median of the distances down to a third, and three of
four places nearer (assumptions): chance does that to few places, never to many."""


def shift_problems(county: County, network: Network) -> tuple[Problem, ...]:
    """Warn of tables or roads that look shifted by GCJ-02 or BD-09 though nothing says so.

    Villages and facilities lie by roads. Where they lie far from them, and near them once a shift
    is undone, the shift was not stated; where they do once they are shifted, the roads are.
    """
    edges = network.edges
    tree = shapely.STRtree(np.asarray(edges.geometry.array, dtype=object)[edges["joinable"]])
    if not len(tree.geometries):
        return ()
    suspicions = []
    for role in ("villages", "facilities"):
        source = getattr(county.config.sources, role)
        if shift_of(source.datum) is not None:
            continue
        places = _places(getattr(county, role).geometry)
        if len(places) < _LEAST_PLACES:
            continue
        stated_m = _road_m(tree, places)
        if np.median(stated_m) < _LEAST_OFF_M:
            continue
        roads = county.config.sources.roads
        roads_shift = gcj02_from_wgs84 if shift_of(roads.datum) is None else None
        hypotheses: tuple[tuple[str, str, str, Shift | None], ...] = (
            ("network.suspected_datum", source.path, "gcj02", shift_of("gcj02")),
            ("network.suspected_datum", source.path, "bd09", shift_of("bd09")),
            ("network.suspected_road_datum", roads.path, "gcj02", roads_shift),
        )
        better = []
        for code, file, datum, shift in hypotheses:
            if shift is None:
                continue
            other_m = _road_m(tree, _shifted(places, county.crs, shift))
            if _fits_better(stated_m, other_m):
                values = {
                    "datum": datum,
                    "stated_m": f"{np.median(stated_m):,.0f}",
                    "other_m": f"{np.median(other_m):,.0f}",
                    "count": len(places),
                }
                problem = Problem(code, "warning", values, file, count=len(places))
                better.append((float(np.median(other_m)), problem))
        if better:
            suspicions.append(min(better, key=lambda one: one[0])[1])
    return tuple(suspicions)


def _places(geometry: gpd.GeoSeries) -> FloatArray:
    points = geometry[~(geometry.isna() | geometry.is_empty)]
    return shapely.get_coordinates(np.asarray(points.array, dtype=object))[:_MOST_PLACES]


def _road_m(tree: shapely.STRtree, places: FloatArray) -> FloatArray:
    points = np.asarray(shapely.points(places), dtype=object)
    distance: FloatArray = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
    return distance


def _shifted(places: FloatArray, crs: CRS, shift: Shift) -> FloatArray:
    lon, lat = to_degrees(crs).transform(*places.T)
    to_county = from_degrees(crs)
    return np.column_stack(to_county.transform(*shift(np.asarray(lon), np.asarray(lat))))


def _fits_better(stated_m: FloatArray, other_m: FloatArray) -> bool:
    nearer: BoolArray = other_m < stated_m
    return bool(
        np.median(other_m) * _TIMES_NEARER <= np.median(stated_m) and nearer.mean() >= _NEARER_SHARE
    )
