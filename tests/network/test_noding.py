"""Where drawn lines meet: gaps, T-junctions without a vertex, crossings, long pieces."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.crs import WGS84
from coverage.network import noding
from coverage.network.crossing import crossings
from coverage.network.model import Network
from coverage.network.read import read_network
from coverage.problems import InputError
from tests.examples import examples
from tests.network.test_lines import layer
from tests.network_fixtures import CRS_M, ORIGIN, county_with

Lines = list[list[tuple[float, float]]]
MAIN = [(0.0, 0.0), (1000.0, 0.0)]


def read(folder: Path, lines: Lines, options: str = "", **columns: object) -> Network:
    given_columns = {"highway": ["primary"] * len(lines), **columns}
    layer(lines, **given_columns).to_file(folder / "roads.gpkg")
    source: dict[str, object] = {"path": "roads.gpkg"}
    for option in filter(None, options.split(",")):
        key, value = option.split("=")
        source[key] = float(value) if key == "join_m" else value
    return read_network(county_with(folder, source))  # type: ignore[arg-type]


def told(network: Network) -> dict[str, int]:
    return {p.code.removeprefix("network."): p.count for p in network.quality}


@pytest.mark.parametrize(
    ("end", "joined", "ends"),
    [
        ((400.0, 0.0), True, 1),  # on the line, between its vertices
        ((400.0, 0.99), True, 1),
        ((400.0, 1.01), False, 1),
        ((400.0, -0.99), True, 1),  # just beyond it
        ((1000.99, 0.0), True, 2),  # a gap between two ends
        ((1001.01, 0.0), False, 2),
    ],
)
def test_an_end_that_just_misses_is_joined(
    tmp_path: Path, end: tuple[float, float], joined: bool, ends: int
) -> None:
    network = read(tmp_path, [MAIN, [end, (end[0], 500.0)]])
    assert network.note.components == (1 if joined else 2)
    codes = told(network)
    assert codes.get("ends_joined") == (ends if joined else None)
    assert codes.get("near_ends") == (None if joined else ends)
    assert "crossings_apart" not in codes
    if joined and end[0] == 400.0:
        assert sorted(network.edges["length_m"]) == pytest.approx([400, 500, 600], abs=1)


def test_the_tolerance_is_the_countys(tmp_path: Path) -> None:
    lines: Lines = [MAIN, [(400, 3), (400, 500)], [(700, 0.5), (700, 500)]]
    assert told(read(tmp_path, lines))["ends_joined"] == 1
    assert told(read(tmp_path, lines, "join_m=3.01"))["ends_joined"] == 2
    apart = read(tmp_path, lines, "join_m=0")
    assert apart.note.components == 3
    assert told(apart)["near_ends"] == 2


def test_an_end_within_reach_of_two_lines_joins_both(tmp_path: Path) -> None:
    lines: Lines = [[(0, 0.3), (500, 0.3)], [(500.5, -300), (500.5, 300)], [(501, 0), (900, 0)]]
    network = read(tmp_path, lines)
    assert network.note.components == 1
    assert told(network)["ends_joined"] == 2


def test_a_short_road_is_not_folded(tmp_path: Path) -> None:
    """Both ends of a road of 0.8 m stay where they are: it leads from one to the other."""
    lines: Lines = [[(0, 0), (100, 0)], [(100, 0), (100.8, 0)], [(100.8, 0), (200, 0)]]
    network = read(tmp_path, lines)
    assert "ends_joined" not in told(network)
    assert network.edges["length_m"].sum() == pytest.approx(200, abs=0.01)


def test_crossings_are_bridges_until_the_county_says_otherwise(tmp_path: Path) -> None:
    lines: Lines = [MAIN, [(400, -300), (400, 300)], [(600, -300), (600, 300)]]
    apart = read(tmp_path, lines)
    assert (apart.note.components, told(apart)["crossings_apart"]) == (3, 2)
    problem = next(p for p in apart.quality if p.code == "network.crossings_apart")
    assert problem.level == "warning"
    for language in ("zh", "en"):
        assert 'roads = { path = "roads.gpkg", crossings = "join" }' in problem.text(language)
    joined = read(tmp_path, lines, "crossings=join")
    assert (joined.note.components, told(joined)["crossings_joined"]) == (1, 2)
    assert sorted(joined.edges["length_m"]) == pytest.approx(
        [200, 300, 300, 300, 300, 400, 400], abs=0.02
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": ["yes", None]},
        {"tunnel": [None, "T"]},
        {"layer": [None, "1"]},
        {"layer": [0.0, -1.0]},
        {"highway": ["motorway", "primary"]},
    ],
)
def test_bridges_tunnels_and_motorways_cross(tmp_path: Path, columns: dict[str, object]) -> None:
    network = read(tmp_path, [MAIN, [(400, -300), (400, 300)]], "crossings=join", **columns)
    assert network.note.components == 2
    assert not {"crossings_joined", "crossings_apart"} & set(told(network))


def test_inner_vertices_on_one_spot_are_a_junction_unless_on_a_bridge(tmp_path: Path) -> None:
    lines: Lines = [[(0, 0), (400, 0), (1000, 0)], [(400, -300), (400, 0), (400, 300)]]
    assert read(tmp_path, lines).note.components == 1
    assert read(tmp_path, lines, bridge=["yes", None]).note.components == 2


def test_a_line_along_a_parallel_meets_what_its_file_draws_on_it(tmp_path: Path) -> None:
    """Over 15 km the parallel is 2 m off the straight line of the projection."""
    road = shapely.LineString([(111.0, 28.55), (111.15, 28.55)])
    side = shapely.LineString([(111.075, 28.55), (111.075, 28.6)])
    table = gpd.GeoDataFrame({"highway": ["primary"] * 2}, geometry=[road, side], crs=WGS84)
    table.to_file(tmp_path / "roads.geojson")
    network = read_network(county_with(tmp_path, "roads.geojson"))
    assert network.note.components == 1
    assert (network.note.nodes, len(network.edges)) == (4, 3)
    assert "near_ends" not in told(network)
    assert sorted(shapely.get_num_coordinates(network.edges.geometry)) == [2, 2, 2]


def _noded(lines: Lines, join_m: float = 1.0) -> tuple[noding.Lines, int]:
    place = np.array([point for line in lines for point in line], dtype=float) + ORIGIN
    table = gpd.GeoSeries(shapely.points(place), crs=CRS_M).to_crs(WGS84)
    lon_lat = np.column_stack([table.x, table.y])
    first = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    added = np.zeros(len(place), dtype=bool)
    met = noding.meeting(lon_lat, first, added, CRS_M, np.zeros(len(lines), dtype=bool))
    noded, gaps, tees = noding.join_ends(met, join_m)
    return noded, gaps + tees


POINT = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: (p[0] * 0.7, p[1] * 0.7))
LINE = st.lists(POINT, min_size=2, max_size=4).filter(lambda line: line[0] != line[-1])


@examples(30)
@given(st.lists(LINE, min_size=1, max_size=5))
def test_every_end_within_reach_of_a_line_hangs_together_with_it(lines: Lines) -> None:
    """By another way: shapely's distances between ends and whole lines, and networkx."""
    noded, _ = _noded(lines)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(lines)))
    owners: dict[int, int] = {}
    for group, line in zip(noded.group.tolist(), noded.line.tolist(), strict=True):
        graph.add_edge(owners.setdefault(group, line), line)
    shapes = [shapely.LineString(line) for line in lines]
    for one, line in enumerate(lines):
        for end in (line[0], line[-1]):
            for two, shape in enumerate(shapes):
                if shapely.Point(end).distance(shape) < 1 - 1e-6:
                    assert nx.has_path(graph, one, two)


def test_crossings_are_those_of_shapely(example_seed: int) -> None:
    rng = np.random.default_rng(example_seed)
    lines = [[tuple(p) for p in rng.uniform(0, 2000, (2, 2)).tolist()] for _ in range(60)]
    noded, _ = _noded(lines, 0)
    found = crossings(noded, CRS_M, np.zeros(60, dtype=np.int64), 0.0, whole=True)
    shapes = [shapely.LineString(line) for line in lines]
    expected = {(a, b) for a in range(60) for b in range(a) if shapes[a].crosses(shapes[b])}
    assert {(b, a) for a, b in zip(found.first, found.second, strict=True)} == expected
    assert len(found.first) == len(expected) > 100


def test_thousands_of_roads_on_one_spot_are_told_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    lines: Lines = [[(x, y), (1000.0 + x, y)] for x, y in rng.uniform(0, 0.9, (3000, 2)).tolist()]
    with pytest.raises(InputError) as caught:
        _noded(lines)
    assert [p.code for p in caught.value.problems] == ["network.too_dense"]
    same, joined = _noded([MAIN] * 20_000)
    assert (len(np.unique(same.group)), joined) == (2, 0)


def test_dense_keeps_the_files_vertices() -> None:
    coordinates = np.array([[0.0, 0], [2.5, 0], [9, 9], [9, 9.5], [500, 9]])
    first = np.array([0, 2, 5])
    moved, starts, added = noding.dense(coordinates, first, 1.0)
    assert moved[~added].tolist() == coordinates.tolist()
    assert moved[:4, 0].tolist() == pytest.approx([0, 2.5 / 3, 5 / 3, 2.5])
    assert starts.tolist() == [0, 4, 7]  # the leap of 491 is left as it is, for others to judge
