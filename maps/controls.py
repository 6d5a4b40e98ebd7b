"""Parts of the interactive map that folium does not have: points, panels, set-up.

Every text of the county that reaches the page goes through `safe` first.
"""

from __future__ import annotations

import hashlib
import json
from html import escape
from math import cos, radians
from typing import Any, Final

import folium
from branca.element import Element, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from maps.style import FONTS_HTML, HEAVY_PX, Symbol, svg

_WIDE: Final = 1.3
CELL_PANE: Final = "planner-cells"
"""Above a base map, under units and roads."""
NARROW: Final = JsCode("(window.innerWidth < 850)")
"""Whether the panels would hide the map: then all but the classes are folded up at first."""
PART: Final = "data-part"
"""Names a part of a panel that folds: ``legend``, and ``marks`` and ``more`` in it."""

_POINT_JS: Final = """function(feature, latlng) {
    var symbols = %(symbols)s;
    var p = feature.properties, s = symbols[p.s];
    if (s.shape === 'circle') {
        return L.circleMarker(latlng, {radius: p.r, color: s.edge, weight: s.weight,
            fill: s.fill !== 'none', fillColor: s.fill, fillOpacity: 0.92, interactive: !p.q});
    }
    var points = s.points.map(function(q) {
        return (q[0] * p.r).toFixed(2) + ',' + (-q[1] * p.r).toFixed(2); }).join(' ');
    var half = p.r * 1.25 + 1, box = [-half, -half, 2 * half, 2 * half].join(' ');
    return L.marker(latlng, {zIndexOffset: s.lift, interactive: !p.q, icon: L.divIcon({
        className: 'planner-symbol', iconSize: [2 * half, 2 * half],
        html: '<svg width="' + 2 * half + '" height="' + 2 * half + '" viewBox="' + box +
        '" style="display:block"><polygon points="' + points + '" fill="' + s.fill +
        '" stroke="' + s.edge + '" stroke-width="1"/></svg>'})});
}"""
_BIND_JS: Final = """function(feature, layer) {
    var p = feature.properties, labels = %(labels)s;
    if (p.q || !p.t) { return; }
    layer.bindTooltip(p.t);
    if (!p.v) { return; }
    var rows = p.v.map(function(value, i) {
        return '<tr><td style="padding:1px 10px 1px 0;color:#5a5a5a">' + labels[i] +
            '</td><td>' + value + '</td></tr>'; }).join('');
    layer.bindPopup('<b>' + p.n + '</b><table>' + rows + '</table>', {maxWidth: 340,
        autoPanPaddingTopLeft: %(narrow)s ? [12, 150] : [290, 12],
        autoPanPaddingBottomRight: %(narrow)s ? [12, 30] : [285, 30]});
}"""


def safe(text: str) -> str:
    """Return html that shows `text` as it is.

    Braces and backticks are escaped too: folium compiles what it has rendered once more as a
    template, so that ``{{ }}`` in a village's name would be run, and puts some texts into
    JavaScript template strings.
    """
    escaped = escape(text, quote=True)
    return escaped.replace("{", "&#123;").replace("}", "&#125;").replace("`", "&#96;")


def _json(value: object) -> str:
    """Return JSON that may stand inside a script element."""
    text = json.dumps(value, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def point_layer(
    data: dict[str, Any], symbols: list[tuple[Symbol, tuple[tuple[float, float], ...]]],
    labels: list[str], lift: int = 0,
) -> folium.GeoJson:  # fmt: skip
    """Return points drawn with their symbols, a tooltip and a popup each.

    Parameters
    ----------
    data
        Feature collection of points; properties ``s`` (position in `symbols`), ``r`` (radius,
        px), ``n`` (name), ``t`` (tooltip) and ``v`` (the popup's values, one a label), all `safe`;
        ``q`` where it neither tells anything nor catches a click.
    symbols
        Each with its outline; an empty outline is a circle.
    lift
        How far these markers are drawn above the others.
    """
    drawn = [
        {
            "shape": s.shape,
            "fill": s.fill,
            "edge": s.edge,
            "weight": HEAVY_PX if s.heavy else 0.8,
            "points": points,
            "lift": lift,
        }
        for s, points in symbols
    ]
    return folium.GeoJson(
        data,
        control=False,
        on_each_feature=bind_code(labels),
        point_to_layer=JsCode(_POINT_JS % {"symbols": _json(drawn)}),
    )


def bind_code(labels: list[str]) -> JsCode:
    """Return the function that gives a feature its tooltip and popup."""
    shown = _json([safe(label) for label in labels])
    return JsCode(_BIND_JS % {"labels": shown, "narrow": NARROW.js_code})


class Panel(MacroElement):
    """A box in a corner of the map, that comes with its layer in place of the box before.

    What the reader has folded up stays folded up. At the bottom it ends below the open box of
    layers, and scrolls.

    Parameters
    ----------
    html
        Shown as it is: everything in it must be escaped already.
    css
        Its class; a box takes the place of that of the same class.
    position
        A corner, as Leaflet names it.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.control({position: {{ this.position|tojson }}});
            {{ this.get_name() }}.onAdd = function() {
                var box = L.DomUtil.create('div', {{ this.css|tojson }});
                box.innerHTML = {{ this.html|tojson }};
                box.querySelectorAll('details').forEach(function(part) {
                    var whole = part.getAttribute({{ this.part|tojson }}) === 'legend';
                    part.open = whole ? window.innerWidth >= 560 : !{{ this.narrow|tojavascript }};
                });
                L.DomEvent.disableClickPropagation(box);
                L.DomEvent.disableScrollPropagation(box);
                return box;
            };
            {{ this.get_name() }}.plannerRoom = function() {
                var map = {{ this.get_name() }}._map, size = map && map.getSize();
                if (!map || !/^bottom/.test({{ this.position|tojson }})) { return; }
                var layers = map.getContainer().querySelector('.leaflet-control-layers');
                if (layers && !map.plannerWatch) {
                    map.plannerWatch = new ResizeObserver(function() {
                        map.plannerPanels[{{ this.css|tojson }}].plannerRoom(); });
                    map.plannerWatch.observe(layers);
                    map.plannerWatch.observe(map.getContainer());
                }
                var above = map.getContainer().querySelector('.leaflet-control-layers-expanded');
                {{ this.get_name() }}.getContainer().firstChild.style.maxHeight = Math.max(
                    120, size.y - (above ? above.offsetHeight + 20 : 60) - 40) + 'px';
            };
            {{ this._parent.get_name() }}.on('add', function(event) {
                var map = event.target._map, panels = map.plannerPanels = map.plannerPanels || {};
                var old = panels[{{ this.css|tojson }}], open = [];
                if (old) {
                    old.getContainer().querySelectorAll('details').forEach(function(part) {
                        open.push(part.open); });
                    map.removeControl(old);
                }
                panels[{{ this.css|tojson }}] = {{ this.get_name() }};
                map.addControl({{ this.get_name() }});
                window.setTimeout({{ this.get_name() }}.plannerRoom);
                {{ this.get_name() }}.getContainer().querySelectorAll('details').forEach(
                    function(part, place) {
                        if (place < open.length) { part.open = open[place]; } });
            });
        {% endmacro %}
        """
    )
    narrow = NARROW
    part = PART

    def __init__(self, html: str, css: str, position: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Panel"
        self.html = f'<div style="{_BOX_STYLE}">{html}</div>'
        self.css = css
        self.position = position


_BOX_STYLE: Final = (
    f"font:12px/1.45 {FONTS_HTML};color:#1a1a1a;background:rgba(255,255,255,.93);"
    "border:1px solid #b5b5b5;border-radius:4px;padding:6px 9px;"
    "max-height:56vh;overflow:auto;box-sizing:border-box;max-width:min(250px,44vw)"
)


class SetUp(MacroElement):
    """Attribution without a link, metric scale, zoom buttons in the reader's language, extent.

    Parameters
    ----------
    attribution
        Shown as it is: everything in it must be escaped already.
    corners
        South-west and north-east, latitude first. On a wide screen they are put beside the panels
        at the right, and, where the county is not wide itself, beside the title at the left; on a
        narrow one beside or above the legend, wherever the county is the larger.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
            {{ this._parent.get_name() }}.attributionControl.addAttribution(
                {{ this.attribution|tojson }});
            {{ this._parent.get_name() }}.getContainer().style.background = '#ffffff';
            {{ this._parent.get_name() }}.createPane({{ this.pane|tojson }}).style.zIndex = 350;
            L.control.zoom({position: 'bottomleft', zoomInTitle: {{ this.zoom_in|tojson }},
                zoomOutTitle: {{ this.zoom_out|tojson }}}).addTo({{ this._parent.get_name() }});
            L.control.scale({imperial: false, position: 'bottomleft'})
                .addTo({{ this._parent.get_name() }});
            (function(map, box) {
                var size = map.getSize(), left = size.x > 1150 ? {{ this.left_px }} : 12;
                var beside = [size.x > 850 ? 275 : 225, 26], above = [12, 215], room = beside;
                function zoom(end) {
                    return map.getBoundsZoom(box, false, L.point(left + end[0], 12 + end[1]));
                }
                if (size.x <= 850 && zoom(above) >= zoom(beside)) { room = above; }
                if (size.x < 560) { room = [12, 40]; }
                map.fitBounds(box, {animate: false, paddingTopLeft: [left, 12],
                    paddingBottomRight: room});
            })({{ this._parent.get_name() }}, L.latLngBounds({{ this.corners|tojson }}));
        {% endmacro %}
        """
    )

    pane = CELL_PANE

    def __init__(
        self, attribution: str, zoom_in: str, zoom_out: str, corners: list[list[float]]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "SetUp"
        self.attribution = attribution
        self.zoom_in = zoom_in
        self.zoom_out = zoom_out
        self.corners = corners
        (south, west), (north, east) = corners
        wide = (east - west) * cos(radians((south + north) / 2)) > _WIDE * (north - south)
        self.left_px = 12 if wide else 275


def name_in_order(root: Element, seed: str) -> None:
    """Give `root` and all below it ids that depend only on `seed` and their place.

    folium gives random ids, which it writes into the page as names of variables. Must be called
    before the first rendering.
    """

    def name(element: Element, path: str) -> None:
        element._id = hashlib.sha256(path.encode()).hexdigest()[:32]
        children = list(element._children.values())
        element._children.clear()
        for place, child in enumerate(children):
            name(child, f"{path}/{place}")
            element._children[child.get_name()] = child

    name(root, seed)


def symbol_row(symbol: Symbol, radius_px: float, label: str) -> str:
    """Return one row of a legend; `label` is escaped already."""
    return (
        '<div style="display:flex;align-items:center;gap:6px">'
        '<span style="flex:0 0 26px;display:flex;justify-content:center">'
        f"{svg(symbol, radius_px)}</span><span>{label}</span></div>"
    )
