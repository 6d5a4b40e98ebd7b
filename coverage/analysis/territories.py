"""The land that each station answers for: that nearest to the villages it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from coverage.analysis.extent import Geometries, bounds
from coverage.assessment.report import Report
from coverage.network.model import IntArray

_ROOM_M = 1000.0


@dataclass(frozen=True)
class Territories:
    """Areas by answering station.

    Attributes
    ----------
    names
        Of the stations, those of most villages first.
    polygons
        One a station, in the county's CRS.
    nobody
        The land nearest to the villages that no station reaches; None where there are none.
    of
        For each village the position of its station in `names`; ``len(names)`` where none
        reaches it.
    """

    names: tuple[str, ...]
    polygons: Geometries
    nobody: shapely.Geometry | None
    of: IntArray


def territories(report: Report) -> Territories:
    """Return the area of every station that answers for a village."""
    ids = report.villages["station_id"]
    counts = ids.value_counts()
    order = counts.sort_index().sort_values(ascending=False, kind="stable").index
    position = ids.map({station: place for place, station in enumerate(order)})
    of = position.fillna(len(order)).to_numpy(dtype=np.int64)
    named = pd.Series(report.villages["station_name"].to_numpy(), index=ids.to_numpy())
    named = named[~named.index.duplicated()]
    cells = _cells(report)
    parts = [shapely.union_all(cells[of == place]) for place in range(len(order) + 1)]
    lost = parts.pop()
    return Territories(
        names=tuple("" if pd.isna(named[station]) else str(named[station]) for station in order),
        polygons=np.array(parts, dtype=object),
        nobody=None if lost.is_empty else lost,
        of=of,
    )


def _cells(report: Report) -> Geometries:
    """Return for each village the land that is nearer to it than to any other, within the county.

    Of villages at one place the first has it all.
    """
    points = np.asarray(report.villages.geometry.array, dtype=object)
    cells = np.full(len(points), shapely.Polygon(), dtype=object)
    if not len(points):
        return cells
    units = np.asarray(report.units.geometry.array, dtype=object)
    county = shapely.union_all(shapely.make_valid(units)) if len(units) else shapely.Polygon()
    if county.is_empty:
        county = shapely.box(*bounds(report)).buffer(_ROOM_M)
    first = np.unique(shapely.get_coordinates(points), axis=0, return_index=True)[1]
    if len(first) == 1:
        cells[first] = county
        return cells
    around = shapely.voronoi_polygons(
        shapely.multipoints(points[first]), extend_to=county, ordered=True
    )
    cells[first] = shapely.intersection(shapely.get_parts(around), county)
    return cells
