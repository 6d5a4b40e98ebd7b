"""Which road a place joins, and the legs between doors and roads."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.model import Network
from coverage.network.snap import snap
from coverage.travel.engine import TravelEngine
from coverage.travel.journey import journey
from coverage.travel.model import Direction
from coverage.travel.response import respond
from tests.examples import examples
from tests.independent import joined_edge, main_edges, networkx_minutes
from tests.network_fixtures import (
    county_with,
    kph_of,
    network_of,
    points_at,
    villages_at,
)

KPH = kph_of(60)  # 1 km a minute
SIXTY = ResponseParameters(speeds_kph=KPH)
Place = tuple[float, float]

# A street of 4 km, a motorway 300 m north of it that is entered at both ends, a farm road 600 m
# south that hangs on nothing, and a one-way lane that leaves the street to the north-east.
PLACES: list[Place] = [(0, 0), (4000, 0), (0, 300), (4000, 300), (1000, -600), (3000, -600)]
PLACES += [(4900, 0)]
ROADS: list[dict[str, object]] = [
    {"path": [0, 1]},
    {"path": [2, 3], "highway": "motorway"},
    {"path": [0, 2]},
    {"path": [1, 3]},
    {"path": [4, 5], "name": "farm"},
    {"path": [1, 6], "backward": False, "name": "lane"},
]


@pytest.fixture(scope="module")
def network() -> Network:
    return network_of(PLACES, ROADS, response=SIXTY)


def joined(network: Network, place: Place, **asked: float) -> tuple[str | None, float, bool]:
    """Return name or class of the road that a place joins, how far it is, and whether moved."""
    found = snap(network, points_at([place]), SIXTY.model_copy(update=asked))
    edge = int(found.edge[0])
    row = network.edges.iloc[edge]
    name = row["highway"] if pd.isna(row["name"]) else row["name"]
    told = None if edge < 0 else name
    return told, round(float(found.distance_m[0]), 3), bool(found.moved[0])


@pytest.mark.parametrize(
    ("place", "asked", "expected"),
    [
        ((2000, 250), {}, ("tertiary", 250, False)),  # the motorway is 50 m away
        ((2000, 310), {}, ("tertiary", 310, False)),
        ((2000, 310), {"max_access_m": 300.0}, (None, 310, False)),
        ((2000, -350), {}, ("tertiary", 350, True)),  # 250 m to the farm road, 350 to the street
        ((2000, -399), {}, ("tertiary", 399, True)),
        ((2000, -400), {}, ("tertiary", 400, True)),  # exactly 200 m farther
        ((2000, -401), {}, ("farm", 199, False)),
        ((2000, -401), {"next_road_m": 202.0}, ("tertiary", 401, True)),
        ((2000, -350), {"next_road_m": 99.0}, ("farm", 250, False)),
        ((2000, -350), {"next_road_m": 0.0}, ("farm", 250, False)),
        ((2000, -350), {"max_access_m": 349.0}, ("farm", 250, False)),  # never out of reach for it
        ((2000, -300), {"next_road_m": 0.0}, ("tertiary", 300, False)),  # as near: the main part
        ((4100, 10), {}, ("tertiary", 100, True)),  # one-way out; the end link is main
        ((4800, 10), {}, ("lane", 10, False)),
    ],
)
def test_which_road_a_place_joins(
    network: Network, place: Place, asked: dict[str, float], expected: tuple[str, float, bool]
) -> None:
    name, metres, moved = joined(network, place, **asked)
    assert (name, moved) == (expected[0], expected[2])
    assert metres == pytest.approx(expected[1], abs=2e-3)


def test_motorways_are_driven(network: Network) -> None:
    """From street to street by the ends of the motorway where the street is closed between."""
    cut = network_of(
        [*PLACES, (1500, 0), (2500, 0)],
        [{"path": [0, 7]}, {"path": [8, 1]}, *ROADS[1:4]],
        response=SIXTY,
    )
    found = journey(
        cut,
        points_at([(3000, 0)]),
        points_at([(1000, 0)]),
        direction="from_facility",
        response=SIXTY,
    ).table
    assert found["drive_min"].tolist() == pytest.approx([1 + 0.3 + 4 + 0.3 + 1], abs=1e-5)
    assert network.edges["joinable"].sum() == len(network.edges) - 1


def test_where_there_is_only_a_motorway_nobody_joins_and_it_is_told(tmp_path: Path) -> None:
    county = county_with(
        tmp_path,
        "roads.osm",
        villages=villages_at([(2000, 310)]),
        stations=[("s", (1000, 310), 1.0)],
    )
    found = respond(county, TravelEngine(network_of(PLACES, ROADS[1:2], response=SIXTY)))
    assert found.villages["response_min"].isna().all()
    (told,) = [p for p in found.quality if p.code == "travel.village_no_road"]
    assert told.count == 1
    assert "only motorways" in told.text("en")
    assert "高速" in told.text("zh")


def test_places_that_join_another_road_are_counted_and_named(tmp_path: Path) -> None:
    county = county_with(
        tmp_path,
        "roads.osm",
        villages=villages_at([(2000, -350), (2000, -599), (500, 0)]),
        stations=[("s", (1500, -390), 1.0)],
        response={"speeds_kph": KPH},
    )
    found = respond(
        county, TravelEngine(network_of(PLACES, ROADS, response=county.config.response))
    )
    told = {p.code: p for p in found.quality}
    assert told["travel.village_next_road"].rows == (2,)
    assert "V0" in told["travel.village_next_road"].text("zh")
    assert told["travel.facility_next_road"].rows == (2,)
    assert told["travel.village_off_main"].rows == (3,)
    assert "3.0 minutes" in told["travel.station_road_far"].text("en")
    # 3 turn-out, 390 and 350 m at 10 km/h with a detour of 1.3, half a kilometre of street
    expected = 3 + (390 + 350) * 1.3 / (10_000 / 60) + 0.5
    assert found.villages["response_min"].iloc[0] == pytest.approx(expected, abs=1e-4)
    assert found.villages["leaving_min"].iloc[0] == pytest.approx(390 * 0.0078, abs=1e-4)


def test_the_quickest_station_is_judged_with_its_way_to_the_road(network: Network) -> None:
    """A is 1 km off and 500 m from the road (3.9 min), b is 4 km off and on it."""
    for direction in ("from_facility", "to_facility"):
        found = journey(
            network,
            points_at([(0, 0), (600, 0)]),
            points_at([(1000, -500), (4000, 0)]).set_axis([10, 20]),
            direction=direction,
            response=SIXTY.model_copy(update={"next_road_m": 500.0}),
        ).table
        assert found["facility"].tolist() == [20, 20]
        assert found["leaving_min"].tolist() == pytest.approx([0, 0], abs=1e-9)
        assert found["drive_min"].tolist() == pytest.approx([4.0, 3.4], abs=1e-5)
    slow = journey(
        network,
        points_at([(600, 0)]),
        points_at([(1000, -200), (4000, 0)]).set_axis([10, 20]),
        direction="to_facility",
        response=SIXTY,
    ).table
    assert slow["facility"].tolist() == [10]
    assert slow["leaving_min"].tolist() == pytest.approx([200 * 0.0078], abs=1e-5)


def test_equally_near_roads_have_an_order_that_no_rounding_changes() -> None:
    """Two carriageways 20 m apart, drawn in either order, and a place 0.0-0.4 mm off the middle."""
    places: list[Place] = [(0, 10), (1000, 10), (1000, -10), (0, -10)]
    north: dict[str, object] = {"path": [1, 0], "backward": False, "name": "north"}
    south: dict[str, object] = {"path": [3, 2], "backward": False, "name": "south"}
    links: list[dict[str, object]] = [{"path": [0, 3]}, {"path": [1, 2]}]
    for off in (-0.0004, 0.0, 0.0004):
        for two in ([north, south], [south, north]):
            network = network_of(places, [*two, *links], response=SIXTY)
            assert joined(network, (500, off))[0] == "south"
        wide = network_of(places, [{**north, "highway": "primary"}, south, *links], response=SIXTY)
        assert joined(wide, (500, off))[0] == "north"  # the higher class comes first
        both = network_of(places, [north, {**south, "backward": True}, *links], response=SIXTY)
        assert joined(both, (500, off))[0] == "south"  # open both ways comes first
    assert joined(network, (500, 0.01))[0] == "north"


def test_thousands_on_one_edge_are_not_compared_with_each_other() -> None:
    """40,000 points and 40,000 stations on one road: 1.6 thousand million pairs."""
    network = network_of([(0, 0), (4000, 0)], [{"path": [0, 1]}], response=SIXTY)
    n = 40_000
    at = np.linspace(0, 4000, n)
    many = points_at([(float(x), 0.0) for x in at])
    found = journey(network, many, many, direction="from_facility", response=SIXTY).table
    assert found["facility"].tolist() == list(range(n))
    assert found["drive_min"].max() == pytest.approx(0.0, abs=1e-9)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw streets with motorways, one-ways, fragments and roads drawn on one another."""
    side = 5
    places = [
        (400.0 * x + 31 * ((7 * x + 3 * y) % 5), 400.0 * y + 23 * ((3 * x + 5 * y) % 7))
        for y in range(side)
        for x in range(side)
    ]
    steps = [(a, a + 1) for a in range(side * side) if a % side < side - 1]
    steps += [(a, a + side) for a in range(side * (side - 1))]
    chosen = draw(st.lists(st.sampled_from(steps), min_size=4, max_size=45))
    roads: list[dict[str, object]] = []
    for a, b in chosen:
        roads.append(
            {
                "path": draw(st.sampled_from([[a, b], [b, a]])),
                "highway": draw(st.sampled_from(["tertiary", "tertiary", "primary", "motorway"])),
                "backward": draw(st.sampled_from([True, True, False])),
                "maxspeed_forward": draw(st.sampled_from(["", "", "20"])),
            }
        )
    return network_of(places, roads, response=ResponseParameters())


def spots(seed: int, n: int) -> list[Place]:
    random = np.random.default_rng(seed)
    return [(float(x), float(y)) for x, y in random.uniform(-150, 1900, (n, 2))]


@examples(40)
@given(
    networks(),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["from_facility", "to_facility"]),
    st.sampled_from([0.0, 80.0, 200.0, 3000.0]),
)
def test_networkx_agrees_on_roads_of_every_kind(
    network: Network, seed: int, direction: Direction, next_road_m: float
) -> None:
    asked = ResponseParameters(next_road_m=next_road_m, max_access_m=700)
    ends, stations = points_at([*spots(seed, 8), None]), points_at(spots(seed + 1, 3))
    place = snap(network, ends, asked)
    main = main_edges(network)
    assert network.edges["main"].tolist() == main.tolist()
    for row, point in enumerate(ends.iloc[:-1]):
        found = joined_edge(network, point, asked, main)
        assert int(place.edge[row]) == (-1 if found is None else found[0])
    ours = journey(network, ends, stations, direction=direction, response=asked).table
    theirs = networkx_minutes(network, ends, stations, asked, direction=direction)
    for leg in ("leaving_min", "drive_min", "access_min"):
        np.testing.assert_allclose(ours[leg], theirs[leg], atol=1e-6, rtol=0)


def reached(network: Network, ends: Sequence[Place], stations: Sequence[Place], m: float) -> list:
    found = journey(
        network,
        points_at(ends),
        points_at(stations),
        direction="from_facility",
        response=ResponseParameters(next_road_m=m),
    )
    return found.table["facility"].notna().tolist()


@examples(20)
@given(networks(), st.integers(0, 2**32 - 1))
def test_a_bigger_next_road_m_puts_nobody_out_of_reach(network: Network, seed: int) -> None:
    """Where a station stands on the main part, whose every road it reaches."""
    ends, stations = spots(seed, 10), spots(seed + 1, 4)
    joins = snap(network, points_at(stations), ResponseParameters(next_road_m=0.0))
    main = network.edges["main"].to_numpy()
    stations = [s for s, edge in zip(stations, joins.edge, strict=True) if edge >= 0 and main[edge]]
    if not stations:
        return
    before = reached(network, ends, stations, 0.0)
    for metres in (50.0, 200.0, 2000.0):
        after = reached(network, ends, stations, metres)
        assert all(now or not was for was, now in zip(before, after, strict=True))
        before = after


@examples(20)
@given(networks(), st.integers(0, 2**32 - 1))
def test_a_closer_station_never_worsens_and_the_order_of_roads_changes_nothing(
    network: Network, seed: int
) -> None:
    ends, stations = points_at(spots(seed, 10)), points_at(spots(seed + 1, 4))
    few, more = (
        journey(network, ends, chosen, direction="from_facility", response=SIXTY).table
        for chosen in (stations.iloc[:-1], stations)
    )
    totals = [
        (found["leaving_min"] + found["drive_min"] + found["access_min"]).fillna(np.inf)
        for found in (few, more)
    ]
    assert (totals[1] <= totals[0] + 1e-9).all()
    order = np.random.default_rng(seed).permutation(len(network.edges))
    edges = network.edges.iloc[order].reset_index(drop=True)
    shuffled = Network(
        network.crs, network.node_x, network.node_y, edges, network.note, network.quality
    )
    again = journey(shuffled, ends, stations, direction="from_facility", response=SIXTY).table
    pd.testing.assert_frame_equal(again, more, atol=1e-9)


def test_a_station_against_a_one_way_drives_round() -> None:
    places: list[Place] = [(0, 0), (1000, 0), (1000, 500), (0, 500)]
    ring: list[dict[str, object]] = [{"path": [0, 1], "backward": False}, {"path": [1, 2, 3, 0]}]
    network = network_of(places, ring, response=SIXTY)
    ends, station = points_at([(400, 10), (600, 10)]), points_at([(500, 10)])
    there = journey(network, ends, station, direction="from_facility", response=SIXTY).table
    back = journey(network, ends, station, direction="to_facility", response=SIXTY).table
    assert there["drive_min"].tolist() == pytest.approx([0.5 + 2.0 + 0.4, 0.1], abs=1e-5)
    assert back["drive_min"].tolist() == pytest.approx([0.1, 0.4 + 2.0 + 0.5], abs=1e-5)
