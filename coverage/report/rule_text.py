"""A rule, and the list of rules, in words."""

from __future__ import annotations

from collections.abc import Iterable

from coverage.messages import Language, text
from coverage.report.score import aligned, clause_text
from coverage.rules.model import Bilingual, Parameter, Rule


def rule_list(rules: Iterable[Rule], language: Language) -> str:
    """Return one line a rule: id, title, kind, force, where it applies."""
    head = [text(f"report.list_{name}", language) for name in _COLUMNS]
    body = [
        [
            rule.id,
            _in(rule.title, language),
            rule.kind,
            text(f"report.force_{rule.force}", language),
            regions_text(rule, language),
        ]
        for rule in rules
    ]
    return aligned([head, *body])


# Headings are the messages report.list_<name>; forces are report.force_<force>.
_COLUMNS = ("id", "title", "kind", "force", "regions")


def regions_text(rule: Rule, language: Language) -> str:
    """Return the region codes that a rule binds."""
    codes = text("report.list_separator", language).join(rule.scope.regions)
    return codes or text("report.nowhere", language)


def rule_text(rule: Rule, language: Language) -> str:
    """Return everything about one rule: clauses, reading, parameters with their origin."""
    lines = [
        f"{rule.id}  {_in(rule.title, language)}",
        _line("report.list_kind", rule.kind, language),
        _line("report.list_force", text(f"report.force_{rule.force}", language), language),
        _line("report.list_regions", regions_text(rule, language), language),
        _line("report.deadline", rule.deadline or "-", language),
        _line("report.reading", _in(rule.reading, language), language),
        "",
        text("report.sources", language),
        *(
            f"  {clause_text(source, language)}, {source.date}\n"
            f"    {source.title}\n"
            f"    {_in(source.paraphrase, language)}"
            for source in rule.sources
        ),
        "",
        text("report.parameters", language),
        *(_parameter(name, parameter, language) for name, parameter in rule.parameters.items()),
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


def _line(label_id: str, value: str, language: Language) -> str:
    return text("report.labelled", language, label=text(label_id, language), value=value)


def _in(words: Bilingual, language: Language) -> str:
    return words.zh if language == "zh" else words.en
