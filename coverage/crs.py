"""The one projected coordinate system of a county."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pyproj import CRS, Transformer

WGS84: Final = CRS.from_epsg(4326)

_CGCS2000_FIRST_EPSG: Final = 4534
_CGCS2000_FIRST_MERIDIAN: Final = 75
_CGCS2000_LAST_MERIDIAN: Final = 135
_HALF_ZONE_DEG: Final = 1.5


@lru_cache(maxsize=64)
def transformer(from_crs: CRS, to_crs: CRS) -> Transformer:
    """Return what turns coordinates (x or lon first) of one CRS into another; made once, for long.

    It may be used by several threads: each then has its own context of PROJ.
    """
    return Transformer.from_crs(from_crs, to_crs, always_xy=True)


def from_degrees(crs: CRS) -> Transformer:
    """Return what turns WGS-84 degrees (lon, lat) into `crs`."""
    return transformer(WGS84, crs)


def to_degrees(crs: CRS) -> Transformer:
    """Return what turns coordinates of `crs` into WGS-84 degrees (lon, lat)."""
    return transformer(crs, WGS84)


def projected_crs(lon: float, lat: float) -> CRS:
    """Return the metric CRS for a county around `lon`, `lat` (degrees, WGS-84).

    In China it is the CGCS2000 3-degree Gauss-Kruger zone without zone number (EPSG 4534-4554),
    in which Chinese bureaus keep their maps; its lengths are right to 0.03 % within a zone.
    Elsewhere it is the UTM zone.
    """
    meridian = round(lon / 3) * 3
    in_china = (
        _CGCS2000_FIRST_MERIDIAN - _HALF_ZONE_DEG <= lon <= _CGCS2000_LAST_MERIDIAN + _HALF_ZONE_DEG
        and 15.0 <= lat <= 54.0
    )
    if in_china:
        return CRS.from_epsg(_CGCS2000_FIRST_EPSG + (meridian - _CGCS2000_FIRST_MERIDIAN) // 3)
    zone = int((lon + 180) // 6) % 60 + 1
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
