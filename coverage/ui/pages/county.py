"""Open a county; see what was read and what is doubtful in it; keep it.

Message ids with the prefixes ``county_page.role.`` (`coverage.county.model.Role`) and
``county_page.level.`` (`coverage.problems.Level`) are put together here.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.problems import InputError, Level, Problem
from coverage.ui import visitor
from coverage.ui.assets import component_arguments, show_map
from coverage.ui.state import Session, open_workspace, own_folder, session
from coverage.ui.widgets.errors import guarded, problems, refused
from coverage.ui.widgets.opening import chooser, chosen, heading, loaded
from coverage.ui.widgets.tables import fitted, save_button, shortened, styled
from coverage.ui.words import literal
from coverage.workspace.folder import is_protected, save_to, typed_path
from coverage.workspace.pack import county_zip
from coverage.workspace.reading import file_counts, problem_places
from coverage.workspace.store import WorkspaceLine, listed, load, planner_folder
from maps.rows import rows_map
from maps.words import share

__all__ = ["chosen", "page"]

_MAP_HEIGHT: Final = 420
_TABLE_HEIGHT: Final = 700
_ROWS_SHOWN: Final = 3
_LINES_SHOWN: Final = 10
_MOST_LINES: Final = 3
_WIDTHS_PX: Final = {
    "county_page.column_level": 80,
    "county_page.column_file": 125,
    "county_page.column_rows": 110,
    "county_page.column_column": 90,
    "county_page.column_problem": 455,
    "county_page.column_count": 75,
}


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("ui.county_title", language))
    if current.folder is None:
        with st.container():  # one block, which keeps its form while the county is read
            chooser(current)
            _earlier(current)
        if current.folder is None:
            return
        st.rerun()
    top = st.container()
    report, bad = None, None
    try:
        report = loaded(current)
        current.unreadable = None
    except InputError as error:
        bad, current.unreadable = error, current.folder
        with top:
            problems(error, language)
            if current.folder is not None and not current.folder.is_relative_to(planner_folder()):
                st.button(text("county_page.read_again", language), key="read-again")
    # Above what was read, and open where nothing could be.
    with top.expander(
        text("county_page.open_other", language),
        icon=":material/folder_open:",
        expanded=bad is not None,
    ):
        before = current.workspace.token, current.folder
        chooser(current)
        _earlier(current)
        if (current.workspace.token, current.folder) != before:
            st.rerun()
    if bad is not None:
        _bad_rows(bad, language)
    if report is None:
        return
    heading(report, language)
    _read(report, language)
    _quality(report, language)
    _keep(current, report)


def _earlier(current: Session) -> None:
    """List earlier workspaces, to a browser on this machine only: a token opens what it names."""
    if not visitor.is_local():
        return
    language = current.language
    workspaces = [one for one in listed() if one.token != current.workspace.token and _is_work(one)]
    with st.container(border=True, key="earlier-workspaces"):
        st.markdown(f"**{text('county_page.workspaces_title', language)}**")
        if not workspaces:
            st.caption(text("county_page.workspaces_none", language))
        for line in workspaces[:_LINES_SHOWN]:
            label, button = st.columns([5, 1], vertical_alignment="center")
            changed = datetime.fromtimestamp(line.changed).astimezone()
            label.markdown(
                text(
                    "county_page.workspace_line",
                    language,
                    name=literal(line.name),
                    code=line.code or text("ui.unknown", language),
                    scenarios=line.scenarios,
                    changed=f"{changed:%Y-%m-%d %H:%M}",
                )
            )
            button.button(
                text("county_page.workspace_open", language),
                key=f"workspace-{line.token}",
                on_click=guarded,
                args=(open_workspace, line.token),
            )


def _is_work(line: WorkspaceLine) -> bool:
    """Return whether a workspace holds a county or work on one, not only a mistyped path."""
    return bool(line.code) or load(line.token).begun


def _read(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('county_page.read_title', language)}")
    unknown = text("ui.unknown", language)
    counts = file_counts(report)
    table = pd.DataFrame(
        {
            text("county_page.column_role", language): [
                text(f"county_page.role.{file.role}", language) for file in counts
            ],
            text("county_page.column_file", language): [literal(file.path) for file in counts],
            text("county_page.column_read", language): [
                unknown if file.read is None else f"{file.read:,}" for file in counts
            ],
            text("county_page.column_left_out", language): [
                f"{file.left_out:,}" for file in counts
            ],
            text("county_page.column_assumed", language): [f"{file.assumed:,}" for file in counts],
            text("county_page.column_sha256", language): [
                file.sha256[:12] or unknown for file in counts
            ],
        }
    )
    st.table(table, hide_index=True)
    st.caption(text("county_page.read_hint", language))
    note = report.network.note
    st.caption(
        text(
            "county_page.network",
            language,
            nodes=note.nodes,
            edges=note.edges,
            components=note.components,
            off_main=share(note.off_main_share, language),
            imputed=note.imputed_speeds,
        )
    )


def _quality(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('county_page.quality_title', language)}")
    if not report.quality:
        st.success(text("county_page.quality_none", language), icon=":material/check_circle:")
        return
    levels = [problem.level for problem in report.quality]
    counted = text(
        "county_page.quality_counts",
        language,
        warnings=levels.count("warning"),
        notes=levels.count("note"),
    )
    st.caption(counted + " " + text("county_page.quality_hint", language))
    problems = tuple(
        sorted(report.quality, key=lambda problem: get_args(Level).index(problem.level))
    )
    picked = _draw(
        problems,
        language,
        on_select="rerun",
        selection_mode="single-row",
        key=f"quality-{language}",
    )
    save_button(_problem_table(problems, language, every_row=True), "quality", language)
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(problems):
        _shown_problem(report, problems[rows[0]], language)


def _problem_table(
    problems: tuple[Problem, ...], language: Language, *, every_row: bool = False
) -> pd.DataFrame:
    most = None if every_row else _ROWS_SHOWN
    columns = {
        "county_page.column_level": [
            text(f"county_page.level.{problem.level}", language) for problem in problems
        ],
        "county_page.column_file": [problem.file or "" for problem in problems],
        "county_page.column_rows": [_rows_text(problem.rows, most) for problem in problems],
        "county_page.column_column": [problem.column or "" for problem in problems],
        "county_page.column_problem": [
            visitor.known(problem).body(language) for problem in problems
        ],
        "county_page.column_count": [problem.count for problem in problems],
    }
    if not any(problem.column for problem in problems):
        del columns["county_page.column_column"]
    return pd.DataFrame({text(name, language): cells for name, cells in columns.items()})


def _draw(problems: tuple[Problem, ...], language: Language, **options: Any) -> Any:
    """Draw a table of problems: texts wrap, and a very long one is cut; a long table scrolls.

    Takes further options of `st.dataframe`, and returns what that does.
    """
    table = _problem_table(problems, language)
    named = {text(name, language): wide for name, wide in _WIDTHS_PX.items()}
    widths = {name: wide for name, wide in named.items() if name in table}
    problem, count = (
        text(name, language) for name in ("county_page.column_problem", "county_page.column_count")
    )
    widths[problem] += sum(named.values()) - sum(widths.values())
    table[problem] = [shortened(words, widths[problem], _MOST_LINES) for words in table[problem]]
    row_px = fitted(table, widths)
    columns: dict[str, ColumnConfig] = {
        name: st.column_config.Column(width=wide) for name, wide in widths.items()
    }
    columns[count] = st.column_config.NumberColumn(width=widths[count], format="localized")
    tall = row_px * (len(table) + 1) > _TABLE_HEIGHT
    return st.dataframe(
        styled(table, [name for name in widths if name != count]),
        hide_index=True,
        row_height=row_px,
        height=_TABLE_HEIGHT if tall else "content",
        column_config=columns,
        **options,
    )


def _rows_text(rows: tuple[int, ...], most: int | None) -> str:
    shown = ", ".join(str(row) for row in rows[:most])
    return shown if most is None or len(rows) <= most else f"{shown} …"


def _shown_problem(report: Report, problem: Problem, language: Language) -> None:
    """Draw the whole sentence, the records it speaks of, and where they are."""
    with st.container(border=True, key="problem"):
        st.markdown(literal(visitor.known(problem).text(language)))
        places = problem_places(report, problem)
        placed = places[places.geometry.notna()]
        if placed.empty:
            st.caption(text("county_page.no_place", language))
        if places.empty:
            return
        by_row = places["row"].gt(0).all()
        if not placed.empty:
            st.caption(text("county_page.places", language, count=len(placed)))
        if placed["stands_for"].ne("").any():
            st.caption(text("county_page.stands_for", language))
        beside, drawn = st.columns([1, 2.4])
        if by_row:
            with beside:
                _places_table(places, language)
        if not placed.empty:
            with drawn if by_row else st.container():
                show_map(component_arguments(rows_map(report, placed, language), _MAP_HEIGHT))


def _places_table(places: gpd.GeoDataFrame, language: Language) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                text("county_page.column_row", language): places["row"].to_numpy(),
                text("county_page.column_name", language): places["name"].to_numpy(),
                text("county_page.column_code", language): places["key"].to_numpy(),
            }
        ),
        hide_index=True,
        height=_MAP_HEIGHT if len(places) > _LINES_SHOWN else "content",
        key=f"places-{language}",
    )


def _bad_rows(error: InputError, language: Language) -> None:
    """List every problem of a folder that cannot be opened, to be sorted and taken along."""
    problems = error.problems
    _draw(problems, language, key=f"problems-{language}")
    save_button(_problem_table(problems, language, every_row=True), "problems", language)


def _keep(current: Session, report: Report) -> None:
    language, folder = current.language, current.folder
    if folder is None:
        return
    st.markdown(f"#### {text('county_page.keep_title', language)}")
    st.caption(text("county_page.saved", language))
    code = report.county.config.county.code
    download, copy, save = st.columns(3, gap="small")
    with download.container(border=True, height="stretch"):
        st.download_button(
            text("county_page.download", language),
            lambda: county_zip(folder, code),
            file_name=f"{code}.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="download-county",
        )
    with copy.container(border=True, height="stretch"):
        if is_protected(folder):
            st.caption(text("county_page.copy_hint", language))
            st.button(
                text("county_page.copy", language),
                key="copy-county",
                on_click=guarded,
                args=(_copy, language),
            )
        else:
            st.caption(literal(visitor.place(folder)))
    if visitor.is_local():
        with save.form("save-county", height="stretch"):
            typed = st.text_input(text("county_page.save_to", language), key="save-folder")
            if st.form_submit_button(text("county_page.save", language)) and (
                target := typed_path(typed)
            ):
                _save(folder, target, language)


def _save(folder: Path, target: Path, language: Language) -> None:
    try:
        saved = save_to(folder, target)
    except InputError as error:
        refused(error, language)
    else:
        st.success(literal(text("county_page.saved_to", language, folder=visitor.place(saved))))


def _copy(language: Language) -> None:
    folder = own_folder()
    session().notice = text("county_page.copied", language, folder=visitor.place(folder))
