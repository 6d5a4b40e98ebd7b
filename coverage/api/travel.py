"""Minutes by road between any places."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError
from pyproj import CRS

from coverage.api.county import AccessOptions
from coverage.assessment.report import Report
from coverage.county.config import ResponseParameters
from coverage.county.files import refuse
from coverage.county.keys import key_problem
from coverage.county.words import columns
from coverage.crs import WGS84
from coverage.network.model import Network
from coverage.problems import InputError, Problem
from coverage.travel.engine import TravelEngine
from coverage.travel.matrix import travel_matrix

_LON_LAT: Final = ("lon", "lat")


def travel_times(
    origins: pd.DataFrame | gpd.GeoSeries,
    destinations: pd.DataFrame | gpd.GeoSeries,
    roads: Network | Report,
    *,
    limit_min: float | None = None,
    **access: Unpack[AccessOptions],
) -> pd.DataFrame:
    """Return the least minutes by road from each origin to each destination.

    The measure is that of the ambulance's time without its turn-out: from door to road, along the
    directed roads, and from road to door (``docs/measure.md``).

    Parameters
    ----------
    origins, destinations
        Points as a GeoDataFrame or GeoSeries in any CRS (an outline stands for a point within
        it), or a DataFrame with ``lon`` and ``lat`` (degrees, WGS-84).
    roads
        From `read_roads`; or a report, whose roads and search trees are then used.
    limit_min
        Minutes; what takes longer is left out (NaN). None: no limit.
    **access
        Km/h, ratio and metres of the ways between doors and roads, as `AccessOptions` says; what
        is not given is as in the report's county, or else the default of ``county.toml``.

    Returns
    -------
    DataFrame
        Minutes; one row an origin, one column a destination, by their index. NaN where there is
        no way, no road near enough, no place, or it takes longer than `limit_min`.

    Raises
    ------
    MissingColumnError
        If a table has neither geometry nor ``lon`` and ``lat``.
    PlaceError
        If geometry has no CRS.
    SettingError
        If an option cannot have its value.

    Examples
    --------
    >>> places = pd.DataFrame({"lon": [112.3, 112.5], "lat": 28.6}, index=["Ash", "Birch"])
    >>> cov.travel_times(places, places, roads).round().values.tolist()
    [[0.0, 39.0], [39.0, 0.0]]
    >>> cov.travel_times(places, places, report, limit_min=30).isna().sum().tolist()
    [1, 1]
    """
    engine = roads.engine if isinstance(roads, Report) else TravelEngine(roads)
    stated = roads.county.config.response if isinstance(roads, Report) else ResponseParameters()
    response = _response(stated, access)
    starts = _points(origins, "origins", engine.network.crs)
    ends = _points(destinations, "destinations", engine.network.crs)
    by_start = len(starts) <= len(ends)  # one search of the roads for each of the fewer
    few, many = (starts, ends) if by_start else (ends, starts)
    matrix = travel_matrix(
        engine,
        few,
        many,
        limit_min=math.inf if limit_min is None else limit_min,
        response=response,
        direction="from_facility" if by_start else "to_facility",
    )
    minutes = matrix.dense() if by_start else matrix.dense().T
    return pd.DataFrame(minutes, index=origins.index, columns=destinations.index)


def _response(stated: ResponseParameters, access: Mapping[str, Any]) -> ResponseParameters:
    known = AccessOptions.__annotations__
    unknown = [name for name in access if name not in known]
    if unknown:
        names = ", ".join(unknown)
        raise TypeError(f"travel_times() has no argument {names}; there are: {', '.join(known)}")
    try:
        return ResponseParameters.model_validate({**stated.model_dump(), **access})
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        problems = [key_problem(detail, ResponseParameters, {}) for detail in details]
    raise InputError([Problem(p.code, values=p.values) for p in problems])


def _points(places: pd.DataFrame | gpd.GeoSeries, name: str, crs: CRS) -> gpd.GeoSeries:
    """Return the places in `crs`, their index as it is."""
    if isinstance(places, gpd.GeoDataFrame) and places.active_geometry_name is not None:
        places = places.geometry
    if not isinstance(places, gpd.GeoSeries):
        for column in _LON_LAT:
            if column not in places.columns:
                known = next(c for c in columns()["villages"] if c.column == column)
                values = {"name": column, "chinese": known.chinese, "hint": ""}
                raise InputError(
                    [Problem("county.column_missing", values=values, file=name, column=column)]
                )
        lon, lat = (pd.to_numeric(places[column]).to_numpy(float) for column in _LON_LAT)
        shapes = np.asarray(shapely.points(np.nan_to_num(lon), np.nan_to_num(lat)), dtype=object)
        shapes[~(np.isfinite(lon) & np.isfinite(lat))] = None
        places = gpd.GeoSeries(shapes, index=places.index, crs=WGS84)
    if places.crs is None:
        raise refuse("county.frame_no_crs", name, hint="")
    moved = places.to_crs(crs)
    shapes = np.asarray(moved.array, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    areas = shapely.get_dimensions(shapes) > 0
    shapes[areas] = shapely.point_on_surface(shapes[areas])
    return gpd.GeoSeries(shapes, index=moved.index, crs=crs)
