"""Choose a county; see what was read and what is doubtful in it.

Message ids with the prefixes ``ui.role.`` (`coverage.county.model.Role`) and
``ui.level.`` (`coverage.errors.Level`) are put together here.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from coverage.errors import InputError, Problem
from coverage.messages import Language, text
from coverage.paths import DEMONSTRATION
from coverage.results import Report
from coverage.ui import cache
from coverage.ui.state import Session, session
from coverage.ui.words import literal
from maps.words import county_name, share


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("ui.county_title", language))
    chooser(current)
    if current.folder is None:
        return
    report = loaded(current.folder, language)
    heading(report, language)
    _read(report, language)
    _quality(report, language)


def chooser(current: Session) -> None:
    """Draw the choice of a county and keep it in `current`."""
    language = current.language
    demonstration, own = st.columns([1, 2], gap="medium")
    with demonstration.container(border=True, height="stretch"):
        st.markdown(text("ui.demonstration_text", language))
        if st.button(text("ui.open_demonstration", language), type="primary", key="demonstration"):
            current.folder = DEMONSTRATION
    with own.form("own", height="stretch"):
        typed = st.text_input(
            text("ui.folder_label", language),
            placeholder=text("ui.folder_placeholder", language),
            key="folder",
        )
        if st.form_submit_button(text("ui.open_folder", language)):
            current.folder = _folder(typed)


def _folder(typed: str) -> Path | None:
    """Return the folder that `typed` means: without the quotes that Windows copies along."""
    name = typed.strip().strip("\"'").strip()
    if not name:
        return None
    path = Path(name)
    return path.parent if path.name == "county.toml" else path


def loaded(folder: Path, language: Language) -> Report:
    """Return the report of `folder`, with a sign of work while it is made.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    if not _is_folder(folder):
        raise InputError([Problem("ui.no_folder", values={"folder": str(folder)})])
    with st.spinner(text("ui.working", language)):
        return cache.report(folder)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def chosen(language: Language) -> Report | None:
    """Return the chosen county's report, its heading drawn; else draw the choice, return None.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    current = session()
    if current.folder is None:
        st.info(text("ui.no_county", language), icon=":material/info:")
        chooser(current)
        if current.folder is None:
            return None
        st.rerun()
    report = loaded(current.folder, language)
    heading(report, language)
    return report


def heading(report: Report, language: Language) -> None:
    """Draw the county's name and, where anything in it is invented, the banner that says so."""
    identity = report.county.config.county
    name = county_name(report, language)
    st.markdown(text("ui.county_line", language, name=literal(name), code=identity.code))
    if identity.illustrative:
        st.warning(text("ui.illustrative", language), icon=":material/warning:")


def _read(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('ui.read_title', language)}")
    unknown = text("ui.unknown", language)
    inputs = report.county.inputs
    st.table(
        pd.DataFrame(
            {
                text("ui.column_role", language): [
                    text(f"ui.role.{file.role}", language) for file in inputs
                ],
                text("ui.column_file", language): [literal(file.path) for file in inputs],
                text("ui.column_rows", language): [
                    f"{file.rows:,}" if file.rows else unknown for file in inputs
                ],
                text("ui.column_sha256", language): [file.sha256[:12] for file in inputs],
            }
        ),
        hide_index=True,
    )
    note = report.network.note
    st.caption(
        text(
            "ui.network",
            language,
            nodes=note.nodes,
            edges=note.edges,
            components=note.components,
            off_main=share(note.off_main_share, language),
            imputed=note.imputed_speeds,
        )
    )


def _quality(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('ui.quality_title', language)}")
    if not report.quality:
        st.success(text("ui.quality_none", language), icon=":material/check_circle:")
        return
    st.table(
        pd.DataFrame(
            {
                text("ui.column_level", language): [
                    text(f"ui.level.{problem.level}", language) for problem in report.quality
                ],
                text("ui.column_problem", language): [
                    literal(problem.text(language)) for problem in report.quality
                ],
                text("ui.column_count", language): [problem.count for problem in report.quality],
            }
        ),
        hide_index=True,
    )
