"""A county's map as pages draw it: what it shows is chosen, a village is searched or clicked.

Message ids with the prefixes ``map_page.layer.`` (`maps.LAYERS`) and ``map_page.basemap_``
(`maps.basemap.KINDS`, `maps.basemap.DATUMS`) are put together here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Final, cast

import streamlit as st

from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.problems import InputError
from coverage.ui import cache, visitor
from coverage.ui.map.live import Event, Tool, show_live
from coverage.ui.scenario.forms import find_village, village_box
from coverage.ui.scenario.state import work
from coverage.ui.state import Session, session, set_basemap
from coverage.ui.widgets.choices import box_key
from coverage.ui.words import literal
from coverage.workspace.folder import typed_path
from maps import LAYERS
from maps.basemap import DATUMS, KINDS, LOCAL, NO_BASEMAP, Basemap, Datum
from maps.words import minutes, people

_LEGS: Final = 6
"""Roads of a way that are named."""


def layers_of(report: Report) -> tuple[str, ...]:
    """Return the layers there are: the difference only where a scenario is in the figures."""
    return tuple(name for name in LAYERS if name != "change" or report.scenario)


def controls(report: Report, language: Language, key: str) -> tuple[str, str | None]:
    """Draw the choice of what is shown, and the search; return layer and rule."""
    current = session()
    names = layers_of(report)
    if current.layer not in names:
        current.layer = names[0]
    # The rule's title needs room.
    widths = [3, 6, 3] if current.layer == "units" else [4, 4, 4]
    layer_box, rule_box, search_box = st.columns(widths, gap="small")
    # Another page may have chosen: the box shows what is in force.
    box = f"{key}-layer-{language}-{len(names)}"
    st.session_state[box] = current.layer
    with layer_box:
        layer = st.selectbox(
            text("map_page.layer", language),
            names,
            format_func=lambda name: text(f"map_page.layer.{name}", language),
            label_visibility="collapsed",
            on_change=_choose_layer,
            args=(box,),
            key=box,
        )
    rule = None
    with rule_box:
        if layer == "units":
            rule = _rule(report, language, key)
    with search_box:
        searched = f"{key}-village"
        before = st.session_state.get(f"{searched}-seen")
        code = village_box(report, language, searched, search=True)
        if code != before:
            st.session_state[f"{searched}-seen"] = code
            find_village(report, code)
    return layer, rule


def _choose_layer(box: str) -> None:
    session().layer = str(st.session_state[box])


def _units_rules(report: Report, language: Language) -> dict[str, str]:
    """Return the titles of the rules that units are coloured by."""
    return {r.rule.id: r.rule.title.text(language) for r in report.rules if r.units}


def rule_shown(report: Report, current: Session) -> str | None:
    """Return the rule by whose verdict the map colours units; None where there is none."""
    rules = list(_units_rules(report, current.language))
    return current.rule if current.rule in rules else next(iter(rules), None)


def _rule(report: Report, language: Language, key: str) -> str | None:
    titles = _units_rules(report, language)
    if not titles:
        return None
    # Another page may have chosen: the box shows what is in force.
    box = f"{key}-rule-{language}"
    st.session_state[box] = rule_shown(report, session())
    return cast(
        "str | None",
        st.selectbox(
            text("map_page.rule", language),
            list(titles),
            format_func=lambda rule: titles.get(rule, rule),
            label_visibility="collapsed",
            on_change=_choose_rule,
            args=(box,),
            key=box,
        ),
    )


def _choose_rule(box: str) -> None:
    session().rule = st.session_state[box]


def draw(
    case: cache.Case,
    language: Language,
    layer: str,
    rule: str | None,
    *,
    key: str,
    height: int,
    tell: Callable[[Event], None],
    tool: Tool = "look",
    village: str | None = None,
    bare: bool = False,
) -> None:
    """Draw the map; it keeps its place, zoom and layers whatever is drawn on it."""
    basemap = chosen_basemap(session())
    message_area = st.container(key=f"{key}-told")
    try:
        drawing = cache.map_arguments(
            case,
            language,
            layer,
            rule=rule,
            village=village,
            basemap=basemap,
            height=height,
            bare=bare,
        )
    except InputError as error:
        if basemap == NO_BASEMAP:
            raise
        message_area.warning(
            literal(" ".join(visitor.lines(error, language))), icon=":material/warning:"
        )
        drawing = cache.map_arguments(
            case, language, layer, rule=rule, village=village, height=height, bare=bare
        )
    show_live(drawing.base, drawing.layers, key, tell, tool, work().focus)


def show_way(case: cache.Case, report: Report, code: str | None, language: Language) -> None:
    """Say how the ambulance reaches the village that was clicked or searched."""
    codes = report.villages["code"].astype(str).tolist()
    if code not in codes:
        return
    row = report.villages.iloc[codes.index(code)]
    way = cache.way(case, code)
    named = f"**{literal(str(row['name']))}** · {people(float(row['population']), language)}"
    with st.container(border=True, key="way"):
        if way is None:
            st.markdown(text("map_page.no_way", language, village=named))
            return
        st.markdown(
            text(
                "map_page.way",
                language,
                village=named,
                station=literal(str(row["station_name"])),
                response=minutes(way.response_min, language, float(row["limit_min"])),
                turnout=minutes(way.turnout_min, language),
                leaving=minutes(way.leaving_min, language),
                drive=minutes(way.drive_min, language),
                access=minutes(way.access_min, language),
                km=f"{way.length_m / 1000:.1f}",
            )
        )
        roads = list(dict.fromkeys(leg.name for leg in way.legs if leg.name))
        if roads:
            listed = text("maps.list_separator", language).join(roads[:_LEGS])
            more = "…" if len(roads) > _LEGS else ""
            st.caption(text("map_page.way_roads", language, roads=literal(listed) + more))


def chosen_basemap(current: Session) -> Basemap:
    """Return the base map that the workspace names; none where what it names cannot be one."""
    kept = current.workspace.basemap
    kind = kept.get("kind", "none")
    if kind not in KINDS or (kind in LOCAL and not visitor.is_local()):
        return NO_BASEMAP
    try:
        datum = cast(Datum, kept.get("datum", "wgs84"))
        return Basemap(kind, kept.get("path", ""), kept.get("key", ""), datum).checked()
    except InputError:
        return NO_BASEMAP


def basemap_form(language: Language) -> None:
    """Draw the choice of what lies under the county."""
    kept = session().workspace.basemap
    kinds = [kind for kind in KINDS if kind not in LOCAL or visitor.is_local()]
    first = kept.get("kind") if kept.get("kind") in kinds else None
    kind = st.selectbox(
        text("map_page.basemap", language),
        kinds,
        format_func=lambda name: text(f"map_page.basemap_{name}", language),
        key=box_key("basemap-kind", language, first),
    )
    path, secret, datum = "", "", DATUMS[0]
    if kind in LOCAL:
        path = st.text_input(
            text("map_page.basemap_file", language), value=kept.get("path", ""), key="basemap-path"
        )
        stated = kept.get("datum") if kept.get("datum") in DATUMS else None
        datum = st.selectbox(
            text("map_page.basemap_datum", language),
            DATUMS,
            format_func=lambda name: text(f"map_page.basemap_{name}", language),
            key=box_key("basemap-datum", language, stated),
        )
    if kind == "tianditu":
        secret = st.text_input(
            text("map_page.basemap_secret", language),
            value=kept.get("key", ""),
            type="password",
            key="basemap-key",
        )
    if kind in {"osm", "tianditu"}:
        st.caption(text("map_page.basemap_online", language))
    if st.button(text("scenario_page.apply", language), key="basemap-apply"):
        chosen = Basemap(kind, str(typed_path(path) or ""), secret.strip(), datum)
        try:
            chosen.checked()
        except InputError as error:
            st.error(literal(" ".join(visitor.lines(error, language))))
            return
        set_basemap({name: str(value) for name, value in asdict(chosen).items()})
        st.rerun()
