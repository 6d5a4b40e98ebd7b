"""The map that is turned, asked and switched on a screen: folium without tiles.

Uses one message for each kind of unit, ``maps.kind_<kind>``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final, cast

import folium
import numpy as np
import pandas as pd
import shapely
from branca.element import Figure

from coverage.messages import Language, text
from coverage.results import Report
from coverage.travel.route import Route
from maps import words
from maps.basemap import NO_BASEMAP, Basemap
from maps.controls import (
    NARROW,
    LayerLegend,
    Panel,
    SetUp,
    bind_code,
    name_in_order,
    point_layer,
    safe,
    symbol_row,
)
from maps.layers import (
    RoadChoice,
    bounds,
    choose_roads,
    collection,
    facilities,
    feature,
    road_lines,
    to_lonlat,
    unit_polygons,
)
from maps.style import (
    CLASSES,
    FACILITY_GROUPS,
    MAIN_GROUPS,
    MUTED,
    SHAPES,
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

LEAFLET_JS: Final = ("leaflet", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js")
LEAFLET_CSS: Final = ("leaflet_css", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css")
_LIFT_STATION: Final = 1000
_LIFT_FACILITY: Final = -1000


def interactive_map(
    report: Report,
    language: Language,
    layer: str = "minutes",
    *,
    rule: str | None = None,
    before: Report | None = None,
    basemap: Basemap = NO_BASEMAP,
    route: Route | None = None,
) -> folium.Map:
    """Return the county's map with every layer and their switch.

    Parameters
    ----------
    layer
        One of `maps.LAYERS`: what is coloured.
    rule
        For ``units``: id of the rule whose verdict colours them; None: the first that has units.
    before
        The county without the scenario: what it closes, slows, adds, moves and removes is marked
        on every layer. ``change`` needs it.
    basemap
        What lies under it.
    route
        The way to one village.

    Raises
    ------
    InputError
        If there is no such layer or rule, ``change`` has nothing to compare with, or the base map
        cannot be read.
    """
    check_layer(layer)
    county = base_map(report, language, basemap)
    for group in moving_layers(report, language, layer, rule=rule, before=before, route=route):
        group.add_to(county)
    layer_switch().add_to(county)
    title = text(
        "maps.title",
        language,
        county=words.county_name(report, language),
        layer=words.layer_title(layer, language),
    )
    cast(Figure, county.get_root()).title = safe(title)
    name_in_order(county, f"map/{layer}")
    return county


def moving_layers(
    report: Report,
    language: Language,
    layer: str,
    *,
    rule: str | None = None,
    before: Report | None = None,
    route: Route | None = None,
) -> list[folium.FeatureGroup]:
    """Return all that changes with layer, scenario and choice: figures, villages, facilities, way.

    An app draws `base_map` once and hands these to the browser (``feature_group_to_add``), so that
    the map keeps its place and zoom. A feature of a village has the property ``c``, its code; one
    of a facility ``f``, its id.

    Parameters
    ----------
    report, language, layer, rule, before, route
        As for `interactive_map`.

    Raises
    ------
    InputError
        As `interactive_map`.
    """
    return [village_layer(report, language, layer)]


def base_map(report: Report, language: Language, basemap: Basemap = NO_BASEMAP) -> folium.Map:
    """Return what stays while layer and scenario change: base map, units, roads, small facilities.

    Parameters
    ----------
    report
        The county as it is, without scenario: its roads and clinics are drawn.

    Raises
    ------
    InputError
        If the base map cannot be read.
    """
    crs = report.county.crs
    west, south, east, north = bounds(report)
    extent = np.array([shapely.box(west, south, east, north)], dtype=object)
    lonlat = shapely.get_coordinates(to_lonlat(extent, crs))
    (left, bottom), (right, top) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    county = folium.Map(
        location=[(bottom + top) / 2, (left + right) / 2],
        tiles=None,
        zoom_control=False,
        max_zoom=18,
        zoom_snap=0.25,
        font_size="13px",
    )
    # Nothing drawn here needs jQuery, Bootstrap or icon fonts: the page stays a fifth of the size
    county.default_js = [LEAFLET_JS]
    county.default_css = [LEAFLET_CSS]
    county.options["maxZoom"] = 18
    SetUp(
        safe(_attribution(report, language)),
        text("maps.zoom_in", language),
        text("maps.zoom_out", language),
        [[bottom, left], [top, right]],
    ).add_to(county)
    Panel(_title_html(report, language), "planner-title", "topleft").add_to(county)
    _units(report, language).add_to(county)
    _roads(report, language).add_to(county)
    for group in _facilities(report, language):
        group.add_to(county)
    name_in_order(county, "map")
    return county


def layer_switch() -> folium.LayerControl:
    """Return the box in which layers are switched on and off."""
    control = folium.LayerControl(position="topright")
    control.options["collapsed"] = cast(Any, NARROW)
    name_in_order(control, "switch")
    return control


def village_layer(report: Report, language: Language, layer: str) -> folium.FeatureGroup:
    """Return the villages coloured by `layer`, with the legend that belongs to it.

    Raises
    ------
    InputError
        If there is no such layer.
    """
    villages = report.villages
    classes = village_classes(villages, layer)
    sizes = size_classes(villages["population"])
    labels = [
        text("maps.row_township", language),
        text("maps.row_people", language),
        text("maps.row_minutes", language),
        text("maps.row_turnout", language),
        text("maps.row_drive", language),
        text("maps.row_access", language),
        text("maps.row_limit", language),
        text("maps.row_covered", language),
        text("maps.row_station", language),
    ]
    points = to_lonlat(np.asarray(villages.geometry.array, dtype=object), report.county.crs, 6)
    rows = villages.drop(columns="geometry").to_dict("records")
    features = [
        feature(
            point,
            {
                "s": cls,
                "r": SIZES[size].radius_px,
                "n": safe(str(row["name"])),
                "t": safe(f"{row['name']} · {words.minutes(row['response_min'], language)}"),
                "v": _village_values(row, language),
            },
        )
        for row, point, cls, size in zip(
            rows, points, classes.tolist(), sizes.tolist(), strict=True
        )
    ]
    symbols = [(c.symbol, SHAPES[c.symbol.shape]) for c in CLASSES[layer]]
    group = folium.FeatureGroup(name=text("maps.villages", language))
    point_layer(collection(features), symbols, labels).add_to(group)
    LayerLegend(legend_html(report, language, layer), "planner-legend", "bottomright").add_to(group)
    name_in_order(group, f"villages/{layer}")
    return group


def _village_values(row: Mapping[Hashable, Any], language: Language) -> list[str]:
    """Return what a village's popup says, in the order of the labels."""
    parts = (row["turnout_min"], row["drive_min"], row["access_min"], row["limit_min"])
    turnout, drive, access, limit = (
        "" if np.isnan(value) else words.minutes(value, language) for value in parts
    )
    return [
        _shown(row["township_name"]),
        words.people(row["population"], language),
        words.minutes(row["response_min"], language),
        turnout,
        drive,
        access,
        limit,
        text("maps.covered" if row["covered"] else "maps.not_covered", language),
        _shown(row["station_name"]),
    ]


def legend_html(report: Report, language: Language, layer: str) -> str:
    """Return the legend in plain words."""
    counts = np.bincount(village_classes(report.villages, layer), minlength=len(CLASSES[layer]))
    parts = [
        f"<div><b>{safe(words.layer_title(layer, language))}</b></div>",
        *(
            symbol_row(c.symbol, 5.5, f"{safe(c.label.text(language))} ({count})")
            for c, count in zip(CLASSES[layer], counts.tolist(), strict=True)
        ),
        '<details open style="margin-top:5px">',
        f"<summary>{safe(text('maps.more_legend', language))}</summary>",
        _heading(text("maps.village_sizes", language)),
        *(
            symbol_row(
                Symbol("circle", "#d9d9d9", "#1a1a1a"),
                size.radius_px,
                safe(size.label.text(language)),
            )
            for size in SIZES
        ),
    ]
    used = set(facilities(report)["group"])
    if used:
        parts.append(_heading(text("maps.facilities", language)))
        parts += [
            symbol_row(c.symbol, c.symbol.radius_px, safe(c.label.text(language)))
            for key, c in FACILITY_GROUPS.items()
            if key in used
        ]
    parts += _road_rows(choose_roads(report), language)
    parts += [
        f'<div style="margin-top:5px;color:{MUTED}">{safe(line)}</div>'
        for line in (*words.rule_lines(report, language), _measure(report, language))
    ]
    return "".join(parts) + "</details>"


def _road_rows(drawn: RoadChoice, language: Language) -> list[str]:
    if not drawn.groups:
        return []
    rows = [_heading(text("maps.roads", language))]
    rows += [
        '<div style="display:flex;align-items:center;gap:6px">'
        f'<span style="flex:0 0 26px;border-top:{group.width_px:g}px solid {group.colour}"></span>'
        f"<span>{safe(group.label.text(language))}</span></div>"
        for group in reversed(drawn.groups)
    ]
    if drawn.omitted:
        names = text("maps.list_separator", language).join(
            group.label.text(language) for group in drawn.omitted
        )
        rows.append(f"<div>{safe(text('maps.roads_omitted', language, groups=names))}</div>")
    return rows


def _heading(words_: str) -> str:
    return f'<div style="margin-top:5px"><b>{safe(words_)}</b></div>'


def _measure(report: Report, language: Language) -> str:
    turnout = report.county.config.response.turnout_min
    return text("maps.measure", language, turnout=words.minutes(turnout, language))


def _attribution(report: Report, language: Language) -> str:
    return words.source_line(report, language)


def _title_html(report: Report, language: Language) -> str:
    lines = [f'<b style="font-size:15px">{safe(words.county_name(report, language))}</b>']
    if report.county.config.county.illustrative:
        lines.append(
            f'<div role="note" class="planner-banner" style="background:{WARNING_FILL};'
            f'border:1px solid {WARNING_EDGE};border-radius:3px;padding:2px 6px;margin:3px 0">'
            f"{safe(text('maps.illustrative', language))}</div>"
        )
    lines += [f"<div>{safe(line)}</div>" for line in words.figure_lines(report, language)]
    return "".join(lines)


def _units(report: Report, language: Language) -> folium.FeatureGroup:
    units = report.units
    labels = [text(f"maps.row_{key}", language) for key in ("kind", "people", "share")]
    polygons = to_lonlat(unit_polygons(report), report.county.crs)
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
                    "fillOpacity": 0.7,
                },
            },
        )
        for row, polygon in zip(
            units.drop(columns="geometry").itertuples(index=False), polygons, strict=True
        )
    ]
    group = folium.FeatureGroup(name=text("maps.units", language))
    folium.GeoJson(collection(features), control=False, on_each_feature=bind_code(labels)).add_to(
        group
    )
    return group


def _roads(report: Report, language: Language) -> folium.FeatureGroup:
    drawn = choose_roads(report)
    lines = to_lonlat(np.array(road_lines(report, drawn), dtype=object), report.county.crs)
    roads_layer = folium.FeatureGroup(name=text("maps.roads", language))
    for group, line in zip(drawn.groups, lines, strict=True):
        style = {"color": group.colour, "weight": group.width_px, "opacity": 0.9}
        folium.GeoJson(
            collection([feature(line, {"style": style})]), control=False, interactive=False
        ).add_to(roads_layer)
    return roads_layer


def _facilities(report: Report, language: Language) -> list[folium.FeatureGroup]:
    table = facilities(report)
    points = to_lonlat(np.asarray(table.geometry.array, dtype=object), report.county.crs, 6)
    labels = [text("maps.row_kind", language), text("maps.row_ambulances", language)]
    groups = []
    for key, entry in FACILITY_GROUPS.items():
        chosen = np.flatnonzero((table["group"] == key).to_numpy())
        if not len(chosen):
            continue
        label = entry.label.text(language)
        rows = table.iloc[chosen].drop(columns="geometry")
        features = [
            feature(
                point,
                {
                    "s": 0,
                    "r": entry.symbol.radius_px,
                    "n": safe(str(row["name"])),
                    "t": safe(str(row["name"])),
                    "v": [label, _count(row["ambulances"], language)],
                },
            )
            for row, point in zip(rows.to_dict("records"), points[chosen], strict=True)
        ]
        group = folium.FeatureGroup(name=label, show=key in MAIN_GROUPS)
        point_layer(
            collection(features),
            [(entry.symbol, SHAPES[entry.symbol.shape])],
            labels,
            lift=_LIFT_STATION if key == STATION else _LIFT_FACILITY,
        ).add_to(group)
        groups.append(group)
    return groups


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _count(value: Any, language: Language) -> str:
    number = _number(value)
    return text("maps.not_known", language) if np.isnan(number) else f"{number:g}"


def _shown(value: Any) -> str:
    return "" if pd.isna(value) else safe(str(value))
