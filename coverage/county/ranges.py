"""What a count may be, and what a code looks like: ``data/ranges.csv``."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from coverage.paths import DATA

CODE: Final = re.compile(r"\w[\w\-./()\[\]:+]*(\s[\w\-./()\[\]:+]+)*")
"""Letters (of any script) and digits, with what holds them together."""
DECIMAL: Final = re.compile(r"\d+\.\d+", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """Above what a count is looked at again, and above what it is an error."""

    seldom_above: float
    never_above: float


ANYTHING: Final = Limits(1e9, 1e9)
"""Of what the file does not list."""


@cache
def _limits() -> Mapping[tuple[str, str], Limits]:
    with (DATA / "ranges.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"]]
    return MappingProxyType(
        {
            (row["table"], row["unit"]): Limits(
                float(row["seldom_above"]), float(row["never_above"])
            )
            for row in rows
        }
    )


def limits_of(table: str, unit: str) -> Limits:
    """Return the limits of the counts of `unit` in one record of `table`."""
    return _limits().get((table, unit), ANYTHING)
