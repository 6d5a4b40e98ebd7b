"""The overview: key figures, the curve, the score card by kind, what is missing, the worst."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from coverage.analysis.reached import curve, reached
from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, catalogue, text
from coverage.paths import DEMONSTRATION
from coverage.report.score import width
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import AccessResult, VillageAccess
from coverage.ui.pages.overview import _rounded
from coverage.ui.rules.score_card import (
    _CLAUSE_PX,
    _DEADLINE_PX,
    _FIGURE_PX,
    _RULE_PX,
    _SHORT_PX,
    _VERDICT_PX,
)
from coverage.ui.state import Session
from coverage.ui.widgets.curve import curve_chart
from coverage.ui.widgets.tables import breakable, fitted, shortened, wrapped
from tests import ui_fixtures
from tests.ui_app import (  # noqa: F401 - fixtures
    Give,
    fresh_fixture,
    give_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
)

NOWHERE = float("nan")


def column(name: str) -> str:
    return text(f"ui.column_{name}", "zh")


@pytest.fixture
def report() -> Report:
    """Two rules of two kinds, the second of them open, with travel times."""
    base = ui_fixtures.report()
    first, second = base.rules
    near = VillageAccess("a", "近村", "第一镇", 100.0, "f", "中心卫生院", 12.25, 4.0)
    far = VillageAccess("b", ui_fixtures.EVIL, "第二街道", 50.0, "", "", NOWHERE, NOWHERE)
    access = AccessResult((near, far), 150.0, 50.0, 12.25, 12.25, 12.25, {10: 0.0, 20: 2 / 3})
    values = load_catalogue()["tcm-hall"].parameters
    towns = second.rule.model_copy(
        update={"kind": "share", "parameters": values, "beside": "ems-1030"}
    )
    open_ = replace(
        second,
        rule=towns,
        verdict="not_assessable",
        access=access,
        units=(),
        missing_columns=("facilities.ambulances",),
    )
    facilities = base.county.facilities.assign(
        kind="township_hospital", ambulances=np.nan, name=ui_fixtures.EVIL
    )
    county = replace(base.county, facilities=facilities)
    return replace(base, county=county, rules=(open_, first), as_of=date(2026, 1, 1))


def test_the_key_figures_are_those_of_the_report(give: Give) -> None:
    app = run("overview", give(ui_fixtures.report()))
    assert text("overview_page.no_ambulance", "zh") not in shown(app)
    assert [m.value for m in app.metric] == [
        "13.5 %",
        "7,700 人",
        "1,200 人",
        "16.9 分钟",
        "12.0 分钟",
        "41.3 分钟",
    ]


def test_town_and_countryside_stand_side_by_side(give: Give) -> None:
    app = run("overview", give(ui_fixtures.report()))
    table = app.table[0].value
    assert table.columns[1:].tolist() == ["全体居民", "城区居民", "乡村居民"]
    rows = {row.iloc[0]: row.iloc[1:].tolist() for _, row in table.iterrows()}
    assert rows["时限"] == ["—", r"10\.0 分钟", r"30\.0 分钟"]
    assert rows[r"常住人口（人）"] == [r"8\,900", r"5\,000", r"3\,900"]
    assert rows["按时可达的居民"] == [r"13\.5 \%", r"0\.0 \%", r"30\.8 \%"]
    assert rows["不能按时到达的居民"] == [r"7\,700", r"5\,000", r"2\,700"]
    assert rows["一半居民不超过"] == [r"12\.0 分钟", r"12\.0 分钟", r"32\.0 分钟"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_curve_is_drawn_offline_with_its_limits(language: str) -> None:
    report = ui_fixtures.report()
    points = curve(report)
    chart = json.loads(curve_chart(points, reached(report), language).to_json())
    told = json.dumps(chart, ensure_ascii=False)
    assert text("overview_page.group_rural", language) in told
    assert text("overview_page.limit_label", language, minutes="10") in told
    assert text("overview_page.limit_label", language, minutes="30") in told
    assert "http" not in told.replace(chart["$schema"], "")
    assert chart["usermeta"]["embedOptions"] == {"actions": False}
    drawn = [row for rows in chart["datasets"].values() for row in rows]
    assert {row["percent"] for row in drawn if row.get("group") == "all"} >= {0.0}
    assert max(row["percent"] for row in drawn if row.get("group") == "urban") == 100


def test_a_limit_beyond_the_longest_minute_is_not_drawn() -> None:
    report = ui_fixtures.report()
    points = curve(report)
    short = points[points["minutes"] <= 15]
    told = curve_chart(short, reached(report), "zh").to_json()
    assert text("overview_page.limit_label", "zh", minutes="10") in told
    assert text("overview_page.limit_label", "zh", minutes="30") not in told


def test_without_residents_there_is_no_curve_and_no_failure(give: Give) -> None:
    base = ui_fixtures.report()
    nobody = replace(base.county, demand=base.county.demand.assign(population=np.nan))
    app = run("overview", give(replace(base, county=nobody)))
    assert not app.error
    assert text("overview_page.curve_none", "zh") in shown(app)


def test_the_score_card_and_the_clause_behind_it(give: Give) -> None:
    app = run("overview", give(ui_fixtures.report()))
    scores = app.dataframe[0].value
    assert scores[column("rule")].tolist() == ["十分钟三十分钟", "乡镇卫生院"]
    assert scores[column("verdict")].tolist() == ["✘ 未达到", "✔ 达到"]
    assert scores[column("observed")].tolist() == ["13.5 %", "100.0 %"]
    assert scores[column("short")].tolist() == [7700, 7700]
    assert scores[column("deadline")].tolist() == ["2025", "2025"]
    assert "测发〔2023〕1号" in scores[column("clause")][0]
    page = shown(app)
    for part in (
        "测试文件",
        "测发〔2023〕1号",
        "2023年1月2日",
        "第三条",
        "十分钟三十分钟的条文大意",
        "十分钟三十分钟的理解",
    ):
        assert part in page
    parameters = app.table[1].value
    assert parameters.iloc[:, 2].tolist() == [
        "原文所定",
        "原文所定",
        "本工具的读法",
        "本工具的读法",
    ]
    assert "乡镇卫生院的条文大意" not in page


def test_the_columns_fit_a_small_screen() -> None:
    # 1366 less the menu (300) and the margins (80)
    widths = _RULE_PX + _VERDICT_PX + 2 * _FIGURE_PX + _SHORT_PX + _DEADLINE_PX + _CLAUSE_PX
    assert widths <= 986


def test_texts_are_broken_into_lines_that_fit_their_column() -> None:
    # 200 px less the padding hold 24 half-width characters, or 12 Chinese ones.
    assert wrapped("短", 200) == "短"
    assert wrapped("", 200) == ""
    assert wrapped("汉" * 13, 200) == "汉" * 12 + "\n汉"
    assert wrapped("汉" * 11 + " 汉字", 200) == "汉" * 11 + "\n汉字"
    assert wrapped("HN-2023 " + "汉" * 20, 200) == "HN-2023\n" + "汉" * 11 + "\n" + "汉" * 9
    assert wrapped("an ambulance is at the scene", 200) == "an ambulance is at the\nscene"
    assert wrapped("line\nends  and\tblanks", 400) == "line ends and blanks"
    assert "".join(wrapped("x" * 100, 200).split("\n")) == "x" * 100
    for rule in load_catalogue().values():
        for words in (rule.title.zh, rule.title.en):
            lines = wrapped(words, 200).split("\n")
            assert max(width(line) for line in lines) <= 24
            assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_a_chinese_clause_may_be_broken_before_its_number_and_after_a_source() -> None:
    told = "ZY-23 三（一）§3（益资政办发〔2023〕20号）；HN-2023 二（二）§7（湘政办发〔2023〕44号）"
    assert wrapped(breakable(told), _CLAUSE_PX).split("\n") == [
        "ZY-23 三（一）§3",
        "（益资政办发〔2023〕20号）；",
        "HN-2023 二（二）§7",
        "（湘政办发〔2023〕44号）",
    ]
    assert breakable("a (b; c)") == "a (b; c)"


def test_a_text_that_is_too_long_is_marked_as_cut() -> None:
    assert shortened("汉" * 24, 200, 2) == "汉" * 24
    cut = shortened("汉" * 25, 200, 2)
    assert wrapped(cut, 200) == "汉" * 12 + "\n" + "汉" * 11 + "…"
    assert shortened(cut, 200, 2) == cut


def test_rows_are_high_enough_for_their_longest_text() -> None:
    def high(*words: str) -> int:
        return fitted(pd.DataFrame({"a": words}, dtype=object), {"a": 200})

    assert high("短") == high() < 40
    two = high("短", "汉" * 20)
    assert two > 64  # below that Streamlit does not wrap
    assert high("汉" * 60) > two
    assert high("汉" * 6000) < 200


def test_a_table_for_each_kind_with_the_state_of_the_deadline(give: Give, report: Report) -> None:
    app = run("overview", give(report))
    headings = [m.value for m in app.markdown if m.value.startswith("##### ")]
    assert "##### 到达时间" in headings
    assert "##### 占比" in headings
    first, second = (frame.value for frame in app.dataframe[:2])
    assert first[column("rule")].tolist() == ["十分钟三十分钟"]
    assert second[column("rule")].tolist() == ["乡镇卫生院"]
    assert first[column("deadline")].tolist() == ["2025 已逾期"]
    assert second[column("deadline")].tolist() == ["2025 已到期"]


def test_what_could_not_be_assessed_and_whose_cells_are_blank(give: Give, report: Report) -> None:
    app = run("overview", give(report))
    assert any("适用的规则有2条，用现有资料能判断1条" in c.value for c in app.caption)
    cells = next(
        frame.value
        for frame in app.dataframe
        if text("overview_page.column_whose", "zh") in frame.value
    )
    assert cells[column("rule")].tolist() == ["乡镇卫生院"]
    assert cells[text("overview_page.column_column", "zh")].tolist() == ["救护车"]
    assert cells[text("overview_page.column_cells", "zh")].tolist() == [1]
    (whose,) = cells[text("overview_page.column_whose", "zh")]
    assert whose.replace("\n", "").replace(" ", "") == ui_fixtures.EVIL.replace(" ", "")
    assert cells[text("overview_page.column_alone", "zh")].tolist() == ["就够了"]


def test_nothing_is_missing(give: Give) -> None:
    assert text("overview_page.open_none", "zh") in shown(
        run("overview", give(ui_fixtures.report()))
    )


def test_the_first_rule_is_open_until_another_is_chosen(give: Give, report: Report) -> None:
    folder = give(report)
    assert "十分钟三十分钟的条文大意" in shown(run("overview", folder))
    app = opened("overview", Session(folder=folder, rule="township-hospital"))
    assert "乡镇卫生院的条文大意" in shown(app)
    assert "十分钟三十分钟的条文大意" not in shown(app)
    assert any("与之并列：急救“1030”" in c.value for c in app.caption)
    gone = opened("overview", Session(folder=folder, rule="gone"))
    assert "十分钟三十分钟的条文大意" in shown(gone)


def test_only_the_verdicts_asked_for(give: Give, report: Report) -> None:
    app = run("overview", give(report))
    assert text("overview_page.verdict_count", "zh", verdict="✘ 未达到", count=1) in str(
        app.button_group
    )
    app.session_state["verdicts"] = ["not_assessable"]
    app.run()
    assert not app.exception
    tables = [f.value for f in app.dataframe if column("short") in f.value]
    assert [table[column("rule")].tolist() for table in tables] == [["乡镇卫生院"]]
    assert "乡镇卫生院的条文大意" in shown(app)


def test_travel_times_of_the_chosen_rule_with_names_as_they_stand(
    give: Give, report: Report
) -> None:
    app = opened("overview", Session(folder=give(report), rule="township-hospital"))
    assert any("20分钟以内66" in m.value for m in app.markdown)
    worst = app.table[1].value
    assert worst.iloc[:, 2].tolist() == ["到不了", "12.3"]
    assert worst.iloc[1, 3] == "中心卫生院"
    assert "![" not in worst.iloc[0, 0]


def test_a_county_without_rules(give: Give) -> None:
    app = run("overview", give(replace(ui_fixtures.report(), rules=())))
    assert not app.error
    assert text("report.completeness_none", "zh") in [c.value for c in app.caption]
    assert text("overview_page.open_none", "zh") not in shown(app)


def test_the_worst_villages_with_names_as_they_stand(give: Give) -> None:
    app = run("overview", give(ui_fixtures.report()))
    worst, towns = (frame.value for frame in app.dataframe[-2:])
    assert worst.iloc[:, 0].tolist() == ["戊村", "丙村", ui_fixtures.EVIL, "丁社区", "己村"]
    assert worst.iloc[:, 6].tolist() == ["—", "—", "中心站", "中心站", "中心站"]
    assert towns.iloc[:, 0].tolist() == ["第二街道", "第一镇"]
    assert towns[text("overview_page.column_late", "zh")].tolist() == [6900, 800]
    assert towns[text("overview_page.column_share", "zh")].tolist() == [0, 60]


def without_residents(report: Report) -> Report:
    county = report.county
    nobody = {"population": np.nan}
    known = replace(
        county,
        villages=county.villages.assign(**nobody),
        demand=county.demand.assign(**nobody),
    )
    villages = report.villages.assign(**nobody)
    return replace(report, county=known, villages=villages)


def test_residents_who_are_not_known_are_neither_none_nor_out_of_reach(give: Give) -> None:
    report = without_residents(ui_fixtures.report())
    app = run("overview", give(report))
    assert {metric.value for metric in app.metric} == {"—"}
    figures = app.table[0].value
    assert {*figures.iloc[1:, 1:].to_numpy().ravel()} == {"—"}
    count = len(report.county.villages)
    assert text("overview_page.population_unknown", "zh", count=count) in shown(app)
    worst = app.dataframe[-1]
    assert worst.value[column("people")].isna().all()
    assert worst.proto.placeholder == "—"
    assert text("overview_page.worst_dashes", "zh") in shown(app)
    assert text("overview_page.towns_unknown", "zh") in shown(app)
    assert text("overview_page.towns_none", "zh") not in shown(app)


def test_nobody_is_reached_because_no_ambulance_is_stated(give: Give) -> None:
    base = ui_fixtures.report()
    facilities = base.county.facilities.assign(ambulances=np.nan)
    demand = base.response.demand.assign(response_min=np.nan)
    report = replace(
        base,
        county=replace(base.county, facilities=facilities),
        response=replace(base.response, demand=demand),
    )
    app = run("overview", give(report))
    assert text("overview_page.no_ambulance", "zh") in shown(app)
    assert text("overview_page.curve_nobody", "zh") in shown(app)
    assert text("overview_page.curve_none", "zh") not in shown(app)


def test_tables_are_saved_with_whole_people_and_two_decimals() -> None:
    table = pd.DataFrame({"people": [1717.0, NOWHERE], "minutes": [15.156937205, NOWHERE]})
    assert _rounded(table, {}).to_csv(index=False) == "people,minutes\n1717,15.16\n,\n"
    late = pd.DataFrame({"minutes": [30.004, 31.004], "limit": [30.0, 30.0]})
    saved = _rounded(late, {"minutes": ([30.0, 30.0],)}).to_csv(index=False)
    assert saved == "minutes,limit\n30.004,30\n31.0,30\n"


def test_nobody_waits_too_long(give: Give) -> None:
    app = run("overview", give(ui_fixtures.without_late_villages()))
    assert text("overview_page.worst_none", "zh") in shown(app)


def test_every_unit_of_the_catalogue_has_a_word_and_kinds_are_said_in_chinese() -> None:
    rules = load_catalogue().values()
    units = {p.unit for rule in rules for p in rule.parameters.values() if p.unit}
    assert {f"ui.unit.{unit}" for unit in units} <= set(catalogue())
    app = run("overview", DEMONSTRATION)
    tables = "".join(table.value.to_csv() for table in app.table)
    assert "城区" in tables
    assert "county_hospital" not in tables
    saved = [b.label for b in app.get("download_button")]
    assert len(saved) == 5


def test_a_village_just_beyond_its_limit_is_not_shown_at_it(give: Give) -> None:
    base = ui_fixtures.report()
    villages = base.villages.copy()
    late = villages.index[villages["limit_min"] == 30.0][0]
    villages.loc[late, ["response_min", "covered"]] = [30.04, False]
    app = run("overview", give(replace(base, villages=villages)))
    worst = next(d for d in app.dataframe if column("over") in d.value.columns)
    config = json.loads(worst.proto.columns)
    for name in ("minutes", "over"):
        assert config[column(name)]["type_config"]["format"] == "%.2f"
    assert config[column("limit")]["type_config"]["format"] == "%.1f"


def test_the_curve_tells_next_to_all_as_less_than_all() -> None:
    report = ui_fixtures.report()
    points = curve(report).assign(share=0.9996)
    chart = json.loads(curve_chart(points, reached(report), "zh").to_json())
    told = text("overview_page.group_all", "zh")
    rows = [row for rows in chart["datasets"].values() for row in rows if told in row]
    assert {row[told] for row in rows} == {"99.96 %"}
