"""From ways to a directed network: speeds, merged chains, components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from coverage.county.config import ResponseParameters
from coverage.county.files import shown
from coverage.crs import WGS84
from coverage.errors import InputError, Problem
from coverage.messages import per_cent
from coverage.network.model import FloatArray, IntArray, Network, NetworkNote
from coverage.network.speeds import AREA_CLASSES, edge_speed_kph, speed_table
from coverage.network.tags import CLASSES, maxspeed_kph
from coverage.network.ways import Ways
from coverage.network.words import listed

BoolArray = npt.NDArray[np.bool_]

OFF_MAIN: Final = "network.off_main"
_MANY_OFF_MAIN_SHARE: Final = 0.02
M_PER_MIN_AT_1_KPH: Final = 1000 / 60


@dataclass(frozen=True)
class _Segments:
    """Straight pieces between neighbouring vertices; a one-way piece runs from `a` to `b`."""

    a: IntArray
    b: IntArray
    way: IntArray
    forward: BoolArray
    backward: BoolArray
    length_m: FloatArray


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

    Every straight piece between neighbouring vertices gets its speed first; then pieces that meet
    where nothing else does are merged if class, area class, limit, directions, bridge and name
    are the same, so that time is proportional to length on each edge and no time changes,
    whatever the speeds by class are (`coverage.network.respeed` rests on this).

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
    table_kph = speed_table(response)
    if ways.table.empty:
        raise InputError([_no_road(ways, file)])
    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(ways.lon, ways.lat)
    xy = np.column_stack([x, y])
    segments = _segments(ways, xy)
    if not len(segments.a):
        raise InputError([_no_road(ways, file)])

    attributes = ways.table
    number = {name: position for position, name in enumerate(CLASSES)}
    highway = np.array([number[name] for name in attributes["highway"]], dtype=np.int64)
    limit, ignored = _limits(attributes["maxspeed"], file)
    middle = (xy[segments.a] + xy[segments.b]) / 2
    area = _area_class(middle, villages)
    speed = edge_speed_kph(
        table_kph, area, highway[segments.way], limit[segments.way], response.speed_factor
    )
    name = pd.factorize(attributes["name"])[0]
    key = _key(
        highway[segments.way],
        area,
        limit[segments.way],
        segments.forward & segments.backward,
        attributes["bridge"].to_numpy()[segments.way],
        name[segments.way],
    )
    half, chain_first = _chains(segments, key, len(xy)) if merge else _unmerged(segments)

    lead = half[chain_first] >> 1  # the first piece of each edge speaks for all
    start = np.where(half & 1, segments.b[half >> 1], segments.a[half >> 1])
    end = np.where(half & 1, segments.a[half >> 1], segments.b[half >> 1])
    last = np.append(chain_first[1:], len(half)) - 1
    used, ends = np.unique(np.concatenate([start[chain_first], end[last]]), return_inverse=True)
    u, v = ends[: len(lead)], ends[len(lead) :]
    length_m = np.add.reduceat(segments.length_m[half >> 1], chain_first)
    edges = gpd.GeoDataFrame(
        {
            "u": u.astype(np.int64),
            "v": v.astype(np.int64),
            "forward": segments.forward[lead],
            "backward": segments.backward[lead],
            "length_m": length_m,
            "highway": np.array(CLASSES, dtype=object)[highway[segments.way[lead]]],
            "area_class": np.array(AREA_CLASSES, dtype=object)[area[lead]],
            "limit_kph": limit[segments.way[lead]],
            "speed_kph": speed[lead],
            "drive_min": length_m / (speed[lead] * M_PER_MIN_AT_1_KPH),
            "bridge": attributes["bridge"].to_numpy()[segments.way[lead]],
            "name": pd.Series(
                attributes["name"].to_numpy(dtype=object)[segments.way[lead]], dtype=object
            ),
            "component": components_of(u, v, length_m, len(used)),
        },
        geometry=_lines(xy, start, end[last], chain_first),
        crs=crs,
    )
    unknown = ~attributes["known"].to_numpy()[segments.way]
    unknown_share = float(segments.length_m[unknown].sum() / segments.length_m.sum())
    note = note_of(edges, len(used), unknown_share, ways.dropped)
    return Network(
        crs=crs,
        node_x=xy[used, 0],
        node_y=xy[used, 1],
        edges=edges,
        note=note,
        quality=(*ways.quality, *ignored, *_quality(note, file)),
    )


def _no_road(ways: Ways, file: str) -> Problem:
    dropped = listed(ways.dropped)
    values = {"dropped": dropped if ways.dropped else "-"}
    return Problem("network.no_drivable_road", values=values, file=file)


def _segments(ways: Ways, xy: FloatArray) -> _Segments:
    """Cut ways at every vertex; vertices on one spot become one, pieces without length go."""
    sizes = np.diff(ways.first)
    way = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    inside = way[1:] == way[:-1]
    a, b, way = ways.vertex[:-1][inside], ways.vertex[1:][inside], way[1:][inside]
    length = np.hypot(*(xy[a] - xy[b]).T)
    still = (length == 0) & (a != b)
    if still.any():
        n = len(xy)
        links = coo_array((np.ones(int(still.sum()), dtype=bool), (a[still], b[still])), (n, n))
        group = connected_components(links, directed=False)[1]
        spot = np.unique(group, return_index=True)[1][group]
        a, b = spot[a], spot[b]
    kept = length > 0
    a, b, way, length = a[kept], b[kept], way[kept], length[kept]
    forward = ways.table["forward"].to_numpy()[way]
    backward = ways.table["backward"].to_numpy()[way]
    against = backward & ~forward
    a, b = np.where(against, b, a), np.where(against, a, b)
    return _Segments(a, b, way, forward | against, backward & ~against, length)


def _limits(maxspeed: pd.Series[str], file: str) -> tuple[FloatArray, tuple[Problem, ...]]:
    """Return the limit of each way, km/h (infinite where none), and what could not be read."""
    codes, words = pd.factorize(maxspeed)
    parsed = [maxspeed_kph(str(word)) for word in words]
    limit = np.array([np.inf if kph is None else kph for kph in parsed])[codes]
    bad = sorted({str(word) for word, kph in zip(words, parsed, strict=True) if kph is None})
    if not bad:
        return limit, ()
    count = int(maxspeed.isin(bad).sum())
    named = ", ".join(f"“{shown(word)}”" for word in bad[:8]) + (" …" if len(bad) > 8 else "")
    values = {"count": count, "shown": named}
    problem = Problem(
        "network.maxspeed_ignored", level="note", values=values, file=file, count=count
    )
    return limit, (problem,)


def _area_class(middle: FloatArray, villages: gpd.GeoDataFrame) -> IntArray:
    """Return the area class (position in `AREA_CLASSES`) of the village nearest to each place."""
    points = shapely.get_coordinates(np.asarray(villages.geometry.array))
    urban = villages["area_class"].to_numpy() == "urban"
    nearest = cKDTree(points).query(middle)[1]
    return np.where(urban[nearest], 0, 1).astype(np.int64)


def _key(*columns: npt.NDArray[np.generic]) -> IntArray:
    """Return one number for each combination of the columns' values."""
    key: IntArray = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes = np.unique(column, return_inverse=True)[1].astype(np.int64)
        key = np.unique(key * (codes.max() + 1) + codes, return_inverse=True)[1].astype(np.int64)
    return key


def _unmerged(segments: _Segments) -> tuple[IntArray, IntArray]:
    halves = 2 * np.arange(len(segments.a), dtype=np.int64)
    return halves, np.arange(len(halves), dtype=np.int64)


def _chains(segments: _Segments, key: IntArray, n_vertices: int) -> tuple[IntArray, IntArray]:
    """Chain pieces through vertices where exactly two alike meet.

    A piece ``s`` can be run from `a` to `b` (half ``2 s``) or back (half ``2 s + 1``). Each half
    points to the half that goes on at its end, if the vertex is a mere bend; pointer doubling
    then finds the last half of every chain and the number of steps to it. Every chain turns up
    twice, once a direction; the one that runs its lowest piece from `a` to `b` is kept.

    Returns
    -------
    tuple
        The halves of all edges in order, and where each edge begins among them.
    """
    n = len(segments.a)
    tail = np.column_stack([segments.a, segments.b]).ravel()  # vertex where each half begins
    order = np.argsort(tail, kind="stable")
    degree = np.bincount(tail, minlength=n_vertices)
    slot = np.concatenate([[0], np.cumsum(degree)])
    bend = np.flatnonzero(degree == 2)
    one, two = order[slot[bend]], order[slot[bend] + 1]  # the two halves that leave the bend
    alike = (key[one >> 1] == key[two >> 1]) & (one >> 1 != two >> 1)
    one_way = ~(segments.forward & segments.backward)[one >> 1]
    alike &= ~one_way | ((one & 1) != (two & 1))  # one-ways: one comes in, the other goes out
    one, two = one[alike], two[alike]
    one, two = _open_rings(one, two, n)

    here = np.arange(2 * n, dtype=np.int64)
    follow = here.copy()
    follow[one ^ 1] = two  # arriving by the reverse of one half goes on by the other
    follow[two ^ 1] = one
    steps = (follow != here).astype(np.int64)
    while True:
        further = follow[follow]
        if np.array_equal(further, follow):
            break
        steps += steps[follow]
        follow = further
    lowest = np.full(2 * n, 2 * n, dtype=np.int64)
    np.minimum.at(lowest, follow, here >> 1)
    lowest = lowest[follow]
    kept = follow[2 * lowest] == follow
    halves, lowest, steps = here[kept], lowest[kept], steps[kept]
    order = np.lexsort((-steps, lowest))
    halves, lowest = halves[order], lowest[order]
    first = np.flatnonzero(np.append(True, lowest[1:] != lowest[:-1]))
    return halves, first


def _open_rings(one: IntArray, two: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Leave out one bend of every chain that closes on itself without a junction."""
    links = coo_array((np.ones(len(one), dtype=bool), (one >> 1, two >> 1)), (n, n))
    count, group = connected_components(links, directed=False)
    bends = np.bincount(group[one >> 1], minlength=count)
    ring = bends == np.bincount(group, minlength=count)
    in_ring = np.flatnonzero(ring[group[one >> 1]])
    opened = in_ring[np.unique(group[one[in_ring] >> 1], return_index=True)[1]]
    return np.delete(one, opened), np.delete(two, opened)


def _lines(
    xy: FloatArray, start: IntArray, last_vertex: IntArray, first: IntArray
) -> npt.NDArray[np.object_]:
    """Return the LineString of each edge: the start of each of its pieces, then its end."""
    count = np.diff(np.append(first, len(start)))
    vertex = np.insert(start, first[1:], last_vertex[:-1])
    vertex = np.append(vertex, last_vertex[-1])
    lines = shapely.linestrings(xy[vertex], indices=np.repeat(np.arange(len(count)), count + 1))
    return np.asarray(lines, dtype=object)


def components_of(u: IntArray, v: IntArray, length_m: FloatArray, n_nodes: int) -> IntArray:
    """Return the component of each edge, numbered from the longest.

    Parameters
    ----------
    u, v
        The ends of each edge, among the nodes 0 to `n_nodes` - 1.
    """
    links = coo_array((np.ones(len(u), dtype=bool), (u, v)), (n_nodes, n_nodes))
    count, of_node = connected_components(links, directed=False)
    total = np.bincount(of_node[u], weights=length_m, minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-total, kind="stable")] = np.arange(count)
    component: IntArray = rank[of_node[u]]
    return component


def note_of(
    edges: gpd.GeoDataFrame, n_nodes: int, unknown_share: float, dropped: dict[str, int]
) -> NetworkNote:
    """Return the counts of a network whose edges have their components."""
    length = edges["length_m"].to_numpy()
    by_class = edges["length_m"].groupby(edges["highway"]).sum() / 1000
    return NetworkNote(
        nodes=n_nodes,
        edges=len(edges),
        length_km={c: float(by_class[c]) for c in CLASSES if c in by_class.index},
        components=int(edges["component"].max()) + 1,
        off_main_share=float(length[edges["component"].to_numpy() > 0].sum() / length.sum()),
        unknown_class_share=unknown_share,
        imputed_speeds=0,
        dropped=dropped,
    )


def off_main_quality(note: NetworkNote, file: str) -> tuple[Problem, ...]:
    """Return what is to be said of parts that are not connected to the main network."""
    if note.components <= 1:
        return ()
    return (
        Problem(
            OFF_MAIN,
            level="warning" if note.off_main_share > _MANY_OFF_MAIN_SHARE else "note",
            values={"parts": note.components - 1, "share": per_cent(note.off_main_share)},
            file=file,
            count=note.components - 1,
        ),
    )


def _quality(note: NetworkNote, file: str) -> tuple[Problem, ...]:
    problems = [*off_main_quality(note, file)]
    if note.unknown_class_share > 0:
        problems.append(
            Problem(
                "network.unknown_class_share",
                level="warning",
                values={"share": per_cent(note.unknown_class_share)},
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
