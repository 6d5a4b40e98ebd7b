"""Graphs of OSMnx that are not quite what they say, or cut."""

import random
from pathlib import Path

import networkx as nx
import pytest

from coverage.errors import InputError
from coverage.network.graphml import read_graphml
from coverage.network.read import read_network
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


def test_a_graph_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path).read_bytes()
    path = tmp_path / "cut.graphml"
    end = len(whole.rstrip())
    for size in {*range(0, end, end // 50), end - 1}:
        path.write_bytes(whole[:size])
        with pytest.raises(InputError):
            read_graphml(path, path.name)


def test_damaged_bytes_of_a_graph_are_read_or_refused(tmp_path: Path) -> None:
    whole = write(tmp_path).read_bytes()
    path = tmp_path / "roads.graphml"
    chance = random.Random("1030 graphml")
    refusals = 0
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 1, 3])):
            content[chance.randrange(len(content))] = chance.choice(b'\x00\xff<>"09-.en{')
        path.write_bytes(bytes(content))
        try:
            read_network(county_with(tmp_path, path.name))
        except InputError:
            refusals += 1  # anything else that is raised fails the test
    assert refusals
