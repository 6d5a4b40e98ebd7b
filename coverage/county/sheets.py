"""Plain tables: ``.csv`` (comma, tab or semicolon) and ``.xlsx``."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import openpyxl

from coverage.county.files import decode, nearest, quietly, reading, refuse, shown
from coverage.county.table import HEADER_SEARCH_ROWS, RawTable, from_rows, header_of, is_header
from coverage.errors import InputError, Problem
from coverage.messages import Message

MAX_ROWS: Final = 2_000_000
MAX_UNZIPPED_BYTES: Final = 500_000_000
MAX_COLUMNS: Final = 1000
MAX_EXACT_INTEGER: Final = 2**53
_MAX_LEADING_ROWS: Final = 1000  # in which a sheet's header is looked for
_DELIMITERS: Final = ",\t;"
T = TypeVar("T")
_Rows = Iterator[tuple[int, tuple[str, ...]]]


def read_csv(path: Path, file: str, table: str) -> RawTable:
    """Read a text table; blank lines count as rows, as they do in Excel.

    Raises
    ------
    InputError
        If the text has another encoding, is torn, or has no record.
    """
    with reading(file):
        content = path.read_bytes()
    text = decode(content, file)
    delimiter = _delimiter(text, file, table)
    return from_rows(file, table, _limited(_csv_rows(text, delimiter, file), file))


def _delimiter(text: str, file: str, table: str) -> str:
    """Return the delimiter that shows the most known column names, else the first line's."""
    first = text.lstrip("\r\n").split("\n", 1)[0]

    def likeness(delimiter: str) -> tuple[int, int]:
        head: list[tuple[str, ...]] = []
        with suppress(InputError):  # where the file is torn is told when it is read
            rows = (cells for _, cells in _csv_rows(text, delimiter, file) if any(cells))
            head.extend(islice(rows, HEADER_SEARCH_ROWS))
        return header_of(head, table).known if head else 0, first.count(delimiter)

    return max(_DELIMITERS, key=likeness)


def _csv_rows(text: str, delimiter: str, file: str) -> _Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells[MAX_COLUMNS:]):
                raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
            yield number, tuple(_tidy(cell) for cell in cells[:MAX_COLUMNS])
    except csv.Error as error:
        raise refuse("county.csv_broken", file, [reader.line_num]) from error


def read_xlsx(
    path: Path, file: str, table: str, sheet: str | None, found: list[Problem]
) -> RawTable:
    """Read a sheet's values, rows counted as Excel counts them.

    Formulas give the value that Excel saved with them. Without `sheet` the first sheet that has
    every required column is read, else the one with the most known columns; `found` tells which.

    Raises
    ------
    InputError
        If the file is broken or unreasonably big, has no such sheet, a formula has no saved
        value or an error for a value.
    """
    _check_size(path, file)
    with reading(file), quietly():
        sheet = _sheet(path, file, table, sheet, found)
        cells = list(_limited(_xlsx_rows(path, file, sheet, values=False), file))
        formulas = {
            (number, i)
            for number, row in cells
            for i, (text, kind) in enumerate(row)
            if kind == "f" and text
        }
        if formulas:
            cells = list(_limited(_xlsx_rows(path, file, sheet, values=True), file))
    _check_cells(cells, formulas, file)
    return from_rows(file, table, ((n, tuple(text for text, _ in row)) for n, row in cells))


def _check_size(path: Path, file: str) -> None:
    """Refuse a zip archive that unfolds to an unreasonable size."""
    with reading(file), zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_UNZIPPED_BYTES:
        raise refuse("county.file_too_big", file, limit_mb=MAX_UNZIPPED_BYTES // 1_000_000)


def _xlsx_rows(
    path: Path, file: str, sheet: str, *, values: bool
) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """Yield each row's number and its cells as text and openpyxl's kind of cell."""
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=values, keep_links=False)
        chosen = next(s for s in book.worksheets if s.title == sheet)
        chosen.reset_dimensions()  # what the file says of its own size need not be true
        for number, row in enumerate(chosen.iter_rows(), start=1):
            if any(cell.value is not None for cell in row[MAX_COLUMNS:]):
                raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
            cells = tuple((_cell_text(c.value), str(c.data_type)) for c in row[:MAX_COLUMNS])
            if any(text for text, _ in cells) or values:
                yield number, cells


def _sheet(path: Path, file: str, table: str, name: str | None, found: list[Problem]) -> str:
    """Return the name of the sheet to read."""
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        titles = [str(sheet.title) for sheet in book.worksheets]
        there = ", ".join(shown(title) for title in titles)
        if not titles:
            raise refuse("county.table_empty", file)
        if name is not None and name not in titles:
            near = nearest(name, titles)
            hint = Message("county.hint_nearest", {"near": near}) if near else ""
            raise refuse("county.sheet_missing", file, sheet=shown(name), there=there, hint=hint)
        if name is not None or len(titles) == 1:
            return name or titles[0]
        heads = {sheet.title: _head(sheet) for sheet in book.worksheets}
    known = {title: header_of(head, table).known if head else 0 for title, head in heads.items()}
    fitting = [title for title, head in heads.items() if head and is_header(head, table)]
    chosen = fitting[0] if fitting else max(titles, key=lambda title: known[title])
    values = {"sheet": shown(chosen), "there": there}
    if not fitting:
        found.append(Problem("county.sheet_unfit", values=values, file=file))
    elif len(fitting) == 1:
        found.append(Problem("county.sheet_chosen", "note", values, file))
    else:
        fits = ", ".join(shown(title) for title in fitting)
        found.append(Problem("county.sheets_fit", "warning", {**values, "fits": fits}, file))
    return chosen


def _head(sheet: Any) -> list[tuple[str, ...]]:
    """Return the first rows of a sheet that have any text."""
    sheet.reset_dimensions()
    rows = islice(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), _MAX_LEADING_ROWS)
    texts = (tuple(_cell_text(value) for value in row) for row in rows)
    return list(islice((row for row in texts if any(row)), HEADER_SEARCH_ROWS))


def _check_cells(
    cells: list[tuple[int, tuple[tuple[str, str], ...]]], formulas: set[tuple[int, int]], file: str
) -> None:
    unsaved = sorted(
        {
            n
            for n, row in cells
            for i, (text, _) in enumerate(row)
            if (n, i) in formulas and not text
        }
    )
    broken = sorted({n for n, row in cells for text, kind in row if kind == "e" and text != "#N/A"})
    problems = [
        Problem(code, file=file, rows=tuple(rows), count=len(rows))
        for code, rows in (
            ("county.formula_unsaved", unsaved),
            ("county.formula_error", broken),
        )
        if rows
    ]
    if problems:
        raise InputError(problems)


def _cell_text(value: object) -> str:
    """Return a cell's value as text; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_EXACT_INTEGER:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return _tidy(str(value))


def _tidy(text: str) -> str:
    return text.strip().strip("\ufeff\u200b\xa0\u3000 ")


def _limited(rows: Iterator[T], file: str) -> Iterator[T]:
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
        yield row
