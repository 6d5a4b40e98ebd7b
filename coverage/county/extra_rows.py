"""Rows of a table that are no records: totals, headers repeated, notes, signatures."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from coverage.county.table import Mask, RawTable
from coverage.county.words import fold, known_column, vocabulary
from coverage.problems import Problem, Problems

_MOST_NOTE_CELLS: Final = 3  # “filled in by …”, “checked by …”, a telephone
_NAMES: Final = ("code", "id", "name", "township", "kind")
_FEWEST_NAMES_LACKING: Final = 2
_FEWEST_COLUMNS: Final = 5  # of a table in which so few cells are no record


def without_extra_rows(raw: RawTable, table: str, problems: Problems) -> RawTable:
    """Leave out the rows that are no records, and report them: what they lack is of no interest."""
    if raw.geometry is not None:
        return raw
    names = [known_column(table, name) for name in raw.names]
    columns = {column.column: i for i, column in enumerate(names) if column is not None}
    total = _is_total(raw, columns)
    header = np.array([_same(record, raw.names) for record in raw.records], dtype=bool)
    note = _is_note(raw, columns) & ~total
    faults = {"county.total_row": total, "county.header_again": header, "county.note_row": note}
    for code, where in faults.items():
        if where.any():
            rows = tuple(np.asarray(raw.rows)[where].tolist())
            problems.append(Problem(code, file=raw.file, rows=rows, count=len(rows)))
    kept = np.flatnonzero(~(total | header | note))
    if len(kept) == len(raw.records):
        return raw
    return replace(raw, records=[raw.records[i] for i in kept], rows=[raw.rows[i] for i in kept])


def _same(record: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Tell whether a row repeats the header, as the pages of a printed table do."""
    return [fold(cell) for cell in record] == [fold(name) for name in names]


def _is_total(raw: RawTable, columns: dict[str, int]) -> Mask:
    words = tuple(vocabulary("total_row_ending"))
    places = [columns[name] for name in ("lon", "lat") if name in columns]
    totals = [
        not any(record[i] for i in places)
        and fold(next(filter(None, record), "")).rstrip(":").endswith(words)
        for record in raw.records
    ]
    return np.array(totals, dtype=bool)


def _is_note(raw: RawTable, columns: dict[str, int]) -> Mask:
    """Tell which rows have next to nothing but a text, where others are full."""
    if len(columns) < _FEWEST_COLUMNS:
        return np.zeros(len(raw.records), dtype=bool)
    figures = [columns[name] for name in ("population", "lon", "lat") if name in columns]
    names = [columns[name] for name in _NAMES if name in columns]
    notes = [
        not any(record[i] for i in figures)
        and sum(not record[i] for i in names) >= _FEWEST_NAMES_LACKING
        and sum(bool(cell) for cell in record) <= _MOST_NOTE_CELLS
        for record in raw.records
    ]
    return np.array(notes, dtype=bool)
