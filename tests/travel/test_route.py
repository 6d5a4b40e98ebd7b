"""The way an ambulance takes: worked out by hand, and driven again segment by segment."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.model import County
from coverage.network.model import Network
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from coverage.travel.response import respond
from coverage.travel.route import Route, route
from tests.examples import examples
from tests.network.test_build import road_lists
from tests.network_fixtures import ORIGIN, county_with, kph_of, network_of, villages_at
from tests.travel.test_journey import PLACES, ROADS, drawn_points

KPH = kph_of(60)  # 1 km a minute
Places = Sequence[tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class Assessed:
    county: County
    engine: TravelEngine
    response: Response


def assessed(
    villages: Places,
    stations: Sequence[tuple[float, float] | None],
    places: Places = PLACES,
    roads: Sequence[dict[str, object]] = ROADS,
    **response: object,
) -> Assessed:
    county = county_with(
        Path("county"),
        "roads.osm",
        villages=villages_at(villages),
        stations=[(f"s{i}", place, 1.0) for i, place in enumerate(stations)],
        response={"speeds_kph": KPH, **response},
    )
    network = network_of(places, roads, response=county.config.response, villages=county.villages)
    engine = TravelEngine(network)
    return Assessed(county, engine, respond(county, engine))


def driven(found: Route) -> list[tuple[float, float]]:
    """The line's points, metric and relative to the origin, to the metre."""
    xy = shapely.get_coordinates(found.line) - ORIGIN
    return [(round(float(x)), round(float(y))) for x, y in xy]


def minutes_of_the_line(network: Network, line: shapely.LineString) -> float:
    """Drive the line again: every segment on the quickest edge it lies on, as traffic may go."""
    total = 0.0
    edges = network.edges
    coordinates = shapely.get_coordinates(line)
    for a, b in itertools.pairwise(coordinates):
        best = math.inf
        for row in edges.itertuples():
            on = [row.geometry.distance(shapely.Point(p)) < 1e-6 for p in (a, (a + b) / 2, b)]
            if not all(on):
                continue
            at, then = (row.geometry.project(shapely.Point(p)) for p in ((a + b) / 2, b))
            length = row.geometry.length
            if row.u == row.v and then < 1e-6 and row.forward:
                then = length  # where a ring begins it ends as well
            near_end = np.hypot(*(b - a)) <= 0.011
            minutes = row.drive_forward_min if then > at else row.drive_backward_min
            if near_end or (row.forward if then > at else row.backward):
                best = min(best, float(np.hypot(*(b - a))) / length * minutes)
        total += best
    return total


def test_a_way_over_parts_of_edges() -> None:
    report = assessed([(1000.0, 1400.0)], [(750.0, 0.0)])
    found = route(report, 0)
    assert found is not None
    assert driven(found) == [(750, 0), (1000, 0), (1000, 1000), (1000, 1400)]
    assert found.drive_min == pytest.approx(1.65, abs=1e-6)
    assert found.length_m == pytest.approx(1650.0, abs=1e-3)
    assert sum(leg.drive_min for leg in found.legs) == pytest.approx(found.drive_min, abs=1e-9)
    assert found.response_min == report.response.villages["response_min"].iloc[0]
    assert (found.station, found.station_id, found.village) == (0, "s0", 0)


def test_one_ways_are_gone_round() -> None:
    # the middle street is one-way eastwards: against it the way leads over the southern one
    found = route(assessed([(200.0, 1000.0)], [(500.0, 1000.0)]), 0)
    assert found is not None
    assert found.drive_min == pytest.approx(3.7, abs=1e-6)
    way = driven(found)
    assert way[0] == (500, 1000)
    assert way[-1] == (200, 1000)
    assert way[1] == (1000, 1000)
    along = route(assessed([(700.0, 1000.0)], [(500.0, 1000.0)]), 0)
    assert along is not None
    assert driven(along) == [(500, 1000), (700, 1000)]


def test_from_the_road_to_the_door() -> None:
    found = route(assessed([(500.0, -90.0)], [(0.0, 0.0)]), 0)
    assert found is not None
    assert driven(found) == [(0, 0), (500, 0)]
    assert found.access.length == pytest.approx(90.0, abs=1e-3)
    assert shapely.get_coordinates(found.access)[-1] - ORIGIN == pytest.approx([500, -90])


def test_a_village_at_the_station_is_a_way_without_length() -> None:
    found = route(assessed([(1000.0, 0.0)], [(1000.0, 0.0)]), 0)
    assert found is not None
    assert found.line.length == 0
    assert found.line.is_valid or found.line.length == 0
    assert found.legs == ()
    assert found.drive_min == 0


def test_nobody_comes_where_nobody_can() -> None:
    report = assessed([(500.0, 10_000.0), (500.0, 40_000.0)], [(0.0, 0.0), None])
    assert route(report, 0) is None
    assert route(report, 1) is None
    for row in (-1, 2):
        with pytest.raises(IndexError):
            route(report, row)


def test_pieces_of_one_road_are_one_leg() -> None:
    places = [(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0), (2000.0, 1000.0), (1000.0, 500.0)]
    roads: list[dict[str, object]] = [
        {"path": [0, 1, 2], "name": "A"},
        {"path": [2, 3], "name": "B"},
        {"path": [1, 4]},
    ]
    report = assessed([(2000.0, 600.0)], [(200.0, 0.0)], places, roads)
    found = route(report, 0)
    assert found is not None
    assert [leg.name for leg in found.legs] == ["A", "B"]
    assert [leg.length_m for leg in found.legs] == pytest.approx([1800.0, 600.0], abs=1e-3)


def test_of_two_roads_between_two_places_the_quicker_is_taken() -> None:
    places = [(0.0, 0.0), (1000.0, 0.0), (500.0, 400.0), (-500.0, 0.0), (1500.0, 0.0)]
    roads: list[dict[str, object]] = [
        {"path": [0, 2, 1], "name": "round"},
        {"path": [0, 1], "name": "straight", "forward": True, "backward": False},
        {"path": [3, 0]},
        {"path": [1, 4]},
    ]
    out = route(assessed([(1400.0, 0.0)], [(-400.0, 0.0)], places, roads), 0)
    back = route(assessed([(-400.0, 0.0)], [(1400.0, 0.0)], places, roads), 0)
    assert out is not None
    assert back is not None
    assert "straight" in [leg.name for leg in out.legs]
    assert "round" in [leg.name for leg in back.legs]


@examples(30)
@given(road_lists(), st.integers(0, 2**32 - 1))
def test_every_way_can_be_driven_in_its_minutes(
    made: tuple[list[tuple[float, float]], list[dict[str, object]]], seed: int
) -> None:
    places, roads = made
    report = assessed(drawn_points(seed, 6), drawn_points(seed + 1, 3), places, roads)
    table = report.response.villages
    for row in range(len(table)):
        found = route(report, row)
        if found is None:
            assert math.isnan(table["drive_min"].iloc[row])
            continue
        assert found.drive_min == table["drive_min"].iloc[row]
        assert sum(leg.drive_min for leg in found.legs) == pytest.approx(found.drive_min, abs=1e-8)
        assert found.line.length == pytest.approx(found.length_m, abs=1e-6)
        again = minutes_of_the_line(report.engine.network, found.line)
        assert again <= found.drive_min + 1e-6
        assert found.station_id == table["station_id"].iloc[row]
