"""The score card: a table for each kind of rule, the chosen rule's clause below its table.

Message ids with the prefix ``ui.verdict.`` (`coverage.rules.model.results.Verdict`) are put
together here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final, get_args

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.report.completeness import completeness_text
from coverage.report.score import ScoreRow, by_kind, score_rows
from coverage.rules.model.results import Verdict
from coverage.ui.rules.clause import clause_panel
from coverage.ui.state import session
from coverage.ui.widgets.tables import breakable, fitted, save_button, styled
from coverage.ui.words import literal

# Their sum fits beside the menu in a window 1366 pixels wide.
_RULE_PX: Final = 256
_VERDICT_PX: Final = 94
_FIGURE_PX: Final = 96
_SHORT_PX: Final = 98
_DEADLINE_PX: Final = 100
_CLAUSE_PX: Final = 238

_TINTS: Final = {"met": "#e2eef7", "unmet": "#fbe5d8", "not_assessable": "#eeeeee"}


def score_card(report: Report, language: Language) -> None:
    """Draw the score card and keep the rule that is clicked in the session."""
    st.markdown(f"#### {text('overview_page.score_title', language)}")
    st.caption(literal(completeness_text(report, language)))
    rows = score_rows(report, language)
    if not rows:
        return
    st.caption(text("overview_page.score_hint", language))
    kept = _kept(rows, language)
    if not kept:
        st.info(text("overview_page.none_shown", language))
        return
    current = session()
    ids = {row.id for row in kept}
    shown = current.rule if current.rule in ids else kept[0].id
    results = {result.rule.id: result for result in report.rules}
    for kind, group in by_kind(kept):
        st.markdown(f"##### {kind}")
        _scores(group, language)
        if any(row.id == shown for row in group):
            clause_panel(results[shown], language)
    code = report.county.config.county.code
    label = text("overview_page.save_scores", language)
    save_button(_whole(rows, language), f"scores-{code}", language, label)


def verdict_mark(verdict: Verdict, language: Language, word: str = "") -> str:
    """Return a verdict in words (`word`, if given), with a mark that is told without its colour."""
    word = word or text(f"report.verdict_{verdict}", language)
    return text(f"ui.verdict.{verdict}", language, word=word)


def tinted(table: Styler, column: str, verdicts: Sequence[Verdict]) -> Styler:
    """Return `table` with the cells of `column` in the tint of each row's verdict."""
    tints = [f"background-color: {_TINTS[v]}" if v in _TINTS else "" for v in verdicts]
    return table.apply(lambda _: tints, subset=[column])


def _kept(rows: Sequence[ScoreRow], language: Language) -> list[ScoreRow]:
    """Return the rows whose verdict the visitor wants to see."""
    counts = Counter(row.verdict for row in rows)
    verdicts = [verdict for verdict in get_args(Verdict) if counts[verdict]]
    wanted = st.segmented_control(
        text("overview_page.show", language),
        verdicts,
        format_func=lambda verdict: text(
            "overview_page.verdict_count",
            language,
            verdict=verdict_mark(verdict, language),
            count=counts[verdict],
        ),
        selection_mode="multi",
        key="verdicts",
        label_visibility="collapsed",
    )
    return [row for row in rows if row.verdict in wanted] if wanted else list(rows)


def _scores(rows: Sequence[ScoreRow], language: Language) -> None:
    unknown = text("ui.unknown", language)
    key = f"scores-{rows[0].kind}-{language}"
    rule, clause = text("ui.column_rule", language), text("ui.column_clause", language)
    verdict, short = text("ui.column_verdict", language), text("ui.column_short", language)
    observed = text("ui.column_observed", language)
    required = text("ui.column_required", language)
    deadline = text("ui.column_deadline", language)
    table = pd.DataFrame(
        {
            rule: [row.title for row in rows],
            verdict: [verdict_mark(row.verdict, language, row.verdict_text) for row in rows],
            observed: [row.observed_text for row in rows],
            required: [row.required_text for row in rows],
            short: pd.array([row.people_short for row in rows], dtype="Int64"),
            deadline: [row.deadline_text if row.deadline else unknown for row in rows],
            clause: [breakable(row.clause) for row in rows],
        }
    )
    widths = {
        rule: _RULE_PX,
        verdict: _VERDICT_PX,
        observed: _FIGURE_PX,
        required: _FIGURE_PX,
        deadline: _DEADLINE_PX,
        clause: _CLAUSE_PX,
    }
    column = st.column_config
    st.dataframe(
        tinted(styled(table, widths), verdict, [row.verdict for row in rows]),
        hide_index=True,
        on_select=partial(_choose, key, tuple(row.id for row in rows)),
        selection_mode="single-cell",
        key=key,
        height="content",
        row_height=fitted(table, widths),
        placeholder=unknown,
        column_config={
            **{name: column.TextColumn(width=wide) for name, wide in widths.items()},
            short: column.NumberColumn(width=_SHORT_PX, format="localized"),
        },
    )


def _choose(key: str, ids: Sequence[str]) -> None:
    """Remember the rule whose row was clicked last, of whatever kind."""
    cells = st.session_state[key]["selection"]["cells"]
    if cells and int(cells[0][0]) < len(ids):
        session().rule = ids[int(cells[0][0])]


def _whole(rows: Sequence[ScoreRow], language: Language) -> pd.DataFrame:
    """Return the whole score card for a spreadsheet."""
    return pd.DataFrame(
        {
            text("ui.column_kind", language): [row.kind_text for row in rows],
            text("ui.column_rule", language): [row.title for row in rows],
            text("ui.column_verdict", language): [row.verdict_text for row in rows],
            text("ui.column_observed", language): [row.observed_text for row in rows],
            text("ui.column_required", language): [row.required_text for row in rows],
            text("ui.column_short", language): pd.array(
                [row.people_short for row in rows], dtype="Int64"
            ),
            text("ui.column_deadline", language): [row.deadline_text for row in rows],
            text("ui.column_clause", language): [row.clause for row in rows],
            text("ui.column_reading", language): [row.reading for row in rows],
            text("ui.column_id", language): [row.id for row in rows],
        }
    )
