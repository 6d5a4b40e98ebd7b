"""How fast the sweep is: 100 stations over 500,000 nodes, beside networkx, scipy and OSMnx.

Run ``python -m bench.sweep`` (``--nodes`` and ``--stations`` make it smaller).
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np
import osmnx
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.plain_c import plain_c_sweep
from bench.roads import CRS_M, lattice_ways, scattered, villages
from coverage.county.config import ResponseParameters
from coverage.network.build import build_network
from coverage.network.model import FloatArray, IntArray, Network
from coverage.network.snap import leg_min, snap
from coverage.travel.bucket import prepare_kernel, sized_kernel
from coverage.travel.journey import starts_of
from coverage.travel.sweep import Arcs, Starts, arcs_of, scipy_kernel, sweep

ROUNDS = 5
NEEDED_RATIO = 10.0

T = TypeVar("T")


def timed(work: Callable[[], T], rounds: int = 1) -> tuple[T, float]:
    """Return what `work` gives and the least seconds of some rounds."""
    least = np.inf
    for _ in range(rounds):
        begin = time.perf_counter()
        result = work()
        least = min(least, time.perf_counter() - begin)
    return result, least


def networkx_graph(arcs: Arcs, starts: Starts) -> nx.DiGraph:
    """Return the same arcs, with the stations as nodes beyond the others."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(arcs.n_nodes))
    tail = np.repeat(np.arange(arcs.n_nodes), np.diff(arcs.first))
    graph.add_weighted_edges_from(
        zip(tail.tolist(), arcs.head.tolist(), arcs.minutes.tolist(), strict=True)
    )
    station = (starts.place + arcs.n_nodes).tolist()
    graph.add_weighted_edges_from(
        zip(station, starts.node.tolist(), starts.minutes.tolist(), strict=True)
    )
    return graph


def osmnx_graph(network: Network) -> nx.MultiDiGraph:
    """Return the network as OSMnx keeps it, with its speeds and travel times."""
    graph = nx.MultiDiGraph(crs=network.crs)
    places = zip(network.node_x.tolist(), network.node_y.tolist(), strict=True)
    graph.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in enumerate(places))
    columns = ["u", "v", "length_m", "highway", "speed_forward_kph", "forward", "backward"]
    for u, v, length, highway, kph, forward, backward in network.edges[columns].itertuples(
        index=False
    ):
        data = {"length": length, "highway": highway, "speed_kph": kph}
        if forward:
            graph.add_edge(u, v, **data)
        if backward:
            graph.add_edge(v, u, **data)
    return osmnx.routing.add_edge_travel_times(graph)


def scipy_matrix(arcs: Arcs, nodes: IntArray) -> FloatArray:
    """Return the least over a full matrix: a row of scipy's Dijkstra for each station."""
    graph = csr_array((arcs.minutes, arcs.head, arcs.first), shape=(arcs.n_nodes, arcs.n_nodes))
    least: FloatArray = dijkstra(graph, indices=nodes).min(axis=0)
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=520_000)
    parser.add_argument("--stations", type=int, default=100)
    given = parser.parse_args()

    ways = lattice_ways(given.nodes)
    network, building = timed(
        lambda: build_network(
            ways,
            crs=CRS_M,
            villages=villages(1000, given.nodes),
            response=ResponseParameters(),
        )
    )
    arcs, preparing = timed(lambda: arcs_of(network, "from_facility"))
    response = ResponseParameters(max_access_m=10_000)
    places = snap(network, scattered(given.stations, given.nodes), response)
    starts = starts_of(network, places, leg_min(places, response))
    print(f"{arcs.n_nodes:,} nodes, {len(arcs.head):,} arcs, {given.stations} stations")
    print(f"building the network {building:.2f} s, preparing its arcs {preparing:.2f} s (once)")

    prepare_kernel(arcs.n_nodes)
    ours, ours_s = timed(lambda: sweep(arcs, starts, sized_kernel), ROUNDS)
    by_scipy, scipy_s = timed(lambda: sweep(arcs, starts, scipy_kernel), ROUNDS)
    if not np.array_equal(ours.minutes, by_scipy.minutes):
        raise SystemExit("scipy has other minutes")
    rows = [("ours with scipy's kernel", scipy_s)]
    if (in_c := plain_c_sweep()) is not None:
        minutes, c_s = timed(lambda: in_c(arcs, starts), ROUNDS)
        if not np.array_equal(ours.minutes, minutes):
            raise SystemExit("plain C has other minutes")
        rows.append(("plain C, minutes only", c_s))
        print(
            f"ours takes {ours_s / c_s:.2f} times plain C, with scipy's kernel {scipy_s / c_s:.2f}"
        )

    graph = networkx_graph(arcs, starts)
    sources = {int(place) + arcs.n_nodes for place in starts.place}
    theirs, networkx_s = timed(lambda: nx.multi_source_dijkstra_path_length(graph, sources), ROUNDS)
    reached = np.array([node for node in theirs if node < arcs.n_nodes])
    off = np.abs(ours.minutes[reached] - [theirs[int(node)] for node in reached]).max()
    if len(reached) != np.isfinite(ours.minutes).sum() or off > 1e-6:
        raise SystemExit(f"networkx differs by {off} minutes")
    del theirs

    _, one_run_s = timed(
        lambda: dijkstra(
            csr_array((arcs.minutes, arcs.head, arcs.first), shape=(arcs.n_nodes,) * 2),
            indices=np.unique(starts.node),
            min_only=True,
        ),
        ROUNDS,
    )
    _, matrix_s = timed(lambda: scipy_matrix(arcs, starts.node[: given.stations]))

    street = osmnx_graph(network)
    nodes = {int(node) for node in starts.node[: given.stations]}
    _, osmnx_s = timed(
        lambda: nx.multi_source_dijkstra_path_length(street, nodes, weight="travel_time"), ROUNDS
    )

    print(f"\n{'':44}{'seconds':>9}{'times ours':>12}")
    for name, seconds in (
        ("ours (partial edges, station named)", ours_s),
        *rows,
        ("networkx multi_source_dijkstra_path_length", networkx_s),
        ("OSMnx graph, the same on travel_time", osmnx_s),
        ("scipy dijkstra, one row a station", matrix_s),
        ("scipy dijkstra, min_only, nodes only", one_run_s),
    ):
        print(f"{name:44}{seconds:9.3f}{seconds / ours_s:12.1f}")
    print(
        f"ours with its preparation: networkx takes {networkx_s / (ours_s + preparing):.1f} times"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if networkx_s < NEEDED_RATIO * ours_s:
        raise SystemExit(f"not {NEEDED_RATIO:.0f} times faster than networkx")


if __name__ == "__main__":
    main()
