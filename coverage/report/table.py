"""``villages.csv``: the minutes of every village."""

from __future__ import annotations

import csv
import io
from typing import Final

import numpy as np
import pandas as pd

from coverage.report.record import number
from coverage.results import Report

HEADER: Final = (
    "code",
    "name",
    "township",
    "area_class",
    "population",
    "station_id",
    "turnout_min",
    "drive_min",
    "access_min",
    "response_min",
    "limit_min",
    "covered",
)

_TEXT: Final = frozenset({"code", "name", "township", "area_class", "station_id"})
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def villages_csv(report: Report) -> bytes:
    """Return ``villages.csv``: UTF-8 with a mark, so that a spreadsheet shows the Chinese.

    Minutes are empty where no ambulance arrives, the population where it is not known. A text
    that a spreadsheet would take for a formula begins with an apostrophe.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    columns = [
        [_text(v) if name in _TEXT else _cell(v) for v in report.villages[name]] for name in HEADER
    ]
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue().encode("utf-8-sig")


def _text(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _cell(value: float | np.bool_) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    figure = number(float(value))
    return "" if figure is None else str(figure)
