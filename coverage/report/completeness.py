"""How much of what applies could be assessed, in words."""

from __future__ import annotations

from coverage.assessment.report import Report
from coverage.county.words import Column, columns
from coverage.messages import Language, in_language, text
from coverage.report.score import figure_text


def completeness_text(report: Report, language: Language) -> str:
    """Return how many of the rules that apply could be assessed."""
    completeness = report.completeness
    if not completeness.applicable:
        return text("report.completeness_none", language)
    sentence = text(
        "report.completeness",
        language,
        applicable=completeness.applicable,
        assessed=completeness.assessed,
        share=figure_text(completeness.share, "share", language),
    )
    if completeness.bounds:
        sentence += text("report.completeness_bounds", language, count=completeness.bounds)
    return sentence


def missing_text(report: Report, language: Language) -> str:
    """Return the columns that keep rules from being assessed; empty if none does."""
    missing = report.completeness.missing
    if not missing:
        return ""
    shown = text("report.list_separator", language).join(
        text(
            "report.missing_column",
            language,
            name=column_title(name, language),
            rules=rules,
        )
        for name, rules in missing.items()
    )
    return text("report.missing", language, columns=shown)


def column_title(name: str, language: Language) -> str:
    """Return what a bureau calls the column ``table.column``; in English its own name."""
    table, _, own = name.partition(".")
    known: dict[str, Column] = {column.column: column for column in columns().get(table, ())}
    return in_language(known[own].chinese, name, language) if own in known else name
