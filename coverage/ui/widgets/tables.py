"""Tables that fit the page: their texts wrap, a click on a heading sorts, a button saves them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.elements.lib.column_types import ColumnConfig

from coverage.figures import MINUTES_DECIMALS, Limits, column_decimals
from coverage.messages import Language, text
from coverage.report.download import table_csv
from coverage.report.score import width

_LINE_PX: Final = 20
_PADDING_PX: Final = 14
_CELL_PADDING_PX: Final = 18
_PX_A_PLACE: Final = 7.3
"""Of a half-width character in a table; a Chinese one takes two."""
_PLAIN_PX: Final = 36
_WRAPPING_PX: Final = 66
"""Only in rows higher than 4 rem does Streamlit let texts wrap."""
_MOST_LINES: Final = 7

_NARROW_FONT: Final = "font-weight: 400"
"""The weight that tables have anyway; stated, it makes a font of another name."""
_NARROW_PLACES: Final = 1.2
"""Up to so many places a character a text counts as written in narrow letters."""

# After a Chinese semicolon, and before a long text in Chinese brackets.
_BREAKS: Final = re.compile(r"(?<=；)(?=\S)|(?<=\S)(?=（[^（）]{6,}）)")


def breakable(words: str) -> str:
    """Return `words` with blanks where a Chinese text is best broken: tables break at blanks."""
    return _BREAKS.sub(" ", words)


def wrapped(words: str, wide_px: int) -> str:
    """Return `words` in the lines that the browser's table breaks them into.

    That is at the last blank that fits a column of this width; where none does, anywhere.
    """
    places = max(2, int((wide_px - _CELL_PADDING_PX) / _PX_A_PLACE))
    whole, lines, at = " ".join(words.split()), [], 0
    before = [0, *accumulate(map(width, whole))]
    while before[-1] - before[at] > places:
        end = min(bisect_right(before, before[at] + places) - 1, at + places)
        blank = whole.rfind(" ", at + 1, end + 1)
        end = blank if blank > 0 else end
        lines.append(whole[at:end].strip())
        at = end
    return "\n".join([*lines, whole[at:].strip()])


def shortened(words: str, wide_px: int, most_lines: int) -> str:
    """Return `words`, cut and marked as cut where they need more than so many lines."""
    lines = wrapped(words, wide_px).split("\n")
    if len(lines) <= most_lines:
        return words
    last = lines[most_lines - 1][:-1] + "…"
    return " ".join([*lines[: most_lines - 1], last])


def row_height(columns: Mapping[int, Iterable[str]]) -> int:
    """Return the height of a row in which the longest text is shown whole, pixels.

    Parameters
    ----------
    columns
        For each width in pixels, the texts of all columns of that width.
    """
    lines = max(
        (
            wrapped(words, wide_px).count("\n") + 1
            for wide_px, texts in columns.items()
            for words in texts
        ),
        default=1,
    )
    if lines == 1:
        return _PLAIN_PX
    return max(_WRAPPING_PX, _PADDING_PX + _LINE_PX * min(lines, _MOST_LINES))


def fitted(table: pd.DataFrame, widths: Mapping[str, int]) -> int:
    """Return the height that the rows of `table` need for their texts to be shown whole, pixels.

    Parameters
    ----------
    widths
        Pixels, by the name of the column.
    """
    texts: dict[int, list[str]] = {}
    for name, wide in widths.items():
        texts.setdefault(wide, []).extend(table[name].map(str))
    return row_height(texts)


def styled(table: pd.DataFrame, texts: Iterable[str]) -> Styler:
    """Return `table` such that the browser breaks the lines of its columns `texts` where they end.

    The browser's table guesses how many characters fill a line from the mean width of all that it
    has drawn in this tab in a font of the same name. Once it has drawn Chinese it therefore takes
    too short a piece of an English text for the whole, finds that it fits, and cuts the rest off.
    Texts in narrow letters are given a font of a name of their own, which looks the same.
    """
    return table.style.map(_font, subset=list(texts))


def _font(words: object) -> str:
    shown = str(words)
    return _NARROW_FONT if width(shown) <= _NARROW_PLACES * len(shown) else ""


def minutes_column(minutes: pd.Series, *limits: Limits) -> ColumnConfig:
    """Return how a column of minutes is shown: no cell of it is rounded across its limit."""
    decimals = column_decimals(minutes.tolist(), MINUTES_DECIMALS, *limits)
    return st.column_config.NumberColumn(format=f"%.{decimals}f")


def save_button(table: pd.DataFrame, name: str, language: Language, label: str = "") -> None:
    """Draw a button that saves `table` as ``<name>.csv``."""
    st.download_button(
        label or text("ui.save_table", language),
        table_csv(table),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"save-{name}",
    )
