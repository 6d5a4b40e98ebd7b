"""An institution that is no hospital fails no rule on hospitals for what it does not state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.rule import Rule
from tests.rules_fixtures import county, evidence, rule_for, rule_result

CASES = Path(__file__).parent / "cases"
CATALOGUE = load_catalogue()
NO_HOSPITALS = ("cdc", "care_home", "nursery")


def _met(rule_id: str) -> list[dict[str, Any]]:
    cases = yaml.safe_load((CASES / f"{rule_id}.yaml").read_text(encoding="utf-8"))
    return [case for case in cases if case["expect"]["verdict"] == "met"]


def _asks(rule: Rule, kind: str) -> bool:
    return any(
        isinstance(parameter.value, list) and kind in parameter.value
        for parameter in rule.parameters.values()
    )


@pytest.mark.parametrize("kind", NO_HOSPITALS)
@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_a_silent_one_beside_hospitals_changes_nothing(rule_id: str, kind: str) -> None:
    assert _met(rule_id)
    if _asks(CATALOGUE[rule_id], kind):
        return
    for case in _met(rule_id):
        villages = case.get("villages", [])
        silent = {
            "kind": kind,
            "id": "silent",
            "name": "x",
            "township": case["townships"][0]["code"],
        }
        facilities = [*case["facilities"], silent]
        code, rules = case.get("code", "430902"), case.get("rules")
        place = county(case["townships"], villages, facilities, code, rules)
        rule = rule_for(CATALOGUE, rule_id, place)
        result = rule_result(rule, place, evidence(place, villages))
        assert result.verdict == "met", case["name"]
        assert result.missing_columns == ()


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_no_reading_says_that_a_blank_is_left_out(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    for said in (rule.reading, *(parameter.meaning for parameter in rule.parameters.values())):
        assert "left out and counted" not in said.en
        assert "不计入，并在说明中计数" not in said.zh


@pytest.mark.parametrize("rule_id", [i for i, r in CATALOGUE.items() if "column" in r.parameters])
def test_a_reading_on_sums_says_what_a_blank_is(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    if rule.kind in ("density", "per_population"):
        assert "不当作0" in rule.reading.zh
        assert "not taken as 0" in rule.reading.en
        assert "可能是任何数" in rule.parameters["expected_kinds"].meaning.zh
