"""The measure of time once more, with networkx and plain shapely.

Nothing of ``coverage.travel`` is used, nor of ``coverage.network`` but the table of edges: each
point joins the road that a comparison with every road gives, the main part is that of networkx's
strongly connected components, and every point is put into a networkx graph as a node of its own.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.county.config import ResponseParameters
from coverage.county.model import County
from coverage.network.model import Network
from coverage.network.tags import CLASSES

ON_NODE_M = 0.01
EQUALLY_NEAR_M = 0.001


def main_edges(network: Network) -> npt.NDArray[np.bool_]:
    """Return which edges are in the strongly connected part with most length of road."""
    graph = nx.DiGraph()
    edges = network.edges
    for edge in edges.itertuples():
        graph.add_nodes_from((edge.u, edge.v))
        if edge.forward:
            graph.add_edge(edge.u, edge.v)
        if edge.backward:
            graph.add_edge(edge.v, edge.u)
    part = {
        node: number
        for number, nodes in enumerate(nx.strongly_connected_components(graph))
        for node in nodes
    }
    of_edge = [part[u] if part[u] == part[v] else -1 for u, v in zip(edges.u, edges.v, strict=True)]
    length: dict[int, float] = defaultdict(float)
    for number, metres in zip(of_edge, edges.length_m, strict=True):
        if number >= 0:
            length[number] += metres
    if not length:
        return np.zeros(len(edges), dtype=bool)
    first = next(n for n in of_edge if n >= 0 and length[n] >= max(length.values()) - 0.01)
    return np.array(of_edge) == first


def main_as_read(network: Network, read: Network) -> npt.NDArray[np.bool_]:
    """Return which edges of an edited network are pieces of a main edge of the network as read."""
    main = main_edges(read)
    lines = np.array(read.edges.geometry, dtype=object)
    found = []
    for piece in network.edges.geometry:
        apart = [
            shapely.distance(lines, piece.interpolate(share, normalized=True))
            for share in (0.2, 0.5, 0.9)
        ]
        found.append(main[int(np.argmin(np.max(apart, axis=0)))])
    return np.array(found, dtype=bool)


def joined_edge(
    network: Network,
    point: shapely.Point,
    asked: ResponseParameters,
    main: npt.NDArray[np.bool_],
) -> tuple[int, float] | None:
    """Return the edge that a point joins and how far it is; None where there is none."""
    edges = network.edges
    lines = np.array(edges.geometry, dtype=object)
    distance = shapely.distance(lines, point)

    def nearest(allowed: npt.NDArray[np.bool_]) -> int | None:
        rows = np.flatnonzero(allowed)
        if not len(rows):
            return None
        rows = rows[distance[rows] <= distance[rows].min() + EQUALLY_NEAR_M]

        def preference(row: int) -> tuple[object, ...]:
            edge = edges.iloc[row]
            bounds = (round(v, 3) for v in lines[row].bounds)
            both_ways = bool(edge.forward and edge.backward)
            length = round(edge.length_m, 3)
            return (not main[row], not both_ways, CLASSES.index(edge.highway), *bounds, length)

        return int(min(rows.tolist(), key=preference))

    joinable = edges["joinable"].to_numpy(bool)
    row = nearest(joinable)
    if row is None:
        return None
    if not main[row]:
        other = nearest(joinable & main)
        if other is not None and distance[other] <= min(
            distance[row] + asked.next_road_m, asked.max_access_m
        ):
            row = other
    return (row, float(distance[row])) if distance[row] <= asked.max_access_m else None


def networkx_minutes(
    network: Network,
    points: Sequence[shapely.Point | None],
    facilities: Sequence[shapely.Point | None],
    asked: ResponseParameters,
    *,
    direction: str = "from_facility",
    read: Network | None = None,
) -> pd.DataFrame:
    """Recompute the minutes between every point and its quickest facility.

    `read` is the network before roads were closed, where some were: its main part is what places
    are moved to.

    Returns
    -------
    DataFrame
        One row a point: ``leaving_min``, ``drive_min``, ``access_min`` and their sum ``minutes``
        (NaN where unreachable), ``by_facility`` (dict of position to leaving and drive, for all
        facilities that reach it).
    """
    edges = network.edges
    lines = list(edges.geometry)
    main = main_edges(network) if read is None else main_as_read(network, read)
    placed: dict[int, list[tuple[float, object]]] = defaultdict(list)
    leg: dict[object, float] = {}
    for kind, group in (("p", points), ("f", facilities)):
        for i, point in enumerate(group):
            if point is None or point.is_empty:
                continue
            if found := joined_edge(network, point, asked, main):
                edge, metres = found
                placed[edge].append((lines[edge].project(point), (kind, i)))
                leg[kind, i] = metres / 1000 * asked.access_detour / asked.access_speed_kph * 60

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(network.node_x)))

    def arc(tail: object, head: object, minutes: float) -> None:
        if not graph.has_edge(tail, head) or graph[tail][head]["weight"] > minutes:
            graph.add_edge(tail, head, weight=minutes)

    for row, edge in enumerate(edges.itertuples()):
        there, back = edge.drive_forward_min, edge.drive_backward_min
        if edge.forward:
            arc(edge.u, edge.v, there)
        if edge.backward:
            arc(edge.v, edge.u, back)
        if row not in placed:
            continue
        length = lines[row].length
        stops = sorted(placed[row], key=lambda stop: stop[0])
        chain = [(0.0, edge.u), *stops, (length, edge.v)]
        for (at, tail), (then, head) in itertools.pairwise(chain):
            share = (then - at) / length
            if edge.forward or at == then:
                arc(tail, head, share * there)
            if edge.backward or at == then:
                arc(head, tail, share * back)
        for at, node in stops:  # on the node itself a one-way does not bind
            for end, gap in ((edge.u, at), (edge.v, length - at)):
                if gap <= ON_NODE_M:
                    arc(node, end, gap / length * there)
                    arc(end, node, gap / length * there)

    if direction == "to_facility":
        graph = graph.reverse()
    by_facility: list[dict[int, float]] = [{} for _ in points]
    for i in range(len(facilities)):
        if ("f", i) not in graph:
            continue
        for node, minutes in nx.single_source_dijkstra_path_length(graph, ("f", i)).items():
            if isinstance(node, tuple) and node[0] == "p":
                by_facility[node[1]][i] = minutes + leg["f", i]
    rows = []
    for i, found_by in enumerate(by_facility):
        if not found_by:
            rows.append((math.nan,) * 4)
            continue
        least = min(found_by.values())
        quickest = min(k for k, minutes in found_by.items() if minutes <= least + 1e-10)
        legs = (leg["f", quickest], found_by[quickest] - leg["f", quickest], leg["p", i])
        rows.append((*legs, sum(legs)))
    table = pd.DataFrame(rows, columns=["leaving_min", "drive_min", "access_min", "minutes"])
    return table.assign(by_facility=by_facility)


def networkx_response_min(county: County, network: Network) -> npt.NDArray[np.float64]:
    """Return each village's minutes until an ambulance comes (NaN where none can)."""
    answers = county.facilities[county.facilities["ambulances"].fillna(0).astype(float) > 0]
    answers = answers.sort_values("id", kind="stable")
    asked = county.config.response
    found = networkx_minutes(network, list(county.villages.geometry), list(answers.geometry), asked)
    return asked.turnout_min + found["minutes"].to_numpy(float)
