"""A figure that nobody owes is told: no verdict, no deadline, nothing due, nothing left open."""

from __future__ import annotations

from datetime import date

import pytest

from coverage.analysis.open_rules import open_rules
from coverage.assessment.assess import report_of
from coverage.assessment.report import Report
from coverage.messages import Language
from coverage.report.score import score_rows, score_table
from coverage.rules.catalogue.load import load_catalogue
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, network, response, rule_for

CATALOGUE = load_catalogue()


def _report(facilities: list[dict[str, object]]) -> Report:
    units = [{"code": str(i), "population": 50_000} for i in range(2)]
    villages = [{"code": "v", "township": "0", "population": 1}]
    place = county(units, villages, facilities)
    rule = rule_for(CATALOGUE, "private-beds", place)
    return report_of(
        place, TravelEngine(network()), response(place, [5.0]), (rule,), as_of=date(2030, 1, 1)
    )


PRIVATE: dict[str, object] = {"kind": "other", "township": "0", "ownership": "private"}


@pytest.mark.parametrize(
    ("language", "word", "least"),
    [("en", "told only", "at least 1 per 1,000"), ("zh", "只列数字", "至少 每千人1")],
)
def test_it_is_told_in_words(language: Language, word: str, least: str) -> None:
    report = _report([{**PRIVATE, "beds": 100}, PRIVATE])
    (row,) = score_rows(report, language)
    assert (row.verdict, row.verdict_text, row.observed_text) == ("not_applicable", word, least)
    assert (row.people_short, row.due, row.deadline_text) == (0, "none", "-")
    line = score_table([row], language).splitlines()[-1]
    assert word in line
    assert least in line


@pytest.mark.parametrize("beds", [0, 179, 180, 500, None])
def test_it_is_neither_a_gap_nor_open(beds: int | None) -> None:
    report = _report([PRIVATE | ({} if beds is None else {"beds": beds})])
    (result,) = report.rules
    assert result.verdict == "not_applicable"
    assert (result.population_short, result.missing_columns) == (0, ())
    assert open_rules(report) == ()
