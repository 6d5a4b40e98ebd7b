"""Every bad input gets its message, with file, row and column, and none hides another."""

from __future__ import annotations

import io
import string
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
import yaml
from shapely.geometry import LineString, Point, Polygon

from coverage.county.model import County
from coverage.county.read import read_county
from coverage.paths import DATA
from coverage.problems import InputError, Problem
from tests import county_fixtures as fixtures


def _problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read_county(folder)
    for language in ("zh", "en"):
        assert all(p.text(language) for p in caught.value.problems)
    return caught.value.problems


def _only_error(folder: Path) -> Problem:
    errors = [p for p in _problems(folder) if p.level == "error"]
    assert len(errors) == 1, [p.text("en") for p in errors]
    return errors[0]


def _where(problem: Problem) -> tuple[str, str | None, tuple[int, ...], str | None]:
    return problem.code.removeprefix("county."), problem.file, problem.rows, problem.column


def _villages(row: int, column: str, value: object) -> pd.DataFrame:
    table = fixtures.villages().astype(object)
    table.loc[row, column] = value
    return table


def _facilities(row: int, column: str, value: object) -> pd.DataFrame:
    table = fixtures.facilities().astype(object)
    if column not in table:
        table[column] = ""
    table.loc[row, column] = value
    return table


VILLAGE_CELLS = [
    ("population", "-5", "negative"),
    ("population", "12.5", "fractional"),
    ("population", "3.5万", "number_unit"),
    ("population", "约三千", "not_a_number"),
    ("population", "12,34", "not_a_number"),
    ("population", "1e400", "not_a_number"),
    ("population", "nan人", "not_a_number"),
    ("population", "99999999999", "too_large"),
    ("code", "", "cell_empty"),
    ("code", "4.30902E+11", "code_scientific"),
    ("name", "", "cell_empty"),
    ("township", "", "cell_empty"),
    ("township", "甲真", "township_unknown"),
    ("kind", "小区", "word_unknown"),
    ("area_class", "113", "word_unknown"),
    ("lon", "", "coordinate_empty"),
    ("lat", "", "coordinate_empty"),
    ("lon", "0", "coordinate_zero"),
    ("lat", "0.0", "coordinate_zero"),
    ("lon", "东经112度", "not_a_number"),
    ("lon", "623772.4", "coordinate_range"),
    ("lon", "113.3", "outside"),
    ("lat", "28.1", "outside"),
]


@pytest.mark.parametrize(("column", "value", "code"), VILLAGE_CELLS)
def test_a_bad_cell_of_a_village(tmp_path, column, value, code):
    folder = fixtures.write_county(tmp_path, villages=_villages(2, column, value))
    problem = _only_error(folder)
    shown = "lon" if code in {"outside", "coordinate_range"} else column
    assert _where(problem) == (code, "villages.csv", (4,), shown)


FACILITY_CELLS = [
    ("id", "", "cell_empty", "id"),
    ("kind", "", "cell_empty", "kind"),
    ("kind", "卫生完", "word_unknown_required", "kind"),
    ("township", "戊镇", "township_unknown", "township"),
    ("village", "甲三村", "village_unknown", "village"),
    ("lon", "", "coordinate_empty", "lon"),
    ("lat", "", "coordinate_empty", "lat"),
    ("lon", "0", "coordinate_zero", "lon"),
    ("lon", "115.9", "outside", "lon"),
    ("beds", "30张", "number_unit", "beds"),
    ("beds", "-1", "negative", "beds"),
    ("ambulances", "1.5", "fractional", "ambulances"),
    ("icu", "可能", "word_unknown", "icu"),
    ("level", "4", "word_unknown", "level"),
    ("ownership", "外国", "word_unknown", "ownership"),
]


@pytest.mark.parametrize(("column", "value", "code", "shown"), FACILITY_CELLS)
def test_a_bad_cell_of_a_facility(tmp_path, column, value, code, shown):
    folder = fixtures.write_county(tmp_path, facilities=_facilities(1, column, value))
    assert _where(_only_error(folder)) == (code, "facilities.csv", (3,), shown)


def test_unknown_names_name_the_nearest(tmp_path):
    folder = fixtures.write_county(
        tmp_path,
        villages=_villages(0, "township", "丙街到"),
        facilities=_facilities(1, "kind", "乡镇卫生完"),
    )
    texts = [p.text("zh") for p in _problems(folder) if p.level == "error"]
    assert any("是否为“丙街道”" in t for t in texts), texts
    assert any("是否为“乡镇卫生院”" in t for t in texts), texts


@pytest.mark.parametrize("role", ["villages", "facilities"])
def test_longitude_and_latitude_swapped(tmp_path, role):
    table = getattr(fixtures, role)()
    table["lon"], table["lat"] = table["lat"], table["lon"]
    problem = _only_error(fixtures.write_county(tmp_path, **{role: table}))
    rows = tuple(range(2, len(table) + 2))
    assert _where(problem) == ("swapped", f"{role}.csv", rows, "lon")


def test_northing_and_easting_swapped_in_some_rows(tmp_path):
    """Swapped in all of them is a surveyor's table, which is read (test_gauss_kruger)."""
    table = fixtures.villages()
    points = gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs=4326).to_crs(4547)
    some = np.arange(len(table)) % 2 == 0
    table["lon"] = np.where(some, points.y, points.x)
    table["lat"] = np.where(some, points.x, points.y)
    toml = fixtures.TOML.replace('"villages.csv"', '{path = "villages.csv", datum = "EPSG:4547"}')
    problem = _only_error(fixtures.write_county(tmp_path, toml=toml, villages=table))
    assert problem.code in {"county.swapped", "county.coordinate_range"}
    assert problem.rows == (2, 4, 6, 8)


def test_swapped_degrees_where_latitude_may_be_a_longitude(tmp_path):
    # In the far west of China both numbers are possible latitudes: only the place tells.
    towns = fixtures.townships()
    towns.geometry = towns.geometry.translate(-36.0, 15.0)
    table = fixtures.villages()
    table["lon"], table["lat"] = table["lat"] + 15.0, table["lon"] - 36.0
    facilities = fixtures.facilities().drop(columns=["lon", "lat"])
    folder = fixtures.write_county(tmp_path, townships=towns, villages=table, facilities=facilities)
    assert _only_error(folder).code == "county.swapped"


def test_duplicate_codes_are_named_with_their_rows(tmp_path):
    code = fixtures.villages()["code"][0]
    folder = fixtures.write_county(
        tmp_path,
        villages=_villages(5, "code", f"{code}.0"),
        facilities=_facilities(4, "id", "F1"),
    )
    errors = [p for p in _problems(folder) if p.level == "error"]
    assert [_where(p) for p in errors] == [
        ("code_twice", "villages.csv", (2, 7), "code"),
        ("code_twice", "facilities.csv", (2, 6), "id"),
    ]
    assert code in errors[0].text("zh")


def test_duplicate_townships(tmp_path):
    towns = fixtures.townships()
    towns.loc[1, "code"] = towns.loc[0, "code"]
    towns.loc[3, "name"] = towns.loc[2, "name"]
    villages = fixtures.villages()
    villages["township"] = towns.loc[0, "name"]
    facilities = fixtures.facilities().drop(columns="township")
    folder = fixtures.write_county(
        tmp_path, townships=towns, villages=villages, facilities=facilities
    )
    errors = [p for p in _problems(folder) if p.level == "error"]
    assert [_where(p) for p in errors] == [
        ("code_twice", "townships.geojson", (1, 2), "code"),
        ("name_twice", "townships.geojson", (3, 4), "name"),
    ]


@pytest.mark.parametrize(
    ("role", "old", "new", "near"),
    [
        ("villages", "population", "populaton", "populaton"),
        ("villages", "population", "常驻人口", "常驻人口"),
        ("villages", "township", "归属", None),
        ("villages", "lat", "latitud", "latitud"),
        ("facilities", "kind", "knd", "knd"),
        ("townships", "kind", "knd", "knd"),
        ("townships", "kind", "类形", "类形"),
    ],
)
def test_a_column_missing_or_misspelt(tmp_path, role, old, new, near):
    table = getattr(fixtures, role)().rename(columns={old: new})
    problems = _problems(fixtures.write_county(tmp_path, **{role: table}))
    missing = [p for p in problems if p.code == "county.column_missing"]
    file = "townships.geojson" if role == "townships" else f"{role}.csv"
    assert [_where(p) for p in missing] == [("column_missing", file, (), old)]
    if near:
        assert f"“{near}”" in missing[0].text("zh")


def test_the_cells_of_a_table_that_lacks_a_column_are_looked_at_all_the_same(tmp_path):
    table = fixtures.villages().drop(columns="township")
    table["population"] = table["population"].astype(object)
    table.loc[1, "population"] = "三百"
    table.loc[2, "code"] = table.loc[0, "code"]
    problems = _problems(fixtures.write_county(tmp_path, villages=table))
    assert {p.code for p in problems} == {
        "county.column_missing",
        "county.not_a_number",
        "county.code_twice",
    }


def test_nobody_is_told_to_leave_a_required_cell_empty(tmp_path):
    table = fixtures.facilities()
    table.loc[0, "kind"] = "药店"
    table["ownership"] = "??"
    problems = _problems(fixtures.write_county(tmp_path, facilities=table))
    texts = {p.column: p.text("zh") for p in problems}
    assert "必须填写" in texts["kind"]
    assert "留空" not in texts["kind"]
    assert "留空" in texts["ownership"]


def test_villages_whose_outlines_overlap_are_told(tmp_path):
    table = fixtures.villages()
    assert not any(
        p.code == "county.villages_overlap"
        for p in read_county(fixtures.write_county(tmp_path / "points", villages=table)).quality
    )
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float))
    first = points[0].buffer(0.004)
    shapes = [first, shapely.affinity.translate(first, xoff=0.002)]
    shapes += [point.buffer(1e-5) for point in points[2:]]
    layer = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapes, crs=4326)
    toml = fixtures.TOML.replace("villages.csv", "villages.geojson")
    folder = fixtures.write_county(tmp_path / "polygons", villages=None, toml=toml)
    layer.to_file(folder / "villages.geojson")
    found = [p for p in read_county(folder).quality if p.code == "county.villages_overlap"]
    assert [(p.level, len(p.rows)) for p in found] == [("warning", 2)]
    assert f"“{table['name'][0]}”" in found[0].text("zh")


def test_columns_that_are_not_used_are_told(tmp_path):
    table = fixtures.facilities().rename(columns={"ambulances": "ambulance"})
    table["备注"] = "好"
    county = read_county(fixtures.write_county(tmp_path, facilities=table))
    levels = {p.code: (p.level, p.column) for p in county.quality}
    assert levels["county.column_unlike"] == ("warning", "ambulance")
    assert levels["county.columns_unknown"] == ("note", None)
    text = next(p for p in county.quality if p.code == "county.columns_unknown").text("zh")
    assert "备注" in text


def test_of_two_columns_with_one_meaning_the_plainer_is_used(tmp_path):
    table = fixtures.facilities().rename(columns={"id": "机构编码"})
    table.insert(0, "序号", range(1, 6))
    county = read_county(fixtures.write_county(tmp_path, facilities=table))
    assert county.facilities["id"].tolist() == ["F1", "F2", "F3", "F4", "F5"]
    told = [p for p in county.quality if p.code == "county.column_spare"]
    assert [(p.level, p.file, dict(p.values)) for p in told] == [
        ("note", "facilities.csv", {"used": "机构编码", "others": "序号"})
    ]


def test_one_name_on_two_columns(tmp_path):
    text = fixtures.villages().to_csv(index=False).replace("kind,", "population,", 1)
    problem = _only_error(fixtures.write_county(tmp_path, villages=text))
    assert _where(problem) == ("column_repeated", "villages.csv", (), None)


def test_an_invalid_polygon_says_where(tmp_path):
    towns = fixtures.townships()
    bow = Polygon([(112.25, 28.55), (112.3, 28.6), (112.3, 28.55), (112.25, 28.6)])
    towns.loc[0, "geometry"] = bow
    problem = _only_error(fixtures.write_county(tmp_path, townships=towns))
    assert _where(problem) == ("township_invalid", "townships.geojson", (1,), None)
    assert "甲镇" in problem.text("zh")
    assert "112.275 28.575" in problem.text("zh")


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "polygon_empty"),
        (Polygon(), "polygon_empty"),
        (Point(112.3, 28.6), "not_a_polygon"),
        (LineString([(112.25, 28.55), (112.3, 28.6)]), "not_a_polygon"),
    ],
)
def test_a_township_without_polygon(tmp_path, shape, code):
    towns = fixtures.townships()
    towns.loc[2, "geometry"] = shape
    problem = _only_error(fixtures.write_county(tmp_path, townships=towns))
    assert _where(problem) == (code, "townships.geojson", (3,), None)


@pytest.mark.parametrize(("share", "level"), [(0.02, "error"), (0.005, "warning"), (0.00005, None)])
def test_overlapping_townships(tmp_path, share, level):
    towns = fixtures.townships()
    west, south, east, north = towns.geometry[1].bounds
    moved = west - share * (east - west)
    towns.loc[1, "geometry"] = Polygon(
        [(moved, south), (east, south), (east, north), (moved, north)]
    )
    folder = fixtures.write_county(tmp_path, townships=towns)
    found = _problems(folder) if level == "error" else read_county(folder).quality
    overlaps = [p for p in found if p.code == "county.overlap"]
    if level is None:
        assert overlaps == []
    else:
        assert [(p.level, p.rows) for p in overlaps] == [(level, (1, 2))]
        assert "甲镇" in overlaps[0].text("zh")
        assert "km²" in overlaps[0].text("en")


def test_townships_in_a_table_have_no_outline(tmp_path):
    toml = fixtures.TOML.replace("townships.geojson", "townships.csv")
    fixtures.write_county(tmp_path, toml=toml)
    fixtures.townships().drop(columns="geometry").to_csv(tmp_path / "townships.csv", index=False)
    assert _only_error(tmp_path).code == "county.townships_without_polygons"


@pytest.mark.parametrize("role", ["townships", "villages", "facilities"])
def test_an_empty_table(tmp_path, role):
    table = getattr(fixtures, role)().iloc[:0]
    problem = _only_error(fixtures.write_county(tmp_path, **{role: table}))
    assert problem.code in {"county.table_empty"}
    assert problem.file.startswith(role)


@pytest.mark.parametrize("content", [b"", b"\n\n,,,\n", b"\xef\xbb\xbf"])
def test_a_table_without_anything(tmp_path, content):
    problem = _only_error(fixtures.write_county(tmp_path, facilities=content))
    assert _where(problem) == ("table_empty", "facilities.csv", (), None)


@pytest.mark.parametrize("role", ["townships", "villages", "facilities", "roads"])
def test_a_missing_file_names_the_nearest(tmp_path, role):
    fixtures.write_county(tmp_path)
    path = next(tmp_path.glob(f"{role}.*"))
    path.rename(tmp_path / f"{path.stem}2{path.suffix}")
    problem = _only_error(tmp_path)
    assert _where(problem) == ("file_missing_near", path.name, (), None)
    assert f"{path.stem}2" in problem.text("en")


def test_a_missing_sheet_names_those_there(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "村庄"
    buffer = io.BytesIO()
    book.save(buffer)
    toml = fixtures.TOML.replace('"villages.csv"', '{ path = "v.xlsx", sheet = "村" }')
    fixtures.write_county(tmp_path, toml=toml)
    (tmp_path / "v.xlsx").write_bytes(buffer.getvalue())
    problem = _only_error(tmp_path)
    assert _where(problem) == ("sheet_missing", "v.xlsx", (), None)
    assert "村庄" in problem.text("zh")


def _book(**sheets: pd.DataFrame | None) -> bytes:
    """Return a workbook; None is a sheet of explanations."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="openpyxl") as writer:
        for name, table in sheets.items():
            rows = pd.DataFrame({"说明": ["名称", "编码"]}) if table is None else table
            rows.to_excel(writer, sheet_name=name, index=False)
    return stream.getvalue()


def test_the_sheet_is_the_one_whose_header_fits(tmp_path):
    toml = fixtures.TOML.replace("villages.csv", "book.xlsx")
    folder = fixtures.write_county(tmp_path, toml=toml)
    good, bad = fixtures.villages(), fixtures.villages().drop(columns="population")
    other = fixtures.facilities()
    for sheets, code, said in (
        ({"说明": None, "村": good, "机构": other}, "sheet_chosen", "“村”"),
        ({"村": good}, None, ""),
    ):
        (folder / "book.xlsx").write_bytes(_book(**sheets))
        county = read_county(folder)
        assert len(county.villages) == 8
        found = [p for p in county.quality if p.file == "book.xlsx"]
        assert [p.code for p in found] == ([f"county.{code}"] if code else [])
        assert all(said in p.text(language) for p in found for language in ("zh", "en"))
    (folder / "book.xlsx").write_bytes(_book(说明=None, 新=good, 旧=good))
    problem = _only_error(folder)
    assert problem.code == "county.sheets_fit"
    assert "新, 旧" in problem.text("en")
    (folder / "book.xlsx").write_bytes(_book(说明=None, 村=bad))
    errors = {p.code: p for p in _problems(folder) if p.level == "error"}
    assert set(errors) == {"county.sheet_unfit", "county.column_missing"}
    assert "说明, 村" in errors["county.sheet_unfit"].text("en")


@pytest.mark.parametrize("word", ["合计", "小 计：", "全区总计"])
def test_a_row_of_totals_is_told_once(tmp_path, word):
    table = fixtures.villages().astype(object)
    total = dict.fromkeys(table.columns, "") | {"code": word, "population": 17900}
    table.loc[len(table)] = total
    problem = _only_error(fixtures.write_county(tmp_path, villages=table))
    assert _where(problem) == ("total_row", "villages.csv", (10,), None)


def test_townships_whose_degrees_are_swapped_beyond_any_latitude(tmp_path):
    towns = fixtures.townships()
    towns.geometry = towns.geometry.map(lambda g: shapely.transform(g, lambda xy: xy[:, ::-1]))
    problem = _only_error(fixtures.write_county(tmp_path, townships=towns))
    assert _where(problem) == ("layer_swapped", "townships.geojson", (1, 2, 3, 4), None)


def test_unknown_words_list_those_of_the_language(tmp_path):
    problem = _only_error(fixtures.write_county(tmp_path, facilities=_facilities(0, "kind", "@@")))
    assert "乡镇卫生院" in problem.text("zh")
    assert "township_hospital" not in problem.text("zh")
    assert "township_hospital" in problem.text("en")


def test_no_sentence_has_two_spaces_where_there_is_no_hint(tmp_path):
    table = fixtures.villages().drop(columns="population").rename(columns={"code": "@@"})
    for problem in _problems(fixtures.write_county(tmp_path, villages=table)):
        assert "  " not in problem.text("en")


def test_wrong_encoding(tmp_path):
    content = fixtures.villages().to_csv(index=False).encode("utf-8")[:-3] + b"\xff\xff\n"
    problem = _only_error(fixtures.write_county(tmp_path, villages=content))
    assert _where(problem) == ("encoding", "villages.csv", (), None)


def test_a_quote_that_is_never_closed(tmp_path):
    text = fixtures.villages().to_csv(index=False).replace("甲一村", '"甲一村', 1)
    problem = _only_error(fixtures.write_county(tmp_path, villages=text))
    assert problem.code == "county.csv_broken"


def test_a_stray_comma_shifts_columns(tmp_path):
    lines = fixtures.villages().to_csv(index=False).splitlines()
    lines[3] += ",1"
    problem = _only_error(fixtures.write_county(tmp_path, villages="\n".join(lines)))
    assert _where(problem) == ("row_too_long", "villages.csv", (4,), None)


@pytest.mark.parametrize("role", ["townships", "villages", "facilities", "roads"])
@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "C:\\x.csv", "a/../../x.csv", "..\\x"])
def test_a_path_that_leaves_the_folder(tmp_path, role, path):
    folder = fixtures.write_county(tmp_path / "county")
    (tmp_path / "x.csv").write_text("code\n1\n")
    old = next(folder.glob(f"{role}.*")).name
    toml = fixtures.TOML.replace(f'"{old}"', f"'{path}'")
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    problem = _only_error(folder)
    row = next(i for i, line in enumerate(toml.splitlines(), 1) if line.startswith(role))
    assert (problem.code, problem.file, problem.rows) == (
        "county.path_outside",
        "county.toml",
        (row,),
    )
    assert path in problem.text("zh")
    assert f"sources.{role}" in problem.text("zh")


@pytest.mark.parametrize("role", ["townships", "villages", "facilities", "roads"])
def test_a_link_that_leaves_the_folder(tmp_path, role):
    folder = fixtures.write_county(tmp_path / "county")
    path = next(folder.glob(f"{role}.*"))
    outside = tmp_path / path.name
    path.rename(outside)
    path.symlink_to(outside)
    assert _only_error(folder).code == "county.link_outside"


def test_a_linked_part_of_a_shapefile(tmp_path):
    folder = fixtures.write_county(
        tmp_path / "county", toml=fixtures.TOML.replace("townships.geojson", "townships.shp")
    )
    fixtures.townships().to_file(folder / "townships.shp", engine="pyogrio", encoding="UTF-8")
    assert len(read_county(folder).townships) == 4
    (folder / "townships.dbf").rename(tmp_path / "x.dbf")
    (folder / "townships.dbf").symlink_to(tmp_path / "x.dbf")
    assert _only_error(folder).code == "county.link_outside"


def test_a_link_inside_the_folder_will_do(tmp_path):
    folder = fixtures.write_county(tmp_path)
    (folder / "villages.csv").rename(folder / "v2023.csv")
    (folder / "villages.csv").symlink_to(folder / "v2023.csv")
    assert isinstance(read_county(folder), County)


def test_a_folder_in_place_of_a_file(tmp_path):
    folder = fixtures.write_county(tmp_path, villages=None)
    (folder / "villages.csv").mkdir()
    assert _where(_only_error(folder)) == ("not_a_file", "villages.csv", (), None)


def test_a_formula_without_value_and_one_with_an_error(tmp_path):
    for value, code in (("=1+1", "formula_unsaved"), ("#REF!", "formula_error")):
        book = openpyxl.Workbook()
        table = fixtures.villages()
        book.active.append(list(table.columns))
        for row in table.itertuples(index=False):
            book.active.append(list(row))
        book.active["E3"] = value
        buffer = io.BytesIO()
        book.save(buffer)
        toml = fixtures.TOML.replace("villages.csv", "v.xlsx")
        folder = fixtures.write_county(tmp_path / code, toml=toml)
        (folder / "v.xlsx").write_bytes(buffer.getvalue())
        assert _where(_only_error(folder)) == (code, "v.xlsx", (3,), "population")


def test_all_problems_of_all_files_at_once(tmp_path):
    villages = _villages(0, "population", "-1")
    villages.loc[1, "township"] = "戊乡"
    villages.loc[2, "lon"] = ""
    facilities = _facilities(0, "kind", "医馆子")
    towns = fixtures.townships()
    towns.loc[3, "kind"] = "省"
    toml = fixtures.TOML.replace("illustrative = true", "ilustrative = true")
    folder = fixtures.write_county(
        tmp_path, toml=toml, villages=villages, facilities=facilities, townships=towns, roads=None
    )
    found = {_where(p) for p in _problems(folder) if p.level == "error"}
    assert found == {
        ("key_unknown", "county.toml", (5,), None),
        ("file_missing", "roads.geojson", (), None),
        ("word_unknown_required", "townships.geojson", (4,), "kind"),
        ("negative", "villages.csv", (2,), "population"),
        ("township_unknown", "villages.csv", (3,), "township"),
        ("coordinate_empty", "villages.csv", (4,), "lon"),
        ("word_unknown_required", "facilities.csv", (2,), "kind"),
    }


def test_broken_townships_do_not_hide_the_other_tables(tmp_path):
    folder = fixtures.write_county(
        tmp_path,
        townships=b"{",
        villages=_villages(0, "population", "x"),
        facilities=_facilities(0, "beds", "x"),
    )
    found = {_where(p) for p in _problems(folder) if p.level == "error"}
    assert found == {
        ("json_broken", "townships.geojson", (1,), None),
        ("not_a_number", "villages.csv", (2,), "population"),
        ("not_a_number", "facilities.csv", (2,), "beds"),
    }


def test_every_message_of_the_area_has_both_languages_and_the_same_placeholders():
    messages = yaml.safe_load((DATA / "messages" / "county.yaml").read_text(encoding="utf-8"))
    for name, both in messages.items():
        fields = [
            {f for _, f, _, _ in string.Formatter().parse(both[language]) if f is not None}
            for language in ("zh", "en")
        ]
        assert fields[0] == fields[1], name
        assert name.startswith("county.")


def test_every_message_of_the_area_is_used():
    sources = "".join(p.read_text(encoding="utf-8") for p in _sources())
    messages = yaml.safe_load((DATA / "messages" / "county.yaml").read_text(encoding="utf-8"))
    assert [name for name in messages if f'"{name}"' not in sources] == []


def _sources() -> list[Path]:
    return sorted((DATA.parent / "coverage" / "county").glob("*.py"))
