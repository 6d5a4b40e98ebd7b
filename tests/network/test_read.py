"""The roads of a county folder: where they must lie, and every problem at once."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from coverage.county.config import ResponseParameters
from coverage.network.read import read_network
from coverage.network.snap import entering_min, leaving_min, snap
from coverage.problems import InputError
from tests.errors import input_error
from tests.network_fixtures import (
    ORIGIN,
    county_with,
    kph_of,
    network_of,
    osm_xml,
    points_at,
    villages_at,
)

ROAD = {1: (0.0, 0.0), 2: (1000.0, 0.0)}


def write(folder: Path, nodes: dict[int, tuple[float, float]], highway: str = "primary") -> None:
    text = osm_xml(nodes, [([1, 2], {"highway": highway})])
    (folder / "roads.osm").write_text(text, encoding="utf-8")


def test_roads_elsewhere_are_refused_with_both_bounds(tmp_path: Path) -> None:
    # the townships reach 3 km east of the origin, the margin 20 km more
    for east, refused in ((22_000.0, False), (24_000.0, True), (3_000_000.0, True)):
        write(tmp_path, {1: (east, 0.0), 2: (east + 1000, 0.0)})
        county = county_with(tmp_path, "roads.osm")
        if not refused:
            assert len(read_network(county).edges) == 1
            continue
        with pytest.raises(InputError) as caught:
            read_network(county)
        (problem,) = caught.value.problems
        assert problem.code == "network.elsewhere"
        assert problem.text("en").count("° E") == 2


def test_roads_far_off_are_kept_and_told_and_meeting_the_margin_is_not_far(tmp_path: Path) -> None:
    # the townships reach 3 km east of the origin, the margin 20 km more
    nodes = {1: (0.0, 0.0), 2: (1000.0, 0.0), 3: (22_900.0, 0.0), 4: (24_000.0, 0.0)}
    nodes |= {5: (25_000.0, 0.0)}
    ways = [([1, 2], {"highway": "primary"}), ([3, 4], {"highway": "primary"})]
    for more, far in (([], 0), ([([4, 5], {"highway": "tertiary"})], 1)):
        (tmp_path / "roads.osm").write_text(osm_xml(nodes, [*ways, *more]), encoding="utf-8")
        network = read_network(county_with(tmp_path, "roads.osm"))
        assert len(network.edges) == 2 + far
        told = [p for p in network.quality if p.code == "network.far_roads"]
        assert [(p.level, p.count) for p in told] == [("note", far)] * far


def test_roads_with_lon_and_lat_swapped_are_elsewhere(tmp_path: Path) -> None:
    swapped = (
        '<osm version="0.6"><node id="1" lon="28.5" lat="82"/><node id="2" lon="29" lat="82"/>'
    )
    swapped += '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
    (tmp_path / "roads.osm").write_text(swapped)
    with input_error("not in this county"):
        read_network(county_with(tmp_path, "roads.osm"))


def test_problems_of_speeds_and_roads_come_together(tmp_path: Path) -> None:
    write(tmp_path, ROAD, "footway")
    response = {"speed_profile": "hunna", "speeds_kph": {"primry": 40}}
    with pytest.raises(InputError) as caught:
        read_network(county_with(tmp_path, "missing.osm", response=response))
    assert [p.code for p in caught.value.problems][:2] == [
        "network.unknown_profile",
        "network.unknown_speed_class",
    ]
    assert caught.value.problems[2].code.startswith("county.file_missing")


def test_no_drivable_road_says_what_was_left_out(tmp_path: Path) -> None:
    write(tmp_path, ROAD, "footway")
    with input_error("footway 1"):
        read_network(county_with(tmp_path, "roads.osm"))


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, ROAD)
    inner = tmp_path / "county"
    inner.mkdir()
    (inner / "link.osm").symlink_to(tmp_path / "roads.osm")
    for name in ("../roads.osm", str(tmp_path / "roads.osm"), "link.osm"):
        with pytest.raises(InputError) as caught:
            read_network(county_with(inner, name))
        code = "county.link_outside" if name == "link.osm" else "county.path_outside"
        assert caught.value.problems[0].code == code


def test_the_same_file_gives_the_same_network(tmp_path: Path) -> None:
    places = {i: (100.0 * (i % 7), 90.0 * (i // 7)) for i in range(1, 50)}
    ways = [([i, i + 1, i + 7], {"highway": "tertiary"}) for i in range(1, 42)]
    (tmp_path / "roads.osm").write_text(osm_xml(places, ways), encoding="utf-8")
    first, second = (read_network(county_with(tmp_path, "roads.osm")) for _ in range(2))
    assert first.edges.drop(columns="geometry").equals(second.edges.drop(columns="geometry"))
    assert first.edges.geometry.geom_equals(second.edges.geometry).all()
    np.testing.assert_array_equal(first.node_x, second.node_x)


def test_snapping() -> None:
    network = network_of(
        [(0, 0), (1000, 0), (0, 200)],
        [{"path": [0, 1], "backward": False}, {"path": [0, 2], "highway": "primary"}],
        villages=villages_at([(0, 0)]),
    )
    ends = points_at([(250, 30), (-10, -10), None, (500, -400), (0.005, 5), (999.995, 0)])
    ends.iloc[2] = shapely.Point()
    place = snap(network, ends, ResponseParameters(max_access_m=300))
    # at the corner both are as near: what is open both ways comes first
    assert place.edge.tolist() == [0, 1, -1, -1, 1, 0]
    assert place.fraction[[0, 1]].tolist() == pytest.approx([0.25, 0.0], abs=1e-6)
    assert place.distance_m[[0, 1, 3]].tolist() == pytest.approx([30, 200**0.5, 400], abs=1e-4)
    assert np.isnan(place.distance_m[2])
    whole = network.edges["drive_forward_min"][0]
    other = network.edges["drive_forward_min"][1]
    to_u, to_v = leaving_min(network, place)
    assert to_u.tolist()[:4] == [np.inf, 0.0, np.inf, np.inf]
    assert to_v.tolist()[:2] == pytest.approx([0.75 * whole, other], abs=1e-6)
    from_u, from_v = entering_min(network, place)
    assert from_u[0] == pytest.approx(0.25 * whole, abs=1e-6)
    assert from_v[0] == np.inf
    assert from_v[5] == pytest.approx(0.0, abs=1e-4)  # 5 mm off the end is on the node


def test_speed_of_a_whole_county_by_factor(tmp_path: Path) -> None:
    write(tmp_path, ROAD)
    response = {"speeds_kph": kph_of(60), "speed_factor": 0.5}
    edges = read_network(county_with(tmp_path, "roads.osm", response=response)).edges
    assert edges["drive_forward_min"][0] == pytest.approx(2.0, abs=1e-4)
    assert edges.geometry[0].coords[0] == pytest.approx(ORIGIN, abs=0.02)
