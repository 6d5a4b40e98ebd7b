"""The county's map: what is shown is chosen, a village is searched or clicked, its way is drawn."""

from __future__ import annotations

from typing import Final

import streamlit as st

from coverage.messages import text
from coverage.ui import cache
from coverage.ui.map.live import Event, Pick
from coverage.ui.map.view import basemap_form, controls, draw, show_way
from coverage.ui.scenario.state import fitting, work
from coverage.ui.scenario.tools import picked
from coverage.ui.state import session
from coverage.ui.widgets.opening import chosen

_HEIGHT: Final = cache.MAP_HEIGHT


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("ui.map_title", language))
    # What comes and goes above the map stands in a box that stays: the map would begin anew where
    # its place among the page's parts changes.
    with st.container(key="head"):
        report = chosen(language)
    if report is None:
        return
    what, under = st.columns([9, 2], gap="small", vertical_alignment="bottom")
    with what:
        layer, rule = controls(report, language, "map")
    with under, st.popover(text("map_page.basemap", language), key="basemap", width="stretch"):
        basemap_form(language)
    now = work()
    drawn = fitting(current)
    draw(
        drawn,
        language,
        layer,
        rule,
        key="map",
        height=_HEIGHT,
        tell=_on_map_event,
        village=now.village,
    )
    show_way(drawn, report, now.village, language)
    st.caption(text("map_page.hint", language))


def _on_map_event(event: Event) -> None:
    if isinstance(event, Pick):
        picked(event.key)
