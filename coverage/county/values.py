"""Cells of text to numbers, yes and no, coded words: every bad cell is reported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from coverage.county.files import nearest, shown
from coverage.county.ranges import ANYTHING, CODE, DECIMAL, Limits, limits_of
from coverage.county.table import Mask, Table, faults_by_word
from coverage.county.words import (
    Column,
    columns,
    examples,
    fold,
    listed,
    one_line,
    vocabulary,
)
from coverage.messages import Message
from coverage.problems import Level, Problems

Cells: TypeAlias = "pd.Series[Any]"

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_WHOLE_CODE: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_SCIENTIFIC_CODE: Final = re.compile(r"\d(\.\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
_DEGREES_MINUTES: Final = re.compile(
    r"(?:[ensw]|[\u4e1c\u897f]\u7ecf|[\u5357\u5317]\u7eac)?\s*\d{1,3}"
    r"(?:\s*[\u00b0\u5ea6d\u02da\u00ba:]\s*\d{1,2}(?:\D.*)?"
    r"|([-\s])\d{1,2}\1\d{1,2}(?:\.\d+)?\s*[ensw]?)",
    re.ASCII | re.IGNORECASE,
)
_NUMBER_AND_WORDS: Final = re.compile(r"\D{0,3}\d[\d,]*\.?\d*\s*[^\W\d_].{0,8}")
_SHOWN_CELLS: Final = 3


def texts(table: Table, column: str) -> Cells:
    """Return a column as text, <NA> where the cell is empty."""
    cells = table.text(column).map(one_line)
    return cells.astype("string").mask(cells == "")


def codes(
    table: Table, column: str, problems: Problems, *, required: bool, pattern: bool = False
) -> Cells:
    """Return a column of codes as text: a number that Excel wrote loses its ``.0``.

    Codes that Excel has turned into ``4.30902E+11`` are errors, for their end is lost; where
    `required`, so are empty cells and codes that stand twice; where `pattern`, so is what no
    code looks like (``#REF!``, ``112.3°``).
    """
    plain = table.text(column).map(lambda cell: one_line(unicodedata.normalize("NFKC", cell)))
    plain = plain.map(lambda cell: m[1] if (m := _WHOLE_CODE.fullmatch(cell)) else cell)
    lost = plain.map(lambda cell: bool(_SCIENTIFIC_CODE.fullmatch(cell))).to_numpy(bool)
    _report(table, "county.code_scientific", lost, column, problems)
    if pattern:
        odd = plain.map(lambda cell: cell != "" and CODE.fullmatch(cell) is None).to_numpy(bool)
        decimal = plain.map(lambda cell: DECIMAL.fullmatch(cell) is not None).to_numpy(bool)
        _report(table, "county.code_odd", odd & ~lost, column, problems)
        _report(table, "county.code_decimal", decimal, column, problems, level="warning")
    if required:
        needed(table, column, problems)
        twice(table, plain.where(~lost, ""), column, "county.code_twice", problems)
    return plain.astype("string").mask(plain == "")


def twice(table: Table, values: Cells, column: str, code: str, problems: Problems) -> None:
    """Tell of each value that stands in more than one row, as values are compared."""
    folded = values.map(fold)
    again = (folded.duplicated(keep=False) & (folded != "")).to_numpy(bool)
    for _, same in faults_by_word(table, folded, again, column, problems):
        problems.append(table.problem(code, same, column=column, value=shown(values[same].iloc[0])))


def numbers(table: Table, column: str, problems: Problems, unit: str = "") -> Cells:
    """Return a column as Float64, <NA> where the cell is empty or bad.

    Degrees with minutes, and numbers with words behind them, are reported as what they are.
    """
    cells = table.text(column)
    values = cells.map(_number)
    bad = (values.isna() & (cells != "")).to_numpy(bool)
    minutes = bad & cells.map(lambda c: bool(_DEGREES_MINUTES.fullmatch(c))).to_numpy(bool)
    worded = bad & ~minutes & cells.map(_has_words).to_numpy(bool) & (unit != "")
    _report(table, "county.degrees_minutes", minutes, column, problems)
    _report(table, "county.number_unit", worded, column, problems, unit=unit)
    _report(table, "county.not_a_number", bad & ~minutes & ~worded, column, problems)
    return values.astype("Float64")


def _has_words(cell: str) -> bool:
    number = _NUMBER.fullmatch(cell.strip().casefold())  # such as 1e400
    return number is None and bool(_NUMBER_AND_WORDS.fullmatch(cell))


def counts(
    table: Table, column: str, problems: Problems, unit: str = "", limits: Limits = ANYTHING
) -> Cells:
    """Return a column of counts (0, 1, 2 ...) as Float64.

    Negative, broken and impossible ones are errors, unusual ones are warnings.
    """
    values = numbers(table, column, problems, unit)
    plain = values.to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        negative = plain < 0
        fractional = ~negative & (plain != np.floor(plain)) & ~np.isnan(plain)
        huge = plain > limits.never_above
        unusual = ~huge & (plain > limits.seldom_above)
    _report(table, "county.negative", negative, column, problems)
    _report(table, "county.fractional", fractional, column, problems)
    never, seldom = f"{limits.never_above:,.0f}", f"{limits.seldom_above:,.0f}"
    _report(table, "county.too_large", huge, column, problems, limit=never)
    _report(table, "county.implausible", unusual, column, problems, level="warning", limit=seldom)
    return values.mask(negative | fractional | huge)


def _number(cell: str) -> float:
    text = unicodedata.normalize("NFKC", cell).strip().casefold().replace("\u2212", "-")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return float("nan")
    value = float(text)
    return value if np.isfinite(value) else float("nan")


def coded(
    table: Table, column: str, words: str, problems: Problems, *, required: bool = False
) -> Cells:
    """Return a column of coded words by the vocabulary `words`; unknown words are errors.

    Where `required`, no message says that the cell may be left empty.
    """
    known = vocabulary(words)
    cells = table.text(column)
    folded = cells.map(lambda cell: _WHOLE_CODE.sub(r"\1", fold(cell)))
    values = folded.map(known)
    bad = (values.isna() & (cells != "")).to_numpy(bool)
    for word, same in faults_by_word(table, folded, bad, column, problems):
        near = nearest(word, [w for w in known if w])
        hint = (
            Message("county.hint_nearest", {"near": near})
            if near
            else Message("county.hint_words", {"known": examples(words)})
        )
        value = shown(cells[same].iloc[0])
        code = "county.word_unknown_required" if required else "county.word_unknown"
        problems.append(table.problem(code, same, column=column, value=value, hint=hint))
    return values.astype("string").mask(cells == "")


def yes_no(table: Table, column: str, problems: Problems) -> Cells:
    """Return a column of yes and no as ``boolean``, <NA> where the cell is empty or bad."""
    words = coded(table, column, "yes_no", problems)
    return (words == "yes").astype("boolean").mask(words.isna())


def lists(table: Table, column: str, problems: Problems) -> Cells:
    """Return a column of lists as text; a name of what is only planned is an error.

    Whether a department that is being built counts as one that is there is not ours to say.
    """
    cells = texts(table, column)
    plans = tuple(vocabulary("not_yet"))
    planned = cells.map(
        lambda cell: any(word in name for name in listed(cell) for word in plans),
        na_action="ignore",
    )
    _report(
        table,
        "county.name_not_yet",
        planned.eq(True).fillna(False).to_numpy(bool),
        column,
        problems,
    )
    return cells


def _dtype(column: Column) -> Literal["Float64", "boolean", "string"]:
    if column.type in {"integer", "number"} or column.vocabulary == "level":
        return "Float64"
    return "boolean" if column.type == "yes_no" else "string"


def read_column(table: Table, column: Column, problems: Problems) -> Cells:
    """Return a column as its type in the dictionary says."""
    name = column.column
    if not table.has(name):
        return pd.Series(pd.NA, index=table.cells.index, dtype=_dtype(column))
    if column.type == "integer":
        limits = limits_of(column.table, column.unit)
        values = counts(table, name, problems, column.unit, limits)
    elif column.type == "number":
        values = numbers(table, name, problems)
    elif column.type == "yes_no":
        values = yes_no(table, name, problems)
    elif column.type == "coded":
        values = coded(table, name, column.vocabulary, problems, required=column.required == "yes")
        if column.vocabulary == "level":
            values = pd.to_numeric(values).astype("Float64")
    elif column.type in {"code", "reference"}:
        own = column.type == "code"  # a reference is looked up: what it may be is known
        values = codes(table, name, problems, required=own, pattern=own)
    elif column.type == "list":
        values = lists(table, name, problems)
    else:
        values = texts(table, name)
    return values


def read_columns(
    table: Table, name: str, problems: Problems, leave: Iterable[str] = ()
) -> dict[str, Cells]:
    """Return all columns of the dictionary's table `name` but those in `leave`, by name."""
    return {
        c.column: read_column(table, c, problems)
        for c in columns()[name]
        if c.type != "geometry" and c.column not in set(leave)
    }


def needed(table: Table, column: str, problems: Problems) -> None:
    """Tell of the empty cells of a column that has none."""
    blank = table.blank(column)
    if blank.any():
        problems.append(table.problem("county.cell_empty", blank, column=column))


def _report(
    table: Table,
    code: str,
    bad: Mask,
    column: str,
    problems: Problems,
    *,
    level: Level = "error",
    **values: object,
) -> None:
    if bad.any():
        cells = dict.fromkeys(shown(cell) for cell in table.text(column)[bad])
        some = ", ".join(list(cells)[:_SHOWN_CELLS]) + (" …" if len(cells) > _SHOWN_CELLS else "")
        problems.append(table.problem(code, bad, column=column, level=level, cells=some, **values))
