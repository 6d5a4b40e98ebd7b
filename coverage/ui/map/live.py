"""A map that stays in the browser while its layers change, and that tells what is done on it.

streamlit-folium draws the map once and then only exchanges the layers that are handed to it apart.
`live_map.js` (run in the map's frame) goes further: of these it exchanges only those that have
changed, so that an open popup, a layer switched off and a drawing under way survive; it keeps the
view over page changes and reloads; and it sends one event for each thing done on the map, where
streamlit-folium would send its whole state at every move. For that it calls ``Streamlit``, which
streamlit-folium puts into the frame's window; a test checks that it does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import folium
import streamlit as st
import streamlit_folium
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from coverage.messages import Language, text
from coverage.ui.assets import STATIC, captured, component_arguments, local_url
from maps.controls import safe

_CODE: Final = Path(__file__).with_name("live_map.js").read_text(encoding="utf-8")
_DRAW: Final = "https://cdnjs.cloudflare.com/ajax/libs/leaflet.draw/1.0.2/leaflet.draw"
_MOST_POINTS: Final = 1000

Tool = Literal["look", "add", "move", "line", "area"]
"""What a click on the map does; ``line`` and ``area`` are drawn."""


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Pick(_Event):
    """A village or a facility was clicked.

    Attributes
    ----------
    key
        ``village:<code>`` or ``facility:<id>``.
    """

    type: Literal["pick"]
    id: str
    key: Annotated[str, Field(pattern=r"^(village|facility):", max_length=500)]


class Click(_Event):
    """The map was clicked where something is to be placed."""

    type: Literal["click"]
    id: str
    lon: Longitude
    lat: Latitude


class Move(_Event):
    """A facility was dragged, or chosen and its new place clicked."""

    type: Literal["move"]
    id: str
    key: Annotated[str, Field(pattern=r"^facility:", max_length=500)]
    lon: Longitude
    lat: Latitude


class Draw(_Event):
    """A line or an area was drawn; the area's last point is not its first."""

    type: Literal["draw"]
    id: str
    shape: Literal["line", "area"]
    points: Annotated[
        tuple[tuple[Longitude, Latitude], ...], Field(min_length=2, max_length=_MOST_POINTS)
    ]


class Need(_Event):
    """The browser lacks layers that it is believed to have: the page was loaded anew, say."""

    type: Literal["need"]
    id: str


Event = Pick | Click | Move | Draw
_EVENT: Final[TypeAdapter[Event | Need]] = TypeAdapter(
    Annotated[Event | Need, Field(discriminator="type")]
)


@dataclass(frozen=True)
class LayerCode:
    """One layer as the browser runs it: plain text, which can be cached.

    Attributes
    ----------
    key
        What stays the same while the layer changes.
    name
        In the box of layers, html; empty: it cannot be switched off.
    show
        Whether it is drawn at first.
    code
        JavaScript of folium's.
    """

    key: str
    name: str
    show: bool
    code: str

    @property
    def digest(self) -> str:
        """What tells the layer from another one of its key."""
        return hashlib.sha256(f"{self.code}{self.name}".encode()).hexdigest()[:16]

    def entry(self, *, in_browser: bool = False) -> str:
        """Return it as an element of the list that `live_map.js` takes.

        Parameters
        ----------
        in_browser
            The browser draws it already: its code is not sent again.
        """
        plain = {"key": self.key, "name": self.name, "show": self.show, "digest": self.digest}
        if in_browser:
            return json.dumps(plain)
        return f"Object.assign({json.dumps(plain)}, {{make: function() {{\n{self.code}\n}}}})"


@dataclass(frozen=True)
class Focus:
    """A place that the map turns to, once.

    Attributes
    ----------
    key
        As in `Pick`.
    wish
        Another one each time the reader asks.
    """

    key: str
    lon: float
    lat: float
    wish: str


def layer_codes(groups: Iterable[folium.FeatureGroup]) -> tuple[LayerCode, ...]:
    """Return the code of each of `groups`, which are changed by folium: do not use them again."""
    codes = []
    seen: dict[str, int] = {}
    for group in groups:
        name = str(group.layer_name or "")
        seen[name] = seen.get(name, 0) + 1
        key = f"{name}/{seen[name]}"
        group._parent = None
        code = captured(folium.Map(tiles=None), 100, feature_group_to_add=group)["feature_group"]
        codes.append(LayerCode(key, safe(name) if group.control else "", bool(group.show), code))
    return tuple(codes)


def take_layers(fmap: folium.Map) -> list[folium.FeatureGroup]:
    """Take the layers out of `fmap` and return them in their order; what stays never changes."""
    taken = [c for c in fmap._children.values() if isinstance(c, folium.FeatureGroup)]
    for group in taken:
        del fmap._children[group.get_name()]
    return taken


def base_arguments(
    fmap: folium.Map,
    height: int,
    place: str,
    language: Language,
    folder: Path = STATIC,
    *,
    bare: bool = False,
) -> dict[str, Any]:
    """Return what draws `fmap`, which has no layers of its own, and makes it live.

    Parameters
    ----------
    fmap
        Is changed by folium in being rendered; do not use it again.
    height
        Pixels.
    place
        Names the county: the map begins where the reader last left a map of the same name.
    bare
        Without the box that names the county.
    """
    arguments = component_arguments(fmap, height, folder)
    arguments["js_links"].append(local_url(f"{_DRAW}.js", folder))
    arguments["css_links"].append(local_url(f"{_DRAW}.css", folder))
    setup = {
        "place": f"planner/{hashlib.sha256(place.encode()).hexdigest()[:16]}/",
        "bare": bare,
        "words": {
            "layers": text("map_page.layers", language),
            "crossing": text("map_page.draw_crossing", language),
            "line_start": text("map_page.line_start", language),
            "line_next": text("map_page.line_next", language),
            "line_end": text("map_page.line_end", language),
            "area_start": text("map_page.area_start", language),
            "area_next": text("map_page.area_next", language),
            "area_end": text("map_page.area_end", language),
        },
    }
    options = json.dumps(setup).replace("<", "\\u003c")
    arguments["script"] += f"\n{_CODE}\nplannerLive(map_div, {options});\n"
    return arguments


def live_arguments(
    base: dict[str, Any],
    layers: Sequence[LayerCode],
    tool: Tool = "look",
    focus: Focus | None = None,
    in_browser: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return `base` with `layers` on it, from the lowest to the highest.

    Parameters
    ----------
    in_browser
        Digests of the layers that the browser draws, by their keys: their code is left out.
    """
    wanted: dict[str, Any] = {"tool": tool}
    if focus is not None:
        wanted["focus"] = {
            "id": focus.wish,
            "at": [focus.lat, focus.lon],
            "zoom": 13,
            "key": focus.key,
        }
    entries = ",\n".join(
        layer.entry(in_browser=in_browser.get(layer.key) == layer.digest) for layer in layers
    )
    code = f"planner.layers([{entries}]);\nplanner.use({json.dumps(wanted)});\n"
    return {**base, "feature_group": code}


def show_live(
    base: dict[str, Any],
    layers: Sequence[LayerCode],
    key: str,
    tell: Callable[[Event], None],
    tool: Tool = "look",
    focus: Focus | None = None,
) -> None:
    """Draw the map; only layers that the browser does not draw yet are sent to it.

    What it draws is known from what was sent last. Where that is not so, for the page was loaded
    anew or a run was overtaken, the browser asks (`Need`) and is sent everything.

    Parameters
    ----------
    base, layers, tool, focus
        As in `live_arguments`.
    key
        Of the map on its page: another map of the same key takes its place.
    tell
        Is given each event once, before the page runs anew.
    """
    script = hashlib.sha256(base["script"].encode()).hexdigest()[:16]
    name = f"{key}-{script}"
    sent = f"{name}-layers"

    def changed() -> None:
        event = event_of(st.session_state.get(name))
        if isinstance(event, Need):
            st.session_state.pop(sent, None)
        elif event is not None:
            tell(event)

    arguments = live_arguments(base, layers, tool, focus, st.session_state.get(sent, {}))
    st.session_state[sent] = {layer.key: layer.digest for layer in layers}
    streamlit_folium._component_func(**{**arguments, "key": name}, on_change=changed)


def event_of(value: object) -> Event | Need | None:
    """Return the event that the browser sent, or None where it is none of ours."""
    try:
        return _EVENT.validate_python(value)
    except ValidationError:
        return None
