"""The times on the road that rules are tested with: one sweep for each set of facilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.network.model import Network
from coverage.rules.access import Destinations, destinations
from coverage.rules.evidence import AccessMinutes, Evidence
from coverage.rules.model import Rule
from coverage.rules.units import NOWHERE, IntArray
from coverage.travel.model import Response
from coverage.travel.trips import Trips

DECIMALS: Final = 9
"""Minutes are rounded to this, as those of the response are."""


def gathered(
    county: County,
    network: Network,
    response: Response,
    rules: Iterable[Rule],
    region: str = "",
    trips: Trips | None = None,
) -> dict[str, Evidence]:
    """Return what each rule is tested with, by its id.

    Parameters
    ----------
    region
        The region whose rules are tested, where it is not the county's own.
    trips
        Over the same network, if some are known already.
    """
    trips = Trips(network) if trips is None else trips
    found: dict[Destinations, AccessMinutes] = {}
    evidence = {}
    for rule in rules:
        goal = destinations(rule, county)
        if goal is not None and goal not in found:
            found[goal] = access_minutes(county, trips, goal)
        access = None if goal is None else found[goal]
        evidence[rule.id] = Evidence(response, access, region)
    return evidence


def access_minutes(county: County, trips: Trips, goal: Destinations) -> AccessMinutes:
    """Return how long residents travel to the nearest facility of `goal`.

    A village that names the facility that serves it travels to that one. Residents drive from
    their place on the road; the way from the door to the road is paid, nothing is waited for.
    """
    n = len(county.villages)
    village = np.concatenate([np.arange(n), county.demand["village"].to_numpy(np.int64)])
    points = np.concatenate(
        [np.asarray(county.villages.geometry), np.asarray(county.demand.geometry)]
    )
    table = _timed(county, trips, points, goal.rows)
    serving = np.array(goal.serving or [NOWHERE] * n, dtype=np.int64)[village]
    nearest = table["facility"].to_numpy(dtype=np.int64, na_value=NOWHERE)
    other = (serving != NOWHERE) & (serving != nearest)
    for row in np.unique(serving[other]):
        there: IntArray = np.flatnonzero(other & (serving == row))
        table.iloc[there] = _timed(county, trips, points[there], (int(row),))
    return AccessMinutes(
        villages=table.iloc[:n].reset_index(drop=True),
        demand=table.iloc[n:].reset_index(drop=True),
    )


def _timed(county: County, trips: Trips, points: np.ndarray, rows: tuple[int, ...]) -> pd.DataFrame:
    """Return ``facility, minutes`` of each point to the quickest of the facilities in `rows`."""
    found = trips.journey(
        gpd.GeoSeries(points, crs=county.crs),
        gpd.GeoSeries(county.facilities.geometry.iloc[list(rows)]),
        direction="to_facility",
        response=county.config.response,
    ).table
    minutes = (found["drive_min"] + found["access_min"]).to_numpy(float)
    return pd.DataFrame({"facility": found["facility"].array, "minutes": minutes.round(DECIMALS)})
