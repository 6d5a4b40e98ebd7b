"""What a scenario gives: key figures, what each requirement and each village gains or loses.

Message ids with the prefixes ``ui.outcome_`` (`coverage.analysis.outcome.Outcome`) and
``scenario_page.village_`` (gained, lost, better, worse) are put together here,
and ``scenario_page.minutes_`` (before, after, change).
"""

from __future__ import annotations

import math
from typing import Final

import pandas as pd
import streamlit as st

from coverage.assessment.report import Report
from coverage.figures import MINUTES_DECIMALS, moved_text, rounded_column
from coverage.messages import Language, text
from coverage.report.score import bounded_text, verdict_text
from coverage.rules.model.results import RuleResult
from coverage.scenario.compare import Comparison
from coverage.ui import cache
from coverage.ui.rules.score_card import verdict_mark
from coverage.ui.scenario.compare import cost_gaps, cost_text
from coverage.ui.widgets.tables import fitted, minutes_column, save_button, styled
from coverage.ui.words import minutes_or_dash
from maps.words import people, required_shares, share

_TABLE_HEIGHT: Final = 420
_RULES_PX: Final = {
    "ui.column_rule": 420,
    "scenario_page.outcome": 110,
    "scenario_page.before": 230,
    "scenario_page.after": 230,
}
_STILL_MIN: Final = 0.005


def figures(before: Report, after: Report, language: Language) -> None:
    """Draw the key figures in force, and by how much they differ from the county as it is."""
    old, new = before.summary, after.summary
    same = after is before
    # Who is not reached does not count in the times: these can fall because more are cut off.
    cut_off = round(new.unreachable - old.unreachable)
    shown = (
        (
            "scenario_page.covered",
            people(new.covered, language),
            f"{new.covered - old.covered:+,.0f}",
            True,
        ),
        (
            "scenario_page.covered_share",
            share(new.share, language, *required_shares(after)),
            text(
                "scenario_page.points",
                language,
                points=moved_text((new.share - old.share) * 100, 1),
            ),
            True,
        ),
        (
            "scenario_page.mean_min",
            minutes_or_dash(new.mean_min, language),
            f"{new.mean_min - old.mean_min:+.1f}",
            False,
        ),
        (
            "scenario_page.p90_min",
            minutes_or_dash(new.p90_min, language),
            f"{new.p90_min - old.p90_min:+.1f}",
            False,
        ),
    )
    for pair in (shown[:2], shown[2:]):
        for column, (label, value, moved, more) in zip(
            st.columns(2, gap="small"), pair, strict=True
        ):
            still = not any(digit in moved for digit in "123456789")
            unclear = cut_off and not more
            column.metric(
                text(label, language),
                value,
                delta=None if same or "nan" in moved else "±0" if still else moved,
                delta_color="off" if still or unclear else "normal" if more else "inverse",
                delta_arrow="off" if still else "auto",
            )
    if cut_off:
        summary = text(
            "scenario_page.cut_off",
            language,
            people=people(new.unreachable, language),
            moved=f"{cut_off:+,.0f}",
        )
        st.caption(summary)


def gains(case: cache.Case, reports: tuple[Report, Report], language: Language) -> None:
    """Draw what each requirement and each village gains or loses between the two reports."""
    scenario = case.scenario
    if scenario is None or not scenario.edits:
        st.info(text("scenario_page.choose_first", language), icon=":material/info:")
        return
    comparison = cache.comparison(case.folder, case.overrides, scenario)
    _totals(comparison, language)
    _rules(comparison, language)
    _villages(comparison, reports, language)


def _totals(comparison: Comparison, language: Language) -> None:
    gained, lost, cost = st.columns(3, gap="small")
    gained.metric(
        text("scenario_page.people_gained", language),
        people(comparison.people_gained, language),
        border=True,
    )
    lost.metric(
        text("scenario_page.people_lost", language),
        people(comparison.people_lost, language),
        border=True,
    )
    cost.metric(
        text("scenario_page.cost", language), cost_text(comparison.cost, language), border=True
    )
    cost_gaps(comparison.cost.missing, language)


def _rules(comparison: Comparison, language: Language) -> None:
    st.markdown(f"##### {text('scenario_page.rules_title', language)}")
    moved = [rule for rule in comparison.rules if rule.outcome != "same" or rule.verdict_moved]
    if not moved:
        st.caption(text("scenario_page.rules_same", language))
        return
    columns = {
        "ui.column_rule": [rule.result.rule.title.text(language) for rule in moved],
        "scenario_page.outcome": [text(f"ui.outcome_{rule.outcome}", language) for rule in moved],
        "scenario_page.before": [_stand(rule.before, language) for rule in moved],
        "scenario_page.after": [_stand(rule.after, language) for rule in moved],
    }
    table = pd.DataFrame({text(name, language): cells for name, cells in columns.items()})
    widths = {text(name, language): wide for name, wide in _RULES_PX.items()}
    st.dataframe(
        styled(table, widths),
        hide_index=True,
        height="content",
        row_height=fitted(table, widths),
        column_config={name: st.column_config.Column(width=wide) for name, wide in widths.items()},
        key=f"gains-{language}",
    )
    save_button(table, "scenario-rules", language)


def _stand(result: RuleResult | None, language: Language) -> str:
    """Return verdict and figure of a rule; a dash where it is not tested."""
    if result is None:
        return text("ui.unknown", language)
    mark = verdict_mark(result.verdict, language, verdict_text(result, language))
    if math.isnan(result.observed):
        return mark
    return f"{mark} · {bounded_text(result, language)}"


def _villages(comparison: Comparison, reports: tuple[Report, Report], language: Language) -> None:
    st.markdown(f"##### {text('scenario_page.villages_title', language)}")
    table = comparison.villages
    arrived = table["before_min"].isna() != table["after_min"].isna()
    moved = table["change_min"].abs().gt(_STILL_MIN) | arrived | table["change"].ne("same")
    if not moved.any():
        st.caption(text("scenario_page.villages_same", language))
        return
    rows = table[moved].assign(way=_ways(table[moved]))
    order = {"lost": 0, "worse": 1, "gained": 2, "better": 3}
    rows = rows.sort_values(
        ["way", "population"],
        key=lambda column: column.map(order) if column.name == "way" else -column,
        kind="stable",
    )
    before, after = (_limits(report, rows["code"]) for report in reports)
    minutes = {}
    columns = {}
    for name, limits in (("before", before), ("after", after), ("change", 0.0)):
        heading = text(f"scenario_page.minutes_{name}", language)
        cells = rounded_column(rows[f"{name}_min"].tolist(), MINUTES_DECIMALS, limits)
        minutes[heading] = pd.Series(cells, index=rows.index)
        columns[heading] = minutes_column(minutes[heading], limits)
    shown = pd.DataFrame(
        {
            text("ui.column_village", language): rows["name"],
            text("ui.column_township", language): rows["township_name"],
            text("scenario_page.people", language): rows["population"].round().astype("Int64"),
            text("scenario_page.outcome", language): [
                text(f"scenario_page.village_{way}", language) for way in rows["way"]
            ],
            **minutes,
        }
    )
    # A table has one word for whatever is blank: also people not known, a village not there.
    stated = rows[["population", "covered_before", "covered_after"]].notna().all(axis=None)
    st.dataframe(
        shown,
        hide_index=True,
        height=_TABLE_HEIGHT if len(shown) > 10 else "content",
        placeholder=text("ui.unreached" if stated else "ui.unknown", language),
        column_config={
            text("scenario_page.people", language): st.column_config.NumberColumn(
                format="localized"
            ),
            **columns,
        },
        key=f"moved-{language}",
    )
    save_button(shown, "scenario-villages", language)


def _limits(report: Report, codes: pd.Series) -> list[float]:
    """Return the limit of each village, NaN where the report has none of this code."""
    of_code = dict(zip(report.villages["code"], report.villages["limit_min"], strict=True))
    return [float(of_code.get(code, math.nan)) for code in codes]


def _ways(rows: pd.DataFrame) -> list[str]:
    """Return for each village that changes: gained, lost, better or worse."""
    changes = []
    for before, after, change in zip(
        rows["before_min"], rows["after_min"], rows["change"], strict=True
    ):
        if change != "same":
            changes.append(str(change))
        elif math.isnan(after) or (not math.isnan(before) and after > before):
            changes.append("worse")
        else:
            changes.append("better")
    return changes
