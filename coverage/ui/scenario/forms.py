"""What a scenario changes without the map: facilities' figures, times, speeds, limits, people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

import pandas as pd
import streamlit as st

from coverage.assessment.report import Report
from coverage.county.config import ResponseParameters
from coverage.messages import Language, text
from coverage.network.speeds import load_profile
from coverage.rules.registry import kind_of
from coverage.scenario.columns import Cell, number_columns
from coverage.scenario.editing import (
    added,
    facility_changed,
    facility_removed,
    limits_set,
    population_set,
    response_set,
)
from coverage.scenario.edits.people import Grow
from coverage.scenario.words import column_word, kind_word
from coverage.ui.scenario.state import change, look_at, work
from coverage.ui.scenario.tools import facility_fields, place_facility
from coverage.ui.widgets.choices import box_key
from coverage.ui.words import literal

_FACILITY: Final = "scenario-facility"
_PLACE: Final = "place"
_FIGURES_HEIGHT: Final = 248
_RESPONSE: Final = ("turnout_min", "speed_factor")
_LIMITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "urban_limit_min": "scenario_page.urban_limit",
        "rural_limit_min": "scenario_page.rural_limit",
    }
)
_ROADS: Final = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential")


def facility_form(report: Report, language: Language) -> None:
    """Draw the choice of a facility, its figures, and what a new one is and where."""
    table = report.county.facilities
    ids = table["id"].astype(str).tolist()
    named = dict(zip(ids, _facility_names(report, language), strict=True))
    now = work()
    key = box_key(_FACILITY, language)
    if now.facility in named:
        st.session_state[key] = now.facility
        now.facility = None
    if st.session_state.get(key) not in named:
        st.session_state.pop(key, None)
    chosen = st.selectbox(
        text("scenario_page.facility", language),
        ids,
        index=None,
        format_func=lambda key: named.get(key, str(key)),
        placeholder=text("scenario_page.facility_choose", language),
        key=key,
    )
    if chosen is not None:
        _figures(report, ids.index(chosen), language)
    with st.expander(text("scenario_page.in_place", language)):
        _in_place(report, language)


def _facility_names(report: Report, language: Language) -> list[str]:
    table = report.county.facilities
    return [
        f"{name} · {kind_word(kind, language)}"
        for name, kind in zip(table["name"].astype(str), table["kind"].astype(str), strict=True)
    ]


def _figures(report: Report, row: int, language: Language) -> None:
    """Draw the numbers of a facility, to be changed in place, and what else becomes of it."""
    table = report.county.facilities
    facility = str(table["id"].iloc[row])
    names = [name for name in number_columns() if name in table.columns]
    values = [_number(table[name].iloc[row]) for name in names]
    label, figure = text("scenario_page.figure", language), text("scenario_page.value", language)
    with st.form("scenario-figures", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                {
                    label: [column_word(name, language) for name in names],
                    figure: pd.array(values, dtype="Float64"),
                }
            ),
            hide_index=True,
            disabled=[label],
            height=_FIGURES_HEIGHT,
            column_config={
                figure: st.column_config.NumberColumn(min_value=0, step=1, width="small")
            },
            placeholder=text("ui.unknown", language),
            key=f"figures-{facility}-{language}-{hash(tuple(values))}",
        )
        with st.container(horizontal=True):
            apply_ = st.form_submit_button(text("scenario_page.apply", language), type="primary")
            remove = st.form_submit_button(text("scenario_page.remove_facility", language))
    if apply_:
        after = [_number(value) for value in edited[figure]]
        cells: dict[str, Cell] = {
            name: None if math.isnan(new) else round(new)
            for name, old, new in zip(names, values, after, strict=True)
            if not (old == new or (math.isnan(old) and math.isnan(new)))
        }
        change(lambda scenario: facility_changed(scenario, facility, cells))
        st.rerun()
    if remove:
        change(lambda scenario: facility_removed(scenario, facility))
        st.rerun()


def _in_place(report: Report, language: Language) -> None:
    """Draw what is to be built in a village, or beside an existing facility."""
    facility_fields(language, _PLACE, narrow=True)
    places = _places(report, language)
    chosen = st.selectbox(
        text("scenario_page.place", language),
        list(places),
        index=None,
        format_func=lambda key: places[key].label if key in places else str(key),
        placeholder=text("scenario_page.place_choose", language),
        key=box_key("place-at", language),
    )
    st.button(
        text("scenario_page.place_here", language),
        on_click=_build,
        args=(places.get(str(chosen)),),
        disabled=chosen is None,
        key="place-here",
    )


@dataclass(frozen=True)
class _Place:
    label: str
    lon: float
    lat: float


def _places(report: Report, language: Language) -> dict[str, _Place]:
    """Return villages, then facilities whose place is known."""
    villages = report.county.villages
    named = _village_names(report)
    places = {
        f"village:{code}": _Place(named[code], float(lon), float(lat))
        for code, lon, lat in zip(
            villages["code"].astype(str), villages["lon"], villages["lat"], strict=True
        )
    }
    table = report.county.facilities
    for key, label, lon, lat in zip(
        table["id"].astype(str),
        _facility_names(report, language),
        table["lon"],
        table["lat"],
        strict=True,
    ):
        if not (pd.isna(lon) or pd.isna(lat)):
            places[f"facility:{key}"] = _Place(label, float(lon), float(lat))
    return places


def _build(place: _Place | None) -> None:
    if place is not None:
        place_facility(place.lon, place.lat, _PLACE)


def _village_names(report: Report) -> dict[str, str]:
    """Return each village with its township, by code."""
    villages = report.villages
    return {
        str(code): f"{name} · {township}"
        for code, name, township in zip(
            villages["code"], villages["name"], villages["township_name"], strict=True
        )
    }


def village_box(
    report: Report, language: Language, key: str, *, search: bool = False
) -> str | None:
    """Draw a box in which a village is searched by its name; return its code.

    Parameters
    ----------
    search
        It is to be shown, not chosen for something: the box has no heading.
    """
    named = _village_names(report)
    if st.session_state.get(key) not in named:
        st.session_state.pop(key, None)
    return cast(
        "str | None",
        st.selectbox(
            text("map_page.search" if search else "scenario_page.village", language),
            list(named),
            index=None,
            format_func=lambda code: named.get(code, str(code)),
            placeholder=text(
                "map_page.search_hint" if search else "scenario_page.village_choose", language
            ),
            label_visibility="collapsed" if search else "visible",
            key=key,
        ),
    )


def find_village(report: Report, code: str | None) -> None:
    """Let the map turn to the village, and its way be drawn."""
    villages = report.county.villages
    codes = villages["code"].astype(str).tolist()
    if code in codes:
        row = codes.index(code)
        work().village = code
        look_at(
            f"village:{code}", float(villages["lon"].iloc[row]), float(villages["lat"].iloc[row])
        )


def response_form(report: Report, language: Language) -> None:
    """Draw turn-out, speeds and the limits of the rules on the ambulance's time."""
    parameters = report.county.config.response
    with st.form("scenario-response", border=False):
        turnout, factor = st.columns(2)
        entered = {
            "turnout_min": turnout.number_input(
                text("scenario_page.turnout_min", language),
                min_value=0.0,
                max_value=60.0,
                value=float(parameters.turnout_min),
                step=0.5,
                format="%.1f",
            ),
            "speed_factor": factor.number_input(
                text("scenario_page.speed_factor", language),
                min_value=0.1,
                max_value=3.0,
                value=float(parameters.speed_factor),
                step=0.05,
                format="%.2f",
            ),
        }
        speeds = _speeds(parameters, language)
        limits = _limits(report, language)
        if st.form_submit_button(text("scenario_page.apply", language), type="primary"):
            values: dict[str, Any] = {
                name: entered[name]
                for name in _RESPONSE
                if entered[name] != getattr(parameters, name)
            }
            if speeds:
                values["speeds_kph"] = speeds
            change(lambda scenario: limits_set(response_set(scenario, values), limits))
            st.rerun()


def _speeds(parameters: ResponseParameters, language: Language) -> dict[str, float | None]:
    """Draw the speeds of the classes of road; return those that were changed."""
    st.caption(text("scenario_page.speeds", language))
    profile = load_profile(parameters.speed_profile)
    road, kph, usual = (
        text(f"scenario_page.{name}", language) for name in ("road", "kph", "kph_profile")
    )
    values = [float(parameters.speeds_kph.get(name, math.nan)) for name in _ROADS]
    edited = st.data_editor(
        pd.DataFrame(
            {
                road: [text(f"scenario_page.road_{name}", language) for name in _ROADS],
                usual: [f"{profile.urban[name]:g} / {profile.rural[name]:g}" for name in _ROADS],
                kph: pd.array(values, dtype="Float64"),
            }
        ),
        hide_index=True,
        disabled=[road, usual],
        column_config={kph: st.column_config.NumberColumn(min_value=1, max_value=150, step=1)},
        placeholder=text("ui.unknown", language),
        key=f"speeds-{language}-{hash(tuple(values))}",
    )
    after = [_number(value) for value in edited[kph]]
    return {
        name: None if math.isnan(new) else new
        for name, old, new in zip(_ROADS, values, after, strict=True)
        if not (old == new or (math.isnan(old) and math.isnan(new)))
    }


def _limits(report: Report, language: Language) -> dict[str, dict[str, float]]:
    """Draw the limits in minutes of the rules that have some; return those that were changed."""
    changed: dict[str, dict[str, float]] = {}
    for result in report.rules:
        offered = kind_of(result.rule).scenario_parameters
        limits = {
            name: parameter for name, parameter in result.rule.parameters.items() if name in offered
        }
        if limits:
            st.markdown(f"**{literal(result.rule.title.text(language))}**")
        columns = st.columns(2, gap="small") if limits else ()
        for place, (name, parameter) in enumerate(limits.items()):
            old = float(cast(float, parameter.value))
            new = columns[place % 2].number_input(
                text(_LIMITS[name], language)
                if name in _LIMITS
                else parameter.meaning.text(language),
                min_value=float(parameter.minimum if parameter.minimum is not None else 0.0),
                max_value=float(parameter.maximum if parameter.maximum is not None else 600.0),
                value=old,
                step=1.0,
                format="%.0f",
                help=parameter.meaning.text(language),
                key=f"limit-{result.rule.id}-{name}-{old}",
            )
            if new != old:
                changed.setdefault(result.rule.id, {})[name] = new
    return changed


def people_form(report: Report, language: Language) -> None:
    """Draw growth, and the residents of one village."""
    units = report.units
    named = dict(zip(units["code"].astype(str), units["name"].astype(str), strict=True))
    # With the people the box becomes another one, which says 0: what is done is not done twice.
    key = f"grow-{report.summary.population}"
    with st.form("scenario-grow", border=False):
        percent = st.number_input(
            text("scenario_page.grow", language),
            min_value=-90.0,
            max_value=900.0,
            value=0.0,
            step=1.0,
            format="%.1f",
            key=key,
        )
        where = st.multiselect(
            text("scenario_page.grow_where", language),
            list(named),
            format_func=lambda code: named[code],
            placeholder=text("scenario_page.grow_everywhere", language),
        )
        if st.form_submit_button(text("scenario_page.apply", language), type="primary") and percent:
            factor = round(1 + percent / 100, 6)
            change(lambda s: added(s, Grow(factor=factor, townships=tuple(where))))
            st.rerun()
    st.divider()
    code = village_box(report, language, "people-village")
    if code is not None:
        row = report.villages["code"].astype(str).tolist().index(code)
        known = _number(report.villages["population"].iloc[row])
        with st.form("scenario-people", border=False):
            people = st.number_input(
                text("scenario_page.people", language),
                min_value=0,
                max_value=10_000_000,
                value=0 if math.isnan(known) else round(known),
                key=f"people-{code}-{known}",
            )
            if st.form_submit_button(text("scenario_page.apply", language), type="primary"):
                change(lambda s: population_set(s, code, float(people)))
                st.rerun()


def _number(value: Any) -> float:
    return math.nan if pd.isna(value) else float(value)
