"""Key figures and their curve, the score card, what is missing, and where it is worst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
import streamlit as st

from coverage.analysis.reached import Reached, curve, reached
from coverage.analysis.worst_townships import worst_townships
from coverage.analysis.worst_villages import worst_villages
from coverage.assessment.report import Report
from coverage.figures import (
    PER_CENT_DECIMALS,
    Limits,
    column_decimals,
    rounded_column,
    whole_people,
)
from coverage.messages import Language, text
from coverage.ui.rules.open_cells import open_table
from coverage.ui.rules.score_card import score_card
from coverage.ui.state import session
from coverage.ui.widgets.curve import curve_chart, group_text
from coverage.ui.widgets.opening import chosen
from coverage.ui.widgets.tables import minutes_column, save_button
from coverage.ui.words import literal, minutes_or_dash
from maps.words import people, required_shares, share

_MOST: Final = 10
_SAVED_DECIMALS: Final = 2
_SAVED_PER_CENT_DECIMALS: Final = 3


def page() -> None:
    """Draw the page."""
    language = session().language
    st.title(text("ui.overview_title", language))
    report = chosen(language)
    if report is None:
        return
    figures = reached(report)
    _reservations(report, language)
    _key_figures(report, figures[0], language)
    _groups(report, figures, language)
    score_card(report, language)
    if report.rules:
        open_table(report, language)
    _worst(report, language)
    _townships(report, language)


def _reservations(report: Report, language: Language) -> None:
    """Say what the figures of residents cannot be read without."""
    unknown = int(report.county.villages["population"].isna().sum())
    if unknown:
        warning = text("overview_page.population_unknown", language, count=unknown)
        st.warning(warning, icon=":material/warning:")
    if not report.county.facilities["ambulances"].gt(0).any():
        st.warning(text("overview_page.no_ambulance", language), icon=":material/warning:")


def _key_figures(report: Report, reached: Reached, language: Language) -> None:
    nobody = text("ui.unknown", language)
    known = reached.population > 0
    late = people(reached.population - reached.covered, language) if known else nobody
    shown = (
        (
            "overview_page.covered_share",
            share(reached.share, language, *required_shares(report)) if known else nobody,
        ),
        ("overview_page.late", late),
        ("overview_page.unreachable", people(reached.unreachable, language) if known else nobody),
        ("overview_page.mean_min", minutes_or_dash(reached.mean_min, language)),
        ("overview_page.median_min", minutes_or_dash(reached.median_min, language)),
        ("overview_page.p90_min", minutes_or_dash(reached.p90_min, language)),
    )
    columns = st.columns(len(shown), gap="xsmall")
    for column, (label, value) in zip(columns, shown, strict=True):
        column.metric(text(label, language), value, border=True, height="stretch")


def _groups(report: Report, figures: tuple[Reached, ...], language: Language) -> None:
    """Draw the figures in town and in the countryside, and the curves beside them."""
    table, chart = st.columns([5, 6], gap="medium")
    with table.container(key="figures"):
        _figures(figures, required_shares(report), language)
    with chart:
        st.markdown(f"##### {text('overview_page.curve_title', language)}")
        points = curve(report)
        if not points["people"].any():
            nobody = "curve_none" if points.empty else "curve_nobody"
            # The reasons are overview_page.curve_none and overview_page.curve_nobody.
            st.info(text(f"overview_page.{nobody}", language))
            return
        st.altair_chart(
            curve_chart(points, figures, language),
            theme=None,
            key=f"curve-{language}",
            alt=text("overview_page.curve_alt", language),
        )
        st.caption(text("overview_page.curve_hint", language))
        code = report.county.config.county.code
        save_button(_points(points, language), f"curve-{code}", language)


def _figures(figures: tuple[Reached, ...], required: tuple[float, ...], language: Language) -> None:
    nobody = text("ui.unknown", language)

    def count_text(group: Reached, figure: float) -> str:
        return f"{whole_people(figure):,}" if group.population > 0 else nobody

    rows = {
        "overview_page.limit": [minutes_or_dash(f.limit_min, language) for f in figures],
        "overview_page.population": [count_text(f, f.population) for f in figures],
        "overview_page.covered_share": [
            share(f.share, language, *required) if f.population > 0 else nobody for f in figures
        ],
        "overview_page.late": [count_text(f, f.population - f.covered) for f in figures],
        "overview_page.unreachable": [count_text(f, f.unreachable) for f in figures],
        "overview_page.mean_min": [minutes_or_dash(f.mean_min, language) for f in figures],
        "overview_page.median_min": [minutes_or_dash(f.median_min, language) for f in figures],
        "overview_page.p90_min": [minutes_or_dash(f.p90_min, language) for f in figures],
    }
    st.table(
        pd.DataFrame(
            {
                text("overview_page.column_figure", language): [
                    literal(text(label, language)) for label in rows
                ],
                **{
                    literal(group_text(figure.group, language)): [
                        literal(values[place]) for values in rows.values()
                    ]
                    for place, figure in enumerate(figures)
                },
            }
        ),
        hide_index=True,
    )
    st.caption(text("overview_page.figures_hint", language))


def _points(points: pd.DataFrame, language: Language) -> pd.DataFrame:
    return pd.DataFrame(
        {
            text("overview_page.column_figure", language): [
                group_text(group, language) for group in points["group"]
            ],
            text("overview_page.axis_minutes", language): points["minutes"],
            text("ui.column_people", language): points["people"],
            text("overview_page.axis_people", language): rounded_column(
                (points["share"] * 100).tolist(), _SAVED_PER_CENT_DECIMALS, 0.0, 100.0
            ),
        }
    )


def _worst(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('overview_page.worst_title', language)}")
    worst = worst_villages(report, _MOST)
    if worst.empty:
        st.success(text("overview_page.worst_none", language), icon=":material/check_circle:")
        return
    all_known = worst["population"].notna().all()
    dashes = "" if all_known else text("overview_page.worst_dashes", language)
    st.caption(text("overview_page.worst_hint", language) + dashes)
    minutes = {
        text("ui.column_minutes", language): worst["response_min"],
        text("ui.column_limit", language): worst["limit_min"],
        text("ui.column_over", language): worst["over_min"],
    }
    table = pd.DataFrame(
        {
            text("ui.column_village", language): worst["name"],
            text("ui.column_township", language): worst["township_name"],
            text("ui.column_people", language): worst["population"],
            **minutes,
            text("ui.column_station", language): worst["station_name"].fillna(
                text("ui.unknown", language)
            ),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        # A table has one word for whatever is blank.
        placeholder=text("ui.unreached" if all_known else "ui.unknown", language),
        column_config={
            text("ui.column_people", language): st.column_config.NumberColumn(format="localized"),
            **{
                heading: minutes_column(figures, *_limits(worst)[str(figures.name)])
                for heading, figures in minutes.items()
            },
        },
        key=f"worst-{language}",
    )
    everyone = worst_villages(report, len(report.villages))
    names = dict(zip(worst.columns, ("code", *table.columns), strict=True))
    names["code"] = text("overview_page.column_code", language)
    saved = _rounded(everyone, _limits(everyone)).rename(columns=names)
    code = report.county.config.county.code
    save_button(saved, f"worst-{code}", language)


def _limits(late: pd.DataFrame) -> dict[str, tuple[Limits]]:
    """Return what each column of minutes is held against."""
    limits = late["limit_min"].tolist()
    return {"response_min": (limits,), "limit_min": (limits,), "over_min": (0.0,)}


def _townships(report: Report, language: Language) -> None:
    st.markdown(f"#### {text('overview_page.towns_title', language)}")
    worst = worst_townships(report, _MOST)
    if worst.empty and not worst_villages(report, 1).empty:
        st.info(text("overview_page.towns_unknown", language), icon=":material/info:")
        return
    if worst.empty:
        st.success(text("overview_page.towns_none", language), icon=":material/check_circle:")
        return
    st.caption(text("overview_page.towns_hint", language))
    number = st.column_config.NumberColumn
    whole = {
        text("ui.column_people", language): worst["population"],
        text("overview_page.column_late", language): worst["late"],
        text("overview_page.column_cut_off", language): worst["unreachable"],
    }
    minutes = {
        text("overview_page.column_mean", language): worst["mean_min"],
        text("overview_page.column_p90", language): worst["p90_min"],
    }
    in_time = text("overview_page.column_share", language)
    limits = (0.0, 100.0, *(required * 100 for required in required_shares(report)))
    table = pd.DataFrame(
        {
            text("ui.column_township", language): worst["name"],
            **whole,
            in_time: worst["covered_share"] * 100,
            **minutes,
        }
    )
    decimals = column_decimals(table[in_time].tolist(), PER_CENT_DECIMALS, *limits)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder=text("ui.unreached", language),
        column_config={
            **{name: number(format="localized") for name in whole},
            in_time: number(format=f"%.{decimals}f"),
            **{name: minutes_column(figures) for name, figures in minutes.items()},
        },
        key=f"towns-{language}",
    )
    code = report.county.config.county.code
    save_button(_rounded(table, {in_time: limits}), f"townships-{code}", language)


def _rounded(table: pd.DataFrame, held: Mapping[str, tuple[Limits, ...]]) -> pd.DataFrame:
    """Return `table` for a spreadsheet: minutes and shares to two decimals, people whole.

    Parameters
    ----------
    held
        For each column that is held against limits: these, across which no cell is rounded.
    """
    shown = table.copy()
    for name in shown.select_dtypes("float").columns:
        limits = held.get(str(name), ())
        cells = rounded_column(shown[name].tolist(), _SAVED_DECIMALS, *limits)
        figures = pd.Series(cells, index=shown.index)
        whole = figures.dropna().mod(1).eq(0).all()
        shown[name] = figures.astype("Int64") if whole else figures
    return shown
