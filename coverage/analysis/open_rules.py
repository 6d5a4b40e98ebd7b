"""Rules that could not be assessed, and the cells that would let them be."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.assessment.report import Report
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.model.results import RuleResult
from coverage.rules.registry import kind_of, stated


@dataclass(frozen=True)
class BlankCells:
    """Cells of one column that keep a rule from being assessed.

    Attributes
    ----------
    table, column
        Where they stand.
    names
        Of the facilities, villages or townships whose cell is blank.
    whole
        Nobody in the county states this column.
    """

    table: str
    column: str
    names: tuple[str, ...]
    whole: bool

    @property
    def key(self) -> str:
        """The column as ``table.column``."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class OpenRule:
    """A rule that could not be assessed, and every column whose blanks keep it open."""

    result: RuleResult
    cells: tuple[BlankCells, ...]


def open_rules(report: Report) -> tuple[OpenRule, ...]:
    """Return the rules that could not be assessed, in the report's order."""
    return tuple(
        OpenRule(
            result,
            tuple(
                _cells(result, report.facts, *column.split(".", 1))
                for column in dict.fromkeys(result.missing_columns)
            ),
        )
        for result in report.rules
        if result.verdict == "not_assessable"
    )


def _cells(result: RuleResult, facts: CountyFacts, table: str, column: str) -> BlankCells:
    rows, blank = _tables(facts)[table], _blank(facts, table, column)
    cells = blank & _undecided(result, facts, table, column)
    if not cells.any():
        cells = blank
    names = rows.loc[cells, "name"].astype(str)
    return BlankCells(table, column, tuple(names), whole=bool(blank.all()))


def _tables(facts: CountyFacts) -> dict[str, pd.DataFrame]:
    county = facts.county
    return {
        "townships": county.townships,
        "villages": county.villages,
        "facilities": county.facilities,
    }


def _blank(facts: CountyFacts, table: str, column: str) -> BoolArray:
    if (table, column) == ("townships", "population"):
        # Villages whose population is known stand in for their township's.
        return facts.township_population.isna().to_numpy(bool)
    return _tables(facts)[table][column].isna().to_numpy(bool)


def _undecided(result: RuleResult, facts: CountyFacts, table: str, column: str) -> BoolArray:
    """Return the rows of `table` whose blanks in `column` may leave the verdict open."""
    rows = _tables(facts)[table]
    open_ids = {unit.code for unit in result.units if unit.verdict == "not_assessable"}
    ids = rows["id" if table == "facilities" else "code"].astype(str)
    listed = ids.isin(open_ids).to_numpy(bool)
    if listed.any():
        return listed
    parameters = stated(result.rule)
    if table != "facilities":
        kinds = parameters.stated_unit_kinds
        return rows["kind"].isin(kinds).to_numpy(bool) | (not kinds)
    query = kind_of(result.rule).questioned(parameters)
    mask = facts.facility_mask(query.facility_kinds, query.facility_where)
    certain = mask.certain & _blank(facts, table, column)
    return certain if certain.any() else mask.possible
