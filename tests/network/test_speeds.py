"""Speed profiles and what a county changes in them."""

import tomllib

import pytest

from coverage.county.config import ResponseParameters
from coverage.network.speeds import (
    AREA_CLASSES,
    load_profile,
    profile_names,
    speed_table,
)
from coverage.network.tags import CLASSES
from coverage.paths import DATA
from coverage.problems import InputError
from tests.errors import input_error
from tests.network_fixtures import kph_of, network_of, villages_at


def kph(response: ResponseParameters, area: str, highway: str) -> float:
    table = speed_table(response)
    return float(table[AREA_CLASSES.index(area), CLASSES.index(highway)])  # type: ignore[arg-type]


def test_profiles_are_these() -> None:
    assert profile_names() == ("china", "hunan", "shandong")


@pytest.mark.parametrize(
    ("profile", "area", "highway", "expected"),
    [
        ("hunan", "rural", "motorway", 92),
        ("hunan", "rural", "tertiary", 26),
        ("hunan", "urban", "primary", 24),
        ("hunan", "urban", "motorway", 77),  # no urban figure: suburban
        ("hunan", "urban", "unclassified", 22),
        ("hunan", "urban", "primary_link", 27),
        ("hunan", "urban", "living_street", 10),  # as service
        ("hunan", "rural", "road", 18),  # as residential
        ("shandong", "urban", "unclassified", 29),
        ("shandong", "urban", "motorway", 87),
        ("shandong", "rural", "service", 12),
        ("china", "urban", "motorway", 52),
        ("china", "rural", "tertiary_link", 28),
    ],
)
def test_figures_of_the_source(profile: str, area: str, highway: str, expected: float) -> None:
    assert kph(ResponseParameters(speed_profile=profile), area, highway) == expected


@pytest.mark.parametrize("name", ["china", "hunan", "shandong"])
def test_each_file_says_its_source_and_what_fell_back(name: str) -> None:
    profile = load_profile(name)
    assert "OpenStreetMapSpeeds" in profile.source
    assert profile.licence == "MIT"
    assert len(profile.assumptions) == 2
    raw = tomllib.loads((DATA / "speeds" / f"{name}.toml").read_text(encoding="utf-8"))
    assert set(raw["fallback"]) == {"urban", "rural"}
    assert load_profile("hunan").fallback["urban"]["motorway"] == "suburban"


@pytest.mark.parametrize("name", ["huan", "../hunan", "", "hunan.toml"])
def test_unknown_profile_names_the_known(name: str) -> None:
    with input_error("china, hunan, shandong"):
        load_profile(name)


def test_every_unknown_name_is_told_at_once() -> None:
    wrong = ResponseParameters(speed_profile="x", speeds_kph={"primry": 40, "footway": 4})
    with pytest.raises(InputError) as caught:
        speed_table(wrong)
    lines = caught.value.lines("en")
    assert len(lines) == 3
    assert "“primary”" in lines[1]
    assert "response.speeds_kph.footway" in lines[2]


def test_county_speeds_replace_both_area_classes_even_upwards() -> None:
    own = ResponseParameters(speed_profile="hunan", speeds_kph={"primary": 77})
    assert kph(own, "urban", "primary") == kph(own, "rural", "primary") == 77
    assert kph(own, "rural", "secondary") == 32


def test_limits_lower_and_never_raise_and_the_factor_comes_last() -> None:
    own = ResponseParameters(speeds_kph={"primary": 50}, speed_factor=0.8)
    roads = [
        {"path": [k, k + 1], "highway": "primary", "maxspeed": limit}
        for k, limit in enumerate(["40", "90", ""])
    ]
    edges = network_of([(1000.0 * k, 0) for k in range(4)], roads, response=own).edges
    assert edges["speed_forward_kph"].tolist() == [32.0, 40.0, 40.0]


def test_a_limit_by_direction_counts_there_instead_of_the_one_of_both() -> None:
    """1 km at 60, 30 and 50 km/h: 1, 2 and 1.2 minutes."""
    limits = {"maxspeed": "50", "maxspeed_forward": "60", "maxspeed_backward": "30"}
    ways: list[dict[str, object]] = [
        {"path": [0, 1], **limits},
        {"path": [2, 1], **limits},  # drawn the other way
        {"path": [2, 3], **limits, "maxspeed_backward": "CN:rural"},
        {"path": [4, 3], **limits, "forward": False},
    ]
    fast = ResponseParameters(speeds_kph=kph_of(60))
    for merge in (True, False):
        network = network_of([(1000.0 * k, 0) for k in range(5)], ways, response=fast, merge=merge)
        edges = network.edges
        assert edges["drive_forward_min"].tolist() == pytest.approx([1, 1, 1, 2], abs=1e-6)
        assert edges["drive_backward_min"].tolist() == pytest.approx([2, 2, 1.2, 2], abs=1e-6)
        assert [(p.code, p.count) for p in network.quality if "ignored" in p.code] == [
            ("network.maxspeed_ignored", 1)
        ]


def test_chains_merge_as_they_are_run_where_the_limits_differ_by_direction() -> None:
    limits = {"maxspeed_forward": "30", "maxspeed_backward": "15"}
    turned = {"maxspeed_forward": "15", "maxspeed_backward": "30"}
    places = [(0, 0), (1000, 0), (2000, 0)]
    alike: list[dict[str, object]] = [{"path": [0, 1], **limits}, {"path": [2, 1], **turned}]
    other: list[dict[str, object]] = [{"path": [0, 1], **limits}, {"path": [2, 1], **limits}]
    (edge,) = network_of(places, alike).edges.itertuples()
    assert (edge.limit_forward_kph, edge.limit_backward_kph) == (30, 15)
    assert len(network_of(places, other).edges) == 2


@pytest.mark.parametrize(
    ("stated", "column", "named"),
    [
        ({"speed_factor": 0.05}, "response.speed_factor", "road 0.8/0.9"),
        (
            {"speed_factor": 3.0, "speeds_kph": {"primary": 150}},
            "response.speeds_kph.primary",
            "450",
        ),
        ({"speed_factor": 0.5, "speeds_kph": {"trunk": 1.9}}, "response.speeds_kph.trunk", "0.95"),
    ],
)
def test_speeds_that_no_road_is_driven_at_are_a_problem(
    stated: dict[str, object], column: str, named: str
) -> None:
    with pytest.raises(InputError) as caught:
        speed_table(ResponseParameters.model_validate(stated))
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("network.speed_implausible", "county.toml")
    assert problem.column == column
    assert named in problem.text("en")
    assert problem.text("zh")


def test_the_slowest_and_the_fastest_speed_themselves_are_read() -> None:
    for kph, factor, expected in ((2.0, 0.5, 1.0), (200.0, 2.0, 400.0)):
        own = ResponseParameters(speeds_kph=kph_of(kph), speed_factor=factor)
        assert (speed_table(own) * factor == expected).all()


def test_area_class_is_that_of_the_village_nearest_to_the_middle() -> None:
    villages = villages_at([(0, 0), (1000, 0)], ["urban", "rural"])
    network = network_of(
        [(0, 100), (400, 100), (900, 100)],
        [{"path": [0, 1, 2], "highway": "primary"}],
        villages=villages,
        response=ResponseParameters(speed_profile="hunan"),
    )
    # the second piece's middle is at 650: nearer to the rural village, so the chain is not merged
    assert network.edges["area_class"].tolist() == ["urban", "rural"]
    assert network.edges["speed_forward_kph"].tolist() == [24.0, 38.0]
    expected = [0.4 / 24 * 60, 0.5 / 38 * 60]
    assert network.edges["drive_forward_min"].tolist() == pytest.approx(expected, abs=1e-6)


def test_kph_of_all_classes_makes_one_speed() -> None:
    network = network_of(
        [(0, 0), (1000, 0)],
        [{"path": [0, 1], "maxspeed": "30 mph"}],
        response=ResponseParameters(speeds_kph=kph_of(60)),
    )
    assert network.edges["speed_forward_kph"].tolist() == pytest.approx([48.28032])
