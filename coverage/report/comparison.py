"""``comparison.csv`` and the words on what a scenario changes."""

from __future__ import annotations

import math

from coverage.figures import share_text
from coverage.messages import Language, text
from coverage.report.table import csv_bytes, csv_cell, csv_text
from coverage.rules.registry import response_limits
from coverage.scenario.compare import VILLAGE_COLUMNS, Comparison

_WORDS = frozenset({"code", "name", "township_name", "change"})


def comparison_csv(comparison: Comparison) -> bytes:
    """Return ``comparison.csv``: each village's minutes before and after, and what changes.

    Minutes are empty where no ambulance arrives, or the village is not there; ``covered`` is
    empty where it is not there.
    """
    columns = [
        [
            csv_text(cell) if name in _WORDS or cell is None else csv_cell(cell)
            for cell in comparison.villages[name]
        ]
        for name in VILLAGE_COLUMNS
    ]
    return csv_bytes(VILLAGE_COLUMNS, zip(*columns, strict=True))


def comparison_text(comparison: Comparison, language: Language) -> str:
    """Return in a few sentences who gains and loses, how many rules change, and the cost."""
    before, after = comparison.before, comparison.after
    limits = [
        rule.result.required for rule in comparison.rules if response_limits(rule.result.rule)
    ]
    outcomes = [rule.outcome for rule in comparison.rules]
    sentences = text(
        "report.comparison",
        language,
        gained=f"{comparison.people_gained:,.0f}",
        lost=f"{comparison.people_lost:,.0f}",
        before=_share(before.share, language, *limits),
        after=_share(after.share, language, *limits),
        better=outcomes.count("better"),
        worse=outcomes.count("worse"),
    )
    if not comparison.cost.items:
        return sentences
    cost = text("report.comparison_cost", language, total=f"{comparison.cost.total:,.1f}")
    if comparison.cost.missing:
        missing = text("report.list_separator", language).join(comparison.cost.missing)
        cost += text("report.comparison_cost_missing", language, keys=missing)
    return sentences + cost


def _share(share: float, language: Language, *limits: float) -> str:
    return text("report.not_given", language) if math.isnan(share) else share_text(share, *limits)
