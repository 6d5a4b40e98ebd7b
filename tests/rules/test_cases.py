"""Every rule on hand-made counties at, just under and just over what it demands."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from coverage.messages import LANGUAGES, Message
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.kinds.presence import Presence
from coverage.rules.model.rule import Rule
from tests.rules_fixtures import county, evidence, rule_for, rule_result

CASES = Path(__file__).parent / "cases"
CATALOGUE = load_catalogue()


ALL_CASES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, case)
    for path in sorted(CASES.glob("*.yaml"))
    for case in yaml.load(path.read_bytes(), yaml.CSafeLoader)
]


def _ids(message: Message | None) -> list[str]:
    if message is None:
        return []
    if message.id != "rules.joined":
        return [message.id]
    return [*_ids(message.values["first"]), *_ids(message.values["then"])]  # type: ignore[arg-type]


def test_every_rule_has_cases_for_every_outcome() -> None:
    verdicts: dict[str, set[str]] = {rule_id: set() for rule_id in CATALOGUE}
    for rule_id, case in ALL_CASES:
        verdicts[rule_id].add(case["expect"]["verdict"])
    for rule_id, found in verdicts.items():
        assert _outcomes(CATALOGUE[rule_id]) <= found, rule_id


def _outcomes(rule: Rule) -> set[str]:
    """The verdicts that the rule can have: a county always is one, and its places are there."""
    if rule.kind != "presence":
        return {"met", "unmet", "not_applicable", "not_assessable"}
    asked = Presence.of(rule)
    found = {"met", "unmet"}
    if asked.unit_kinds and not asked.named_units:
        found.add("not_applicable")
    if asked.facility_where or asked.sum_column or asked.village_column:
        found.add("not_assessable")
    return found


@pytest.mark.parametrize(
    ("rule_id", "case"), ALL_CASES, ids=[f"{r}: {c['name']}" for r, c in ALL_CASES]
)
def test_case(rule_id: str, case: dict[str, Any]) -> None:
    place = county(
        case["townships"],
        case.get("villages", []),
        case["facilities"],
        case.get("code", "430902"),
        case.get("rules"),
    )
    times = evidence(place, case.get("villages", []))
    result = rule_result(rule_for(CATALOGUE, rule_id, place), place, times)
    units = {unit.code: unit for unit in result.units}
    for key, wanted in case["expect"].items():
        if key == "units":
            assert {code: unit.verdict for code, unit in units.items()} == wanted
        elif key == "unit_observed":
            assert {code: unit.observed for code, unit in units.items()} == wanted
        elif key == "notes":
            assert _ids(result.note) == wanted
        elif key == "missing":
            assert list(result.missing_columns) == wanted
        elif key in ("verdict", "bound"):
            assert getattr(result, key) == wanted
        elif wanted is None:
            assert math.isnan(getattr(result, key)), key
        else:
            assert getattr(result, key) == pytest.approx(wanted, rel=1e-12, abs=1e-12), key
    for language in LANGUAGES:
        assert result.note is None or "{" not in result.note.text(language)
