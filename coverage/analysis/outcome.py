"""What becomes of rules from one report to another: better, worse, the same, or another thing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from coverage.assessment.report import Report
from coverage.rules.model.results import RuleResult, Verdict

Outcome = Literal["better", "worse", "same", "other"]

_CLOSE: Final = 1e-9
_RANK: Final[Mapping[Verdict, int]] = {"unmet": 0, "not_assessable": 1, "met": 2}


@dataclass(frozen=True)
class RuleChange:
    """One rule's result in two reports.

    Attributes
    ----------
    before, after
        None where the rule is not tested; at least one of them is a result.
    """

    before: RuleResult | None
    after: RuleResult | None

    @property
    def result(self) -> RuleResult:
        """The result after, or before where there is none after: for title and unit."""
        known = self.after or self.before
        assert known is not None
        return known

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.result.rule.id

    @property
    def outcome(self) -> Outcome:
        """What becomes of the rule."""
        return outcome_of(self.before, self.after)

    @property
    def verdict_moved(self) -> bool:
        """Whether the verdict is another, or the rule is tested on one side only."""
        if self.before is None or self.after is None:
            return True
        return self.before.verdict != self.after.verdict

    @property
    def figures_moved(self) -> bool:
        """Whether the verdict or a figure is another, or the rule is tested on one side only."""
        if self.before is None or self.after is None:
            return True
        return not same_figures(self.before, self.after)


def rule_changes(before: Report, after: Report) -> tuple[RuleChange, ...]:
    """Return every rule of either report, in the catalogue's order."""
    old = {result.rule.id: result for result in before.rules}
    new = {result.rule.id: result for result in after.rules}
    ids = [*new, *(rule_id for rule_id in old if rule_id not in new)]
    order = {rule_id: place for place, rule_id in enumerate(old)}
    if not set(old) <= set(new):
        ids.sort(key=lambda rule_id: order.get(rule_id, len(order)))
    return tuple(RuleChange(old.get(rule_id), new.get(rule_id)) for rule_id in ids)


def moved_rules(
    before: Report, after: Report, also: Collection[str] = ()
) -> tuple[RuleChange, ...]:
    """Return the rules of which the verdict or a figure is another, in the catalogue's order.

    Parameters
    ----------
    also
        Ids of rules that are returned even where nothing is different.
    """
    changes = rule_changes(before, after)
    return tuple(change for change in changes if change.figures_moved or change.id in also)


def outcome_of(before: RuleResult | None, after: RuleResult | None) -> Outcome:
    """Return whether a rule's result is better, worse, the same, or cannot be compared.

    By the verdict, a verdict that could not be reached standing between unmet and met; where that
    is the same by the people short, then by the shortfall. Nothing is better because it no
    longer applies: a rule that is tested, or that applies, on one side only is ``other``; so is
    one whose people short and shortfall are known on one side only.
    """
    if before is None or after is None:
        return "other"
    if before.verdict != after.verdict:
        if "not_applicable" in (before.verdict, after.verdict):
            return "other"
        return "better" if _RANK[after.verdict] > _RANK[before.verdict] else "worse"
    steps = (
        _step(before.population_short, after.population_short),
        _step(before.shortfall, after.shortfall),
    )
    decided = [step for step in steps if step in ("better", "worse")]
    return decided[0] if decided else "other" if "other" in steps else "same"


def _step(before: float, after: float) -> Outcome:
    """Compare two figures of which less is better."""
    if math.isnan(before) or math.isnan(after):
        return "same" if math.isnan(before) and math.isnan(after) else "other"
    if math.isclose(before, after, rel_tol=_CLOSE, abs_tol=_CLOSE):
        return "same"
    return "better" if after < before else "worse"


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
