"""One outcome of two results, on every page and in every file."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from coverage.__main__ import main
from coverage.analysis.outcome import Outcome, RuleChange, moved_rules, outcome_of, rule_changes
from coverage.messages import LANGUAGES, text
from coverage.rules.model.results import RuleResult, Verdict
from coverage.scenario.compare import compare
from coverage.scenario.file import dump_scenario
from coverage.ui.rules.effect_table import effect_table
from tests import ui_fixtures
from tests.rules_folder import write_folder
from tests.scenario_fixtures import CODE, edit, scenario, write

NAN = math.nan
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def result(
    verdict: Verdict = "unmet", short: float = 10.0, shortfall: float = 1.0, observed: float = 0.5
) -> RuleResult:
    base = ui_fixtures.result("a", "规则", verdict, observed)
    return replace(base, population_short=short, shortfall=shortfall)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (result(), result("met", 0.0, 0.0), "better"),
        (result("met", 0.0), result(), "worse"),
        (result("met", 0.0), result("not_assessable", NAN), "worse"),
        (result("not_assessable", NAN), result("unmet", 5.0), "worse"),
        (result("not_assessable", NAN), result("met", 0.0), "better"),
        (result(short=10.0), result(short=9.0), "better"),
        (result(short=10.0), result(short=11.0), "worse"),
        (result(short=5.0, shortfall=1.0), result(short=4.0, shortfall=2.0), "better"),
        (result(shortfall=2.0), result(shortfall=1.0), "better"),
        (result(shortfall=1.0), result(shortfall=2.0), "worse"),
        (result(shortfall=0.1 + 0.2), result(shortfall=0.3), "same"),
        (result(short=10.0), result(short=10.0 + 1e-10), "same"),
        (result(short=10.0), result(short=10.0001), "worse"),
        (result(), result(), "same"),
        (result(observed=0.5), result(observed=0.6), "same"),
        (result(short=NAN), result(short=NAN), "same"),
        (result(short=NAN), result(short=11.0), "other"),
        (result(short=11.0), result(short=NAN), "other"),
        (result(short=NAN, shortfall=2.0), result(short=11.0, shortfall=1.0), "better"),
        (result(shortfall=NAN), result(shortfall=1.0), "other"),
        (result(short=2.0, shortfall=NAN), result(short=1.0, shortfall=1.0), "better"),
        (result("unmet"), result("not_applicable"), "other"),
        (result("not_applicable"), result("met"), "other"),
        (result("not_applicable"), result("not_applicable"), "same"),
        (None, result(), "other"),
        (result(), None, "other"),
    ],
)
def test_outcome(before: RuleResult | None, after: RuleResult | None, outcome: Outcome) -> None:
    assert outcome_of(before, after) == outcome
    assert RuleChange(before, after).outcome == outcome


def test_a_way_back_has_the_opposite_outcome() -> None:
    opposite = {"better": "worse", "worse": "better", "same": "same", "other": "other"}
    figures = (NAN, 0.0, 1.0, 2.0)
    results = [result(*each) for each in product(VERDICTS, figures, figures)]
    for first, then in product(results, results):
        assert outcome_of(then, first) == opposite[outcome_of(first, then)]


def test_every_outcome_has_a_word() -> None:
    for outcome, language in product(get_args(Outcome), LANGUAGES):
        assert text(f"ui.outcome_{outcome}", language)


def test_only_rules_that_move_and_those_asked_for() -> None:
    report = ui_fixtures.report()
    first, second = report.rules
    changed = replace(report, rules=(replace(first, population_short=1.0), second))
    assert moved_rules(report, report) == ()
    assert [c.id for c in moved_rules(report, changed)] == ["ems-1030"]
    both = moved_rules(report, changed, {"township-hospital"})
    assert [c.id for c in both] == ["ems-1030", "township-hospital"]
    dropped = moved_rules(report, replace(report, rules=(first,)))
    assert [(c.id, c.after) for c in dropped] == [("township-hospital", None)]
    added = moved_rules(replace(report, rules=(first,)), report)
    assert [(c.id, c.before) for c in added] == [("township-hospital", None)]


def test_pages_and_files_agree_where_a_rule_no_longer_applies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = ui_fixtures.report()
    first, *others = before.rules
    assert first.verdict == "unmet"
    gone = replace(first, verdict="not_applicable", population_short=0.0, shortfall=0.0)
    after = replace(before, rules=(gone, *others))
    (change, *_) = rule_changes(before, after)
    assert change.outcome == "other"
    assert compare(before, after).rules[0].outcome == "other"
    tables = []
    monkeypatch.setattr("streamlit.table", lambda table, **_: tables.append(table))
    monkeypatch.setattr("streamlit.markdown", lambda *_: None)
    effect_table(before, after, (), "en")
    words = tables[0][text("rules_page.column_turn", "en")].tolist()
    assert words == [text("ui.outcome_other", "en")]


def test_report_json_says_other_of_a_rule_that_is_not_asked_any_more(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "county")
    dropped = scenario(edit("set_rule", id="hospice", enabled=False))
    file = write(tmp_path / "scenario.yaml", dump_scenario(dropped))
    words = ["report", str(folder), "--formats", "json", "--out", str(tmp_path / "out")]
    assert main([*words, "--scenario", str(file)]) == 0
    kept = json.loads((tmp_path / "out" / CODE / "report.json").read_text(encoding="utf-8"))
    outcome = {rule["id"]: rule["outcome"] for rule in kept["comparison"]["rules"]}
    assert outcome.pop("hospice") == "other"
    assert set(outcome.values()) == {"same"}
