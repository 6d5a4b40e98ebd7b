"""A kind of rule is one module: one more is found everywhere, and nobody else branches on kinds."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from coverage import messages
from coverage.paths import DATA
from coverage.problems import InputError
from coverage.report.rule_text import rule_text
from coverage.rules import kinds as package
from coverage.rules import registry
from coverage.rules.authoring import own
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.evaluate import collect_evidence, evaluate_rule
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.model.rule import Rule
from coverage.scenario.run import Memo
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, evidence, network, response, rule_result

TOP = DATA.parent
KINDS = (
    "response_time", "presence", "per_population", "density", "staffing", "share", "service",
)  # fmt: skip
MODULE = """
import math

from pydantic import Field

from coverage.rules.evidence.bounds import Bounds, judged_unit
from coverage.rules.evidence.destinations import FacilityQuery
from coverage.rules.evidence.facility_masks import amounts
from coverage.rules.model.conditions import NumberColumn
from coverage.rules.model.forms import FACILITY_KINDS, Form, Question
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult
from coverage.rules.rule_kind import RuleKind

CALLS = []


class Total(KindParameters):
    column: NumberColumn = "beds"
    least: int = Field(ge=1)


def evaluate(rule, facts, evidence):
    CALLS.append(rule.id)
    stated = Total.of(rule)
    mask = facts.facility_mask(stated.facility_kinds, stated.facility_where)
    added = amounts(facts.county.facilities, mask, stated.column).added.total()
    unit = judged_unit("", "", added, Bounds.exactly(stated.least))
    return RuleResult(
        rule=rule, verdict=unit.verdict, observed=unit.observed, required=unit.required,
        unit=rule.unit, population_total=0.0, population_short=0.0, shortfall=unit.shortfall,
        note=None, units=(unit,), bound=unit.bound,
    )


KIND = RuleKind(
    id="total",
    place=8,
    parameters=Total,
    evaluate=evaluate,
    unit=lambda values: "beds",
    forms={"total": Form("total", (FACILITY_KINDS, Question("least", "whole", 1)))},
    columns=lambda stated: ("villages.service_mode",),
    destinations=lambda rule, stated: FacilityQuery(stated.facility_kinds, ()),
    rests_on_roads=ON_ROADS,
)
"""
RULE = {
    "id": "beds-total",
    "title": {"zh": "床位", "en": "Beds"},
    "kind": "total",
    "unit": "beds",
    "parameters": {
        "least": {"value": 10, "origin": "text", "meaning": {"zh": "至少", "en": "At least"}},
        "facility_kinds": {
            "value": ["county_hospital"],
            "origin": "text",
            "meaning": {"zh": "机构", "en": "Facilities"},
        },
    },
    "scope": {"regions": ["43"]},
    "reading": {"zh": "读法", "en": "Reading"},
    "sources": [
        {
            "document": "文",
            "title": "文",
            "number": "",
            "date": "2025",
            "clause": "1",
            "paraphrase": {"zh": "床", "en": "beds"},
            "force": "binding",
        }
    ],
}
WORDS = {
    "report.kind_total": {"zh": "总量", "en": "Totals"},
    "rules_page.form_total": {"zh": "共有多少", "en": "So many in all"},
    "rules.parameter_least": {"zh": "至少", "en": "At least"},
}

Add = Callable[..., Any]


@pytest.fixture
def add_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Put the module of an eighth kind, and its words, beside the others."""

    def add(*, rests_on_roads: bool = False) -> Any:
        folder = tmp_path / "more_kinds"
        folder.mkdir()
        content = MODULE.replace("ON_ROADS", str(rests_on_roads))
        (folder / "total.py").write_text(content, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        words: Mapping[str, Mapping[str, str]] = {**messages.catalogue(), **WORDS}
        monkeypatch.setattr(messages, "catalogue", lambda: words)
        monkeypatch.setattr(own, "messages", lambda: words)
        registry.kinds.cache_clear()
        registry.kinds()
        return sys.modules["coverage.rules.kinds.total"]

    yield add
    sys.modules.pop("coverage.rules.kinds.total", None)
    vars(package).pop("total", None)
    monkeypatch.undo()
    registry.kinds.cache_clear()


def loaded(folder: Path, **parameters: Any) -> Rule:
    folder.mkdir()
    content = {**RULE, "parameters": {**RULE["parameters"], **parameters}}
    text = yaml.safe_dump(content, allow_unicode=True)
    (folder / "beds-total.yaml").write_text(text, encoding="utf-8")
    other = DATA / "rules" / "ems-1030.yaml"
    (folder / other.name).write_bytes(other.read_bytes())
    rules = load_catalogue(folder)
    assert list(rules) == ["ems-1030", "beds-total"]  # by the kinds' places
    return rules["beds-total"]


def test_the_kinds_are_those_of_the_documents_in_their_order() -> None:
    assert registry.kind_ids() == KINDS
    modules = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - {"__init__"}
    assert modules == set(KINDS)


def test_one_more_module_is_one_more_kind(add_kind: Add, tmp_path: Path) -> None:
    add_kind()
    assert registry.kind_ids() == (*KINDS, "total")
    rule = loaded(tmp_path / "rules")
    shown = rule_text(rule, "en")
    assert "Totals" in shown
    columns = [f"{c.table}.{c.column}" for c in registry.needed_columns(rule)]
    assert columns == [
        "villages.service_mode",
        "facilities.lon",
        "facilities.lat",
        "facilities.beds",
    ]
    assert all(name.split(".")[1] in shown for name in columns)
    with pytest.raises(InputError) as refusal:
        loaded(tmp_path / "wrong", least={**RULE["parameters"]["least"], "value": 0})
    assert [p.values["key"] for p in refusal.value.problems] == ["parameters.least"]


@pytest.mark.parametrize(
    ("beds", "verdict", "observed"),
    [([9, 0], "unmet", 9.0), ([9, 1], "met", 10.0), ([9, None], "not_assessable", 9.0)],
)
def test_a_rule_of_it_is_tested_with_its_travel_times(
    add_kind: Add, tmp_path: Path, beds: list[int | None], verdict: str, observed: float
) -> None:
    add_kind()
    rule = loaded(tmp_path / "rules")
    place = county(
        [{"code": "1", "population": 100}],
        [{"code": "a", "township": "1", "population": 100, "x": 1000, "y": 5000}],
        [{"kind": "county_hospital", "beds": n, "x": 2000, "y": 5000} for n in beds],
    )
    facts = CountyFacts(place)
    (times,) = collect_evidence(
        facts, TravelEngine(network()), response(place, [5.0]), [rule]
    ).values()
    result = evaluate_rule(rule, facts, times)
    assert (result.verdict, result.observed) == (verdict, observed)
    assert result.access is not None
    assert [village.minutes for village in result.access.villages] == [1.0]


def test_it_can_be_asked_for_by_a_form(add_kind: Add, tmp_path: Path) -> None:
    add_kind()
    assert "total" in registry.forms()
    answers = own.Answers(
        "total", "own-x", "床", "430902", {"least": 3, "facility_kinds": ["county_hospital"]},
        date="2025",
    )  # fmt: skip
    made = own.own_rule(answers)
    assert (made["kind"], made["unit"]) == ("total", "beds")
    rule = own.checked(tmp_path, "own-x", yaml.safe_dump(made, allow_unicode=True))
    again = own.answers_of(rule)
    assert again is not None
    assert (again.form, again.values["least"]) == ("total", 3)


@pytest.mark.parametrize(("rests_on_roads", "times"), [(False, 1), (True, 2)])
def test_a_scenario_tests_it_anew_only_where_its_record_says_so(
    add_kind: Add, tmp_path: Path, rests_on_roads: bool, times: int
) -> None:
    module = add_kind(rests_on_roads=rests_on_roads)
    rule = loaded(tmp_path / "rules")
    place = county([{"code": "1"}], [], [{"kind": "county_hospital", "beds": 1}])
    memo, without_roads = Memo(), evidence(place, [])
    without_roads = type(without_roads)(without_roads.response)
    for _ in range(2):
        memo.evaluate_rule(rule, CountyFacts(place), without_roads)
    assert ["beds-total"] * times == module.CALLS


def test_a_kind_that_there_is_not_is_told_with_the_nearest(tmp_path: Path) -> None:
    content = {**RULE, "kind": "staffin"}
    (tmp_path / "beds-total.yaml").write_text(
        yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
    )
    with pytest.raises(InputError) as refusal:
        load_catalogue(tmp_path)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.file) == ("rules.kind_unknown", "beds-total.yaml")
    assert problem.values["nearest"] == "staffing"
    assert problem.values["known"] == ", ".join(KINDS)


def test_nothing_else_names_a_kind() -> None:
    """No import of a kind's module, no branch on its id, outside ``coverage/rules/kinds/``."""
    named = {
        f"{path.relative_to(TOP)}:{line}"
        for path in [
            TOP / "app.py",
            *(TOP / "coverage").rglob("*.py"),
            *(TOP / "maps").rglob("*.py"),
        ]
        if (TOP / "coverage" / "rules" / "kinds") not in path.parents
        for line in _naming(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert named == set()


@pytest.mark.parametrize(
    "code",
    [
        "from coverage.rules.kinds.share import ShareOf",
        "import coverage.rules.kinds.share",
        "from coverage.rules.kinds import share",
        "KEPT = {'response_time'}",
        "if rule.kind == 'share': pass",
        "if one.kind in ('share', 'service'): pass",
        "match rule.kind:\n    case 'service': pass",
        "names = {'density': 1}",
    ],
)
def test_the_scan_sees_what_names_a_kind(code: str) -> None:
    assert list(_naming(ast.parse(code)))


def _naming(tree: ast.Module) -> Iterator[int]:
    """Give the lines that import a kind's module, or write its id in code.

    ``share`` and ``service`` are words of other things too: only beside a ``kind``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            if any(name.startswith(f"{package.__name__}.") for name in names):
                yield node.lineno
        elif isinstance(node, ast.Import):
            if any(alias.name.startswith(f"{package.__name__}.") for alias in node.names):
                yield node.lineno
        elif isinstance(node, ast.Constant) and node.value in set(KINDS) - {"share", "service"}:
            yield node.lineno
        elif isinstance(node, ast.Compare | ast.Match):
            parts = list(ast.walk(node))
            kind = any(isinstance(p, ast.Attribute) and p.attr == "kind" for p in parts)
            if kind and any(isinstance(p, ast.Constant) and p.value in KINDS for p in parts):
                yield node.lineno


def test_every_kind_of_the_catalogue_has_its_words() -> None:
    for kind in registry.kinds().values():
        assert f"report.kind_{kind.id}" in messages.catalogue()
        for name, form in kind.forms.items():
            assert form.kind == kind.id
            assert f"rules_page.form_{name}" in messages.catalogue()
            for question in form.questions:
                assert f"rules.parameter_{question.name}" in messages.catalogue()


def test_rule_result_of_the_fixture_is_that_of_a_kept_value() -> None:
    """What was derived before changes nothing of what is derived next."""
    place = county(
        [{"code": "1", "population": 60_000}],
        [{"code": "a", "township": "1", "population": 60_000}],
        [{"kind": "township_hospital", "township": "1", "beds": 4}],
    )
    rules = [rule for rule in load_catalogue().values() if rule.scope.covers("430902")]
    facts, times = CountyFacts(place), evidence(place, [{"code": "a", "minutes": 5.0}])
    kept = [evaluate_rule(rule, facts, times) for rule in [*rules, *rules]]
    fresh = [rule_result(rule, place, times) for rule in rules]
    assert repr(kept) == repr([*fresh, *fresh])
