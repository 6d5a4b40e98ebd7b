"""What stands around every page: title, language, pages, the workspace's state, errors.

Message ids with the prefix ``workspace.page_`` (the pages' places in the address) are put
together here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from coverage.messages import LANGUAGES, Language, text
from coverage.problems import InputError
from coverage.ui import visitor
from coverage.ui.pages import county, export, overview, rules, scenario
from coverage.ui.pages import map as map_page
from coverage.ui.server import MAX_SESSION_BYTES, MAX_SESSION_FILES
from coverage.ui.state import (
    Session,
    keep,
    keep_mine,
    load_theirs,
    name_in_address,
    open_workspace,
    session,
    set_language,
)
from coverage.ui.widgets.errors import guarded, problems, refused
from coverage.ui.words import literal
from coverage.workspace.apart import readers

_STYLE: Final = Path(__file__).with_name("style.css")
_LOGGER: Final = logging.getLogger(__name__)
_DROP_ZONE: Final = '[data-testid="stFileUploaderDropzone"]'
_MEGA: Final = 1_000_000
_NOT_MADE: Final = '[data-testid="stDownloadButtonError"]'
_NOT_TAKEN: Final = '[data-testid="stFileUploader"]:has([role="alert"])'
_SMALL_RED: Final = "font-size: 0.875rem; color: #b3261e;"
_ENGLISH: Final = {
    "workspace.upload_drop": f"{_DROP_ZONE}::before {{ content: $; }}",
    "workspace.upload_choose": (
        f"{_DROP_ZONE} > span button::after {{ content: $; margin-left: 8px; }}"
    ),
    "workspace.upload_refused": f"{_NOT_TAKEN}::after {{ content: $; {_SMALL_RED} }}",
    "workspace.download_failed": f"{_NOT_MADE}::after {{ content: $; font-size: 0.875rem; }}",
}
"""Streamlit's own English words that have no setting, by the message that takes their place."""


def begin() -> Language:
    """Set the page up, draw the language switch and return the language chosen."""
    readers().prepare()
    current = session()
    st.session_state.setdefault("language", current.language)
    with st.sidebar:
        set_language(
            st.radio(
                text("ui.language", st.session_state["language"]),
                LANGUAGES,
                format_func=lambda choice: text("ui.language_name", choice),
                horizontal=True,
                key="language",
            )
        )
    # An emoji is drawn by the browser; a material icon would be fetched from a public server.
    st.set_page_config(
        page_title=text("ui.app_title", current.language), page_icon="🚑", layout="wide"
    )
    st.html(_STYLE)
    st.html(_words_style(current.language))
    return current.language


def _words_style(language: Language) -> str:
    """Return the style that gives Streamlit's own English words in the user's language."""
    limits = {"total_mb": MAX_SESSION_BYTES // _MEGA, "files": MAX_SESSION_FILES}
    words = {
        name: json.dumps(text(name, language, **limits), ensure_ascii=False) for name in _ENGLISH
    }
    return (
        "<style>" + "".join(_ENGLISH[name].replace("$", words[name]) for name in words) + "</style>"
    )


def pages(language: Language) -> list[StreamlitPage]:
    """Return the app's pages in the order of the work."""
    drawn: tuple[tuple[str, Callable[[], None], str], ...] = (
        ("county", county.page, ":material/folder_open:"),
        ("overview", overview.page, ":material/fact_check:"),
        ("map", map_page.page, ":material/map:"),
        ("scenario", scenario.page, ":material/edit_location_alt:"),
        ("rules", rules.page, ":material/rule:"),
        ("export", export.page, ":material/download:"),
    )
    return [
        st.Page(
            page,
            title=text(f"workspace.page_{path}", language),
            url_path=path,
            icon=icon,
            default=path == "county",
        )
        for path, page, icon in drawn
    ]


def show(page: StreamlitPage, language: Language) -> None:
    """Run `page`; bad input becomes a list of what to mend, a defect of ours a plain sentence."""
    message_area = st.container()
    try:
        page.run()
    except InputError as error:
        problems(error, language)
    except OSError as error:
        _LOGGER.exception("The page %s could not read a file", page.url_path)
        refused(visitor.unreadable(error), language)
    except Exception:
        _LOGGER.exception("The page %s failed", page.url_path)
        st.error(text("ui.defect", language))
    with message_area:
        workspace_state(session(), language)
    name_in_address()


def workspace_state(current: Session, language: Language) -> None:
    """Say what a visitor must know of the workspace: it could not be saved, or is held twice."""
    if current.notice:
        st.success(literal(current.notice), icon=":material/check_circle:")
        current.notice = ""
    if current.theirs is not None:
        _conflict(language)
    if current.trouble is not None:
        lines = " ".join(visitor.lines(current.trouble, language))
        with st.container(key="workspace-trouble"):
            st.error(literal(lines), icon=":material/error:")
            if not current.unknown:
                st.button(
                    text("workspace.save_again", language),
                    on_click=guarded,
                    args=(_again,),
                    key="again",
                )
    if current.workspace.recovered:
        st.warning(text("workspace.recovered", language), icon=":material/warning:")
    if current.workspace.unread:
        warning = text("workspace.unread", language, count=len(current.workspace.unread))
        st.warning(warning, icon=":material/warning:")
    if current.left is not None:
        with st.container(border=True, key="workspace-left"):
            st.markdown(text("workspace.left", language))
            st.button(
                text("workspace.back", language),
                on_click=guarded,
                args=(open_workspace, current.left),
                key="workspace-back",
            )


def _again() -> None:
    keep(session().workspace)


def _conflict(language: Language) -> None:
    with st.container(border=True, key="workspace-conflict"):
        st.warning(text("workspace.conflict", language), icon=":material/warning:")
        theirs, mine = st.columns(2)
        theirs.button(
            text("workspace.load_theirs", language),
            on_click=guarded,
            args=(load_theirs,),
            key="load-theirs",
            width="stretch",
        )
        mine.button(
            text("workspace.keep_mine", language),
            on_click=guarded,
            args=(keep_mine,),
            key="keep-mine",
            type="primary",
            width="stretch",
        )
