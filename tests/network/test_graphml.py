"""Graphs of OSMnx that are not quite what they say, or cut."""

import random
from pathlib import Path

import networkx as nx
import pytest

from coverage.network.graphml import read_graphml
from coverage.network.read import read_network
from coverage.problems import InputError
from tests.examples import times
from tests.network_fixtures import ORIGIN, county_with


def write(folder: Path, *, crs: str | None = "EPSG:4546", undirected: bool = False) -> Path:
    """Write two roads: 1 to 2, straight, 1000 m, both ways; 2 to 3 over a bend, 1000 m."""
    graph = nx.MultiGraph() if undirected else nx.MultiDiGraph()
    if crs:
        graph.graph["crs"] = crs
    for node, (x, y) in {1: (0, 0), 2: (1000, 0), 3: (1600, 0)}.items():
        graph.add_node(node, x=str(ORIGIN[0] + x), y=str(ORIGIN[1] + y))
    bend = ", ".join(
        f"{ORIGIN[0] + x} {ORIGIN[1] + y}" for x, y in ((1000, 0), (1300, 400), (1600, 0))
    )
    graph.add_edge(1, 2, highway="primary", length="1000.0", access="nobody")
    if not undirected:
        graph.add_edge(2, 1, highway="primary", length="1000.0", access="nobody")
    graph.add_edge(2, 3, highway="tertiary", length="1000.0", geometry=f"LINESTRING ({bend})")
    nx.write_graphml(graph, folder / "roads.graphml")
    return folder / "roads.graphml"


def codes(path: Path) -> dict[str, int]:
    return {problem.code: problem.count for problem in read_graphml(path, path.name).quality}


def test_tags_that_nobody_knows_are_told(tmp_path: Path) -> None:
    assert codes(write(tmp_path)) == {"network.unknown_access": 2}


def test_an_undirected_graph_is_open_both_ways(tmp_path: Path) -> None:
    ways = read_graphml(write(tmp_path, undirected=True), "roads.graphml")
    assert ways.table[["forward", "backward"]].to_numpy().all()
    assert len(ways.table) == 2


@pytest.mark.parametrize(
    ("stated", "told"), [("650", 0), ("666", 0), ("668", 1), ("1000", 1), ("nan", 0), ("?", 0)]
)
def test_a_length_that_is_not_that_of_the_drawing_is_told(
    tmp_path: Path, stated: str, told: int
) -> None:
    """The bend's geometry is lost: 600 m are drawn; 600 + a tenth of 666.7 m is still taken."""
    path = write(tmp_path)
    graph = nx.read_graphml(path, force_multigraph=True)
    for *_, data in graph.edges(data=True):
        if data.pop("geometry", None):
            data["length"] = stated
    nx.write_graphml(graph, path)
    assert codes(path).get("network.odd_lengths", 0) == told


def test_metres_without_a_coordinate_system_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_graphml(write(tmp_path, crs=None), "roads.graphml")
    (problem,) = caught.value.problems
    assert problem.code == "network.graphml_no_crs"


FORWARD, BACKWARD = "maxspeed:forward", "maxspeed:backward"
BOTH = {FORWARD: "30", BACKWARD: "50"}


@pytest.mark.parametrize(
    ("there", "back", "expected"),
    [
        # OSMnx leaves the way's tags on both edges and says which of them runs against it
        ({FORWARD: "30"}, {FORWARD: "30", "reversed": True}, (30, 80)),
        (BOTH, BOTH | {"reversed": True}, (30, 50)),
        ({BACKWARD: "50", "reversed": True}, {BACKWARD: "50", "reversed": False}, (50, 80)),
        (BOTH | {"reversed": "[False, True]"}, None, (30, 30)),
        ({FORWARD: "['40', '30']"}, {"reversed": True}, (30, 80)),
        ({}, {"reversed": True}, (80, 80)),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_limits_by_direction(
    tmp_path: Path,
    there: dict[str, object],
    back: dict[str, object] | None,
    expected: tuple[float, float],
    turned: bool,
) -> None:
    """From west to east, and back; whichever of both ends has the lower name."""
    graph = nx.MultiDiGraph()
    graph.graph["crs"] = "EPSG:4546"
    west, east = (9, 1) if turned else (1, 9)
    graph.add_node(west, x=str(ORIGIN[0]), y=str(ORIGIN[1]))
    graph.add_node(east, x=str(ORIGIN[0] + 1000), y=str(ORIGIN[1]))
    graph.add_edge(west, east, highway="primary", maxspeed="80", **there)
    if back is not None:
        graph.add_edge(east, west, highway="primary", maxspeed="80", **back)
    nx.write_graphml(graph, tmp_path / "roads.graphml")
    (edge,) = read_network(county_with(tmp_path, "roads.graphml")).edges.itertuples()
    limits = edge.limit_forward_kph, edge.limit_backward_kph
    runs_east = edge.geometry.coords[-1][0] > edge.geometry.coords[0][0]
    assert (limits if runs_east else limits[::-1]) == expected


def test_edges_without_length_are_counted(tmp_path: Path) -> None:
    """A node to itself, and two nodes on one spot; a loop that has a drawing is a road."""
    path = write(tmp_path)
    graph = nx.read_graphml(path, force_multigraph=True)
    graph.add_edge("1", "1", highway="tertiary")
    graph.add_node("4", **graph.nodes["1"])
    graph.add_edge("4", "1", highway="tertiary")
    loop = ", ".join(
        f"{ORIGIN[0] + x} {ORIGIN[1] + y}" for x, y in ((0, 0), (0, 90), (90, 90), (0, 0))
    )
    graph.add_edge("1", "1", highway="service", geometry=f"LINESTRING ({loop})")
    nx.write_graphml(graph, path)
    network = read_network(county_with(tmp_path, path.name))
    (told,) = [p for p in network.quality if p.code == "network.no_length"]
    assert (told.count, told.level) == (2, "note")
    assert told.text("zh")
    assert network.edges["length_m"].sum() == pytest.approx(2000 + 180 + 90 * 2**0.5, abs=0.5)


def test_a_graph_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path).read_bytes()
    path = tmp_path / "cut.graphml"
    end = len(whole.rstrip())
    for size in {*range(0, end, end // 50), end - 1}:
        path.write_bytes(whole[:size])
        with pytest.raises(InputError):
            read_graphml(path, path.name)


def test_damaged_bytes_of_a_graph_are_read_or_refused(tmp_path: Path, example_seed: int) -> None:
    whole = write(tmp_path).read_bytes()
    path = tmp_path / "roads.graphml"
    chance = random.Random(example_seed)
    refusals = 0
    for _ in range(100 * times()):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 1, 3])):
            content[chance.randrange(len(content))] = chance.choice(b'\x00\xff<>"09-.en{')
        path.write_bytes(bytes(content))
        try:
            read_network(county_with(tmp_path, path.name))
        except InputError:
            refusals += 1  # anything else that is raised fails the test
    assert refusals
