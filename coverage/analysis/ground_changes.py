"""What a scenario does to the ground: roads closed and slowed, facilities new, moved, gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.analysis.extent import Geometries
from coverage.assessment.report import Report
from coverage.network.model import Network
from coverage.network.respeed import respeed
from coverage.network.speeds import driven_kph

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
    barriers
        Places where roads are closed across.
    slowed
        Roads whose speed is not the one their class, limit and the county's factor give.
    facilities
        In the order of `MARKS`.
    """

    closed: shapely.MultiLineString
    barriers: shapely.MultiPoint
    slowed: shapely.MultiLineString
    facilities: tuple[Marked, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to be marked."""
        shapes = (self.closed, self.barriers, self.slowed)
        return all(shape.is_empty for shape in shapes) and not self.facilities


def changes(before: Report, after: Report) -> Changes:
    """Return what is drawn of the difference between two states of one county."""
    return Changes(
        closed=_closed(before.network, after.network),
        barriers=_barriers(before.network, after.network),
        slowed=_slowed(after) if before.network is not after.network else shapely.MultiLineString(),
        facilities=_facilities(before.county.facilities, after.county.facilities),
    )


def _closed(before: Network, after: Network) -> shapely.MultiLineString:
    """Return the road of before that is not there any more."""
    if before is after:
        return shapely.MultiLineString()
    gone, left = _apart(_lines(before), _lines(after))
    # what is left of a road that was cut in two lies on it but for rounding
    whole, part = shapely.STRtree(left).query(gone, predicate="dwithin", distance=_ROUNDING_M)
    around = shapely.buffer(left, _ROUNDING_M, cap_style="flat")
    for place in np.unique(whole).tolist():
        gone[place] = gone[place].difference(shapely.union_all(around[part[whole == place]]))
    return _multi(gone)


def _apart(old: Geometries, new: Geometries) -> tuple[Geometries, Geometries]:
    """Return the lines that only one of the two has."""
    # an edit leaves most lines as the objects they are; to write all of them out takes long
    same = set(map(id, old.tolist())) & set(map(id, new.tolist()))
    old, new = (lines[[id(line) not in same for line in lines.tolist()]] for lines in (old, new))
    old_keys, new_keys = shapely.to_wkb(old).tolist(), shapely.to_wkb(new).tolist()
    kept = set(old_keys) & set(new_keys)
    return old[[key not in kept for key in old_keys]], new[[key not in kept for key in new_keys]]


def _barriers(before: Network, after: Network) -> shapely.MultiPoint:
    """Return where a line closes roads: there they end on either side, at one place."""
    places = _shared_places(after) - _shared_places(before) if before is not after else set()
    return shapely.MultiPoint(sorted(places))


def _shared_places(network: Network) -> set[tuple[float, float]]:
    """Return the places, to the millimetre, where several nodes lie that are not connected."""
    xy = (network.node_x + 1j * network.node_y).round(3)
    used = np.zeros(len(xy), dtype=bool)
    used[network.edges["u"].to_numpy()] = used[network.edges["v"].to_numpy()] = True
    places, count = np.unique(xy[used], return_counts=True)
    return {(float(place.real), float(place.imag)) for place in places[count > 1]}


def _slowed(report: Report) -> shapely.MultiLineString:
    edges = report.network.edges
    usual = respeed(report.network, report.county.config.response).edges
    share = driven_kph(edges) / driven_kph(usual)
    return _multi(_lines(report.network)[np.abs(share - 1) > _SPEED_SHARE])


def _lines(network: Network) -> Geometries:
    return np.asarray(network.edges.geometry.array, dtype=object)


def _multi(lines: Geometries) -> shapely.MultiLineString:
    parts = shapely.get_parts(lines)
    parts = parts[shapely.length(parts) > 2 * _ROUNDING_M]
    merged = shapely.line_merge(shapely.multilinestrings(parts))
    return shapely.MultiLineString(list(shapely.get_parts(merged)))


def _facilities(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> tuple[Marked, ...]:
    if before is after:
        return ()
    marked_facilities = [
        *_marked("new", after[_placed(after) & ~after["id"].isin(before["id"])]),
        *_changed(before, after),
        *_marked("gone", before[_placed(before) & ~before["id"].isin(after["id"])]),
    ]
    return tuple(sorted(marked_facilities, key=lambda marked: MARKS.index(marked.mark)))


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
    marked_facilities = []
    rows = zip(kept["id"].astype(str), kept["name"].astype(str), same.tolist(), strict=True)
    for (id_, name, alike), place, then in zip(rows, _points(kept), _points(was), strict=True):
        if then is not None and not then.is_empty and then.distance(place) > _ROUNDING_M:
            marked_facilities.append(Marked("moved", id_, name, place, then))
        elif not alike:
            marked_facilities.append(Marked("changed", id_, name, place))
    return marked_facilities


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
