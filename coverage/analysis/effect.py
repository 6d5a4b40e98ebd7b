"""What other figures do to the verdicts: the same rules before and after."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from coverage.assessment.report import Report
from coverage.rules.model.results import RuleResult, Verdict

Turn = Literal["better", "worse", "same", "other"]

_RANK: Final[dict[Verdict, int]] = {"unmet": 0, "not_assessable": 1, "met": 2}


@dataclass(frozen=True)
class Effect:
    """One rule's result in two reports.

    Attributes
    ----------
    before, after
        None where the rule is not tested.
    """

    before: RuleResult | None
    after: RuleResult | None

    @property
    def rule_id(self) -> str:
        """The rule's id."""
        known = self.after or self.before
        return known.rule.id if known else ""

    @property
    def turn(self) -> Turn:
        """``better`` or ``worse`` by the verdict, else by the people short.

        ``other`` where the two cannot be compared: a rule is tested in one of them only, or does
        not apply in one of them.
        """
        if self.before is None or self.after is None:
            return "other"
        first, then = self.before, self.after
        if first.verdict != then.verdict:
            if "not_applicable" in (first.verdict, then.verdict):
                return "other"
            return "better" if _RANK[then.verdict] > _RANK[first.verdict] else "worse"
        if first.population_short == then.population_short:
            return "same" if same_figures(first, then) else "other"
        if math.isnan(first.population_short) or math.isnan(then.population_short):
            return "same" if same_figures(first, then) else "other"
        return "better" if then.population_short < first.population_short else "worse"


def effects(before: Report, after: Report, also: Collection[str] = ()) -> tuple[Effect, ...]:
    """Return the rules whose result is not the same in both, in the order of `after`.

    Parameters
    ----------
    also
        Ids of rules that are returned even where nothing is different.
    """
    first = {result.rule.id: result for result in before.rules}
    then = {result.rule.id: result for result in after.rules}
    pairs = [Effect(first.get(rule_id), result) for rule_id, result in then.items()]
    pairs += [Effect(result, None) for rule_id, result in first.items() if rule_id not in then]
    return tuple(
        pair
        for pair in pairs
        if pair.rule_id in also
        or pair.before is None
        or pair.after is None
        or not same_figures(pair.before, pair.after)
    )


def same_figures(first: RuleResult, then: RuleResult) -> bool:
    """Return whether verdict and figures are the same; what is not known equals itself."""
    return first.verdict == then.verdict and all(
        one == other or (math.isnan(one) and math.isnan(other))
        for one, other in (
            (first.observed, then.observed),
            (first.required, then.required),
            (first.population_short, then.population_short),
        )
    )
