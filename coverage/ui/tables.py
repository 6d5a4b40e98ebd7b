"""Tables that fit the page: their texts wrap, a click on a heading sorts, a button saves them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

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
_NARROW_PLACES: Final = 1.4
"""Up to so many places a character a text counts as written in narrow letters."""

# A word with the blanks after it, or one character of a script that breaks anywhere; closing
# marks stay with what they close.
_CLOSING: Final = r"\u3001\u3002\u300b\u3015\uff09\uff0c\uff1a\uff1b"
_PIECES: Final = re.compile(rf"[!-~\u00a0-\u2e7f]+[{_CLOSING}]*\s*|\S[{_CLOSING}]*\s*")


def wrapped(words: str, wide_px: int) -> str:
    """Return `words` broken into lines that fit a column of this width."""
    places = max(2, int((wide_px - _CELL_PADDING_PX) / _PX_A_PLACE))
    lines = [""]
    for found in _PIECES.finditer(" ".join(words.split())):
        for piece in _parts(found[0], places):
            if lines[-1] and width((lines[-1] + piece).rstrip()) > places:
                lines.append("")
            lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def _parts(piece: str, places: int) -> list[str]:
    """Return `piece`, cut where it alone is longer than a line."""
    if width(piece.rstrip()) <= places:
        return [piece]
    half = max(1, len(piece) // 2)
    return [*_parts(piece[:half], places), *_parts(piece[half:], places)]


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
    told = str(words)
    return _NARROW_FONT if width(told) <= _NARROW_PLACES * len(told) else ""


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
