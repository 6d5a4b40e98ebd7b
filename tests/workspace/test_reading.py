"""What became of each file, and where a problem lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coverage.county.model import InputFile
from coverage.messages import LANGUAGES, catalogue
from coverage.problems import Problem
from coverage.workspace.reading import ASSUMED, LEFT_OUT, file_counts, problem_places
from maps.rows import rows_map
from tests import ui_fixtures
from tests.demonstration import demonstration_report


def test_every_counted_problem_is_a_message() -> None:
    assert {*LEFT_OUT, *ASSUMED} <= set(catalogue())
    assert not set(LEFT_OUT) & set(ASSUMED)


def test_the_demonstration_countys_files() -> None:
    counts = {c.path: (c.read, c.left_out, c.assumed) for c in file_counts(demonstration_report())}
    assert counts["villages.csv"] == (124, 1, 0)  # the island, out of reach
    assert counts["townships.geojson"] == (9, 0, 0)
    assert counts["facilities.csv"] == (111, 1, 0)  # the one without coordinates
    assert counts["roads.osm.pbf"] == (11_656, 1 + 2 + 435, 0)  # ferry, closed, not drivable
    assert counts["county.toml"] == (None, 0, 0)


def test_what_is_assumed_is_counted_with_its_file() -> None:
    report = ui_fixtures.report()
    quality = (
        Problem("county.area_assumed", "warning", file="villages.csv", rows=(2, 5), count=2),
        Problem("county.kind_assumed", "note", file="villages.csv", rows=(2,), count=1),
        Problem("county.population_unknown", "warning", file="villages.csv", rows=(3,), count=1),
    )
    counts = {c.role: c for c in file_counts(replace(report, quality=quality))}
    assert (counts["villages"].left_out, counts["villages"].assumed) == (1, 3)


@pytest.mark.parametrize(
    ("problem", "rows"),
    [
        (Problem("ui.no_county", file="villages.csv", rows=(3, 7)), [3, 7]),
        (Problem("ui.no_county", file="villages.csv", rows=(1, 99)), []),
        (Problem("ui.no_county", file="villages.csv"), []),
        (Problem("ui.no_county", file="county.toml", rows=(2,)), []),
        (Problem("ui.no_county"), []),
    ],
)
def test_the_places_are_those_of_the_rows(problem: Problem, rows: list[int]) -> None:
    report = ui_fixtures.report()
    places = problem_places(report, problem)
    assert places["row"].tolist() == rows
    expected = report.villages.geometry.iloc[[row - 2 for row in rows]]
    assert all(a.equals(b) for a, b in zip(places.geometry, expected, strict=True))
    assert places.crs == report.county.crs


def test_every_row_that_has_a_place_is_found_in_the_demonstration_county() -> None:
    report = demonstration_report()
    problem = next(p for p in report.quality if p.code == "travel.village_off_main")
    places = problem_places(report, problem)
    assert places["name"].tolist() == ["五房洲村"]
    assert report.villages.set_index("code").loc[places["key"].iloc[0], "response_min"] != 0
    unreached = next(p for p in report.quality if p.code == "report.unreachable")
    assert problem_places(report, unreached)["name"].tolist() == ["五房洲村"]


def test_villages_whose_people_are_not_known_are_shown() -> None:
    report = ui_fixtures.report()
    villages = report.county.villages.copy()
    villages["population"] = villages["population"].astype(float)
    villages.loc[villages.index[[1, 4]], "population"] = np.nan
    report = replace(report, county=replace(report.county, villages=villages))
    problem = Problem("report.population_unknown", "warning", values={"count": 2}, count=2)
    places = problem_places(report, problem)
    assert places["key"].tolist() == villages["code"].iloc[[1, 4]].tolist()
    assert places.geometry.notna().all()


def test_a_facility_without_coordinates_is_shown_by_its_village() -> None:
    report = demonstration_report()
    problem = next(p for p in report.quality if p.code == "county.facility_without_place")
    (place,) = problem_places(report, problem).to_dict("records")
    facilities = report.county.facilities
    village = facilities.loc[facilities["id"] == place["key"], "village"].item()
    points = report.villages.set_index("code").geometry
    assert place["stands_for"] == "village"
    assert place["geometry"].equals(points[village])


def test_without_a_village_by_its_township_and_else_by_nothing() -> None:
    report = ui_fixtures.report()
    problem = Problem("ui.no_county", file="facilities.csv", rows=(2,))
    found = []
    for township in ("T1", None):
        facilities = report.county.facilities.assign(township=[township], geometry=[None])
        county = replace(
            report.county,
            facilities=facilities,
            inputs=(*report.county.inputs, InputFile("facilities", "facilities.csv", "0", 1)),
        )
        (place,) = problem_places(replace(report, county=county), problem).to_dict("records")
        found.append((place["stands_for"], place["geometry"]))
    assert found == [("township", report.units.geometry.iloc[0]), ("none", None)]


def test_the_roads_apart_from_the_main_network_are_shown() -> None:
    report = demonstration_report()
    problem = next(p for p in report.quality if p.code == "network.off_main")
    places = problem_places(report, problem)
    share = places.length.sum() / report.network.edges.length.sum()
    assert share == pytest.approx(report.network.note.off_main_share)
    island = next(p for p in report.quality if p.code == "travel.village_off_main")
    assert places.distance(problem_places(report, island).geometry.iloc[0]).min() < 1000


def test_all_of_them_can_be_drawn() -> None:
    report = demonstration_report()
    for problem in report.quality:
        places = problem_places(report, problem)
        placed = places[places.geometry.notna()]
        if not placed.empty:
            for language in LANGUAGES:
                page = rows_map(report, placed, language).get_root().render()
                assert "#ffd400" in page
