"""Conditions on facilities as a rule writes them: ``column``, ``not column``, ``column >= 2``.

A condition names a facility column of ``data/columns.csv``. Yes/no columns stand alone or after
``not``; numbers have ``>=``, ``<=`` or ``=``; words have ``=``; lists have ``includes`` with a
word, or several ways to write it (``specialty_names includes a|b``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from coverage.county.words import Column, columns, vocabulary

Operator = Literal["yes", "not", ">=", "<=", "=", "includes"]
_COMPARISONS: Final[Mapping[str, Operator]] = {">=": ">=", "<=": "<=", "=": "="}

_FORM: Final = re.compile(r"(?:(not)\s+)?(\w+)(?:\s*(>=|<=|=)\s*([\w.-]+))?")
_INCLUDES: Final = re.compile(r"(\w+)\s+includes\s+([^\s|]+(?:\|[^\s|]+)*)")
_REGION: Final = re.compile(r"([0-9]{2,6})\s*:\s*(.+)")
_PLACE: Final = re.compile(r"([^:]*[^:\s])\s*:\s*(.+)")
_NUMBERS: Final = frozenset({"integer", "number"})


@dataclass(frozen=True)
class Condition:
    """One condition on a facility.

    Attributes
    ----------
    operator
        ``yes`` and ``not`` for yes/no columns; ``includes`` for lists.
    value
        What the column is compared with: a number, or a word (with ``includes`` several of them
        between ``|``, of which one is enough); empty for ``yes`` and ``not``.
    """

    column: str
    operator: Operator
    value: float | str = ""


def parse(text: str) -> Condition:
    """Return the condition that `text` says.

    Raises
    ------
    PydanticCustomError
        ``condition_form`` if it says none, ``column_unknown`` if there is no such column,
        ``condition_type`` if the column's type has no such comparison, ``word_unknown`` if the
        column never holds the word.
    """
    if lists := _INCLUDES.fullmatch(text.strip()):
        column = _column(lists[1], "facilities")
        if column.type != "list":
            raise _type_error(text, column)
        return Condition(lists[1], "includes", lists[2])
    form = _FORM.fullmatch(text.strip())
    if form is None or (form[1] and form[3]):
        raise PydanticCustomError("condition_form", "no condition: {text}", {"text": text})
    negated, name, operator, value = form.groups()
    column = _column(name, "facilities")
    if not operator:
        if column.type != "yes_no":
            raise _type_error(text, column)
        return Condition(name, "not" if negated else "yes")
    if column.type in _NUMBERS or column.vocabulary == "level":
        try:
            return Condition(name, _COMPARISONS[operator], float(value))
        except ValueError:
            raise _type_error(text, column) from None
    if column.type in {"yes_no", "list"} or operator != "=":
        raise _type_error(text, column)
    if column.type == "coded":
        _known_word(value, set(vocabulary(column.vocabulary).values()))
    return Condition(name, "=", value)


def parse_region(text: str) -> tuple[str, Condition]:
    """Return the region prefix and the condition of ``"430225: psychiatric_clinic"``."""
    form = _REGION.fullmatch(text.strip())
    if form is None:
        raise PydanticCustomError("condition_form", "no condition: {text}", {"text": text})
    return form[1], parse(form[2])


@dataclass(frozen=True)
class Thing:
    """One of several things that must each be there.

    Attributes
    ----------
    region
        The regions of which it is asked, a prefix of their codes; empty: of all.
    place
        The township in which it must be; empty: the county.
    condition
        What a facility must fulfil to be it.
    """

    region: str
    place: str
    condition: str


def parse_thing(text: str) -> Thing:
    """Return what ``"[region:] [place:] condition"`` asks for."""
    rest = text.strip()
    region = place = ""
    if form := _REGION.fullmatch(rest):
        region, rest = form[1], form[2].strip()
    if form := _PLACE.fullmatch(rest):
        place, rest = form[1].strip(), form[2].strip()
    parse(rest)
    return Thing(region, place, rest)


def in_region(texts: Iterable[str], region: str) -> tuple[str, ...]:
    """Return what ``"<prefix>: <text>"`` says of `region`: of several prefixes, the longest's."""
    forms = [form for text in texts if (form := _REGION.fullmatch(text.strip()))]
    fitting = [form for form in forms if region.startswith(form[1])]
    longest = max((form[1] for form in fitting), key=len, default="")
    return tuple(form[2].strip() for form in fitting if form[1] == longest)


def parse_region_kind(text: str) -> tuple[str, str]:
    """Return the region prefix and the kind of facility of ``"430902: township_hospital"``."""
    form = _REGION.fullmatch(text.strip())
    if form is None:
        raise PydanticCustomError("condition_form", "no condition: {text}", {"text": text})
    return form[1], _facility_kind(form[2].strip())


def _column(name: str, table: str) -> Column:
    known = {column.column: column for column in columns()[table] if column.type != "geometry"}
    if name not in known:
        near = _nearest(name, known)
        context = {"column": name, "table": table, "nearest": near}
        raise PydanticCustomError("column_unknown", "no column {column}", context)
    return known[name]


def _known_word(word: str, known: set[str]) -> str:
    if word not in known:
        context = {"word": word, "nearest": _nearest(word, sorted(known))}
        raise PydanticCustomError("word_unknown", "no word {word}", context)
    return word


def _nearest(word: str, known: Iterable[str]) -> str:
    return "".join(get_close_matches(word, list(known), n=1, cutoff=0.0))


def _type_error(text: str, column: Column) -> PydanticCustomError:
    context = {"text": text, "column": column.column, "type": column.type}
    return PydanticCustomError("condition_type", "{text} does not fit the column", context)


def _each(check: Callable[[str], object]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def checked(texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            check(text)
        return texts

    return checked


def _of_type(table: str, types: Iterable[str]) -> Callable[[str], str]:
    def checked(name: str) -> str:
        if name:
            column = _column(name, table)
            if column.type not in types:
                raise _type_error(name, column)
        return name

    return checked


def _village_mode(word: str) -> str:
    return _known_word(word, set(vocabulary("service_mode").values()))


def _facility_kind(word: str) -> str:
    return _known_word(word, set(vocabulary("facility_kind").values()))


@dataclass(frozen=True)
class ReadsColumns:
    """Marks a type of parameter whose value names columns.

    Attributes
    ----------
    columns
        Gives these, as ``table.column``, for a value.
    """

    columns: Callable[[Any], Iterable[str]]


def condition_columns(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that conditions read, as ``facilities.column``."""
    return tuple(f"facilities.{parse(text).column}" for text in texts)


PLACE_COLUMNS: Final = ("facilities.lon", "facilities.lat")
"""What says where a facility is."""


def _region_columns(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"facilities.{parse_region(text)[1].column}" for text in texts)


def _thing_columns(texts: Iterable[str]) -> tuple[str, ...]:
    things = [parse_thing(text) for text in texts]
    places = ("facilities.township", *PLACE_COLUMNS) if any(t.place for t in things) else ()
    return (*condition_columns(thing.condition for thing in things), *places)


def _column_of(table: str) -> ReadsColumns:
    return ReadsColumns(lambda name: (f"{table}.{name}",) if name else ())


Conditions = Annotated[
    tuple[str, ...], AfterValidator(_each(parse)), ReadsColumns(condition_columns)
]
"""Conditions that must all hold."""

RegionConditions = Annotated[
    tuple[str, ...], AfterValidator(_each(parse_region)), ReadsColumns(_region_columns)
]
"""Conditions that hold in a region, each ``"<prefix of region codes>: <condition>"``."""

Things = Annotated[
    tuple[str, ...], AfterValidator(_each(parse_thing)), ReadsColumns(_thing_columns)
]
"""Things that must each be there, each ``"[<region>:] [<place>:] <condition>"``."""

RegionKinds = Annotated[tuple[str, ...], AfterValidator(_each(parse_region_kind))]
"""Kinds that are asked in a region, each ``"<prefix of region codes>: <kind of facility>"``."""

FacilityKinds = Annotated[tuple[str, ...], AfterValidator(_each(_facility_kind))]
"""Words of the vocabulary ``facility_kind``."""

ServiceModes = Annotated[tuple[str, ...], AfterValidator(_each(_village_mode))]
"""Words of the vocabulary ``service_mode``."""

NumberColumn = Annotated[
    str, AfterValidator(_of_type("facilities", _NUMBERS)), _column_of("facilities")
]
"""A facility column of numbers, or empty."""

VillageColumn = Annotated[
    str, AfterValidator(_of_type("villages", {"yes_no"})), _column_of("villages")
]
"""A yes/no column of villages, or empty."""
