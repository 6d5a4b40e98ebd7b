"""A base map as layers of the interactive map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import folium
from branca.element import MacroElement
from folium.template import Template

from coverage.analysis.extent import bounds
from coverage.assessment.report import Report
from coverage.messages import Language, text
from maps import words
from maps.basemap import LOCAL, ONLINE, Basemap
from maps.controls import safe
from maps.ground import lonlat_corners, mercator_picture

_OSM_TILES: Final = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
_TIANDITU_TILES: Final = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_TIANDITU_LAYERS: Final = ("vec", "cva")
_ROOM_AROUND: Final = 0.15


class LaidPicture(MacroElement):
    """A picture under what is drawn.

    Parameters
    ----------
    url
        Holds the picture itself.
    corners
        South-west and north-east, latitude first.
    credit
        Escaped already.
    pane
        Of Leaflet, in which it lies.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.imageOverlay({{ this.url|tojson }},
                {{ this.corners|tojson }},
                {pane: {{ this.pane|tojson }}, attribution: {{ this.credit|tojson }}}
            ).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(
        self, url: str, corners: list[list[float]], credit: str = "", pane: str = "tilePane"
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "LaidPicture"
        self.url, self.corners, self.credit, self.pane = url, corners, credit, pane


class TilesMissing(MacroElement):
    """Say once, on the map, that an online base map does not come; a click closes it.

    Parameters
    ----------
    message
        Plain text.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (function(map) {
                var shown = false;
                map.eachLayer(function(layer) {
                    if (!(layer instanceof L.TileLayer)) { return; }
                    layer.on('tileerror', function() {
                        if (shown) { return; }
                        shown = true;
                        var control = L.control({position: 'bottomleft'});
                        control.onAdd = function() {
                            var box = L.DomUtil.create('div', 'planner-tiles-missing');
                            box.style.cssText = 'background: #fff8dc; border: 1px solid #b8860b;'
                                + ' border-radius: 3px; padding: 6px 10px; max-width: 300px;'
                                + ' cursor: pointer;';
                            box.textContent = {{ this.message|tojson }} + ' \\u2715';
                            box.onclick = function() { control.remove(); };
                            return box;
                        };
                        control.addTo(map);
                    });
                });
            })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, message: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "TilesMissing"
        self.message = message


def underlays(
    basemap: Basemap, report: Report, language: Language
) -> Iterator[folium.TileLayer | LaidPicture | TilesMissing]:
    """Yield the layers of `basemap`, the lowest first.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    basemap.checked()
    if basemap.kind == "osm":
        yield _tiles(_OSM_TILES, text("maps.credit_osm", language), "abc")
    elif basemap.kind == "tianditu":
        for layer in _TIANDITU_LAYERS:
            address = _TIANDITU_TILES.format(layer=layer, key=basemap.key)
            yield _tiles(address, text("maps.credit_tianditu", language), "01234567")
    if basemap.kind in ONLINE:
        yield TilesMissing(text("maps.tiles_missing", language))
    if basemap.kind in LOCAL:
        west, south, east, north = bounds(report)
        room = _ROOM_AROUND * max(east - west, north - south)
        box = (west - room, south - room, east + room, north + room)
        picture = mercator_picture(basemap, report.county.crs, box)
        credit = words.basemap_credit(basemap, language)
        yield LaidPicture(picture.data_url(), lonlat_corners(picture.box), safe(credit))


def _tiles(address: str, credit: str, hosts: str) -> folium.TileLayer:
    return folium.TileLayer(
        address, attr=credit, max_zoom=18, control=False, overlay=True, subdomains=hosts
    )
