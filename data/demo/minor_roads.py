"""Which of the possible roads are built, and of what class: carved by cheapest paths."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree
from shapely.geometry import LineString

from demo.land import Land, inside
from demo.main_roads import Piece
from demo.mesh import ISLAND_VILLAGE
from demo.people import STREETS, ZONES, Village
from demo.plane import Array, crinkle

PULL: Final[dict[str, float]] = {
    "trunk": 0.35, "primary": 0.38, "secondary": 0.42, "tertiary": 0.5, "unclassified": 0.6,
}  # fmt: skip


@dataclass
class Road:
    """A stretch of road between two nodes of the web, its points from `u` to `v` in metres."""

    u: int
    v: int
    points: Array
    tags: dict[str, str] = field(default_factory=dict)


def build_roads(
    graph: nx.Graph,
    xy: Array,
    land: Land,
    pieces: Sequence[Piece],
    villages: Sequence[Village],
    rng: np.random.Generator,
) -> list[Road]:
    """Return every road of the county, ordered, without ids."""
    for _, _, edge in graph.edges(data=True):
        if "piece" in edge:
            edge["tags"] = _main_tags(pieces[edge["piece"]])
    _drop_strays(graph, xy, villages)
    _link_villages(graph, xy, villages, rng)
    _town_streets(graph)
    _thin(graph, rng)
    _field_roads(graph, rng)
    _join_up(graph)
    in_hills = inside(land.hills, xy)
    wet = land.wet.buffer(4)
    roads = []
    for u, v, edge in sorted(graph.edges(data=True), key=lambda item: sorted(item[:2])):
        u, v = sorted((u, v))
        points = xy[[u, v]]
        if "piece" not in edge and in_hills[u] and in_hills[v]:
            bent = crinkle(points, 0.09, 2, rng)
            if not LineString(bent).intersects(wet):
                points = bent
        tags = dict(edge["tags"])
        if "one_way" in edge:
            tags["oneway"] = "yes" if edge["one_way"] == 1 else "-1"
        roads.append(Road(u, v, points, tags))
    return roads

    return LineString(points)


def _main_tags(piece: Piece) -> dict[str, str]:
    road = piece.road
    tags = {"highway": road.highway, "name": road.name}
    if road.ref:
        tags["ref"] = road.ref
    if road.maxspeed:
        tags["maxspeed"] = road.maxspeed
    if piece.bridge:
        tags |= {"bridge": "yes", "bridge:name": piece.bridge, "layer": "1"}
        tags["name"] = piece.bridge
    return tags


def _drop_strays(graph: nx.Graph, xy: Array, villages: Sequence[Village]) -> None:
    """Keep the main component and the island's."""
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    island = next(v for v in villages if v.name == ISLAND_VILLAGE)
    spot = cKDTree(xy).query((island.x, island.y))[1]
    for part in parts[1:]:
        if spot not in part:
            graph.remove_nodes_from(part)
    for _, _, edge in graph.edges(nx.node_connected_component(graph, spot), data=True):
        edge["tags"] = {"highway": "unclassified"}


def _link_villages(
    graph: nx.Graph, xy: Array, villages: Sequence[Village], rng: np.random.Generator
) -> None:
    """Lead a road from each village to its neighbours along the cheapest way."""
    nodes = np.array(sorted(graph.nodes))
    tree = cKDTree(xy[nodes])
    rural = [v for v in villages if v.unit not in STREETS | ZONES and v.name != ISLAND_VILLAGE]
    home = {v.code: int(nodes[tree.query((v.x, v.y))[1]]) for v in rural}
    web = nx.Graph()
    for a in rural:
        near = sorted(rural, key=lambda b, a=a: np.hypot(a.x - b.x, a.y - b.y))[1:5]
        for b in near:
            web.add_edge(a.code, b.code, km=np.hypot(a.x - b.x, a.y - b.y) / 1000)
    kept = nx.minimum_spanning_tree(web, weight="km")
    short = {v.code: v.name[0] for v in rural}
    links = sorted(
        (edge["km"], *sorted((a, b)), kept.has_edge(a, b)) for a, b, edge in web.edges(data=True)
    )
    for km, a, b, needed in links:
        if not needed and (km > 4.0 or rng.random() < 0.5):
            continue
        highway = "tertiary" if rng.random() < 0.3 else "unclassified"
        path = nx.dijkstra_path(graph, home[a], home[b], weight=_cost)
        for u, v in itertools.pairwise(path):
            edge = graph.edges[u, v]
            if "tags" not in edge:
                edge["tags"] = {"highway": highway, "name": f"{short[a]}{short[b]}线"}


def _cost(_u: int, _v: int, edge: dict[str, Any]) -> float:
    if "tags" in edge:
        return float(edge["length_m"] * PULL[edge["tags"]["highway"]])
    line = edge.get("line")
    if line and line[0] in ("west", "east") and line[2] % 3 == 0:
        return float(edge["length_m"] * 0.75)
    return float(edge["length_m"])


def _town_streets(graph: nx.Graph) -> None:
    """Class the lattice lines of the town: some through streets, some one-way."""
    for _, _, edge in graph.edges(data=True):
        line = edge.get("line")
        if "tags" in edge or not line or line[0] not in ("town", "suburb"):
            continue
        lattice, direction, number = line
        town = lattice == "town"
        word = {"row": "横街", "column": "直街"}[direction]
        if number % (5 if town else 4) == 0:
            edge["tags"] = {
                "highway": "tertiary",
                "name": f"{'东西' if word == '横街' else '南北'}{number % 40 + 1}路",
            }
        else:
            edge["tags"] = {"highway": "residential"}
            if town:
                edge["tags"]["name"] = f"第{number % 60 + 1}{word}"
            if town and number % 10 in (2, 3):
                edge["one_way"] = 1 if number % 10 == 2 else -1


KEEP: Final[dict[str, float]] = {
    "town": 0.94, "suburb": 0.86, "hamlet": 0.82, "west": 0.78, "east": 0.80, "hills": 0.66,
    "main": 0.62,
}  # fmt: skip
FIELD: Final[dict[str, float]] = {"unclassified": 0.62, "service": 0.26, "track": 0.12}


def _kind(graph: nx.Graph, u: int, v: int) -> str:
    origins = sorted({graph.nodes[u]["origin"].rstrip("0123456789"), _origin(graph, v)})
    return origins[0] if len(origins) == 1 or origins[1] == "main" else origins[1]


def _origin(graph: nx.Graph, node: int) -> str:
    return str(graph.nodes[node]["origin"].rstrip("0123456789"))


def _thin(graph: nx.Graph, rng: np.random.Generator) -> None:
    """Leave out some of the roads that nothing needs, and most of the stumps this leaves."""
    spare = sorted(tuple(sorted((u, v))) for u, v, e in graph.edges(data=True) if "tags" not in e)
    for u, v in spare:
        if rng.random() > KEEP[_kind(graph, u, v)]:
            graph.remove_edge(u, v)
    for _ in range(4):
        stumps = [n for n in sorted(graph.nodes) if graph.degree(n) == 1]
        for node in stumps:
            (other,) = graph[node] or (None,)
            if other is not None and "tags" not in graph.edges[node, other] and rng.random() < 0.7:
                graph.remove_edge(node, other)
    served = [
        part
        for part in nx.connected_components(graph)
        if any("tags" in edge for _, _, edge in graph.edges(part, data=True))
    ]
    keep = set().union(*served)
    graph.remove_nodes_from([node for node in graph.nodes if node not in keep])


def _field_roads(graph: nx.Graph, rng: np.random.Generator) -> None:
    """Class what is left: lanes of hamlets, field roads of a class a line, hill roads."""
    by_line: dict[object, str] = {}
    names, chances = list(FIELD), list(FIELD.values())
    for u, v in sorted(tuple(sorted(edge)) for edge in graph.edges):
        edge = graph.edges[u, v]
        if "tags" in edge:
            continue
        kind = _kind(graph, u, v)
        if kind in ("town", "suburb", "hamlet"):
            highway = "service" if rng.random() < 0.12 else "residential"
        else:
            highway = names[int(rng.choice(len(names), p=chances))]
            line = edge.get("line")
            if line:
                highway = by_line.setdefault(line, highway)
        edge["tags"] = {"highway": highway}


def _join_up(graph: nx.Graph) -> None:
    """Pave the tracks that a part of the county hangs on, and free one-way traps."""
    main = max(nx.connected_components(graph), key=len)
    while True:
        paved = nx.Graph(
            (u, v) for u, v, e in graph.edges(data=True) if e["tags"]["highway"] != "track"
        )
        parts = sorted(nx.connected_components(paved), key=lambda part: (-len(part), min(part)))
        adrift = next((part for part in parts[1:] if min(part) in main), None)
        if adrift is None:
            break
        ways = nx.multi_source_dijkstra_path(graph, parts[0], weight="length_m")
        way = ways[min(adrift)]
        for u, v in itertools.pairwise(way):
            if graph.edges[u, v]["tags"]["highway"] == "track":
                graph.edges[u, v]["tags"] = {"highway": "unclassified"}
    while True:
        directed = nx.DiGraph()
        for u, v, edge in graph.edges(data=True):
            if edge["tags"]["highway"] == "track":
                continue
            low, high = sorted((u, v))
            if edge.get("one_way", 1) == 1:
                directed.add_edge(low, high)
            if edge.get("one_way", -1) == -1:
                directed.add_edge(high, low)
        free = max(nx.strongly_connected_components(directed), key=len)
        traps = [
            edge
            for u, v, edge in graph.edges(data=True)
            if "one_way" in edge and not (u in free and v in free)
        ]
        for edge in traps:
            del edge["one_way"]
        if not traps:
            return
