"""What assessing one county gives: all that a report, a map or the app shows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd

from coverage.county.model import County
from coverage.errors import Problem
from coverage.network.model import Network
from coverage.rules.model import RuleResult
from coverage.travel.model import Response


@dataclass(frozen=True)
class ResponseSummary:
    """Key figures of the ambulance's time to the scene.

    Attributes
    ----------
    population
        Residents at all demand points.
    covered
        Residents whose response is within their limit.
    share
        ``covered / population``; NaN without residents.
    unreachable
        Residents no station can reach.
    mean_min, p90_min
        Over the residents that can be reached, weighted by residents; NaN without any.
    """

    population: float
    covered: float
    share: float
    unreachable: float
    mean_min: float
    p90_min: float


@dataclass(frozen=True)
class Report:
    """The result of testing one county.

    Attributes
    ----------
    villages
        One row a village, in the order of the file: ``code, name, township`` (code),
        ``township_name, kind, area_class, population, station_id, station_name, turnout_min,
        drive_min, access_min, response_min, limit_min, covered`` (bool), ``geometry`` (the
        point, in the county's CRS).
    units
        One row a township, street or zone: ``code, name, kind, population, covered_share``
        (of its residents, NaN without residents), ``geometry`` (polygon).
    rules
        In the catalogue's order.
    quality
        Of county, network and travel, in this order.
    """

    county: County
    network: Network
    response: Response
    summary: ResponseSummary
    villages: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    rules: tuple[RuleResult, ...]
    quality: tuple[Problem, ...]
    parameters: dict[str, object]
