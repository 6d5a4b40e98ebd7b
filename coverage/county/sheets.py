"""Tables of text: ``.csv`` with comma, tab or semicolon."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from coverage.county.content import check_text
from coverage.county.files import decode, reading, refuse
from coverage.county.header import HEADER_SEARCH_ROWS, from_rows, header_of
from coverage.county.table import RawTable
from coverage.problems import InputError, Problem, Problems

MAX_ROWS: Final = 2_000_000
MAX_UNZIPPED_BYTES: Final = 500_000_000
MAX_COLUMNS: Final = 1000
MAX_EXACT_INTEGER: Final = 2**53
_DELIMITERS: Final = ",\t;"
_OTHER_DELIMITERS: Final = "|\uff0c\uff1b\u3001^~:"  # seen in exports, not read
_KEPT_AS_TEXT: Final = re.compile(r"=\"([^\"]*)\"|['\u2018\u2019](\d+)", re.ASCII)
T = TypeVar("T")
_Rows = Iterator[tuple[int, tuple[str, ...]]]


def read_csv(path: Path, file: str, table: str, problems: Problems) -> RawTable:
    """Read a text table; blank lines count as rows, as they do in Excel.

    `problems` tells of a last line that does not end.

    Raises
    ------
    InputError
        If it is no text, or has another encoding or separator, is torn, or has no record.
    """
    with reading(file):
        check_text(path, file)
        content = path.read_bytes()
    text = decode(content, file)
    delimiter = _delimiter(text, file, table)
    raw = from_rows(file, table, _limited(_csv_rows(text, delimiter, file), file))
    if not text.endswith(("\n", "\r")):
        problems.append(_unended(text, delimiter, raw))
    return raw


def _unended(text: str, delimiter: str, raw: RawTable) -> Problem:
    """Return the problem of a last line without its end: the file may have been cut short.

    An error where the line has fewer cells than there are columns.
    """
    tail = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    cells = next(csv.reader([tail], delimiter=delimiter), [])
    if len(cells) < len(raw.names) and len(raw.rows) and any(cells):
        return Problem("county.csv_cut", "error", {}, raw.file, tuple(raw.rows[-1:]))
    return Problem("county.csv_unended", "note", {}, raw.file)


def _delimiter(text: str, file: str, table: str) -> str:
    """Return the delimiter that shows the most known column names, else the first line's.

    Raises
    ------
    InputError
        If another character shows more of them: it is named.
    """
    first = text.lstrip("\r\n").split("\n", 1)[0]

    def likeness(delimiter: str) -> tuple[int, int]:
        head: list[tuple[str, ...]] = []
        with suppress(InputError):  # where the file is torn is reported when it is read
            rows = (cells for _, cells in _csv_rows(text, delimiter, file) if any(cells))
            head.extend(islice(rows, HEADER_SEARCH_ROWS))
        return header_of(head, table).known if head else 0, first.count(delimiter)

    best = max(_DELIMITERS, key=likeness)
    if likeness(best)[0] <= 1:
        other = max(_OTHER_DELIMITERS, key=likeness)
        if likeness(other)[0] > max(likeness(best)[0], 1):
            raise refuse("county.csv_separator", file, separator=other)
    return best


def _csv_rows(text: str, delimiter: str, file: str) -> _Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells[MAX_COLUMNS:]):
                raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
            yield number, tuple(tidy(cell) for cell in cells[:MAX_COLUMNS])
    except csv.Error as error:
        raise refuse("county.csv_broken", file, [reader.line_num]) from error


def tidy(text: str) -> str:
    """Return a cell's text without blanks around it, and without marks that keep it a text.

    ``="0012"`` and ``'0012`` are how a number is kept from becoming one in Excel.
    """
    plain = text.strip().strip("\ufeff\u200b\xa0\u3000 ")
    kept = _KEPT_AS_TEXT.fullmatch(plain)
    return (kept[1] or kept[2] or "").strip() if kept else plain


def _limited(rows: Iterator[T], file: str) -> Iterator[T]:
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
        yield row
