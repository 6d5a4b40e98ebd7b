"""The map that is turned, asked and switched on a screen."""

from __future__ import annotations

from typing import Any, Final, cast

import folium
import numpy as np
import shapely
from branca.element import Figure

from coverage.analysis.extent import bounds
from coverage.analysis.ground_changes import Changes, changes
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.travel.route import Route
from maps import features, words
from maps.basemap import NO_BASEMAP, Basemap
from maps.cells import cell_picture, has_cells
from maps.classes import IntArray
from maps.controls import CELL_PANE, NARROW, Panel, SetUp, name_in_order, safe
from maps.drawing import Drawing, drawing
from maps.ground import lonlat_corners
from maps.layers import to_lonlat
from maps.panels import legend_html, title_html
from maps.picture import MERCATOR
from maps.style import PointClass
from maps.underlay import LaidPicture, underlays

LEAFLET_JS: Final = ("leaflet", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js")
LEAFLET_CSS: Final = ("leaflet_css", "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css")


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
    drawn = drawing(report, layer, rule=rule, before=before)
    county = base_map(report, language, basemap)
    for group in _moving(report, language, drawn, before, route):
        group.add_to(county)
    layer_switch().add_to(county)
    cast(Figure, county.get_root()).title = safe(words.title(report, language, drawn))
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
    drawn = drawing(report, layer, rule=rule, before=before)
    return _moving(report, language, drawn, before, route)


def base_map(report: Report, language: Language, basemap: Basemap = NO_BASEMAP) -> folium.Map:
    """Return what stays while layer and scenario change: base map, units and roads.

    Parameters
    ----------
    report
        The county as it is, without scenario.

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
        safe(words.source_line(report, language)),
        text("maps.zoom_in", language),
        text("maps.zoom_out", language),
        [[bottom, left], [top, right]],
    ).add_to(county)
    for layer in underlays(basemap, report, language):
        layer.add_to(county)
    faint = basemap.kind != "none" or has_cells(report)
    features.units(report, language, faint=faint).add_to(county)
    features.roads(report, language).add_to(county)
    name_in_order(county, "map")
    return county


def layer_switch() -> folium.LayerControl:
    """Return the box in which layers are switched on and off."""
    control = folium.LayerControl(position="topright")
    control.options["collapsed"] = cast(Any, NARROW)
    name_in_order(control, "switch")
    return control


def _moving(
    report: Report,
    language: Language,
    drawn: Drawing,
    before: Report | None,
    route: Route | None,
) -> list[folium.FeatureGroup]:
    """Return the groups from the lowest to the highest."""
    changed = None if before is None else changes(before, report)
    groups = [_panels(report, language, drawn, changed)]
    if drawn.cells is not None:
        groups.append(_cells(report, language, drawn.villages.classes, drawn.cells))
    if drawn.areas is not None:
        groups.append(features.areas(report, language, drawn.areas))
    if drawn.lines is not None:
        groups.append(features.lines(report, language, drawn.lines))
    if changed is not None and not changed.nothing:
        groups.append(features.marks(report, language, changed))
    if route is not None:
        groups.append(features.way(report, language, route))
    groups.append(features.villages(report, language, drawn, before))
    groups += features.facility_groups(report, language, drawn)
    for group in groups:
        name_in_order(group, f"{drawn.layer}/{group.layer_name}")
    return groups


def _cells(
    report: Report, language: Language, classes: tuple[PointClass, ...], of: IntArray
) -> folium.FeatureGroup:
    """Return the cells of the population grid as one picture."""
    picture = cell_picture(report, classes, of, MERCATOR)
    group = folium.FeatureGroup(name=text("maps.cells", language))
    corners = lonlat_corners(picture.box)
    LaidPicture(picture.clear_url(), corners, pane=CELL_PANE).add_to(group)
    return group


def _panels(
    report: Report, language: Language, drawn: Drawing, changed: Changes | None
) -> folium.FeatureGroup:
    """Return title and legend, which cannot be switched off."""
    group = folium.FeatureGroup(name="panels", control=False)
    Panel(title_html(report, language), "planner-title", "topleft").add_to(group)
    legend = legend_html(report, language, drawn, changed)
    Panel(legend, "planner-legend", "bottomright").add_to(group)
    return group
