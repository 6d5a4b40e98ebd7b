"""One pure evaluator for each kind of rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from coverage.county.model import County
from coverage.rules import per_population, presence, response_time
from coverage.rules.model import Kind, KindParameters, Rule, RuleResult
from coverage.travel.model import Response


@dataclass(frozen=True)
class Evaluator:
    """How rules of one kind are tested.

    Attributes
    ----------
    parameters
        The parameters that a rule of this kind must state, with their types.
    evaluate
        Tests one rule on one county.
    """

    parameters: type[KindParameters]
    evaluate: Callable[[Rule, County, Response], RuleResult]


EVALUATORS: Final[Mapping[Kind, Evaluator]] = MappingProxyType(
    {
        "response_time": Evaluator(response_time.Parameters, response_time.evaluate),
        "presence": Evaluator(presence.Parameters, presence.evaluate),
        "per_population": Evaluator(per_population.Parameters, per_population.evaluate),
    }
)


def evaluate(rule: Rule, county: County, response: Response) -> RuleResult:
    """Return what testing `rule` on `county` gives; no input makes it raise."""
    return EVALUATORS[rule.kind].evaluate(rule, county, response)
