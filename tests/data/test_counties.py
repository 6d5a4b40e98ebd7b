"""The ten illustrative counties: small, whole, and as populous as the census says."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.county.read import read_county
from coverage.network.read import read_network
from coverage.paths import DATA
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.model.results import RuleResult

ZHUZHOU = (
    "430202", "430203", "430204", "430211", "430212", "430223", "430224", "430225", "430281",
)  # fmt: skip
WENDENG = "371003"
CODES = (*ZHUZHOU, WENDENG)

pytestmark = pytest.mark.xdist_group("counties")


def made(out: Path, *more: str) -> Path:
    done = subprocess.run(
        [sys.executable, str(DATA / "make_counties.py"), "--out", str(out), *more],
        env={**os.environ, "PYTHONHASHSEED": "4302"},
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("counties"))


@pytest.fixture(scope="module")
def census() -> dict[str, dict[str, str]]:
    path = DATA / "sources" / "census_counties_2020.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_there_is_a_folder_for_each_unit_of_zhuzhou_and_for_wendeng(
    folders: Path, census: dict[str, dict[str, str]]
) -> None:
    assert sorted(p.name for p in folders.iterdir()) == sorted(CODES)
    assert set(ZHUZHOU) == {code for code, row in census.items() if row["city"] == "株洲市"}


def test_the_same_seed_makes_the_same_folder(folders: Path, tmp_path: Path) -> None:
    again = made(tmp_path, "--only", WENDENG)
    assert [p.name for p in again.iterdir()] == [WENDENG]
    names = sorted(p.name for p in (folders / WENDENG).iterdir())
    assert sorted(p.name for p in (again / WENDENG).iterdir()) == names
    for name in names:
        assert (again / WENDENG / name).read_bytes() == (folders / WENDENG / name).read_bytes()


@pytest.mark.parametrize("code", CODES)
def test_a_county_can_be_read_and_its_roads_are_one_small_network(folders: Path, code: str) -> None:
    county = read_county(folders / code)
    identity = county.config.county
    assert (identity.code, identity.illustrative) == (code, True)
    note = read_network(county).note
    assert 1_000 <= note.nodes <= 3_000
    assert note.components == 1
    assert note.unknown_class_share == 0


@pytest.mark.parametrize("code", CODES)
def test_residents_are_those_of_the_census(
    folders: Path, census: dict[str, dict[str, str]], code: str
) -> None:
    villages = pd.read_csv(folders / code / "villages.csv", dtype=str, encoding="utf-8-sig")
    people = villages["常住人口"].astype(int)
    urban = villages["城乡分类代码"] < "200"
    assert people.sum() == int(census[code]["residents"])
    assert people[urban].sum() == int(census[code]["urban"])
    assert people[~urban].sum() == int(census[code]["rural"])
    units = gpd.read_file(folders / code / "townships.geojson").set_index("name")
    by_unit = people.groupby(villages["所属乡镇"]).sum()
    assert by_unit.to_dict() == units["population"].to_dict()
    shapes = np.array(units.geometry)
    assert shapely.coverage_is_valid(shapes)
    points = shapely.points(villages["经度"].astype(float), villages["纬度"].astype(float))
    assert shapely.contains(units.geometry.loc[villages["所属乡镇"]].to_numpy(), points).all()


def test_only_places_that_a_document_names_have_real_names(folders: Path) -> None:
    named = {"宋村镇", "葛家镇", "大水泊镇", "小观镇", "泽头镇"}
    for code in CODES:
        units = set(gpd.read_file(folders / code / "townships.geojson")["name"])
        real = {name for name in units if not name.startswith("示例")}
        assert real == (named if code == WENDENG else set())
        facilities = pd.read_csv(folders / code / "facilities.csv", dtype=str, encoding="utf-8-sig")
        assert facilities["名称"].str.contains("示例").all()


def test_rules_are_inherited_by_region(folders: Path) -> None:
    catalogue = load_catalogue()
    applied = {
        code: {rule.id for rule in applicable_rules(read_county(folders / code).config, catalogue)}
        for code in CODES
    }
    of_all = set.intersection(*(applied[code] for code in ZHUZHOU))
    assert {"ambulance-50k", "sub-centres-zhuzhou", "hospice", "geriatric-dept"} <= of_all
    assert "geriatric-dept-hunan" in of_all  # the province's, beside the city's
    assert {code for code in CODES if "psychiatric" in applied[code]} == {
        "430223", "430224", "430225", "430281",
    }  # fmt: skip
    assert "sub-centres-wendeng" in applied[WENDENG]
    # Each asked by its own document; in the city's districts it is not applicable.
    assert applied[WENDENG] & of_all == {"medical-community-date"}


@pytest.fixture(scope="module")
def reports(folders: Path) -> dict[str, Report]:
    return {code: assess_folder(folders / code) for code in CODES}


def result_of(reports: dict[str, Report], code: str, rule: str) -> RuleResult:
    return next(result for result in reports[code].rules if result.rule.id == rule)


def table(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "facilities.csv", dtype=str, encoding="utf-8-sig").fillna("")


def test_named_places_are_found(folders: Path, reports: dict[str, Report]) -> None:
    found = result_of(reports, WENDENG, "sub-centres-wendeng")
    facilities = table(folders / WENDENG)
    there = set(facilities.loc[facilities["县域医疗次中心"] == "是", "所属乡镇"])
    assert {unit.name: unit.verdict for unit in found.units} == {
        name: "met" if name in there else "unmet" for name in ("宋村镇", "葛家镇", "大水泊镇")
    }
    assert found.verdict == "unmet"  # 大水泊 has none yet
    assert found.access is not None
    assert found.access.unreachable == 0


def test_yanling_is_asked_for_a_clinic_and_the_others_for_a_ward(
    folders: Path, reports: dict[str, Report]
) -> None:
    for code, column in (("430225", "精神科门诊"), ("430223", "精神科病房")):
        facilities = table(folders / code)
        public = facilities[
            facilities["类型"].isin(["县级综合医院", "中医医院"]) & (facilities["所有制"] == "公立")
        ]
        yes, blank = ((public[column] == word).sum() for word in ("是", ""))
        verdict = "met" if yes else "not_assessable" if blank else "unmet"
        assert result_of(reports, code, "psychiatric").verdict == verdict


def test_ambulances_count_a_countys_residents_three_times(
    reports: dict[str, Report], census: dict[str, dict[str, str]]
) -> None:
    for code in ZHUZHOU:
        factor = 3 if int(code[-2:]) > 20 else 1
        needed = -(-int(census[code]["residents"]) * factor // 50_000)
        assert result_of(reports, code, "ambulance-50k").required == needed


def test_a_district_without_villages_is_not_asked_for_clinics(reports: dict[str, Report]) -> None:
    for rule in ("township-hospital", "village-clinic", "maternal-worker"):
        assert result_of(reports, "430204", rule).verdict == "not_applicable"


def test_only_chinese_hospitals_of_level_3_are_asked_for_rehabilitation(
    reports: dict[str, Report],
) -> None:
    verdict = {code: result_of(reports, code, "tcm-rehab").verdict for code in ZHUZHOU}
    not_asked = {code for code in ZHUZHOU if verdict[code] == "not_applicable"}
    assert not_asked == set(ZHUZHOU) - {"430223", "430281"}
