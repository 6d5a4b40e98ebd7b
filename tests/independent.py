"""The measure of time once more, with networkx and plain shapely instead of our own sweep."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from coverage.county.model import County
from coverage.network.model import Network
from tests.network_fixtures import networkx_minutes


def networkx_response_min(county: County, network: Network) -> npt.NDArray[np.float64]:
    """Return each village's minutes until an ambulance is there (NaN where none can be).

    turn-out + least drive over the network with stations and villages put in as nodes + straight
    distance from the road x detour / speed.
    """
    asked = county.config.response
    places = list(county.villages.geometry)
    answers = county.facilities[county.facilities["ambulances"].fillna(0).astype(float) > 0]
    stations = [place for place in answers.geometry if place is not None]
    found = networkx_minutes(network, places, stations, max_access_m=asked.max_access_m)
    roads = network.edges.geometry
    off_road_m = np.array([roads.distance(place).min() for place in places])
    access_min = off_road_m / 1000 * asked.access_detour / asked.access_speed_kph * 60
    minutes = asked.turnout_min + found["drive_min"].to_numpy(float) + access_min
    return np.where(off_road_m <= asked.max_access_m, minutes, np.nan)
