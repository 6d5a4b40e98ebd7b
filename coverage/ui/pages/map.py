"""The county's map: what is shown is chosen, a village is searched or clicked, its way is drawn.

Message ids with the prefix ``map_page.layer.`` (`maps.LAYERS`) are put together here.
"""

from __future__ import annotations

import streamlit as st

from coverage.messages import text
from coverage.ui import cache
from coverage.ui.live import Event, live_arguments, show_live
from coverage.ui.pages.county import chosen
from coverage.ui.state import session
from maps import LAYERS


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("map_page.title", language))
    if chosen(language) is None or current.folder is None:
        return
    layer = st.radio(
        text("map_page.layer", language),
        LAYERS,
        format_func=lambda name: text(f"map_page.layer.{name}", language),
        horizontal=True,
        label_visibility="collapsed",
        key="layer",
    )
    drawing = cache.map_arguments(cache.Case(current.folder), language, layer)
    show_live(live_arguments(drawing.base, drawing.layers), "map", _heard)
    st.caption(text("map_page.hint", language))


def _heard(event: Event) -> None:
    st.session_state["heard"] = event
