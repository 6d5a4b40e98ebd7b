"""Minutes between many pairs: by hand, as single journeys, and as networkx has them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.model import Network
from coverage.travel import matrix as module
from coverage.travel.compiled import Compiled, compiled
from coverage.travel.engine import TravelEngine
from coverage.travel.journey import journey
from coverage.travel.matrix import travel_matrix
from coverage.travel.model import Direction
from tests.examples import examples
from tests.independent import networkx_minutes
from tests.network.test_build import road_lists
from tests.network_fixtures import kph_of, network_of, points_at

SIXTY = ResponseParameters(
    speeds_kph=kph_of(60), max_access_m=3000, access_speed_kph=6, access_detour=1.0
)
"""1 km a minute on the road, 100 m a minute beside it."""

# a street of 2 km from west to east, the second half of it one-way
STREET = network_of(
    [(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)],
    [{"path": [0, 1]}, {"path": [1, 2], "backward": False}],
    response=SIXTY,
)
PLACES = points_at([(0.0, 100.0), (500.0, 0.0), (1500.0, 200.0), None])


@pytest.fixture(name="way", params=["compiled", "scipy"])
def way_fixture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPILED_FROM_VISITS", 0)
    if request.param == "scipy":
        monkeypatch.setattr(module, "compiled", lambda _: None)
    else:
        assert isinstance(compiled(module.collect), Compiled)


@pytest.mark.usefixtures("way")
def test_by_hand() -> None:
    out = travel_matrix(TravelEngine(STREET), PLACES, PLACES, limit_min=math.inf, response=SIXTY)
    nan = math.nan
    np.testing.assert_allclose(
        out.dense(),
        [
            [2.0, 1.5, 4.5, nan],  # 1 minute of leg, half a kilometre; one and a half, and 2 of leg
            [1.5, 0.0, 3.0, nan],
            [nan, nan, 4.0, nan],  # against the one-way; to itself both legs are paid
            [nan, nan, nan, nan],
        ],
        atol=1e-9,
    )
    back = travel_matrix(
        TravelEngine(STREET),
        PLACES,
        PLACES,
        limit_min=math.inf,
        response=SIXTY,
        direction="to_facility",
    )
    np.testing.assert_array_equal(back.dense(), out.dense().T)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("limit_min", "pairs"),
    [(1.5, 3), (np.nextafter(1.5, 0), 1), (2.0, 4), (3.0, 5), (4.5, 7), (-1.0, 0)],
)
def test_a_pair_that_takes_just_the_limit_is_within_it(limit_min: float, pairs: int) -> None:
    out = travel_matrix(
        TravelEngine(STREET), PLACES, PLACES, limit_min=limit_min, response=SIXTY, threads=1
    )
    assert len(out.minutes) == pairs
    assert out.within().sum() == pairs
    assert (out.minutes <= limit_min).all()


@pytest.mark.usefixtures("way")
def test_where_every_road_is_closed_nothing_is_reached() -> None:
    closed = Network(
        STREET.crs, STREET.node_x, STREET.node_y, STREET.edges.iloc[:0], STREET.note, ()
    )
    out = travel_matrix(TravelEngine(closed), PLACES, PLACES, limit_min=60.0, response=SIXTY)
    assert out.dense().shape == (4, 4)
    assert not len(out.minutes)


def one_by_one(
    network: Network, origins: list[tuple[float, float]], ends: list[tuple[float, float]],
    direction: Direction, response: ResponseParameters,
) -> np.ndarray:  # fmt: skip
    rows = []
    for origin in origins:
        table = journey(
            network, points_at(ends), points_at([origin]), direction=direction, response=response
        ).table
        rows.append(table[["leaving_min", "drive_min", "access_min"]].sum(axis=1, skipna=False))
    return np.array(rows)


@examples(40)
@given(
    made=road_lists(),
    seed=st.integers(0, 2**32 - 1),
    direction=st.sampled_from(["from_facility", "to_facility"]),
    limit_min=st.sampled_from([math.inf, 8.0, 2.0]),
    plain=st.booleans(),
)
def test_a_matrix_is_all_its_journeys(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]],
    seed: int,
    direction: Direction,
    limit_min: float,
    plain: bool,
) -> None:
    response = ResponseParameters(max_access_m=800)
    network = network_of(*made, response=response)
    random = np.random.default_rng(seed)
    drawn = [(float(x), float(y)) for x, y in random.uniform(-100, 2100, (18, 2))]
    # some on one spot, and some on the corners that roads meet at
    origins, ends = [*drawn[:5], made[0][0]], [*drawn[4:], made[0][0], made[0][-1]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COMPILED_FROM_VISITS", 0)
        if plain:
            patch.setattr(module, "compiled", lambda _: None)
        out = travel_matrix(
            TravelEngine(network),
            points_at(origins),
            points_at(ends),
            limit_min=limit_min,
            response=response,
            direction=direction,
            threads=2,
        ).dense()
    wanted = one_by_one(network, origins, ends, direction, response)
    near_limit = np.abs(wanted - limit_min) < 1e-8
    wanted[wanted > limit_min] = np.nan
    np.testing.assert_allclose(out[~near_limit], wanted[~near_limit], rtol=0, atol=2e-9)


@examples(40)
@given(made=road_lists(), seed=st.integers(0, 2**32 - 1))
def test_networkx_has_the_same_minutes(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    response = ResponseParameters(max_access_m=800)
    network = network_of(*made, response=response)
    random = np.random.default_rng(seed)
    drawn = points_at([(float(x), float(y)) for x, y in random.uniform(-100, 2100, (8, 2))])
    origins, ends = drawn.iloc[:1], drawn.iloc[1:]
    engine = TravelEngine(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COMPILED_FROM_VISITS", 0)
        out = travel_matrix(engine, origins, ends, limit_min=math.inf, response=response)
    wanted = networkx_minutes(network, ends, origins, response)["minutes"].to_numpy(float)
    np.testing.assert_allclose(out.dense()[0], wanted, rtol=0, atol=1e-6)


def test_numba_is_loaded_for_large_searches_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(module, "compiled", asked.append)
    visits = len(PLACES) * len(STREET.node_x)
    for threshold, loads in ((visits + 1, False), (visits, True)):
        monkeypatch.setattr(module, "COMPILED_FROM_VISITS", threshold)
        travel_matrix(TravelEngine(STREET), PLACES, PLACES, limit_min=9.0, response=SIXTY)
        assert bool(asked) == loads
