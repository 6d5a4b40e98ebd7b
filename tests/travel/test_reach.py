"""Roads reached: cut by hand, and compared with networkx at places along every piece."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.travel.reach import reach
from tests.examples import examples
from tests.independent import networkx_minutes
from tests.network.test_build import road_lists
from tests.network_fixtures import points_at
from tests.travel.test_journey import drawn_points
from tests.travel.test_route import assessed

LINE = [(0.0, 0.0), (30_000.0, 0.0)]
LIMITS = (10.0, 20.0, 30.0)


def told(found: gpd.GeoDataFrame) -> list[tuple[float, float, float]]:
    """From, to (km along a road of 30 km) and limit of every piece."""
    rows = found[["begin", "end", "limit_min"]].itertuples(index=False)
    return [(round(30 * b, 6), round(30 * e, 6), limit) for b, e, limit in rows]


def test_a_road_is_cut_where_the_minutes_run_out() -> None:
    # 3 minutes of turn-out leave 7, 17 and 27 km at 1 km a minute
    report = assessed([(0.0, 0.0)], [(0.0, 0.0)], LINE, [{"path": [0, 1]}])
    found = reach(report, LIMITS)
    assert told(found)[:3] == [(0, 7, 10), (7, 17, 20), (17, 27, 30)]
    assert math.isnan(told(found)[3][2])
    assert found["length_m"].tolist() == pytest.approx([7000, 10_000, 10_000, 3000], abs=1e-3)
    assert found.length.tolist() == pytest.approx(found["length_m"].tolist(), abs=1e-6)


def test_a_station_on_its_way_reaches_both_sides() -> None:
    report = assessed([(0.0, 0.0)], [(12_000.0, 0.0)], LINE, [{"path": [0, 1]}])
    pieces = told(reach(report, (10.0, 20.0)))
    assert pieces[:4] == [(0, 5, 20), (5, 12, 10), (12, 19, 10), (19, 29, 20)]
    assert math.isnan(pieces[4][2])


def test_a_one_way_is_reached_only_as_it_may_be_driven() -> None:
    roads: list[dict[str, object]] = [{"path": [0, 1], "backward": False}]
    report = assessed([(0.0, 0.0)], [(12_000.0, 0.0)], LINE, roads)
    pieces = told(reach(report, (10.0,)))
    assert pieces[1] == (12, 19, 10)
    assert [math.isnan(limit) for _, _, limit in pieces] == [True, False, True]


def test_two_stations_meet_in_the_middle() -> None:
    report = assessed([(0.0, 0.0)], [(0.0, 0.0), (30_000.0, 0.0)], LINE, [{"path": [0, 1]}])
    assert told(reach(report, (10.0, 20.0))) == [(0, 7, 10), (7, 23, 20), (23, 30, 10)]
    of_one = told(reach(report, (10.0,), stations=[1]))
    assert of_one[1] == (23, 30, 10)


def test_turn_out_longer_than_a_limit_reaches_nothing() -> None:
    report = assessed([(0.0, 0.0)], [(0.0, 0.0)], LINE, [{"path": [0, 1]}], turnout_min=12)
    assert told(reach(report, (10.0, 20.0)))[0] == (0, 8, 20)
    nobody = assessed([(0.0, 0.0)], [None], LINE, [{"path": [0, 1]}])
    assert reach(nobody, LIMITS)["limit_min"].isna().all()


@pytest.mark.parametrize("limits", [(), (10.0, 10.0), (20.0, 10.0)])
def test_limits_must_rise(limits: tuple[float, ...]) -> None:
    report = assessed([(0.0, 0.0)], [(0.0, 0.0)], LINE, [{"path": [0, 1]}])
    with pytest.raises(ValueError, match="rise"):
        reach(report, limits)


@examples(30)
@given(road_lists(), st.integers(0, 2**32 - 1))
def test_pieces_agree_with_networkx_and_are_the_whole_road(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    places, roads = made
    limits = (3.3, 4.1, 5.7)
    stations = drawn_points(seed, 3)
    # the road that a place lies on is asked for, also off the main part
    report = assessed([(0.0, 0.0)], stations, places, roads, next_road_m=0.0)
    found = reach(report, limits)
    edges = report.engine.network.edges
    assert found.groupby("edge")["length_m"].sum().to_numpy() == pytest.approx(
        edges["length_m"].to_numpy(), abs=1e-6
    )
    shares = np.random.default_rng(seed).uniform(0.02, 0.98, len(found))
    middles = shapely.line_interpolate_point(
        np.asarray(found.geometry.array), shares, normalized=True
    )
    answering = [p for i, p in enumerate(points_at(stations)) if i in report.response.stations]
    asked = report.county.config.response
    found_by = networkx_minutes(report.engine.network, list(middles), answering, asked)
    minutes = found_by["leaving_min"] + found_by["drive_min"] + 3.0
    upper = found["limit_min"].fillna(np.inf).to_numpy()
    lower = np.array([max([x for x in (0.0, *limits) if x < limit]) for limit in upper])
    reached = minutes.fillna(np.inf).to_numpy()
    assert (reached <= upper + 1e-6).all()
    assert (reached >= lower - 1e-6).all()
