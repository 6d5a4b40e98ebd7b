"""What changes from one report of a county to another: rules, villages, people, cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from coverage.analysis.outcome import RuleChange, rule_changes
from coverage.assessment.report import Report, ResponseSummary
from coverage.scenario.columns import number_columns
from coverage.scenario.model import Scenario

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

    def __repr__(self) -> str:
        people = f"people_gained={self.people_gained:.0f}, people_lost={self.people_lost:.0f}"
        counts = Counter(change.outcome for change in self.rules)
        outcomes = ", ".join(f"{name}={counts[name]}" for name in ("better", "worse", "other"))
        return f"Comparison({people}, {outcomes})"


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
        rules=rule_changes(before, after),
        villages=villages,
        people_gained=gained,
        people_lost=lost,
        before=before.summary,
        after=after.summary,
        cost=_cost(before, after, {} if scenario is None else scenario.costs),
    )


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
