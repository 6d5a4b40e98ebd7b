"""The map of a briefing: one A4 sheet, landscape, to be printed.

Uses one message for each kind of unit, ``maps.kind_<kind>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Final

import matplotlib as mpl
import matplotlib.style
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from coverage.analysis.extent import bounds
from coverage.analysis.ground_changes import Changes, changes
from coverage.assessment.report import Report
from coverage.messages import Language, text
from maps import words
from maps.basemap import NO_BASEMAP, Basemap
from maps.cells import cell_picture
from maps.classes import AREA_OPACITY
from maps.drawing import Areas, Drawing, drawing
from maps.ground import picture_in
from maps.labels import Taken, place_beside, place_in_polygon
from maps.layers import choose_roads, facilities, road_lines, unit_polygons
from maps.legend import Shown, draw_legend
from maps.sheet import DASHES, HEAVY_PT, WIDTH_MM, Sheet, outline_of
from maps.style import (
    BARRIER,
    CLOSED,
    FACILITY_GROUPS,
    INK,
    MAIN_GROUPS,
    MARK_SYMBOLS,
    MUTED,
    ROUTE_ACCESS,
    SCENARIO_EDGE,
    SCENARIO_FILL,
    SIZES,
    SLOWED,
    STATION,
    UNIT_EDGE,
    UNIT_FILL,
    WARNING_EDGE,
    WARNING_FILL,
    Stroke,
    Symbol,
    size_classes,
)
from maps.typeset import MM_PER_PT, clean

FloatArray = npt.NDArray[np.float64]

_MARGIN_MM: Final = 10.0
_MAP_X, _MAP_Y, _MAP_W, _MAP_H = 10.0, 29.0, 208.0, 155.0
_PANEL_X: Final = _MAP_X + _MAP_W + 5.0
_ROOM_AROUND: Final = 1.06
_STATION_NAMES: Final = 25
_LONGEST_NAME_MM: Final = 45.0
_NAME_GAP_MM: Final = 1.0
_NAME_HEIGHT: Final = 1.25
_JUDGED_MM: Final = 1.8
_LOCK: Final = RLock()


@contextmanager
def fixed_settings() -> Iterator[None]:
    """Draw with matplotlib's own settings and a fixed salt, whatever the machine's settings are.

    The settings are the process's, so that two threads take turns.
    """
    with _LOCK, matplotlib.style.context("default"), mpl.rc_context({"svg.hashsalt": "planner"}):
        yield


def briefing_map(
    report: Report,
    language: Language,
    layer: str = "minutes",
    *,
    rule: str | None = None,
    before: Report | None = None,
    basemap: Basemap = NO_BASEMAP,
) -> Figure:
    """Return the briefing map: units, roads, villages, stations, legend, notes.

    Parameters
    ----------
    layer, rule, before, basemap
        As for `maps.interactive.interactive_map`; of base maps only local ones are drawn.

    Raises
    ------
    InputError
        If there is no such layer or rule, or ``change`` has nothing to compare with, or the base
        map cannot be read.
    """
    drawn = drawing(report, layer, rule=rule, before=before)
    roads = choose_roads(report)
    changed = None if before is None else changes(before, report)
    with fixed_settings():
        sheet = Sheet()
        axes = sheet.axes(_MAP_X, _MAP_Y, _MAP_W, _MAP_H)
        ground = _set_extent(axes, report)
        picture = picture_in(basemap, report.county.crs, ground.box)
        polygons = unit_polygons(report)
        if picture is None:
            _draw_units(axes, report, polygons)
        else:
            axes.imshow(picture, extent=ground.extent, aspect="auto", zorder=0.5)
        if drawn.cells is not None:
            cells = cell_picture(report, drawn.villages.classes, drawn.cells, report.county.crs)
            west, south, east, north = cells.box
            extent = (west, east, south, north)
            axes.imshow(cells.pixels, extent=extent, interpolation="nearest", zorder=1.2)
            axes.set(xlim=ground.extent[:2], ylim=ground.extent[2:], aspect="auto")
        if drawn.areas is not None:
            _draw_areas(axes, drawn.areas)
        if drawn.lines is None:
            strokes = [Stroke(g.colour, g.width_px, g.width_mm) for g in roads.groups]
            _draw_lines(axes, road_lines(report, roads), strokes)
        else:
            classes = reversed(drawn.lines.classes)
            strokes = [Stroke(c.colour, c.width_px, c.width_mm) for c in classes]
            _draw_lines(axes, drawn.lines.lines[::-1], strokes)
        _draw_borders(axes, polygons)
        if changed is not None:
            _draw_lines(axes, (changed.slowed, changed.closed), [SLOWED, CLOSED], 3.5)
        villages = ground.on_sheet(report.villages.geometry.to_numpy())
        _draw_villages(sheet, report, drawn, villages)
        outside, stations = _draw_facilities(sheet, report, ground, drawn)
        if changed is not None:
            _draw_marks(sheet, ground, changed)
        _name(sheet, report, polygons, stations, villages, ground)
        _draw_head(sheet, report, language, drawn)
        place = (_PANEL_X, _MAP_Y, _MAP_H)
        shown = Shown(report, language, drawn, roads, changed, plain=picture is None)
        draw_legend(sheet, shown, ground.metres_per_mm, place)
        credit = words.basemap_credit(basemap, language) if picture is not None else ""
        _draw_notes(sheet, report, language, drawn, outside, credit)
    return sheet.figure


@dataclass(frozen=True)
class _Ground:
    """Where the sheet lies on the ground: its map's south-west corner, m, and metres a mm."""

    west: float
    south: float
    metres_per_mm: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north, m."""
        east = self.west + _MAP_W * self.metres_per_mm
        return self.west, self.south, east, self.south + _MAP_H * self.metres_per_mm

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, east, south, north, m: matplotlib's order."""
        west, south, east, north = self.box
        return west, east, south, north

    def on_sheet(self, shapes: npt.NDArray[np.object_]) -> FloatArray:
        """Return the coordinates of `shapes`, mm on the sheet."""
        return self.to_mm(shapely.get_coordinates(shapes))

    def to_mm(self, xy: FloatArray) -> FloatArray:
        """Return places on the ground in mm on the sheet."""
        return (xy - [self.west, self.south]) / self.metres_per_mm + [_MAP_X, _MAP_Y]


def _set_extent(axes: Axes, report: Report) -> _Ground:
    """Fit the county into the frame."""
    west, south, east, north = bounds(report)
    scale = max((east - west) / _MAP_W, (north - south) / _MAP_H, 1.0) * _ROOM_AROUND
    ground = _Ground(
        (west + east) / 2 - scale * _MAP_W / 2, (south + north) / 2 - scale * _MAP_H / 2, scale
    )
    west, south, east, north = ground.box
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)
        spine.set_color(INK)
    return ground


def _draw_units(axes: Axes, report: Report, polygons: npt.NDArray[np.object_]) -> None:
    for kind, polygon in zip(report.units["kind"].astype("str"), polygons, strict=True):
        fill = UNIT_FILL.get(kind, UNIT_FILL["township"])
        paths = [_path(part) for part in shapely.get_parts(polygon)]
        axes.add_collection(PathCollection(paths, facecolors=fill, edgecolors="none", zorder=1))


def _draw_areas(axes: Axes, areas: Areas) -> None:
    for polygon, place in zip(areas.polygons, areas.of.tolist(), strict=True):
        paths = [_path(part) for part in shapely.get_parts(polygon) if part.area > 0]
        axes.add_collection(
            PathCollection(
                paths,
                facecolors=areas.classes[place].fill,
                edgecolors=UNIT_EDGE,
                linewidths=0.4,
                alpha=AREA_OPACITY,
                zorder=1.5,
            )
        )


def _draw_lines(
    axes: Axes,
    lines: Sequence[shapely.MultiLineString],
    strokes: Sequence[Stroke],
    zorder: float = 2.0,
) -> None:
    for place, (line, stroke) in enumerate(zip(lines, strokes, strict=True)):
        axes.add_collection(
            LineCollection(
                [shapely.get_coordinates(part) for part in line.geoms],
                colors=stroke.colour,
                linewidths=stroke.width_mm / MM_PER_PT,
                linestyles=[(0, DASHES)] if stroke.dash_px else "solid",
                zorder=zorder + place / 10,
            )
        )


def _draw_borders(axes: Axes, polygons: npt.NDArray[np.object_]) -> None:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    borders = [shapely.get_coordinates(ring) for ring in rings]
    axes.add_collection(LineCollection(borders, colors=UNIT_EDGE, linewidths=0.9, zorder=3))


def _path(polygon: shapely.Geometry) -> Path:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon)]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def _draw_villages(sheet: Sheet, report: Report, drawn: Drawing, places: FloatArray) -> None:
    of = drawn.villages.of
    sizes = size_classes(report.villages["population"])
    # the large ones first, so that no village is hidden by its neighbour
    order = np.argsort(-sizes, kind="stable")
    for position, entry in enumerate(drawn.villages.classes):
        chosen = order[of[order] == position]
        radii = np.array([size.radius_mm for size in SIZES])[sizes[chosen]]
        radii = radii * drawn.villages.scale
        _stamp(sheet, places[chosen], radii, entry.symbol, 4 + position / 100)


def _draw_marks(sheet: Sheet, ground: _Ground, changed: Changes) -> None:
    crossed = ground.to_mm(shapely.get_coordinates(changed.barriers))
    _stamp(sheet, crossed, np.full(len(crossed), BARRIER.radius_mm), BARRIER, 6.8)
    for marked in changed.facilities:
        symbol = MARK_SYMBOLS[marked.mark]
        place = ground.on_sheet(np.array([marked.place], dtype=object))
        _stamp(sheet, place, np.array([symbol.radius_mm]), symbol, 7.0)
        if marked.was is not None:
            ends = np.vstack([ground.on_sheet(np.array([marked.was], dtype=object)), place])
            line = LineCollection(
                [ends],
                colors=ROUTE_ACCESS.colour,
                linewidths=ROUTE_ACCESS.width_mm / MM_PER_PT,
                linestyles=[(0, DASHES)],
                zorder=6.5,
            )
            line.set_clip_path(_frame_path(), Affine2D() + sheet.paper.transData)
            sheet.paper.add_collection(line)


def _stamp(
    sheet: Sheet, places: FloatArray, radii: FloatArray, symbol: Symbol, zorder: float
) -> None:
    if not len(places):
        return
    outline = outline_of(symbol)
    shapes = outline[None, :, :] * radii[:, None, None] + places[:, None, :]
    marks = PolyCollection(
        list(shapes),
        facecolors=symbol.fill,
        edgecolors=symbol.edge,
        linewidths=HEAVY_PT if symbol.heavy else 0.4,
        zorder=zorder,
    )
    marks.set_clip_path(_frame_path(), Affine2D() + sheet.paper.transData)
    sheet.paper.add_collection(marks)


def _frame_path() -> Path:
    right, top = _MAP_X + _MAP_W, _MAP_Y + _MAP_H
    corners = [(_MAP_X, _MAP_Y), (right, _MAP_Y), (right, top), (_MAP_X, top), (_MAP_X, _MAP_Y)]
    return Path(corners, closed=True)


def _draw_facilities(
    sheet: Sheet, report: Report, ground: _Ground, drawn: Drawing
) -> tuple[int, list[tuple[str, float, float]]]:
    """Draw the facilities; return how many lie outside the frame, and the stations inside it."""
    table = facilities(report).drop(index=list(drawn.facility_rows))
    places = ground.on_sheet(table.geometry.to_numpy())
    inside = (
        (places[:, 0] >= _MAP_X) & (places[:, 0] <= _MAP_X + _MAP_W)
        & (places[:, 1] >= _MAP_Y) & (places[:, 1] <= _MAP_Y + _MAP_H)
    )  # fmt: skip
    for key in MAIN_GROUPS:
        entry = FACILITY_GROUPS[key]
        chosen = places[inside & (table["group"] == key).to_numpy()]
        radii = np.full(len(chosen), entry.symbol.radius_mm)
        _stamp(sheet, chosen, radii, entry.symbol, 6.0 if key == STATION else 5.0)
    if drawn.facilities is not None:
        judged = report.county.facilities.geometry.iloc[list(drawn.facility_rows)]
        at = ground.on_sheet(np.asarray(judged.array, dtype=object))
        for place, entry in enumerate(drawn.facilities.classes):
            chosen = at[drawn.facilities.of == place]
            _stamp(sheet, chosen, np.full(len(chosen), _JUDGED_MM), entry.symbol, 5.5)
    shown = inside & (table["group"] == STATION).to_numpy()
    names = table["name"].astype("str").to_numpy()[shown]
    stations = [
        (name, x, y) for name, (x, y) in zip(names.tolist(), places[shown].tolist(), strict=True)
    ]
    return int((~inside).sum()), stations


def _name(
    sheet: Sheet,
    report: Report,
    polygons: npt.NDArray[np.object_],
    stations: list[tuple[str, float, float]],
    villages: FloatArray,
    ground: _Ground,
) -> None:
    """Put the names of the units, and of the stations where they are not too many."""
    radius = FACILITY_GROUPS[STATION].symbol.radius_mm
    frame = (_MAP_X + 1, _MAP_Y + 1, _MAP_X + _MAP_W - 1, _MAP_Y + _MAP_H - 1)
    marks = [(x - radius, y - radius, x + radius, y + radius) for _, x, y in stations]
    taken = Taken(frame, [], marks, villages)
    size = 9.0 if len(polygons) <= 40 else 7.0 if len(polygons) <= 80 else 5.5
    paper = shapely.transform(polygons, ground.to_mm)
    names = [sheet.cut(clean(str(n)), size, _LONGEST_NAME_MM) for n in report.units["name"]]
    for index in np.argsort(shapely.area(paper), kind="stable").tolist():
        width = sheet.measure(names[index], size) + _NAME_GAP_MM
        box = place_in_polygon(paper[index], width, size * MM_PER_PT * _NAME_HEIGHT, taken)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        sheet.text(x, y, names[index], size, ha="center", halo=True, zorder=8)
    if len(stations) > _STATION_NAMES:
        return
    for full, x, y in stations:
        name = sheet.cut(clean(full), 6.5, _LONGEST_NAME_MM)
        width, height = sheet.measure(name, 6.5), 6.5 * MM_PER_PT * _NAME_HEIGHT
        box = place_beside(x, y, radius, width, height, taken)
        middle = (box[1] + box[3]) / 2
        colour = FACILITY_GROUPS[STATION].symbol.fill
        sheet.text(box[0], middle, name, 6.5, color=colour, halo=True, zorder=9)


def _draw_head(sheet: Sheet, report: Report, language: Language, drawn: Drawing) -> None:
    banners = []
    if report.county.config.county.illustrative:
        banners.append((text("maps.illustrative", language), WARNING_FILL, WARNING_EDGE))
    if report.scenario:
        banner = text("maps.scenario", language, name=report.scenario)
        banners.append((banner, SCENARIO_FILL, SCENARIO_EDGE))
    width = WIDTH_MM - 2 * _MARGIN_MM
    title = words.title(report, language, drawn)
    sheet.fitted(_MARGIN_MM, 198.5 if banners else 194.5, title, 19, width)
    each = width / len(banners) if banners else 0.0
    for place, (banner, fill, edge) in enumerate(banners):
        x = _MARGIN_MM + place * each
        sheet.box(x, 186.5, each - (2.0 if place < len(banners) - 1 else 0.0), 5.5, fill, edge)
        sheet.fitted(x + 2, 189.2, banner, 9, each - 6)


def _draw_notes(
    sheet: Sheet, report: Report, language: Language, drawn: Drawing, outside: int, credit: str
) -> None:
    notes = list(words.data_notes(report, language))
    if outside:
        notes.append(text("maps.outside", language, count=outside))
    lines = [
        *words.rule_lines(report, language, drawn.rule),
        *(note.text(language) for note in drawn.notes),
        words.measure(report, language),
        *([text("maps.data_notes", language, notes=" ".join(notes))] if notes else []),
        text("maps.list_separator", language).join(
            filter(None, [words.source_line(report, language), credit])
        ),
    ]
    width = WIDTH_MM - 2 * _MARGIN_MM
    for size in (7.0, 6.5, 6.0, 5.5, 5.0, 4.5):
        wrapped = [line for entry in lines for line in sheet.wrapped(entry, width, size)]
        step = size * MM_PER_PT * 1.4
        if len(wrapped) * step <= _MAP_Y - 7.0:
            break
    room = int((_MAP_Y - 7.0) / step)
    if len(wrapped) > room:
        wrapped = [*wrapped[: room - 1], wrapped[room - 1][:-1] + "…"]
    for number, line in enumerate(wrapped):
        sheet.text(_MARGIN_MM, _MAP_Y - 3.0 - (number + 0.5) * step, line, size, color=MUTED)
