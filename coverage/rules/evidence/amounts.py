"""What facilities add to a sum: for certain, and at most, for a blank is neither 0 nor no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.rules.evidence.choice import Choice, numbers_of
from coverage.rules.evidence.compare import BoolArray, FloatArray


@dataclass(frozen=True)
class Amounts:
    """What each facility that is chosen, or may be, adds to a sum.

    Attributes
    ----------
    known
        For certain.
    perhaps
        How much more it may be; infinite where nothing says how much.
    blank
        Where a figure is expected, and there is none.
    """

    known: FloatArray
    perhaps: FloatArray
    blank: BoolArray


def amounts_of(
    facilities: pd.DataFrame,
    choice: Choice,
    column: str,
    expected_kinds: Collection[str] = (),
) -> Amounts:
    """Return what each facility of ``choice.possible`` adds, in its order.

    Parameters
    ----------
    column
        Of numbers; empty: the facilities themselves are counted.
    expected_kinds
        Kinds that are expected to state `column`: a blank of theirs may be any number, one of
        any other kind is none. Empty: whoever is chosen is expected to.
    """
    rows = choice.possible
    number = numbers_of(facilities, column)[rows]
    expected = expecting(facilities, expected_kinds)[rows]
    blank = np.isnan(number) & expected
    most = np.where(blank, np.inf, np.nan_to_num(number))
    known = np.where(choice.yes[rows], np.nan_to_num(number), 0.0)
    return Amounts(known, most - known, blank)


def open_rows(choice: Choice, adds: Amounts) -> BoolArray:
    """Return which facilities leave it open what they add, or whether they count."""
    rows = choice.unknown.copy()
    rows[np.flatnonzero(choice.possible)[adds.blank]] = True
    return rows


def expecting(facilities: pd.DataFrame, kinds: Collection[str]) -> BoolArray:
    """Return which facilities are of `kinds`; all of them where none are named."""
    of_kind: BoolArray = facilities["kind"].isin(list(kinds)).to_numpy(bool) | (not kinds)
    return of_kind
