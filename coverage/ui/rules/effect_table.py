"""What the figures changed on this workspace do to the verdicts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd
import streamlit as st

from coverage.analysis.outcome import RuleChange, moved_rules
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.report.score import bounded_text, figure_text, verdict_text
from coverage.rules.model.results import RuleResult
from coverage.ui.rules.score_card import verdict_mark
from coverage.ui.words import literal
from maps.words import people, required_shares, share

_FIGURES: Final = ("verdict", "observed", "required", "short")


def effect_table(before: Report, after: Report, also: Collection[str], language: Language) -> None:
    """Draw the rules whose result is changed, and those of `also`, before and after."""
    st.markdown(f"##### {text('rules_page.effect_title', language)}")
    changes = moved_rules(before, after, also)
    if not changes:
        st.caption(text("rules_page.effect_none", language))
        return
    st.table(
        pd.DataFrame(
            [
                {
                    text("ui.column_rule", language): literal(
                        change.result.rule.title.text(language)
                    ),
                    # The figures' names are the messages ui.column_<figure>.
                    **{
                        text(f"ui.column_{name}", language): _figures(change, name, language)
                        for name in _FIGURES
                    },
                    # The outcomes' names are the messages ui.outcome_<outcome>.
                    text("rules_page.column_turn", language): text(
                        f"ui.outcome_{change.outcome}", language
                    ),
                }
                for change in changes
            ]
        ),
        hide_index=True,
    )
    gained = after.summary.covered - before.summary.covered
    if gained:
        st.markdown(
            text(
                "rules_page.covered_change",
                language,
                before=literal(share(before.summary.share, language, *required_shares(before))),
                after=literal(share(after.summary.share, language, *required_shares(after))),
                people=literal(
                    people(abs(after.summary.covered - before.summary.covered), language)
                ),
                turn=text(
                    "rules_page.more"
                    if after.summary.covered > before.summary.covered
                    else "rules_page.fewer",
                    language,
                ),
            )
        )


def result_line(result: RuleResult, language: Language) -> str:
    """Return one result as a line."""
    return text(
        "rules_page.result_line",
        language,
        verdict=literal(_figure(result, "verdict", language)),
        observed=literal(_figure(result, "observed", language)),
        required=literal(_figure(result, "required", language)),
        short=literal(_figure(result, "short", language)),
    )


def _title(change: RuleChange, language: Language) -> str:
    return change.result.rule.title.text(language)


def _figures(change: RuleChange, name: str, language: Language) -> str:
    first = _figure(change.before, name, language)
    then = _figure(change.after, name, language)
    if first == then:
        return literal(then)
    return text("rules_page.change", language, before=literal(first), after=literal(then))


def _figure(result: RuleResult | None, name: str, language: Language) -> str:
    if result is None:
        return text("rules_page.not_tested" if name == "verdict" else "ui.unknown", language)
    if name == "verdict":
        return verdict_mark(result.verdict, language, verdict_text(result, language))
    if name == "short":
        return people(result.population_short, language)
    if name == "observed":
        return bounded_text(result, language)
    return figure_text(result.required, result.unit, language)
