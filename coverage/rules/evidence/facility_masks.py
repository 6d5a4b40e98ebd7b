"""Which facilities a rule speaks of, and what they add to a sum; a blank cell leaves it open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.words import fold, listed
from coverage.rules.evidence.bounds import BoundsArray, Mask
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.model.conditions import Condition, parse


def facility_mask(facilities: pd.DataFrame, kinds: Collection[str], where: Iterable[str]) -> Mask:
    """Return which facilities are of `kinds` (of any, if empty) and fulfil all of `where`."""
    return Mask.known(of_kinds(facilities, kinds)) & fulfilling(facilities, where)


def of_kinds(facilities: pd.DataFrame, kinds: Collection[str]) -> BoolArray:
    """Return which facilities are of `kinds`; all of them where none are named."""
    of_kind: BoolArray = facilities["kind"].isin(list(kinds)).to_numpy(bool) | (not kinds)
    return of_kind


def fulfilling(facilities: pd.DataFrame, where: Iterable[str]) -> Mask:
    """Return which facilities fulfil all conditions of `where`.

    One that is known not to fulfil one of them does not, whatever else is blank.
    """
    mask = Mask.every(len(facilities))
    for text in where:
        mask &= _condition_mask(facilities, parse(text))
    return mask


def stated_mask(column: pd.Series) -> Mask:
    """Return what a yes/no column says."""
    cells = column.astype("boolean")
    return Mask(cells.fillna(False).to_numpy(bool), cells.fillna(True).to_numpy(bool))


def _condition_mask(facilities: pd.DataFrame, condition: Condition) -> Mask:
    cells = facilities[condition.column]
    if condition.operator in ("yes", "not"):
        stated = stated_mask(cells)
        return stated if condition.operator == "yes" else ~stated
    fits = _fitting(cells, condition)
    return Mask(fits, fits | cells.isna().to_numpy(bool))


def _fitting(cells: pd.Series, condition: Condition) -> BoolArray:
    """Return which cells are known to be as the condition says."""
    if condition.operator == "includes":
        words = [fold(word) for word in str(condition.value).split("|")]
        return np.fromiter((_lists_one(cell, words) for cell in cells), bool, len(cells))
    if isinstance(condition.value, str):
        same: BoolArray = (cells.astype("string") == condition.value).fillna(False).to_numpy(bool)
        return same
    numbers = cells.astype("Float64").to_numpy(float, na_value=np.nan)
    fits: BoolArray = {
        ">=": numbers >= condition.value,
        "<=": numbers <= condition.value,
        "=": numbers == condition.value,
    }[condition.operator]
    return fits


def _lists_one(cell: object, words: Sequence[str]) -> bool:
    """Return whether a name in `cell` has one of `words` in it."""
    return isinstance(cell, str) and any(word in name for name in listed(cell) for word in words)


def number_column(facilities: pd.DataFrame, column: str) -> FloatArray:
    """Return a column of numbers, NaN where blank; 1 for each facility where `column` is empty."""
    if not column:
        return np.ones(len(facilities))
    return np.asarray(facilities[column].astype("Float64").to_numpy(float, na_value=np.nan))


def blank_columns(
    facilities: pd.DataFrame, where: Iterable[str], rows: BoolArray, also: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the columns of `where` and `also` that one of `rows` leaves blank, in that order."""
    names = dict.fromkeys([*(parse(text).column for text in where), *filter(None, also)])
    return tuple(name for name in names if facilities.loc[rows, name].isna().any())


@dataclass(frozen=True)
class Amounts:
    """What each facility that is one, or may be, adds to a sum.

    Attributes
    ----------
    rows
        Which facilities these are; the other attributes are in their order.
    added
        The least and the most, infinite where nothing says how much.
    blank
        Where a figure is expected, and there is none.
    undecided
        Which facilities of the whole table leave it open whether they are ones, or what they
        add.
    """

    rows: BoolArray
    added: BoundsArray
    blank: BoolArray
    undecided: BoolArray

    @property
    def questioned(self) -> BoolArray:
        """Which facilities to name where the sum is open: the silent ones, else all of them."""
        return self.undecided if self.blank.any() else self.rows


def amounts(
    facilities: pd.DataFrame, mask: Mask, column: str, expected_kinds: Collection[str] = ()
) -> Amounts:
    """Return what each facility of ``mask.possible`` adds.

    Parameters
    ----------
    column
        Of numbers; empty: the facilities themselves are counted.
    expected_kinds
        Kinds that are expected to state `column`: a blank of theirs may be any number, one of
        any other kind is none. Empty: every facility of the mask is expected to.
    """
    rows = mask.possible
    number = number_column(facilities, column)[rows]
    blank = np.isnan(number) & of_kinds(facilities, expected_kinds)[rows]
    stated = np.nan_to_num(number)
    added = BoundsArray(
        least=np.where(mask.certain[rows], stated, 0.0), most=np.where(blank, np.inf, stated)
    )
    undecided = mask.undecided.copy()
    undecided[np.flatnonzero(rows)[blank]] = True
    return Amounts(rows, added, blank, undecided)
