"""The curve of residents reached against minutes, drawn by the browser without any request."""

from __future__ import annotations

from typing import Final

import altair as alt
import pandas as pd

from coverage.analysis.reached import Group, Reached
from coverage.figures import share_text
from coverage.messages import Language, text

# Okabe and Ito: told apart by every eye; the dashes tell the lines apart on paper too.
_COLOURS: Final = {"all": "#222222", "urban": "#0072b2", "rural": "#d55e00"}
_DASHES: Final = {"all": [1, 0], "urban": [6, 3], "rural": [2, 2]}
_GREY: Final = "#666666"
_FONT: Final = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, SimHei, sans-serif"
_HEIGHT_PX: Final = 320
_LABEL_PERCENT: Final = 2
"""How high the minutes of a limit are written: above the axis, below the curves."""


def group_text(group: Group, language: Language) -> str:
    """Return the name of a group of residents."""
    # The groups' names are the messages overview_page.group_<group>.
    return text(f"overview_page.group_{group}", language)


def curve_chart(
    curve: pd.DataFrame, figures: tuple[Reached, ...], language: Language
) -> alt.LayerChart:
    """Return the curves of all groups with their limits as upright lines.

    Parameters
    ----------
    curve
        As `coverage.analysis.reached.curve` gives it.
    """
    present = [figure.group for figure in figures if (curve["group"] == figure.group).any()]
    names = {group: group_text(group, language) for group in present}
    table = curve.assign(name=curve["group"].map(names), percent=curve["share"] * 100)
    domain = list(names.values())
    base = alt.Chart(table)
    x = alt.X(
        "minutes:Q",
        title=text("overview_page.axis_minutes", language),
        scale=alt.Scale(nice=False),
        axis=alt.Axis(tickMinStep=5, grid=True),
    )
    y = alt.Y(
        "percent:Q",
        title=text("overview_page.axis_people", language),
        scale=alt.Scale(domain=[0, 100]),
    )
    lines = base.mark_line(interpolate="step-after", strokeWidth=2.2).encode(
        x=x,
        y=y,
        color=alt.Color(
            "name:N",
            title=None,
            scale=alt.Scale(domain=domain, range=[_COLOURS[group] for group in present]),
            legend=alt.Legend(orient="bottom", symbolSize=300, symbolStrokeWidth=2.5),
        ),
        strokeDash=alt.StrokeDash(
            "name:N",
            title=None,
            scale=alt.Scale(domain=domain, range=[_DASHES[group] for group in present]),
        ),
    )
    near = alt.selection_point(on="pointerover", nearest=True, fields=["minutes"], empty=False)
    rule = (
        alt.Chart(_shares_in_words(table))
        .mark_rule(color=_GREY, strokeWidth=1)
        .encode(
            x="minutes:Q",
            opacity=alt.condition(near, alt.value(0.7), alt.value(0.0)),
            tooltip=[
                alt.Tooltip(
                    "minutes:Q",
                    title=text("overview_page.axis_minutes", language),
                    format=".2~f",
                ),
                *(alt.Tooltip(f"{name}:N") for name in names.values()),
            ],
        )
        .add_params(near)
    )
    chart = alt.layer(*_limits(figures, table["minutes"].max(), language), lines, rule)
    drawn: alt.LayerChart = chart.properties(
        height=_HEIGHT_PX, usermeta={"embedOptions": {"actions": False}}
    ).configure(font=_FONT)
    return drawn


def _shares_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each of the minutes, and each group, the share in words."""
    shares = table.assign(words=[share_text(share) for share in table["share"]])
    return shares.pivot_table(
        index="minutes", columns="name", values="words", aggfunc="first"
    ).reset_index()


def _limits(figures: tuple[Reached, ...], longest: float, language: Language) -> list[alt.Chart]:
    """Return an upright line for each limit that lies on the axis, its minutes written beside."""
    limits = sorted({f.limit_min for f in figures if f.limit_min <= longest})
    if not limits:
        return []
    table = pd.DataFrame(
        {
            "minutes": limits,
            "label": [
                text("overview_page.limit_label", language, minutes=f"{limit:g}")
                for limit in limits
            ],
        }
    )
    base = alt.Chart(table).encode(x="minutes:Q")
    return [
        base.mark_rule(color=_GREY, strokeDash=[4, 4]),
        base.mark_text(align="left", baseline="bottom", dx=4, color=_GREY).encode(
            y=alt.datum(_LABEL_PERCENT), text="label:N"
        ),
    ]
