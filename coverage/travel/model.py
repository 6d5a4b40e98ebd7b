"""Results of travel-time sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from coverage.problems import Problem

Direction = Literal["from_facility", "to_facility"]


@dataclass(frozen=True)
class Journey:
    """How long it takes between each point and the facility nearest to it in time.

    Attributes
    ----------
    table
        One row a point, in the order of the points: ``facility`` (row of the facility table,
        Int64, <NA> where unreachable), ``leaving_min`` (the facility's own leg between its door
        and its road), ``drive_min``, ``access_min`` (the point's own leg between road and door),
        ``access_m`` (straight distance point to road). Minutes are NaN where no facility can
        reach the point.
    direction
        ``from_facility``: an ambulance drives to the scene. ``to_facility``: residents travel.
    quality
        Points and facilities off the main part, moved to it, or too far from a road, counted.
    """

    table: pd.DataFrame
    direction: Direction
    quality: tuple[Problem, ...]


@dataclass(frozen=True)
class Response:
    """When an ambulance is at the scene.

    Attributes
    ----------
    villages
        One row a village in the order of the county's villages: ``station`` (facility row,
        Int64), ``station_id``, ``turnout_min``, ``leaving_min``, ``drive_min``, ``access_min``,
        ``response_min`` (all NaN/<NA> where unreachable, rounded to 9 decimals).
    demand
        The same columns for each row of ``County.demand``.
    stations
        Rows of the facility table that answer calls.
    quality
        As in `Journey`.
    """

    villages: pd.DataFrame
    demand: pd.DataFrame
    stations: tuple[int, ...]
    quality: tuple[Problem, ...]
