"""Choose, begin, copy, rename, open and save scenarios."""

from __future__ import annotations

from typing import Final

import streamlit as st

from coverage.messages import Language, text
from coverage.problems import InputError, Problem
from coverage.scenario.editing import free_name
from coverage.scenario.file import MAX_BYTES, SUFFIXES, parse_scenario
from coverage.scenario.model import Scenario
from coverage.ui import cache
from coverage.ui.scenario.state import case, change, fresh, refuse, work
from coverage.ui.state import Session, choose_scenario, drop_scenario, put_scenario, session
from coverage.ui.words import literal
from coverage.workspace.export import scenario_pieces

_CHOICE: Final = "scenario-choice"
_NAME: Final = "scenario-name"
_NOTE: Final = "scenario-note"


def chooser(current: Session, language: Language) -> None:
    """Draw which scenario is in force, and what can be done with it."""
    names = [scenario.name for scenario in current.workspace.scenarios]
    row = st.container(horizontal=True, vertical_alignment="bottom", key="scenario-files")
    with row:
        # The key changes with the answer, so that the box always shows what is in force.
        st.selectbox(
            text("scenario_page.scenario", language),
            ["", *names],
            index=names.index(current.workspace.current) + 1
            if current.workspace.current in names
            else 0,
            format_func=lambda name: name or text("scenario_page.none", language),
            key=_choice_key(current),
            on_change=_choose,
            label_visibility="collapsed",
            width=320,
        )
        st.button(text("scenario_page.new", language), on_click=_new, key="scenario-new")
        scenario = current.scenario
        st.button(
            text("scenario_page.duplicate", language),
            on_click=_duplicate,
            disabled=scenario is None,
            key="scenario-duplicate",
        )
        with st.popover(
            text("scenario_page.rename", language), disabled=scenario is None, key="scenario-about"
        ):
            if scenario is not None:
                _about(scenario, language)
        # With one more scenario the box is another one, which is closed and holds no file.
        count = len(names)
        with st.popover(text("scenario_page.open", language), key=f"scenario-opener-{count}"):
            _opener(language, f"scenario-file-{count}")
        files = scenario_pieces([] if scenario is None else [current.workspace.priced(scenario)])
        st.download_button(
            text("scenario_page.save", language),
            files[0].make() if files else "",
            file_name=files[0].name if files else None,
            mime="text/yaml",
            on_click="ignore",
            disabled=scenario is None,
            key="scenario-save",
        )
        with st.popover(
            text("scenario_page.drop", language), disabled=scenario is None, key="scenario-drop"
        ):
            if scenario is not None:
                st.markdown(text("scenario_page.drop_sure", language, name=literal(scenario.name)))
                st.button(
                    text("scenario_page.drop_yes", language),
                    on_click=drop_scenario,
                    args=(scenario.name,),
                    key="scenario-drop-yes",
                )


def _choice_key(current: Session) -> str:
    """Return a key of its own for each answer and language."""
    kept = current.workspace
    return f"{_CHOICE}-{current.language}-{kept.current}-{len(kept.scenarios)}"


def _choose() -> None:
    chosen = str(st.session_state.get(_choice_key(session()), ""))
    work().trouble = None
    choose_scenario(chosen or None)


def _new() -> None:
    try:
        put_scenario(fresh(session()))
    except InputError as error:
        work().trouble = error


def _duplicate() -> None:
    current = session()
    scenario = current.scenario
    if scenario is not None:
        taken = {kept.name for kept in current.workspace.scenarios}
        put_scenario(scenario.model_copy(update={"name": free_name(scenario.name, taken)}))


def _about(scenario: Scenario, language: Language) -> None:
    # The keys change with what is stated: a box keeps under its key what was typed in it before.
    stated = hash((scenario.name, scenario.note))
    name, note = f"{_NAME}-{stated}", f"{_NOTE}-{stated}"
    with st.form("scenario-about-form", border=False):
        st.text_input(
            text("scenario_page.name", language), value=scenario.name, max_chars=200, key=name
        )
        st.text_area(
            text("scenario_page.note", language), value=scenario.note, max_chars=5000, key=note
        )
        st.form_submit_button(
            text("scenario_page.apply", language), on_click=_rename, args=(name, note)
        )


def _rename(name_key: str, note_key: str) -> None:
    current = session()
    name = str(st.session_state.get(name_key, "")).strip()
    note = str(st.session_state.get(note_key, "")).strip()
    if not name or current.scenario is None:
        refuse(Problem("scenario_page.name_blank"))
        return
    if name in {kept.name for kept in current.workspace.scenarios} - {current.scenario.name}:
        refuse(Problem("scenario_page.name_taken", values={"name": name}))
        return
    change(lambda scenario: Scenario.model_validate({**dict(scenario), "name": name, "note": note}))


def _opener(language: Language, key: str) -> None:
    with st.form("scenario-open-form", border=False):  # its button waits for the whole file
        sent = st.file_uploader(
            text("scenario_page.open_label", language),
            type=[suffix.removeprefix(".") for suffix in SUFFIXES],
            key=key,
            max_upload_size=max(1, MAX_BYTES // 1_000_000),
        )
        wanted = st.form_submit_button(
            text("scenario_page.open_now", language), key="scenario-open-now"
        )
    if wanted and sent:
        open_text(sent.getvalue(), sent.name)
        st.rerun()


def open_text(content: bytes, file: str) -> bool:
    """Open a scenario file; refused, and told, where it does not fit the county."""
    current = session()
    now = work()
    now.trouble = None
    try:
        scenario = parse_scenario(_decoded(content, file), file)
        in_force = case(current)
        cache.scenario_report(in_force.folder, in_force.overrides, scenario)
    except InputError as error:
        now.trouble = error
        return False
    taken = {kept.name for kept in current.workspace.scenarios}
    name = free_name(scenario.name, taken)
    put_scenario(scenario.model_copy(update={"name": name}))
    return True


def _decoded(content: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError([Problem("scenario_page.no_text", values={"file": file})])
