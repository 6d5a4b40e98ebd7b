"""What stands around every page: title, language, pages, and how errors are shown."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from coverage.errors import InputError
from coverage.messages import LANGUAGES, Language, text
from coverage.ui.pages import county, overview
from coverage.ui.pages import map as map_page
from coverage.ui.state import session
from coverage.ui.words import literal

_STYLE: Final = Path(__file__).with_name("style.css")
_LOGGER: Final = logging.getLogger(__name__)


def begin() -> Language:
    """Set the page up, draw the language switch and return the language chosen."""
    current = session()
    with st.sidebar:
        current.language = st.radio(
            text("ui.language", current.language),
            LANGUAGES,
            format_func=lambda choice: text("ui.language_name", choice),
            horizontal=True,
            key="language",
        )
    # An emoji is drawn by the browser; a material icon would be fetched from a public server.
    st.set_page_config(
        page_title=text("ui.app_title", current.language), page_icon="🚑", layout="wide"
    )
    st.html(_STYLE)
    return current.language


def pages(language: Language) -> list[StreamlitPage]:
    """Return the app's pages in the order of the work."""
    return [
        st.Page(
            county.page,
            title=text("ui.county_title", language),
            url_path="county",
            icon=":material/folder_open:",
            default=True,
        ),
        st.Page(
            overview.page,
            title=text("ui.overview_title", language),
            url_path="overview",
            icon=":material/fact_check:",
        ),
        st.Page(
            map_page.page,
            title=text("ui.map_title", language),
            url_path="map",
            icon=":material/map:",
        ),
    ]


def show(page: StreamlitPage, language: Language) -> None:
    """Run `page`; bad input becomes a list of what to mend, a defect of ours a plain sentence."""
    try:
        page.run()
    except InputError as error:
        problems(error, language)
    except OSError as error:
        _LOGGER.exception("The page %s could not read a file", page.url_path)
        st.error(text("ui.unreadable", language, reason=literal(str(error))))
    except Exception:
        _LOGGER.exception("The page %s failed", page.url_path)
        st.error(text("ui.defect", language))


def problems(error: InputError, language: Language) -> None:
    """Show every problem of `error`."""
    lines = error.lines(language)
    listed = "\n".join(f"{number}. {literal(line)}" for number, line in enumerate(lines, 1))
    heading = text("ui.bad_input", language, count=len(lines))
    st.error(f"**{heading}**\n\n{listed}", icon=":material/error:")
