"""Tables that fit the page: their texts wrap, a click on a heading sorts, a button saves them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from coverage.messages import Language, text
from coverage.report.download import table_csv
from coverage.report.score import width

_LINE_PX: Final = 19
_PADDING_PX: Final = 16
_CELL_PADDING_PX: Final = 18
_PX_A_PLACE: Final = 7.3
"""Of a half-width character in a table; a Chinese one takes two."""
_PLAIN_PX: Final = 36
_WRAPPING_PX: Final = 66
"""Only in rows higher than 4 rem does Streamlit let texts wrap."""
_MOST_LINES: Final = 7


def row_height(columns: Mapping[int, Iterable[str]]) -> int:
    """Return the height of a row in which the longest text is shown whole, pixels.

    Parameters
    ----------
    columns
        For each width in pixels, the texts of all columns of that width.
    """
    lines = 1
    for wide, texts in columns.items():
        places = max(1.0, (wide - _CELL_PADDING_PX) / _PX_A_PLACE)
        lines = max([lines, *(math.ceil(width(words) / places) for words in texts)])
    if lines == 1:
        return _PLAIN_PX
    return max(_WRAPPING_PX, _PADDING_PX + _LINE_PX * min(lines, _MOST_LINES))


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
