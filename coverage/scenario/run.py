"""A county assessed after the edits of a scenario, computing only what they change."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from coverage.assessment.assess import report_of
from coverage.assessment.report import Report
from coverage.county.files import shown
from coverage.messages import Message
from coverage.problems import Problem
from coverage.progress import Progress, no_progress
from coverage.rules.evaluate import evaluate_rule
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.rules.registry import kind_of
from coverage.scenario.apply import applied
from coverage.scenario.model import Scenario
from coverage.travel.engine import Kept, TravelEngine
from coverage.travel.response import respond
from coverage.travel.update import prepare_updates

_NETWORKS: Final = 12
_REPORTS: Final = 16
_RESULTS: Final = 400

_Made = TypeVar("_Made")


class _Same:
    """A key that is equal only for the very same object, which it keeps alive."""

    def __init__(self, it: object) -> None:
        self._it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._it is self._it

    def __hash__(self) -> int:
        return id(self._it)


class Memo:
    """What was computed for one county, by what it was computed from; bounded.

    It holds edited networks, engines over them, results of rules, and whole reports. It may be
    shared between threads. What it gives must not be changed.
    """

    def __init__(
        self, networks: int = _NETWORKS, reports: int = _REPORTS, results: int = _RESULTS
    ) -> None:
        self.made = Kept(networks)
        # A report goes on holding its engine: what was computed on the roads goes all the same.
        self.engines = Kept(networks, dropped=TravelEngine.release)
        self.reports = Kept(reports)
        self._results = Kept(results)

    def evaluate_rule(self, rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
        """Return what testing `rule` gives; where nothing it rests on has changed, as before."""
        if kind_of(rule).rests_on_roads or evidence.on_roads:
            return evaluate_rule(rule, facts, evidence)
        county = facts.county
        tables = (county.townships, county.villages, county.facilities)
        key = (rule.model_dump_json(), evidence.region, *(_Same(table) for table in tables))
        return self._results.get(key, lambda: evaluate_rule(rule, facts, evidence))


def assess_scenario(
    base: Report, scenario: Scenario, memo: Memo | None = None, progress: Progress = no_progress
) -> Report:
    """Return what assessing the county of `base` after the edits of `scenario` gives.

    It is what assessing a folder that was edited by hand would give, with the name of the scenario
    in it (see `coverage.scenario.apply` for what an edit means).

    Parameters
    ----------
    base
        The county as it is.
    memo
        What was computed before for the same county.
    progress
        Receives the steps.

    Raises
    ------
    InputError
        With every edit that does not fit the county.
    """
    memo = Memo() if memo is None else memo
    prepare_updates(len(base.network.node_x), progress)
    progress(Message("report.step_scenario"))
    report = _assessed(base, scenario, memo, progress)
    return replace(
        report,
        scenario=scenario.name,
        parameters={**report.parameters, "scenario": scenario.model_dump(mode="json")},
        quality=(_in_force(scenario), *report.quality),
    )


def with_overrides(
    base: Report,
    overrides: Mapping[str, Mapping[str, Any]],
    memo: Memo | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Return `base` with other parameters of its rules.

    Parameters
    ----------
    overrides
        For each rule its ``enabled`` and parameters, as in ``[rules.<id>]`` of ``county.toml``;
        they stand in the `config` of the report's county, so that scenarios build on them.

    Raises
    ------
    InputError
        With every unknown rule or parameter, and every value of a wrong type or out of range.
    """
    if not overrides:
        return base
    edits = tuple(
        {
            "set_rule": {
                "id": rule_id,
                "enabled": stated.get("enabled"),
                "parameters": {k: v for k, v in stated.items() if k != "enabled"},
            }
        }
        for rule_id, stated in overrides.items()
        if stated
    )
    code = base.county.config.county.code
    scenario = Scenario.model_validate({"name": code, "county": code, "edits": edits})
    return _assessed(base, scenario, Memo() if memo is None else memo, progress)


def _assessed(base: Report, scenario: Scenario, memo: Memo, progress: Progress) -> Report:
    key = (_Same(base), scenario.county, _content(scenario))
    return memo.reports.get(key, lambda: _computed(base, scenario, memo, progress))


def _computed(base: Report, scenario: Scenario, memo: Memo, progress: Progress) -> Report:
    origin = _Same(base.network)

    def keep(key: Hashable, make: Callable[[], _Made]) -> _Made:
        return memo.made.get((origin, key), make)

    edited, roads = applied(base, scenario, keep)
    progress(Message("report.step_response"))
    engine = base.engine
    if edited.network is not base.network:
        engine = memo.engines.get((origin, roads), lambda: base.engine.edited(edited.network))
    response = respond(edited.county, engine)
    progress(Message("report.step_rules"))
    return report_of(
        edited.county,
        engine,
        response,
        edited.rules,
        catalogue=base.catalogue,
        as_of=base.as_of,
        region=base.region,
        evaluator=memo.evaluate_rule,
    )


def _content(scenario: Scenario) -> str:
    """Return what the figures depend on: the edits that are applied, without their notes."""
    edits = [(number, edit.verb, edit.action.stated()) for number, edit in scenario.in_force()]
    return json.dumps(edits, sort_keys=True, ensure_ascii=False)


def _in_force(scenario: Scenario) -> Problem:
    count = sum(1 for _ in scenario.in_force())
    values = {"name": shown(scenario.name), "count": count}
    return Problem("scenario.in_force", level="note", values=values, count=count)
