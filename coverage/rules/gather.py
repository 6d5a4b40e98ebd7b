"""The times on the road that rules are tested with: one sweep for each set of facilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.network.model import Network
from coverage.rules.access import destinations
from coverage.rules.evidence import AccessMinutes, Evidence
from coverage.rules.model import Rule
from coverage.rules.units import NOWHERE, IntArray
from coverage.travel.journey import journey
from coverage.travel.model import Response

IntTuple = tuple[int, ...]

DECIMALS: Final = 9
"""Minutes are rounded to this, as those of the response are."""


def gathered(
    county: County, network: Network, response: Response, rules: Iterable[Rule], region: str = ""
) -> dict[str, Evidence]:
    """Return what each rule is tested with, by its id.

    Parameters
    ----------
    region
        The region whose rules are tested, where it is not the county's own.
    """
    found: dict[tuple[IntTuple, IntTuple], AccessMinutes] = {}

    def minutes(rows: IntTuple, serving: IntTuple) -> AccessMinutes:
        if (rows, serving) not in found:
            found[rows, serving] = access_minutes(county, network, rows, serving)
        return found[rows, serving]

    evidence = {}
    for rule in rules:
        goal = destinations(rule, county)
        access = perhaps = None
        if goal is not None:
            access = minutes(goal.rows, goal.serving)
            if goal.unknown:
                perhaps = minutes(goal.possible, goal.serving)
        evidence[rule.id] = Evidence(response, access, perhaps, region)
    return evidence


def access_minutes(
    county: County, network: Network, rows: IntTuple, serving: IntTuple = ()
) -> AccessMinutes:
    """Return how long residents travel to the nearest of the facilities in `rows`.

    A village that names the facility that serves it travels to that one. Residents drive from
    their place on the road; the way from the door to the road is paid, nothing is waited for.
    """
    n = len(county.villages)
    village = np.concatenate([np.arange(n), county.demand["village"].to_numpy(np.int64)])
    points = np.concatenate(
        [np.asarray(county.villages.geometry), np.asarray(county.demand.geometry)]
    )
    table, far_facilities = _timed(county, network, points, rows)
    serves = np.array(serving or [NOWHERE] * n, dtype=np.int64)[village]
    nearest = table["facility"].to_numpy(dtype=np.int64, na_value=NOWHERE)
    other = (serves != NOWHERE) & (serves != nearest)
    for row in np.unique(serves[other]):
        there: IntArray = np.flatnonzero(other & (serves == row))
        table.iloc[there], _ = _timed(county, network, points[there], (int(row),))
    return AccessMinutes(
        villages=table.iloc[:n].reset_index(drop=True),
        demand=table.iloc[n:].reset_index(drop=True),
        far_facilities=far_facilities,
    )


def _timed(
    county: County, network: Network, points: np.ndarray, rows: tuple[int, ...]
) -> tuple[pd.DataFrame, int]:
    """Return ``facility, minutes, far`` of each point to the quickest facility of `rows`.

    Also how many of these facilities are too far from every road.
    """
    response = county.config.response
    found = journey(
        network,
        gpd.GeoSeries(points, crs=county.crs),
        gpd.GeoSeries(county.facilities.geometry.iloc[list(rows)]),
        direction="to_facility",
        response=response,
    )
    table = found.table
    minutes = (table["drive_min"] + table["access_min"]).to_numpy(float)
    times = pd.DataFrame(
        {
            "facility": table["facility"].array,
            "minutes": minutes.round(DECIMALS),
            "far": table["access_m"].to_numpy(float) > response.max_access_m,
        }
    )
    return times, sum(note.count for note in found.quality if note.code == "travel.facility_far")
