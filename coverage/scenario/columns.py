"""Cells of the county's tables as a scenario states them: checked by the column dictionary."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cache
from typing import Final

from pydantic_core import PydanticCustomError

from coverage.county.words import Column, columns, fold, vocabulary

Cell = bool | int | float | str | None
"""None = not known."""

_MAX_COUNT: Final = 1_000_000_000
_MAX_TEXT: Final = 500
_NOT_IN_A_LINE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def plain_line(text: str) -> str:
    """Return `text` on one line: without control characters, and no space at its ends."""
    return "".join(" " if unicodedata.category(c) in _NOT_IN_A_LINE else c for c in text).strip()


def plain_text(text: str) -> str:
    """Return `text` of several lines without other control characters."""
    return "\n".join(plain_line(line) for line in text.splitlines()).strip("\n")


def column_of(table: str, name: str, value: object, barred: Collection[str] = ()) -> Cell:
    """Return the cell that `value` means in a column.

    Raises
    ------
    PydanticCustomError
        ``column_unknown`` (also for those in `barred`), or what is wrong with the value:
        ``want_count``, ``want_number``, ``want_yes_no``, ``want_word``, ``want_text``.
    """
    column = column_names(table).get(name)
    if column is None or name in barred:
        known = [n for n in column_names(table) if n not in barred]
        raise PydanticCustomError("column_unknown", "unknown", {"known": ", ".join(known)})
    if value is None:
        return None
    if column.type == "yes_no":
        if not isinstance(value, bool):
            raise PydanticCustomError("want_yes_no", "true or false")
        return value
    if column.type == "integer":
        return _count(value)
    if column.vocabulary:
        word = cell_of(column.vocabulary, value)
        return int(str(word)) if column.vocabulary == "level" else str(word)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not plain_line(value) or len(value) > _MAX_TEXT:
        raise PydanticCustomError("want_text", "text")
    return plain_line(value)


def cell_of(words: str, value: object) -> object:
    """Return the word of a vocabulary that `value` or one of its aliases means.

    Raises
    ------
    PydanticCustomError
        ``want_word``, with the words.
    """
    known = vocabulary(words)
    plain = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if fold(plain) in known:
        return known[fold(plain)]
    listed = ", ".join(dict.fromkeys(known.values()))
    raise PydanticCustomError("want_word", "unknown word", {"known": listed})


def number_columns() -> tuple[str, ...]:
    """Return the facility columns that count things."""
    return tuple(c.column for c in columns()["facilities"] if c.type == "integer")


@cache
def column_names(table: str) -> dict[str, Column]:
    """Return the columns of `table` that a scenario may state, by name."""
    return {c.column: c for c in columns()[table] if c.type != "geometry"}


def _count(value: object) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
    if not 0 <= number <= _MAX_COUNT or number % 1:
        raise PydanticCustomError("want_count", "whole number, 0 or more")
    return int(number)
