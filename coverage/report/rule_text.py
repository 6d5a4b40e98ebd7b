"""A rule, and the list of rules, in words."""

from __future__ import annotations

from collections.abc import Iterable

from coverage.county.words import Column
from coverage.messages import Language, text
from coverage.report.score import aligned, kind_text, source_text
from coverage.report.score import said as _in
from coverage.rules.model import Parameter, Rule
from coverage.rules.needs import needed_columns


def rule_list(rules: Iterable[Rule], language: Language) -> str:
    """Return one line a rule: id, title, kind, force, where it applies, what it needs."""
    head = [text(f"report.list_{name}", language) for name in _COLUMNS]
    body = [
        [
            rule.id,
            _in(rule.title, language),
            kind_text(rule.kind, language),
            text(f"report.force_{rule.force}", language),
            regions_text(rule, language),
            text("report.list_separator", language).join(
                column.chinese if language == "zh" else column.column
                for column in needed_columns(rule)
            )
            or "-",
        ]
        for rule in rules
    ]
    return aligned([head, *body])


# Headings are the messages report.list_<name>; forces are report.force_<force>.
_COLUMNS = ("id", "title", "kind", "force", "regions", "needs")


def regions_text(rule: Rule, language: Language) -> str:
    """Return the region codes that a rule binds."""
    codes = text("report.list_separator", language).join(rule.scope.regions)
    return codes or text("report.nowhere", language)


def rule_text(rule: Rule, language: Language) -> str:
    """Return everything about one rule: clauses, reading, parameters with their origin."""
    lines = [
        f"{rule.id}  {_in(rule.title, language)}",
        _line("report.list_kind", f"{kind_text(rule.kind, language)} ({rule.kind})", language),
        _line("report.list_force", text(f"report.force_{rule.force}", language), language),
        _line("report.list_regions", regions_text(rule, language), language),
        _line("report.deadline", rule.deadline or "-", language),
        _line("report.reading", _in(rule.reading, language), language),
        *([_line("report.beside", rule.beside, language)] if rule.beside else []),
        "",
        text("report.sources", language),
        *(
            f"  {source_text(source, language)}\n    {source.title} {source.date}".rstrip() + "\n"
            f"    {_in(source.paraphrase, language)}"
            for source in rule.sources
        ),
        "",
        text("report.parameters", language),
        *(_parameter(name, parameter, language) for name, parameter in rule.parameters.items()),
        "",
        text("report.needs", language),
        *(_column(column, language) for column in needed_columns(rule)),
    ]
    return "\n".join(lines)


def _parameter(name: str, parameter: Parameter, language: Language) -> str:
    value = parameter.value
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    bounds = ""
    if parameter.minimum is not None or parameter.maximum is not None:
        low, high = ("" if b is None else f"{b:g}" for b in (parameter.minimum, parameter.maximum))
        bounds = f" [{low}…{high}]"
    elif parameter.choices:
        bounds = f" [{', '.join(parameter.choices)}]"
    # The two origins are the messages report.origin_text and report.origin_assumption.
    origin = text(f"report.origin_{parameter.origin}", language)
    meaning = _in(parameter.meaning, language)
    return f"  {name} = {shown} {parameter.unit}".rstrip() + f"  ({origin})\n    {meaning}{bounds}"


def _column(column: Column, language: Language) -> str:
    if language == "en":
        return f"  {column.table}.{column.column}\n    {column.meaning_en}"
    return f"  {column.table}.{column.column}  {column.chinese}\n    {column.meaning_zh}"


def _line(label_id: str, value: str, language: Language) -> str:
    return text("report.labelled", language, label=text(label_id, language), value=value)
