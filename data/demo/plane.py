"""The flat metre grid in which the demonstration county is drawn, and drawing on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Array = npt.NDArray[np.float64]
LonLat = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Where the grid's origin lies (degrees, WGS-84), and the metres of a degree there."""

    lon: float
    lat: float
    m_per_deg_lon: float
    m_per_deg_lat: float


ZIYANG: Final = Plane(112.33, 28.60, 97_700.0, 110_850.0)


def plane_at(lon: float, lat: float) -> Plane:
    """Return the plane around a point, of a sphere that is 40,007.86 km around."""
    m_per_deg = 40_007_860 / 360
    return Plane(lon, lat, round(m_per_deg * float(np.cos(np.radians(lat)))), round(m_per_deg))


def to_xy(lonlat: Sequence[LonLat] | Array, plane: Plane = ZIYANG) -> Array:
    """Return metres east and north of the origin; good to 0.3 % within the county."""
    given = np.asarray(lonlat, dtype=float)
    scale = (plane.m_per_deg_lon, plane.m_per_deg_lat)
    return np.round((given - (plane.lon, plane.lat)) * scale, 1)


def to_lonlat(xy: Sequence[float] | Array, decimals: int = 6, plane: Plane = ZIYANG) -> Array:
    """Return degrees (WGS-84), rounded."""
    given = np.asarray(xy, dtype=float)
    scale = (plane.m_per_deg_lon, plane.m_per_deg_lat)
    return np.round(given / scale + (plane.lon, plane.lat), decimals)


def geometry_to_lonlat(geometry: BaseGeometry, plane: Plane = ZIYANG) -> BaseGeometry:
    """Return `geometry` in degrees (WGS-84), rounded to 0.1 m."""
    return shapely.transform(geometry, lambda xy: to_lonlat(xy, plane=plane))


def spline(points: Array, step_m: float) -> Array:
    """Return a smooth line (Catmull-Rom) through `points`, a vertex every `step_m` or less."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(int(np.hypot(*(c - b)) // step_m) + 1, 1)
        t = (np.arange(count) / count)[:, None]
        pieces.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    return np.round(np.vstack([*pieces, points[-1:]]), 1)


def crinkle(points: Array, roughness: float, levels: int, rng: np.random.Generator) -> Array:
    """Return `points` with each piece bent at its middle, `levels` times over."""
    for _ in range(levels):
        ahead = points[1:] - points[:-1]
        normal = np.column_stack([-ahead[:, 1], ahead[:, 0]])
        shift = np.clip(rng.normal(0, roughness, len(ahead)), -2 * roughness, 2 * roughness)
        middle = (points[1:] + points[:-1]) / 2 + normal * shift[:, None]
        bent = np.empty((len(points) + len(middle), 2))
        bent[::2], bent[1::2] = points, middle
        points = bent
    return np.round(points, 1)
