"""A rule's settings in a reader's words: figures with their unit, choices, bounds and dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from coverage.county.words import TABLES, columns, meanings
from coverage.figures import number_text, share_text
from coverage.messages import Language, in_language, text
from coverage.report.condition_text import word_text
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.rule import Bilingual, Parameter, ParameterValue, Rule

# The words are the messages report.setting_<unit>.
_UNITS: Final = frozenset({"min", "m", "residents", "per_1000", "per_10000"})


def setting_text(value: ParameterValue, unit: str, language: Language) -> str:
    """Return a parameter's value with its unit; a unit of a user's own as it stands."""
    if isinstance(value, bool):
        return text("report.yes" if value else "report.no", language)
    if isinstance(value, int | float):
        return _figure_text(float(value), unit, language)
    words = value if isinstance(value, list) else [value]
    return text("report.word_separator", language).join(word_text(word, language) for word in words)


def _figure_text(value: float, unit: str, language: Language) -> str:
    if unit == "share":
        return share_text(value, value)
    number = number_text(value, value)
    if unit in _UNITS:
        return text(f"report.setting_{unit}", language, number=number)
    return f"{number} {unit}".rstrip()


def bounds_text(low: float | None, high: float | None, language: Language, unit: str = "") -> str:
    """Return in words where a number must lie; one bound at least is given."""
    which = "both" if low is not None and high is not None else "low" if high is None else "high"
    shown = {
        name: _figure_text(bound, unit if unit == "share" else "", language)
        for name, bound in (("low", low), ("high", high))
        if bound is not None
    }
    # The messages are report.bounds_<both, low or high>.
    return text(f"report.bounds_{which}", language, **shown)


def allowed_text(parameter: Parameter, language: Language) -> str:
    """Return what else a parameter may be; nothing where it can be nothing else, or anything."""
    low, high = parameter.minimum, parameter.maximum
    if (low is not None or high is not None) and low != high:
        return bounds_text(low, high, language, parameter.unit)
    if len(parameter.choices) > 1:
        choices = setting_text(list(parameter.choices), parameter.unit, language)
        return text("report.setting_choices", language, choices=choices)
    return ""


def date_text(iso: str, language: Language) -> str:
    """Return a year, a month or a day (``2025``, ``2025-06``, ``2025-06-30``) as it is written."""
    if not _DATE.fullmatch(iso):
        return iso
    parts = [int(part) for part in iso.split("-")]
    form = ("year", "month", "day")[len(parts) - 1]
    values = dict(zip(("year", "month", "day"), parts, strict=False))
    # The messages are report.date_<year, month or day>.
    return text(f"report.date_{form}", language, **values)


_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def rule_title(rule_id: str, language: Language) -> str:
    """Return the title of a rule of the catalogue; the id of one that is not there."""
    rule = load_catalogue().get(rule_id)
    return rule_id if rule is None else rule.title.text(language)


def reading_text(rule: Rule, language: Language) -> str:
    """Return how a rule is read, as `named_text` has it."""
    return named_text(rule.reading, language)


def meaning_text(parameter: Parameter, language: Language) -> str:
    """Return what a parameter means, as `named_text` has it."""
    return named_text(parameter.meaning, language)


def named_text(words: Bilingual, language: Language) -> str:
    """Return a text of the catalogue; rules, columns and kinds that it names have their titles."""
    titles = _titles(language)

    def named(match: re.Match[str]) -> str:
        title = titles[match["id"]]
        # No blank stands between a Chinese text and its quotation marks.
        return in_language(title, f"{match['before']}{title}{match['after']}", language)

    return _ids().sub(named, words.text(language))


@cache
def _titles(language: Language) -> Mapping[str, str]:
    """Return what rules, columns and kinds are called whose ids nobody can take for a word."""
    rules = {
        i: text("report.quoted", language, words=rule.title.text(language))
        for i, rule in load_catalogue().items()
        if "-" in i
    }
    named = [column.column for table in TABLES for column in columns()[table]]
    words = {i: word_text(i, language) for i in (*named, *meanings("facility_kind")) if "_" in i}
    return {**rules, **words}


@cache
def _ids() -> re.Pattern[str]:
    longest_first = sorted(_titles("zh"), key=len, reverse=True)
    ids = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?P<before> ?)(?<![\w-])(?P<id>{ids})(?![\w-])(?P<after> ?)", re.A)
