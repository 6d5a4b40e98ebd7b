"""What became of each file, and where a problem lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coverage.assess import assess_folder
from coverage.desk.reading import ASSUMED, LEFT_OUT, file_counts, problem_places
from coverage.errors import Problem
from coverage.messages import catalogue
from coverage.paths import DEMONSTRATION
from tests import ui_fixtures


def test_every_counted_problem_is_a_message() -> None:
    assert {*LEFT_OUT, *ASSUMED} <= set(catalogue())
    assert not set(LEFT_OUT) & set(ASSUMED)


def test_the_demonstration_countys_files() -> None:
    counts = {
        c.path: (c.read, c.left_out, c.assumed) for c in file_counts(assess_folder(DEMONSTRATION))
    }
    assert counts["villages.csv"] == (124, 0, 0)
    assert counts["townships.geojson"] == (9, 0, 0)
    assert counts["facilities.csv"] == (107, 1, 0)  # the one without coordinates
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
        (Problem("ui.worst_none", file="villages.csv", rows=(3, 7)), [3, 7]),
        (Problem("ui.worst_none", file="villages.csv", rows=(1, 99)), []),
        (Problem("ui.worst_none", file="villages.csv"), []),
        (Problem("ui.worst_none", file="county.toml", rows=(2,)), []),
        (Problem("ui.worst_none"), []),
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
    report = assess_folder(DEMONSTRATION)
    problem = next(p for p in report.quality if p.code == "travel.village_unreached")
    places = problem_places(report, problem)
    assert places["name"].tolist() == ["五房洲村"]
    assert report.villages.set_index("code").loc[places["key"].iloc[0], "response_min"] != 0
    nowhere = next(p for p in report.quality if p.code == "county.facility_without_place")
    assert problem_places(report, nowhere).empty
