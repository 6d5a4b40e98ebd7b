"""How fast the matrix is: 500 candidates, 2,000 demand points, 30 minutes, beside scipy.

Run ``python -m bench.matrix`` (``--nodes``, ``--origins`` and ``--ends`` make it smaller).
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.roads import CRS_M, lattice_ways, scattered, villages
from bench.sweep import timed
from coverage.county.config import ResponseParameters
from coverage.network.build import build_network
from coverage.network.model import FloatArray, IntArray
from coverage.travel.engine import TravelEngine
from coverage.travel.matrix import travel_matrix
from coverage.travel.sweep import Arcs

ROUNDS = 3
LIMIT_MIN = 30.0
NEEDED_RATIO = 8.0


def scipy_rows(arcs: Arcs, nodes: IntArray, limit_min: float) -> FloatArray:
    """Return scipy's minutes from each node to every other within the limit."""
    graph = csr_array((arcs.minutes, arcs.head, arcs.first), shape=(arcs.n_nodes, arcs.n_nodes))
    minutes: FloatArray = dijkstra(graph, indices=nodes, limit=limit_min)
    return minutes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=52_000)
    parser.add_argument("--origins", type=int, default=500)
    parser.add_argument("--ends", type=int, default=2000)
    given = parser.parse_args()

    response = ResponseParameters(max_access_m=10_000)
    network = build_network(
        lattice_ways(given.nodes),
        crs=CRS_M,
        villages=villages(1000, given.nodes),
        response=response,
    )
    engine = TravelEngine(network)
    arcs = engine.arcs("from_facility")
    candidates = scattered(given.origins, given.nodes)
    ends = scattered(given.ends, given.nodes)
    u = network.edges["u"].to_numpy()
    nodes = u[np.maximum(engine.snap(candidates, response).edge, 0)]
    engine.snap(ends, response)
    options = {"limit_min": LIMIT_MIN, "response": response}
    matrix, first_s = timed(lambda: travel_matrix(engine, candidates, ends, **options))
    _, ours_s = timed(lambda: travel_matrix(engine, candidates, ends, **options), ROUNDS)
    _, one_s = timed(lambda: travel_matrix(engine, candidates, ends, threads=1, **options), ROUNDS)
    _, scipy_s = timed(lambda: scipy_rows(arcs, nodes, LIMIT_MIN), ROUNDS)

    print(f"{arcs.n_nodes:,} nodes, {given.origins} x {given.ends}, {LIMIT_MIN:.0f} minutes")
    print(f"{len(matrix.minutes):,} pairs within it; the very first call takes {first_s:.2f} s")
    print(f"\n{'':44}{'seconds':>9}{'times ours':>12}")
    for name, seconds in (
        ("ours (partial edges, both legs)", ours_s),
        ("ours with one thread", one_s),
        ("scipy dijkstra with the limit, nodes only", scipy_s),
    ):
        print(f"{name:44}{seconds:9.3f}{seconds / ours_s:12.1f}")
    if scipy_s < NEEDED_RATIO * ours_s:
        raise SystemExit(f"not {NEEDED_RATIO:.0f} times faster than scipy")


if __name__ == "__main__":
    main()
