"""Where names go, so that they hide neither each other nor the stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]

_GRID: Final = 9
_OVER_NAME: Final = 100.0
_OVER_MARK: Final = 12.0
_OVER_FRAME: Final = 1000.0
_OVER_POINT: Final = 3.0
_POINT_MM: Final = 1.0
_AWAY: Final = 0.15
_GAP_MM: Final = 0.5


@dataclass
class Taken:
    """What is already on the paper, all in mm.

    Attributes
    ----------
    frame
        West, south, east, north of the map.
    names, marks
        Boxes of names, and of symbols that must stay visible.
    points
        Places of villages, one row each.
    """

    frame: Box
    names: list[Box]
    marks: list[Box]
    points: FloatArray


def place_in_polygon(polygon: shapely.Geometry, width: float, height: float, taken: Taken) -> Box:
    """Return the best box for a unit's name, and mark it as taken.

    Its middle lies in the polygon: at the representative point, or at a point of a grid where
    that hides less.
    """
    home = shapely.get_coordinates(shapely.point_on_surface(polygon))
    west, south, east, north = shapely.bounds(polygon).tolist()
    x, y = np.meshgrid(np.linspace(west, east, _GRID + 2), np.linspace(south, north, _GRID + 2))
    grid = np.column_stack([x.ravel(), y.ravel()])
    grid = grid[shapely.contains_xy(polygon, grid[:, 0], grid[:, 1])]
    return _best(np.vstack([home, grid]), home[0] if len(home) else None, width, height, taken)


def place_beside(
    x: float, y: float, radius: float, width: float, height: float, taken: Taken
) -> Box:
    """Return the best box for the name of a symbol, right, left, above or below it."""
    aside, up = radius + width / 2 + _GAP_MM, radius + height / 2
    centres = [
        (x + aside, y), (x - aside, y), (x, y + up), (x, y - up),
        (x + aside, y + up), (x + aside, y - up), (x - aside, y + up), (x - aside, y - up),
    ]  # fmt: skip
    return _best(np.array(centres), np.array([x, y]), width, height, taken)


def _best(
    centres: FloatArray, home: FloatArray | None, width: float, height: float, taken: Taken
) -> Box:
    boxes = np.column_stack([
        centres[:, 0] - width / 2, centres[:, 1] - height / 2,
        centres[:, 0] + width / 2, centres[:, 1] + height / 2,
    ])  # fmt: skip
    cost = _OVER_NAME * _overlap(boxes, taken.names) + _OVER_MARK * _overlap(boxes, taken.marks)
    inside = _overlap(boxes, [taken.frame])
    cost += _OVER_FRAME * np.maximum(width * height - inside, 0)
    if len(taken.points):
        px, py = taken.points[:, 0], taken.points[:, 1]
        hidden = (
            (px >= boxes[:, [0]] - _POINT_MM) & (px <= boxes[:, [2]] + _POINT_MM)
            & (py >= boxes[:, [1]] - _POINT_MM) & (py <= boxes[:, [3]] + _POINT_MM)
        )  # fmt: skip
        cost += _OVER_POINT * hidden.sum(axis=1)
    if home is not None:
        cost += _AWAY * np.hypot(*(centres - home).T)
    west, south, east, north = boxes[int(np.argmin(cost))].tolist()
    taken.names.append((west, south, east, north))
    return west, south, east, north


def _overlap(boxes: FloatArray, others: list[Box]) -> FloatArray:
    """Return how many square mm of each box lie on the others."""
    if not others:
        return np.zeros(len(boxes))
    other = np.array(others)
    wide = np.minimum(boxes[:, [2]], other[:, 2]) - np.maximum(boxes[:, [0]], other[:, 0])
    high = np.minimum(boxes[:, [3]], other[:, 3]) - np.maximum(boxes[:, [1]], other[:, 1])
    return np.asarray((np.maximum(wide, 0) * np.maximum(high, 0)).sum(axis=1), dtype=float)
