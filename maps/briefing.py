"""The map of a briefing: one A4 sheet, landscape, to be printed.

Uses one message for each kind of unit, ``maps.kind_<kind>``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

from coverage.messages import Language, text
from coverage.results import Report
from maps import words
from maps.labels import Taken, place_beside, place_in_polygon
from maps.layers import bounds, choose_roads, facilities, road_lines, unit_polygons
from maps.legend import draw_legend
from maps.sheet import WIDTH_MM, Sheet, outline_of
from maps.style import (
    CLASSES,
    FACILITY_GROUPS,
    INK,
    MAIN_GROUPS,
    MUTED,
    SIZES,
    STATION,
    UNIT_EDGE,
    UNIT_FILL,
    WARNING_EDGE,
    WARNING_FILL,
    Symbol,
    check_layer,
    size_classes,
    village_classes,
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
_LOCK: Final = RLock()


@contextmanager
def fixed_settings() -> Iterator[None]:
    """Draw with matplotlib's own settings and a fixed salt, whatever the machine's settings are.

    The settings are the process's, so that two threads take turns.
    """
    with _LOCK, matplotlib.style.context("default"), mpl.rc_context({"svg.hashsalt": "planner"}):
        yield


def briefing_map(report: Report, language: Language, layer: str = "minutes") -> Figure:
    """Return the briefing map: units, roads, villages, stations, legend, notes.

    Parameters
    ----------
    layer
        One of `maps.LAYERS`: what colours the villages.

    Raises
    ------
    InputError
        If there is no such layer.
    """
    check_layer(layer)
    with fixed_settings():
        sheet = Sheet()
        axes = sheet.axes(_MAP_X, _MAP_Y, _MAP_W, _MAP_H)
        west, south, metres_per_mm = _set_extent(axes, report)
        polygons = unit_polygons(report)
        drawn = choose_roads(report)
        _draw_units(axes, report, polygons)
        for z, (group, lines) in enumerate(
            zip(drawn.groups, road_lines(report, drawn), strict=True)
        ):
            pieces = [shapely.get_coordinates(line) for line in lines.geoms]
            width_pt = group.width_mm / MM_PER_PT
            axes.add_collection(
                LineCollection(pieces, colors=group.colour, linewidths=width_pt, zorder=2 + z / 10)
            )
        _draw_borders(axes, polygons)
        villages = _to_sheet(report.villages.geometry.to_numpy(), west, south, metres_per_mm)
        _draw_villages(sheet, report, layer, villages)
        outside, stations = _draw_facilities(sheet, report, west, south, metres_per_mm)
        _name(sheet, report, polygons, stations, villages, (west, south, metres_per_mm))
        _draw_head(sheet, report, language, layer)
        draw_legend(
            sheet, report, language, layer, drawn, metres_per_mm, (_PANEL_X, _MAP_Y, _MAP_H)
        )
        _draw_notes(sheet, report, language, outside)
    return sheet.figure


def _set_extent(axes: Axes, report: Report) -> tuple[float, float, float]:
    """Fit the county into the frame; return west and south (m) and metres a mm."""
    west, south, east, north = bounds(report)
    scale = max((east - west) / _MAP_W, (north - south) / _MAP_H, 1.0) * _ROOM_AROUND
    west = (west + east) / 2 - scale * _MAP_W / 2
    south = (south + north) / 2 - scale * _MAP_H / 2
    axes.set_xlim(west, west + scale * _MAP_W)
    axes.set_ylim(south, south + scale * _MAP_H)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_linewidth(0.6)
        spine.set_color(INK)
    return west, south, scale


def _to_sheet(
    shapes: npt.NDArray[np.object_], west: float, south: float, metres_per_mm: float
) -> FloatArray:
    xy = shapely.get_coordinates(shapes)
    return (xy - [west, south]) / metres_per_mm + [_MAP_X, _MAP_Y]


def _draw_units(axes: Axes, report: Report, polygons: npt.NDArray[np.object_]) -> None:
    for kind, polygon in zip(report.units["kind"].astype("str"), polygons, strict=True):
        fill = UNIT_FILL.get(kind, UNIT_FILL["township"])
        paths = [_path(part) for part in shapely.get_parts(polygon)]
        axes.add_collection(PathCollection(paths, facecolors=fill, edgecolors="none", zorder=1))


def _draw_borders(axes: Axes, polygons: npt.NDArray[np.object_]) -> None:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    borders = [shapely.get_coordinates(ring) for ring in rings]
    axes.add_collection(LineCollection(borders, colors=UNIT_EDGE, linewidths=0.9, zorder=3))


def _path(polygon: shapely.Geometry) -> Path:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon)]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def _draw_villages(sheet: Sheet, report: Report, layer: str, places: FloatArray) -> None:
    classes = village_classes(report.villages, layer)
    sizes = size_classes(report.villages["population"])
    # the large ones first, so that no village is hidden by its neighbour
    order = np.argsort(-sizes, kind="stable")
    for position, entry in enumerate(CLASSES[layer]):
        chosen = order[classes[order] == position]
        radii = np.array([size.radius_mm for size in SIZES])[sizes[chosen]]
        _stamp(sheet, places[chosen], radii, entry.symbol, 4 + position / 100)


def _stamp(
    sheet: Sheet, places: FloatArray, radii: FloatArray, symbol: Symbol, zorder: float
) -> None:
    if not len(places):
        return
    outline = outline_of(symbol)
    shapes = outline[None, :, :] * radii[:, None, None] + places[:, None, :]
    marks = PolyCollection(
        list(shapes), facecolors=symbol.fill, edgecolors=symbol.edge, linewidths=0.4, zorder=zorder
    )
    marks.set_clip_path(_frame_path(), Affine2D() + sheet.paper.transData)
    sheet.paper.add_collection(marks)


def _frame_path() -> Path:
    right, top = _MAP_X + _MAP_W, _MAP_Y + _MAP_H
    corners = [(_MAP_X, _MAP_Y), (right, _MAP_Y), (right, top), (_MAP_X, top), (_MAP_X, _MAP_Y)]
    return Path(corners, closed=True)


def _draw_facilities(
    sheet: Sheet, report: Report, west: float, south: float, metres_per_mm: float
) -> tuple[int, list[tuple[str, float, float]]]:
    """Draw the facilities; return how many lie outside the frame, and the stations inside it."""
    table = facilities(report)
    places = _to_sheet(table.geometry.to_numpy(), west, south, metres_per_mm)
    inside = (
        (places[:, 0] >= _MAP_X) & (places[:, 0] <= _MAP_X + _MAP_W)
        & (places[:, 1] >= _MAP_Y) & (places[:, 1] <= _MAP_Y + _MAP_H)
    )  # fmt: skip
    for key in MAIN_GROUPS:
        entry = FACILITY_GROUPS[key]
        chosen = places[inside & (table["group"] == key).to_numpy()]
        radii = np.full(len(chosen), entry.symbol.radius_mm)
        _stamp(sheet, chosen, radii, entry.symbol, 6.0 if key == STATION else 5.0)
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
    extent: tuple[float, float, float],
) -> None:
    """Put the names of the units, and of the stations where they are not too many."""
    west, south, metres_per_mm = extent
    radius = FACILITY_GROUPS[STATION].symbol.radius_mm
    frame = (_MAP_X + 1, _MAP_Y + 1, _MAP_X + _MAP_W - 1, _MAP_Y + _MAP_H - 1)
    marks = [(x - radius, y - radius, x + radius, y + radius) for _, x, y in stations]
    taken = Taken(frame, [], marks, villages)
    size = 9.0 if len(polygons) <= 40 else 7.0 if len(polygons) <= 80 else 5.5
    paper = shapely.transform(
        polygons, lambda xy: (xy - [west, south]) / metres_per_mm + [_MAP_X, _MAP_Y]
    )
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


def _draw_head(sheet: Sheet, report: Report, language: Language, layer: str) -> None:
    title = text(
        "maps.title",
        language,
        county=words.county_name(report, language),
        layer=words.layer_title(layer, language),
    )
    illustrative = report.county.config.county.illustrative
    width = WIDTH_MM - 2 * _MARGIN_MM
    sheet.fitted(_MARGIN_MM, 198.5 if illustrative else 194.5, title, 19, width)
    if illustrative:
        sheet.box(_MARGIN_MM, 186.5, width, 5.5, WARNING_FILL, WARNING_EDGE)
        sheet.fitted(_MARGIN_MM + 2, 189.2, text("maps.illustrative", language), 9, width - 4)


def _draw_notes(sheet: Sheet, report: Report, language: Language, outside: int) -> None:
    turnout = words.minutes(report.county.config.response.turnout_min, language)
    notes = list(words.data_notes(report, language))
    if outside:
        notes.append(text("maps.outside", language, count=outside))
    lines = [
        *words.rule_lines(report, language),
        text("maps.measure", language, turnout=turnout),
        *([text("maps.data_notes", language, notes=" ".join(notes))] if notes else []),
        words.source_line(report, language),
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
