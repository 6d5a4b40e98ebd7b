"""``report.xlsx``: the report for a spreadsheet.

No cell is a formula, whatever a name begins with, and the same report gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from coverage.assessment.report import Report
from coverage.figures import (
    FIGURE_DECIMALS,
    MINUTES_DECIMALS,
    decimals_shown,
    share_decimals,
    whole_people,
)
from coverage.messages import Language, text
from coverage.report.record import number
from coverage.report.score import width
from coverage.report.sheets import Cell, Figure, Judged, Sheet, sheets
from coverage.report.table import STARTS_FORMULA
from coverage.rules.model.results import Verdict

_TITLE_LINE, _WARNING_LINE, _HEADING_LINE = range(3)
"""Lines of a sheet, counted from 0 as XlsxWriter does; the table begins after them."""
_LONGEST_TEXT: Final = 32_767
_LONGEST_TITLE: Final = 31

# A file in an archive has a date, and a workbook when it was made; no clock is read.
_MADE: Final = datetime.datetime(1980, 1, 1)
_ARCHIVE_DATE: Final = (1980, 1, 1, 0, 0, 0)

_LINE_POINTS: Final = 15.0
_TALLEST_POINTS: Final = 400.0
_PIXELS_A_CHARACTER: Final = 7
_WIDE: Final = 200.0
"""A sheet with more characters in a line is printed on A3."""
_A3, _A4 = 8, 9
"""Excel's numbers of paper sizes."""

_NO_CHARACTER: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What XML 1.0 has no place for."""

Style = Mapping[str, object]
_WRAPPED: Final[Style] = {"align": "left", "text_wrap": True, "valign": "top", "indent": 1}
_LINE: Final[Style] = {"bottom": 1, "bottom_color": "#D0D5DD"}
_TITLE: Final[Style] = {"bold": True, "font_size": 13}
_WARNING: Final[Style] = {"bold": True, "font_color": "#B42318"}
_HEADING: Final[Style] = {**_WRAPPED, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79"}
_WORDS: Final[Style] = {**_WRAPPED, **_LINE}
_FIGURE: Final[Style] = {**_LINE, "valign": "top"}
_JUDGED: Final[Mapping[Verdict, Style]] = MappingProxyType(
    {
        "met": {**_FIGURE, "bg_color": "#D9F2DF"},
        "unmet": {**_FIGURE, "bg_color": "#FBD9D3"},
        "not_applicable": {**_FIGURE, "bg_color": "#EAECF0"},
        "not_assessable": {**_FIGURE, "bg_color": "#FFF0C2"},
    }
)
_KM: Final = "0.00"


class _Styles:
    """The formats of a workbook: each is made once, however many cells have it."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def of(self, style: Style, **more: str | bool) -> Format:
        """Return the format with the properties of `style` and `more`."""
        key = (*style.items(), *more.items())
        if key not in self._made:
            self._made[key] = self._book.add_format({**style, **more})
        return self._made[key]


def report_xlsx(report: Report, language: Language) -> bytes:
    """Return ``report.xlsx``: headings and sentences in `language`."""
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True})
    styles = _Styles(book)
    identity = report.county.config.county
    properties: dict[str, Any] = {
        "author": "planner-1030",
        "title": _text(identity.name),
        "created": _MADE,
    }
    book.set_properties(properties)
    warning = _warning(report, language)
    for sheet in sheets(report, language):
        page = book.add_worksheet(sheet.title[:_LONGEST_TITLE])
        title = text(
            "report.sheet_title",
            language,
            name=identity.name,
            code=identity.code,
            sheet=sheet.title,
        )
        _write(page, _TITLE_LINE, 0, title, _TITLE, styles)
        _write(page, _WARNING_LINE, 0, warning, _WARNING, styles)
        _fill(page, sheet, styles, language)
        _lay_out(page, sheet)
    book.close()
    return _as_on_every_machine(stream.getvalue())


def _warning(report: Report, language: Language) -> str:
    """Return what stands under every title: the scenario in force, and what is invented."""
    said = []
    if report.scenario:
        said.append(text("report.scenario", language, name=report.scenario))
    if report.county.config.county.illustrative:
        said.append(text("report.illustrative", language))
    return " ".join(said)


def _fill(page: Worksheet, sheet: Sheet, styles: _Styles, language: Language) -> None:
    headings = tuple(heading for heading, _ in sheet.columns)
    page.set_row(_HEADING_LINE, _points(headings, sheet))
    for place, heading in enumerate(headings):
        _write(page, _HEADING_LINE, place, heading, _HEADING, styles)
    for line, row in enumerate(sheet.rows, _HEADING_LINE + 1):
        page.set_row(line, _points(row, sheet))
        for place, content in enumerate(row):
            if isinstance(content, Figure):
                _write_figure(page, line, place, content, styles, language)
            elif isinstance(content, Judged):
                _write(page, line, place, content.word, _JUDGED[content.verdict], styles)
            else:
                _write(page, line, place, content, _WORDS, styles)


def _points(row: tuple[Cell, ...], sheet: Sheet) -> float:
    """Return a height that shows the whole of every text: not every program finds it itself."""
    lines = [
        math.ceil(1.1 * (width(content) + 2) / wide)
        for content, (_, wide) in zip(row, sheet.columns, strict=True)
        if isinstance(content, str)
    ]
    return min(max([1, *lines]) * _LINE_POINTS + 3, _TALLEST_POINTS)


def _lay_out(page: Worksheet, sheet: Sheet) -> None:
    for place, (_, wide) in enumerate(sheet.columns):
        page.set_column_pixels(place, place, round(wide * _PIXELS_A_CHARACTER))
    page.freeze_panes(_HEADING_LINE + 1, sheet.frozen)
    last = _HEADING_LINE + len(sheet.rows)
    page.autofilter(_HEADING_LINE, 0, last, len(sheet.columns) - 1)
    page.repeat_rows(0, _HEADING_LINE)
    page.set_landscape()
    page.set_paper(_A3 if sum(wide for _, wide in sheet.columns) > _WIDE else _A4)
    page.fit_to_pages(1, 0)


def _write(
    page: Worksheet, line: int, place: int, words: str, style: Style, styles: _Styles
) -> None:
    """Write `words` as text: never a formula, an error or a number."""
    if not words:
        page.write_blank(line, place, None, styles.of(style))
    elif words.startswith(STARTS_FORMULA):
        # Stays text when somebody edits the cell.
        page.write_string(line, place, _text(words), styles.of(style, quote_prefix=True))
    else:
        page.write_string(line, place, _text(words), styles.of(style))


def _text(words: str) -> str:
    """Return `words` as a cell can hold them, with a sign where something is left out."""
    plain = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", words)
    if len(plain) <= _LONGEST_TEXT:
        return plain
    return plain[: _LONGEST_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _write_figure(
    page: Worksheet, line: int, place: int, figure: Figure, styles: _Styles, language: Language
) -> None:
    if math.isnan(figure.value):
        page.write_blank(line, place, None, styles.of(_FIGURE))
        return
    style = styles.of(_FIGURE, num_format=_format(figure, language))
    page.write_number(line, place, number(figure.value), style)


def _format(figure: Figure, language: Language) -> str:
    """Return the number format in which the cell shows what `coverage.figures` would write.

    A format rounds: it has as many decimals as the figure needs on its side of its limits.
    """
    value, unit = figure.value, figure.unit
    if unit == "share":
        return f"{_decimals(share_decimals(value, *figure.limits))}%"
    if unit == "minutes":
        return _decimals(decimals_shown(value, MINUTES_DECIMALS, figure.limits))
    if unit == "km":
        return _KM
    if unit == "people":
        return "#,##0" if round(value) == whole_people(value) else "#,##0.0##"
    digits = "#,##0"
    if not isinstance(number(value), int):
        shown = decimals_shown(value, FIGURE_DECIMALS, (0.0, *figure.limits))
        digits = f"#,##0.0{'#' * (shown - 1)}"
    if unit is None:
        return digits
    # The units' names are the messages report.unit_<unit>.
    before, after = text(f"report.unit_{unit}", language, number="\0").split("\0")
    return "".join([_quoted(before), digits, _quoted(after)])


def _decimals(count: int) -> str:
    return f"0.{'0' * count}"


def _quoted(words: str) -> str:
    return f'"{words}"' if words else ""


def _as_on_every_machine(archive: bytes) -> bytes:
    """Return the same archive as a Unix machine writes it, with constant dates."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ARCHIVE_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
    return stream.getvalue()
