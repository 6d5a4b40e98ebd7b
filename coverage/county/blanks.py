"""Columns in which a county says that an empty cell is 0, or no; elsewhere it is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from coverage.county.files import CONFIG_NAME, nearest, shown
from coverage.county.table import Table
from coverage.county.words import Column, column_title, columns, known_column
from coverage.problems import Problem, Problems

_TYPES: Final = frozenset({"integer", "yes_no"})


def may_be_zero(table: str, name: str) -> Column | None:
    """Return the column of `table` that `name` names, if an empty cell of it can be 0 or no."""
    column = known_column(table, name)
    return column if column is not None and column.type in _TYPES else None


def refused_names(table: str, names: Iterable[str]) -> str:
    """Return those of `names` in which no empty cell can be 0, each with the nearest that can."""
    known = {
        word: column.column
        for column in columns()[table]
        if column.type in _TYPES
        for word in (column.column, *column.aliases)
    }
    refused = [shown(name) for name in names if may_be_zero(table, name) is None]
    near = [nearest(name, known) for name in refused]
    return ", ".join(
        f"{name} ({word}?)" if word else name for name, word in zip(refused, near, strict=True)
    )


def with_blanks_as_zero(
    table: Table, role: str, frame: pd.DataFrame, names: Iterable[str], problems: Problems
) -> pd.DataFrame:
    """Return `frame` with 0, or no, in the empty cells of the columns `names`.

    Parameters
    ----------
    table
        As read; a cell that was reported already is not empty, nor is one that says in words that
        nothing is known.
    role
        Which table it is: ``villages`` or ``facilities``.
    frame
        Its columns as numbers, yes and no.
    problems
        How many cells are taken so is added to it, and which columns the file does not have:
        what the file has no column for is not 0.
    """
    known = [column for name in names if (column := may_be_zero(role, name)) is not None]
    for column in dict.fromkeys(known):
        name, is_count = column.column, column.type != "yes_no"
        if not table.has(name):
            values = {"table": role, "name": column_title(role, name)}
            problems.append(Problem("county.no_column_of_zeros", "warning", values, CONFIG_NAME))
            continue
        empty = table.blank(name) & frame[name].isna().to_numpy(bool)
        empty &= ~table.unknown.get(name, np.zeros(len(empty), bool))
        if empty.any():
            code = "county.zero_by_blank" if is_count else "county.no_by_blank"
            note = table.problem(
                code, empty, column=name, level="note", table=role, number=int(empty.sum())
            )
            problems.append(note)
        frame = frame.assign(**{name: frame[name].mask(empty, 0 if is_count else False)})
    return frame
