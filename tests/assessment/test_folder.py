"""A folder as a whole: every problem of every part at once, and what is not known."""

from pathlib import Path

import pandas as pd
import pytest

from coverage.assessment.assess import assess_folder
from coverage.problems import InputError
from tests import county_fixtures as fixtures


def test_problems_of_tables_rules_and_roads_are_told_together(tmp_path: Path) -> None:
    villages = fixtures.villages()
    villages["population"] = villages["population"].astype(object)
    villages.loc[2, "population"] = -1
    folder = fixtures.write_county(
        tmp_path,
        villages=villages,
        toml=fixtures.TOML
        + "[response.speeds_kph]\nprimry = 50\n[rules.ems-1030]\nurban_limit = 9\n",
    )
    (folder / "roads.geojson").write_text("{ not json", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        assess_folder(folder)
    told = {(p.file, p.code.partition(".")[0]) for p in caught.value.problems if p.level == "error"}
    assert ("villages.csv", "county") in told
    assert ("county.toml", "rules") in told
    assert ("county.toml", "network") in told
    assert "roads.geojson" in {file for file, _ in told}
    assert len(caught.value.problems) == len(set(caught.value.lines("zh")))


def test_residents_that_are_not_known_are_said_and_not_counted(tmp_path: Path) -> None:
    villages = fixtures.villages()
    villages["population"] = villages["population"].astype("Int64")
    villages.loc[0, "population"] = pd.NA
    whole = assess_folder(fixtures.write_county(tmp_path / "whole"))
    report = assess_folder(fixtures.write_county(tmp_path / "part", villages=villages))
    assert report.summary.population == whole.summary.population - 1800
    response = next(result for result in report.rules if result.rule.id == "ems-1030")
    assert response.note is not None
    assert "1" in response.note.text("en")
    assert {"report.population_unknown"} <= {p.code for p in report.quality}
    before = next(result for result in whole.rules if result.rule.id == "ems-1030")
    assert response.note.text("en") != (before.note.text("en") if before.note else "")


def test_a_table_that_cannot_be_used_does_not_hide_the_roads(tmp_path: Path) -> None:
    folder = fixtures.write_county(tmp_path)
    (folder / "villages.csv").write_text("code\n", encoding="utf-8")
    (folder / "roads.geojson").unlink()
    with pytest.raises(InputError) as caught:
        assess_folder(folder)
    files = [problem.file for problem in caught.value.problems if problem.level == "error"]
    assert files.count("roads.geojson") == 1
    assert "villages.csv" in files
