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
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

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
from coverage.report.sheets import Figure, Judged, Sheet, sheets
from coverage.report.table import STARTS_FORMULA
from coverage.rules.model.results import Verdict

_HEADING_ROW: Final = 3
_LONGEST_TEXT: Final = 32_767
_LONGEST_TITLE: Final = 31

# A file in an archive has a date, and a workbook when it was made; no clock is read.
_MADE: Final = datetime.datetime(1980, 1, 1)
_ARCHIVE_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

_LINE_POINTS: Final = 15.0
_TALLEST_POINTS: Final = 400.0
_WIDE: Final = 200.0
"""A sheet with more characters in a line is printed on A3."""

_WRAPPED: Final = Alignment("left", wrap_text=True, vertical="top", indent=1)
_TOP: Final = Alignment(vertical="top")
_TITLE_FONT: Final = Font(bold=True, size=13)
_WARNING_FONT: Final = Font(bold=True, color="B42318")
_HEADING_FONT: Final = Font(bold=True, color="FFFFFF")
_HEADING_FILL: Final = PatternFill("solid", fgColor="1F4E79")
_LINE: Final = Border(bottom=Side("thin", color="D0D5DD"))
_FILLS: Final[Mapping[Verdict, PatternFill]] = MappingProxyType(
    {
        "met": PatternFill("solid", fgColor="D9F2DF"),
        "unmet": PatternFill("solid", fgColor="FBD9D3"),
        "not_applicable": PatternFill("solid", fgColor="EAECF0"),
        "not_assessable": PatternFill("solid", fgColor="FFF0C2"),
    }
)
_KM: Final = "0.00"


def report_xlsx(report: Report, language: Language) -> bytes:
    """Return ``report.xlsx``: headings and sentences in `language`."""
    book = Workbook()
    book.remove(book.worksheets[0])
    identity = report.county.config.county
    book.properties.creator = "planner-1030"
    book.properties.title = _text(identity.name)
    book.properties.created = _MADE
    for sheet in sheets(report, language):
        page = book.create_sheet(sheet.title[:_LONGEST_TITLE])
        title = text(
            "report.sheet_title",
            language,
            name=identity.name,
            code=identity.code,
            sheet=sheet.title,
        )
        _head(page, title, _warning(report, language))
        _fill(page, sheet, language)
        _lay_out(page, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue())


def _warning(report: Report, language: Language) -> str:
    """Return what stands under every title: the scenario in force, and what is invented."""
    said = []
    if report.scenario:
        said.append(text("report.scenario", language, name=report.scenario))
    if report.county.config.county.illustrative:
        said.append(text("report.illustrative", language))
    return " ".join(said)


def _head(page: Worksheet, title: str, warning: str) -> None:
    _write(page.cell(1, 1), title)
    page.cell(1, 1).font = _TITLE_FONT
    _write(page.cell(2, 1), warning)
    page.cell(2, 1).font = _WARNING_FONT


def _fill(page: Worksheet, sheet: Sheet, language: Language) -> None:
    for place, (heading, _) in enumerate(sheet.columns, 1):
        cell = page.cell(_HEADING_ROW, place)
        _write(cell, heading)
        cell.font, cell.fill, cell.alignment = _HEADING_FONT, _HEADING_FILL, _WRAPPED
    headings = tuple(heading for heading, _ in sheet.columns)
    page.row_dimensions[_HEADING_ROW].height = _points(headings, sheet)
    for line, row in enumerate(sheet.rows, _HEADING_ROW + 1):
        for place, content in enumerate(row, 1):
            cell = page.cell(line, place)
            cell.border = _LINE
            if isinstance(content, Figure):
                _write_figure(cell, content, language)
            elif isinstance(content, Judged):
                _write(cell, content.word)
                cell.fill, cell.alignment = _FILLS[content.verdict], _TOP
            else:
                _write(cell, content)
                cell.alignment = _WRAPPED
        page.row_dimensions[line].height = _points(row, sheet)


def _points(row: tuple[object, ...], sheet: Sheet) -> float:
    """Return a height that shows the whole of every text: not every program finds it itself."""
    lines = [
        math.ceil(1.1 * (width(content) + 2) / wide)
        for content, (_, wide) in zip(row, sheet.columns, strict=True)
        if isinstance(content, str)
    ]
    return min(max([1, *lines]) * _LINE_POINTS + 3, _TALLEST_POINTS)


def _lay_out(page: Worksheet, sheet: Sheet) -> None:
    last = get_column_letter(len(sheet.columns))
    for place, (_, wide) in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(place)].width = wide
    page.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}{_HEADING_ROW + 1}"
    page.auto_filter.ref = f"A{_HEADING_ROW}:{last}{_HEADING_ROW + len(sheet.rows)}"
    page.print_title_rows = f"1:{_HEADING_ROW}"
    page.page_setup.orientation = "landscape"
    across = sum(wide for _, wide in sheet.columns)
    page.page_setup.paperSize = page.PAPERSIZE_A3 if across > _WIDE else page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(cell: Cell, words: str) -> None:
    """Write `words` as text: never a formula, an error or a number."""
    if not words:
        return
    cell.value = _text(words)
    cell.data_type = "s"
    if words.startswith(STARTS_FORMULA):
        # Stays text when somebody edits the cell.
        cell.quotePrefix = True


def _text(words: str) -> str:
    """Return `words` as a cell can hold them, with a sign where something is left out."""
    plain = str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", words))
    if len(plain) <= _LONGEST_TEXT:
        return plain
    return plain[: _LONGEST_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _write_figure(cell: Cell, figure: Figure, language: Language) -> None:
    cell.alignment = _TOP
    if math.isnan(figure.value):
        return
    cell.value = number(figure.value)
    cell.number_format = _format(figure, language)


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


def _without_clock(archive: bytes) -> bytes:
    """Return the same archive with constant dates."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                moment = _MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = _MODIFIED.sub(rb"\g<1>" + moment + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, _ARCHIVE_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # As a Unix machine writes it, on every machine.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content)
    return stream.getvalue()
