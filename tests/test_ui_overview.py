"""The overview by kind: headings, deadlines, travel times, and what data is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coverage.messages import text
from coverage.results import Report
from coverage.rules.model import AccessResult, VillageAccess
from coverage.ui import cache
from coverage.ui.state import Session
from tests import ui_fixtures

NOWHERE = float("nan")


def _overview() -> None:
    from coverage.ui import frame
    from coverage.ui.pages import overview

    frame.begin()
    overview.page()


def shown(report: Report, monkeypatch: pytest.MonkeyPatch, rule: str | None = None) -> AppTest:
    monkeypatch.setattr(cache, "assess_folder", lambda _: report)
    app = AppTest.from_function(_overview, default_timeout=60)
    app.session_state["session"] = Session(language="zh", folder=Path(), rule=rule)
    app.session_state["language"] = "zh"
    app.run()
    assert not app.exception
    return app


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def report() -> Report:
    base = ui_fixtures.report()
    first, second = base.rules
    near = VillageAccess("a", "近村", "第一镇", 100.0, "f", "中心卫生院", 12.25, 4.0)
    far = VillageAccess("b", ui_fixtures.EVIL, "第二街道", 50.0, "", "", NOWHERE, NOWHERE)
    access = AccessResult((near, far), 150.0, 50.0, 12.25, 12.25, 12.25, {10: 0.0, 20: 2 / 3})
    towns = second.rule.model_copy(update={"kind": "presence", "beside": "ems-1030"})
    open_ = replace(
        second,
        rule=towns,
        verdict="not_assessable",
        access=access,
        missing_columns=("facilities.beds",),
    )
    return replace(base, rules=(open_, first), as_of=date(2026, 1, 1))


def test_a_table_for_each_kind_with_clause_reading_and_state_of_the_deadline(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = shown(report, monkeypatch)
    headings = [m.value for m in app.markdown if m.value.startswith("##### ")]
    assert headings[0] == "##### 到达时间"
    assert "##### 设置" in headings
    first, second = (frame.value for frame in app.dataframe[:2])
    assert first.iloc[0, 0] == "十分钟三十分钟"
    assert second.iloc[0, 0] == "乡镇卫生院"
    assert first[text("ui.column_deadline", "zh")].tolist() == ["2025 已逾期"]
    assert second[text("ui.column_deadline", "zh")].tolist() == ["2025 已到期"]
    assert "测发〔2023〕1号" in first[text("ui.column_clause", "zh")][0]
    assert first[text("ui.column_reading", "zh")][0] == "十分钟三十分钟的理解"


def test_completeness_and_the_columns_that_are_missing(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = shown(report, monkeypatch)
    assert any("适用的规则有2条，用现有资料能判断1条" in c.value for c in app.caption)
    missing = app.table[0].value
    assert missing.iloc[0].tolist() == ["床位", r"facilities\.beds", 1]


def test_the_first_rule_is_open_until_another_is_chosen(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [m.value for m in shown(report, monkeypatch).markdown]
    assert any("十分钟三十分钟的条文大意" in t for t in texts)
    st.cache_resource.clear()
    app = shown(report, monkeypatch, rule="township-hospital")
    texts = [m.value for m in app.markdown]
    assert any("乡镇卫生院的条文大意" in t for t in texts)
    assert not any("十分钟三十分钟的条文大意" in t for t in texts)
    assert any(r"与 ems\-1030 并列" in c.value for c in app.caption)


def test_travel_times_of_the_chosen_rule_with_names_as_they_stand(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = shown(report, monkeypatch, rule="township-hospital")
    assert any("20分钟以内66" in m.value for m in app.markdown)
    worst = app.table[1].value
    assert worst.iloc[:, 2].tolist() == ["到不了", "12.2"]
    assert worst.iloc[1, 3] == "中心卫生院"
    assert "![" not in worst.iloc[0, 0]


def test_a_rule_that_is_no_longer_there_is_forgotten(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [m.value for m in shown(report, monkeypatch, rule="gone").markdown]
    assert any("十分钟三十分钟的条文大意" in t for t in texts)


def test_a_county_without_rules(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown(replace(report, rules=()), monkeypatch)
    assert text("report.completeness_none", "zh") in [c.value for c in app.caption]
