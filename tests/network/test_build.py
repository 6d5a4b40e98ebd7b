"""From ways to edges: cutting, merging, components, odd geometry."""

import dataclasses
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.model import Network
from coverage.problems import InputError
from coverage.travel.journey import journey
from tests.examples import examples
from tests.network_fixtures import kph_of, network_of, points_at, villages_at

SIXTY = ResponseParameters(speeds_kph=kph_of(60), max_access_m=50_000)  # 1 km a minute


def minutes(
    network: Network, start: tuple[float, float], ends: list[tuple[float, float]]
) -> list[float]:
    found = journey(
        network,
        points_at(ends),
        points_at([start]),
        direction="from_facility",
        response=SIXTY,
    )
    return found.table["drive_min"].tolist()


def test_a_chain_becomes_one_edge_drawn_from_u_to_v() -> None:
    network = network_of([(0, 0), (100, 0), (100, 50), (300, 50)], [{"path": [0, 1, 2, 3]}])
    assert len(network.edges) == 1
    edge = network.edges.iloc[0]
    assert len(network.node_x) == 2
    assert edge.length_m == pytest.approx(350, abs=1e-3)
    assert edge.geometry.length == pytest.approx(edge.length_m, abs=1e-9)
    assert edge.geometry.coords[0] == (network.node_x[edge.u], network.node_y[edge.u])
    assert edge.geometry.coords[-1] == (network.node_x[edge.v], network.node_y[edge.v])


@pytest.mark.parametrize(
    ("other", "edges"),
    [
        ({}, 1),
        ({"highway": "primary"}, 2),
        ({"bridge": True}, 2),
        ({"name": "B"}, 2),
        ({"backward": False}, 2),
        ({"maxspeed": "5"}, 2),
        ({"maxspeed": "100"}, 2),  # lowers nothing now, but may at other speeds
    ],
)
def test_chains_merge_only_where_all_is_the_same(other: dict[str, object], edges: int) -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]
    network = network_of(places, [{"path": [0, 1]}, {"path": [1, 2], **other}])
    assert len(network.edges) == edges


def test_one_ways_that_meet_head_on_are_not_merged() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]
    on = {"backward": False}
    assert len(network_of(places, [{"path": [0, 1], **on}, {"path": [1, 2], **on}]).edges) == 1
    assert len(network_of(places, [{"path": [0, 1], **on}, {"path": [2, 1], **on}]).edges) == 2
    against = {"forward": False}
    merged = network_of(places, [{"path": [0, 1], **on}, {"path": [2, 1], **against}]).edges
    assert merged[["forward", "backward"]].to_numpy().tolist() == [[True, False]]
    assert merged.geometry[0].coords[0][0] < merged.geometry[0].coords[-1][0]


def test_a_way_against_its_drawing_is_turned_round() -> None:
    edges = network_of(
        [(0, 0), (100, 0)], [{"path": [0, 1], "forward": False, "backward": True}]
    ).edges
    assert edges["forward"].tolist() == [True]
    assert edges["backward"].tolist() == [False]
    assert edges.geometry[0].coords[0][0] > edges.geometry[0].coords[-1][0]


def test_a_ring_without_junction_becomes_one_loop() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
    edges = network_of(places, [{"path": [0, 1, 2, 3, 0], "backward": False}]).edges
    assert len(edges) == 1
    assert edges.u[0] == edges.v[0]
    assert edges.length_m[0] == pytest.approx(400, abs=1e-2)


def test_a_ring_on_a_road_and_side_by_side_roads_stay() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (200.0, 50.0), (200.0, -50.0), (300.0, 0.0), (400.0, 0.0)]
    roads = [{"path": path} for path in ([0, 1], [1, 2, 4], [1, 3, 4], [4, 5], [4, 4])]
    edges = network_of(places, roads).edges  # the last has no length
    pairs = [tuple(sorted(pair)) for pair in edges[["u", "v"]].to_numpy().tolist()]
    assert len(pairs) == 4
    assert len(set(pairs)) == 3
    lollipop = network_of(places, [{"path": [0, 1]}, {"path": [1, 2, 3, 1]}]).edges
    assert sorted((lollipop.u == lollipop.v).tolist()) == [False, True]


def test_vertices_on_one_spot_are_one() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (100.0, 0.0), (200.0, 0.0)]
    roads: list[dict[str, object]] = [{"path": [0, 1, 1, 2]}, {"path": [2, 3]}]
    network = network_of(places, roads, response=SIXTY)
    assert len(network.edges) == 1
    assert minutes(network, (0, 0), [(200, 0)]) == pytest.approx([0.2], abs=1e-6)


def test_components_are_counted_from_the_longest() -> None:
    places = [(0.0, 0.0), (100.0, 0.0), (0.0, 500.0), (900.0, 500.0)]
    network = network_of(places, [{"path": [0, 1]}, {"path": [2, 3]}])
    assert network.edges["component"].tolist() == [1, 0]
    assert network.note.components == 2
    assert network.note.off_main_share == pytest.approx(0.1, abs=1e-6)
    assert [(p.code, p.level) for p in network.quality] == [("network.off_main", "warning")]


def test_a_very_small_part_off_the_main_network_is_not_said_to_be_nothing() -> None:
    places = [(0.0, 0.0), (900_000.0, 0.0), (0.0, 500.0), (90.0, 500.0)]
    (told,) = network_of(places, [{"path": [0, 1]}, {"path": [2, 3]}]).quality
    assert told.values["share"] == "0.01 %"


def test_note_counts() -> None:
    places = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 500.0)]
    network = network_of(
        places, [{"path": [0, 1], "highway": "primary"}, {"path": [1, 2], "highway": "tertiary"}]
    )
    assert network.note.nodes == 3
    assert network.note.edges == 2
    assert network.note.imputed_speeds == 0
    assert network.note.length_km == pytest.approx({"primary": 1.0, "tertiary": 0.5}, abs=1e-5)


def test_nothing_to_drive_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        network_of([(0, 0), (1, 0)], [{"path": [0, 0]}])
    assert caught.value.problems[0].code == "network.no_drivable_road"


def test_a_limit_that_cannot_be_read_is_counted() -> None:
    network = network_of(
        [(0, 0), (100, 0), (200, 9)],
        [{"path": [0, 1], "maxspeed": "CN:urban"}, {"path": [1, 2], "maxspeed": "30"}],
    )
    assert [(p.code, p.count) for p in network.quality] == [("network.maxspeed_ignored", 1)]
    assert "CN:urban" in network.quality[0].text("en")


@st.composite
def road_lists(
    draw: st.DrawFn,
) -> tuple[list[tuple[float, float]], list[dict[str, object]]]:
    """Draw places that are in no line, and roads of which no two run on one another."""
    cells = draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=4, max_size=14, unique=True
        )
    )
    places = [
        (50.0 * x + 17 * math.sin(3 * i + x), 50.0 * y + 17 * math.sin(5 * i + y))
        for i, (x, y) in enumerate(cells)
    ]
    number = st.integers(0, len(places) - 1)
    paths = draw(st.lists(st.lists(number, min_size=2, max_size=6), max_size=6))
    used: set[frozenset[int]] = set()
    roads: list[dict[str, object]] = []
    for path in [list(range(len(places))), *paths]:
        way = [path[0]]
        for node in path[1:]:
            if frozenset((way[-1], node)) in used:
                break
            used.add(frozenset((way[-1], node)))
            way.append(node)
        if len(way) > 1:
            highway = draw(st.sampled_from(["primary", "tertiary"]))
            both = draw(st.sampled_from([True, True, False]))
            roads.append({"path": way, "highway": highway, "backward": both})
    return places, roads


def with_rows(network: Network, order: np.ndarray, nodes: np.ndarray) -> Network:
    """Return the network with its edges in another order and its nodes under other numbers."""
    edges = network.edges.iloc[order].reset_index(drop=True)
    x, y = np.empty_like(network.node_x), np.empty_like(network.node_y)
    x[nodes], y[nodes] = network.node_x, network.node_y
    edges = edges.assign(u=nodes[edges["u"]], v=nodes[edges["v"]])
    return dataclasses.replace(network, edges=edges, node_x=x, node_y=y)


@examples(40)
@given(road_lists(), st.integers(0, 2**32 - 1))
def test_merging_and_renumbering_change_no_minute(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    places, roads = made
    villages = villages_at([(0, 0), (2000, 2000)], ["urban", "rural"])
    response = ResponseParameters(max_access_m=50_000, speed_profile="hunan")
    kinds = [
        network_of(places, roads, merge=merge, response=response, villages=villages)
        for merge in (True, False)
    ]
    random = np.random.default_rng(seed)
    ends = [tuple(xy) for xy in random.uniform(-100, 2100, (12, 2))]
    starts = [tuple(xy) for xy in random.uniform(-100, 2100, (3, 2))]
    kinds.append(
        with_rows(
            kinds[0],
            random.permutation(len(kinds[0].edges)),
            random.permutation(len(kinds[0].node_x)),
        )
    )
    total = [network.edges["length_m"].sum() for network in kinds]
    assert total == pytest.approx([total[0]] * 3)
    merged, unmerged, shuffled = (
        journey(
            network,
            points_at(ends),
            points_at(starts),
            direction="from_facility",
            response=response,
        ).table
        for network in kinds
    )
    for other in (unmerged, shuffled):
        np.testing.assert_allclose(other["drive_min"], merged["drive_min"], atol=1e-9, rtol=0)
        np.testing.assert_allclose(other["access_m"], merged["access_m"], atol=1e-9, rtol=0)
    assert len(kinds[0].edges) <= len(kinds[1].edges)
    graph = nx.MultiGraph(kinds[0].edges[["u", "v"]].to_numpy().tolist())
    assert nx.number_connected_components(graph) == kinds[0].note.components
