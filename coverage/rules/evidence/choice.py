"""Which facilities a rule speaks of: yes, no, or not known, for a blank cell is neither."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.county.words import fold, listed
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.model.conditions import Condition, parse


@dataclass(frozen=True)
class Choice:
    """What is known of each row of a table; where neither holds, the answer is no.

    Attributes
    ----------
    yes
        It is known that the row is chosen.
    unknown
        A blank cell leaves it open.
    """

    yes: BoolArray
    unknown: BoolArray

    @property
    def possible(self) -> BoolArray:
        """Chosen for certain, or perhaps."""
        return self.yes | self.unknown


def chosen(county: County, kinds: Collection[str], where: Iterable[str]) -> Choice:
    """Return which facilities are of `kinds` (of any, if empty) and fulfil all of `where`."""
    facilities = county.facilities
    of_kind = facilities["kind"].isin(list(kinds)).to_numpy(bool) | (not kinds)
    found = holding(facilities, where)
    return Choice(found.yes & of_kind, found.unknown & of_kind)


def holding(facilities: pd.DataFrame, where: Iterable[str]) -> Choice:
    """Return which facilities fulfil all conditions of `where`.

    One that is known not to fulfil one of them does not, whatever else is blank.
    """
    yes = np.ones(len(facilities), dtype=bool)
    possible = yes.copy()
    for text in where:
        each = _fulfilling(facilities, parse(text))
        yes &= each.yes
        possible &= each.possible
    return Choice(yes, possible & ~yes)


def stated(column: pd.Series) -> Choice:
    """Return what a yes/no column says."""
    cells = column.astype("boolean")
    return Choice(cells.fillna(False).to_numpy(bool), cells.isna().to_numpy(bool))


def _fulfilling(facilities: pd.DataFrame, condition: Condition) -> Choice:
    cells = facilities[condition.column]
    if condition.operator in ("yes", "not"):
        said = stated(cells)
        no = ~said.possible
        return said if condition.operator == "yes" else Choice(no, said.unknown)
    blank = cells.isna().to_numpy(bool)
    if condition.operator == "includes":
        words = [fold(word) for word in str(condition.value).split("|")]
        fits = np.fromiter((_lists_one(cell, words) for cell in cells), bool, len(cells))
        return Choice(fits, blank)
    if isinstance(condition.value, str):
        fits = (cells.astype("string") == condition.value).fillna(False).to_numpy(bool)
        return Choice(fits, blank)
    numbers = cells.astype("Float64").to_numpy(float, na_value=np.nan)
    fits = {
        ">=": numbers >= condition.value,
        "<=": numbers <= condition.value,
        "=": numbers == condition.value,
    }[condition.operator]
    return Choice(fits, blank)


def _lists_one(cell: object, words: Sequence[str]) -> bool:
    """Return whether a name in `cell` has one of `words` in it."""
    return isinstance(cell, str) and any(word in name for name in listed(cell) for word in words)


def numbers_of(facilities: pd.DataFrame, column: str) -> FloatArray:
    """Return a column of numbers, NaN where blank; 1 for each facility where `column` is empty."""
    if not column:
        return np.ones(len(facilities))
    return np.asarray(facilities[column].astype("Float64").to_numpy(float, na_value=np.nan))


def blank_columns(
    facilities: pd.DataFrame, where: Iterable[str], rows: BoolArray, also: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the columns of `where` and `also` that one of `rows` leaves blank, in that order."""
    names = dict.fromkeys([*(parse(text).column for text in where), *also])
    return tuple(name for name in names if facilities.loc[rows, name].isna().any())
