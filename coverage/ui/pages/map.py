"""The map of villages by minutes, or by whether they are covered.

Message ids with the prefix ``ui.layer.`` (`maps.LAYERS`) are put together here.
"""

from __future__ import annotations

import streamlit as st

from coverage.messages import text
from coverage.ui import cache
from coverage.ui.assets import show_map
from coverage.ui.pages.county import chosen
from coverage.ui.state import session
from maps import LAYERS


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("ui.map_title", language))
    if chosen(language) is None or current.folder is None:
        return
    layer = st.radio(
        text("ui.layer", language),
        LAYERS,
        format_func=lambda name: text(f"ui.layer.{name}", language),
        horizontal=True,
        label_visibility="collapsed",
        key="layer",
    )
    show_map(cache.map_arguments(current.folder, language, layer))
    st.caption(text("ui.map_hint", language))
