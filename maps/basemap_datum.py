"""Base maps whose places are shifted, as AMap's and Tencent's are, put where they belong."""

from __future__ import annotations

from typing import Final

import numpy as np

from coverage.county.datum import gcj02_from_wgs84
from maps.picture import WORLD_M, Box, Picture

_MOST_SHIFT_M: Final = 1500.0
"""More than the shift of GCJ-02 anywhere in China, in metres of Web Mercator."""


def around(box: Box) -> Box:
    """Return the box in which the shifted picture of `box` (both in Web Mercator) lies."""
    west, south, east, north = box
    room = _MOST_SHIFT_M
    return west - room, south - room, east + room, north + room


def unshifted(picture: Picture) -> Picture:
    """Return a picture drawn in GCJ-02 as it lies in WGS-84, to half a pixel; clear at its rim.

    For each pixel's place the shifted place is computed, and the pixel there taken: the shift is
    another at each place, by tens of metres within a county.
    """
    height, width = picture.pixels.shape[:2]
    west, south, east, north = picture.box
    step_x, step_y = (east - west) / width, (north - south) / height
    radius = WORLD_M / np.pi
    lon = np.degrees((west + (np.arange(width) + 0.5) * step_x) / radius)
    lat = np.degrees(np.arctan(np.sinh((north - (np.arange(height) + 0.5) * step_y) / radius)))
    moved_lon, moved_lat = gcj02_from_wgs84(*np.meshgrid(lon, lat))
    x = np.radians(moved_lon) * radius
    y = np.arcsinh(np.tan(np.radians(moved_lat))) * radius
    column = np.floor((x - west) / step_x).astype(int)
    row = np.floor((north - y) / step_y).astype(int)
    there = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    pixels = np.zeros_like(picture.pixels)
    pixels[there] = picture.pixels[row[there], column[there]]
    return Picture(pixels, picture.box)
