"""``report.json``: the whole result as one record, schema 1."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from coverage import __version__
from coverage.assessment.report import Report, ResponseSummary
from coverage.messages import Language
from coverage.problems import Problem
from coverage.rules.model.deadline import due_state
from coverage.rules.model.results import RuleResult
from coverage.scenario.compare import Comparison

SCHEMA: Final = 1

_DECIMALS: Final = 9


def report_json(report: Report, language: Language, comparison: Comparison | None = None) -> bytes:
    """Return ``report.json``: UTF-8, the same bytes for the same report and language."""
    content = record(report, language)
    if comparison is not None:
        content["comparison"] = comparison_record(comparison)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8")


def record(report: Report, language: Language) -> dict[str, Any]:
    """Return the record of `report`; sentences are in `language`, titles in both languages."""
    identity = report.county.config.county
    return {
        "schema": SCHEMA,
        "county": {
            "code": identity.code,
            "name": identity.name,
            "illustrative": identity.illustrative,
        },
        "software": {"version": __version__},
        "parameters": {**report.parameters, **_judged_by(report)},
        "inputs": [
            {"role": file.role, "path": file.path, "sha256": file.sha256, "rows": file.rows}
            for file in report.county.inputs
        ],
        "quality": [_quality(problem, language) for problem in report.quality],
        "response": _summary(report.summary),
        "rules": [_rule(result, language) for result in report.rules],
    }


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """Return what a scenario gains and loses, for ``report.json``."""
    return {
        "before": _summary(comparison.before),
        "people_gained": number(comparison.people_gained),
        "people_lost": number(comparison.people_lost),
        "cost": {
            "total": number(comparison.cost.total),
            "items": [
                {"key": item.key, "count": number(item.count), "unit_cost": number(item.unit_cost)}
                for item in comparison.cost.items
            ],
        },
        "rules": [
            {
                "id": rule.id,
                "outcome": rule.outcome,
                "before": _side(rule.before),
                "after": _side(rule.after),
            }
            for rule in comparison.rules
        ],
    }


def _side(result: RuleResult | None) -> dict[str, Any] | None:
    if result is None:
        return None
    figure = share if result.unit == "share" else number
    return {
        "verdict": result.verdict,
        "observed": figure(result.observed),
        "required": figure(result.required),
        "population_short": number(result.population_short),
    }


def _summary(summary: ResponseSummary) -> dict[str, Any]:
    return {
        "population": number(summary.population),
        "covered": number(summary.covered),
        "share": share(summary.share),
        "unreachable": number(summary.unreachable),
        "mean_min": share(summary.mean_min),
        "p90_min": share(summary.p90_min),
    }


def _judged_by(report: Report) -> dict[str, Any]:
    """Return the day, the region and the rules that could be assessed."""
    completeness = report.completeness
    return {
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "region": report.region or report.county.config.county.code,
        "deadlines": {
            result.rule.id: due_state(result.rule.deadline, result.verdict, report.as_of)
            for result in report.rules
        },
        "completeness": {
            "applicable": completeness.applicable,
            "assessed": completeness.assessed,
            "share": share(completeness.share),
            "missing": dict(completeness.missing),
        },
    }


def number(value: float) -> float | int | None:
    """Return a count as JSON has it: whole where it is whole, null where it is not known."""
    if math.isnan(value):
        return None
    rounded = round(float(value), _DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def share(value: float) -> float | None:
    """Return a share or minutes as JSON has it: never an integer, null where not known."""
    return None if math.isnan(value) else round(float(value), _DECIMALS)


def _quality(problem: Problem, language: Language) -> dict[str, Any]:
    return {
        "level": problem.level,
        "code": problem.code,
        "message": problem.text(language),
        "count": problem.count,
        "rows": list(problem.rows),
    }


def _rule(result: RuleResult, language: Language) -> dict[str, Any]:
    rule = result.rule
    figure = share if result.unit == "share" else number
    return {
        "id": rule.id,
        "kind": rule.kind,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "verdict": result.verdict,
        "observed": figure(result.observed),
        "required": figure(result.required),
        "unit": result.unit,
        "population_total": number(result.population_total),
        "population_short": number(result.population_short),
        "shortfall": figure(result.shortfall),
        "sources": [
            {
                "document": source.document,
                "number": source.number,
                "issuer": source.issuer,
                "clause": source.clause,
                "force": source.force,
                "deadline": source.deadline,
            }
            for source in rule.sources
        ],
        "note": result.note.text(language) if result.note else "",
        "units": [
            {
                "code": unit.code,
                "name": unit.named(language),
                "verdict": unit.verdict,
                "observed": figure(unit.observed),
                "required": figure(unit.required),
                "shortfall": figure(unit.shortfall),
            }
            for unit in result.units
        ],
    }
