"""Rules that could not be assessed, and the cells that would let them be."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.assessment.report import Report
from coverage.county.model import County
from coverage.rules.evidence.choice import chosen
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.units import township_population
from coverage.rules.model.parameters import PARAMETERS, Presence, Service
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import KindParameters


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
                _cells(result, report.county, *column.split(".", 1))
                for column in dict.fromkeys(result.missing_columns)
            ),
        )
        for result in report.rules
        if result.verdict == "not_assessable"
    )


def _cells(result: RuleResult, county: County, table: str, column: str) -> BlankCells:
    rows, blank = _tables(county)[table], _blank(county, table, column)
    asked = blank & _open(result, county, table, column)
    if not asked.any():
        asked = blank
    names = rows.loc[asked, "name"].astype(str)
    return BlankCells(table, column, tuple(names), whole=bool(blank.all()))


def _tables(county: County) -> dict[str, pd.DataFrame]:
    return {
        "townships": county.townships,
        "villages": county.villages,
        "facilities": county.facilities,
    }


def _blank(county: County, table: str, column: str) -> BoolArray:
    if (table, column) == ("townships", "population"):
        # Villages whose population is known stand in for their township's.
        return township_population(county).isna().to_numpy(bool)
    return _tables(county)[table][column].isna().to_numpy(bool)


def _open(result: RuleResult, county: County, table: str, column: str) -> BoolArray:
    """Return the rows of `table` whose blanks in `column` may leave the verdict open."""
    rows = _tables(county)[table]
    open_ids = {unit.code for unit in result.units if unit.verdict == "not_assessable"}
    ids = rows["id" if table == "facilities" else "code"].astype(str)
    listed = ids.isin(open_ids).to_numpy(bool)
    if listed.any():
        return listed
    asked = PARAMETERS[result.rule.kind].of(result.rule)
    if table != "facilities":
        kinds = list(getattr(asked, "unit_kinds", ()))
        return rows["kind"].isin(kinds).to_numpy(bool) | (not kinds)
    where = () if isinstance(asked, Presence) and asked.region_where else asked.facility_where
    choice = chosen(county, _kinds(asked), where)
    certain = choice.yes & _blank(county, table, column)
    return certain if certain.any() else choice.possible


def _kinds(asked: KindParameters) -> tuple[str, ...]:
    """Return the kinds of facility that should state what the rule reads."""
    if isinstance(asked, Service):
        return asked.clinic_kinds
    expected: tuple[str, ...] = getattr(asked, "expected_kinds", ())
    return asked.facility_kinds or expected
