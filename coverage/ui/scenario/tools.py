"""What a click, a drag or a drawing on the scenario's map does.

Message ids with the prefix ``scenario_page.tool_`` and ``scenario_page.hint_`` (`TOOLS`) are put
together here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from coverage.assessment.report import Report
from coverage.county.words import meanings
from coverage.messages import Language, text
from coverage.problems import Problem
from coverage.scenario.editing import (
    added,
    facility_moved,
    free_id,
    free_name,
    own_ids,
    township_at,
)
from coverage.scenario.edits.facilities import AddFacility
from coverage.scenario.edits.people import AddVillage
from coverage.scenario.edits.roads import CloseRoad, SlowRoad
from coverage.scenario.model import Scenario
from coverage.scenario.words import kind_word
from coverage.ui import cache
from coverage.ui.map.live import Click, Draw, Event, Move, Pick, Tool
from coverage.ui.scenario.state import case, change, refuse, work
from coverage.ui.state import session
from coverage.ui.widgets.choices import box_key

TOOLS: Final[Mapping[str, Tool]] = MappingProxyType(
    {
        "look": "look",
        "add": "add",
        "move": "move",
        "settle": "add",
        "cut_line": "line",
        "cut_area": "area",
        "slow": "area",
    }
)
"""What the reader chooses, and what it is to the map."""

_TOOL: Final = "scenario-tool"
_ON_MAP: Final = "add"
_PEOPLE: Final = "settle-people"
_CLASS: Final = "settle-class"
_SETTLEMENT: Final = "settle-name"
_FACTOR: Final = "slow-factor"
_FIRST_KIND: Final = "emergency_station"
_PEOPLE_AT_FIRST: Final = 1000
_FACTOR_AT_FIRST: Final = 0.5


def toolbar(language: Language) -> Tool:
    """Draw the choice of what the mouse does, and what belongs to it; return it for the map."""
    st.session_state.setdefault(_TOOL, "look")
    tool = st.segmented_control(
        text("scenario_page.tool", language),
        list(TOOLS),
        format_func=lambda name: text(f"scenario_page.tool_{name}", language),
        required=True,
        label_visibility="collapsed",
        wrap=True,
        key=_TOOL,
    )
    tool = tool or "look"
    if tool == "add":
        facility_fields(language, _ON_MAP)
    elif tool == "settle":
        _settlement_fields(language)
    elif tool == "slow":
        st.slider(
            text("scenario_page.slow_factor", language),
            min_value=0.1,
            max_value=1.5,
            value=_FACTOR_AT_FIRST,
            step=0.1,
            key=_FACTOR,
        )
    st.caption(text(f"scenario_page.hint_{tool}", language))
    return TOOLS[tool]


def facility_fields(language: Language, where: str, *, narrow: bool = False) -> None:
    """Draw what a new facility is.

    Parameters
    ----------
    where
        Names the fields: there may be some for the map and some beside it at once.
    narrow
        There is not room for all in one line.
    """
    if narrow:
        kind: DeltaGenerator = st.container()
        name, ambulances = st.columns([5, 4], gap="small")
    else:
        kind, name, ambulances = st.columns([5, 5, 3], gap="small")
    kind.selectbox(
        text("scenario_page.kind", language),
        list(meanings("facility_kind")),
        format_func=lambda word: kind_word(word, language),
        key=box_key(f"{where}-kind", language, _FIRST_KIND),
    )
    with name:
        _name_field(f"{where}-name", language)
    ambulances.number_input(
        text("scenario_page.ambulances", language),
        min_value=0,
        max_value=100,
        value=1,
        key=f"{where}-ambulances",
    )


def _name_field(key: str, language: Language) -> None:
    st.text_input(
        text("scenario_page.name", language),
        placeholder=text("scenario_page.name_given", language),
        max_chars=100,
        key=key,
    )


def _settlement_fields(language: Language) -> None:
    name, people, area = st.columns([5, 4, 4], gap="small")
    with name:
        _name_field(_SETTLEMENT, language)
    people.number_input(
        text("scenario_page.people", language),
        min_value=0,
        max_value=10_000_000,
        value=_PEOPLE_AT_FIRST,
        step=100,
        key=_PEOPLE,
    )
    area.selectbox(
        text("scenario_page.area_class", language),
        ["rural", "urban"],
        format_func=lambda word: text(f"scenario_page.area_{word}", language),
        key=box_key(_CLASS, language),
    )


def on_map_event(event: Event) -> None:
    """Do what was done on the map."""
    if isinstance(event, Pick):
        picked(event.key)
    elif isinstance(event, Move):
        facility = event.key.partition(":")[2]
        change(lambda scenario: facility_moved(scenario, facility, event.lon, event.lat))
    else:
        tool = st.session_state.get(_TOOL)
        if _made(str(tool), event):
            st.session_state[_TOOL] = "look"


def picked(key: str) -> None:
    """Remember the village or facility that was clicked."""
    what, _, which = key.partition(":")
    now = work()
    if what == "village":
        now.village = which
    else:
        now.facility = which


def _made(tool: str, event: Click | Draw) -> bool:
    if isinstance(event, Click):
        if tool == "settle":
            return place_settlement(event.lon, event.lat)
        return place_facility(event.lon, event.lat, _ON_MAP)
    if event.shape == "line":
        return change(lambda scenario: added(scenario, CloseRoad(line=event.points)))
    if tool == "slow":
        factor = float(st.session_state.get(_FACTOR, _FACTOR_AT_FIRST))
        return change(lambda scenario: added(scenario, SlowRoad(area=event.points, factor=factor)))
    return change(lambda scenario: added(scenario, CloseRoad(area=event.points)))


def place_facility(lon: float, lat: float, where: str) -> bool:
    """Add the facility that the fields `where` describe."""
    current = session()
    kind = str(st.session_state.get(box_key(f"{where}-kind", current.language), _FIRST_KIND))
    ambulances = int(st.session_state.get(f"{where}-ambulances", 1))
    typed = str(st.session_state.get(f"{where}-name", "")).strip()

    def make(scenario: Scenario) -> Scenario:
        county = _base().county
        word = kind_word(kind, current.language)
        stem = typed or text("scenario_page.new_facility", current.language, kind=word)
        names = {*county.facilities["name"].astype(str), *_own_names(scenario)}
        taken = {*county.facilities["id"].astype(str), *own_ids(scenario)}
        action = AddFacility.model_validate(
            {
                "id": free_id("new", taken),
                "name": typed or free_name(stem, names),
                "kind": kind,
                "lon": lon,
                "lat": lat,
                "ambulances": ambulances,
            }
        )
        return added(scenario, action)

    made = change(make)
    if made:
        st.session_state[f"{where}-name"] = ""
    return made


def place_settlement(lon: float, lat: float) -> bool:
    """Add the settlement that the fields describe, in the township in which it lies."""
    current = session()
    people = float(st.session_state.get(_PEOPLE, _PEOPLE_AT_FIRST))
    area_class = str(st.session_state.get(box_key(_CLASS, current.language), "rural"))
    typed = str(st.session_state.get(_SETTLEMENT, "")).strip()
    county = _base().county
    township = township_at(county, lon, lat)
    if township is None:
        refuse(Problem("scenario_page.outside"))
        return False

    def make(scenario: Scenario) -> Scenario:
        names = {*county.villages["name"].astype(str), *_own_names(scenario)}
        taken = {*county.villages["code"].astype(str), *own_ids(scenario)}
        stem = text("scenario_page.new_settlement", current.language)
        return added(
            scenario,
            AddVillage(
                code=free_id("new-village", taken),
                name=typed or free_name(stem, names),
                township=township,
                population=people,
                area_class=area_class,
                lon=lon,
                lat=lat,
            ),
        )

    made = change(make)
    if made:
        st.session_state[_SETTLEMENT] = ""
    return made


def _own_names(scenario: Scenario) -> set[str]:
    actions = [edit.action for edit in scenario.edits]
    return {action.name for action in actions if isinstance(action, AddFacility | AddVillage)}


def _base() -> Report:
    in_force = case(session())
    return cache.report(in_force.folder, in_force.overrides)
