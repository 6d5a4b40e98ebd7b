"""Conditions in words, and tables for a spreadsheet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coverage.report.condition_text import word_text
from coverage.report.download import table_csv
from coverage.rules.catalogue.load import load_catalogue


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
