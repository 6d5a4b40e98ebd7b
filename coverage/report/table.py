"""``villages.csv`` and ``access.csv``: the minutes of every village."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from coverage.assessment.report import Report
from coverage.report.record import number

HEADER: Final = (
    "code",
    "name",
    "township",
    "area_class",
    "population",
    "station_id",
    "turnout_min",
    "leaving_min",
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
        [csv_text(v) if name in _TEXT else csv_cell(v) for v in report.villages[name]]
        for name in HEADER
    ]
    return csv_bytes(HEADER, zip(*columns, strict=True))


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
            *(csv_text(v) for v in (village.code, village.name, village.township)),
            csv_cell(village.population),
            csv_text(village.facility_id),
            csv_cell(village.minutes),
            csv_cell(village.straight_km),
        )
        for result in report.rules
        if result.access is not None
        for village in result.access.villages
    )
    return csv_bytes(ACCESS_HEADER, rows)


def csv_bytes(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table as UTF-8 with a mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def csv_text(value: object) -> str:
    """Return a text as a spreadsheet shows it, nothing where there is none."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def csv_cell(value: float | np.bool_) -> str:
    """Return a number, or true or false; nothing where it is not known."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    figure = number(float(value))
    return "" if figure is None else str(figure)
