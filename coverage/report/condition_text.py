"""Columns and conditions of rules in the words of a bureau."""

from __future__ import annotations

from typing import Final

from pydantic_core import PydanticCustomError

from coverage.county.words import TABLES, Column, columns, meanings
from coverage.figures import number_text
from coverage.messages import Language, in_language, text
from coverage.rules.catalogue.regions import region_name
from coverage.rules.model.conditions import Condition, parse, parse_region_kind, parse_thing

_VOCABULARIES: Final = (
    "township_kind",
    "village_kind",
    "area_class",
    "facility_kind",
    "service_mode",
)
# The words' meanings are the messages report.word_<word>.
_OWN_WORDS: Final = frozenset({"from_facility", "to_facility", "up", "down", "nearest"})
_SIGNS: Final = {">=": "≥", "<=": "≤", "=": "="}


def word_text(word: str, language: Language) -> str:
    """Return what a word of a rule means to a reader, itself where it is nobody's word.

    It may be one of the county tables' own words, a column, or a condition on facilities.
    """
    if word in _OWN_WORDS:
        return text(f"report.word_{word}", language)
    for vocabulary in _VOCABULARIES:
        if word in meanings(vocabulary):
            return in_language(*meanings(vocabulary)[word], language)
    for table in reversed(TABLES):
        for column in columns()[table]:
            if column.column == word:
                return column_text(column, language)
    try:
        return condition_text(parse(word), language)
    except PydanticCustomError:
        pass
    return _in_region(word, language) or word


def _in_region(word: str, language: Language) -> str:
    """Return what is asked in a region or a place, nothing where `word` names none."""
    try:
        region, kind = parse_region_kind(word)
    except PydanticCustomError:
        pass
    else:
        name = region_name(region).text(language)
        words = word_text(kind, language)
        return text("report.condition_in_region", language, region=name, words=words)
    try:
        thing = parse_thing(word)
    except PydanticCustomError:
        return ""
    words = condition_text(parse(thing.condition), language)
    region = region_name(thing.region).text(language) if thing.region else ""
    for where in filter(None, (thing.place, region)):
        words = text("report.condition_in_region", language, region=where, words=words)
    return words


def column_text(column: Column, language: Language) -> str:
    """Return what a bureau calls a column; in English its own name, its underscores as spaces."""
    return in_language(column.chinese, column.column.replace("_", " "), language)


def condition_text(condition: Condition, language: Language) -> str:
    """Return a condition on facilities in words."""
    column = next(c for c in columns()["facilities"] if c.column == condition.column)
    name = column_text(column, language)
    if condition.operator == "yes":
        return name
    if condition.operator == "not":
        return text("report.condition_without", language, name=name)
    value = condition.value
    if condition.operator == "includes":
        words = str(value).replace("|", text("report.list_separator", language))
        return text("report.condition_includes", language, name=name, words=words)
    if isinstance(value, float):
        shown = number_text(value, value)
    else:
        known = meanings(column.vocabulary) if column.vocabulary else {}
        both = known.get(value)
        shown = value if both is None else in_language(*both, language)
    return text(
        "report.condition_compared",
        language,
        name=name,
        sign=_SIGNS[condition.operator],
        value=shown,
    )
