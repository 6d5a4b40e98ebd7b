"""``blank_is_zero``: where a county says that an empty cell is 0, or no, and what is said of it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coverage.assessment.assess import assess_folder
from coverage.county.config import load_config
from coverage.county.model import County
from coverage.county.read import read_county
from coverage.problems import InputError, Problem
from coverage.report.record import report_json
from tests import county_fixtures as fixtures

COLUMNS = {"beds": [300, "", "", "", ""], "tcm_hall": ["", "是", "", "", ""]}


def _toml(facilities: str = "", villages: str = "") -> str:
    lines = [fixtures.TOML]
    lines += [f"[tables.facilities]\nblank_is_zero = {facilities}\n"] if facilities else []
    lines += [f"[tables.villages]\nblank_is_zero = {villages}\n"] if villages else []
    return "\n".join(lines)


def _facilities(**columns: list[object]) -> pd.DataFrame:
    return fixtures.facilities().astype(object).assign(**columns)


def _read(tmp_path, toml: str, **tables) -> tuple[County, dict[str, Problem]]:
    county = read_county(fixtures.write_county(tmp_path, toml=toml, **tables))
    for problem in county.quality:
        assert "{" not in problem.text("zh") + problem.text("en")
    return county, {p.code.removeprefix("county."): p for p in county.quality}


def test_without_it_an_empty_cell_is_not_known(tmp_path):
    county, told = _read(tmp_path, fixtures.TOML, facilities=_facilities(**COLUMNS))
    assert county.facilities["beds"].isna().tolist() == [False, True, True, True, True]
    assert county.facilities["tcm_hall"].isna().tolist() == [True, False, True, True, True]
    assert told == {}


def test_empty_cells_of_the_columns_named_are_zero_or_no_and_counted(tmp_path):
    columns = {**COLUMNS, "nurses": [1, "", "", "", ""]}
    toml = _toml('["beds", "中医馆"]')
    county, told = _read(tmp_path, toml, facilities=_facilities(**columns))
    assert county.facilities["beds"].tolist() == [300, 0, 0, 0, 0]
    assert county.facilities["tcm_hall"].tolist() == [False, True, False, False, False]
    assert county.facilities["nurses"].isna().sum() == 4
    assert told.keys() == {"zero_by_blank", "no_by_blank"}
    beds, hall = told["zero_by_blank"], told["no_by_blank"]
    assert (beds.level, beds.rows, beds.count, beds.column) == ("note", (3, 4, 5, 6), 4, "beds")
    assert (hall.level, hall.rows, hall.count, hall.column) == ("note", (2, 4, 5, 6), 4, "tcm_hall")
    assert "4 empty cells are taken as 0" in beds.text("en")
    assert "有4个空格按“否”计" in hall.text("zh")


@pytest.mark.parametrize("cell", ["—", "/", " ", "-"])
def test_a_stroke_is_an_empty_cell(tmp_path, cell):
    table = _facilities(beds=[300, cell, 1, 1, 1])
    county, told = _read(tmp_path, _toml('["beds"]'), facilities=table)
    assert county.facilities["beds"].tolist() == [300, 0, 1, 1, 1]
    assert told["zero_by_blank"].rows == (3,)


@pytest.mark.parametrize("cell", ["不详", "无数据", "n/a", "缺"])
def test_a_cell_that_says_that_nothing_is_known_is_no_zero(tmp_path, cell):
    table = _facilities(beds=[300, cell, 1, 1, 1])
    county, told = _read(tmp_path, _toml('["beds"]'), facilities=table)
    assert county.facilities["beds"].isna().tolist() == [False, True, False, False, False]
    assert told == {}


def test_a_column_that_is_not_there_is_not_known(tmp_path):
    county, told = _read(tmp_path, _toml('["nurses", "护士", "beds"]'))
    assert county.facilities["nurses"].isna().all()
    assert [(p.level, p.file) for p in told.values()] == [("warning", "county.toml")]
    assert "注册护士" in told["no_column_of_zeros"].text("zh")
    assert "nurses" in told["no_column_of_zeros"].text("en")


def test_a_station_without_ambulances_is_known_to_have_none(tmp_path):
    table = _facilities(ambulances=[2, "", "", "", ""])
    _, said = _read(tmp_path / "a", fixtures.TOML, facilities=table)
    assert said.keys() == {"station_without_ambulances"}
    county, told = _read(tmp_path / "b", _toml('["ambulances"]'), facilities=table)
    assert told.keys() == {"zero_by_blank"}
    assert county.facilities["ambulances"].tolist() == [2, 0, 0, 0, 0]


def test_of_two_columns_that_are_added_up_the_stated_one_stays(tmp_path):
    columns = {"执业医师": [5, 3, "", 2, "—"], "执业助理医师": [1, "", "", "不详", 4]}
    physicians = []
    for toml in (fixtures.TOML, _toml('["physicians"]')):
        county, _ = _read(tmp_path, toml, facilities=_facilities(**columns))
        physicians.append(county.facilities["physicians"].astype(object).fillna("?").tolist())
    assert physicians == [[6, "?", "?", "?", "?"], [6, 3, 0, "?", 4]]


def test_villages(tmp_path):
    people = [1800, "", 1500, 1000, 5000, 4000, 400, 300]
    villages = fixtures.villages().astype(object)
    villages = villages.assign(population=people, maternal_worker=["是", *[""] * 7])
    toml = _toml(villages='["population", "妇幼人员"]')
    county, told = _read(tmp_path, toml, villages=villages)
    assert county.villages["population"].tolist() == [1800, 0, *people[2:]]
    assert county.villages["maternal_worker"].tolist() == [True, *[False] * 7]
    assert "population_unknown" not in told
    assert (told["zero_by_blank"].count, told["no_by_blank"].count) == (1, 7)


def test_a_grade_that_the_level_says_is_not_blank(tmp_path):
    table = _facilities(level=["二级甲等", "二级乙等", "", "", "一级"], grade_a=[""] * 5)
    county, told = _read(tmp_path, _toml('["grade_a"]'), facilities=table)
    assert county.facilities["grade_a"].tolist() == [True, False, False, False, False]
    assert told["no_by_blank"].rows == (4, 5, 6)


@pytest.mark.parametrize(
    ("facilities", "code", "said"),
    [
        ('["nrses"]', "key_no_zeros", "nrses (nurses?)"),
        ('["level"]', "key_no_zeros", "level"),
        ('["beds", "name", "xyzzy"]', "key_no_zeros", "name"),
        ('["副中心"]', "key_no_zeros", "副中心"),
        ('["lon"]', "key_no_zeros", "lon"),
        ('"beds"', "key_list", "beds"),
        ("true", "key_list", "True"),
        ("[1]", "key_text", "1"),
    ],
)
def test_what_cannot_be_named_is_refused_with_its_row(tmp_path, facilities, code, said):
    toml = _toml(facilities)
    with pytest.raises(InputError) as caught:
        load_config(fixtures.write_county(tmp_path, toml=toml))
    (problem,) = caught.value.problems
    assert problem.code == f"county.{code}"
    row = 1 + toml.splitlines().index(f"blank_is_zero = {facilities}")
    assert (problem.file, problem.rows) == ("county.toml", (row,))
    for language in ("zh", "en"):
        assert said in problem.text(language)
        assert "tables.facilities.blank_is_zero" in problem.text(language)


def test_only_villages_and_facilities_have_such_columns(tmp_path):
    toml = fixtures.TOML + '[tables.townships]\nblank_is_zero = ["population"]\n'
    with pytest.raises(InputError) as caught:
        load_config(fixtures.write_county(tmp_path, toml=toml))
    assert [p.code for p in caught.value.problems] == ["county.key_unknown"]


def test_a_bad_name_keeps_nobody_from_seeing_what_is_wrong_with_the_tables(tmp_path):
    table = _facilities(beds=["many", 1, 1, 1, 1])
    folder = fixtures.write_county(tmp_path, toml=_toml('["nrses", "beds"]'), facilities=table)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"county.key_no_zeros", "county.not_a_number"}


def test_the_report_repeats_it_and_judges_by_it(tmp_path):
    """15,200 residents need 7.75 beds for 1,000: 117.8. 100 are known, four cells are blank."""
    table = _facilities(beds=[100, "", "", "", ""])
    rules = "[rules.beds]\nenabled = true\n"
    open_ = fixtures.write_county(tmp_path / "a", toml=fixtures.TOML + rules, facilities=table)
    zero = fixtures.write_county(tmp_path / "b", toml=_toml('["beds"]') + rules, facilities=table)
    verdicts = []
    for folder in (open_, zero):
        report = assess_folder(folder)
        (beds,) = [result for result in report.rules if result.rule.id == "beds"]
        verdicts.append((beds.verdict, beds.bound, round(beds.observed, 6)))
        data = json.loads(report_json(report, "en"))
        codes = [note["code"] for note in data["quality"]]
        assert ("county.zero_by_blank" in codes) == (folder == zero)
        stated = data["parameters"].get("tables")
        assert stated == ({"facilities": {"blank_is_zero": ["beds"]}} if folder == zero else None)
    known = round(100 / 15.2, 6)
    assert verdicts == [("not_assessable", "at_least", known), ("unmet", "exact", known)]
