"""Several scenarios in one table, two maps side by side, and what things cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from coverage.assessment.report import Report
from coverage.county.words import meanings
from coverage.messages import Language, text
from coverage.problems import InputError
from coverage.scenario.compare import Cost, compare
from coverage.scenario.model import Scenario, cost_keys
from coverage.scenario.words import column_word, kind_word
from coverage.ui import cache, visitor
from coverage.ui.map.live import Event
from coverage.ui.map.view import draw
from coverage.ui.scenario.state import change, work
from coverage.ui.scenario.tools import picked
from coverage.ui.state import Session, session, set_costs
from coverage.ui.widgets.tables import save_button
from coverage.ui.words import literal
from maps.words import minutes, people, required_shares, share

_SIDE_HEIGHT: Final = 460
_BEST: Final = "★ "


@dataclass(frozen=True)
class _Figure:
    """A row of the table.

    Attributes
    ----------
    more
        Whether more of it is better.
    of_reached
        Whether it speaks only of who is reached: it is then compared among the reports that leave
        the fewest people out of reach.
    """

    label: str
    of: Callable[[Report], float]
    shown: Callable[[float, Language, Report], str]
    more: bool
    of_reached: bool = False


def _verdicts(report: Report, verdict: str) -> float:
    return float(sum(result.verdict == verdict for result in report.rules))


def _people(value: float, language: Language, _: Report) -> str:
    return people(value, language)


def _minutes(value: float, language: Language, _: Report) -> str:
    return minutes(value, language)


def _share(value: float, language: Language, of: Report) -> str:
    return share(value, language, *required_shares(of))


_FIGURES: Final = (
    _Figure("scenario_page.covered", lambda now: now.summary.covered, _people, True),
    _Figure("scenario_page.covered_share", lambda now: now.summary.share, _share, True),
    _Figure("scenario_page.mean_min", lambda now: now.summary.mean_min, _minutes, False, True),
    _Figure("scenario_page.p90_min", lambda now: now.summary.p90_min, _minutes, False, True),
    _Figure("scenario_page.unreachable", lambda now: now.summary.unreachable, _people, False),
    _Figure(
        "scenario_page.rules_met",
        lambda now: _verdicts(now, "met"),
        lambda value, *_: f"{value:.0f}",
        True,
    ),
    _Figure(
        "scenario_page.rules_unmet",
        lambda now: _verdicts(now, "unmet"),
        lambda value, *_: f"{value:.0f}",
        False,
    ),
)


def all_scenarios(current: Session, language: Language) -> None:
    """Draw every scenario beside the county as it is, the best of each row marked."""
    if current.folder is None or not current.workspace.scenarios:
        st.info(text("scenario_page.choose_first", language), icon=":material/info:")
        return
    before = cache.report(current.folder, current.workspace.overrides)
    names = [text("scenario_page.before", language)]
    reports, costs = [before], [Cost(())]
    for scenario in current.workspace.scenarios:
        try:
            after = cache.scenario_report(current.folder, current.workspace.overrides, scenario)
        except InputError as error:
            problem = literal(" ".join(visitor.lines(error, language)[:1]))
            name = literal(scenario.name)
            st.warning(text("scenario_page.unfit", language, name=name, problem=problem))
            continue
        names.append(scenario.name)
        reports.append(after)
        costs.append(compare(before, after, current.workspace.priced(scenario)).cost)
    table = _table(names, reports, costs, language)
    # Two columns may have one title: a scenario may be called as the county as it is.
    places = [str(place) for place in range(table.shape[1])]
    st.dataframe(
        table.set_axis(places, axis="columns"),
        hide_index=True,
        height="content",
        column_config=dict(zip(places, table.columns, strict=True)),
        key=f"compared-{language}",
    )
    st.caption(text("scenario_page.compare_hint", language))
    cost_gaps(dict.fromkeys(key for cost in costs for key in cost.missing), language)
    save_button(table, "scenarios", language)


def _table(
    names: list[str], reports: list[Report], costs: list[Cost], language: Language
) -> pd.DataFrame:
    rows: list[list[str]] = []
    fewest = min(report.summary.unreachable for report in reports)
    for figure in _FIGURES:
        values = [figure.of(report) for report in reports]
        shown = [
            figure.shown(value, language, report)
            for value, report in zip(values, reports, strict=True)
        ]
        if figure.of_reached:
            values = [
                value if report.summary.unreachable <= fewest else math.nan
                for value, report in zip(values, reports, strict=True)
            ]
        rows.append(_row(text(figure.label, language), shown, _best(values, more=figure.more)))
    known = [math.nan if cost.missing else cost.total for cost in costs]
    shown = [cost_text(cost, language) for cost in costs]
    rows.append(_row(text("scenario_page.cost", language), shown, _best(known, more=False)))
    return pd.DataFrame(rows, columns=[text("scenario_page.figure_row", language), *names])


def _row(label: str, shown: list[str], best: set[int]) -> list[str]:
    return [label, *((_BEST if at in best else "") + value for at, value in enumerate(shown))]


def cost_text(cost: Cost, language: Language) -> str:
    """Return what a scenario costs; that it is more, or not known, where unit costs are missing."""
    total = f"{cost.total:,.1f}"
    if not cost.missing:
        return total
    if len(cost.missing) == len(cost.items):
        return text("ui.unknown", language)
    return text("scenario_page.cost_partly", language, total=total)


def cost_gaps(missing: Iterable[str], language: Language) -> None:
    """Name what is bought and has no unit cost."""
    names = [cost_name(key, language) for key in missing]
    if names:
        listed = literal(text("report.list_separator", language).join(names))
        st.caption(text("scenario_page.cost_missing", language, names=listed))


def _best(values: list[float], *, more: bool) -> set[int]:
    """Return the places of the best values; none where all are alike."""
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2 or max(known) - min(known) < 1e-9:
        return set()
    top = max(known) if more else min(known)
    return {at for at, value in enumerate(values) if abs(value - top) < 1e-9}


def side_by_side(case: cache.Case, language: Language, layer: str, rule: str | None) -> None:
    """Draw the county as it is and with the scenario, in two maps that move together."""
    scenario = case.scenario
    if scenario is None:
        st.info(text("scenario_page.choose_first", language), icon=":material/info:")
        return
    shown = "minutes" if layer == "change" else layer
    left, right = st.columns(2, gap="small")
    for column, drawn, key, title in (
        (left, case.base, "side-before", text("scenario_page.left_map", language)),
        (
            right,
            case,
            "side-after",
            text("scenario_page.right_map", language, name=literal(scenario.name)),
        ),
    ):
        with column:
            st.markdown(f"**{title}**")
            draw(
                drawn,
                language,
                shown,
                rule,
                key=key,
                height=_SIDE_HEIGHT,
                tell=_on_map_event,
                village=work().village,
                bare=True,
            )


def _on_map_event(event: Event) -> None:
    if event.type == "pick":
        picked(event.key)


def unit_costs(current: Session, language: Language) -> None:
    """Draw what one of each thing costs, to be changed in place."""
    scenario = current.scenario
    stated = (
        dict(current.workspace.priced(scenario).costs)
        if scenario
        else dict(current.workspace.costs)
    )
    item, each = (
        text("scenario_page.cost_item", language),
        text("scenario_page.cost_each", language),
    )
    keys = cost_keys()
    values = [stated.get(key, math.nan) for key in keys]
    st.caption(text("scenario_page.costs_hint", language))
    with st.form("scenario-costs", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                {
                    item: [cost_name(key, language) for key in keys],
                    each: pd.array(values, dtype="Float64"),
                }
            ),
            hide_index=True,
            disabled=[item],
            column_config={each: st.column_config.NumberColumn(min_value=0, max_value=1e9)},
            placeholder=text("ui.unknown", language),
            key=f"costs-{language}-{hash(tuple(values))}",
        )
        if st.form_submit_button(text("scenario_page.apply", language), type="primary"):
            costs = {
                key: float(value)
                for key, value in zip(keys, edited[each], strict=True)
                if not pd.isna(value)
            }
            _keep(costs)
            st.rerun()


def _keep(costs: dict[str, float]) -> None:
    set_costs(costs)
    if session().scenario is not None:
        change(lambda scenario: Scenario.model_validate({**dict(scenario), "costs": costs}))


def cost_name(key: str, language: Language) -> str:
    """Return what a unit cost is of, in words."""
    if key in meanings("facility_kind"):
        return kind_word(key, language)
    return column_word(key, language)
