"""Where a county lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from coverage.assessment.report import Report

Geometries = npt.NDArray[np.object_]


def bounds(report: Report) -> tuple[float, float, float, float]:
    """Return west, south, east, north of units and villages, metres in the county's CRS."""
    shapes = np.concatenate(
        [
            np.asarray(report.units.geometry.array, dtype=object),
            np.asarray(report.villages.geometry.array, dtype=object),
        ]
    )
    west, south, east, north = (float(v) for v in shapely.total_bounds(shapes))
    if not np.isfinite([west, south, east, north]).all():
        x, y = report.network.node_x, report.network.node_y
        west, south, east, north = (float(v) for v in (x.min(), y.min(), x.max(), y.max()))
    return west, south, east, north
