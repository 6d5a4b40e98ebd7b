"""Change the county on the map and see at once what each rule gains or loses.

Message ids with the prefixes ``scenario_page.panel_`` (`_PANELS`) and ``scenario_page.view_``
(`_VIEWS`) are put together here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from coverage.assessment.report import Report
from coverage.county.model import County
from coverage.messages import Language, text
from coverage.ui import cache
from coverage.ui.map.view import controls, draw, show_way
from coverage.ui.scenario.compare import all_scenarios, side_by_side, unit_costs
from coverage.ui.scenario.edit_list import edit_list, steps
from coverage.ui.scenario.files import chooser
from coverage.ui.scenario.forms import facility_form, people_form, response_form
from coverage.ui.scenario.results import figures, gains
from coverage.ui.scenario.state import fitting, trouble_lines, work
from coverage.ui.scenario.tools import on_map_event, toolbar
from coverage.ui.state import session
from coverage.ui.widgets.opening import chosen
from coverage.ui.words import literal

_HEIGHT: Final = 520
_PANELS: Final = ("edits", "facility", "response", "people")
_VIEWS: Final = ("gains", "sides", "all", "costs")


def page() -> None:
    """Draw the page."""
    current = session()
    language = current.language
    st.title(text("ui.scenario_title", language))
    # What comes and goes above the map stands in boxes that stay: the map would begin anew where
    # its place among the page's parts changes.
    with st.container(key="head", gap="xsmall"):
        report = chosen(language)
    if report is None:
        return
    drawn = fitting(current)
    base = cache.report(drawn.folder, drawn.overrides)
    chooser(current, language)
    with st.container(key="trouble"):
        _trouble(language)
    left, right = st.columns([63, 37], gap="medium")
    with left, st.container(gap="xsmall"):
        with st.container(key="tools", gap="xsmall"):
            tool = toolbar(language)
        layer, rule = controls(report, language, "scenario")
        village = work().village
        draw(
            drawn,
            language,
            layer,
            rule,
            key="scenario",
            height=_HEIGHT,
            tell=on_map_event,
            tool=tool,
            village=village,
            bare=True,
        )
        show_way(drawn, report, village, language)
    with right:
        figures(base, report, language)
        steps(language)
        _panel(base, report, language)
    st.divider()
    view = st.segmented_control(
        text("scenario_page.view", language),
        _VIEWS,
        format_func=lambda name: text(f"scenario_page.view_{name}", language),
        default="gains",
        required=True,
        label_visibility="collapsed",
        key="scenario-view",
    )
    if view == "sides":
        side_by_side(drawn, language, layer, rule)
    elif view == "all":
        all_scenarios(current, language)
    elif view == "costs":
        unit_costs(current, language)
    else:
        gains(drawn, (base, report), language)


def _trouble(language: Language) -> None:
    """Say why the last change could not be made."""
    lines = trouble_lines(language)
    if lines:
        listed = "\n".join(f"- {literal(line)}" for line in lines)
        heading = text("scenario_page.refused", language)
        st.error(f"{heading}\n\n{listed}", icon=":material/error:")


def _panel(base: Report, report: Report, language: Language) -> None:
    panel = st.segmented_control(
        text("scenario_page.panel", language),
        _PANELS,
        format_func=lambda name: text(f"scenario_page.panel_{name}", language),
        default="edits",
        required=True,
        label_visibility="collapsed",
        key="scenario-panel",
    )
    if panel == "facility":
        facility_form(report, language)
    elif panel == "response":
        response_form(report, language)
    elif panel == "people":
        people_form(report, language)
    else:
        edit_list(_named(base.county, report.county), base.network, language)


def _named(before: County, after: County) -> County:
    """Return a county that knows the names of what there is after the scenario, or was before."""
    columns = ["id", "name"]
    both = pd.concat([after.facilities[columns], before.facilities[columns]], ignore_index=True)
    return replace(after, facilities=both.drop_duplicates("id", ignore_index=True))
