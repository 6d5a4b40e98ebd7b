"""What the interactive map shows, as GeoJSON with names, tooltips and popups.

Every text of the county goes through `maps.controls.safe`. Uses one message for each kind of unit,
``maps.kind_<kind>``, and one for each mark, ``maps.mark_<mark>``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import folium
import numpy as np
import pandas as pd
import shapely

from coverage.analysis.ground_changes import MARKS, Changes
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.travel.route import Route
from maps import words
from maps.classes import AREA_OPACITY, MINUTE_BREAKS
from maps.controls import bind_code, point_layer, safe
from maps.drawing import Areas, Drawing, Lines
from maps.layers import (
    choose_roads,
    collection,
    facilities,
    feature,
    road_lines,
    to_lonlat,
    unit_polygons,
)
from maps.style import (
    BARRIER,
    CLOSED,
    FACILITY_GROUPS,
    MAIN_GROUPS,
    MARK_SYMBOLS,
    ROUTE,
    ROUTE_ACCESS,
    SHAPES,
    SIZES,
    SLOWED,
    STATION,
    UNIT_EDGE,
    UNIT_FILL,
    Stroke,
    size_classes,
)

_LIFT: Final[Mapping[str, int]] = {STATION: 1000, "judged": 500}
_LIFT_FACILITY: Final = -1000
_LIFT_MARK: Final = 900
_JUDGED_PX: Final = 7.0
_FACILITY_COLUMNS: Final = ["id", "name", "ambulances", "group"]


def villages(
    report: Report, language: Language, drawn: Drawing, before: Report | None = None
) -> folium.FeatureGroup:
    """Return the villages in the classes of a layer; property ``c`` is a village's code."""
    table = report.villages
    keys = [
        "township",
        "people",
        "minutes",
        "turnout",
        "leaving",
        "drive",
        "access",
        "limit",
        "covered",
    ]
    labels = [text(f"maps.row_{key}", language) for key in (*keys, "station")]
    was: Mapping[str, float] = {}
    if before is not None:
        labels.append(text("maps.row_before", language))
        was = dict(zip(before.villages["code"], before.villages["response_min"], strict=True))
    points = to_lonlat(np.asarray(table.geometry.array, dtype=object), report.county.crs, 6)
    rows = table.drop(columns="geometry").to_dict("records")
    sizes = size_classes(table["population"]).tolist()
    features = []
    for row, point, cls, size in zip(rows, points, drawn.villages.of.tolist(), sizes, strict=True):
        now = _response(row["response_min"], row, language)
        then = _then(was, row, language) if before is not None else ""
        values = _village_values(row, language)
        words = text("maps.from_to", language, before=then, after=now) if then else now
        features.append(
            feature(
                point,
                {
                    "c": safe(str(row["code"])),
                    "s": cls,
                    "r": SIZES[size].radius_px * drawn.villages.scale,
                    "n": safe(str(row["name"])),
                    "t": safe(f"{row['name']} · {words}"),
                    "v": values if before is None else [*values, safe(then)],
                },
            )
        )
    symbols = [(c.symbol, SHAPES[c.symbol.shape]) for c in drawn.villages.classes]
    group = folium.FeatureGroup(name=text("maps.villages", language))
    point_layer(collection(features), symbols, labels).add_to(group)
    return group


def _then(was: Mapping[str, float], row: Mapping[Hashable, Any], language: Language) -> str:
    code = str(row["code"])
    return _response(was[code], row, language) if code in was else text("maps.change_new", language)


def _response(response_min: float, row: Mapping[Hashable, Any], language: Language) -> str:
    """Return the minutes to a village: never rounded across its limit, nor into another class."""
    return words.minutes(response_min, language, row["limit_min"], *MINUTE_BREAKS)


def _village_values(row: Mapping[Hashable, Any], language: Language) -> list[str]:
    """Return what a village's popup says, in the order of the labels."""
    legs = (
        "" if np.isnan(row[name]) else words.minutes(row[name], language)
        for name in ("turnout_min", "leaving_min", "drive_min", "access_min", "limit_min")
    )
    return [
        _shown(row["township_name"]),
        words.people(row["population"], language),
        _response(row["response_min"], row, language),
        *legs,
        text("maps.covered" if row["covered"] else "maps.not_covered", language),
        _shown(row["station_name"]),
    ]


def units(report: Report, language: Language, *, faint: bool = False) -> folium.FeatureGroup:
    """Return the townships and streets; `faint` where a base map lies under them."""
    labels = [text(f"maps.row_{key}", language) for key in ("kind", "people", "share")]
    polygons = to_lonlat(unit_polygons(report), report.county.crs)
    rows = report.units.drop(columns="geometry").itertuples(index=False)
    features = [
        feature(
            polygon,
            {
                "n": safe(str(row.name)),
                "t": safe(str(row.name)),
                "v": [
                    text(f"maps.kind_{row.kind}", language),
                    words.people(_number(row.population), language),
                    safe(words.share(_number(row.covered_share), language)),
                ],
                "style": {
                    "color": UNIT_EDGE,
                    "weight": 1.2,
                    "fillColor": UNIT_FILL.get(str(row.kind), UNIT_FILL["township"]),
                    "fillOpacity": 0.1 if faint else 0.7,
                },
            },
        )
        for row, polygon in zip(rows, polygons, strict=True)
    ]
    group = folium.FeatureGroup(name=text("maps.units", language))
    folium.GeoJson(collection(features), control=False, on_each_feature=bind_code(labels)).add_to(
        group
    )
    return group


def roads(report: Report, language: Language) -> folium.FeatureGroup:
    """Return the roads by class."""
    drawn = choose_roads(report)
    lines = to_lonlat(np.array(road_lines(report, drawn), dtype=object), report.county.crs)
    group = folium.FeatureGroup(name=text("maps.roads", language))
    for entry, line in zip(drawn.groups, lines, strict=True):
        _line(line, Stroke(entry.colour, entry.width_px, entry.width_mm)).add_to(group)
    return group


def areas(report: Report, language: Language, drawn: Areas) -> folium.FeatureGroup:
    """Return the areas of a layer."""
    keys = ("verdict", "observed", "required") if drawn.unit else ()
    polygons = to_lonlat(drawn.polygons, report.county.crs)
    features = []
    for place, (polygon, cls, name) in enumerate(
        zip(polygons, drawn.of.tolist(), drawn.names, strict=True)
    ):
        entry = drawn.classes[cls]
        label = entry.label.text(language)
        label_html = safe(
            text("maps.name_and", language, name=name, value=label) if keys else label
        )
        style = {
            "color": UNIT_EDGE,
            "weight": 1.2,
            "fillColor": entry.fill,
            "fillOpacity": AREA_OPACITY,
        }
        properties: dict[str, Any] = {"n": safe(name or label), "t": label_html, "style": style}
        if drawn.unit:
            observed, required = drawn.figures[place]
            figures = (
                words.bounded(observed, drawn.unit, language, required, drawn.bounds[place]),
                words.figure(required, drawn.unit, language, required),
            )
            properties["v"] = [safe(label), *(safe(figure) for figure in figures)]
        features.append(feature(polygon, properties))
    labels = [text(f"maps.row_{key}", language) for key in keys]
    group = folium.FeatureGroup(name=text("maps.areas", language))
    folium.GeoJson(collection(features), control=False, on_each_feature=bind_code(labels)).add_to(
        group
    )
    return group


def lines(report: Report, language: Language, drawn: Lines) -> folium.FeatureGroup:
    """Return the roads of a layer, by class."""
    group = folium.FeatureGroup(name=text("maps.roads_coloured", language))
    shapes = to_lonlat(np.array(drawn.lines, dtype=object), report.county.crs)
    for entry, shape in reversed(list(zip(drawn.classes, shapes, strict=True))):
        _line(shape, Stroke(entry.colour, entry.width_px, entry.width_mm)).add_to(group)
    return group


def facility_groups(
    report: Report, language: Language, drawn: Drawing | None = None
) -> Iterator[folium.FeatureGroup]:
    """Yield the facilities, a group for each of `FACILITY_GROUPS`; property ``f`` is an id.

    Those that a layer colours come in a group of their own.
    """
    table = facilities(report)
    table = table.drop(index=[] if drawn is None else list(drawn.facility_rows))
    points = to_lonlat(np.asarray(table.geometry.array, dtype=object), report.county.crs, 6)
    labels = [text("maps.row_kind", language), text("maps.row_ambulances", language)]
    for key, entry in FACILITY_GROUPS.items():
        chosen = np.flatnonzero((table["group"] == key).to_numpy())
        if not len(chosen):
            continue
        features = [
            feature(point, _facility(row, entry.symbol.radius_px, language, []))
            for row, point in zip(
                table.iloc[chosen][_FACILITY_COLUMNS].to_dict("records"),
                points[chosen],
                strict=True,
            )
        ]
        group = folium.FeatureGroup(name=entry.label.text(language), show=key in MAIN_GROUPS)
        symbol = [(entry.symbol, SHAPES[entry.symbol.shape])]
        lift = _LIFT.get(key, _LIFT_FACILITY)
        point_layer(collection(features), symbol, labels, lift=lift).add_to(group)
        yield group
    if drawn is not None and drawn.facilities is not None:
        yield _judged(report, language, drawn)


def _judged(report: Report, language: Language, drawn: Drawing) -> folium.FeatureGroup:
    judged = drawn.facilities
    assert judged is not None
    table = report.county.facilities.iloc[list(drawn.facility_rows)]
    points = to_lonlat(np.asarray(table.geometry.array, dtype=object), report.county.crs, 6)
    labels = [text(f"maps.row_{key}", language) for key in ("kind", "ambulances", "verdict")]
    rows = facilities(report).loc[table.index, _FACILITY_COLUMNS].to_dict("records")
    features = []
    for row, point, cls in zip(rows, points, judged.of.tolist(), strict=True):
        verdict = judged.classes[cls].label.text(language)
        features.append(
            feature(point, {**_facility(row, _JUDGED_PX, language, [verdict]), "s": cls})
        )
    group = folium.FeatureGroup(name=text("maps.judged", language))
    symbols = [(c.symbol, SHAPES[c.symbol.shape]) for c in judged.classes]
    point_layer(collection(features), symbols, labels, lift=_LIFT["judged"]).add_to(group)
    return group


def _facility(
    row: Mapping[Hashable, Any], radius_px: float, language: Language, more: list[str]
) -> dict[str, Any]:
    kind = FACILITY_GROUPS[str(row["group"])].label.text(language)
    return {
        "f": safe(str(row["id"])),
        "s": 0,
        "r": radius_px,
        "n": safe(str(row["name"])),
        "t": safe(str(row["name"])),
        "v": [kind, _count(row["ambulances"], language), *more],
    }


def marks(report: Report, language: Language, changed: Changes) -> folium.FeatureGroup:
    """Return what the scenario closes, slows, adds, changes, moves and removes."""
    crs = report.county.crs
    group = folium.FeatureGroup(name=text("maps.marks", language))
    for shape, stroke in ((changed.slowed, SLOWED), (changed.closed, CLOSED)):
        if not shape.is_empty:
            _line(to_lonlat(np.array([shape], dtype=object), crs, 6)[0], stroke).add_to(group)
    for marked in changed.facilities:
        if marked.was is not None:
            way = shapely.MultiLineString([[marked.was.coords[0], marked.place.coords[0]]])
            _line(to_lonlat(np.array([way], dtype=object), crs, 6)[0], ROUTE_ACCESS).add_to(group)
    if not changed.barriers.is_empty:
        barrier_text = safe(text("maps.mark_barrier", language))
        at = to_lonlat(np.array(list(changed.barriers.geoms), dtype=object), crs, 6)
        crossed = {"s": 0, "r": BARRIER.radius_px, "n": barrier_text, "t": barrier_text}
        point_layer(
            collection([feature(point, crossed) for point in at]),
            [(BARRIER, SHAPES[BARRIER.shape])],
            [],
            lift=_LIFT_MARK,
        ).add_to(group)
    places = np.array([marked.place for marked in changed.facilities], dtype=object)
    points = to_lonlat(places, crs, 6)
    features = []
    for marked, point in zip(changed.facilities, points, strict=True):
        label = text(f"maps.mark_{marked.mark}", language)
        features.append(
            feature(
                point,
                {
                    "s": MARKS.index(marked.mark),
                    "r": MARK_SYMBOLS[marked.mark].radius_px,
                    "n": safe(marked.name),
                    "t": safe(text("maps.name_and", language, name=marked.name, value=label)),
                    "q": marked.mark != "gone",  # a ring lets what it surrounds be clicked
                },
            )
        )
    if features:
        symbols = [(MARK_SYMBOLS[m], SHAPES[MARK_SYMBOLS[m].shape]) for m in MARKS]
        point_layer(collection(features), symbols, [], lift=_LIFT_MARK).add_to(group)
    return group


def way(report: Report, language: Language, route: Route) -> folium.FeatureGroup:
    """Return the way an ambulance takes, and between the road and the doors."""
    crs = report.county.crs
    group = folium.FeatureGroup(name=text("maps.way", language))
    shapes = [shapely.MultiLineString([part]) for part in (route.line, route.leaving, route.access)]
    line, *legs = to_lonlat(np.array(shapes, dtype=object), crs, 6)
    _line(line, Stroke("#ffffff", ROUTE.width_px + 3.0, 0.0)).add_to(group)
    tooltip = safe(words.way(report, route, language))
    _line(line, ROUTE, tooltip).add_to(group)
    for leg, part in zip(legs, (route.leaving, route.access), strict=True):
        if part.length > 0:
            _line(leg, ROUTE_ACCESS, tooltip).add_to(group)
    return group


def _line(shape: shapely.Geometry, stroke: Stroke, tooltip: str = "") -> folium.GeoJson:
    style: dict[str, Any] = {"color": stroke.colour, "weight": stroke.width_px, "opacity": 0.9}
    if stroke.dash_px:
        style["dashArray"] = stroke.dash_px
    properties: dict[str, Any] = {"style": style}
    if tooltip:
        properties |= {"n": tooltip, "t": tooltip}
    return folium.GeoJson(
        collection([feature(shape, properties)]),
        control=False,
        interactive=bool(tooltip),
        on_each_feature=bind_code([]) if tooltip else None,
    )


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _count(value: Any, language: Language) -> str:
    number = _number(value)
    return text("maps.not_known", language) if np.isnan(number) else f"{number:g}"


def _shown(value: Any) -> str:
    return "" if pd.isna(value) else safe(str(value))
