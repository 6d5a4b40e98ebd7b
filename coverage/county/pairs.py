"""Longitude and latitude that stand together in one cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from coverage.county.files import shown
from coverage.county.table import RawTable
from coverage.county.words import known_column, names_pair
from coverage.problems import Problem, Problems

_PAIR: Final = re.compile(r"[(\[]?(\d{1,3}\.\d+)[,;/\u3001 ]+(\d{1,3}\.\d+)[)\]]?", re.ASCII)
_LONGITUDES: Final = (73.0, 136.0)
_LATITUDES: Final = (3.0, 54.0)
"""Of China: no number lies in both ranges, so that a pair is read rightly in either order."""


def with_split_pairs(raw: RawTable, table: str, problems: Problems) -> RawTable:
    """Put a column of pairs in place of the longitude and latitude that a table lacks.

    Cells that are no pair of degrees in China are errors.
    """
    columns = [known_column(table, name) for name in raw.names]
    given = {column.column for column in columns if column is not None}
    named = [i for i, name in enumerate(raw.names) if names_pair(name)]
    if raw.geometry is not None or given & {"lon", "lat"} or len(named) != 1:
        return raw
    (at,) = named
    split = [_split(record[at]) for record in raw.records]
    bad = [i for i, pair in enumerate(split) if pair is None]
    spelled = shown(raw.names[at])
    if bad:
        rows = tuple(raw.rows[i] for i in bad)
        values = {"cells": shown(raw.records[bad[0]][at])}
        problem = Problem(
            "county.pair_unclear", "error", values, raw.file, rows, spelled, len(rows)
        )
        problems.append(problem)
    count = len(split) - len(bad)
    problems.append(Problem("county.pair_split", "note", {}, raw.file, (), spelled, count))
    records = [
        (*record[:at], *(pair or ("", "")), *record[at + 1 :])
        for record, pair in zip(raw.records, split, strict=True)
    ]
    names = (*raw.names[:at], "lon", "lat", *raw.names[at + 1 :])
    moved = frozenset((row, i + (i > at)) for row, i in raw.merged)
    return replace(raw, names=names, records=records, merged=moved)


def _split(cell: str) -> tuple[str, str] | None:
    """Return longitude and latitude; two empty texts for an empty cell, None if unclear."""
    if not cell:
        return "", ""
    match = _PAIR.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if match is None:
        return None
    for lon, lat in ((match[1], match[2]), (match[2], match[1])):
        if _lies(lon, _LONGITUDES) and _lies(lat, _LATITUDES):
            return lon, lat
    return None


def _lies(text: str, limits: tuple[float, float]) -> bool:
    return limits[0] <= float(text) <= limits[1]
