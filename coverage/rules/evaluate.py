"""One pure evaluator for each kind of rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from coverage.county.model import County
from coverage.figures import share_text
from coverage.messages import Message
from coverage.rules.evidence.access import access_notes, access_result, destinations
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.verdicts import joined, says
from coverage.rules.kinds import (
    density,
    per_population,
    presence,
    response_time,
    service,
    share,
    staffing,
)
from coverage.rules.model.county_kind import county_kind, is_asked
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Kind, Rule

Evaluator = Callable[[Rule, County, Evidence], RuleResult]
"""Tests one rule on one county."""

EVALUATORS: Final[Mapping[Kind, Evaluator]] = MappingProxyType(
    {
        "response_time": response_time.evaluate,
        "presence": presence.evaluate,
        "per_population": per_population.evaluate,
        "density": density.evaluate,
        "staffing": staffing.evaluate,
        "share": share.evaluate,
        "service": service.evaluate,
    }
)


def _direction(required: float, rule: Rule) -> Message:
    """Return that the text gives no figure, and which share a county has set in its place."""
    if rule.unit == "share" and required < 1:
        return Message("rules.direction_share", {"share": share_text(required, required)})
    return Message("rules.direction")


def _not_asked(rule: Rule, said: Message) -> RuleResult:
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
        note=said,
        units=(),
    )


def _turning(result: RuleResult) -> RuleResult:
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


def evaluate(rule: Rule, county: County, evidence: Evidence) -> RuleResult:
    """Return what testing `rule` on `county` gives; no input makes it raise."""
    kind = county_kind(county.config.county.code)
    if not any(is_asked(kind, source.county_kinds) for source in rule.sources):
        # The two kinds' messages are rules.county_not_asked and rules.district_not_asked.
        return _not_asked(rule, Message(f"rules.{kind}_not_asked"))
    result = _turning(EVALUATORS[rule.kind](rule, county, evidence))
    if rule.direction and result.verdict != "not_applicable":
        result = replace(result, note=joined([_direction(result.required, rule), result.note]))
    goal = destinations(rule, county)
    if evidence.access is None or goal is None:
        return result
    return replace(
        result,
        note=joined([result.note, *access_notes(rule, county, evidence.access)]),
        access=access_result(county, evidence.access) if goal.known else None,
    )
