"""The catalogue with clause, reading and figures; other figures tried; a rule of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from zlib import crc32

import pandas as pd
import streamlit as st

from coverage.assessment.report import Report
from coverage.county.config import load_config
from coverage.county.words import fold
from coverage.messages import Language, text
from coverage.problems import InputError
from coverage.report.condition_text import column_text
from coverage.report.rule_text import first_regions_text, regions_text
from coverage.report.score import clause_text, kind_text, verdict_text
from coverage.rules.catalogue.settings import CountyRule, county_rules
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.rules.registry import kind_ids, needed_columns
from coverage.ui import cache
from coverage.ui.rules.clause import clause_text as draw_clause
from coverage.ui.rules.effect_table import effect_table
from coverage.ui.rules.form import rule_form
from coverage.ui.rules.score_card import tinted, verdict_mark
from coverage.ui.rules.values import rule_values
from coverage.ui.state import keep, session
from coverage.ui.widgets.errors import problems
from coverage.ui.widgets.opening import chosen
from coverage.ui.widgets.tables import breakable, fitted, save_button, styled
from coverage.ui.words import literal

_TITLE_PX: Final = 252
_KIND_PX: Final = 104
_VERDICT_PX: Final = 100
_STATE_PX: Final = 104
_REGIONS_PX: Final = 116
_CLAUSE_PX: Final = 300
_HEIGHT_PX: Final = 400


def page() -> None:
    """Draw the page."""
    language = session().language
    st.title(text("ui.rules_title", language))
    try:
        report = chosen(language)
    except InputError as error:
        if not session().workspace.overrides:
            raise
        problems(error, language)
        st.button(
            text("rules_page.drop_all", language),
            type="primary",
            on_click=_drop_all,
            key="rules-drop-all",
        )
        return
    folder = session().folder
    if report is None or folder is None:
        return
    known = county_rules(folder, load_config(folder))
    parts = ("catalogue", "form")
    part = st.segmented_control(
        text("rules_page.part", language),
        parts,
        # The parts' names are the messages rules_page.part_<part>.
        format_func=lambda name: text(f"rules_page.part_{name}", language),
        default=parts[0],
        required=True,
        key=f"rules-part-{language}",
        label_visibility="collapsed",
    )
    if part == "form":
        rule_form(report, folder, known, language)
    else:
        _catalogue(report, folder, known, language)


def _drop_all() -> None:
    keep(replace(session().workspace, overrides={}))


def _catalogue(
    report: Report, folder: Path, known: Mapping[str, CountyRule], language: Language
) -> None:
    filtered = _filtered(known, language)
    results = {result.rule.id: result for result in report.rules}
    if not filtered:
        st.info(text("rules_page.none_found", language))
        return
    _table(filtered, results, language)
    current = session()
    shown = current.rule if current.rule in filtered else next(iter(filtered))
    _one(report, folder, filtered[shown], results.get(shown), language)


def _filtered(known: Mapping[str, CountyRule], language: Language) -> dict[str, CountyRule]:
    """Return the rules that the visitor looks for."""
    kind_column, where_column, word_column = st.columns([2, 3, 3], vertical_alignment="bottom")
    kind = kind_column.selectbox(
        text("ui.column_kind", language),
        ("", *kind_ids()),
        format_func=lambda name: (
            kind_text(name, language) if name else text("rules_page.every_kind", language)
        ),
        key=f"rules-kind-{language}",
    )
    scopes = ("tested", "own", "all")
    scope = where_column.segmented_control(
        text("rules_page.which", language),
        scopes,
        # The scopes' names are the messages rules_page.scope_<scope>.
        format_func=lambda name: text(f"rules_page.scope_{name}", language),
        default=scopes[0],
        required=True,
        key=f"rules-scope-{language}",
    )
    word = fold(
        word_column.text_input(
            text("rules_page.search", language),
            placeholder=text("rules_page.search_hint", language),
            key="rules-search",
        )
    )
    changed = session().workspace.overrides
    return {
        rule_id: one
        for rule_id, one in known.items()
        if (not kind or one.text.kind == kind)
        and (scope == "all" or (one.own if scope == "own" else one.tested or rule_id in changed))
        and (not word or word in _searched(one.text))
    }


def _searched(rule: Rule) -> str:
    words = [rule.id, rule.title.zh, rule.title.en, rule.reading.zh, rule.reading.en]
    for source in rule.sources:
        words += [source.document, source.title, source.number, source.clause]
    return fold(" ".join(words))


def _table(
    rules: Mapping[str, CountyRule], results: Mapping[str, RuleResult], language: Language
) -> None:
    title, kind = text("ui.column_rule", language), text("ui.column_kind", language)
    verdict = text("ui.column_verdict", language)
    state = text("rules_page.column_state", language)
    regions, clause = (
        text("rules_page.column_regions", language),
        text("ui.column_clause", language),
    )
    verdicts = [results[i].verdict if i in results else "not_applicable" for i in rules]
    table = pd.DataFrame(
        {
            title: [one.text.title.text(language) for one in rules.values()],
            kind: [kind_text(one.text.kind, language) for one in rules.values()],
            verdict: [
                verdict_mark(results[i].verdict, language, verdict_text(results[i], language))
                if i in results
                else text("rules_page.not_tested", language)
                for i in rules
            ],
            state: [_state(one, language) for one in rules.values()],
            regions: [regions_text(one.text, language) for one in rules.values()],
            clause: [
                _first_clause(results[i].rule if i in results else one.text, language)
                for i, one in rules.items()
            ],
        }
    )
    widths = {
        title: _TITLE_PX,
        kind: _KIND_PX,
        verdict: _VERDICT_PX,
        state: _STATE_PX,
        regions: _REGIONS_PX,
        clause: _CLAUSE_PX,
    }
    brief = [first_regions_text(one.text, language) for one in rules.values()]
    drawn = table.assign(**{clause: table[clause].map(breakable)})
    drawn[regions] = brief
    key = f"rules-{language}-{crc32(chr(32).join(rules).encode())}"
    st.dataframe(
        tinted(styled(drawn, widths), verdict, verdicts),
        hide_index=True,
        on_select=partial(_choose, key, tuple(rules)),
        selection_mode="single-cell",
        key=key,
        height=_HEIGHT_PX,
        row_height=fitted(drawn, widths),
        column_config={
            name: st.column_config.TextColumn(width=wide) for name, wide in widths.items()
        },
    )
    left, right = st.columns(2)
    left.caption(text("rules_page.table_hint", language, count=len(rules)))
    with right:
        save_button(table, "rules", language)


def _first_clause(rule: Rule, language: Language) -> str:
    """Return where a rule is written first, and in how many more places."""
    first = clause_text(rule.sources[0], language)
    more = len(rule.sources) - 1
    if not more:
        return first
    return text("rules_page.more_sources", language, first=first, count=more)


def _state(one: CountyRule, language: Language) -> str:
    """Return whose rule it is, and whose figures it has."""
    if one.text.id in session().workspace.overrides:
        return text("rules_page.state_tried", language)
    if one.rule.values() != one.text.values():
        return text("rules_page.state_county", language)
    return text("rules_page.state_own" if one.own else "rules_page.state_plain", language)


def _choose(key: str, ids: tuple[str, ...]) -> None:
    """Remember the rule whose row was clicked."""
    cells = st.session_state[key]["selection"]["cells"]
    if cells and int(cells[0][0]) < len(ids):
        session().rule = ids[int(cells[0][0])]


def _one(
    report: Report,
    folder: Path,
    known: CountyRule,
    result: RuleResult | None,
    language: Language,
) -> None:
    rule = known.text
    with st.container(border=True, key="rule"):
        st.markdown(f"#### {literal(rule.title.text(language))}")
        overrides = session().workspace.overrides
        if overrides:
            scenario = session().scenario if report.scenario else None
            before = cache.scenario_report(folder, None, scenario)
            effect_table(before, report, set(overrides), language)
        elif result is not None:
            effect_table(report, report, {rule.id}, language)
        written, figures = st.columns([1, 1], gap="large")
        with written:
            draw_clause(rule if result is None else result.rule, language)
            _needs(rule, language)
            if result is not None and result.note is not None:
                st.info(literal(result.note.text(language)), icon=":material/info:")
        with figures:
            rule_values(known, language)


def _needs(rule: Rule, language: Language) -> None:
    separator = text("report.list_separator", language)
    needed = separator.join(column_text(column, language) for column in needed_columns(rule))
    if needed:
        st.caption(text("rules_page.needs", language, columns=literal(needed)))
