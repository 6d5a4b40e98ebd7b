"""A rule's clause, reading and figures, and what its result rests on.

Message ids with the prefixes ``report.origin_`` (`coverage.rules.model.rule.Parameter.origin`) and
``report.force_`` (`coverage.rules.model.rule.SourceClause.force`) are put together here, and with
``ui.unit.`` for the units that the catalogue's parameters have.
"""

from __future__ import annotations

import math
from typing import Final

import pandas as pd
import streamlit as st

from coverage.figures import minutes_text
from coverage.messages import Language, text
from coverage.report.access import access_text, minute_limits, worst_access
from coverage.report.setting_text import (
    date_text,
    meaning_text,
    reading_text,
    rule_title,
    setting_text,
)
from coverage.rules.model.results import AccessResult, RuleResult
from coverage.rules.model.rule import Rule, SourceClause
from coverage.ui.words import literal

_WORST: Final = 5
"""Villages that are listed with a rule's travel times."""


def clause_panel(result: RuleResult, language: Language) -> None:
    """Draw everything behind one result."""
    rule = result.rule
    with st.container(border=True, key="clause"):
        st.markdown(f"##### {literal(rule.title.text(language))}")
        clause_text(rule, language)
        if result.note is not None:
            st.info(literal(result.note.text(language)), icon=":material/info:")
        if result.access is not None:
            _access(result, result.access, language)
        if rule.parameters:
            parameter_table(rule, language)


def clause_text(rule: Rule, language: Language) -> None:
    """Draw a rule's force, deadline, sources and reading."""
    st.caption(
        text(
            "ui.rule_line",
            language,
            id=rule.id,
            force=text(f"report.force_{rule.force}", language),
        )
        + (
            text("ui.deadline", language, deadline=literal(date_text(rule.deadline, language)))
            if rule.deadline
            else ""
        )
        + (
            text("ui.beside", language, title=literal(rule_title(rule.beside, language)))
            if rule.beside
            else ""
        )
    )
    for source in rule.sources:
        number = ""
        if source.number:
            number = text("ui.number", language, number=source.number)
        elif source.issuer:
            number = text("ui.issuer", language, issuer=source.issuer)
        rest = "".join(
            text("ui.source_part", language, part=part)
            for part in (
                date_text(source.date, language),
                source.clause,
                *_demands(source, language),
            )
            if part
        )
        place = text("ui.source", language, title=source.title, number=number, rest=rest)
        st.markdown(f"**{literal(place)}**")
        st.markdown("> " + literal(source.paraphrase.text(language)))
    st.markdown(f"**{text('ui.reading', language)}** " + literal(reading_text(rule, language)))


def _demands(source: SourceClause, language: Language) -> tuple[str, ...]:
    """Return what a document says of the rule, and by when it wants it, where it says so."""
    force = text(f"report.force_{source.force}", language)
    by = (
        text("ui.source_by", language, deadline=date_text(source.deadline, language))
        if source.deadline
        else ""
    )
    return force, by


def _access(result: RuleResult, access: AccessResult, language: Language) -> None:
    st.markdown(literal(access_text(access, language)))
    unreached = text("ui.unreached", language)
    worst = worst_access(access, _WORST)
    st.table(
        pd.DataFrame(
            {
                text("ui.column_village", language): [literal(v.name) for v in worst],
                text("ui.column_township", language): [literal(v.township) for v in worst],
                text("ui.column_travel", language): [
                    unreached
                    if math.isnan(v.minutes)
                    else minutes_text(v.minutes, *minute_limits(result.rule))
                    for v in worst
                ],
                text("ui.column_facility", language): [
                    literal(v.facility_name) or text("ui.unknown", language) for v in worst
                ],
            }
        ),
        hide_index=True,
    )


def parameter_table(rule: Rule, language: Language) -> None:
    """Draw a rule's parameters with their values and where these come from."""
    parameters = rule.parameters
    st.table(
        pd.DataFrame(
            {
                text("ui.column_meaning", language): [
                    literal(meaning_text(parameter, language)) for parameter in parameters.values()
                ],
                text("ui.column_value", language): [
                    literal(setting_text(parameter.value, parameter.unit, language))
                    for parameter in parameters.values()
                ],
                text("ui.column_origin", language): [
                    text(f"report.origin_{parameter.origin}", language)
                    for parameter in parameters.values()
                ],
            }
        ),
        hide_index=True,
    )


def unit_text(unit: str, language: Language) -> str:
    """Return the word for a parameter's unit; a unit of a user's own as it stands."""
    if not unit:
        return ""
    known = unit in _UNITS
    return text(f"ui.unit.{unit}", language) if known else literal(unit)


_UNITS: Final = frozenset({"min", "m", "residents", "per_1000", "per_10000", "share"})
