"""Tables as offices send them: read where that is exact, else refused by the real cause."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coverage.county.model import County
from coverage.county.pairs import with_split_pairs
from coverage.county.ranges import limits_of
from coverage.county.read import read_county
from coverage.county.table import RawTable
from coverage.county.words import columns, known_column
from coverage.problems import InputError, Problem
from tests import county_fixtures as fixtures

HEADER = ("编码", "名称", "所属乡镇", "类型", "常住人口", "城乡分类", "经度", "纬度")
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> County:
    return read_county(fixtures.write_county(tmp_path_factory.mktemp("plain")))


def _rows() -> list[list[Any]]:
    return [list(row) for row in fixtures.villages().itertuples(index=False)]


def _saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _book(*above: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (*above, header, *_rows()):
        book.active.append(list(row))
    return book


def _folder(
    tmp_path: Path, content: bytes, name: str = "villages.xlsx", more: str | None = None
) -> Path:
    entry = f'"{name}"' if more is None else f'{{ path = "{name}", {more} }}'
    toml = fixtures.TOML.replace('"villages.csv"', entry)
    folder = fixtures.write_county(tmp_path, toml=toml, villages=None)
    (folder / name).write_bytes(content)
    return folder


def _read(tmp_path: Path, book: openpyxl.Workbook) -> County:
    return read_county(_folder(tmp_path, _saved(book)))


def _errors(folder: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_county(folder)
    return [problem for problem in caught.value.problems if problem.level == "error"]


def _changed(content: bytes, changes: dict[bytes, bytes]) -> bytes:
    """Return an archive with `changes` made in every part; each must be found somewhere."""
    out, left = io.BytesIO(), set(changes)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            for before, after in changes.items():
                if before in data:
                    left.discard(before)
                    data = data.replace(before, after)
            new.writestr(entry, data)
    assert not left
    return out.getvalue()


def _same(county: County, plain: County) -> None:
    for column in ("code", "name", "township", "kind", "population", "area_class", "lon", "lat"):
        assert county.villages[column].tolist() == plain.villages[column].tolist(), column


# --- headers ------------------------------------------------------------------------------


def test_a_header_of_two_merged_rows_below_a_title(tmp_path, plain):
    book = _book(
        ("某区行政村一览表",),
        (*HEADER[:6], "坐标", None),
        header=(None,) * 6 + ("经度", "纬度"),
    )
    page = book.active
    page.merge_cells("A1:H1")
    page.merge_cells("G2:H2")
    for letter in "ABCDEF":
        page.merge_cells(f"{letter}2:{letter}3")
    county = _read(tmp_path, book)
    _same(county, plain)
    assert county.villages["source_row"].tolist() == list(range(4, 12))


@pytest.mark.parametrize(
    "rows",
    [
        [(*HEADER[:6], "", ""), ("",) * 6 + ("经度", "纬度")],  # names above, the rest below
        [("", "", "", "", "", "", "经度", "纬度"), (*HEADER[:6], "", "")],
        [HEADER, ("", "", "", "", "人", "", "度", "度")],  # units
        [HEADER, ("", "", "", "", "（人）", "", "°", "°")],
    ],
)
def test_a_header_of_two_rows_in_a_csv(tmp_path, plain, rows):
    lines = [",".join(map(str, row)) for row in [*rows, *_rows()]]
    folder = _folder(tmp_path, "\n".join(lines).encode(), "v.csv")
    county = read_county(folder)
    _same(county, plain)
    assert county.villages["source_row"].tolist() == list(range(3, 11))


def test_a_unit_that_changes_the_figures_is_not_ignored(tmp_path):
    for number, rows in enumerate(
        [
            [HEADER, ("", "", "", "", "万人", "", "度", "度")],
            [(*HEADER[:4], "常住人口（万人）", *HEADER[5:])],
        ]
    ):
        lines = [",".join(map(str, row)) for row in [*rows, *_rows()]]
        folder = _folder(tmp_path / str(number), "\n".join(lines).encode(), "v.csv")
        (problem,) = (p for p in _errors(folder) if p.file == "v.csv")
        assert (problem.code, problem.column) == ("county.column_missing", "population")
        assert "万人" in problem.text("zh")
        assert "convert" in problem.text("en")


@pytest.mark.parametrize(
    ("table", "name", "column"),
    [
        ("villages", "行政村代码（12位）", "code"),
        ("villages", "行政村（社区）名称", "name"),
        ("villages", "所在乡镇（街道）", "township"),
        ("villages", "常住人口数\n（人）", "population"),
        ("villages", "*经度（°E）（必填）", "lon"),
        ("facilities", "中医馆（是/否）", "tcm_hall"),
        ("facilities", "床位数（张）", "beds"),
        ("villages", "经度（GCJ-02）", None),
        ("villages", "户籍人口", None),
        ("facilities", "门诊人次（万人次）", None),
    ],
)
def test_remarks_behind_a_header(table, name, column):
    known = known_column(table, name)
    assert (known.column if known else None) == column


# --- merged, hidden, several sheets ------------------------------------------------------------


def test_a_township_merged_downwards_holds_for_each_row(tmp_path, plain):
    book = _book()
    for first in range(2, 10, 2):
        book.active.merge_cells(f"C{first}:C{first + 1}")
    county = _read(tmp_path, book)
    _same(county, plain)
    (note,) = (p for p in county.quality if p.code == "county.merged_shared")
    assert (note.rows, note.column, note.level) == ((3, 5, 7, 9), "所属乡镇", "note")


def test_residents_merged_downwards_are_refused(tmp_path):
    book = _book()
    book.active.merge_cells("E2:E3")
    (problem,) = _errors(_folder(tmp_path, _saved(book)))
    assert (problem.code, problem.rows, problem.column) == ("county.merged", (3,), "常住人口")


def test_hidden_rows_count_and_are_told(tmp_path, plain):
    book = _book()
    book.active.row_dimensions[4].hidden = True
    county = _read(tmp_path, book)
    _same(county, plain)
    (told,) = (p for p in county.quality if p.code == "county.rows_hidden")
    assert (told.rows, told.level) == ((4,), "warning")


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path, plain):
    book = _book()
    book.active.title = "旧"
    book.active["E2"] = 7
    book.active.sheet_state = "hidden"
    new = book.create_sheet("新")
    for row in (HEADER, *_rows()):
        new.append(list(row))
    book.active = new
    content = _saved(book)
    county = read_county(_folder(tmp_path / "a", content))
    _same(county, plain)
    (told,) = (p for p in county.quality if p.code == "county.sheets_hidden")
    assert "旧" in told.text("zh")
    named = read_county(_folder(tmp_path / "b", content, more='sheet = "旧"'))
    assert named.villages["population"][0] == 7
    new.delete_rows(1, 20)
    new.append(["说明"])
    (problem,) = _errors(_folder(tmp_path / "c", _saved(book)))
    assert problem.code == "county.sheet_hidden"


# --- what openpyxl refuses, and cells without a value ------------------------------------------


def test_a_workbook_with_a_broken_style(tmp_path, plain):
    content = _saved(_book())
    broken = _changed(content, {b'patternType="gray125"': b'patternType="nonsense"'})
    with pytest.raises(ValueError):  # noqa: PT011 - it is theirs, and any will do
        openpyxl.load_workbook(io.BytesIO(broken))
    _same(read_county(_folder(tmp_path, broken)), plain)


def test_a_strict_workbook(tmp_path, plain):
    content = _saved(_book())
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strict = _changed(
        content,
        {
            main: b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            relations: b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        },
    )
    _same(read_county(_folder(tmp_path, strict)), plain)


@pytest.mark.parametrize("value", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_counts_only_in_a_column_that_is_used(tmp_path, plain, value):
    book = _book()
    book.active["I1"] = "人均床位"
    book.active["I3"] = value
    _same(_read(tmp_path / "unused", book), plain)
    book.active["E3"] = value
    book.active["G5"] = value
    problems = _errors(_folder(tmp_path / "used", _saved(book)))
    assert [(p.code, p.rows, p.column) for p in problems] == [
        ("county.formula_error", (3,), "常住人口"),
        ("county.formula_error", (5,), "经度"),
    ]


def test_an_error_saved_as_text_in_a_csv(tmp_path):
    rows = [HEADER, *_rows()]
    rows[2][0] = "#REF!"
    folder = _folder(tmp_path, "\n".join(",".join(map(str, r)) for r in rows).encode(), "v.csv")
    (problem,) = _errors(folder)
    assert (problem.code, problem.rows, problem.column) == ("county.formula_error", (3,), "编码")


def test_a_date_where_a_number_stands_is_shown_as_a_date(tmp_path):
    book = _book()
    book.active["E3"].number_format = "yyyy-mm-dd"
    (problem,) = _errors(_folder(tmp_path, _saved(book)))
    assert (problem.code, problem.rows) == ("county.not_a_number", (3,))
    assert "1903-04-14" in problem.text("en")  # day 1200 of Excel's calendar


# --- files that are something else ---------------------------------------------------------------


def _words(stream: str) -> bytes:
    return OLE2 + stream.encode("utf-16-le") + bytes(512)


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("v.xlsx", _words("Workbook"), "content_other", "Excel 97-2003"),
        ("v.xlsx", _words("EncryptedPackage"), "workbook_locked", "password"),
        ("v.xlsx", OLE2, "content_other", "password"),
        ("v.csv", _words("Workbook"), "content_other", "Excel 97-2003"),
        ("v.xlsx", b"code,name\n1,a\n", "content_other", "plain text"),
        ("v.xlsx", b"\n<html><table><tr><td>1", "content_other", "web page"),
        ("v.csv", b"<table><tr><td>1", "content_other", "web page"),
        ("v.csv", _saved(openpyxl.Workbook()), "content_other", "zip archive"),
        ("v.xlsx", b"", "table_empty", "no record"),
        ("v.xls", _words("Workbook"), "suffix_workbook", ".xlsx"),
        ("v.xlsm", b"PK", "suffix_workbook", ".xlsx"),
        ("v.et", b"", "suffix_workbook", ".xlsx"),
        ("v.csv", b"code|name|township|kind\n1|a|b|c\n", "csv_separator", "“|”"),
        ("v.csv", "编码，名称，所属乡镇\n1，2，3\n".encode(), "csv_separator", "“，”"),
    ],
)
def test_a_file_that_is_something_else(tmp_path, name, content, code, said):
    problems = [p for p in _errors(_folder(tmp_path, content, name)) if p.file == name]
    assert [p.code for p in problems] == [f"county.{code}"]
    assert said in problems[0].text("en")


def test_other_archives_under_the_name_of_a_workbook(tmp_path):
    for part, said in (("content.xml", "another kind"), ("xl/workbook.bin", "binary workbook")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(part, b"")
        (problem,) = _errors(_folder(tmp_path / said, buffer.getvalue()))
        assert problem.code == "county.content_other"
        assert said in problem.text("en")


def test_a_workbook_cut_short_anywhere_is_refused(tmp_path):
    content = _saved(_book())
    for number in range(1, 10):
        cut = content[: len(content) * number // 10]
        (problem,) = _errors(_folder(tmp_path / str(number), cut))
        assert problem.code == "county.workbook_cut"


# --- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["'{}", "\u2018{}", '="{}"', '"=""{}"""', "{}\t", "\t{}"])
def test_codes_that_are_kept_as_text(tmp_path, plain, form):
    lines = [",".join(HEADER)]
    lines += [",".join([form.format(row[0]), *map(str, row[1:])]) for row in _rows()]
    _same(read_county(_folder(tmp_path, "\n".join(lines).encode(), "v.csv")), plain)


@pytest.mark.parametrize("name", ["坐标", "经纬度", "坐标（经度，纬度）", "lonlat"])
@pytest.mark.parametrize("form", ["{0},{1}", "{1}，{0}", "({0}; {1})", "{1} {0}", "{0}、{1}"])
def test_both_coordinates_in_one_cell(tmp_path, plain, name, form):
    rows = [(*row[:6], f'"{form.format(row[6], row[7])}"') for row in _rows()]
    lines = [",".join(map(str, row)) for row in [(*HEADER[:6], f'"{name}"'), *rows]]
    county = read_county(_folder(tmp_path, "\n".join(lines).encode(), "v.csv"))
    _same(county, plain)
    assert [p.count for p in county.quality if p.code == "county.pair_split"] == [8]


@pytest.mark.parametrize(
    "cell", ["112.25", "28.6,28.7", "112.1,113.2", "112,28", "136.1,20.5", "1.5,2.5,3.5"]
)
def test_a_cell_that_is_no_pair_in_china(cell):
    found: list[Problem] = []
    with_split_pairs(RawTable("v.csv", ("编码", "坐标"), [("a", cell)], [7]), "villages", found)
    assert [(p.code, p.rows, p.column) for p in found if p.level == "error"] == [
        ("county.pair_unclear", (7,), "坐标")
    ]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("lon", "112°18′30″", "degrees_minutes"),
        ("lon", "112度18分30秒", "degrees_minutes"),
        ("lat", "N28°36'00\"", "degrees_minutes"),
        ("lat", "28:36:00", "degrees_minutes"),
        ("lat", "28:36", "degrees_minutes"),
        ("lon", "112-15-54", "degrees_minutes"),
        ("lon", "112 15 54.5", "degrees_minutes"),
        ("lon", "东经112°15′54″", "degrees_minutes"),
        ("lat", "北纬28度36分", "degrees_minutes"),
        ("lon", "112°15.9′", "degrees_minutes"),
        ("lon", "112°", "not_a_number"),
        ("lon", "112-15", "not_a_number"),
        ("population", "2000人", "number_unit"),
        ("population", "约2000", "not_a_number"),
        ("population", "3.2万", "number_unit"),
        ("population", "1,234人", "number_unit"),
        ("code", "112.3°", "code_odd"),
        ("code", "!!!", "code_odd"),
    ],
)
def test_a_cell_is_refused_by_what_it_is(tmp_path, column, cell, code):
    table = fixtures.villages().astype(object)
    table.loc[2, column] = cell
    folder = fixtures.write_county(tmp_path, villages=table)
    (problem,) = (p for p in _errors(folder) if p.file == "villages.csv")
    assert (problem.code, problem.rows, problem.column) == (f"county.{code}", (4,), column)
    assert cell.strip("\"'")[:6] in problem.text("en")


@pytest.mark.parametrize("code", ["V-1", "430902101299", "甲_3", "A/b.c (1)", "ＡＢ１"])
def test_what_a_code_may_be(tmp_path, code):
    table = fixtures.villages().astype(object)
    table.loc[2, "code"] = code
    facilities = fixtures.facilities().drop(columns="village")
    county = read_county(fixtures.write_county(tmp_path, villages=table, facilities=facilities))
    assert not [p for p in county.quality if p.code.startswith("county.code")]


def test_a_code_with_a_decimal_point_is_told(tmp_path):
    table = fixtures.villages().astype(object)
    table.loc[2, "code"] = "112.31"
    facilities = fixtures.facilities().drop(columns="village")
    county = read_county(fixtures.write_county(tmp_path, villages=table, facilities=facilities))
    (told,) = (p for p in county.quality if p.code == "county.code_decimal")
    assert (told.rows, told.level) == ((4,), "warning")


@pytest.mark.parametrize(
    ("table", "column", "unit"),
    [
        (c.table, c.column, c.unit)
        for rows in columns().values()
        for c in rows
        if c.type == "integer" and c.table != "townships"
    ],
)
def test_each_count_has_limits_and_they_hold(tmp_path, table, column, unit):
    limits = limits_of(table, unit)
    assert limits.never_above < 1e9, "a unit that data/ranges.csv does not list"
    for value, expected in (
        (limits.seldom_above, None),
        (limits.seldom_above + 1, "county.implausible"),
        (limits.never_above, "county.implausible"),
        (limits.never_above + 1, "county.too_large"),
    ):
        frame = getattr(fixtures, table)().astype(object)
        frame[column] = frame.get(column, "")
        frame.loc[1, column] = f"{value:.0f}"
        folder = fixtures.write_county(tmp_path / f"{value:.0f}", **{table: frame})
        try:
            found = read_county(folder).quality
        except InputError as error:
            found = error.problems
        told = [p for p in found if p.code in {"county.implausible", "county.too_large"}]
        assert [p.code for p in told] == ([expected] if expected else [])
        assert all(p.rows == (3,) and p.column == column for p in told)


def test_notes_signatures_and_totals_are_told_by_row(tmp_path):
    rows = [HEADER, *_rows()]
    rows.insert(5, HEADER)
    rows.append(["合计", "", "", "", 15200, "", "", ""])
    rows.append(["注：人口为2023年末数", "", "", "", "", "", "", ""])
    rows.append(["填表人：张三", "", "", "审核人：李四", "", "电话：1", "", ""])
    lines = [",".join(map(str, row)) for row in rows]
    problems = _errors(_folder(tmp_path, "\n".join(lines).encode(), "v.csv"))
    assert [(p.code, p.rows) for p in problems] == [
        ("county.total_row", (11,)),
        ("county.header_again", (6,)),
        ("county.note_row", (12, 13)),
    ]


@pytest.mark.parametrize("name", ["v.csv", "v.parquet"])
def test_a_column_that_stands_twice(tmp_path, name):
    names = [*fixtures.villages().columns, "name"]
    rows = [[*row, row[1]] for row in _rows()]
    if name == "v.csv":
        content = "\n".join(",".join(map(str, row)) for row in [names, *rows]).encode()
    else:
        columns_ = [pa.array([row[i] for row in rows]) for i in range(len(names))]
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns_, names=names), buffer)
        content = buffer.getvalue()
    (problem,) = (p for p in _errors(_folder(tmp_path, content, name)) if p.file == name)
    assert problem.code == "county.column_repeated"


def _with_columns(folder, **cells):
    table = fixtures.facilities().drop(columns=["physicians", "pharmacists"], errors="ignore")
    for name, values in cells.items():
        table[name] = [*values, *[""] * (len(table) - len(values))]
    return read_county(fixtures.write_county(folder, facilities=table))


def test_physicians_and_assistants_in_two_columns_are_added_up(tmp_path):
    county = _with_columns(
        tmp_path, **{"执业医师（人）": ["1,000", "5", "", "7"], "执业助理医师": ["30", "", "", "0"]}
    )
    assert county.facilities["physicians"].fillna(-1).tolist() == [1030, -1, -1, 7, -1]
    told = [p for p in county.quality if p.code == "county.columns_summed"]
    assert [(p.level, dict(p.values)) for p in told] == [
        ("note", {"names": "执业医师（人）, 执业助理医师", "sum": "执业（助理）医师"})
    ]


def test_a_column_for_the_whole_is_used_before_its_parts(tmp_path):
    county = _with_columns(
        tmp_path, 执业医师=["100"], 执业助理医师=["30"], **{"执业（助理）医师": ["131"]}
    )
    assert county.facilities["physicians"].iloc[0] == 131


@pytest.mark.parametrize(
    ("whole", "part", "column"),
    [("医师", "执业医师", "physicians"), ("药学人员", "药师", "pharmacists")],
)
def test_a_name_for_all_is_used_before_one_that_may_leave_some_out(tmp_path, whole, part, column):
    county = _with_columns(tmp_path, **{part: ["100"], whole: ["131"]})
    assert county.facilities[column].iloc[0] == 131


def test_a_part_that_is_no_number_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        _with_columns(tmp_path, 药师=["3"], 药士=["两名"])
    assert "两名" in caught.value.lines("zh")[0]


def test_assistants_alone_are_not_all_physicians(tmp_path):
    county = _with_columns(tmp_path, 执业助理医师=["30"])
    assert county.facilities["physicians"].isna().all()
