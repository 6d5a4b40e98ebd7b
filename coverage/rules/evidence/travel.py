"""Travel times to, and from, some of a county's facilities."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.county.model import County
from coverage.rules.evidence.bounds import NOWHERE, IntArray
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import AccessMinutes
from coverage.travel.engine import TravelEngine

IntTuple = tuple[int, ...]

DECIMALS: Final = 9
"""Minutes are rounded to this, as those of the response are."""

_M_PER_KM: Final = 1000
_MIN_PER_H: Final = 60


def answer_minutes(county: County, engine: TravelEngine, rows: IntTuple) -> AccessMinutes:
    """Return when an ambulance would be at the scene if the facilities in `rows` had one each."""
    response = county.config.response
    legs_min = engine.journey(
        gpd.GeoSeries(_points(county), crs=county.crs),
        gpd.GeoSeries(county.facilities.geometry.iloc[list(rows)]),
        direction="from_facility",
        response=response,
    ).table
    legs = legs_min[["leaving_min", "drive_min", "access_min"]].sum(axis=1, skipna=False)
    times = pd.DataFrame(
        {
            "facility": legs_min["facility"].array,
            "minutes": (response.turnout_min + legs.to_numpy(float)).round(DECIMALS),
            "far": legs_min["access_m"].to_numpy(float) > response.max_access_m,
        }
    )
    n = len(county.villages)
    return AccessMinutes(
        times.iloc[:n].reset_index(drop=True), times.iloc[n:].reset_index(drop=True)
    )


def unplaced_minutes(
    facts: CountyFacts, engine: TravelEngine, rows: IntTuple
) -> AccessMinutes | None:
    """Return how long residents travel at least to the facilities in `rows`, which have no place.

    A facility stands somewhere in its township, on the roads of one of its villages: nobody who
    can reach none of these reaches it, and nobody is there sooner than as the crow flies, to the
    township, at the fastest speed of the network. None where one is in no township, or in one
    without villages.
    """
    county = facts.county
    stands_in = np.unique(facts.townships_of_facilities[list(rows)])
    homes = [np.flatnonzero(facts.townships_of_villages == unit) for unit in stands_in]
    if not all(len(there) for there in homes):
        return None
    n, points = len(county.villages), _points(county)
    response = county.config.response
    legs_min = engine.journey(
        gpd.GeoSeries(points, crs=county.crs),
        gpd.GeoSeries(county.villages.geometry.iloc[np.concatenate(homes)]),
        direction="to_facility",
        response=response,
    ).table
    area = shapely.union_all(np.asarray(county.townships.geometry)[stands_in])
    to_the_road_kph = response.access_speed_kph / response.access_detour
    speeds = engine.network.edges[["speed_forward_kph", "speed_backward_kph"]].to_numpy(float)
    fastest_kph = np.max(speeds, initial=to_the_road_kph)
    least = shapely.distance(points, area) / _M_PER_KM / fastest_kph * _MIN_PER_H
    # Cut off, so that no rounding makes it more than it can be.
    times = pd.DataFrame(
        {
            "facility": pd.array([pd.NA] * len(points), "Int64"),
            "minutes": np.floor(least * 10**DECIMALS) / 10**DECIMALS,
            "far": legs_min["access_m"].to_numpy(float) > response.max_access_m,
        }
    )
    times.loc[legs_min["drive_min"].isna(), "minutes"] = np.nan
    return AccessMinutes(
        times.iloc[:n].reset_index(drop=True), times.iloc[n:].reset_index(drop=True)
    )


def _points(county: County) -> np.ndarray:
    """Return the places of the villages, then those of the demand points."""
    places = [np.asarray(county.villages.geometry), np.asarray(county.demand.geometry)]
    return np.concatenate(places)


def access_minutes(
    county: County, engine: TravelEngine, rows: IntTuple, serving: IntTuple = ()
) -> AccessMinutes:
    """Return how long residents travel to the nearest of the facilities in `rows`.

    A village that names the facility that serves it travels to that one. Residents drive from
    their place on the road; the ways from the door to the road and from the road to the facility's
    door are paid, nothing is waited for.
    """
    n = len(county.villages)
    village = np.concatenate([np.arange(n), county.demand["village"].to_numpy(np.int64)])
    points = _points(county)
    table, far_facilities = _nearest(county, engine, points, rows)
    serves = np.array(serving or [NOWHERE] * n, dtype=np.int64)[village]
    nearest = table["facility"].to_numpy(dtype=np.int64, na_value=NOWHERE)
    other = (serves != NOWHERE) & (serves != nearest)
    for row in np.unique(serves[other]):
        there: IntArray = np.flatnonzero(other & (serves == row))
        table.iloc[there], _ = _nearest(county, engine, points[there], (int(row),))
    return AccessMinutes(
        villages=table.iloc[:n].reset_index(drop=True),
        demand=table.iloc[n:].reset_index(drop=True),
        far_facilities=far_facilities,
    )


def _nearest(
    county: County, engine: TravelEngine, points: np.ndarray, rows: tuple[int, ...]
) -> tuple[pd.DataFrame, int]:
    """Return ``facility, minutes, far`` of each point to the quickest facility of `rows`.

    Also how many of these facilities are too far from every road.
    """
    response = county.config.response
    journey = engine.journey(
        gpd.GeoSeries(points, crs=county.crs),
        gpd.GeoSeries(county.facilities.geometry.iloc[list(rows)]),
        direction="to_facility",
        response=response,
    )
    table = journey.table
    legs = ["access_min", "drive_min", "leaving_min"]  # from the door, on the road, to the door
    minutes = table[legs].sum(axis=1, skipna=False).to_numpy(float)
    times = pd.DataFrame(
        {
            "facility": table["facility"].array,
            "minutes": minutes.round(DECIMALS),
            "far": table["access_m"].to_numpy(float) > response.max_access_m,
        }
    )
    return times, sum(note.count for note in journey.quality if note.code == "travel.facility_far")
