"""What is assumed, left out or disagrees is counted with its rows, never silent."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from shapely.geometry import Point

from coverage.county.read import read_county
from coverage.county.villages import area_class
from coverage.problems import InputError
from tests import county_fixtures as fixtures


def _quality(tmp_path, **tables):
    county = read_county(fixtures.write_county(tmp_path, **tables))
    for problem in county.quality:
        assert problem.level in {"warning", "note"}
        assert problem.text("zh")
        assert problem.text("en")
    return county, {p.code.removeprefix("county."): p for p in county.quality}


def test_residents_that_are_not_known(tmp_path):
    villages = fixtures.villages().astype(object)
    villages.loc[[1, 4], "population"] = ["—", "无数据"]
    county, told = _quality(tmp_path, villages=villages)
    assert told.keys() == {"population_unknown"}
    assert (told["population_unknown"].rows, told["population_unknown"].count) == ((3, 6), 2)
    assert county.villages["population"].isna().tolist() == [i in {1, 4} for i in range(8)]
    assert county.demand["population"].sum() == 15200 - 1200 - 5000


def test_totals_that_disagree(tmp_path):
    towns = fixtures.townships()
    towns["population"] = [3100, 2500, 9000, 650]
    _, told = _quality(tmp_path, townships=towns)
    problem = told["totals_differ"]
    assert (problem.level, problem.file, problem.rows, problem.count) == (
        "warning",
        "townships.geojson",
        (1, 4),
        2,
    )
    assert "甲镇 3,100 / 3,000" in problem.text("zh")
    assert "15,250 / 15,200" in problem.text("en")


def test_townships_without_residents_or_villages(tmp_path):
    towns = fixtures.townships()
    towns["population"] = [None, 2500, 9000, 700]
    villages = fixtures.villages().iloc[:6]
    facilities = fixtures.facilities()
    county, told = _quality(tmp_path, townships=towns, villages=villages, facilities=facilities)
    assert told["township_population_unknown"].rows == (1,)
    assert told["township_without_villages"].rows == (4,)
    assert told.keys() == {"township_population_unknown", "township_without_villages"}
    assert county.townships["population"].isna().tolist() == [True, False, False, False]


def test_area_classes_that_are_assumed(tmp_path):
    villages = fixtures.villages().astype(object)
    villages.loc[[0, 5], "area_class"] = ""
    county, told = _quality(tmp_path, villages=villages)
    assert (told["area_assumed"].level, told["area_assumed"].rows) == ("warning", (2, 7))
    assert county.villages["area_code"].tolist() == [
        *("rural", "220", "220", "220", "111", "urban", "220", "220")
    ]
    assert county.villages["area_class"].tolist() == ["rural"] * 4 + ["urban"] * 2 + ["rural"] * 2


@pytest.mark.parametrize(
    ("written", "code", "read"),
    [
        *((c, c, "urban") for c in ("urban", "111", "112")),
        *((c, c, "rural") for c in ("rural", "121", "122", "123", "210", "220")),
        ("城镇", "urban", "urban"),
        ("城区", "urban", "urban"),
        ("农村", "rural", "rural"),
        ("乡村", "rural", "rural"),
        ("１１１", "111", "urban"),
        ("112.0", "112", "urban"),
        ("镇中心区", "121", "rural"),
    ],
)
def test_readings_of_the_area_class(tmp_path, written, code, read):
    villages = fixtures.villages().astype(object)
    villages["area_class"] = written
    county, told = _quality(tmp_path, villages=villages)
    assert told == {}
    assert set(county.villages["area_code"]) == {code}
    assert set(county.villages["area_class"]) == {read} == {area_class(code)}


def test_kinds_told_by_the_name(tmp_path):
    villages = fixtures.villages().drop(columns="kind")
    villages["name"] = [
        "甲村",
        "城南居委会",
        "东社区居民委员会",
        "丁",
        "桥社区",
        "社区村",
        "己 居委会",
        "x",
    ]
    facilities = fixtures.facilities().drop(columns="village")
    county, told = _quality(tmp_path, villages=villages, facilities=facilities)
    assert told["kind_assumed"].level == "note"
    assert told["kind_assumed"].count == 8
    communities = county.villages["kind"] == "community"
    assert communities.tolist() == [False, True, True, False, True, False, True, False]


def test_facilities_without_a_place_are_kept(tmp_path):
    facilities = fixtures.facilities().astype(object)
    facilities.loc[[0, 3], ["lon", "lat"]] = ""
    county, told = _quality(tmp_path, facilities=facilities)
    assert told["facility_without_place"].rows == (2, 5)
    assert told["facility_without_place"].level == "warning"
    assert len(county.facilities) == 5
    assert county.facilities.geometry.isna().tolist() == [True, False, False, True, False]
    assert county.facilities["lon"].isna().tolist() == [True, False, False, True, False]
    assert county.facilities["village"][3] == "430902101201"


def test_facilities_without_any_coordinates(tmp_path):
    facilities = fixtures.facilities().drop(columns=["lon", "lat"])
    county, told = _quality(tmp_path, facilities=facilities)
    assert told["facility_without_place"].count == 5
    assert county.facilities.geometry.isna().all()


def test_one_column_of_coordinates_is_an_error(tmp_path):
    facilities = fixtures.facilities().drop(columns=["lat"])
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path, facilities=facilities))
    codes = {(p.code, p.column) for p in caught.value.problems if p.level == "error"}
    assert codes == {("county.half_place_column", "lat")}


def test_a_station_that_hides_its_ambulances(tmp_path):
    facilities = fixtures.facilities().astype(object)
    facilities.loc[4, "ambulances"] = ""
    county, told = _quality(tmp_path, facilities=facilities)
    assert told["station_without_ambulances"].rows == (6,)
    assert county.facilities["ambulances"].isna().tolist() == [False] * 4 + [True]


def test_places_just_outside_or_in_another_township(tmp_path):
    villages = fixtures.villages()
    villages.loc[0, "lon"] = fixtures.WEST - 0.01
    villages.loc[1, "lon"] = 112.34
    facilities = fixtures.facilities()
    facilities.loc[1, "lat"] = fixtures.SOUTH - 0.3
    county, told = _quality(tmp_path, villages=villages, facilities=facilities)
    near = [p for p in county.quality if p.code == "county.just_outside"]
    assert [(p.file, p.level, p.rows) for p in near] == [
        ("villages.csv", "warning", (2,)),
        ("facilities.csv", "note", (3,)),
    ]
    assert (told["other_township"].file, told["other_township"].rows) == ("villages.csv", (3,))
    assert county.villages["township"][1] == "430902101"


def test_a_point_on_the_border_is_in_both(tmp_path):
    villages = fixtures.villages()
    villages.loc[0, "lon"] = fixtures.WEST + fixtures.SIDE
    county, told = _quality(tmp_path, villages=villages)
    edge = county.townships.geometry[0].distance(Point(county.villages.geometry[0]))
    assert math.isclose(edge, 0, abs_tol=0.5)
    assert set(told) <= {"other_township"}


def test_names_of_villages(tmp_path):
    """A name is looked for in the facility's township first; a code needs no township."""
    villages = fixtures.villages()
    villages["name"] = ["桥头村", "河口村", "桥头村", "山下村", "东社区", "西社区", "北村", "南村"]
    facilities = fixtures.facilities().astype(object)
    facilities["township"] = ["", "甲镇", "乙乡", "甲镇", "430902401"]
    facilities["village"] = ["河口村", "桥头村", "桥 头 村", "山下村", "430902401202"]
    county, told = _quality(tmp_path, villages=villages, facilities=facilities)
    codes = county.villages["code"]
    assert county.facilities["village"].tolist() == [
        codes[1],
        codes[0],
        codes[2],
        codes[3],
        codes[7],
    ]
    assert told["village_elsewhere"].rows == (5,)
    assert county.facilities["township"].tolist()[4] == "430902401"
    assert pd.isna(county.facilities["township"][0])


def test_names_are_kept_whole_and_joined(tmp_path):
    long, family = "很" * 45 + "村", "\U0001f468\u200d\U0001f469\u200d\U0001f467村"
    villages, facilities = fixtures.villages(), fixtures.facilities()
    villages.loc[:3, "name"] = [long, family, "\u200d乙\u200b一\u202e村\u200d", "乙二\n村"]
    facilities["village"] = ["", "", "乙一村", long, ""]
    county = read_county(fixtures.write_county(tmp_path, villages=villages, facilities=facilities))
    assert county.villages["name"].tolist()[:4] == [long, family, "乙一村", "乙二 村"]
    codes = county.villages["code"]
    assert county.facilities["village"].tolist()[2:4] == [codes[2], codes[0]]


def test_a_long_name_that_is_not_there_is_told_apart_from_the_nearest(tmp_path):
    villages, facilities = fixtures.villages(), fixtures.facilities()
    villages.loc[0, "name"] = "很" * 45 + "村"
    facilities.loc[3, "village"] = "很" * 45 + "屯"
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path, villages=villages, facilities=facilities))
    (line,) = caught.value.lines("zh")
    assert "屯”" in line
    assert "村”" in line


def test_a_name_of_several_villages_is_an_error(tmp_path):
    villages = fixtures.villages()
    villages["name"] = ["桥头村", "河口村", "桥头村", "山下村", "东社区", "西社区", "北村", "南村"]
    facilities = fixtures.facilities().astype(object)
    facilities["township"] = ""
    facilities["village"] = ["", "", "", "桥头村", ""]
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path, villages=villages, facilities=facilities))
    assert [(p.code, p.rows) for p in caught.value.problems if p.level == "error"] == [
        ("county.village_unclear", (5,))
    ]


def test_the_same_name_twice_in_a_township(tmp_path):
    villages = fixtures.villages()
    villages.loc[1, "name"] = "甲一 村"
    facilities = fixtures.facilities().drop(columns="village")
    _, told = _quality(tmp_path, villages=villages, facilities=facilities)
    assert told["village_name_twice"].rows == (2, 3)


def test_serving_facilities_are_ids(tmp_path):
    villages = fixtures.villages()
    villages["serving_facility"] = ["F1", "", "F4", "", "", "", "", ""]
    county, _ = _quality(tmp_path / "good", villages=villages)
    assert county.villages["serving_facility"][2] == "F4"
    villages.loc[0, "serving_facility"] = "F9"
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path / "bad", villages=villages))
    assert [(p.code, p.rows, p.column) for p in caught.value.problems] == [
        ("county.facility_unknown", (2,), "serving_facility")
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1,800", 1800),
        ("１８００", 1800),
        ("1，800", 1800),
        (" 1800 ", 1800),
        ("1800.0", 1800),
        ("1.8e3", 1800),
    ],
)
def test_numbers_as_people_write_them(tmp_path, written, read):
    villages = fixtures.villages().astype(object)
    villages.loc[0, "population"] = written
    county, _ = _quality(tmp_path, villages=villages)
    assert county.villages["population"][0] == read


YES = ["是", "有", "Y", "１", "√", "TRUE"]
NO = ["否", "无", "0", "×", "no", "False"]
NOT_KNOWN = ["", "不详", "—", "-"]


@pytest.mark.parametrize("written", [*YES, *NO, *NOT_KNOWN])
def test_yes_and_no_as_people_write_them(tmp_path, written):
    facilities = fixtures.facilities()
    facilities["发热门诊"] = written
    county, _ = _quality(tmp_path, facilities=facilities)
    values = county.facilities["fever_clinic"]
    assert values.isna().all() == (written in NOT_KNOWN)
    assert values.fillna(False).all() == (written in YES)
