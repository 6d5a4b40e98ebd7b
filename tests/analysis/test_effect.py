"""Verdicts before and after, conditions in words, and tables for a spreadsheet."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from coverage.analysis.effect import Effect, effects
from coverage.report.condition_text import word_text
from coverage.report.download import table_csv
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import RuleResult
from tests import ui_fixtures


def result(verdict: str = "unmet", short: float = 10.0, observed: float = 0.5) -> RuleResult:
    base = ui_fixtures.result("a", "规则", verdict, observed)
    return replace(base, population_short=short)


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (result(), result("met", 0.0, 1.0), "better"),
        (result("met", 0.0, 1.0), result(), "worse"),
        (result("met", 0.0), result("not_assessable", math.nan), "worse"),
        (result("not_assessable", math.nan), result("unmet", 5.0), "worse"),
        (result(), result(short=9.0, observed=0.6), "better"),
        (result(), result(short=11.0), "worse"),
        (result(), result(), "same"),
        (result(short=math.nan), result(short=math.nan), "same"),
        (result(short=math.nan), result(short=math.nan, observed=0.6), "other"),
        (result("not_applicable"), result("met"), "other"),
        (None, result(), "other"),
        (result(), None, "other"),
    ],
)
def test_turn(before: RuleResult | None, after: RuleResult | None, turn: str) -> None:
    assert Effect(before, after).turn == turn


def test_only_rules_that_change_and_those_asked_for() -> None:
    report = ui_fixtures.report()
    first, second = report.rules
    changed = replace(report, rules=(replace(first, population_short=1.0), second))
    assert effects(report, report) == ()
    assert [e.rule_id for e in effects(report, changed)] == ["ems-1030"]
    both = effects(report, changed, {"township-hospital"})
    assert [e.rule_id for e in both] == ["ems-1030", "township-hospital"]
    dropped = effects(report, replace(report, rules=(first,)))
    assert [(e.rule_id, e.after) for e in dropped] == [("township-hospital", None)]
    added = effects(replace(report, rules=(first,)), report)
    assert [(e.rule_id, e.before) for e in added] == [("township-hospital", None)]


@pytest.mark.parametrize(
    ("word", "chinese", "english"),
    [
        ("county_hospital", "县级综合医院", "county hospital (general)"),
        ("psychiatric_ward", "精神科病房", "psychiatric ward"),
        ("not psychiatric_ward", "没有精神科病房", "no psychiatric ward"),
        ("beds >= 20", "床位≥20", "beds ≥ 20"),
        ("level = 3", "级别=3", "level = 3"),
        (
            "430225: psychiatric_ward",
            "株洲市炎陵县：精神科病房",
            "Yanling County, Zhuzhou: psychiatric ward",
        ),
        ("城关镇", "城关镇", "城关镇"),
        ("from_facility", "急救车到现场", "an ambulance drives to the scene"),
        ("<b>x</b>", "<b>x</b>", "<b>x</b>"),
    ],
)
def test_words_of_rules(word: str, chinese: str, english: str) -> None:
    assert word_text(word, "zh") == chinese
    assert word_text(word, "en") == english


def test_ownership_is_said_in_words() -> None:
    assert "ownership" not in word_text("ownership = public", "zh")
    assert word_text("ownership = public", "zh") != "ownership = public"


def test_no_word_of_the_catalogue_is_left_in_code_language() -> None:
    for rule in load_catalogue().values():
        for name, parameter in rule.parameters.items():
            value = parameter.value
            for word in value if isinstance(value, list) else [value]:
                if isinstance(word, str) and word:
                    assert "_" not in word_text(word, "zh"), (rule.id, name)


def test_a_table_for_a_spreadsheet() -> None:
    table = pd.DataFrame(
        {
            "名称": ["甲村", "=1+1", "@x", None],
            "人": [1.5, np.nan, -3.0, 0.0],
            "=x": pd.array([1, None, 3, 4], dtype="Int64"),
        }
    )
    told = table_csv(table)
    assert told.startswith(b"\xef\xbb\xbf")
    lines = told.decode("utf-8-sig").splitlines()
    assert lines == ["名称,人,'=x", "甲村,1.5,1", "'=1+1,,", "'@x,-3.0,3", ",0.0,4"]
    assert table.columns[2] == "=x"
