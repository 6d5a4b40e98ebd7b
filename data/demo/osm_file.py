"""Roads as an OpenStreetMap file: junctions, roundabouts, ways, the pbf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import osmium

from demo.minor_roads import Road
from demo.plane import ZIYANG, Array, Plane, to_lonlat

FIRST_NODE: Final = 1_000_000
FIRST_WAY: Final = 500_000
LONGEST_WAY: Final = 120
CIRCLE_M: Final = 32.0

Way = tuple[tuple[tuple[float, float], ...], dict[str, str]]


def with_roundabout(roads: Sequence[Road], node: int, name: str) -> list[Road]:
    """Return `roads` with a circle, driven counter-clockwise, in place of the junction `node`."""
    fresh = max(max(road.u, road.v) for road in roads) + 1
    others = [road for road in roads if node not in (road.u, road.v)]
    arms = []
    for road in roads:
        if node not in (road.u, road.v):
            continue
        outward = road.points if road.u == node else road.points[::-1]
        centre = outward[0]
        rest = outward[1:][np.hypot(*(outward[1:] - centre).T) > CIRCLE_M + 5]
        ahead = rest[0] - centre
        bearing = float(np.arctan2(ahead[1], ahead[0]))
        arms.append((bearing, road, centre, rest))
    arms.sort(key=lambda arm: arm[0])
    bearings = [arm[0] for arm in arms]
    rim = [
        np.round(centre + CIRCLE_M * np.array([np.cos(b), np.sin(b)]), 1)
        for b, _, centre, _ in arms
    ]
    for index, (_, road, _, rest) in enumerate(arms):
        points = np.vstack([rim[index][None, :], rest])
        if road.u == node:
            others.append(Road(fresh + index, road.v, points, road.tags))
        else:
            others.append(Road(road.u, fresh + index, points[::-1], road.tags))
    for index, (bearing, _, centre, _) in enumerate(arms):
        after = (index + 1) % len(arms)
        turn = (bearings[after] - bearing) % (2 * np.pi)
        inner = bearing + turn * np.array([0.25, 0.5, 0.75])
        arc = np.round(centre + CIRCLE_M * np.column_stack([np.cos(inner), np.sin(inner)]), 1)
        others.append(
            Road(
                fresh + index,
                fresh + after,
                np.vstack([rim[index][None, :], arc, rim[after][None, :]]),
                {"highway": "primary", "junction": "roundabout", "oneway": "yes", "name": name},
            )
        )
    return others


def as_ways(roads: Sequence[Road], plane: Plane = ZIYANG) -> list[Way]:
    """Join roads of the same tags that run on into each other; degrees, as OSM ways."""
    by_tags: dict[tuple[tuple[str, str], ...], list[Road]] = defaultdict(list)
    for road in roads:
        by_tags[tuple(sorted(road.tags.items()))].append(road)
    ways: list[Way] = []
    for tags in sorted(by_tags):
        for points in _joined(by_tags[tags], one_way="oneway" in dict(tags)):
            degrees = to_lonlat(points, 7, plane)
            ways.append((tuple((float(x), float(y)) for x, y in degrees), dict(tags)))
    return ways


def _joined(roads: list[Road], *, one_way: bool) -> list[Array]:
    """Chain the roads through the nodes where just two of them meet."""
    ends: dict[int, list[int]] = defaultdict(list)
    for index, road in enumerate(roads):
        ends[road.u].append(index)
        ends[road.v].append(index)
    used: set[int] = set()
    found: list[Array] = []
    for start in range(len(roads)):
        if start in used:
            continue
        used.add(start)
        points, first, last = roads[start].points, roads[start].u, roads[start].v
        for backwards in (False, True):
            if backwards:
                if one_way:
                    break
                points, first, last = points[::-1], last, first
            while len(ends[last]) == 2 and len(points) < LONGEST_WAY and first != last:
                following = [index for index in ends[last] if index not in used]
                if not following or (one_way and roads[following[0]].u != last):
                    break
                road = roads[following[0]]
                used.add(following[0])
                onward = road.points if road.u == last else road.points[::-1]
                points = np.vstack([points, onward[1:]])
                last = road.v if road.u == last else road.u
        found.append(points)
    return found


def write_pbf(ways: Sequence[Way], path: Path) -> None:
    """Write `ways`; nodes are numbered from south-west to north-east, ways in their order."""
    places = sorted({place for points, _ in ways for place in points})
    numbers = {place: FIRST_NODE + index for index, place in enumerate(places)}
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for place, number in numbers.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, version=1))
        for index, (points, tags) in enumerate(ways):
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=FIRST_WAY + index,
                    nodes=[numbers[place] for place in points],
                    tags=tags,
                    version=1,
                )
            )
