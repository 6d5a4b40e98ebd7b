"""Tables of every page: titles and texts are whole in both languages."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.messages import LANGUAGES, Language
from coverage.paths import DEMONSTRATION
from coverage.report.score import width
from coverage.ui.widgets import tables
from coverage.ui.widgets.tables import styled, wrapped
from tests.ui_app import run, workspace_fixture  # noqa: F401 - fixture

PADDING_PX = 16
PLACE_PX = 6.5
"""Half of a Chinese character, a little less; the mean letter of a title is narrower."""
WRAPS_ABOVE_PX = 64


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["county", "overview", "rules"])
def test_titles_fit_and_texts_that_wrap_have_their_own_font(page: str, language: Language) -> None:
    app = run(page, DEMONSTRATION, language)
    assert app.dataframe
    for frame in app.dataframe:
        for title, column in json.loads(frame.proto.columns).items():
            if isinstance(column.get("width"), int):
                assert column["width"] >= width(title) * PLACE_PX + PADDING_PX, title
        if frame.proto.row_height > WRAPS_ABOVE_PX:
            assert frame.proto.arrow_data.styler.uuid  # made by `styled`


def test_only_texts_in_narrow_letters_get_another_font() -> None:
    table = pd.DataFrame(
        {"a": ["in narrow letters", "汉字多于 letters 的文字", "", None], "b": ["x"] * 4}
    )
    made = styled(table, ["a"])._compute().ctx
    assert {place: css for place, css in made.items() if css} == {
        (row, 0): [("font-weight", "400")] for row in (0, 2, 3)
    }


def _wrapped_line_by_line(words: str, places: int) -> str:
    """What `wrapped` does, one line after the other on what is left."""
    rest, lines = " ".join(words.split()), []
    while width(rest) > places:
        cut = max(n for n in range(1, places + 1) if width(rest[:n]) <= places)
        blank = rest.rfind(" ", 1, cut + 1)
        cut = blank if blank > 0 else cut
        lines.append(rest[:cut].strip())
        rest = rest[cut:]
    return "\n".join([*lines, rest.strip()])


@given(st.text("a 甲b；", max_size=60), st.integers(3, 12))
def test_lines_end_where_each_ends_by_itself(words: str, places: int) -> None:
    wide_px = math.ceil(places * tables._PX_A_PLACE) + tables._CELL_PADDING_PX
    assert wrapped(words, wide_px) == _wrapped_line_by_line(words, places)


def test_a_long_text_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []

    def counted(words: str) -> int:
        measured.append(len(words))
        return width(words)

    monkeypatch.setattr(tables, "width", counted)
    assert wrapped("甲" * 100_000, 200).count("\n") == 8333
    assert sum(measured) == 100_000
