"""Testing rules: what each is tested with, and what that gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Final

from coverage.figures import share_text
from coverage.messages import Message
from coverage.rules.evidence.access import access_notes, access_result
from coverage.rules.evidence.destinations import find_destinations
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import AccessMinutes, Evidence
from coverage.rules.evidence.travel import (
    IntTuple,
    access_minutes,
    answer_minutes,
    unplaced_minutes,
)
from coverage.rules.evidence.verdicts import joined, says
from coverage.rules.model.county_kind import county_kind, is_addressed
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.rules.registry import (
    destination_query,
    destinations,
    kind_of,
    undecided_stations,
)
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response

Evaluator = Callable[[Rule, CountyFacts, Evidence], RuleResult]
"""Tests one rule on one county."""


def collect_evidence(
    facts: CountyFacts,
    engine: TravelEngine,
    response: Response,
    rules: Iterable[Rule],
    region: str = "",
) -> dict[str, Evidence]:
    """Return what each rule is tested with, by its id: one sweep for each set of facilities.

    Parameters
    ----------
    engine
        Over the county's roads.
    response
        When an ambulance is at the scene.
    region
        The region whose rules are tested, where it is not the county's own.
    """

    @cache
    def to_nearest(rows: IntTuple, serving: IntTuple) -> AccessMinutes:
        return access_minutes(facts.county, engine, rows, serving)

    @cache
    def from_stations(rows: IntTuple) -> AccessMinutes:
        return answer_minutes(facts.county, engine, rows)

    @cache
    def to_unplaced(rows: IntTuple) -> AccessMinutes | None:
        return unplaced_minutes(facts, engine, rows)

    evidence = {}
    for rule in rules:
        travelled_to = destinations(rule, facts)
        access = with_undecided = unplaced_least = None
        if travelled_to is not None:
            access = to_nearest(travelled_to.rows, travelled_to.serving)
            if travelled_to.undecided:
                with_undecided = to_nearest(travelled_to.possible, travelled_to.serving)
            if travelled_to.unplaced:
                unplaced_least = to_unplaced(travelled_to.unplaced)
        if stations := undecided_stations(rule, facts):
            with_undecided = from_stations(stations)
        evidence[rule.id] = Evidence(response, access, with_undecided, region, unplaced_least)
    return evidence


def evaluate_rule(rule: Rule, facts: CountyFacts, evidence: Evidence) -> RuleResult:
    """Return what testing `rule` on a county gives; no input makes it raise.

    Parameters
    ----------
    evidence
        What `collect_evidence` gives for the rule.
    """
    kind = county_kind(facts.county.config.county.code)
    if not any(is_addressed(kind, source.county_kinds) for source in rule.sources):
        # The two kinds' messages are rules.county_not_asked and rules.district_not_asked.
        return _not_applicable(rule, Message(f"rules.{kind}_not_asked"))
    result = _with_turn(kind_of(rule).evaluate(rule, facts, evidence))
    if rule.direction and result.verdict != "not_applicable":
        result = replace(result, note=joined([_direction(result.required, rule), result.note]))
    query = destination_query(rule)
    if evidence.access is None or query is None:
        return result
    notes = access_notes(rule, query, facts, evidence.access)
    known = find_destinations(query, facts).known
    return replace(
        result,
        note=joined([result.note, *notes]),
        access=access_result(facts.county, evidence.access) if known else None,
    )


def _direction(required: float, rule: Rule) -> Message:
    """Return that the text gives no figure, and which share a county has set in its place."""
    if rule.unit == "share" and required < 1:
        return Message("rules.direction_share", {"share": share_text(required, required)})
    return Message("rules.direction")


def _not_applicable(rule: Rule, note: Message) -> RuleResult:
    """Return the result of a rule that does not speak of such a county."""
    return RuleResult(
        rule=rule,
        verdict="not_applicable",
        observed=math.nan,
        required=math.nan,
        unit=rule.unit,
        population_total=0.0,
        population_short=0.0,
        shortfall=math.nan,
        note=note,
        units=(),
    )


def _with_turn(result: RuleResult) -> RuleResult:
    """Return the result with a note that an open verdict could turn, where none says so yet."""
    if result.verdict != "not_assessable" or says(result.note, _SAY_IT_COULD_TURN):
        return result
    return replace(result, note=joined([result.note, Message("rules.could_turn")]))


_SAY_IT_COULD_TURN: Final = frozenset(
    {
        "rules.cells_blank",
        "rules.column_missing",
        "rules.residents_open",
        "rules.share_between",
        "rules.village_cells_blank",
        "rules.village_column_missing",
    }
)
