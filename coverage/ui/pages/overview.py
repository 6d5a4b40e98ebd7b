"""The score card, the clause behind each verdict, key figures and the worst villages.

Message ids with the prefixes ``ui.verdict.`` (`coverage.rules.model.Verdict`),
``report.origin_`` (`coverage.rules.model.Parameter.origin`) and ``report.force_``
(`coverage.rules.model.Rule.force`) are put together here, and with ``ui.unit.`` for the units that
the catalogue's parameters have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from coverage.county.words import meanings
from coverage.messages import Language, text
from coverage.report.access import access_text, worst_access
from coverage.report.completeness import column_title, completeness_text
from coverage.report.score import ScoreRow, by_kind, figure_text, score_rows
from coverage.report.worst import worst_villages
from coverage.results import Report
from coverage.rules.model import AccessResult, ParameterValue, RuleResult
from coverage.ui.pages.county import chosen
from coverage.ui.state import session
from coverage.ui.words import literal, minutes_or_dash
from maps.words import people

_VOCABULARIES: Final = ("township_kind", "village_kind", "area_class", "facility_kind")
_WORST: Final = 5
"""Villages that are listed with a rule's travel times."""


def page() -> None:
    """Draw the page."""
    language = session().language
    st.title(text("ui.overview_title", language))
    report = chosen(language)
    if report is None:
        return
    _key_figures(report, language)
    _score_card(report, language)
    _worst(report, language)


def _key_figures(report: Report, language: Language) -> None:
    summary = report.summary
    shown = (
        ("ui.covered_share", figure_text(summary.share, "share", language)),
        ("ui.population", people(summary.population, language)),
        ("ui.unreachable", people(summary.unreachable, language)),
        ("ui.mean_min", minutes_or_dash(summary.mean_min, language)),
        ("ui.p90_min", minutes_or_dash(summary.p90_min, language)),
    )
    for column, (label, value) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(text(label, language), value, border=True)


def _completeness(report: Report, language: Language) -> None:
    st.caption(literal(completeness_text(report, language)))
    missing = report.completeness.missing
    if not missing:
        return
    with st.expander(text("ui.missing_title", language)):
        st.table(
            pd.DataFrame(
                {
                    text("ui.column_column", language): [
                        literal(column_title(name, language)) for name in missing
                    ],
                    text("ui.column_name", language): [literal(name) for name in missing],
                    text("ui.column_rules", language): list(missing.values()),
                }
            ),
            hide_index=True,
        )


def _score_card(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('ui.score_title', language)}")
    _completeness(report, language)
    rows = score_rows(report, language)
    if not rows:
        return
    st.caption(text("ui.score_hint", language))
    results = {result.rule.id: result for result in report.rules}
    current = session()
    shown = current.rule if current.rule in results else rows[0].id
    for kind, group in by_kind(rows):
        st.markdown(f"##### {kind}")
        _scores(group, language)
        if any(row.id == shown for row in group):
            _clause(results[shown], language)


def _scores(rows: Sequence[ScoreRow], language: Language) -> None:
    unknown = text("ui.unknown", language)
    wide = {
        text("ui.column_clause", language): [row.clause for row in rows],
        text("ui.column_reading", language): [row.reading for row in rows],
    }
    key = f"scores-{rows[0].kind}-{language}"
    st.dataframe(
        pd.DataFrame(
            {
                text("ui.column_rule", language): [row.title for row in rows],
                text("ui.column_verdict", language): [
                    text(f"ui.verdict.{row.verdict}", language, word=row.verdict_text)
                    for row in rows
                ],
                text("ui.column_observed", language): [row.observed_text for row in rows],
                text("ui.column_required", language): [row.required_text for row in rows],
                text("ui.column_short", language): [
                    unknown if row.people_short is None else people(row.people_short, language)
                    for row in rows
                ],
                text("ui.column_deadline", language): [
                    row.deadline_text if row.deadline else unknown for row in rows
                ],
                **wide,
            }
        ),
        hide_index=True,
        on_select=partial(_choose, key, tuple(row.id for row in rows)),
        selection_mode="single-cell",
        key=key,
        height="content",
        column_config={name: st.column_config.TextColumn(width="medium") for name in wide},
    )


def _choose(key: str, ids: Sequence[str]) -> None:
    """Remember the rule whose row was clicked last, of whatever kind."""
    cells = st.session_state[key]["selection"]["cells"]
    if cells and int(cells[0][0]) < len(ids):
        session().rule = ids[int(cells[0][0])]


def _clause(result: RuleResult, language: Language) -> None:
    rule = result.rule
    with st.container(border=True, key="clause"):
        st.markdown(f"##### {literal(getattr(rule.title, language))}")
        st.caption(
            text(
                "ui.rule_line",
                language,
                id=rule.id,
                force=text(f"report.force_{rule.force}", language),
            )
            + (
                text("ui.deadline", language, deadline=literal(rule.deadline))
                if rule.deadline
                else ""
            )
            + (text("ui.beside", language, id=literal(rule.beside)) if rule.beside else "")
        )
        for source in rule.sources:
            number = text("ui.number", language, number=source.number) if source.number else ""
            place = text(
                "ui.source",
                language,
                title=source.title,
                number=number,
                date=source.date,
                clause=source.clause,
            )
            st.markdown(f"**{literal(place)}**")
            st.markdown("> " + literal(getattr(source.paraphrase, language)))
        st.markdown(
            f"**{text('ui.reading', language)}** " + literal(getattr(rule.reading, language))
        )
        if result.note is not None:
            st.info(literal(result.note.text(language)), icon=":material/info:")
        if result.access is not None:
            _access(result.access, language)
        if rule.parameters:
            _parameters(result, language)


def _access(access: AccessResult, language: Language) -> None:
    st.markdown(literal(access_text(access, language)))
    unreached = text("ui.unreached", language)
    worst = worst_access(access, _WORST)
    st.table(
        pd.DataFrame(
            {
                text("ui.column_village", language): [literal(v.name) for v in worst],
                text("ui.column_township", language): [literal(v.township) for v in worst],
                text("ui.column_travel", language): [
                    unreached if math.isnan(v.minutes) else f"{v.minutes:.1f}" for v in worst
                ],
                text("ui.column_facility", language): [
                    literal(v.facility_name) or text("ui.unknown", language) for v in worst
                ],
            }
        ),
        hide_index=True,
    )


def _parameters(result: RuleResult, language: Language) -> None:
    parameters = result.rule.parameters
    st.table(
        pd.DataFrame(
            {
                text("ui.column_meaning", language): [
                    literal(getattr(parameter.meaning, language))
                    for parameter in parameters.values()
                ],
                text("ui.column_value", language): [
                    literal(_value(parameter.value, language)) for parameter in parameters.values()
                ],
                text("ui.column_unit", language): [
                    text(f"ui.unit.{parameter.unit}", language) if parameter.unit else ""
                    for parameter in parameters.values()
                ],
                text("ui.column_origin", language): [
                    text(f"report.origin_{parameter.origin}", language)
                    for parameter in parameters.values()
                ],
                text("ui.column_parameter", language): [literal(name) for name in parameters],
            }
        ),
        hide_index=True,
    )


def _value(value: ParameterValue, language: Language) -> str:
    if isinstance(value, bool):
        return text("ui.yes" if value else "ui.no", language)
    if isinstance(value, float):
        return f"{value:g}"
    words = value if isinstance(value, list) else [str(value)]
    return text("report.list_separator", language).join(_word(word, language) for word in words)


def _word(word: str, language: Language) -> str:
    """Return what `word` means where it is one of the county tables' own words, else itself."""
    for vocabulary in _VOCABULARIES:
        if word in meanings(vocabulary):
            chinese, english = meanings(vocabulary)[word]
            return chinese if language == "zh" else english
    return word


def _worst(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('ui.worst_title', language)}")
    worst = worst_villages(report)
    if worst.empty:
        st.success(text("ui.worst_none", language), icon=":material/check_circle:")
        return
    st.caption(text("ui.worst_hint", language))
    minutes = {
        text("ui.column_minutes", language): worst["response_min"],
        text("ui.column_limit", language): worst["limit_min"],
        text("ui.column_over", language): worst["over_min"],
    }
    st.dataframe(
        pd.DataFrame(
            {
                text("ui.column_village", language): worst["name"],
                text("ui.column_township", language): worst["township_name"],
                text("ui.column_people", language): worst["population"],
                **minutes,
                text("ui.column_station", language): worst["station_name"].fillna(
                    text("ui.unknown", language)
                ),
            }
        ),
        hide_index=True,
        height="content",
        placeholder=text("ui.unreached", language),
        column_config={
            text("ui.column_people", language): st.column_config.NumberColumn(format="localized"),
            **{name: st.column_config.NumberColumn(format="%.1f") for name in minutes},
        },
        key=f"worst-{language}",
    )
