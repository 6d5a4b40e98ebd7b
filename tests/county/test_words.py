"""The dictionary of columns and values is whole, and is what the reader reads."""

from __future__ import annotations

import csv

import geopandas as gpd
import pandas as pd
import pytest

from coverage.county.read import read_county
from coverage.county.words import (
    column_names,
    column_title,
    columns,
    fold,
    is_blank,
    known_column,
    vocabulary,
)
from coverage.paths import DATA
from tests import county_fixtures as fixtures

# fmt: off
NUMBERS = [
    "beds", "nursery_places", "ambulances", "negative_pressure_ambulances", "outpatient_visits",
    "physicians", "tcm_physicians", "nurses", "pharmacists", "gps", "public_health_physicians",
    "public_health_staff", "village_doctors", "licensed_village_doctors",
    "mental_health_workers", "posts", "professional_posts", "specialties", "tcm_specialties",
    "mch_workers", "child_doctors", "tcm_studios", "posts_filled",
]
# fmt: on
# fmt: off
YES_NO = [
    "standardised", "public_title", "tcm_service", "tcm_hall", "recommended_standard",
    "community_hospital", "vaccination_digital", "fever_clinic", "enteric_clinic", "fever_room",
    "geriatric_dept", "elder_friendly", "icu", "infectious_ward", "psychiatric_ward",
    "psychiatric_clinic", "hospice", "critical_maternal_newborn", "medical_community_lead",
    "sub_centre", "emergency_point", "emergency_centre", "rehab_dept", "chest_pain_centre",
    "stroke_centre", "trauma_centre", "grade_a", "tcm_day_care", "tcm_dept", "tcm_pharmacy",
    "tcm_rooms", "decoction_room", "tcm_prevention_dept", "emergency_store", "birth_defect_centre",
    "smart_medical_centre", "quality_office", "public_health_dept", "smoking_clinic", "eye_dept",
    "medical_partner", "special_disease_outpatient", "insurance_outpatient",
]
# fmt: on
WANTED = {
    "townships": {"code", "name", "kind", "population", "geometry"},
    "villages": {
        *("code", "name", "township", "kind", "population", "area_class", "lon", "lat"),
        *("service_mode", "public_health_committee", "maternal_worker", "serving_facility"),
        "geometry",
    },
    "facilities": {
        *("id", "name", "kind", "township", "village", "lon", "lat", "geometry"),
        *("level", "ownership", "specialty_names", *NUMBERS, *YES_NO),
    },
}
FACILITY_KINDS = {
    *("county_hospital", "tcm_hospital", "mch_institution", "township_hospital"),
    *("central_township_hospital", "community_centre", "community_station", "village_clinic"),
    *("emergency_station", "nursery", "cdc", "care_home", "other"),
}


def _value(column):
    samples = {"integer": "3", "yes_no": "是", "number": "1", "list": "康复科、儿科"}
    if column.type == "coded":
        return next(iter(vocabulary(column.vocabulary)))
    return samples.get(column.type, "")


def test_the_dictionary_has_every_column_of_the_design():
    assert {table: {c.column for c in cs} for table, cs in columns().items()} == WANTED
    types = {c.column: c.type for c in columns()["facilities"]}
    assert {name for name, kind in types.items() if kind == "integer"} == set(NUMBERS)
    assert {name for name, kind in types.items() if kind == "yes_no"} == set(YES_NO)
    assert {name for name, kind in types.items() if kind == "list"} == {"specialty_names"}


def test_each_row_of_the_dictionary_says_what_it_means():
    for table in columns().values():
        for column in table:
            assert column.meaning_zh
            assert column.meaning_en
            assert column.feeds
            assert column.required in {"yes", "no", "unless geometry"}
            assert bool(column.vocabulary) == (column.type == "coded")
            assert column.type == "geometry" or any("一" <= c <= "鿿" for c in column.chinese)


@pytest.mark.parametrize("table", sorted(WANTED))
def test_no_name_means_two_columns(table):
    seen: dict[str, str] = {}
    for column in columns()[table]:
        for name in {fold(n) for n in (column.column, *column.aliases)}:
            assert seen.setdefault(name, column.column) == column.column, name


def test_no_word_means_two_values():
    seen: dict[tuple[str, str], str] = {}
    with (DATA / "values.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            words = [row["value"], *filter(None, row["aliases"].split("|"))]
            for word in {fold(w) for w in words}:
                key = (row["vocabulary"], word)
                assert seen.setdefault(key, row["value"]) == row["value"], key


def test_no_word_of_a_vocabulary_is_read_as_not_known():
    used = {c.vocabulary for table in columns().values() for c in table if c.vocabulary}
    for name in {*used, "yes_no"}:
        assert not [word for word in vocabulary(name) if is_blank(word)], name


def test_kinds_of_facility():
    assert set(vocabulary("facility_kind").values()) == FACILITY_KINDS


@pytest.mark.parametrize("chinese", [False, True], ids=["english", "chinese"])
def test_the_reader_reads_every_column_of_the_dictionary(tmp_path, chinese):
    """A table with all columns, under either name, comes out with all of them filled."""
    overrides: dict[str, object] = {}
    for role in ("villages", "facilities"):
        table: pd.DataFrame = getattr(fixtures, role)()
        for column in columns()[role]:
            if column.type != "geometry" and column.column not in table:
                table[column.column] = _value(column)
        if role == "villages":
            table["serving_facility"] = "F2"
        names = {c.column: c.chinese for c in columns()[role]}
        overrides[role] = table.rename(columns=names) if chinese else table
    towns: gpd.GeoDataFrame = fixtures.townships()
    if chinese:
        names = {c.column: c.chinese for c in columns()["townships"] if c.type != "geometry"}
        overrides["townships"] = towns.rename(columns=names)
    county = read_county(fixtures.write_county(tmp_path, **overrides))
    for role in WANTED:
        read: gpd.GeoDataFrame = getattr(county, role)
        for column in columns()[role]:
            assert read[column.column].notna().any(), (role, column.column)
            if column.type == "integer":
                assert read[column.column].dtype in ("Float64", "float64")
            if column.type == "yes_no":
                assert read[column.column].dtype == "boolean"
        given = {c.column for c in columns()[role] if c.type != "geometry"}
        assert county.given_columns[role] == given


def test_columns_that_a_file_lacks_are_there_and_not_known(tmp_path):
    county = read_county(fixtures.write_county(tmp_path))
    assert county.facilities["icu"].isna().all()
    assert county.facilities["icu"].dtype == "boolean"
    assert county.facilities["nurses"].isna().all()
    assert "icu" not in county.given_columns["facilities"]
    assert column_names("facilities")[fold("ＩＣＵ")].column == "icu"


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("县域医疗服务次中心", "sub_centre"),
        ("县（区）域医疗次中心", "sub_centre"),
        ("区域医疗次中心", "sub_centre"),
        ("县域医疗次中心", "sub_centre"),
        ("县域医疗卫生次中心", "sub_centre"),
        ("执业（助理）医师", "physicians"),
        ("执业（助理）医师数（人）", "physicians"),
        ("中医类别执业（助理）医师", "tcm_physicians"),
        ("药师（士）", "pharmacists"),
        ("药师（士）数（人）", "pharmacists"),
    ],
)
def test_the_documents_own_words_are_headers(header: str, column: str) -> None:
    known = known_column("facilities", header)
    assert known is not None
    assert known.column == column


@pytest.mark.parametrize("header", ["副中心", "医疗副中心", "县域医疗副中心", "区域医疗副中心"])
def test_a_vice_centre_of_the_city_is_no_sub_centre_of_the_county(header: str) -> None:
    assert known_column("facilities", header) is None


def test_columns_are_called_as_the_documents_call_them() -> None:
    called = {name: column_title("facilities", name).zh for name in ("physicians", "pharmacists")}
    assert called == {"physicians": "执业（助理）医师", "pharmacists": "药师（士）"}
    assert column_title("facilities", "sub_centre").zh == "县域医疗次中心"
    dictionary = (DATA / "columns.csv").read_text(encoding="utf-8")
    assert "副中心" not in dictionary
