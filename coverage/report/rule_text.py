"""A rule, and the list of rules, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from coverage.county.words import Column
from coverage.messages import Language, in_language, text
from coverage.report.score import aligned, kind_text, source_text
from coverage.report.setting_text import (
    allowed_text,
    date_text,
    meaning_text,
    reading_text,
    rule_title,
    setting_text,
)
from coverage.rules.catalogue.regions import region_name
from coverage.rules.model.rule import Parameter, ParameterValue, Rule
from coverage.rules.registry import needed_columns


def rule_list(rules: Iterable[Rule], language: Language) -> str:
    """Return one line a rule: id, title, kind, force, where it applies, what it needs."""
    head = [text(f"report.list_{name}", language) for name in _COLUMNS]
    body = [
        [
            rule.id,
            rule.title.text(language),
            kind_text(rule.kind, language),
            text(f"report.force_{rule.force}", language),
            regions_text(rule, language),
            text("report.list_separator", language).join(
                in_language(column.chinese, column.column, language)
                for column in needed_columns(rule)
            )
            or "-",
        ]
        for rule in rules
    ]
    return aligned([head, *body])


_MOST_REGIONS: Final = 2
"""Named in a table's cell; more make its row too high to read down the table."""

# Headings are the messages report.list_<name>; forces are report.force_<force>.
_COLUMNS = ("id", "title", "kind", "force", "regions", "needs")


def regions_text(rule: Rule, language: Language) -> str:
    """Return the names of the regions that a rule binds, and which counties it asks in each."""
    names = [_region_text(rule, code, language) for code in rule.scope.regions]
    return text("report.list_separator", language).join(names) or text("report.nowhere", language)


def first_regions_text(rule: Rule, language: Language) -> str:
    """Return the first of a rule's regions by name, and how many more there are."""
    codes = rule.scope.regions
    if len(codes) <= _MOST_REGIONS:
        return regions_text(rule, language)
    first = _region_text(rule, codes[0], language)
    return text("report.more_regions", language, first=first, count=len(codes) - 1)


def _region_text(rule: Rule, code: str, language: Language) -> str:
    name = region_name(code).text(language)
    kinds = {s.county_kinds for s in rule.sources if not s.regions or code.startswith(s.regions)}
    if len(kinds) != 1 or len(only := kinds.pop()) != 1:
        return name
    # The kinds of county are the messages report.only_<kind>.
    return text(f"report.only_{only[0]}", language, region=name)


def rule_text(rule: Rule, language: Language) -> str:
    """Return everything about one rule: clauses, reading, parameters with their origin."""
    deadline = date_text(rule.deadline, language) if rule.deadline else "-"
    lines = [
        f"{rule.id}  {rule.title.text(language)}",
        _line("report.list_kind", kind_text(rule.kind, language), language),
        _line("report.list_force", text(f"report.force_{rule.force}", language), language),
        _line("report.list_regions", regions_text(rule, language), language),
        _line("report.deadline", deadline, language),
        _line("report.reading", reading_text(rule, language), language),
        *(
            [_line("report.beside", rule_title(rule.beside, language), language)]
            if rule.beside
            else []
        ),
        "",
        text("report.sources", language),
        *(
            f"  {source_text(source, language)}\n"
            f"    {source.title} {date_text(source.date, language)}".rstrip()
            + "\n"
            f"    {source.paraphrase.text(language)}"
            for source in rule.sources
        ),
        "",
        text("report.parameters", language, id=rule.id),
        *(f"  {parameter_text(p, language)}" for p in rule.parameters.values()),
        "",
        text("report.needs", language),
        *(f"  {_column(column, language)}" for column in needed_columns(rule)),
    ]
    return "\n".join(lines)


def parameter_text(parameter: Parameter, language: Language) -> str:
    """Return what a parameter means, what it is, where that comes from, and what it may be."""
    # The two origins are the messages report.origin_text and report.origin_assumption.
    origin = text(f"report.origin_{parameter.origin}", language)
    remarks = [origin, allowed_text(parameter, language)]
    return text(
        "report.setting",
        language,
        meaning=meaning_text(parameter, language),
        value=setting_text(parameter.value, parameter.unit, language) or "-",
        told=text("report.list_separator", language).join(filter(None, remarks)),
    )


def rule_toml(rule: Rule, language: Language) -> str:
    """Return how ``county.toml`` states a rule's parameters as they are, each with its meaning."""
    lines = [f"# {text('report.toml_head', language)}", f"[rules.{rule.id}]"]
    for name, parameter in rule.parameters.items():
        lines += [f"# {parameter_text(parameter, language)}", f"{name} = {_toml(parameter.value)}"]
    return "\n".join(lines)


def _toml(value: ParameterValue) -> str:
    """Return a value as TOML writes it, which is as JSON does but for very large numbers."""
    return json.dumps(value, ensure_ascii=False)


def _column(column: Column, language: Language) -> str:
    return text(
        "report.needed_column",
        language,
        # The tables are the messages report.table_<table>.
        table=text(f"report.table_{column.table}", language),
        column=in_language(column.chinese, column.column, language),
        meaning=in_language(column.meaning_zh, column.meaning_en, language),
    )


def _line(label_id: str, value: str, language: Language) -> str:
    return text("report.labelled", language, label=text(label_id, language), value=value)
