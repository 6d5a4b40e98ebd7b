"""A table as a file for a spreadsheet."""

from __future__ import annotations

import pandas as pd

from coverage.report.table import STARTS_FORMULA


def table_csv(table: pd.DataFrame) -> bytes:
    """Return `table` as CSV: UTF-8 with a mark, so that a spreadsheet shows the Chinese.

    A text that a spreadsheet would take for a formula begins with an apostrophe; what is not
    known is empty. The index is left out.
    """
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(_text, na_action="ignore")
    safe.columns = pd.Index([_text(name) for name in safe.columns])
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _text(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text
