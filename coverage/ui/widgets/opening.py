"""Open a county, on whichever page none is open yet; and what stands above every page's figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.paths import DEMONSTRATION
from coverage.problems import InputError, Problem
from coverage.ui import cache, server, visitor
from coverage.ui.scenario.state import case
from coverage.ui.state import Session, choose_scenario, open_folder, open_made, session
from coverage.ui.widgets.errors import refused
from coverage.ui.widgets.working import waited
from coverage.ui.words import literal
from coverage.workspace.folder import typed_path
from coverage.workspace.unpack import MAX_SENT_BYTES, Sent, Taken, take_in
from maps.words import county_name

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_MEGA: Final = 1_000_000


def chooser(current: Session) -> None:
    """Draw the ways to open a county.

    Buttons act before the page is drawn anew, where they can: `st.rerun` within it would take the
    place of a click on the menu that was made meanwhile.
    """
    language = current.language
    local = visitor.is_local()
    demonstration, *others = st.columns([1, 1.15, 1.6] if local else [1, 2], gap="small")
    with demonstration.container(border=True, height="stretch"):
        st.markdown(text("ui.demonstration_text", language))
        st.button(
            text("ui.open_demonstration", language),
            on_click=open_folder,
            args=(DEMONSTRATION,),
            type="primary",
            key="demonstration",
        )
    if local:
        with others[0].form("own", height="stretch"):
            st.text_input(
                text("ui.folder_label", language),
                placeholder=text("ui.folder_placeholder", language),
                key="folder",
            )
            st.form_submit_button(text("ui.open_folder", language), on_click=_open_typed)
    with others[-1].form("upload", height="stretch", clear_on_submit=True):
        _uploader(language)


def _open_typed() -> None:
    folder = typed_path(str(st.session_state["folder"]))
    if folder is not None:
        open_folder(folder)


def _uploader(language: Language) -> None:
    sent = st.file_uploader(
        text("workspace.upload_label", language),
        accept_multiple_files=True,
        key="upload-files",
        max_upload_size=MAX_SENT_BYTES // _MEGA,
        help=text("workspace.upload_help", language, limit_mb=MAX_SENT_BYTES // _MEGA),
    )
    if st.form_submit_button(text("workspace.open_upload", language)):
        if sent:
            _take(sent, language)
        else:
            st.info(text("workspace.upload_nothing", language))


def _take(sent: Sequence[UploadedFile], language: Language) -> None:
    """Open what was uploaded; say what of it was left out."""
    taken: list[Taken] = []

    def make(token: str) -> Path:
        taken.append(take_in([Sent(one.name, one, one.size) for one in sent], token))
        return taken[0].folder

    try:
        with st.spinner(text("workspace.unpacking", language)):
            open_made(make)
    except InputError as error:
        refused(error, language)
        return
    finally:
        server.let_go(sent)
    left = taken[0].left_out
    notice = text("workspace.uploaded", language, count=taken[0].files)
    if left:
        names = text("report.list_separator", language).join(left[:5])
        notice += text("workspace.upload_left_out", language, count=len(left), names=names)
    session().notice = notice


def loaded(current: Session) -> Report | None:
    """Return the report in force, with a sign of work while it is made; None where it was stopped.

    That is the county with the workspace's own parameters of rules, and with the scenario in
    force; a scenario that does not fit the county is told and left out.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    folder, workspace, language = current.folder, current.workspace, current.language
    if folder is None or not _is_folder(folder):
        raise InputError([Problem("ui.no_folder", values={"folder": folder or ""})])
    if current.stopped == folder:
        st.info(text("workspace.stopped", language), icon=":material/info:")
        st.button(text("workspace.go_on", language), on_click=_go_on, key="go-on", type="primary")
        return None

    def stop() -> None:
        current.stopped = folder

    wanted = case(current)
    scenario = wanted.scenario
    report = waited(
        lambda progress: cache.report(folder, workspace.overrides, progress),
        wanted.base,
        stop,
        language,
    )
    if scenario is None:
        return report
    try:
        return waited(
            lambda progress: cache.scenario_report(folder, workspace.overrides, scenario, progress),
            wanted,
            stop,
            language,
            "-scenario",
        )
    except InputError as error:
        lines = "\n".join(f"- {literal(line)}" for line in visitor.lines(error, language))
    name = literal(scenario.name)
    st.error(text("workspace.scenario_unfit", language, name=name) + f"\n\n{lines}")
    st.button(
        text("workspace.scenario_off", language),
        key="scenario-off",
        on_click=choose_scenario,
        args=(None,),
    )
    return report


def _go_on() -> None:
    session().stopped = None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def chosen(language: Language) -> Report | None:
    """Return the report in force, its heading drawn; else draw the choice of a county.

    None also where reading was stopped.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    current = session()
    if current.folder is None:
        with st.container():  # one block, which keeps its form while the county is read
            st.info(text("ui.no_county", language), icon=":material/info:")
            chooser(current)
        if current.folder is None:
            return None
        st.rerun()
    report = loaded(current)
    if report is not None:
        heading(report, language)
    return report


def heading(report: Report, language: Language) -> None:
    """Draw the county's name, the banner of invented data, and what is in force."""
    identity = report.county.config.county
    name = county_name(report, language)
    with st.container(key="county-name"):
        st.markdown(text("ui.county_line", language, name=literal(name), code=identity.code))
    if identity.illustrative:
        st.warning(text("ui.illustrative", language), icon=":material/warning:")
    in_force(session(), report, language)


def in_force(current: Session, report: Report, language: Language) -> None:
    """Say which scenario, and which parameters of this workspace only, the figures rest on."""
    parts = []
    if report.scenario:
        parts.append(text("workspace.scenario_in_force", language, name=literal(report.scenario)))
    if current.workspace.overrides:
        ids = text("report.list_separator", language).join(
            literal(rule_id) for rule_id in sorted(current.workspace.overrides)
        )
        parts.append(text("workspace.overrides_in_force", language, ids=ids))
    if parts:
        st.info(" ".join(parts), icon=":material/tune:")
