"""What a scenario gains, loses and costs: hand-solved on a county of three villages."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import pandas as pd
import pytest

from coverage import __main__ as cli
from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.report.comparison import comparison_csv, comparison_text
from coverage.scenario.compare import Comparison, compare
from coverage.scenario.file import dump_scenario
from coverage.scenario.model import Edit
from coverage.scenario.run import assess_scenario
from tests.rules_folder import write_folder
from tests.scenario_fixtures import CODE, edit, scenario, write

NEAR = edit("set_rule", id="ems-1030", parameters={"rural_limit_min": 10, "urban_limit_min": 6})
STATION = edit(
    "add_facility", id="n1", name="新站", kind="emergency_station", lon=112.31, lat=28.6,
    ambulances=2, beds=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two villages in the east, too far from the hospital in the west; a street beside it."""
    folder = write_folder(tmp_path_factory.mktemp("base") / "county")
    return assess_scenario(assess_folder(folder), scenario(NEAR))


def compared(base: Report, *edits: Edit, **costs: float) -> Comparison:
    made = scenario(*edits, costs=costs)
    return compare(base, assess_scenario(base, made), made)


def test_a_station_gains_its_villages(base: Report) -> None:
    assert base.villages["covered"].tolist() == [False, False, True]
    found = compared(base, STATION)
    assert (found.people_gained, found.people_lost) == (1500.0, 0.0)
    assert found.villages["change"].tolist() == ["gained", "gained", "same"]
    assert (found.villages["change_min"][:2] < 0).all()
    assert found.villages["change_min"][2] == 0
    assert found.after.covered - found.before.covered == 1500
    ems = next(rule for rule in found.rules if rule.id == "ems-1030")
    assert (ems.before.verdict, ems.after.verdict, ems.outcome) == ("unmet", "met", "better")
    assert ems.before.population_short == 1500
    assert ems.verdict_moved


def test_and_without_it_they_are_lost(base: Report) -> None:
    after = assess_scenario(base, scenario(STATION))
    found = compare(after, base)
    assert (found.people_gained, found.people_lost) == (0.0, 1500.0)
    assert found.villages["change"].tolist() == ["lost", "lost", "same"]
    assert next(r for r in found.rules if r.id == "ems-1030").outcome == "worse"
    assert found.cost.items == ()


def test_nothing_changed_is_the_same(base: Report) -> None:
    found = compare(base, base)
    assert {rule.outcome for rule in found.rules} == {"same"}
    assert not any(rule.verdict_moved for rule in found.rules)
    assert set(found.villages["change"]) == {"same"}
    assert found.cost.total == 0


def test_settlements_that_come_and_go(base: Report) -> None:
    new = edit(
        "add_village", code="x9", name="新村", township="西街道", population=70, area_class="111",
        lon=112.2, lat=28.6,
    )  # fmt: skip
    found = compared(base, new)
    last = found.villages.iloc[-1]
    assert (last["code"], last["covered_before"], last["covered_after"]) == ("x9", None, True)
    assert math.isnan(last["before_min"])
    assert (last["change"], found.people_gained) == ("gained", 70.0)
    back = compare(assess_scenario(base, scenario(new)), base)
    last = back.villages.iloc[-1]
    assert (last["name"], last["population"], last["covered_after"]) == ("新村", 70.0, None)
    assert (last["change"], back.people_lost) == ("lost", 70.0)


def test_only_what_there_is_more_of_costs(base: Report) -> None:
    changes = (
        edit("change_facility", id="s1", ambulances=4, beds=10),
        edit("change_facility", id="h1", ambulances=0, gps=2),
        edit("remove_facility", id="c1"),
    )
    found = compared(base, STATION, *changes, emergency_station=300, ambulances=40.5, beds=0).cost
    items = {item.key: (item.count, item.cost) for item in found.items}
    # Beds were not known before: nobody can tell how many are new at the hospital.
    assert items["emergency_station"] == (1, 300)
    assert items["ambulances"] == (5, 202.5)
    assert items["beds"] == (3, 0)
    assert "gps" not in items
    assert found.total == 502.5
    assert found.missing == ()
    unpriced = compared(base, STATION, ambulances=40).cost
    assert unpriced.missing == ("emergency_station", "beds")
    assert unpriced.total == 80


def test_rules_that_come_and_go(base: Report) -> None:
    found = compared(
        base,
        edit("set_rule", id="hospice", enabled=False),
        edit("set_rule", id="ambulance-50k", enabled=True),
    )
    sides = {rule.id: (rule.before is None, rule.after is None) for rule in found.rules}
    assert sides["hospice"] == (False, True)
    assert sides["ambulance-50k"] == (True, False)
    assert {r.outcome for r in found.rules if r.id in ("hospice", "ambulance-50k")} == {"other"}


def test_the_csv_is_the_table(base: Report) -> None:
    found = compared(base, STATION)
    rows = list(csv.DictReader(io.StringIO(comparison_csv(found).decode("utf-8-sig"))))
    assert [row["change"] for row in rows] == ["gained", "gained", "same"]
    assert rows[0]["covered_before"] == "false"
    assert rows[1]["name"].startswith("'=")
    assert [float(row["after_min"]) for row in rows] == found.villages["after_min"].tolist()


def report(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_line_reports_a_scenario(
    base: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = base.county.folder
    costs = {"emergency_station": 300.0}
    file = write(tmp_path / "新站.yaml", dump_scenario(scenario(NEAR, STATION, costs=costs)))
    words = ("report", folder, "--out", tmp_path / "out", "--formats", "json,csv,xlsx")
    code, said, _ = report(capsys, *words, "--scenario", file, "--lang", "en")
    assert code == 0
    assert "scenario “试一试”" in said
    assert "Cost 300.0" in said
    out = tmp_path / "out" / CODE
    whole = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert whole["schema"] == 1
    assert whole["inputs"][-1] | {"sha256": ""} == {
        "role": "scenario",
        "path": "新站.yaml",
        "sha256": "",
        "rows": 2,
    }
    assert whole["parameters"]["scenario"]["name"] == "试一试"
    # The limits are the scenario's, and the folder's own are 10 and 30: nobody gains by them.
    assert whole["comparison"]["before"]["covered"] == 61000
    assert whole["comparison"]["cost"]["total"] == 300
    villages = pd.read_csv(out / "comparison.csv")
    assert len(villages) == 3
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    report(capsys, *words, "--scenario", file, "--lang", "en")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first

    code, said, _ = report(capsys, *words, "--lang", "en")
    assert code == 0
    assert not (out / "comparison.csv").exists()
    plain = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert "comparison" not in plain
    assert "scenario" not in plain["parameters"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenario: 1\nname: a\ncounty: '430903'", "430903"),
        ("scenario: 1\nname: a\ncounty: '430902'\nedits: [{remove_facility: {id: zz}}]", "“zz”"),
        ("scenario: 1", "“name” is missing"),
    ],
)
def test_the_command_line_refuses_a_scenario_that_does_not_fit(
    base: Report, tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.yaml", text)
    out = tmp_path / "out"
    code, _, errors = report(
        capsys, "report", base.county.folder, "--out", out, "--scenario", file, "--lang", "en"
    )
    assert code == 2
    assert said in errors
    assert "Traceback" not in errors
    assert not out.exists()


def test_the_words_name_gains_losses_and_cost(base: Report) -> None:
    found = compared(base, STATION, ambulances=40)
    assert "1,500" in comparison_text(found, "zh")
    assert "emergency_station" in comparison_text(found, "en")
    assert "80.0" in comparison_text(found, "en")
