"""Minutes worked out by hand, and recomputed by networkx with the points inserted as nodes."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.model import Network
from coverage.travel.journey import journey
from coverage.travel.model import Direction
from coverage.travel.sweep import Arcs, Starts, Sweep, compress, scipy_kernel, sweep
from tests.examples import examples
from tests.independent import networkx_minutes
from tests.network.test_build import road_lists
from tests.network_fixtures import kph_of, network_of, points_at

SIXTY = ResponseParameters(speeds_kph=kph_of(60), max_access_m=3000)  # 1 km a minute
ONE_WAY = {"backward": False}

# A lattice of 1 km (1 minute) squares, drawn with gentle differences of class so that nothing but
# the crossings is a node:
#
#   6 --- 7 --- 8        (0, 2) .. (2, 2)
#   |     |     |
#   3 --> 4 --> 5        the middle street is one-way eastwards
#   |     |     |
#   0 --- 1 --- 2        (0, 0) .. (2, 0)       9 --- 10  a dead component at y = 10 km
PLACES = [(1000.0 * x, 1000.0 * y) for y in range(3) for x in range(3)]
PLACES += [(0.0, 10_000.0), (1000.0, 10_000.0)]
ROADS: list[dict[str, object]] = [
    {"path": [0, 1, 2]},
    {"path": [3, 4], **ONE_WAY},
    {"path": [4, 5], **ONE_WAY},
    {"path": [6, 7, 8]},
    {"path": [0, 3, 6]},
    {"path": [1, 4, 7]},
    {"path": [2, 5, 8]},
    {"path": [9, 10]},
]


@pytest.fixture(scope="module")
def lattice() -> Network:
    return network_of(PLACES, ROADS, response=SIXTY)


def least(
    network: Network,
    start: tuple[float, float],
    end: tuple[float, float],
    direction: Direction = "from_facility",
    response: ResponseParameters = SIXTY,
) -> float:
    found = journey(
        network, points_at([end]), points_at([start]), direction=direction, response=response
    )
    return float(found.table["drive_min"].iloc[0])


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ((0, 0), (2000, 2000), 4.0),
        ((0, 0), (0, 0), 0.0),
        # partial edges: 0.25 from the station to node 1, 1 to node 4, 0.4 on
        ((750, 0), (1000, 1400), 0.25 + 1 + 0.4),
        # along the one-way from mid-block to mid-block, over a crossing
        ((500, 1000), (1700, 1000), 1.2),
        # against it: east to node 4 (0.5), down, west, up (3), then east again to 200 m
        ((500, 1000), (200, 1000), 0.5 + 3 + 0.2),
        # both on one edge open both ways
        ((200, 0), (900, 0), 0.7),
        ((900, 0), (200, 0), 0.7),
        # both on one one-way edge, along and against (the long way round)
        ((200, 1000), (900, 1000), 0.7),
        ((900, 1000), (200, 1000), 0.1 + 3 + 0.2),
        # a point on the node itself is not bound by the one-way it happens to be put on
        ((1000, 1000), (0, 1000), 3.0),
        ((2000, 1000), (1500, 1000), 1 + 1 + 1 + 0.5),
        ((1500, 1000), (1000, 1000), 0.5 + 1 + 1 + 1),
        # the dead component
        ((0, 0), (500, 10_000), math.nan),
        ((0, 10_000), (0, 0), math.nan),
        ((100, 10_000), (900, 10_000), 0.8),
    ],
)
def test_lattice_by_hand(
    lattice: Network, start: tuple[float, float], end: tuple[float, float], minutes: float
) -> None:
    assert least(lattice, start, end) == pytest.approx(minutes, abs=1e-6, nan_ok=True)
    assert least(lattice, end, start, "to_facility") == pytest.approx(
        minutes, abs=1e-6, nan_ok=True
    )


def test_around_beats_along_where_the_edge_is_slow() -> None:
    places = [(0.0, 0.0), (1000.0, 0.0), (0.0, 50.0), (1000.0, 50.0)]
    slow = ResponseParameters(speeds_kph={"tertiary": 6, "primary": 60})
    roads: list[dict[str, object]] = [
        {"path": [0, 1], "highway": "tertiary"},
        {"path": [0, 2, 3, 1], "highway": "primary"},
    ]
    network = network_of(places, roads, response=slow)
    # both on the slow street, 800 m apart: 8 minutes along it, 1 + 1.1 + 1 around
    assert least(network, (100, 0), (900, 0), response=slow) == pytest.approx(3.1, abs=1e-6)
    assert least(network, (300, 0), (500, 0), response=slow) == pytest.approx(2.0, abs=1e-6)


def test_access_leg_and_its_limit(lattice: Network) -> None:
    response = ResponseParameters(
        speeds_kph=kph_of(60), max_access_m=500, access_detour=1.5, access_speed_kph=6
    )
    ends = points_at([(1500, -400), (1500, -501), None, (1500, -400)])
    stations = points_at([(0, 0), (2500, -501), None])
    found = journey(lattice, ends, stations, direction="from_facility", response=response)
    assert found.table["access_m"].tolist()[:2] == pytest.approx([400, 501], abs=1e-4)
    assert found.table["access_min"][0] == pytest.approx(400 * 1.5 / 100, abs=1e-6)
    assert found.table["drive_min"][0] == pytest.approx(1.5, abs=1e-6)
    assert found.table["facility"].tolist() == [0, pd.NA, pd.NA, 0]
    assert found.table.loc[[1, 2], ["drive_min", "access_min"]].isna().all(axis=None)
    assert {p.code: p.count for p in found.quality} == {
        "travel.facility_far": 1,
        "travel.point_far": 1,
    }


def test_points_and_facilities_off_the_main_network_are_counted(lattice: Network) -> None:
    found = journey(
        lattice,
        points_at([(500, 10_000), (0, 0)]),
        points_at([(0, 100)]),
        direction="from_facility",
        response=SIXTY,
    )
    assert {p.code: p.count for p in found.quality} == {
        "travel.point_off_main": 1,
        "travel.point_unreached": 1,
    }
    assert all(p.text("zh") and p.text("en") for p in found.quality)


def test_facility_names_the_index_and_ties_go_to_the_first(lattice: Network) -> None:
    for rows in ([7, 3], [3, 7]):
        stations = points_at([(0, 0), (2000, 0)]).set_axis(rows)
        ends = points_at([(1000, 0), (1000, 300), (900, 0), (1100, 0), (1000, 1600)])
        found = journey(lattice, ends, stations, direction="from_facility", response=SIXTY)
        first, second = rows
        assert found.table["facility"].tolist() == [first, first, first, second, first]
    twice = points_at([(500, 0), (500, 0)]).set_axis([5, 2])
    found = journey(lattice, ends, twice, direction="to_facility", response=SIXTY)
    assert found.table["facility"].tolist() == [5] * 5


def test_no_facility_reaches_nothing(lattice: Network) -> None:
    found = journey(
        lattice, points_at([(0, 0)]), points_at([]), direction="from_facility", response=SIXTY
    )
    assert found.table["drive_min"].isna().all()
    assert found.table["facility"].isna().all()
    nobody = journey(
        lattice, points_at([]), points_at([(0, 0)]), direction="from_facility", response=SIXTY
    )
    assert len(nobody.table) == 0


def drawn_points(seed: int, n: int) -> list[tuple[float, float]]:
    random = np.random.default_rng(seed)
    return [(float(x), float(y)) for x, y in random.uniform(-100, 2100, (n, 2))]


@examples(60)
@given(road_lists(), st.integers(0, 2**32 - 1), st.sampled_from(["from_facility", "to_facility"]))
def test_networkx_agrees(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]],
    seed: int,
    direction: Direction,
) -> None:
    response = ResponseParameters(max_access_m=800)
    network = network_of(*made, response=response)
    places = made[0]
    ends = points_at([*drawn_points(seed, 12), *places[:3], None])  # some on nodes
    stations = points_at([*drawn_points(seed + 1, 4), places[-1], None])
    ours = journey(network, ends, stations, direction=direction, response=response).table
    theirs = networkx_minutes(network, ends, stations, response, direction=direction)
    for leg in ("leaving_min", "drive_min", "access_min"):
        np.testing.assert_allclose(ours[leg], theirs[leg], atol=1e-6, rtol=0)
    for row, by_facility in enumerate(theirs["by_facility"]):
        facility = ours["facility"].iloc[row]
        if by_facility:
            assert by_facility[int(facility)] == pytest.approx(min(by_facility.values()), abs=1e-6)
        else:
            assert facility is pd.NA


@examples(30)
@given(road_lists(), st.integers(0, 2**32 - 1))
def test_another_station_never_makes_it_worse(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    network = network_of(*made, response=SIXTY)
    ends, stations = points_at(drawn_points(seed, 15)), points_at(drawn_points(seed + 1, 5))
    few, more = (
        journey(network, ends, chosen, direction="from_facility", response=SIXTY).table
        for chosen in (stations.iloc[:-1], stations)
    )
    before, after = (
        (found["leaving_min"] + found["drive_min"]).fillna(np.inf) for found in (few, more)
    )
    assert (after <= before + 1e-9).all()
    better = after < before - 1e-9
    assert (more["facility"][better] == 4).all()


@examples(30)
@given(road_lists(), st.integers(0, 2**32 - 1))
def test_to_a_facility_is_from_it_on_roads_turned_round(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    places, roads = made
    turned = [
        {**road, "forward": road["backward"], "backward": True}
        if road["backward"]
        else {**road, "forward": False, "backward": True}
        for road in roads
    ]
    ends, stations = points_at(drawn_points(seed, 10)), points_at(drawn_points(seed + 1, 3))
    there = journey(
        network_of(places, roads, response=SIXTY),
        ends,
        stations,
        direction="to_facility",
        response=SIXTY,
    ).table
    back = journey(
        network_of(places, turned, response=SIXTY),
        ends,
        stations,
        direction="from_facility",
        response=SIXTY,
    ).table
    np.testing.assert_allclose(there["drive_min"], back["drive_min"], atol=1e-9, rtol=0)


def test_another_kernel_takes_the_place_of_scipys(lattice: Network) -> None:
    asked = []

    def bellman(arcs: Arcs, starts: Starts) -> Sweep:
        asked.append(arcs.n_nodes)
        minutes = np.full(arcs.n_nodes, np.inf)
        place = np.full(arcs.n_nodes, -1)
        for p, node, cost in zip(starts.place, starts.node, starts.minutes, strict=True):
            if cost < minutes[node]:
                minutes[node], place[node] = cost, p
        for _ in range(arcs.n_nodes):
            for tail in range(arcs.n_nodes):
                for arc in range(arcs.first[tail], arcs.first[tail + 1]):
                    head, total = arcs.head[arc], minutes[tail] + arcs.minutes[arc]
                    if total < minutes[head]:
                        minutes[head], place[head] = total, place[tail]
        return Sweep(minutes, place)

    ends, stations = points_at(drawn_points(1, 20)), points_at(drawn_points(2, 4))
    by_scipy, by_bellman = (
        journey(
            lattice, ends, stations, direction="from_facility", response=SIXTY, kernel=kernel
        ).table
        for kernel in (scipy_kernel, bellman)
    )
    assert asked == [len(lattice.node_x)]
    pd.testing.assert_frame_equal(by_scipy, by_bellman, atol=1e-9)


def test_quickest_of_arcs_side_by_side_and_arcs_of_no_length() -> None:
    arcs = compress(
        np.array([0, 0, 1, 0]), np.array([2, 1, 2, 2]), np.array([5.0, 0.0, 1.0, 2.0]), 3
    )
    assert arcs.minutes.tolist() == [0.0, 2.0, 1.0]
    starts = Starts(np.array([0]), np.array([0]), np.array([0.0]), 1)
    assert sweep(arcs, starts).minutes.tolist() == [0.0, 0.0, 1.0]


def test_ties_are_settled_along_whole_chains() -> None:
    # two places at equal distance of node 0, whence a chain of 2000 nodes leads away
    n = 2000
    chain = np.arange(n - 1)
    arcs = compress(chain, chain + 1, np.full(n - 1, 0.1), n)
    starts = Starts(np.array([1, 0]), np.array([0, 0]), np.array([0.7, 0.7]), 3)

    def names_the_last(arcs: Arcs, starts: Starts) -> Sweep:
        found = scipy_kernel(arcs, starts)
        return Sweep(found.minutes, np.ones(n, dtype=np.int64))

    assert set(sweep(arcs, starts, names_the_last).place.tolist()) == {0}
