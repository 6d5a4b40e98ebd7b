"""The score card: one line a rule."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coverage.messages import Language, per_cent, text
from coverage.results import Report
from coverage.rules.model import RuleResult, SourceClause, Unit, Verdict

_GAP: Final = "  "


@dataclass(frozen=True)
class ScoreRow:
    """One rule's result in words.

    Attributes
    ----------
    observed_text, required_text
        With their unit; a dash where not known.
    people_short
        Residents who lack what the rule demands; None where not known.
    clause
        Every source: document, number, clause.
    """

    id: str
    title: str
    verdict: Verdict
    verdict_text: str
    observed_text: str
    required_text: str
    people_short: int | None
    clause: str


def score_rows(report: Report, language: Language) -> list[ScoreRow]:
    """Return one row a rule, in the report's order."""
    return [_row(result, language) for result in report.rules]


def score_table(rows: Sequence[ScoreRow], language: Language) -> str:
    """Return the score card as lines of text, columns aligned in a terminal."""
    head = [text(f"report.column_{name}", language) for name in _COLUMNS]
    body = [
        [
            row.title,
            row.verdict_text,
            row.observed_text,
            row.required_text,
            "-" if row.people_short is None else f"{row.people_short:,}",
            row.clause,
        ]
        for row in rows
    ]
    return aligned([head, *body], right=(2, 3, 4))


# Headings are the messages report.column_<name>.
_COLUMNS: Final = ("rule", "verdict", "observed", "required", "people_short", "clause")


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return `rows` as lines whose cells stand under each other; `right` columns end together.

    A Chinese character takes two places in a terminal (East Asian width W or F, UAX 11).
    """
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for place, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (wide - width(cell))
            cells.append(blank + cell if place in right else cell + blank)
        lines.append(_GAP.join(cells).rstrip())
    return "\n".join(lines)


def width(cell: str) -> int:
    """Return how many places `cell` takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in cell
    )


def _row(result: RuleResult, language: Language) -> ScoreRow:
    short = result.population_short
    return ScoreRow(
        id=result.rule.id,
        title=result.rule.title.zh if language == "zh" else result.rule.title.en,
        verdict=result.verdict,
        # The verdicts' names are the messages report.verdict_<verdict>.
        verdict_text=text(f"report.verdict_{result.verdict}", language),
        observed_text=figure_text(result.observed, result.unit, language),
        required_text=figure_text(result.required, result.unit, language),
        people_short=None if math.isnan(short) else round(short),
        clause=text("report.list_separator", language).join(
            clause_text(source, language) for source in result.rule.sources
        ),
    )


def clause_text(source: SourceClause, language: Language) -> str:
    """Return where a rule is written: short name, number, clause."""
    return text(
        "report.clause",
        language,
        document=source.document,
        number=source.number,
        clause=source.clause,
    )


def figure_text(value: float, unit: Unit, language: Language) -> str:
    """Return a rule's figure with its unit; a share that is not whole never reads 100 %."""
    if math.isnan(value):
        return "-"
    if unit == "share":
        return per_cent(value)
    # The units' names are the messages report.unit_<unit>.
    return text(f"report.unit_{unit}", language, number=f"{value:,.0f}")
