"""Take the work along: every file with what it is, and a zip of all.

Message ids with the prefix ``map_page.layer.`` (`maps.LAYERS`) are put together here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from coverage.analysis.extent import bounds
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.problems import InputError
from coverage.ui import cache, visitor
from coverage.ui.map.view import chosen_basemap, rule_shown
from coverage.ui.scenario.state import case
from coverage.ui.state import Session, session
from coverage.ui.widgets.errors import refused
from coverage.ui.widgets.opening import chosen
from coverage.ui.words import literal
from coverage.workspace.export import (
    Piece,
    county_pieces,
    guide,
    map_pieces,
    report_pieces,
    scenario_pieces,
)
from coverage.workspace.pack import county_zip, zip_of
from maps import LAYERS
from maps.basemap import NO_BASEMAP, Basemap
from maps.ground import picture_in
from maps.words import county_name

_MEGA = 1_000_000
_KEY = "export-zip"
_WANTED = "export-wanted"
_GROUND = "export-ground"
_TRIAL_PX = 256
_TYPES = {
    ".html": "text/html",
    ".png": "image/png",
    ".csv": "text/csv",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class _Made:
    """A zip of all, and what it was made of."""

    of: tuple[object, ...]
    content: bytes


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("export_page.title", language))
    report = chosen(language)
    folder = current.folder
    if report is None or folder is None:
        return
    scenario = case(current).scenario if report.scenario else None
    changes = None
    if scenario is not None:
        changes = cache.comparison(folder, current.workspace.overrides, scenario)
    files = report_pieces(report, language, scenario, changes)
    layer = _layer(current, report)
    ground, spoilt = _ground(current, report)
    drawn = _map(current, folder, report, layer, ground)
    scenarios = scenario_pieces(
        [current.workspace.priced(kept) for kept in current.workspace.scenarios]
    )
    _all(current, report, (*files, *drawn, *scenarios), folder, ground)
    _heading("export_page.report_title", "export_page.report_hint", language)
    _rows(files, language)
    shown = text(f"map_page.layer.{layer}", language)
    st.markdown(f"#### {literal(text('export_page.map_title', language, layer=shown))}")
    st.caption(text("export_page.map_hint", language))
    if spoilt is not None:
        warning = " ".join(
            (*visitor.lines(spoilt, language), text("export_page.no_ground", language))
        )
        st.warning(literal(warning), icon=":material/warning:")
    _rows(drawn, language)
    st.markdown(f"#### {text('export_page.scenarios_title', language)}")
    if not scenarios:
        st.caption(text("export_page.scenarios_none", language))
    _rows(scenarios, language)
    st.markdown(f"#### {text('export_page.county_title', language)}")
    code = report.county.config.county.code
    whole = Piece(f"{code}.zip", "export_page.county_zip", lambda: county_zip(folder, code))
    _rows((whole,), language)


def _heading(title: str, hint: str, language: Language) -> None:
    st.markdown(f"#### {text(title, language)}")
    st.caption(text(hint, language))


def _layer(current: Session, report: Report) -> str:
    """Return the layer that the map page shows: the difference only where there is one."""
    return current.layer if current.layer != "change" or report.scenario else LAYERS[0]


def _ground(current: Session, report: Report) -> tuple[Basemap, InputError | None]:
    """Return the base map for files, and what is wrong with one that cannot be drawn.

    It is tried once, as a small picture; again when it has changed.
    """
    wanted = chosen_basemap(current).for_export()
    if wanted == NO_BASEMAP:
        return wanted, None
    of = wanted, wanted.state(), current.folder
    trial = st.session_state.get(_GROUND)
    if trial is None or trial[0] != of:
        bad = None
        try:
            picture_in(wanted, report.county.crs, bounds(report), _TRIAL_PX)
        except InputError as error:
            bad = error
        trial = of, bad
        st.session_state[_GROUND] = trial
    bad = trial[1]
    return (wanted if bad is None else NO_BASEMAP), bad


def _map(
    current: Session, folder: Path, report: Report, layer: str, ground: Basemap
) -> tuple[Piece, ...]:
    before = None
    if report.scenario:
        before = cache.report(folder, current.workspace.overrides)
    rule = rule_shown(report, current) if layer == "units" else None
    return map_pieces(report, current.language, layer, rule=rule, before=before, basemap=ground)


def _rows(pieces: Sequence[Piece], language: Language) -> None:
    """Draw a row for each file: its name, what it is, a button that makes and sends it."""
    for piece in pieces:
        name, about, button = st.columns([2, 6, 1.3], gap="small", vertical_alignment="center")
        name.markdown(f"**{literal(piece.name)}**")
        about.markdown(text(piece.about, language))
        button.download_button(
            text("export_page.download", language),
            piece.make,
            file_name=piece.name,
            mime=_TYPES.get(Path(piece.name).suffix, "application/octet-stream"),
            on_click="ignore",
            key=f"get-{piece.path}",
            width="stretch",
        )


def _all(
    current: Session, report: Report, pieces: Sequence[Piece], folder: Path, ground: Basemap
) -> None:
    language = current.language
    made_of = (
        folder,
        cache.fingerprint(folder),
        str(current.workspace.overrides),
        current.workspace.scenarios,
        current.workspace.current,
        dict(current.workspace.costs),
        ground,
        ground.state(),
        current.layer,
        current.rule,
        language,
    )
    with st.container(border=True, key="export-all"):
        label, button = st.columns([4, 1.3], vertical_alignment="center")
        label.markdown(f"**{text('export_page.all_title', language)}**")
        label.caption(text("export_page.all_hint", language))
        kept: _Made | None = st.session_state.get(_KEY)
        if kept is None or kept.of != made_of:
            button.button(
                text("export_page.make_all", language),
                key="make-all",
                type="primary",
                width="stretch",
                on_click=_want,
                args=(made_of,),
            )
            if st.session_state.get(_WANTED) != made_of:
                return
            place = st.empty()
            try:
                with place.container():
                    content = _zip(report, (*pieces, *county_pieces(folder)), language)
            except InputError as error:
                _want(None)
                place.empty()
                refused(error, language)
                return
            _want(None)
            kept = _Made(made_of, content)
            st.session_state[_KEY] = kept
            st.rerun()
        button.download_button(
            text("export_page.download_all", language, mb=len(kept.content) / _MEGA),
            kept.content,
            file_name=f"{report.county.config.county.code}-1030.zip",
            mime="application/zip",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            key="download-all",
            width="stretch",
        )


def _want(made_of: tuple[object, ...] | None) -> None:
    """Note what is to be packed, until it is: a run may be interrupted, and the next goes on."""
    st.session_state[_WANTED] = made_of


def _zip(report: Report, pieces: Sequence[Piece], language: Language) -> bytes:
    """Make every file, one after the other; a click on the button ends it."""
    st.button(text("export_page.stop", language), key="stop-export", on_click=_want, args=(None,))
    bar = st.progress(0.0)
    code = report.county.config.county.code
    files = {f"{code}/{text('export_page.guide_name', language)}": _guide(report, pieces, language)}
    for number, piece in enumerate(pieces):
        step = text("export_page.making", language, name=literal(piece.name))
        bar.progress(number / len(pieces), text=step)
        files[f"{code}/{piece.path}"] = piece.make()
    bar.progress(1.0)
    return zip_of(files)


def _guide(report: Report, pieces: Sequence[Piece], language: Language) -> bytes:
    identity = report.county.config.county
    name = county_name(report, language)
    heading = text("export_page.guide_heading", language, name=name, code=identity.code)
    if report.scenario:
        heading += text("export_page.guide_scenario", language, scenario=report.scenario)
    if identity.illustrative:
        heading += text("export_page.guide_illustrative", language)
    return guide(pieces, heading, language)
