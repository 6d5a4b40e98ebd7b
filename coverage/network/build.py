"""From ways to a directed network: speeds, merged chains, components."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from scipy.spatial import cKDTree

from coverage.county.config import ResponseParameters
from coverage.county.files import shown
from coverage.crs import from_degrees
from coverage.figures import share_text
from coverage.network.chains import chained, key_of, unchained
from coverage.network.model import FloatArray, IntArray, Network, NetworkNote
from coverage.network.overlaps import cut_at_overlaps
from coverage.network.parts import note_of, parts_quality, with_parts
from coverage.network.pieces import Pieces, cut, one_each, without_length
from coverage.network.speeds import AREA_CLASSES, speed_table, with_speeds
from coverage.network.tags import CLASSES, maxspeed_kph
from coverage.network.ways import Ways
from coverage.network.words import listed
from coverage.problems import InputError, Problem

DRAWN_TWICE: Final = "network.drawn_twice"

_LIMIT_COLUMNS: Final = ("maxspeed", "maxspeed_forward", "maxspeed_backward")


def build_network(
    ways: Ways,
    *,
    crs: CRS,
    villages: gpd.GeoDataFrame,
    response: ResponseParameters,
    file: str = "",
    merge: bool = True,
) -> Network:
    """Build the network of a county.

    Ways are cut into straight pieces between neighbouring vertices, and pieces that lie on one
    another become one (`coverage.network.pieces.one_each`), also for a part of their way
    (`coverage.network.overlaps.cut_at_overlaps`). Then pieces that meet where nothing
    else does are merged if class, area class, limits, directions, bridge, name and whether places
    may join are the same, so that time is proportional to length on each edge and no time
    changes, whatever the speeds by class are (`coverage.network.speeds.with_speeds` rests on
    this).

    Parameters
    ----------
    ways
        In WGS-84.
    crs
        The county's projected CRS; lengths are planar in it.
    villages
        ``area_class`` and ``geometry`` (points in `crs`); the village nearest to the middle of a
        piece gives its area class.
    response
        Speed profile, the county's own speeds, speed factor.
    file
        How messages name the road file.
    merge
        False leaves every vertex a node; times are the same.

    Raises
    ------
    InputError
        If no road is left that can be driven, or the speeds name what is not known.
    """
    speed_table(response)  # what is wrong with the speeds is told before the roads are read
    if ways.table.empty:
        raise InputError([_no_road(ways, file)])
    x, y = from_degrees(crs).transform(ways.lon, ways.lat)
    xy = np.column_stack([x, y])
    limit_kph, ignored = _limits(ways.table, file)
    drawn = cut(ways, xy, limit_kph)
    if not len(drawn):
        raise InputError([_no_road(ways, file)])
    once = one_each(drawn, xy)
    parts = cut_at_overlaps(once, xy)
    pieces = once if parts is once else one_each(parts, xy)
    area = _area_class((xy[pieces.a] + xy[pieces.b]) / 2, villages)
    key = _half_keys(pieces, area)
    half, first = chained(pieces, key, len(xy)) if merge else unchained(pieces)

    back = (half & 1).astype(bool)
    start = np.where(back, pieces.b[half >> 1], pieces.a[half >> 1])
    end = np.where(back, pieces.a[half >> 1], pieces.b[half >> 1])
    last = np.append(first[1:], len(half)) - 1
    used, ends = np.unique(np.concatenate([start[first], end[last]]), return_inverse=True)
    lead, turned = half[first] >> 1, back[first]  # the first piece of each edge speaks for all
    limit = pieces.limit_kph[lead]
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lead)),
            "begin_share": 0.0,
            "end_share": 1.0,
            "u": ends[: len(lead)].astype(np.int64),
            "v": ends[len(lead) :].astype(np.int64),
            "forward": pieces.forward[lead],
            "backward": pieces.backward[lead],
            "length_m": np.add.reduceat(pieces.length_m[half >> 1], first),
            "highway": np.array(CLASSES, dtype=object)[pieces.highway[lead]],
            "area_class": np.array(AREA_CLASSES, dtype=object)[area[lead]],
            "limit_forward_kph": np.where(turned, limit[:, 1], limit[:, 0]),
            "limit_backward_kph": np.where(turned, limit[:, 0], limit[:, 1]),
            "joinable": pieces.joinable[lead],
            "bridge": pieces.bridge[lead],
            "name": pd.Series(pieces.name[lead], dtype=object),
        },
        geometry=_lines(xy, start, end[last], first),
        crs=crs,
    )
    edges = with_parts(with_speeds(edges, response))
    edges = edges.assign(main_as_read=edges["main"])
    unknown_share = float(pieces.length_m[~pieces.known].sum() / pieces.length_m.sum())
    note = note_of(edges, len(used), unknown_share, ways.dropped)
    return Network(
        crs=crs,
        node_x=xy[used, 0],
        node_y=xy[used, 1],
        edges=edges,
        note=note,
        quality=(
            *ways.quality,
            *ignored,
            *_without_length(without_length(ways, xy), file),
            *_drawn_twice(len(drawn) - len(once) + len(parts) - len(pieces), drawn, pieces, file),
            *_quality(note, file),
        ),
    )


def _no_road(ways: Ways, file: str) -> Problem:
    dropped = listed(ways.dropped)
    values = {"dropped": dropped if ways.dropped else "-"}
    return Problem("network.no_drivable_road", values=values, file=file)


def _limits(table: pd.DataFrame, file: str) -> tuple[FloatArray, tuple[Problem, ...]]:
    """Return the limits of each way along and against its drawing, and what could not be read.

    km/h, infinite where there is none. What is said of a direction counts there instead of what
    is said of both.
    """
    columns = {name: table[name].astype(str) for name in _LIMIT_COLUMNS}
    words = sorted(set().union(*(column.unique() for column in columns.values())))
    kph = {word: maxspeed_kph(word) for word in words}
    read = {word: np.inf if limit is None else limit for word, limit in kph.items()}
    both, forward, backward = (column.map(read).to_numpy(float) for column in columns.values())
    stated_words = [word for word, limit_kph in kph.items() if word and limit_kph is not None]
    stated = [columns[name].isin(stated_words).to_numpy() for name in _LIMIT_COLUMNS[1:]]
    limit = np.column_stack(
        [np.where(stated[0], forward, both), np.where(stated[1], backward, both)]
    )
    bad = [word for word, limit_kph in kph.items() if limit_kph is None]
    if not bad:
        return limit, ()
    count = int(np.any([column.isin(bad) for column in columns.values()], axis=0).sum())
    named = ", ".join(f"“{shown(word)}”" for word in bad[:8]) + (" …" if len(bad) > 8 else "")
    values = {"count": count, "shown": named}
    problem = Problem(
        "network.maxspeed_ignored", level="note", values=values, file=file, count=count
    )
    return limit, (problem,)


def _half_keys(pieces: Pieces, area: IntArray) -> IntArray:
    """Return for each half of each piece what must be alike where edges are chained."""
    directions = np.column_stack([pieces.forward, pieces.backward])
    both = key_of(
        pieces.highway, area, pieces.bridge, pieces.joinable, pd.factorize(pieces.name)[0]
    )
    return key_of(
        np.repeat(both, 2),
        directions.ravel(),
        directions[:, ::-1].ravel(),
        pieces.limit_kph.ravel(),
        pieces.limit_kph[:, ::-1].ravel(),
    )


def _without_length(count: int, file: str) -> tuple[Problem, ...]:
    """Tell of roads that are left out because they lead nowhere."""
    values = {"count": count}
    problem = Problem("network.no_length", level="note", values=values, file=file, count=count)
    return (problem,) if count else ()


def _drawn_twice(count: int, drawn: Pieces, pieces: Pieces, file: str) -> tuple[Problem, ...]:
    """Tell how much road is drawn more than once."""
    if not count:
        return ()
    metres = float(drawn.length_m.sum() - pieces.length_m.sum())
    values = {"count": count, "km": f"{metres / 1000:,.1f}"}
    return (Problem(DRAWN_TWICE, level="note", values=values, file=file, count=count),)


def _area_class(middle: FloatArray, villages: gpd.GeoDataFrame) -> IntArray:
    """Return the area class (position in `AREA_CLASSES`) of the village nearest to each place."""
    points = shapely.get_coordinates(np.asarray(villages.geometry.array))
    urban = villages["area_class"].to_numpy() == "urban"
    nearest = cKDTree(points).query(middle)[1]
    return np.where(urban[nearest], 0, 1).astype(np.int64)


def _lines(
    xy: FloatArray, start: IntArray, last_vertex: IntArray, first: IntArray
) -> npt.NDArray[np.object_]:
    """Return the LineString of each edge: the start of each of its pieces, then its end."""
    count = np.diff(np.append(first, len(start)))
    vertex = np.insert(start, first[1:], last_vertex[:-1])
    vertex = np.append(vertex, last_vertex[-1])
    lines = shapely.linestrings(xy[vertex], indices=np.repeat(np.arange(len(count)), count + 1))
    return np.asarray(lines, dtype=object)


def _quality(note: NetworkNote, file: str) -> tuple[Problem, ...]:
    problems = [*parts_quality(note, file)]
    if note.unknown_class_share > 0:
        problems.append(
            Problem(
                "network.unknown_class_share",
                level="warning",
                values={"share": share_text(note.unknown_class_share)},
                file=file,
            )
        )
    for reason, code in (("ferry", "network.ferries"), ("access", "network.closed")):
        if count := note.dropped.get(reason, 0):
            problems.append(
                Problem(code, level="note", values={"count": count}, file=file, count=count)
            )
    others = {k: n for k, n in note.dropped.items() if k not in {"ferry", "access"}}
    if others:
        order = sorted(others.items(), key=lambda item: (-item[1], item[0]))
        values = {
            "count": sum(others.values()),
            "shown": listed(dict(order[:12])),
            "more": " …" if len(order) > 12 else "",
        }
        problems.append(
            Problem(
                "network.not_drivable",
                level="note",
                values=values,
                file=file,
                count=sum(others.values()),
            )
        )
    return tuple(problems)
