"""The edits of a scenario, one below the other: undo, redo, reorder, put out of force, note."""

from __future__ import annotations

from typing import Final

import streamlit as st

from coverage.county.model import County
from coverage.messages import Language, text
from coverage.network.model import Network
from coverage.scenario.editing import edit_dropped, edit_moved, edit_noted, edit_switched
from coverage.scenario.model import Edit
from coverage.scenario.words import edit_text
from coverage.ui.scenario.state import change, do, redo, undo
from coverage.ui.state import session
from coverage.ui.words import literal

_HEIGHT: Final = 430


def steps(language: Language) -> None:
    """Draw undo and redo."""
    now = session().workspace.history
    with st.container(horizontal=True, key="scenario-steps"):
        st.button(
            text("scenario_page.undo", language),
            on_click=undo,
            disabled=now is None or not now.past,
            icon=":material/undo:",
            key="scenario-undo",
        )
        st.button(
            text("scenario_page.redo", language),
            on_click=redo,
            disabled=now is None or not now.future,
            icon=":material/redo:",
            key="scenario-redo",
        )


def edit_list(county: County, network: Network, language: Language) -> None:
    """Draw the edits of the scenario in force, in the order in which they are applied.

    Parameters
    ----------
    county, network
        Know the names of what the edits speak of.
    """
    now = session().workspace.history
    edits = now.present.edits if now is not None else ()
    if not edits:
        st.info(text("scenario_page.no_edits", language), icon=":material/info:")
        return
    with st.container(height=_HEIGHT, border=False, key="scenario-edits", gap="small"):
        for at, edit in enumerate(edits):
            _row(at, edit, len(edits), edit_text(edit, language, county, network), language)


def _row(at: int, edit: Edit, count: int, words: str, language: Language) -> None:
    with st.container(border=True, key=f"edit-{at}", gap="xsmall"):
        line = literal(words)
        if edit.off:
            off = text("scenario_page.is_off", language)
            line = f":gray[{line}] {literal(off)}"
        st.markdown(f"**{at + 1}.** {line}")
        if edit.note:
            st.caption(literal(edit.note))
        with st.container(horizontal=True, gap="xsmall"):
            _button("up", "↑", at, disabled=at == 0, language=language)
            _button("down", "↓", at, disabled=at == count - 1, language=language)
            word = "scenario_page.on" if edit.off else "scenario_page.off"
            st.button(
                text(word, language),
                on_click=do,
                args=(lambda scenario: edit_switched(scenario, at),),
                key=f"edit-off-{at}",
                type="tertiary",
            )
            with st.popover(
                text("scenario_page.note_short", language), type="tertiary", key=f"edit-note-{at}"
            ):
                _note(at, edit, language)
            st.button(
                text("scenario_page.drop_edit", language),
                on_click=do,
                args=(lambda scenario: edit_dropped(scenario, at),),
                key=f"edit-drop-{at}",
                type="tertiary",
            )


def _button(way: str, sign: str, at: int, *, disabled: bool, language: Language) -> None:
    step = -1 if way == "up" else 1
    st.button(
        sign,
        on_click=do,
        args=(lambda scenario: edit_moved(scenario, at, step),),
        disabled=disabled,
        help=text("scenario_page.reorder", language),
        key=f"edit-{way}-{at}",
        type="tertiary",
    )


def _note(at: int, edit: Edit, language: Language) -> None:
    # Another edit may come to stand here; the box keeps under its key what was typed in it before.
    key = f"edit-note-text-{at}-{hash(edit.model_dump_json())}"
    with st.form(f"edit-note-form-{at}", border=False):
        st.text_area(text("scenario_page.note", language), value=edit.note, max_chars=2000, key=key)
        st.form_submit_button(
            text("scenario_page.apply", language), on_click=_noted, args=(at, key)
        )


def _noted(at: int, key: str) -> None:
    note = str(st.session_state.get(key, "")).strip()
    change(lambda scenario: edit_noted(scenario, at, note))
