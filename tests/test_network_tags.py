"""What OSM tags do to a road."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.network.tags import (
    CLASSES,
    directions,
    drop_reason,
    is_bridge,
    is_joinable,
    listed,
    maxspeed_kph,
    road_words,
)


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
    ],
)
def test_maxspeed(value: str, kph: float | None) -> None:
    assert maxspeed_kph(value) == kph


@settings(deadline=None)
@given(st.text(max_size=30))
def test_maxspeed_of_any_text_is_positive_or_unknown(value: str) -> None:
    kph = maxspeed_kph(value)
    assert kph is None or kph > 0


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
    reasons = {"ferry", "area", "access", "not_a_line"}
    assert set(road_words().chinese) == {*CLASSES, *road_words().not_drivable, *reasons}
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
    ],
)
def test_no_place_joins_a_motorway_or_a_motorroad(tags: dict[str, str], expected: bool) -> None:
    assert is_joinable(tags) is expected
