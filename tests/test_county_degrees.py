"""Coordinates in degrees, minutes and seconds: read where exact, otherwise told once."""

import math

import pytest

from coverage.county.degrees import degrees
from coverage.county.pairs import with_split_pairs
from coverage.county.read import read_county
from coverage.county.table import RawTable
from coverage.errors import InputError
from tests import county_fixtures as fixtures


@pytest.mark.parametrize(
    "cell",
    [
        "112°15′54″",
        "112°15'54\"E",
        "112°15'54''",
        "112º15’54”",
        "E112°15′54″",
        "东经112°15′54″",
        "東經112度15分54秒",
        "112度15分54秒",
        "112-15-54",
        "112:15:54",
        "112 15 54",
        "112° 15′ 54″ E",
        "112°15.9′",
        "112.265°",
        "112.265E",
        "E112.265",
        "１１２°１５′５４″",
        "112°15′54.0″",
    ],
)
def test_one_longitude_in_all_spellings(cell):
    assert degrees(cell, "lon") == pytest.approx(112 + 15 / 60 + 54 / 3600, abs=1e-12)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("N28.61", 28.61), ("S28.5", -28.5), ("南纬28°30′", -28.5), ("-28°30′", -28.5)],
)
def test_south_negates(cell, value):
    assert degrees(cell, "lat") == pytest.approx(value)


@pytest.mark.parametrize(
    "cell",
    [
        "112°60′00″",
        "112°15′60″",
        "N112.2",
        "E112.2W",
        "-112.2W",
        "112-15",
        "112 15",
        "112:15-54",
        "",
    ],
)
def test_what_is_not_unambiguous_is_no_longitude(cell):
    assert math.isnan(degrees(cell, "lon"))


@pytest.mark.parametrize(
    "cell",
    [
        "112°15′54″,28°36′36″",
        "28°36′36″N 112°15′54″E",
        "E112°15′54″N28°36′36″",
        "东经112°15′54″，北纬28°36′36″",
        "北纬28度36分36秒、东经112度15分54秒",
        "112 15 54, 28 36 36",
        "POINT(112.265 28.61)",
        "Point (112.265 28.61)",
        "SRID=4326;POINT(112.265 28.61)",
    ],
)
def test_two_in_one_cell(cell):
    found = []
    raw = RawTable("v.csv", ("编码", "坐标"), [("a", cell)], [2])
    (record,) = with_split_pairs(raw, "villages", found).records
    assert [p.code for p in found] == ["county.pair_split"]
    assert [float(v) for v in record[1:]] == pytest.approx([112.265, 28.61], abs=1e-9)


@pytest.mark.parametrize("cell", ["112°15′54″", "112°75′,28°36′", "POINT(112.2)", "POINT EMPTY"])
def test_a_bad_pair_is_told_once_without_missing_coordinates(tmp_path, cell):
    table = fixtures.villages().astype(object)
    table["坐标"] = [f"{x},{y}" for x, y in zip(table["lon"], table["lat"], strict=True)]
    table.loc[2, "坐标"] = cell
    table = table.drop(columns=["lon", "lat"])
    with pytest.raises(InputError) as told:
        read_county(fixtures.write_county(tmp_path, villages=table))
    errors = [p for p in told.value.problems if p.level == "error"]
    assert [(p.code, p.rows) for p in errors] == [("county.pair_unclear", (4,))]


def test_a_column_of_minutes_gives_the_same_county_and_is_told(tmp_path):
    table = fixtures.villages().astype(object)
    plain = read_county(fixtures.write_county(tmp_path / "a", villages=table))
    lon = float(table.loc[2, "lon"])
    whole = int(lon)
    table.loc[2, "lon"] = f"{whole}°{(lon - whole) * 60:.9f}′"
    county = read_county(fixtures.write_county(tmp_path / "b", villages=table))
    assert county.villages.geometry.iloc[2].distance(plain.villages.geometry.iloc[2]) < 1e-3
    (told,) = (p for p in county.quality if p.code == "county.degrees_read")
    assert (told.rows, told.level, told.file) == ((4,), "note", "villages.csv")
