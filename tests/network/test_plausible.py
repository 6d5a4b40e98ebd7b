"""What a damaged file does to roads: leaps and losses are told, beyond one in a hundred refused."""

import numpy as np
import pytest

from coverage.network.plausible import lost_roads, without_leaps
from coverage.network.ways import Way, Ways, ways_table
from coverage.problems import InputError
from tests.errors import input_error

ROAD = Way("tertiary", True, True, True, "", False, None, True)
M_PER_DEGREE = 110_900.0  # of latitude, at 28 degrees north within 0.2 %


def roads(*lines: list[tuple[float, float]]) -> Ways:
    """Return roads through places (longitude, latitude), none of them joined."""
    lon, lat = np.array([place for line in lines for place in line], dtype=float).reshape(-1, 2).T
    return Ways(
        table=ways_table([ROAD] * len(lines)),
        vertex=np.arange(len(lon)),
        first=np.cumsum([0, *map(len, lines)]),
        lon=lon,
        lat=lat,
        dropped={},
        quality=(),
    )


def quiet(count: int) -> list[list[tuple[float, float]]]:
    return [[(112.0, 28.0 + i / 1000), (112.01, 28.0 + i / 1000)] for i in range(count)]


def codes(ways: Ways) -> list[tuple[str, str, int]]:
    return [(p.code, p.level, p.count) for p in ways.quality]


@pytest.mark.parametrize("nowhere", [(112.0, 3.0), (np.nan, 28.0), (112.0, np.inf), (112.0, 95.0)])
def test_a_piece_that_leaps_is_left_out_and_told(nowhere: tuple[float, float]) -> None:
    bent = [(112.0, 28.5), (112.0, 28.51), nowhere, (112.0, 28.52), (112.0, 28.53)]
    ways = without_leaps(roads(*quiet(99), bent), "r.osm")
    assert codes(ways) == [("network.leaps", "warning", 1)]
    assert np.diff(ways.first).tolist() == [2] * 99 + [2, 2]
    assert len(ways.table) == 101
    assert ways.lat[ways.vertex[-4:]].tolist() == [28.5, 28.51, 28.52, 28.53]
    assert f"{nowhere[0]:.5f}, {nowhere[1]:.5f}" in ways.quality[0].text("en")


@pytest.mark.parametrize(("whole", "refused"), [(98, True), (99, False), (198, False)])
def test_one_road_in_a_hundred_may_leap(whole: int, refused: bool) -> None:
    leaping = [[(112.0, 28.5), (112.0, 3.0)]]
    given = roads(*quiet(whole), *leaping)
    if refused:
        with input_error(r"1 of 99 roads \(1.01 %\).*more than 1 %"):
            without_leaps(given, "r.osm")
    else:
        assert len(without_leaps(given, "r.osm").table) == whole


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (9_900, []),
        (10_100, [("network.odd_vertices", "warning", 1)]),
        (49_800, [("network.odd_vertices", "warning", 1)]),
        (50_200, [("network.leaps", "warning", 1)]),
    ],
)
def test_how_long_a_straight_piece_may_be(metres: float, expected: list[object]) -> None:
    far = [[(112.0, 28.0), (112.0, 28.0 + metres / M_PER_DEGREE)]]
    assert codes(without_leaps(roads(*quiet(150), *far), "r.osm")) == expected


def test_a_vertex_that_leaps_out_and_back_is_told_and_kept() -> None:
    spike = [(112.0, 28.0), (112.03, 28.0), (112.0, 28.001)]
    bend = [(112.0, 28.0), (112.03, 28.0), (112.03, 28.03)]
    ways = without_leaps(roads(*quiet(9), spike), "r.osm")
    assert codes(ways) == [("network.odd_vertices", "warning", 1)]
    assert "112.03000, 28.00000" in ways.quality[0].text("zh")
    assert np.diff(ways.first).tolist() == [2] * 9 + [3]
    assert not codes(without_leaps(roads(*quiet(9), bend), "r.osm"))


def test_roads_far_away_are_no_leap_and_no_roads_are_no_error() -> None:
    province = [[(112.0 + i, 28.0), (112.001 + i, 28.0)] for i in range(5)]
    assert not codes(without_leaps(roads(*province), "r.osm"))
    none = roads()
    assert without_leaps(none, "r.osm") is none


@pytest.mark.parametrize(("total", "refused"), [(199, True), (200, False)])
def test_lost_records_are_named_by_row_and_beyond_one_in_a_hundred_refused(
    total: int, refused: bool
) -> None:
    lost = {"not_a_line": [7], "area": [9, 7]}
    if refused:
        with pytest.raises(InputError) as caught:
            lost_roads("r.shp", lost, total)
        assert caught.value.problems[0].code == "network.too_many_lost"
    else:
        (problem,) = lost_roads("r.shp", lost, total)
        assert (problem.code, problem.level, problem.rows) == (
            *("network.lost_roads", "warning"),
            (7, 9),
        )
        assert "2 of 200" in problem.text("en")
        assert "面状场地 2" in problem.text("zh")
    assert lost_roads("r.shp", {"area": []}, total) == ()
