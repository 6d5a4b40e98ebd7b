"""What OSM tags do to a road."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.network.access import metres
from coverage.network.barriers import Barriers, is_unclear, stops_cars
from coverage.network.remarks import TagRemarks
from coverage.network.tags import (
    CLASSES,
    directions,
    drop_reason,
    is_bridge,
    is_joinable,
    maxspeed_kph,
)
from coverage.network.words import listed, road_words


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "primary"}, None),
        ({"highway": "living_street"}, None),
        ({"highway": "trunk_link"}, None),
        ({"highway": "footway"}, "footway"),
        ({"highway": "track"}, "track"),
        ({"highway": "construction", "construction": "primary"}, "construction"),
        ({"highway": "primary;secondary"}, "primary;secondary"),
        ({"highway": "service", "area": "yes"}, "area"),
        ({"route": "ferry"}, "ferry"),
        ({"route": "ferry", "highway": "primary"}, "ferry"),
        ({"route": "bus"}, ""),
        ({"highway": "service", "access": "private"}, "access"),
        ({"highway": "service", "access": "no"}, "access"),
        ({"highway": "service", "access": "destination"}, None),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, None),
        ({"highway": "service", "access": "no", "vehicle": "yes"}, None),
        ({"highway": "service", "access": "yes", "vehicle": "no"}, "access"),
        ({"highway": "service", "vehicle": "yes", "motor_vehicle": "private"}, "access"),
        ({"highway": "service", "vehicle": "no", "motor_vehicle": "destination"}, None),
        ({"highway": "service", "access": "private", "emergency": "yes"}, None),
        ({"highway": "service", "access": "private", "emergency": "designated"}, None),
        ({"highway": "service", "access": "private", "emergency": "no"}, "access"),
        ({"highway": "service", "motor_vehicle": "agricultural;forestry"}, None),
        ({"highway": "service", "motor_vehicle": "no;private"}, "access"),
        ({"highway": "service", "motor_vehicle": "private;delivery"}, None),
        # the most specific mode decides
        ({"highway": "primary", "motor_vehicle": "yes", "motorcar": "no"}, "access"),
        ({"highway": "primary", "motor_vehicle": "no", "motorcar": "yes"}, None),
        ({"highway": "primary", "access": "yes", "vehicle": "private"}, "access"),
        ({"highway": "primary", "access": "military"}, "access"),
        ({"highway": "primary", "motor_vehicle": "use_sidepath"}, "access"),
        ({"highway": "primary", "access": "No"}, "access"),
        ({"highway": "primary", "access": "permit"}, None),
        ({"highway": "primary", "access": "nobody knows"}, None),
        ({"highway": "primary", "emergency": "no"}, "access"),
        ({"highway": "primary", "motorcar": "no", "emergency": "official"}, None),
        ({"highway": "primary", "emergency": "phone", "access": "no"}, "access"),
        ({"highway": "primary", "access:conditional": "no @ (22:00-06:00)"}, None),
        ({"highway": "primary", "vehicle:forward": "no", "vehicle:backward": "no"}, "access"),
        # the life of a road, and its size
        ({"highway": "primary", "disused": "yes"}, "disused"),
        ({"highway": "primary", "construction": "minor"}, None),
        ({"highway": "primary", "construction": "yes"}, "construction"),
        ({"highway": "busway"}, "busway"),
        ({"highway": "service", "service": "parking_aisle"}, None),
        ({"highway": "primary", "motorroad": "yes"}, None),
        ({"highway": "primary", "maxheight": "2.79"}, "too_low"),
        ({"highway": "primary", "maxheight": "2.8"}, None),
        ({"highway": "primary", "maxheight": "default"}, None),
        ({"highway": "primary", "maxheight": "8'6\""}, "too_low"),
        ({"highway": "primary", "maxheight:physical": "250cm"}, "too_low"),
        ({"highway": "primary", "maxwidth": "2.0 m"}, "too_narrow"),
        ({"highway": "primary", "maxwidth": "2.1"}, None),
    ],
)
def test_what_is_driven(tags: dict[str, str], reason: str | None) -> None:
    assert drop_reason(tags) == reason


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "primary"}, (True, True)),
        ({"highway": "primary", "oneway": "yes"}, (True, False)),
        ({"highway": "primary", "oneway": "true"}, (True, False)),
        ({"highway": "primary", "oneway": "1"}, (True, False)),
        ({"highway": "primary", "oneway": "-1"}, (False, True)),
        ({"highway": "primary", "oneway": "reverse"}, (False, True)),
        ({"highway": "primary", "oneway": "no"}, (True, True)),
        ({"highway": "primary", "oneway": "reversible"}, (True, True)),
        ({"highway": "primary", "junction": "roundabout"}, (True, False)),
        ({"highway": "primary", "junction": "circular"}, (True, False)),
        ({"highway": "primary", "junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"highway": "primary", "junction": "roundabout", "oneway": "-1"}, (False, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"highway": "primary", "oneway": "alternating"}, (True, True)),
        ({"highway": "primary", "oneway": "nobody knows"}, (True, True)),
        ({"highway": "motorway", "oneway": "nobody knows"}, (True, False)),
        ({"highway": "primary", "oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"highway": "primary", "oneway:motorcar": "-1", "oneway": "yes"}, (False, True)),
        ({"highway": "primary", "oneway": "yes", "oneway:bicycle": "no"}, (True, False)),
        ({"highway": "primary", "oneway": "yes", "oneway:emergency": "no"}, (True, True)),
        ({"highway": "primary", "motor_vehicle:backward": "no"}, (True, False)),
        ({"highway": "primary", "access:forward": "private"}, (False, True)),
        (
            {"highway": "primary", "access:forward": "no", "motorcar:forward": "yes"},
            (True, True),
        ),
        (
            {"highway": "primary", "vehicle:backward": "no", "emergency:backward": "yes"},
            (True, True),
        ),
    ],
)
def test_directions(tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert directions(tags) == expected


@pytest.mark.parametrize(
    ("value", "kph"),
    [
        ("60", 60.0),
        ("60 km/h", 60.0),
        ("60km/h", 60.0),
        ("40 mph", 40 * 1.609344),
        ("60;40", 40.0),
        ("40;60", 40.0),
        ("none", math.inf),
        ("signals", math.inf),
        ("", math.inf),
        ("0", math.inf),
        ("CN:urban", None),
        ("walk", None),
        ("-50", None),
        ("1e9", None),
        ("60;CN:urban", None),
        ("40mph", 40 * 1.609344),
        ("60 KM/H", 60.0),
        ("60 km / h", 60.0),
        ("\uff16\uff10", 60.0),  # full-width digits
        ("\uff16\uff10\uff4b\uff4d\uff0f\uff48", 60.0),
        ("60\u516c\u91cc/\u5c0f\u65f6", 60.0),  # the Chinese unit
        ("60 knots", None),
        ("3", 3.0),
        ("2.9", None),
        ("300", 300.0),
        ("301", None),
    ],
)
def test_maxspeed(value: str, kph: float | None) -> None:
    assert maxspeed_kph(value) == kph


@given(st.text(max_size=30))
def test_maxspeed_of_any_text_is_positive_or_unknown(value: str) -> None:
    kph = maxspeed_kph(value)
    assert kph is None or kph > 0


def test_an_ambulance_fits_under_what_is_higher_than_it() -> None:
    values = ("2.5", " 2.5 M ", "250 cm", "8'2\"", "8'", "none", "", "2,5")
    found = [metres(value) for value in values]
    assert found == [2.5, 2.5, 2.5, pytest.approx(2.4892), pytest.approx(2.4384), *[None] * 3]


@pytest.mark.parametrize(
    ("tags", "stops", "unclear"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "gate;bollard"}, True, False),
        ({"barrier": "Jersey_Barrier"}, True, False),
        ({"barrier": "bollard", "emergency": "yes"}, False, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "bollard", "access": "yes", "motorcar": "no"}, True, False),
        ({"barrier": "bollard", "bicycle": "yes"}, True, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "locked": "yes"}, True, False),
        ({"barrier": "gate", "access": "no"}, True, False),
        ({"barrier": "gate", "access": "private", "emergency": "yes"}, False, False),
        ({"barrier": "lift_gate", "access": "private"}, True, False),
        ({"barrier": "lift_gate", "access": "private", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "toll_booth"}, False, False),
        ({"barrier": "cattle_grid"}, False, False),
        ({"barrier": "height_restrictor"}, False, True),
        ({"barrier": "height_restrictor", "maxheight": "2.7"}, True, False),
        ({"barrier": "height_restrictor", "maxheight": "2.7", "motor_vehicle": "yes"}, True, False),
        ({"barrier": "height_restrictor", "maxheight": "2.7", "emergency": "yes"}, False, False),
        ({"barrier": "height_restrictor", "maxheight": "2.8"}, False, False),
        ({"barrier": "width_restrictor", "maxwidth:physical": "2"}, True, False),
        ({"barrier": "yes"}, False, True),
    ],
)
def test_barriers(tags: dict[str, str], stops: bool, unclear: bool) -> None:
    assert (stops_cars(tags), is_unclear(tags)) == (stops, unclear)


def test_barriers_are_counted_by_kind_and_named_by_node() -> None:
    barriers = Barriers()
    barriers.add(12, {"barrier": "bollard"})
    barriers.add(7, {"barrier": "block"})
    barriers.add(9, {"barrier": "bollard"})
    barriers.add(3, {"barrier": "gate"})
    barriers.add(4, {"barrier": "yes"})
    stopping, unclear = barriers.problems("r.osm")
    assert (stopping.code, stopping.level, stopping.count) == ("network.barriers", "note", 3)
    assert "bollard 2, block 1. Nodes: 7, 9, 12." in stopping.text("en")
    assert (unclear.code, unclear.count) == ("network.unclear_barriers", 1)
    assert not Barriers().problems("r.osm")


def test_odd_words_and_conditions_are_told() -> None:
    remarks = TagRemarks()
    for tags in (
        {"oneway": "T"},
        {"oneway": "T", "oneway:motorcar": "maybe"},
        {"oneway": "reversible", "maxspeed:conditional": "30 @ snow"},
        {"oneway": "yes", "access": "yes"},
        {"access": "no;nobody"},
        {"access:conditional": "no @ (22:00-06:00)", "oneway:conditional": "yes @ night"},
    ):
        remarks.add({"highway": "primary", **tags})
    problems = {p.code: p for p in remarks.problems("r.osm")}
    assert {code: (p.level, p.count) for code, p in problems.items()} == {
        "network.unknown_oneway": ("warning", 3),
        "network.unknown_access": ("warning", 1),
        "network.conditional": ("note", 2),
        "network.changing_oneway": ("note", 1),
    }
    named = problems["network.unknown_oneway"].text("en")
    assert "\u201coneway=t\u201d (2), \u201coneway:motorcar=maybe\u201d (1)" in named
    assert not TagRemarks().problems("r.osm")


@pytest.mark.parametrize(
    ("value", "expected"), [("yes", True), ("viaduct", True), ("no", False), ("", False)]
)
def test_bridges(value: str, expected: bool) -> None:
    assert is_bridge({"bridge": value}) is expected


def test_words_lead_to_known_classes() -> None:
    words = road_words()
    assert not words.not_drivable & set(CLASSES)
    known = words.not_drivable | set(CLASSES)
    assert set(words.other_values["highway"].values()) <= known
    assert set(words.other_values["oneway"].values()) <= {"yes", "no", "-1"}


def test_every_class_and_reason_has_a_chinese_name() -> None:
    words = road_words()
    reasons = {"ferry", "area", "access", "not_a_line", "unreadable", "too_low", "too_narrow"}
    barriers = words.stopping_barriers | words.passed_barriers
    assert set(words.chinese) == {*CLASSES, *words.not_drivable, *reasons, *barriers}
    found = listed({"track": 432, "<b>": 1})
    assert found.en == "track 432, <b> 1"
    assert found.zh == "机耕路 432, <b> 1"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "trunk"}, True),
        ({"highway": "trunk", "motorroad": "no"}, True),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "trunk_link", "motorroad": " Yes "}, False),
        ({"highway": "residential"}, True),
        # closed to the public, open to an ambulance
        ({"highway": "service", "access": "private", "emergency": "yes"}, False),
        ({"highway": "service", "access": "no", "motor_vehicle": "agricultural;forestry"}, False),
        ({"highway": "service", "access": "permit"}, False),
        ({"highway": "service", "service": "emergency_access"}, False),
        ({"highway": "service", "motor_vehicle": "agricultural;delivery"}, True),
        ({"highway": "service", "access": "destination"}, True),
        ({"highway": "service", "access": "yes", "emergency": "yes"}, True),
        ({"highway": "service", "emergency": "yes"}, True),
    ],
)
def test_no_place_joins_a_motorway_or_a_road_closed_to_the_public(
    tags: dict[str, str], expected: bool
) -> None:
    assert is_joinable(tags) is expected
