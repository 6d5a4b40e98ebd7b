"""The requirements that could not be assessed, and the cells that would let them be."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from coverage.analysis.open_rules import BlankCells, OpenRule, open_rules
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.report.completeness import column_title
from coverage.ui.widgets.tables import fitted, save_button, styled

_NAMED: Final = 3
"""Facilities, villages or townships that a line names before it only counts."""
_RULE_PX: Final = 236
_COLUMN_PX: Final = 136
_TABLE_PX: Final = 92
_CELLS_PX: Final = 90
_WHOSE_PX: Final = 312
_ALONE_PX: Final = 110


def open_table(report: Report, language: Language) -> None:
    """Draw a line for each open requirement and each column that keeps it open."""
    st.markdown(f"#### {text('overview_page.open_title', language)}")
    rules = open_rules(report)
    if not rules:
        st.success(text("overview_page.open_none", language), icon=":material/check_circle:")
        return
    st.caption(text("overview_page.open_hint", language))
    table = _table(rules, language)
    rule, column, sheet, cells, whose, alone = table.columns[:6]
    widths = {
        rule: _RULE_PX,
        column: _COLUMN_PX,
        sheet: _TABLE_PX,
        whose: _WHOSE_PX,
        alone: _ALONE_PX,
    }
    config = st.column_config
    st.dataframe(
        styled(table, widths),
        hide_index=True,
        height="content",
        row_height=fitted(table, widths),
        column_order=[rule, column, sheet, cells, whose, alone],
        column_config={
            **{name: config.TextColumn(width=wide) for name, wide in widths.items()},
            cells: config.NumberColumn(width=_CELLS_PX),
        },
        key=f"open-{language}",
    )
    code = report.county.config.county.code
    save_button(_table(rules, language, every_name=True), f"open-{code}", language)


def _table(
    rules: tuple[OpenRule, ...], language: Language, *, every_name: bool = False
) -> pd.DataFrame:
    lines = [(rule, cells) for rule in rules for cells in rule.cells]
    return pd.DataFrame(
        {
            text("ui.column_rule", language): [
                rule.result.rule.title.text(language) for rule, _ in lines
            ],
            text("overview_page.column_column", language): [
                column_title(cells.key, language).removeprefix(f"{cells.table}.")
                for _, cells in lines
            ],
            # The tables' names are the messages overview_page.table_<table>.
            text("overview_page.column_table", language): [
                text(f"overview_page.table_{cells.table}", language) for _, cells in lines
            ],
            text("overview_page.column_cells", language): [len(cells.names) for _, cells in lines],
            text("overview_page.column_whose", language): [
                _whose(cells, language, every_name=every_name) for _, cells in lines
            ],
            text("overview_page.column_alone", language): [
                text(
                    "overview_page.alone_yes" if len(rule.cells) == 1 else "overview_page.alone_no",
                    language,
                )
                for rule, _ in lines
            ],
            text("overview_page.column_name", language): [cells.key for _, cells in lines],
        }
    )


def _whose(cells: BlankCells, language: Language, *, every_name: bool) -> str:
    separator = text("report.list_separator", language)
    if every_name or len(cells.names) <= _NAMED:
        return separator.join(cells.names)
    if cells.whole:
        return text("overview_page.whole_column", language)
    return text(
        "overview_page.names_more",
        language,
        names=separator.join(cells.names[:_NAMED]),
        count=len(cells.names),
    )
