"""What is added to the built roads: roundabouts, a ferry, ways that no car may take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from demo.main_roads import EAST_RING, NORTH_RING, YINGFENG
from demo.mesh import ISLAND_VILLAGE
from demo.minor_roads import Road
from demo.osm_file import with_roundabout
from demo.people import Village
from demo.plane import Array, LonLat, to_xy

ROUNDABOUTS: Final[dict[str, LonLat]] = {
    "北环岛": NORTH_RING, "东环岛": EAST_RING, "迎风环岛": YINGFENG,
}  # fmt: skip


def finish_roads(roads: Sequence[Road], villages: Sequence[Village]) -> list[Road]:
    """Return `roads` with roundabouts, the island's ferry and some closed lanes."""
    done = list(roads)
    for name, lonlat in ROUNDABOUTS.items():
        done = with_roundabout(done, _junction(done, to_xy([lonlat])[0]), name)
    done.append(_ferry(done, villages))
    return _closed(done)


def _junction(roads: Sequence[Road], spot: Array) -> int:
    ends = _ends(roads)
    meets = Counter(node for road in roads for node in (road.u, road.v))
    crossings = [node for node in sorted(ends) if meets[node] >= 3]
    return min(crossings, key=lambda node: float(np.hypot(*(ends[node] - spot))))


def _ends(roads: Sequence[Road]) -> dict[int, Array]:
    return {
        node: point
        for road in roads
        for node, point in ((road.u, road.points[0]), (road.v, road.points[-1]))
    }


def _ferry(roads: Sequence[Road], villages: Sequence[Village]) -> Road:
    """Return the ferry from the island's road to the nearest bank to the north."""
    home = next(village for village in villages if village.name == ISLAND_VILLAGE)
    here = np.array([home.x, home.y])
    ends = _ends(roads)
    near = min(sorted(ends), key=lambda node: float(np.hypot(*(ends[node] - here))))
    island = {near}
    while (
        grown := {
            node
            for road in roads
            if road.u in island or road.v in island
            for node in (road.u, road.v)
        }
        - island
    ):
        island |= grown
    bank = min(
        (node for node in sorted(ends) if node not in island),
        key=lambda node: float(np.hypot(*(ends[node] - ends[near]))),
    )
    return Road(
        near,
        bank,
        np.vstack([ends[near][None, :], ends[bank][None, :]]),
        {"route": "ferry", "name": "五房洲渡口", "motor_vehicle": "no"},
    )


def _closed(roads: Sequence[Road]) -> list[Road]:
    """Of the dead-end service roads close every fourth, and make every fourth a footway."""
    done, seen = [], 0
    meets = Counter(node for road in roads for node in (road.u, road.v))
    for road in roads:
        tags = road.tags
        if tags.get("highway") == "service" and 1 in (meets[road.u], meets[road.v]):
            seen += 1
            if seen % 4 == 0:
                tags = {**tags, "access": "private"}
            elif seen % 4 == 2:
                tags = {"highway": "footway"}
        done.append(Road(road.u, road.v, road.points, tags))
    return done
