"""The cells of a population grid, coloured by the class of each, as one picture."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import shapely
from pyproj import CRS
from scipy.spatial import cKDTree

from coverage.assessment.report import Report
from coverage.crs import transformer
from maps.classes import IntArray
from maps.picture import FloatArray, Picture, Pixels
from maps.style import PointClass

_MOST_PX: Final = 2048
_CELL_PX: Final = 4
_OPAQUE: Final = 255


def has_cells(report: Report) -> bool:
    """Tell whether people are counted by the cells of a grid, not by village."""
    village = report.county.demand["village"].to_numpy()
    return len(village) > 0 and not np.array_equal(village, np.arange(len(report.villages)))


def cell_picture(
    report: Report, classes: tuple[PointClass, ...], of: IntArray, crs: CRS
) -> Picture:
    """Return the cells in the colours of their classes, everything else clear.

    A cell is a square as wide as cells commonly lie apart.

    Parameters
    ----------
    of
        Position in `classes` of every row of ``County.demand``.
    crs
        What the picture is made for.
    """
    xy = _places(report, crs)
    apart = _apart(xy)
    low, high = xy.min(axis=0) - apart, xy.max(axis=0) + apart
    pixel = max(apart / _CELL_PX, float((high - low).max()) / _MOST_PX)
    width, height = np.ceil((high - low) / pixel).astype(int).tolist()
    pixels: Pixels = np.zeros((height, width, 4), dtype=np.uint8)
    column = ((xy[:, 0] - low[0]) / pixel).astype(int)
    row = height - 1 - ((xy[:, 1] - low[1]) / pixel).astype(int)
    colour = np.array([_rgba(entry.symbol.fill) for entry in classes], dtype=np.uint8)[of]
    half = round(apart / pixel) // 2
    # a little wider first, for a grid that is turned leaves slits; the cells themselves on top
    for reach in (half, max(half - 1, 0)):
        for down, across in product(range(-reach, reach + 1), repeat=2):
            y, x = (row + down).clip(0, height - 1), (column + across).clip(0, width - 1)
            pixels[y, x] = colour
    left, bottom = low.tolist()
    return Picture(pixels, (left, bottom, left + width * pixel, bottom + height * pixel))


def _places(report: Report, crs: CRS) -> FloatArray:
    points = np.asarray(report.county.demand.geometry.array, dtype=object)
    xy = shapely.get_coordinates(points)
    to = transformer(report.county.crs, crs)
    return np.column_stack(to.transform(xy[:, 0], xy[:, 1]))


def _apart(xy: FloatArray) -> float:
    """Return how far apart neighbouring cells commonly lie, m."""
    places = np.unique(xy, axis=0)
    if len(places) < 2:
        return 100.0
    nearest = np.asarray(cKDTree(places).query(places, k=[2])[0])
    return float(np.median(nearest))


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, _OPAQUE
