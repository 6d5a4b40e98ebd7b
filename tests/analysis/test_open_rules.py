"""The cells that keep rules open: filled, they let each of them be assessed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from coverage.analysis.open_rules import OpenRule, open_rules
from coverage.assessment.report import Report
from coverage.county.words import columns
from coverage.rules.evaluate import collect_evidence
from coverage.rules.evidence.facts import CountyFacts
from tests.demonstration import demonstration_report
from tests.rules_fixtures import rule_result


def filled(report: Report, rule: OpenRule, yes: bool) -> str:
    """Return the verdict once the cells that the rule lacks are filled, and no others."""
    facilities = report.county.facilities.copy()
    types = {column.column: column.type for column in columns()["facilities"]}
    for cells in rule.cells:
        assert cells.table == "facilities"
        rows = facilities["name"].isin(cells.names) & facilities[cells.column].isna()
        assert rows.sum() == len(cells.names)
        number = types[cells.column] in ("integer", "number")
        facilities.loc[rows, cells.column] = (1000 if yes else 0) if number else yes
    county = replace(report.county, facilities=facilities)
    tested = rule.result.rule
    evidence = collect_evidence(
        CountyFacts(county), report.engine, report.response, [tested], report.region
    )
    return rule_result(tested, county, evidence[tested.id]).verdict


def test_every_open_rule_is_listed_and_no_other() -> None:
    report = demonstration_report()
    listed = open_rules(report)
    left_open = [result.rule for result in report.rules if result.verdict == "not_assessable"]
    assert [rule.result.rule for rule in listed] == left_open
    assert len(listed) >= 5
    for rule in listed:
        assert {cells.key for cells in rule.cells} == set(rule.result.missing_columns)
        assert all(cells.names for cells in rule.cells)


@pytest.mark.parametrize("yes", [False, True])
def test_the_named_cells_are_enough(demonstration: Report, yes: bool) -> None:
    verdicts = {
        rule.result.rule.id: filled(demonstration, rule, yes) for rule in open_rules(demonstration)
    }
    assert {rule for rule, verdict in verdicts.items() if verdict not in ("met", "unmet")} == set()


def test_a_column_that_nobody_states() -> None:
    report = demonstration_report()
    tested = next(r.rule for r in report.rules if r.rule.id == "tcm-hall")
    blank = pd.array([None] * len(report.county.facilities), dtype="boolean")
    facilities = report.county.facilities.assign(tcm_hall=blank)
    county = replace(report.county, facilities=facilities)
    evidence = collect_evidence(
        CountyFacts(county), report.engine, report.response, [tested], report.region
    )
    result = rule_result(tested, county, evidence[tested.id])
    (rule,) = open_rules(replace(report, county=county, rules=(result,)))
    (cells,) = rule.cells
    assert cells.whole
    asked = facilities["kind"].isin(tested.parameters["facility_kinds"].value)
    assert set(cells.names) == set(facilities.loc[asked, "name"])


def test_villages_without_population() -> None:
    report = demonstration_report()
    tested = next(r for r in report.rules if r.rule.id == "ems-1030")
    villages = report.county.villages.assign(population=float("nan"))
    result = replace(
        tested, verdict="not_assessable", units=(), missing_columns=("villages.population",)
    )
    county = replace(report.county, villages=villages)
    (rule,) = open_rules(replace(report, county=county, rules=(result,)))
    assert rule.cells[0].whole
    assert len(rule.cells[0].names) == len(villages)
