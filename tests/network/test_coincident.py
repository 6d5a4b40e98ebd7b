"""Roads drawn on one another are one road."""

import pytest

from coverage.network.tags import CLASSES
from tests.network_fixtures import SIXTY, drive_min, network_of

ON = {"backward": False}
AGAINST = {"forward": False}

# 0 --- 1 --- 2 --- 3   5 km a step; the other numbers are the same places once more, as vertices
# of their own (nothing says that they are the same nodes), 8 is 4 mm off place 1.
PLACES = [(5000.0 * k, 0.0) for k in range(4)] * 2 + [(5000.0, 0.004)]


@pytest.mark.parametrize(
    "roads",
    [
        [{"path": [0, 1, 2, 3]}, {"path": [3, 2, 1, 0]}],  # two-way, once more in reverse
        [{"path": [0, 1, 2, 3]}, {"path": [0, 1, 2, 3]}],
        [{"path": [0, 1, 2, 3], **ON}, {"path": [3, 2, 1, 0], **ON}],  # opposite one-ways
        [{"path": [0, 1, 2, 3], **ON}, {"path": [0, 1, 2, 3], **AGAINST}],
        [{"path": [0, 1, 2, 3]}, {"path": [0, 1, 2, 3], **ON}],
        [{"path": [0, 1, 2, 3]}, {"path": [2, 1], **ON}],  # on a part of it
        [{"path": [0, 1, 2, 3], **ON}, {"path": [7, 6, 5, 4], **ON}],  # vertices of their own
        [{"path": [0, 1, 2, 3], **ON}, {"path": [3, 2, 8, 0], **ON}],  # some millimetres off
        [{"path": [0, 1, 0, 1, 2, 3, 2]}],  # there and back again
    ],
)
def test_a_road_drawn_twice_is_one_road_open_both_ways(roads: list[dict[str, object]]) -> None:
    network = network_of(PLACES, roads, response=SIXTY)
    assert len(network.edges) == 1
    assert network.edges["length_m"].tolist() == pytest.approx([15_000], abs=0.02)
    for start, end in ((1000, 14_000), (14_000, 1000), (4000, 6000), (0, 15_000)):
        assert drive_min(network, start, end) == pytest.approx(abs(end - start) / 1000, abs=1e-5)
    (told,) = network.quality
    assert (told.code, told.level) == ("network.drawn_twice", "note")
    assert told.text("zh")
    assert told.text("en")


def test_two_one_ways_of_one_direction_stay_a_one_way() -> None:
    network = network_of(
        PLACES, [{"path": [0, 1, 2, 3], **ON}, {"path": [4, 5, 6, 7], **ON}], response=SIXTY
    )
    assert network.edges[["forward", "backward"]].to_numpy().tolist() == [[True, False]]
    (told,) = [p for p in network.quality if p.code == "network.drawn_twice"]
    assert (told.count, told.values["km"]) == (3, "15.0")


def test_twenty_thousand_roads_on_one_another_are_one() -> None:
    """Every one of them with every other would be 200 million pairs."""
    roads = [{"path": [k % 2, 1 - k % 2]} for k in range(20_000)]
    network = network_of(PLACES[:2], roads, response=SIXTY)
    assert len(network.edges) == 1
    assert network.quality[0].count == 19_999


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_the_lower_class_and_the_lower_limit_of_each_direction_count(order: int) -> None:
    roads = [
        {"path": [0, 1], "highway": "primary", "maxspeed": "80", "name": "A"},
        {"path": [1, 0], "highway": "residential", "maxspeed_forward": "20", "name": "B"},
    ][::order]
    (edge,) = network_of(PLACES, roads).edges.itertuples()
    limits = {edge.u: edge.limit_forward_kph, edge.v: edge.limit_backward_kph}
    assert (edge.highway, edge.name) == ("residential", "B")
    west = 0 if edge.geometry.coords[0][0] < edge.geometry.coords[-1][0] else 1
    along = [edge.limit_forward_kph, edge.limit_backward_kph][west]
    against = [edge.limit_backward_kph, edge.limit_forward_kph][west]
    assert (along, against) == (80, 20)
    assert len(limits) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("road", "primary", "primary"),  # a class that is known says more than one that is not
        ("road", "road", "road"),
        ("motorway", "tertiary", "tertiary"),
    ],
)
def test_an_unknown_class_gives_way_and_doors_on_either_are_doors_on_both(
    one: str, other: str, expected: str
) -> None:
    assert {one, other} <= set(CLASSES)
    roads = [{"path": [0, 1], "highway": one}, {"path": [0, 1], "highway": other}]
    (edge,) = network_of(PLACES, roads).edges.itertuples()
    assert (edge.highway, edge.joinable) == (expected, True)


def test_a_bridge_over_a_road_is_not_that_road() -> None:
    """An elevated road drawn on the street below has no way down to it."""
    apart = network_of(PLACES, [{"path": [0, 1]}, {"path": [4, 5], "bridge": True}])
    assert apart.note.components == 2
    same = network_of(PLACES, [{"path": [0, 1]}, {"path": [0, 1], "bridge": True}])
    assert same.edges["bridge"].tolist() == [True]


def test_roads_that_only_cross_or_meet_stay_two() -> None:
    places = [(0, 0), (100, 0), (50, 50), (50, -50), (50, 0), (50, 0)]
    roads = [{"path": [0, 4, 1]}, {"path": [2, 5, 3]}]  # both have a vertex where they cross
    network = network_of(places, roads)
    assert network.note.components == 2
    assert len(network.edges) == 2
