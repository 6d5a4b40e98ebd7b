"""Where a figure rests on blank cells it is told as a bound, wherever it stands."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from coverage.messages import LANGUAGES, Language
from coverage.report.completeness import completeness_text
from coverage.report.workbook import report_xlsx
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import Bound, RuleResult
from maps import words
from tests import ui_fixtures
from tests.rules_fixtures import county, evidence, rule_for, rule_result

CATALOGUE = load_catalogue()


def result_of(rule_id: str, *facilities: dict[str, object]) -> RuleResult:
    township = {"code": "1", "name": "东镇", "kind": "street", "population": 120_000}
    place = county([township], [], list(facilities))
    return rule_result(rule_for(CATALOGUE, rule_id, place), place, evidence(place, []))


@pytest.mark.parametrize(
    ("stated", "blanks", "verdict", "bound", "told"),
    [
        (24, 0, "met", "exact", 24.0),
        (24, 1, "met", "at_least", 24.0),
        (1, 1, "not_assessable", "at_least", 1.0),
    ],
)
def test_ambulances(stated: int, blanks: int, verdict: str, bound: Bound, told: float) -> None:
    hospital = {"kind": "county_hospital", "township": "1"}
    rows = [{**hospital, "ambulances": stated}, *[hospital] * blanks]
    result = result_of("ambulance-50k", *rows)
    assert (result.verdict, result.bound, result.observed) == (verdict, bound, told)
    assert {(unit.verdict, unit.bound) for unit in result.units} <= {(verdict, bound)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule_id", sorted(CATALOGUE))
def test_an_open_verdict_says_that_it_could_turn(rule_id: str, language: Language) -> None:
    kinds = ("county_hospital", "tcm_hospital", "mch_institution", "township_hospital",
             "community_centre", "village_clinic", "cdc")  # fmt: skip
    rows: list[dict[str, object]] = [{"kind": kind, "township": "1"} for kind in kinds]
    result = result_of(rule_id, *rows)
    if result.verdict != "not_assessable":
        return
    assert result.note is not None
    said = ("可能达到，也可能未达到", "可能是达到，也可能是未达到")
    if language == "en":
        said = ("the verdict could turn either way",) * 2
    assert any(words_ in result.note.text(language) for words_ in said)


@pytest.mark.parametrize(
    ("bound", "zh", "en"),
    [("exact", None, None), ("at_least", "至少", "at least"), ("at_most", "最多", "at most"),
     ("below", "不足", "less than")],
)  # fmt: skip
def test_the_workbook_says_it_beside_the_number(
    bound: Bound, zh: str | None, en: str | None
) -> None:
    base = ui_fixtures.report()
    first = base.rules[0]
    rows = tuple(replace(unit, observed=0.25, bound=bound) for unit in first.units)
    told = replace(base, rules=(replace(first, observed=0.5, bound=bound, units=rows),))
    for language, said in (("zh", zh), ("en", en)):
        book = load_workbook(io.BytesIO(report_xlsx(told, language)))  # type: ignore[arg-type]
        scores, units = book.worksheets[:2]
        assert (scores["D4"].value, scores["E4"].value) == (said, 0.5)
        assert (units["E4"].value, units["F4"].value) == (said, 0.25)


def test_completeness_counts_the_figures_that_are_bounds() -> None:
    base = ui_fixtures.report()
    first, second = base.rules
    assert base.completeness.bounds == 0
    assert "至少或最多" not in completeness_text(base, "zh")
    told = replace(base, rules=(replace(first, bound="at_most"), second))
    assert told.completeness.bounds == 1
    assert "其中1条" in completeness_text(told, "zh")
    assert "1 of them" in completeness_text(told, "en")
    left_open = replace(first, verdict="not_assessable", bound="at_least")
    assert replace(base, rules=(left_open, second)).completeness.bounds == 0


def test_the_map_says_it_too() -> None:
    assert words.bounded(0.5, "share", "zh", 1.0, "at_least") == "至少 50.0 %"
    assert words.bounded(0.5, "share", "en", 1.0, "at_most") == "at most 50.0 %"
    assert words.bounded(0.5, "share", "en", 1.0, "exact") == "50.0 %"
    assert words.bounded(float("nan"), "share", "en", 1.0, "at_most") == "not known"
