"""What changes from one report of a county to another: rules, villages, people, cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from coverage.assessment.report import Report, ResponseSummary
from coverage.rules.model.results import RuleResult, Verdict
from coverage.scenario.columns import number_columns
from coverage.scenario.model import Scenario

Outcome = Literal["better", "worse", "same"]

VILLAGE_COLUMNS: Final = (
    "code",
    "name",
    "township_name",
    "population",
    "before_min",
    "after_min",
    "change_min",
    "covered_before",
    "covered_after",
    "change",
)

_CLOSE: Final = 1e-9
_RANK: Final[Mapping[Verdict, int]] = {
    "unmet": 0,
    "not_assessable": 1,
    "not_applicable": 1,
    "met": 2,
}


@dataclass(frozen=True)
class RuleChange:
    """One rule before and after.

    Attributes
    ----------
    before, after
        None where the rule is not tested.
    outcome
        By verdict; where that is the same by the people short, then by the shortfall.
    """

    id: str
    before: RuleResult | None
    after: RuleResult | None
    outcome: Outcome

    @property
    def verdict_moved(self) -> bool:
        """The verdict is another, or the rule is tested on one side only."""
        if self.before is None or self.after is None:
            return True
        return self.before.verdict != self.after.verdict

    @property
    def result(self) -> RuleResult:
        """The result after, or before where there is none after: for title and unit."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class CostItem:
    """What is bought of one thing.

    Attributes
    ----------
    key
        A kind of facility (new ones), or a column of numbers (more of them).
    count
        How many more.
    unit_cost
        In 10,000 yuan; NaN where the scenario gives none.
    """

    key: str
    count: float
    unit_cost: float

    @property
    def cost(self) -> float:
        """In 10,000 yuan; NaN where the unit cost is not known."""
        return self.count * self.unit_cost


@dataclass(frozen=True)
class Cost:
    """What the scenario's facilities cost.

    Attributes
    ----------
    items
        Kinds first, then columns; only what there is more of. What is closed gives nothing back.
    """

    items: tuple[CostItem, ...]

    @property
    def total(self) -> float:
        """In 10,000 yuan, of what has a unit cost."""
        return float(sum(item.cost for item in self.items if not math.isnan(item.unit_cost)))

    @property
    def missing(self) -> tuple[str, ...]:
        """What is bought and has no unit cost: it is not in the total."""
        return tuple(item.key for item in self.items if math.isnan(item.unit_cost))


@dataclass(frozen=True)
class Comparison:
    """One report beside another of the same county.

    Attributes
    ----------
    rules
        In the catalogue's order, those tested only before or only after included.
    villages
        `VILLAGE_COLUMNS`, one row a village of either: those of the county after, in their order,
        then those removed. Minutes are NaN where no ambulance comes or the village is not there;
        `change_min` is after less before. `population` is that after (before where removed);
        `covered_before` and `covered_after` are None where the village is not there. `change` is
        ``gained``, ``lost`` or ``same``.
    people_gained, people_lost
        Residents (after; before where removed) of demand points that become, or are no longer,
        covered. New settlements that are covered count as gained.
    before, after
        Covered people, share, mean and 90th percentile of the minutes.
    cost
        Without unit costs where no scenario is given.
    """

    rules: tuple[RuleChange, ...]
    villages: pd.DataFrame
    people_gained: float
    people_lost: float
    before: ResponseSummary
    after: ResponseSummary
    cost: Cost


def compare(before: Report, after: Report, scenario: Scenario | None = None) -> Comparison:
    """Return what changes from `before` to `after`.

    Parameters
    ----------
    before, after
        Reports of one county.
    scenario
        Gives the unit costs.
    """
    villages = _villages(before, after)
    gained, lost = _people(before, after)
    return Comparison(
        rules=_rules(before, after),
        villages=villages,
        people_gained=gained,
        people_lost=lost,
        before=before.summary,
        after=after.summary,
        cost=_cost(before, after, {} if scenario is None else scenario.costs),
    )


def _rules(before: Report, after: Report) -> tuple[RuleChange, ...]:
    old = {result.rule.id: result for result in before.rules}
    new = {result.rule.id: result for result in after.rules}
    ids = [*new, *(rule_id for rule_id in old if rule_id not in new)]
    order = {rule_id: place for place, rule_id in enumerate(old)}
    if not set(old) <= set(new):
        ids.sort(key=lambda rule_id: order.get(rule_id, len(order)))
    return tuple(
        RuleChange(i, old.get(i), new.get(i), outcome_of(old.get(i), new.get(i))) for i in ids
    )


def outcome_of(before: RuleResult | None, after: RuleResult | None) -> Outcome:
    """Return whether a rule's result is better, worse or the same."""
    if before is None or after is None:
        return "same"
    step = _RANK[after.verdict] - _RANK[before.verdict]
    if not step:
        step = _fewer(before.population_short, after.population_short) or _fewer(
            before.shortfall, after.shortfall
        )
    return "better" if step > 0 else "worse" if step < 0 else "same"


def _fewer(before: float, after: float) -> int:
    """Return 1 where there is less after, -1 where more, 0 where the same or not known."""
    if math.isnan(before) or math.isnan(after):
        return 0
    if math.isclose(before, after, rel_tol=_CLOSE, abs_tol=_CLOSE):
        return 0
    return 1 if after < before else -1


def _villages(before: Report, after: Report) -> pd.DataFrame:
    old, new = (pd.DataFrame(report.villages).set_index("code") for report in (before, after))
    codes = new.index.append(old.index.difference(new.index, sort=False))
    old, new = old.reindex(codes), new.reindex(codes)
    table = pd.DataFrame(index=codes)
    for column in ("name", "township_name", "population"):
        table[column] = new[column].where(new["covered"].notna(), old[column])
    table["before_min"] = old["response_min"].astype(float)
    table["after_min"] = new["response_min"].astype(float)
    table["change_min"] = table["after_min"] - table["before_min"]
    table["covered_before"] = _known(old["covered"])
    table["covered_after"] = _known(new["covered"])
    was, is_now = old["covered"].eq(True), new["covered"].eq(True)  # False where it is not there
    table["change"] = np.select([~was & is_now, was & ~is_now], ["gained", "lost"], "same")
    return table.rename_axis("code").reset_index()[list(VILLAGE_COLUMNS)]


def _known(covered: pd.Series) -> pd.Series:
    """Return yes and no, None where the village is not there."""
    cells = [None if pd.isna(cell) else bool(cell) for cell in covered]
    return pd.Series(cells, index=covered.index, dtype=object)


def _people(before: Report, after: Report) -> tuple[float, float]:
    """Return who is newly covered and who no longer is, by demand point."""
    tables = []
    for report in (before, after):
        demand = report.county.demand
        village = demand["village"].to_numpy(np.int64)
        waiting = report.waiting
        table = pd.DataFrame(
            {
                "code": report.villages["code"].to_numpy(object)[village],
                "people": waiting.people,
                "covered": waiting.within,
            }
        )
        table["point"] = table.groupby("code").cumcount()
        tables.append(table)
    old, new = tables
    both = old.merge(new, on=["code", "point"], how="outer", suffixes=("_before", "_after"))
    was = both["covered_before"].eq(other=True)
    is_now = both["covered_after"].eq(other=True)
    people = both["people_after"].fillna(both["people_before"])
    return float(people[~was & is_now].sum()), float(people[was & ~is_now].sum())


def _cost(before: Report, after: Report, costs: Mapping[str, float]) -> Cost:
    """Return what is bought: new facilities by kind, and more of what facilities have."""
    old, new = before.county.facilities, after.county.facilities
    place = pd.Index(old["id"].astype(object)).get_indexer(new["id"].astype(object))
    added = new["kind"][place < 0]
    items = [
        CostItem(str(kind), float(count), costs.get(str(kind), math.nan))
        for kind, count in added.value_counts(sort=False).items()
    ]
    for column in number_columns():
        if column not in new or column not in old:
            continue
        # A new facility had none before; where it is not known, nobody can tell what is new.
        then = np.append(old[column].to_numpy(float, na_value=np.nan), 0.0)[place]
        more = new[column].to_numpy(float, na_value=np.nan) - then
        if (count := float(more[more > 0].sum())) > 0:
            items.append(CostItem(column, count, costs.get(column, math.nan)))
    return Cost(tuple(items))
