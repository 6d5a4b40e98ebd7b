"""Coordinates in metres of the national grid: which zone they are in, and which axis is which.

Bureaus give Gauss-Krüger coordinates of CGCS2000, in zones of 3 or 6 degrees, with or without the
number of the zone before the easting; X is north and Y is east, the other way round than on a map.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from pyproj import CRS

from coverage.county.datum import Floats, to_wgs84
from coverage.messages import Message

Box = tuple[float, float, float, float]

_NORTHING_M: Final = (1.9e6, 6.0e6)
_EASTING_M: Final = (1e5, 9e5)
_ZONES_3: Final = range(25, 46)
_ZONES_6: Final = range(13, 24)
_MOST_OFF_SHARE: Final = 0.1
_ROOM_DEG: Final = 0.1


class Guess(NamedTuple):
    """The system that puts coordinates into a county."""

    epsg: int
    exchanged: bool
    """Whether what was given as x is the northing."""

    @property
    def name(self) -> str:
        """What the system is called."""
        return str(CRS.from_epsg(self.epsg).name)


def guess(x: Floats, y: Floats, box: Box) -> Guess | None:
    """Return the system in which nearly all places lie in a box of degrees; None where none is.

    Parameters
    ----------
    x, y
        As given; NaN where unknown.
    box
        West, south, east, north.
    """
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return None
    for exchanged, east, north in ((False, x[known], y[known]), (True, y[known], x[known])):
        if not _NORTHING_M[0] <= float(np.median(north)) <= _NORTHING_M[1]:
            continue
        for epsg in _systems(float(np.median(east))):
            lon, lat = to_wgs84(east, north, str(epsg))
            if is_in(lon, lat, box):
                return Guess(epsg, exchanged)
    return None


def hint(x: Floats, y: Floats, box: Box | None = None) -> Message | str:
    """Return what to say of the system of a layer that names none; empty where nothing can be.

    With a `box` of degrees the system in which the layer lies there; without one, the zone that
    its eastings begin with.
    """
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return ""
    likely = None if box is None else guess(x, y, box)
    east, north = float(np.median(x[known])), float(np.median(y[known]))
    if likely is None and _NORTHING_M[0] <= north <= _NORTHING_M[1]:
        systems = list(_systems(east))
        if len(systems) > 1:
            return Message("county.hint_no_zone")
        likely = Guess(systems[0], exchanged=False) if systems else None
    if likely is None:
        return ""
    return Message("county.hint_zone", {"name": likely.name, "epsg": likely.epsg})


def is_in(lon: Floats, lat: Floats, box: Box) -> bool:
    """Tell whether nearly all places lie in a box of degrees or near it."""
    west, south, east, north = box
    with np.errstate(invalid="ignore"):
        there = (lon >= west - _ROOM_DEG) & (lon <= east + _ROOM_DEG)
        there &= (lat >= south - _ROOM_DEG) & (lat <= north + _ROOM_DEG)
    return bool(len(lon) and np.mean(~there) <= _MOST_OFF_SHARE)


def _systems(easting_m: float) -> Iterator[int]:
    """Yield the EPSG codes of CGCS2000 in which an easting can be given."""
    zone = int(easting_m // 1e6)
    if zone in _ZONES_3:
        yield 4513 + zone - _ZONES_3[0]
    elif zone in _ZONES_6:
        yield 4491 + zone - _ZONES_6[0]
    elif _EASTING_M[0] <= easting_m <= _EASTING_M[1]:
        yield from range(4534, 4555)  # by central meridian, 75 to 135 degrees east
