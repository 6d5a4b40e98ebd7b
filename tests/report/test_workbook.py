"""``report.xlsx``: every sheet holds what the report says, and no cell can run anything."""

from __future__ import annotations

import datetime
import io
import math
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, Language, text
from coverage.report import setting_text
from coverage.report.score import in_order, kind_text, width
from coverage.report.sheets import sheets
from coverage.report.workbook import report_xlsx
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import AccessResult, Verdict, VillageAccess
from coverage.rules.model.rule import Rule
from tests import ui_fixtures

FORMULA = '=HYPERLINK("http://evil.example","x")'
NAMES = (FORMULA, "+1", "-1", "@SUM(1)", "#N/A", "a\x07b", "平村")


def village(
    place: int, minutes: float, name: str | None = None, people: float = 100.0
) -> VillageAccess:
    reached = not math.isnan(minutes)
    return VillageAccess(
        code=f"00{place}",
        name=NAMES[place] if name is None else name,
        township="东镇",
        population=people,
        facility_id="=f1" if reached else "",
        facility_name="东镇卫生院" if reached else "",
        minutes=minutes,
        straight_km=minutes / 2,
    )


ACCESS = AccessResult(
    villages=tuple(village(i, m) for i, m in enumerate([5.0, 12.5, math.nan, 70.0, 8.0, 9.0, 7.0])),
    population=700.0,
    unreachable=100.0,
    mean_min=18.6,
    median_min=8.5,
    p90_min=70.0,
    within_share={10: 4 / 7, 20: 5 / 7, 30: 5 / 7, 60: 0.9996},
)


@pytest.fixture
def report() -> Report:
    base = ui_fixtures.report()
    first, second = base.rules
    evil = replace(
        first.units[0], code="007", name=FORMULA, verdict="unmet", observed=0.9999, required=1.0
    )
    unknown = replace(first.units[0], code="008", verdict="not_assessable", observed=math.nan)
    shares = replace(first, units=(evil, unknown), access=ACCESS)
    counted = second.rule.model_copy(
        update={"kind": "presence", "unit": "townships", "beside": "x"}
    )
    towns = replace(
        second,
        rule=ui_fixtures.due_by(counted, "2025-06"),
        unit="townships",
        observed=3.0,
        required=4.5,
    )
    # In a report rules may come in any order: own ones stand last.
    return replace(base, rules=(towns, shares), as_of=datetime.date(2025, 7, 1))


def opened(report: Report, language: Language = "zh") -> Workbook:
    return load_workbook(io.BytesIO(report_xlsx(report, language)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    heading, *rows = sheet.iter_rows(min_row=3, values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_and_what_stands_on_every_one(report: Report, language: Language) -> None:
    book = opened(report, language)
    assert book.sheetnames == [
        text("report.sheet_scores", language),
        kind_text("response_time", language),
        kind_text("presence", language),
        text("report.sheet_access", language),
        text("report.sheet_access_villages", language),
        text("report.sheet_basis", language),
    ]
    for sheet in book.worksheets:
        assert "测试区" in sheet["A1"].value
        assert sheet["A2"].value == text("report.illustrative", language)
        assert sheet.freeze_panes.endswith("4")
        assert sheet.auto_filter.ref.startswith("A3:")
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
        headings = [cell.value for cell in sheet[3]]
        assert all(headings)
        assert len(set(headings)) == len(headings)
        chinese = any("\u4e00" <= c <= "\u9fff" for heading in headings for c in heading)
        assert chinese == (language == "zh")
        assert all(sheet.column_dimensions[cell.column_letter].width >= 10 for cell in sheet[3])


def test_the_line_on_invented_data_stands_only_where_data_is_invented(report: Report) -> None:
    honest = ui_fixtures.report(illustrative=False)
    book = opened(replace(report, county=honest.county))
    assert [sheet["A2"].value for sheet in book.worksheets] == [None] * len(book.worksheets)


def test_the_score_card(report: Report) -> None:
    sheet = opened(report).worksheets[0]
    first, second = table(sheet)
    assert (first["类别"], second["类别"]) == ("到达时间", "设置")
    assert (first["规则编号"], second["规则编号"]) == ("ems-1030", "township-hospital")
    assert first["结论"] == text("report.verdict_unmet", "zh")
    assert first["现有"] == pytest.approx(1200 / 8900, abs=1e-9)
    assert (second["现有"], second["应有"]) == (3, 4.5)
    assert first["受影响人数"] == 7700
    assert "测发〔2023〕1号" in first["依据"]
    assert first["读法"] == "十分钟三十分钟的理解"
    assert (first["期限"], first["期限状态"]) == ("2025", "未到期")
    assert (second["期限"], second["期限状态"]) == ("2025-06", "已到期")
    assert second["并列的规则"] == "x"
    formats = {cell.value: cell.number_format for cell in sheet[5] if cell.value is not None}
    assert formats[3] == '#,##0"个乡镇"'
    assert formats[4.5] == '#,##0.0##"个乡镇"'


def test_unit_rows_of_a_kind(report: Report) -> None:
    sheet = opened(report)["到达时间"]
    evil, unknown = table(sheet)
    assert (evil["编码"], evil["单位（机构）"]) == ("007", FORMULA)
    assert evil["结论"] == text("report.verdict_unmet", "zh")
    assert evil["现有"] == 0.9999
    assert sheet["F4"].number_format == "0.00%"
    assert unknown["现有"] is None
    assert unknown["结论"] == text("report.verdict_not_assessable", "zh")
    assert sheet["D4"].fill.fgColor.rgb != sheet["D5"].fill.fgColor.rgb


def test_travel_times(report: Report) -> None:
    book = opened(report)
    (summary,) = table(book[text("report.sheet_access", "zh")])
    assert (summary["平均（分钟）"], summary["中位数（分钟）"]) == (18.6, 8.5)
    assert summary["60分钟以内"] == 0.9996
    assert summary["到不了的人数"] == 100
    assert summary["路程最长的村"].startswith("-1到不了；@SUM(1)70.0分钟；+112.5分钟")
    rows = table(book[text("report.sheet_access_villages", "zh")])
    assert len(rows) == 7
    assert [row["路程（分钟）"] for row in rows][:4] == [5, 12.5, None, 70]
    assert (rows[0]["编码"], rows[0]["机构编号"]) == ("000", "=f1")
    assert rows[2]["机构编号"] is None


def test_what_the_report_rests_on(report: Report) -> None:
    rows = table(opened(report, "en")[text("report.sheet_basis", "en")])
    found = {(row["Section"], row["Item"]): (row["Value"], row["Detail"]) for row in rows}
    assert found["This run", "Deadlines judged as of"][0] == "2025-07-01"
    assert found["This run", "Rules of region"] == ("Ziyang District, Yiyang", "430902")
    assert "2 rule(s) apply" in found["This run", "Completeness"][0]
    assert found["Input files", "villages.csv"] == ("6 rows", "SHA-256 " + "fedcba9876543210" * 4)
    told = [row["Value"] for row in rows if row["Section"] == "Rule parameters"]
    assert told[:2] == ["10 min", "30 min"]
    assert not any("_" in row["Item"] for row in rows if row["Section"] == "Rule parameters")
    assert found["Time parameters", "turnout_min"][0] == "3"
    assert ("Data quality", "warning") in found


def test_no_cell_runs_whatever_a_name_begins_with(report: Report) -> None:
    content = report_xlsx(report, "zh")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pages = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
        assert not any(b"<f>" in page or b"<hyperlink" in page for page in pages)
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n"}
    risky = [c for c in cells if isinstance(c.value, str) and c.value.startswith(tuple("=+-@"))]
    assert {cell.value for cell in risky} >= {FORMULA, "+1", "-1", "@SUM(1)", "=f1"}
    assert all(cell.quotePrefix for cell in risky)
    values = {cell.value for cell in cells}
    assert {"#N/A", "a\N{REPLACEMENT CHARACTER}b"} <= values


def test_a_county_may_be_named_like_a_formula(report: Report) -> None:
    county = ui_fixtures.report(name="=1+1").county
    sheet = opened(replace(report, county=county)).worksheets[0]
    assert sheet["A1"].data_type == "s"
    assert sheet["A1"].value.startswith("=1+1")


def test_the_same_report_gives_the_same_bytes_and_no_clock_is_read(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = report_xlsx(report, "zh")

    class Either(type):
        def __instancecheck__(cls, moment: object) -> bool:
            return isinstance(moment, datetime.datetime)

    class Later(datetime.datetime, metaclass=Either):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Later:
            return cls(2040, 2, 3, 4, 5, 6, tzinfo=tz)

    monkeypatch.setattr("xlsxwriter.core.datetime", Later)
    assert report_xlsx(report, "zh") == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_columns_are_as_wide_as_their_sheet_says_and_rows_show_the_whole_text(
    report: Report,
) -> None:
    for page, sheet in zip(opened(report).worksheets, sheets(report, "zh"), strict=True):
        widths = {
            place: columns.width
            for columns in page.column_dimensions.values()
            for place in range(columns.min, columns.max + 1)
        }
        assert widths == {place: wide for place, (_, wide) in enumerate(sheet.columns, 1)}
        for line, row in enumerate(sheet.rows, 4):
            lines = max(
                width(cell) / wide
                for cell, (_, wide) in zip(row, sheet.columns, strict=True)
                if isinstance(cell, str)
            )
            assert page.row_dimensions[line].height >= min(15 * lines, 400)


def test_the_catalogue_is_asked_once_for_the_titles_that_texts_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0

    def counted() -> dict[str, Rule]:
        nonlocal asked
        asked += 1
        return load_catalogue()

    monkeypatch.setattr(setting_text, "load_catalogue", counted)
    setting_text._titles.cache_clear()
    titles = setting_text._titles("zh")
    assert titles["ems-1030"] == f"“{load_catalogue()['ems-1030'].title.zh}”"
    assert asked == 1


@pytest.mark.parametrize("verdict", ["met", "unmet", "not_applicable", "not_assessable"])
def test_every_verdict_has_a_word_and_a_colour(report: Report, verdict: Verdict) -> None:
    results = tuple(replace(result, verdict=verdict) for result in report.rules)
    sheet = opened(replace(report, rules=results)).worksheets[0]
    assert sheet["C4"].value == text(f"report.verdict_{verdict}", "zh")
    assert sheet["C4"].fill.fill_type == "solid"


def test_a_county_without_rules_still_has_its_sheets(report: Report) -> None:
    book = opened(replace(report, rules=()))
    assert len(book.sheetnames) == 4
    assert table(book.worksheets[0]) == []


def test_a_text_too_long_for_a_cell_ends_with_a_sign(report: Report) -> None:
    rules = tuple(
        replace(
            result,
            rule=result.rule.model_copy(
                update={"title": result.rule.title.model_copy(update={"zh": "长" * 40_000})}
            ),
        )
        for result in report.rules
    )
    title = opened(replace(report, rules=rules)).worksheets[0]["B4"].value
    assert len(title) == 32_767
    assert title.endswith("…")


def test_a_rule_with_another_figure_follows_the_one_it_stands_beside(report: Report) -> None:
    towns, shares = report.rules

    def named(rule_id: str, beside: str | None = None) -> Any:
        return replace(towns, rule=towns.rule.model_copy(update={"id": rule_id, "beside": beside}))

    results = [named("c", "z"), named("a"), named("z"), named("b", "c"), shares]
    assert [r.rule.id for r in in_order(results)] == ["ems-1030", "a", "z", "c", "b"]
    ring = [named("x", "y"), named("y", "x"), named("a")]
    assert sorted(r.rule.id for r in in_order(ring)) == ["a", "x", "y"]


@pytest.mark.parametrize(
    ("observed", "required", "unit", "shown"),
    [
        (2 / 3, 1.0, "share", "0.0%"),
        (1.0, 1.0, "share", "0.0%"),
        (0.9996, 1.0, "share", "0.00%"),
        (0.0004, 1.0, "share", "0.00%"),
        (0.89996, 0.9, "share", "0.000%"),
        (2.49996, 2.5, "per_1000", '"每千人"#,##0.0####'),
        (2.4996, 2.5, "per_1000", '"每千人"#,##0.0###'),
        (2.4, 2.5, "per_1000", '"每千人"#,##0.0##'),
    ],
)
def test_a_cell_has_the_decimals_that_keep_it_from_its_limit(
    report: Report, observed: float, required: float, unit: Any, shown: str
) -> None:
    figures = replace(report.rules[1], observed=observed, required=required, unit=unit)
    rows = replace(figures.units[0], observed=observed, required=required)
    book = opened(replace(report, rules=(replace(figures, units=(rows,)),)))
    for sheet, place in ((book.worksheets[0], "E4"), (book.worksheets[1], "F4")):
        assert sheet[place].value == round(observed, 9)
        assert sheet[place].number_format.replace(" ", "") == shown.replace(" ", "")


def test_minutes_of_a_village_are_not_rounded_to_a_limit_beside_them(report: Report) -> None:
    minutes = (30.04, 29.96, 20.0, 12.34)
    villages = tuple(village(place, m) for place, m in enumerate(minutes))
    timed = replace(report.rules[1], access=replace(ACCESS, villages=villages))
    book = opened(replace(report, rules=(timed,)))
    sheet = book[text("report.sheet_access_villages", "zh")]
    assert [sheet[f"H{line}"].number_format for line in (4, 5, 6, 7)] == [
        "0.00", "0.00", "0.0", "0.0",
    ]  # fmt: skip
    (summary,) = table(book[text("report.sheet_access", "zh")])
    assert "30.04分钟" in summary["路程最长的村"]
