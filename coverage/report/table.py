"""``villages.csv`` and ``access.csv``: the minutes of every village."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
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
STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet takes for a formula."""


def villages_csv(report: Report) -> bytes:
    """Return ``villages.csv``: UTF-8 with a mark, so that a spreadsheet shows the Chinese.

    Minutes are empty where no ambulance arrives, the population where it is not known. A text
    that a spreadsheet would take for a formula begins with an apostrophe.
    """
    columns = [
        [_text(v) if name in _TEXT else _cell(v) for v in report.villages[name]] for name in HEADER
    ]
    return _csv(HEADER, zip(*columns, strict=True))


ACCESS_HEADER: Final = (
    "rule",
    "code",
    "name",
    "township",
    "population",
    "facility_id",
    "minutes",
    "straight_km",
)


def access_csv(report: Report) -> bytes:
    """Return ``access.csv``: how long each village travels to what a rule names.

    One row for each rule that names facilities and each village; minutes and facility are empty
    where none can be reached. Written as `villages_csv` is.
    """
    rows = (
        (
            result.rule.id,
            *(_text(v) for v in (village.code, village.name, village.township)),
            _cell(village.population),
            _text(village.facility_id),
            _cell(village.minutes),
            _cell(village.straight_km),
        )
        for result in report.rules
        if result.access is not None
        for village in result.access.villages
    )
    return _csv(ACCESS_HEADER, rows)


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def _text(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def _cell(value: float | np.bool_) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    figure = number(float(value))
    return "" if figure is None else str(figure)
