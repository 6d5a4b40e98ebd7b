"""What a scenario does to the ground: roads closed and slowed, facilities new, moved, gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.network.model import Network
from coverage.network.respeed import respeed
from coverage.results import Report
from maps.layers import Geometries

Mark = Literal["new", "changed", "moved", "gone"]
MARKS: Final[tuple[Mark, ...]] = ("new", "changed", "moved", "gone")
_ROUNDING_M: Final = 0.05
_SPEED_SHARE: Final = 1e-9
_NOT_COMPARED: Final = frozenset({"geometry", "source_row", "lon", "lat"})


@dataclass(frozen=True)
class Marked:
    """A facility that is not as before.

    Attributes
    ----------
    place
        Where it is (``gone``: was), in the county's CRS.
    was
        Where it was before it was moved.
    """

    mark: Mark
    id: str
    name: str
    place: shapely.Point
    was: shapely.Point | None = None


@dataclass(frozen=True)
class Changes:
    """What differs between two states of a county.

    Attributes
    ----------
    closed
        Roads of before that cannot be driven any more.
    slowed
        Roads whose speed is not the one their class, limit and the county's factor give.
    facilities
        In the order of `MARKS`.
    """

    closed: shapely.MultiLineString
    slowed: shapely.MultiLineString
    facilities: tuple[Marked, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to be marked."""
        return self.closed.is_empty and self.slowed.is_empty and not self.facilities


def changes(before: Report, after: Report) -> Changes:
    """Return what is drawn of the difference between two states of one county."""
    return Changes(
        closed=_closed(before.network, after.network),
        slowed=_slowed(after),
        facilities=_facilities(before.county.facilities, after.county.facilities),
    )


def _closed(before: Network, after: Network) -> shapely.MultiLineString:
    if before is after:
        return shapely.MultiLineString()
    old, new = _lines(before), _lines(after)
    old_keys, new_keys = shapely.to_wkb(old), shapely.to_wkb(new)
    gone = old[~np.isin(old_keys, new_keys)]
    if not len(gone):
        return shapely.MultiLineString()
    # what is left of a road that was cut in two lies on it but for rounding
    left = shapely.union_all(new[~np.isin(new_keys, old_keys)]).buffer(_ROUNDING_M)
    return _multi(shapely.difference(gone, left))


def _slowed(report: Report) -> shapely.MultiLineString:
    edges = report.network.edges
    usual = respeed(report.network, report.county.config.response).edges["speed_kph"]
    share = edges["speed_kph"].to_numpy(dtype=float) / usual.to_numpy(dtype=float)
    return _multi(_lines(report.network)[np.abs(share - 1) > _SPEED_SHARE])


def _lines(network: Network) -> Geometries:
    return np.asarray(network.edges.geometry.array, dtype=object)


def _multi(lines: Geometries) -> shapely.MultiLineString:
    parts = shapely.get_parts(lines)
    parts = parts[shapely.length(parts) > 2 * _ROUNDING_M]
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return shapely.MultiLineString(list(shapely.get_parts(merged)))


def _facilities(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> tuple[Marked, ...]:
    found = [
        *_marked("new", after[_placed(after) & ~after["id"].isin(before["id"])]),
        *_changed(before, after),
        *_marked("gone", before[_placed(before) & ~before["id"].isin(after["id"])]),
    ]
    return tuple(sorted(found, key=lambda marked: MARKS.index(marked.mark)))


def _marked(mark: Mark, table: gpd.GeoDataFrame) -> list[Marked]:
    rows = zip(table["id"].astype(str), table["name"].astype(str), _points(table), strict=True)
    return [Marked(mark, id_, name, place) for id_, name, place in rows]


def _changed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Marked]:
    old = before.set_index("id")
    kept = after[_placed(after) & after["id"].isin(before["id"])]
    was = old.loc[kept["id"]]
    same = np.ones(len(kept), dtype=bool)
    for column in set(after.columns) & set(old.columns) - _NOT_COMPARED:
        same &= _equal(kept[column].astype(object), was[column].astype(object))
    found = []
    rows = zip(kept["id"].astype(str), kept["name"].astype(str), same.tolist(), strict=True)
    for (id_, name, alike), place, then in zip(rows, _points(kept), _points(was), strict=True):
        if then is not None and not then.is_empty and then.distance(place) > _ROUNDING_M:
            found.append(Marked("moved", id_, name, place, then))
        elif not alike:
            found.append(Marked("changed", id_, name, place))
    return found


def _equal(now: pd.Series[Any], then: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Tell where two columns say the same; not known is the same as not known."""
    unknown, was_unknown = now.isna().to_numpy(dtype=bool), then.isna().to_numpy(dtype=bool)
    alike = np.array([a == b for a, b in zip(now, then, strict=True)], dtype=object)
    known = ~(unknown | was_unknown)
    return np.where(known, alike, unknown & was_unknown).astype(bool)


def _points(table: gpd.GeoDataFrame) -> list[Any]:
    return list(np.asarray(table.geometry.array, dtype=object))


def _placed(table: gpd.GeoDataFrame) -> pd.Series[bool]:
    return table.geometry.notna() & ~table.geometry.is_empty
