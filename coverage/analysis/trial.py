"""A rule tried on a county that is already assessed."""

from __future__ import annotations

from coverage.assessment.report import Report
from coverage.rules.collect import gathered
from coverage.rules.evaluate import evaluate
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule


def tried(report: Report, rule: Rule) -> RuleResult:
    """Return what testing `rule` on the report's county gives."""
    evidence = gathered(report.county, report.engine, report.response, [rule], region=report.region)
    return evaluate(rule, report.county, evidence[rule.id])
