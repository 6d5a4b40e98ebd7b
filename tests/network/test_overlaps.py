"""Roads that run on one another for a part of their way, with vertices in other places."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.network import overlaps
from coverage.problems import InputError
from tests.examples import examples
from tests.network_fixtures import SIXTY, drive_min, network_of

ON = {"backward": False}
STEP_M = 100.0
N = 12
LINE = [(STEP_M * k, 0.0) for k in range(N)]


@pytest.mark.parametrize(
    ("roads", "edges"),
    [
        ([{"path": [0, 9]}, {"path": [0, 4, 9]}], 1),  # A-M-B on A-B
        ([{"path": [0, 9], **ON}, {"path": [9, 4, 0], **ON}], 1),  # one-ways, one with a vertex
        ([{"path": [0, 5]}, {"path": [3, 9]}], 1),  # they overlap by 200 m
        ([{"path": [0, 9]}, {"path": [3, 5]}], 1),  # a short one on a long one
        ([{"path": [0, 3, 9]}, {"path": [0, 5, 9]}], 1),
        ([{"path": [0, 9]}, {"path": [2, 6]}, {"path": [4, 8]}], 1),  # three
    ],
)
def test_roads_that_overlap_are_one(roads: list[dict[str, object]], edges: int) -> None:
    network = network_of(LINE, roads, response=SIXTY)
    assert len(network.edges) == edges
    assert network.edges["length_m"].sum() == pytest.approx(900, abs=0.01)
    for start, end in ((10, 890), (890, 10), (320, 480)):
        assert drive_min(network, start, end) == pytest.approx(abs(end - start) / 1000, abs=1e-5)
    (told,) = network.quality
    assert told.code == "network.drawn_twice"


def test_what_overlaps_is_counted_by_its_length() -> None:
    (told,) = network_of(LINE, [{"path": [0, 5]}, {"path": [3, 9]}], response=SIXTY).quality
    assert (told.count, told.values["km"]) == (1, "0.2")


@pytest.mark.parametrize(
    ("off_m", "length_m"), [(0.008, 900), (0.02, 1800), (-0.008, 900), (-0.02, 1800)]
)
def test_a_centimetre_beside_a_road_is_on_it(off_m: float, length_m: float) -> None:
    places = [(0.0, 0.0), (900.0, 0.0), (400.0, off_m)]
    network = network_of(places, [{"path": [0, 1]}, {"path": [0, 2, 1]}], response=SIXTY)
    assert network.edges["length_m"].sum() == pytest.approx(length_m, abs=0.01)


@pytest.mark.parametrize(
    "other",
    [
        [(300.0, 0.0), (300.0, 500.0)],  # ends on it
        [(300.0, -500.0), (300.0, 0.0), (300.0, 500.0)],  # crosses it with a vertex of its own
        [(300.0, -500.0), (300.0, 500.0)],
        [(300.0, 0.0), (340.0, 5.0)],  # leaves it at 7 degrees
    ],
)
def test_roads_that_only_touch_stay_two(other: list[tuple[float, float]]) -> None:
    places = [(0.0, 0.0), (900.0, 0.0), *other]
    roads = [{"path": [0, 1]}, {"path": list(range(2, len(places)))}]
    network = network_of(places, roads, response=SIXTY)
    assert (network.note.components, len(network.edges)) == (2, 2)


def test_a_bridge_over_a_longer_street_is_not_that_street() -> None:
    street = {"path": [0, 9]}
    apart = network_of(LINE, [street, {"path": [3, 5], "bridge": True}], response=SIXTY)
    assert apart.note.components == 2
    one = network_of(LINE, [street, {"path": [3, 5]}], response=SIXTY)
    assert one.note.components == 1


steps = st.lists(st.integers(0, N - 1), min_size=2, max_size=5, unique=True)
roads_on_a_line = st.lists(st.tuples(steps, st.booleans()), min_size=1, max_size=7)


@given(roads=roads_on_a_line, ends=st.tuples(st.integers(0, N - 2), st.integers(0, N - 2)))
@examples(60)
def test_overlaps_are_what_networkx_makes_of_single_steps(
    roads: list[tuple[list[int], bool]], ends: tuple[int, int]
) -> None:
    """Each road taken step by step, as arcs between neighbouring places of the line."""
    network = network_of(
        LINE, [{"path": path, "backward": both} for path, both in roads], response=SIXTY
    )
    graph = nx.DiGraph()
    for path, both in roads:
        for tail, head in itertools.pairwise(path):
            way = 1 if head > tail else -1
            for at in range(tail, head, way):
                graph.add_edge(at, at + way)
                if both:
                    graph.add_edge(at + way, at)
    length_m = STEP_M * len({tuple(sorted(arc)) for arc in graph.edges})
    assert network.edges["length_m"].sum() == pytest.approx(length_m, abs=0.01)
    strong = {node: k for k, s in enumerate(nx.strongly_connected_components(graph)) for node in s}
    node = {}
    for x, number in zip(network.node_x, range(len(network.node_x)), strict=True):
        node[round((x - network.node_x.min()) / STEP_M + min(graph.nodes))] = number
    arcs = nx.DiGraph()
    for edge in network.edges.itertuples():
        if edge.forward:
            arcs.add_edge(edge.u, edge.v, weight=edge.drive_forward_min)
        if edge.backward:
            arcs.add_edge(edge.v, edge.u, weight=edge.drive_backward_min)
    start, end = (min(node, key=lambda k: (abs(k - e), k)) for e in ends)
    try:
        wanted = nx.shortest_path_length(graph, start, end) * STEP_M / 1000
    except nx.NetworkXNoPath:
        wanted = math.inf
    try:
        found = nx.shortest_path_length(arcs, node[start], node[end], weight="weight")
    except nx.NetworkXNoPath:
        found = math.inf
    assert found == pytest.approx(wanted, abs=1e-5)
    assert len(strong) >= len(network.node_x)


def test_a_road_of_many_vertices_on_a_road_of_none() -> None:
    n = 3000
    places = [(10.0 * k, 0.0) for k in range(n)]
    network = network_of(places, [{"path": list(range(n))}, {"path": [n - 1, 0]}], response=SIXTY)
    assert len(network.edges) == 1
    assert network.quality[0].count == n - 1


def test_what_cannot_be_compared_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested roads: each vertex lies on all that are longer."""
    n = 60
    places = [(10.0 * k, 0.0) for k in range(2 * n)]
    nested = [{"path": [k, 2 * n - 1 - k]} for k in range(n)]
    assert len(network_of(places, nested, response=SIXTY).edges) == 1
    monkeypatch.setattr(overlaps, "_MOST_MET", n * n // 2)
    with pytest.raises(InputError) as caught:
        network_of(places, nested, response=SIXTY)
    assert [p.code for p in caught.value.problems] == ["network.too_dense"]


def test_pieces_without_overlaps_are_left_alone(example_seed: int) -> None:
    rng = np.random.default_rng(example_seed)
    places = [tuple(p) for p in (rng.random((400, 2)) * 5000).tolist()]
    roads = [{"path": list(range(k, k + 5))} for k in range(0, 396, 4)]
    network = network_of(places, roads, response=SIXTY)
    assert not [p for p in network.quality if p.code == "network.drawn_twice"]
