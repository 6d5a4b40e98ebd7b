"""A rule evaluated on a county that is already assessed."""

from __future__ import annotations

from coverage.assessment.report import Report
from coverage.rules.evaluate import collect_evidence, evaluate_rule
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule


def trial_result(report: Report, rule: Rule) -> RuleResult:
    """Return what testing `rule` on the report's county gives."""
    evidence = collect_evidence(
        report.facts, report.engine, report.response, [rule], region=report.region
    )
    return evaluate_rule(rule, report.facts, evidence[rule.id])
