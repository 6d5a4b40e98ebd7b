"""The engine of edited roads beside one of its own: the same bytes, and less work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.edit import close_across, close_within, slow_within
from coverage.network.model import Network
from coverage.network.respeed import respeed
from coverage.travel import edited as edited_module
from coverage.travel import engine as engine_module
from coverage.travel import update as update_module
from coverage.travel.engine import TravelEngine
from coverage.travel.sweep import sweep
from coverage.travel.update import PLAIN
from tests.examples import examples
from tests.network_fixtures import ORIGIN, kph_of, network_of, points_at

RESPONSE = ResponseParameters(speeds_kph=kph_of(60), max_access_m=900)
SIDE = 6
Edit = Callable[[Network], Network]


def lattice() -> Network:
    """Streets 1 km apart, some missing and some one-way, and a street that is cut off."""
    places = [(1000.0 * (i % SIDE), 1000.0 * (i // SIDE)) for i in range(SIDE * SIDE)]
    pairs = [(i, i + 1) for i in range(SIDE * SIDE) if i % SIDE < SIDE - 1]
    pairs += [(i, i + SIDE) for i in range(SIDE * (SIDE - 1))]
    kept = [pair for i, pair in enumerate(pairs) if i % 7 != 3]
    places += [(1300.0, 1500.0), (1700.0, 1500.0)]
    kept.append((SIDE * SIDE, SIDE * SIDE + 1))
    roads = [{"path": list(pair), "backward": i % 6 > 0} for i, pair in enumerate(kept)]
    return network_of(places, roads, response=RESPONSE, merge=False)


BASE = lattice()


@pytest.fixture(autouse=True)
def plain_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Update also where a network is small, without numba, and however much has changed."""
    monkeypatch.setattr(engine_module, "loops_for", lambda _: PLAIN)
    for module in (edited_module, update_module):
        monkeypatch.setattr(module, "MOST_CHANGED_SHARE", 1e9)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Close or slow some roads."""
    x, y = (draw(st.integers(-1, 10 * SIDE)) * 100.0 + 40.0 for _ in range(2))
    a, b = (draw(st.integers(1, 15)) * 100.0 for _ in range(2))
    corners = np.array([(x, y), (x + a, y + b)]) + ORIGIN
    line, area = shapely.LineString(corners), shapely.box(*corners.ravel())
    made: list[Edit] = [
        lambda network: close_across(network, line),
        lambda network: close_within(network, area),
        lambda network: slow_within(network, area, 0.5),
        lambda network: respeed(network, RESPONSE.model_copy(update={"speed_factor": 0.8})),
    ]
    return made[draw(st.sampled_from([0, 0, 1, 1, 2, 2, 3]))]


spots = st.lists(
    st.tuples(*[st.integers(-5, 10 * SIDE).map(lambda k: k * 100.0)] * 2), min_size=1, max_size=6
)


def assert_same(one: TravelEngine, other: TravelEngine, points: Any, stations: Any) -> None:
    for place in (points, stations):
        found, wanted = one.snap(place, RESPONSE), other.snap(place, RESPONSE)
        for column in ("edge", "fraction", "distance_m", "moved"):
            assert np.array_equal(
                getattr(found, column), getattr(wanted, column), equal_nan=column != "moved"
            ), column
    for direction in ("from_facility", "to_facility"):
        asked: Any = {"direction": direction, "response": RESPONSE}
        swept, anew = one.sweep(stations, **asked), other.sweep(stations, **asked)
        assert np.array_equal(swept.minutes, anew.minutes)
        assert np.array_equal(swept.place, anew.place)
        found_table = one.journey(points, stations, **asked)
        wanted_table = other.journey(points, stations, **asked)
        pd.testing.assert_frame_equal(found_table.table, wanted_table.table, check_exact=True)
        assert found_table.quality == wanted_table.quality


@given(data=st.data())
@examples(60)
def test_edited_roads_and_stations_give_what_new_engines_give(data: st.DataObject) -> None:
    base = TravelEngine(BASE)
    points = points_at([*data.draw(spots), None])
    places = data.draw(spots)
    for direction in ("from_facility", "to_facility"):
        asked: Any = {"direction": direction, "response": RESPONSE}
        base.journey(points, points_at(places), **asked)
    network = BASE
    for edit in data.draw(st.lists(edits(), max_size=3)):
        network = edit(network)
    moved = [data.draw(spots)[0] if data.draw(st.booleans()) else place for place in places]
    stations = points_at([*moved, *data.draw(st.just([]) | spots)])
    assert_same(base.edited(network), TravelEngine(network, before=None), points, stations)
    assert_same(base, TravelEngine(BASE), points, stations)


@pytest.fixture
def new_sweeps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Hear of every sweep that is computed anew."""
    heard: list[Any] = []

    def listen(arcs: Any, *more: Any) -> Any:
        heard.append(arcs)
        return sweep(arcs, *more)

    monkeypatch.setattr(engine_module, "sweep", listen)
    return heard


def test_one_more_station_or_road_closed_is_no_new_sweep_and_no_new_tree(
    new_sweeps: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = TravelEngine(BASE)
    stations, points = points_at([(0, 0), (5000, 5000), (0, 5000)]), points_at([(3000, 3100)])
    asked: Any = {"direction": "from_facility", "response": RESPONSE}
    base.journey(points, stations, **asked)
    assert len(new_sweeps) == 1
    more = gpd.GeoSeries([*stations, *points_at([(2500, 0)])], crs=stations.crs)
    base.journey(points, more, **asked)
    base.journey(points, more.iloc[1:], **asked)
    closed = close_across(BASE, shapely.LineString(np.array([(3900, 4500), (4100, 4500)]) + ORIGIN))
    assert closed is not BASE
    for name in ("tree_of", "arcs_of"):  # both were made, for the roads before, and are enough
        monkeypatch.setattr(engine_module, name, None)
    edited = base.edited(closed)
    edited.journey(points, more, **asked)
    assert len(new_sweeps) == 1


def test_a_released_engine_of_edited_roads_lets_go_of_the_one_before(
    new_sweeps: list[Any],
) -> None:
    base = TravelEngine(BASE)
    stations, points = points_at([(0, 0), (5000, 5000)]), points_at([(3000, 3100), None])
    asked: Any = {"direction": "from_facility", "response": RESPONSE}
    base.journey(points, stations, **asked)
    area = shapely.box(*(np.array([(900, -50), (1100, 1500)]) + ORIGIN).ravel())
    closed = close_within(BASE, area)
    edited = base.edited(closed)
    first = edited.journey(points, stations, **asked)
    edited.release()
    again = edited.journey(points, stations, **asked)
    assert len(new_sweeps) == 2
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
