"""How fast a county's roads are, and how soon an ambulance is on them."""

from __future__ import annotations

from typing import Final

import geopandas as gpd

from coverage.assessment.report import Report
from coverage.network.model import FloatArray
from coverage.network.speeds import driven_kph
from coverage.travel.reach import reach

REACH_MIN: Final = (10.0, 20.0, 30.0)
"""Minutes after the call within which roads count as reached."""


def road_speeds_kph(report: Report) -> FloatArray:
    """Return the speed of each edge of the network, the lower where its directions differ."""
    return driven_kph(report.network.edges)


def roads_reached(report: Report) -> gpd.GeoDataFrame:
    """Return every piece of road with the first of `REACH_MIN` within which it is reached.

    Returns
    -------
    GeoDataFrame
        As `coverage.travel.reach.reach`.
    """
    return reach(report, REACH_MIN)
