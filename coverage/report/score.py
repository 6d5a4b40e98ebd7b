"""The score card: one line a rule, the rules of one kind together."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from coverage.assessment.report import Report
from coverage.figures import number_text, share_text, whole_people
from coverage.messages import Language, text
from coverage.report.setting_text import date_text, reading_text
from coverage.rules.evidence.verdicts import is_reported_only
from coverage.rules.model.deadline import DueState, due_state
from coverage.rules.model.results import Bound, RuleResult, Verdict
from coverage.rules.model.rule import SourceClause, Unit
from coverage.rules.registry import place_of

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
    sources_text
        The same with each source's own force and deadline.
    reading
        How an open wording is read.
    deadline
        Day, month or year by whose end the text wants it; empty where it names none.
    due
        What the deadline means on the day of the report.
    deadline_text
        Both, for a reader.
    """

    id: str
    kind: str
    kind_text: str
    title: str
    verdict: Verdict
    verdict_text: str
    observed_text: str
    required_text: str
    people_short: int | None
    clause: str
    sources_text: str
    reading: str
    deadline: str
    due: DueState
    due_text: str
    deadline_text: str


def in_order(results: Iterable[RuleResult]) -> list[RuleResult]:
    """Return `results` kind by kind; one that has another figure for a thing follows that other."""
    known = list(results)
    ids = {result.rule.id for result in known}
    beside: dict[str, list[RuleResult]] = {}
    first = []
    for result in sorted(known, key=lambda result: place_of(result.rule)):
        other = result.rule.beside
        if other in ids and other != result.rule.id:
            beside.setdefault(other, []).append(result)
        else:
            first.append(result)
    ordered = list(_followed(first, beside))
    # Rules that stand beside each other in a ring have no first one.
    ordered += [result for result in known if result not in ordered]
    return sorted(ordered, key=lambda result: place_of(result.rule))


def _followed(
    results: Iterable[RuleResult], beside: dict[str, list[RuleResult]]
) -> Iterator[RuleResult]:
    for result in results:
        yield result
        yield from _followed(beside.pop(result.rule.id, []), beside)


def score_rows(report: Report, language: Language) -> list[ScoreRow]:
    """Return one row a rule, in the order of `in_order`."""
    return [_row(result, report, language) for result in in_order(report.rules)]


def by_kind(rows: Iterable[ScoreRow]) -> list[tuple[str, list[ScoreRow]]]:
    """Return the rows of each kind under the kind's name."""
    groups = groupby(rows, key=lambda row: row.kind)
    return [(group[0].kind_text, group) for group in (list(rows_of) for _, rows_of in groups)]


def score_table(rows: Sequence[ScoreRow], language: Language) -> str:
    """Return the score card as lines of text, a heading a kind, columns aligned in a terminal."""
    head = [text(f"report.column_{name}", language) for name in _COLUMNS]
    body = [
        [
            row.title,
            row.verdict_text,
            row.observed_text,
            row.required_text,
            "-" if row.people_short is None else f"{row.people_short:,}",
            row.deadline_text,
            row.clause,
        ]
        for row in rows
    ]
    first, *others = aligned([head, *body], right=(2, 3, 4)).splitlines()
    lines = [first]
    for kind, group in by_kind(rows):
        lines += [text("report.kind_heading", language, kind=kind), *others[: len(group)]]
        del others[: len(group)]
    return "\n".join(lines)


# Headings are the messages report.column_<name>.
_COLUMNS: Final = (
    "rule",
    "verdict",
    "observed",
    "required",
    "people_short",
    "deadline",
    "clause",
)


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
    if cell.isascii():
        return len(cell)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in cell
    )


def _row(result: RuleResult, report: Report, language: Language) -> ScoreRow:
    rule = result.rule
    short = result.population_short
    due = due_state(rule.deadline, result.verdict, report.as_of)
    # The states' names are the messages report.due_<state>.
    due_text = text(f"report.due_{due}", language)
    return ScoreRow(
        id=rule.id,
        kind=rule.kind,
        kind_text=kind_text(rule.kind, language),
        title=rule.title.text(language),
        verdict=result.verdict,
        verdict_text=verdict_text(result, language),
        observed_text=bounded_text(result, language),
        required_text=figure_text(result.required, result.unit, language, result.required),
        people_short=None if math.isnan(short) else whole_people(short),
        clause=text("report.list_separator", language).join(
            clause_text(source, language) for source in rule.sources
        ),
        sources_text=text("report.list_separator", language).join(
            source_text(source, language) for source in rule.sources
        ),
        reading=reading_text(rule, language),
        deadline=rule.deadline or "",
        due=due,
        due_text=due_text,
        deadline_text=(
            text("report.deadline_due", language, deadline=rule.deadline, due=due_text)
            if rule.deadline and due != "not_stated"
            else rule.deadline or "-"
        ),
    )


def verdict_text(result: RuleResult, language: Language) -> str:
    """Return the verdict in words; of a figure that nobody owes, that it is told only."""
    if is_reported_only(result.rule):
        return text("report.told_only", language)
    # The verdicts' names are the messages report.verdict_<verdict>.
    return text(f"report.verdict_{result.verdict}", language)


def kind_text(kind: str, language: Language) -> str:
    """Return what the rules of a kind are about."""
    # The kinds' names are the messages report.kind_<kind>.
    return text(f"report.kind_{kind}", language)


def clause_text(source: SourceClause, language: Language) -> str:
    """Return where a rule is written: short name, number or issuer, clause, as far as stated."""
    form = "report.clause_plain"
    if source.number:
        form = "report.clause"
    elif source.issuer:
        form = "report.clause_issuer"
    return text(
        form,
        language,
        document=source.document,
        number=source.number,
        issuer=source.issuer,
        clause=source.clause,
    ).strip()


def source_text(source: SourceClause, language: Language) -> str:
    """Return where a rule is written, what this document says of it, and by when it wants it."""
    # The forces' names are the messages report.force_<force>.
    return text(
        "report.source_force_by" if source.deadline else "report.source_force",
        language,
        source=clause_text(source, language),
        force=text(f"report.force_{source.force}", language),
        deadline=date_text(source.deadline or "", language),
    )


def bounded_text(result: RuleResult, language: Language) -> str:
    """Return what there is, and whether blank cells make it a least or a most."""
    figure = figure_text(result.observed, result.unit, language, result.required)
    return figure if math.isnan(result.observed) else with_bound(figure, result.bound, language)


def with_bound(figure: str, bound: Bound, language: Language) -> str:
    """Return a figure in words, and whether blank cells make it a least or a most."""
    if bound == "exact":
        return figure
    # The bounds' names are the messages report.bound_<bound>.
    return text(f"report.bound_{bound}", language, figure=figure)


def bound_text(value: float, bound: Bound, language: Language) -> str:
    """Return what stands beside a bare figure that is a bound; nothing beside any other."""
    return "" if math.isnan(value) else with_bound("", bound, language).strip()


def figure_text(value: float, unit: Unit, language: Language, *limits: float) -> str:
    """Return a rule's figure with its unit, a dash where it is not known.

    Parameters
    ----------
    limits
        What it is held against: it is never rounded across these, nor to nothing (nor, a share,
        to all).
    """
    if math.isnan(value):
        return "-"
    if unit == "share":
        return share_text(value, *limits)
    # The units' names are the messages report.unit_<unit>.
    return text(f"report.unit_{unit}", language, number=number_text(value, *limits))
