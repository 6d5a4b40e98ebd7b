"""The column beside the briefing map: key figures, legend, scale, north.

Uses one message for each kind of unit, ``maps.kind_<kind>``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from coverage.analysis.ground_changes import MARKS, Changes
from coverage.assessment.report import Report
from coverage.messages import Language, text
from maps import words
from maps.drawing import Drawing, Lines, Points
from maps.layers import RoadChoice, facilities
from maps.panels import MOST_AREAS
from maps.sheet import WIDTH_MM, Sheet
from maps.style import (
    BARRIER,
    CLOSED,
    FACILITY_GROUPS,
    INK,
    MAIN_GROUPS,
    MARK_SYMBOLS,
    MUTED,
    PAPER,
    SIZES,
    SLOWED,
    UNIT_EDGE,
    UNIT_FILL,
    RoadGroup,
    Symbol,
)

_RIGHT_MM: Final = WIDTH_MM - 10.0
_SIZE_PT: Final = 8.0
_HEADING_PT: Final = 9.0
_ROW_MM: Final = 4.3
_INDENT_MM: Final = 9.0
_SCALE_MM: Final = 45.0
_SCALE_HEIGHT_MM: Final = 15.0


class _Column:
    """Rows from the top down; a rehearsal measures them without drawing.

    Parameters
    ----------
    squeeze
        Factor on heights and sizes, so that everything stays above the scale bar.
    """

    def __init__(self, sheet: Sheet, x: float, top: float, squeeze: float, rehearse: bool) -> None:
        self.sheet, self.x, self.top = sheet, x, top
        self.squeeze, self.rehearse = squeeze, rehearse
        self.width = _RIGHT_MM - x
        self.row_mm = _ROW_MM * squeeze
        self.size_pt = _SIZE_PT * squeeze

    @property
    def middle(self) -> float:
        """Height of the middle of the next row."""
        return self.top - self.row_mm / 2

    def skip(self, mm: float) -> None:
        self.top -= mm * self.squeeze

    def heading(self, heading: str, right: str = "") -> None:
        self.skip(1.0)
        if not self.rehearse:
            self.sheet.text(self.x, self.middle, heading, _HEADING_PT * self.squeeze)
            if right:
                size = 7.0 * self.squeeze
                self.sheet.text(_RIGHT_MM, self.middle, right, size, ha="right", color=MUTED)
        self.top -= self.row_mm + 0.3

    def label(self, label: str, right: str = "") -> None:
        if not self.rehearse:
            x, room = self.x + _INDENT_MM, self.width - _INDENT_MM
            taken = self.sheet.measure(right, self.size_pt) + 2.0 if right else 0.0
            self.sheet.fitted(x, self.middle, label, self.size_pt, room - taken)
            if right:
                self.sheet.text(_RIGHT_MM, self.middle, right, self.size_pt, ha="right")
        self.top -= self.row_mm

    def symbol_row(self, symbol: Symbol, radius_mm: float, label: str, right: str = "") -> None:
        if not self.rehearse:
            self.sheet.symbol(self.x + 3.0, self.middle, symbol, radius_mm)
        self.label(label, right)

    def line_row(
        self, colour: str, width_mm: float, label: str, right: str = "", *, dashed: bool = False
    ) -> None:
        if not self.rehearse:
            ends = (self.x, self.x + 6.0)
            self.sheet.line(ends, self.middle, colour, width_mm, dashed=dashed)
        self.label(label, right)

    def box_row(self, fill: str, label: str, right: str = "") -> None:
        if not self.rehearse:
            self.sheet.box(self.x + 0.5, self.middle - 1.3, 5.5, 2.6, fill, UNIT_EDGE)
        self.label(label, right)

    def paragraph(self, words_: str, size_pt: float) -> None:
        self.top = self.sheet.paragraph(
            self.x, self.top, words_, size_pt * self.squeeze, self.width, draw=not self.rehearse
        )


@dataclass(frozen=True)
class Shown:
    """What a legend explains: the county, a layer of it, the roads drawn, what a scenario does.

    Attributes
    ----------
    plain
        Whether the units are filled, for no base map lies under them.
    """

    report: Report
    language: Language
    drawing: Drawing
    roads: RoadChoice
    changes: Changes | None
    plain: bool = True


def draw_legend(
    sheet: Sheet, shown: Shown, metres_per_mm: float, place: tuple[float, float, float]
) -> None:
    """Draw the column at `place`: x, y of its lower left corner and its height, mm."""
    x, bottom, height = place
    room = height - _SCALE_HEIGHT_MM
    squeeze = 1.0
    for _ in range(4):  # smaller type breaks lines elsewhere, so that once is not always enough
        rehearsal = _Column(sheet, x, bottom + height, squeeze, rehearse=True)
        _rows(rehearsal, shown)
        needed = bottom + height - rehearsal.top
        if needed <= room:
            break
        squeeze *= room / needed
    _rows(_Column(sheet, x, bottom + height, squeeze, False), shown)
    _scale(sheet, shown.language, metres_per_mm, x, bottom)
    _north(sheet, shown.language, WIDTH_MM - 16.0, bottom + 1.0)


def _rows(column: _Column, shown: Shown) -> None:
    report, language, drawing = shown.report, shown.language, shown.drawing
    for line in words.figure_lines(report, language):
        column.paragraph(line, 8.5)
    if drawing.areas is not None:
        _areas(column, drawing, language)
    elif drawing.lines is not None:
        _lines(column, drawing.lines, language)
    elif drawing.facilities is not None:
        column.heading(text("maps.judged", language), text("maps.village_count", language))
        _points(column, drawing.facilities, language)
    else:
        column.heading(text("maps.villages", language), text("maps.village_count", language))
        _points(column, drawing.villages, language)
    if shown.changes is not None:
        _changes(column, shown.changes, language)
    column.heading(text("maps.village_sizes", language))
    for size in SIZES:
        symbol = Symbol("circle", "#d9d9d9", INK)
        column.symbol_row(symbol, size.radius_mm, size.label.text(language))
    used = set(facilities(report)["group"]) & set(MAIN_GROUPS)
    if used:
        column.heading(text("maps.facilities", language))
    for key in MAIN_GROUPS:
        if key in used:
            entry = FACILITY_GROUPS[key]
            radius = min(entry.symbol.radius_mm, 1.9)
            column.symbol_row(entry.symbol, radius, entry.label.text(language))
    if drawing.areas is None and shown.plain:
        _units(column, report, language)
    if drawing.lines is None:
        _roads(column, shown.roads, language)


def _points(column: _Column, points: Points, language: Language) -> None:
    for place, (entry, count) in enumerate(zip(points.classes, points.counts, strict=True)):
        label = entry.label.text(language)
        if points.people and count:
            people = words.people(points.people[place], language)
            label = text("maps.name_and", language, name=label, value=people)
        column.symbol_row(entry.symbol, 1.45, label, f"{count:,}")


def _areas(column: _Column, drawing: Drawing, language: Language) -> None:
    areas = drawing.areas
    assert areas is not None
    of_villages = drawing.layer == "station"
    heading = text("maps.group_station" if of_villages else "maps.units", language)
    column.heading(heading, text("maps.villages" if of_villages else "maps.count", language))
    for place, entry in enumerate(areas.classes):
        if place == MOST_AREAS and len(areas.classes) > MOST_AREAS + 1:
            rest = len(areas.classes) - MOST_AREAS
            column.label(text("maps.more_stations", language, count=rest))
            break
        count = drawing.villages.counts[place] if of_villages else int((areas.of == place).sum())
        column.box_row(entry.seen, entry.label.text(language), f"{count:,}")


def _lines(column: _Column, lines: Lines, language: Language) -> None:
    column.heading(text("maps.roads", language), text("maps.length", language))
    for entry, km in zip(lines.classes, lines.length_km, strict=True):
        length = text("maps.kilometres", language, value=f"{km:,.0f}")
        column.line_row(entry.colour, entry.width_mm, entry.label.text(language), length)
    _omitted(column, lines.omitted, language)


def _changes(column: _Column, changed: Changes, language: Language) -> None:
    """Say what the marks of the scenario mean.

    One message for each mark, ``maps.mark_<mark>``.
    """
    if changed.nothing:
        return
    column.heading(text("maps.marks", language))
    for shape, stroke, label in (
        (changed.closed, CLOSED, "maps.mark_closed"),
        (changed.slowed, SLOWED, "maps.mark_slowed"),
    ):
        if not shape.is_empty:
            column.line_row(stroke.colour, stroke.width_mm, text(label, language), dashed=True)
    if not changed.barriers.is_empty:
        column.symbol_row(BARRIER, 1.5, text("maps.mark_barrier", language))
    present = {marked.mark for marked in changed.facilities}
    for mark in MARKS:
        if mark in present:
            column.symbol_row(MARK_SYMBOLS[mark], 1.4, text(f"maps.mark_{mark}", language))


def _units(column: _Column, report: Report, language: Language) -> None:
    present = set(report.units["kind"].astype("str"))
    kinds = [kind for kind in UNIT_FILL if kind in present]
    if not kinds:
        return
    column.heading(text("maps.units", language))
    left = column.x
    for kind in kinds:
        label = text(f"maps.kind_{kind}", language)
        needed = _INDENT_MM + column.sheet.measure(label, column.size_pt) + 3.0
        if left > column.x and left + needed > _RIGHT_MM + 3.0:
            left = column.x
            column.top -= column.row_mm
        if not column.rehearse:
            box = (left + 0.5, column.middle - 1.3, 5.5, 2.6)
            column.sheet.box(*box, UNIT_FILL[kind], UNIT_EDGE)
            column.sheet.text(left + 7.5, column.middle, label, column.size_pt)
        left += needed
    column.top -= column.row_mm


def _roads(column: _Column, drawn: RoadChoice, language: Language) -> None:
    if not drawn.groups:
        return
    column.heading(text("maps.roads", language))
    for group in reversed(drawn.groups):
        column.line_row(group.colour, group.width_mm, group.label.text(language))
    _omitted(column, drawn.omitted, language)


def _omitted(column: _Column, groups: tuple[RoadGroup, ...], language: Language) -> None:
    if groups:
        names = text("maps.list_separator", language).join(g.label.text(language) for g in groups)
        column.paragraph(text("maps.roads_omitted", language, groups=names), 7.0)


def _scale(sheet: Sheet, language: Language, metres_per_mm: float, x: float, y: float) -> None:
    length = _round_length(_SCALE_MM * metres_per_mm)
    width = length / metres_per_mm
    for part, fill in enumerate((INK, PAPER)):
        sheet.box(x + part * width / 2, y + 5.0, width / 2, 1.3, fill, INK)
    shown = (
        text("maps.kilometres", language, value=f"{length / 1000:g}")
        if length >= 1000
        else text("maps.metres", language, value=f"{length:g}")
    )
    sheet.text(x, y + 8.4, "0", 7.0, ha="left")
    sheet.text(x + width, y + 8.4, shown, 7.0, ha="center")
    ratio = float(f"{metres_per_mm * 1000:.3g}")
    sheet.text(x, y + 1.8, text("maps.scale", language, scale=f"{ratio:,.0f}"), 7.0, color=MUTED)


def _round_length(longest: float) -> float:
    """Return the greatest 1, 2 or 5 times a power of ten up to `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= longest)


def _north(sheet: Sheet, language: Language, x: float, y: float) -> None:
    sheet.polygon([(x, y + 9.0), (x - 2.6, y), (x, y + 2.0)], INK)
    sheet.polygon([(x, y + 9.0), (x + 2.6, y), (x, y + 2.0)], "#9a9a9a")
    sheet.text(x, y + 11.0, text("maps.north", language), 8.5, ha="center")
