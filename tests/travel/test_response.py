"""When the ambulance is at the scene."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coverage.county.model import County
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from coverage.travel.response import respond
from tests.network_fixtures import county_with, kph_of, network_of, points_at, villages_at

KPH = kph_of(60)  # 1 km a minute
PLACES = [(0.0, 0.0), (40_000.0, 0.0), (0.0, 90_000.0), (5000.0, 90_000.0)]
ROADS: list[dict[str, object]] = [{"path": [0, 1]}, {"path": [2, 3]}]
Stations = list[tuple[str, tuple[float, float] | None, float]]


def answer(
    folder: Path,
    villages: list[tuple[float, float]],
    stations: Stations,
    **response: object,
) -> tuple[County, Response]:
    county = county_with(
        folder,
        "roads.osm",
        villages=villages_at(villages),
        stations=stations,
        response={"speeds_kph": KPH, **response},
    )
    network = network_of(PLACES, ROADS, response=county.config.response, villages=county.villages)
    return county, respond(county, TravelEngine(network))


def codes(response: Response) -> dict[str, int]:
    return {p.code: p.count for p in response.quality}


def test_limits_of_10_and_30_minutes_hit_exactly(tmp_path: Path) -> None:
    # 3 turn-out; 100 m to the road times 1.2 at 6 km/h are 1.2; the rest is driven at 1 km a minute
    villages = [(5800.0, 100.0), (25_800.0, 100.0), (5800.1, 100.0)]
    _, found = answer(tmp_path, villages, [("s", (0, 0), 1)], access_speed_kph=6, access_detour=1.2)
    table = found.villages
    assert table["turnout_min"].tolist() == [3.0] * 3
    assert table["access_min"].tolist() == pytest.approx([1.2] * 3, abs=1e-6)
    assert table["drive_min"].tolist() == pytest.approx([5.8, 25.8, 5.8001], abs=1e-6)
    assert table["response_min"].tolist() == pytest.approx([10.0, 30.0, 10.0001], abs=1e-6)
    assert table["response_min"].round(9).equals(table["response_min"])
    assert table["station_id"].tolist() == ["s"] * 3
    assert found.demand.equals(table)
    assert found.stations == (0,)


def test_exact_numbers_on_a_network_in_plain_metres(tmp_path: Path) -> None:
    """Without the rounding of degrees the sums are exact to the ninth decimal."""
    county, _ = answer(tmp_path, [(7000.0, 0.0), (27_000.0, 0.0)], [("s", (0, 0), 1)])
    network = network_of(PLACES, ROADS, response=county.config.response, villages=county.villages)
    scale = 40_000.0 / network.edges["length_m"][0]
    minutes = network.edges["length_m"] / 1000 * scale
    edges = network.edges.assign(drive_forward_min=minutes, drive_backward_min=minutes)
    found = respond(county, TravelEngine(dataclasses.replace(network, edges=edges))).villages
    minutes = found["response_min"] - found["access_min"]
    assert minutes.tolist() == pytest.approx([10.0, 30.0], abs=1e-6)


def test_who_answers(tmp_path: Path) -> None:
    stations: Stations = [
        ("none", (0, 0), 0),
        ("far", (10_000, 4000), 2),
        ("b", (20_000, 0), 1),
        ("unknown", (0, 0), np.nan),
        ("a", (20_000, 0), 3),
        ("nowhere", None, 1),
        ("apart", (1000, 90_000), 1),
    ]
    villages = [(20_500.0, 0.0), (20_500.0, 3500.0), (2000.0, 90_000.0)]
    county, found = answer(tmp_path, villages, stations)
    assert found.stations == (2, 4, 6)
    assert found.villages["station"].tolist() == [4, pd.NA, 6]  # of a and b the first by id
    assert str(found.villages["station"].dtype) == "Int64"
    assert found.villages["station_id"].tolist() == ["a", pd.NA, "apart"]
    assert found.villages["response_min"].isna().tolist() == [False, True, False]
    assert found.villages.loc[1, ["turnout_min", "drive_min", "access_min"]].isna().all()
    assert codes(found) == {
        "travel.station_no_place": 1,
        "travel.station_far": 1,
        "travel.station_off_main": 1,
        "travel.village_far": 1,
        "travel.village_off_main": 1,
    }
    by_code = {p.code: p for p in found.quality}
    assert "nowhere" in by_code["travel.station_no_place"].text("en")
    assert by_code["travel.station_far"].rows == (3,)
    assert "1,000 people" in by_code["travel.village_far"].text("en")
    assert "3000" in by_code["travel.village_far"].text("zh")
    assert all(p.level == "warning" and p.text("zh") for p in found.quality)
    assert county.facilities["id"].tolist()[4] == "a"


def test_no_station_at_all(tmp_path: Path) -> None:
    _, found = answer(tmp_path, [(0.0, 0.0), (5.0, 0.0)], [("x", (0, 0), 0)])
    assert found.villages["response_min"].isna().all()
    assert found.villages["station"].isna().all()
    assert found.stations == ()
    assert codes(found) == {"travel.no_station": 1, "travel.village_unreached": 2}


def test_villages_that_no_station_reaches(tmp_path: Path) -> None:
    _, found = answer(tmp_path, [(0.0, 0.0), (0.0, 90_000.0)], [("x", (0, 0), 1)])
    assert codes(found) == {"travel.village_off_main": 1}  # told once, with the reason


def test_demand_may_be_finer_than_villages(tmp_path: Path) -> None:
    county, _ = answer(tmp_path, [(1000.0, 0.0)], [("x", (0, 0), 1)])
    cells = points_at([(1000, 0), (2000, 0), (3000, 0)])
    demand = county.demand.iloc[[0, 0, 0]].reset_index(drop=True).set_geometry(cells)
    county = dataclasses.replace(county, demand=demand)
    network = network_of(PLACES, ROADS, response=county.config.response, villages=county.villages)
    found = respond(county, TravelEngine(network))
    assert found.demand["drive_min"].tolist() == pytest.approx([1, 2, 3], abs=1e-6)
    assert len(found.villages) == 1
