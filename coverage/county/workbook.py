"""``.xlsx``: the values of a sheet, and what of it a reader of the screen does not see."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from coverage.county.content import check_parts, check_workbook
from coverage.county.files import nearest, reading, refuse, shown
from coverage.county.header import HEADER_SEARCH_ROWS, from_rows, header_of, is_header
from coverage.county.sheets import (
    MAX_COLUMNS,
    MAX_EXACT_INTEGER,
    MAX_ROWS,
    MAX_UNZIPPED_BYTES,
    tidy,
)
from coverage.county.table import UNSAVED_FORMULA, RawTable
from coverage.county.workbook_size import refuse_repeated_texts
from coverage.messages import Message
from coverage.problems import InputError, Problem, Problems

MAX_CELLS: Final = 10_000_000
"""Of the rectangle that a sheet's values span: calamine keeps all of it in memory."""
_REFERENCE: Final = re.compile(r"([A-Z]+)([0-9]+)")
Place = tuple[int, int]
"""Row, counted from 1 as Excel does, and position of the column, counted from 0."""


@dataclass
class _Marks:
    """What a sheet's XML says beside its values.

    Attributes
    ----------
    last_row, width
        The reach of the cells that hold anything.
    hidden_rows
        Hidden, by hand or by a filter.
    hidden_columns
        Positions of the hidden ones.
    replaced_text
        The text of cells with an error for a value, and of formulas without a saved one.
    merged
        The cells of a merged range below its first row, and that first row.
    """

    last_row: int = 0
    width: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    replaced_text: dict[Place, str] = field(default_factory=dict)
    merged: dict[Place, int] = field(default_factory=dict)


def read_xlsx(path: Path, file: str, table: str, sheet: str | None, problems: Problems) -> RawTable:
    """Read a sheet's values, rows counted as Excel counts them.

    Formulas give the value that Excel saved with them. Without `sheet` the one shown sheet that
    has every required column is read, else the one with the most known columns; `problems` tells
    which. Hidden rows and columns count, and are reported. The cells of a range that is merged
    downwards all hold its text.

    Raises
    ------
    InputError
        If the file is no whole workbook, locked, or unreasonably big, has no such sheet, or
        several sheets fit.
    """
    with reading(file):
        check_workbook(path, file)
        _check_archive(path, file)
        with zipfile.ZipFile(path) as archive:
            refuse_repeated_texts(archive, file)
    with reading(file), CalamineWorkbook.from_path(path) as book, zipfile.ZipFile(path) as parts:
        reader = _Reader(file, book, parts)
        chosen = _choose(reader, table, sheet, problems)
        marks, rows = reader.rows(chosen)
    raw = from_rows(file, table, rows, frozenset(marks.merged))
    hidden = tuple(row for row in raw.rows if row in marks.hidden_rows)
    if hidden:
        values = {"sheet": shown(chosen)}
        problems.append(
            Problem("county.rows_hidden", "warning", values, file, hidden, count=len(hidden))
        )
    names = [raw.names[p] for p in sorted(marks.hidden_columns) if p < len(raw.names)]
    if named := _listed(filter(None, names)):
        values = {"sheet": shown(chosen), "columns": named}
        problems.append(Problem("county.columns_hidden", "note", values, file, count=len(names)))
    return raw


def _check_archive(path: Path, file: str) -> None:
    """Refuse an archive that is cut short, unfolds to an unreasonable size, or is no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise refuse("county.workbook_cut", file) from error
    size = sum(entry.file_size for entry in entries)
    if size > MAX_UNZIPPED_BYTES:
        raise refuse("county.file_too_big", file, limit_mb=MAX_UNZIPPED_BYTES // 1_000_000)
    check_parts((entry.filename for entry in entries), file)


class _Reader:
    """An open workbook, whose sheets are looked at before they are unfolded."""

    def __init__(self, file: str, book: CalamineWorkbook, parts: zipfile.ZipFile) -> None:
        self._file, self._book, self._parts = file, book, parts
        self._part_of = _sheet_parts(parts)
        tables = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        self.titles = [s.name for s in tables]
        self.hidden = [s.name for s in tables if s.visible != SheetVisibleEnum.Visible]

    def rows(self, title: str) -> tuple[_Marks, list[tuple[int, tuple[str, ...]]]]:
        """Return a sheet's marks, and its rows with any text."""
        with self._parts.open(self._part_of[title]) as stream:
            marks = _marks(stream, self._file)
        sheet = self._book.get_sheet_by_name(title)
        values = sheet.to_python(skip_empty_area=False) if marks.last_row else []
        texts = [[_cell_text(value) for value in row] for row in values]
        texts += [[] for _ in range(marks.last_row - len(texts))]
        for (row, position), text in marks.replaced_text.items():
            _put(texts[row - 1], position, text)
        for (row, position), first in marks.merged.items():
            if row <= len(texts) and position < len(texts[first - 1]):
                _put(texts[row - 1], position, texts[first - 1][position])
        return marks, [(n, tuple(row)) for n, row in enumerate(texts, start=1) if any(row)]

    def head(self, title: str) -> list[tuple[str, ...]]:
        """Return the first rows of a sheet with any text; none where it cannot be read."""
        try:
            _, rows = self.rows(title)
        except InputError:
            return []
        return [row for _, row in islice(rows, HEADER_SEARCH_ROWS)]


def _put(row: list[str], position: int, text: str) -> None:
    row.extend([""] * (position + 1 - len(row)))
    row[position] = text


def _choose(reader: _Reader, table: str, name: str | None, problems: Problems) -> str:
    """Return the name of the sheet to read; a hidden one only where it is named."""
    file, titles = reader._file, reader.titles
    there = ", ".join(shown(title) for title in titles)
    if not titles:
        raise refuse("county.table_empty", file)
    if name is not None and name not in titles:
        near = nearest(name, titles)
        hint = Message("county.hint_nearest", {"near": near}) if near else ""
        raise refuse("county.sheet_missing", file, sheet=shown(name), there=there, hint=hint)
    if name is not None or len(titles) == 1:
        return name or titles[0]
    heads = {title: reader.head(title) for title in titles}
    fitting = [title for title, head in heads.items() if head and is_header(head, table)]
    in_sight = [title for title in fitting if title not in reader.hidden]
    if len(in_sight) > 1:
        raise refuse("county.sheets_fit", file, fits=_listed(in_sight))
    if fitting and not in_sight:
        raise refuse("county.sheet_hidden", file, sheets=_listed(fitting))
    if reader.hidden:
        values = {"sheets": _listed(reader.hidden)}
        problems.append(Problem("county.sheets_hidden", "note", values, file))
    if in_sight:
        values = {"sheet": shown(in_sight[0]), "there": there}
        problems.append(Problem("county.sheet_chosen", "note", values, file))
        return in_sight[0]
    candidates = [title for title in titles if title not in reader.hidden] or titles
    chosen = max(candidates, key=lambda t: header_of(heads[t], table).known if heads[t] else 0)
    values = {"sheet": shown(chosen), "there": there}
    problems.append(Problem("county.sheet_unfit", values=values, file=file))
    return chosen


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(shown(title) for title in titles)


def _sheet_parts(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return where in the archive each sheet lies."""
    workbook = _target(parts, "_rels/.rels", "/officeDocument")
    folder, name = posixpath.split(workbook)
    targets = dict(_relations(parts, f"{folder}/_rels/{name}.rels", folder))
    part_of: dict[str, str] = {}
    with parts.open(workbook) as stream:
        for _, element in iterparse(stream, events=("end",)):
            if _local(element) == "sheet":
                relation = next(v for k, v in element.attrib.items() if k.endswith("}id"))
                part_of[element.attrib["name"]] = targets[relation]
    return part_of


def _target(parts: zipfile.ZipFile, name: str, kind: str) -> str:
    with parts.open(name) as stream:
        for _, element in iterparse(stream, events=("end",)):
            if element.attrib.get("Type", "").endswith(kind):
                return str(element.attrib["Target"]).lstrip("/")
    raise KeyError(kind)


def _relations(parts: zipfile.ZipFile, name: str, folder: str) -> Iterator[tuple[str, str]]:
    with parts.open(name) as stream:
        for _, element in iterparse(stream, events=("end",)):
            if "Id" in element.attrib:
                target = element.attrib["Target"]
                inside = posixpath.normpath(posixpath.join(folder, target))
                yield element.attrib["Id"], target[1:] if target.startswith("/") else inside


def _marks(stream: Any, file: str) -> _Marks:
    """Read what a sheet's XML says beside its values, and refuse what spans too much."""
    marks = _Marks()
    row, position = 0, -1
    holder: Element | None = None
    for event, element in iterparse(stream, events=("start", "end")):
        name = _local(element)
        if event == "start":
            if name == "sheetData":
                holder = element
            elif name == "row":
                row, position = int(element.attrib.get("r", row + 1)), -1
                if element.attrib.get("hidden") in {"1", "true"}:
                    marks.hidden_rows.add(row)
            elif name == "col" and element.attrib.get("hidden") in {"1", "true"}:
                ends = (int(element.attrib.get(key, 0)) for key in ("min", "max"))
                first, last = (min(max(end, 1), MAX_COLUMNS) for end in ends)
                marks.hidden_columns.update(range(first - 1, last))
            elif name == "c":
                position = _position(element.attrib.get("r"), position)
        elif name == "c":
            _mark_cell(marks, element, row, position)
            if marks.width > MAX_COLUMNS:
                raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
        elif name == "row":
            element.clear()
            if holder is not None:
                holder.clear()
        elif name == "mergeCell":
            _mark_merged(marks, element.attrib["ref"])
    if marks.last_row > MAX_ROWS or marks.last_row * marks.width > MAX_CELLS:
        raise refuse("county.sheet_too_wide", file, row=marks.last_row, limit=MAX_CELLS)
    return marks


def _mark_cell(marks: _Marks, cell: Element, row: int, position: int) -> None:
    kind, text, formula, filled = cell.attrib.get("t"), "", False, False
    for child in cell:
        name = _local(child)
        if name == "v":
            text, filled = child.text or "", True
        filled |= name == "is"
        formula |= name == "f"
    if kind == "e":
        marks.replaced_text[row, position] = text
    elif formula and not text and kind not in {"str", "inlineStr"}:
        marks.replaced_text[row, position] = UNSAVED_FORMULA
    if filled or formula:
        marks.last_row = max(marks.last_row, row)
        marks.width = max(marks.width, position + 1)


def _mark_merged(marks: _Marks, reference: str) -> None:
    """Note the cells below the first row of a merged range of a reasonable size."""
    ends = [_REFERENCE.fullmatch(end) for end in reference.replace("$", "").split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return
    (left, top), (right, bottom) = ((_column(e[1]), int(e[2])) for e in ends if e)
    bottom = min(bottom, marks.last_row)
    if (bottom - top) * (right + 1 - left) + len(marks.merged) > MAX_CELLS:
        return
    for row in range(top + 1, bottom + 1):
        for position in range(left, min(right, marks.width - 1) + 1):
            marks.merged[row, position] = top


def _position(reference: str | None, before: int) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    return _column(match[1]) if match else before + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


_Value = bool | int | float | str | dt.date | dt.time | dt.timedelta


def _cell_text(value: _Value | Literal[""]) -> str:
    """Return a cell's value as text; whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_EXACT_INTEGER:
        return str(int(value))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return tidy(str(value))
