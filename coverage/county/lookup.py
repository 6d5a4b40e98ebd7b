"""A cell that names a row of another table, by code or by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from coverage.county.files import nearest, shown
from coverage.county.table import Table, faults_by_word
from coverage.county.words import fold
from coverage.messages import Message
from coverage.problems import Problem, Problems

_NAME_LENGTH: Final = 80  # long enough to see how two names differ


def township_codes(
    table: Table, cells: pd.Series[str], townships: pd.DataFrame, problems: Problems
) -> pd.Series[str]:
    """Return the code of the township that each cell names; unknown ones are errors."""
    names = _index(townships["name"], townships["code"])
    codes = _index(townships["code"], townships["code"])
    folded = cells.fillna("").map(fold)
    values = folded.map(names | codes)
    bad = (values.isna() & (folded != "")).to_numpy(bool)
    for _, same in faults_by_word(table, folded, bad, "township", problems):
        problems.append(
            _unknown(table, "county.township_unknown", same, "township", cells, townships["name"])
        )
    return values.astype("string")


def village_codes(
    table: Table,
    cells: pd.Series[str],
    stated: pd.Series[str],
    villages: pd.DataFrame,
    problems: Problems,
) -> pd.Series[str]:
    """Return the code of the village that each cell names.

    A code is a code; a name is looked for in the township that the row states, then in the whole
    county. Unknown names, and names of several villages, are errors.
    """
    codes = _index(villages["code"], villages["code"])
    homes: dict[str, list[tuple[str, str]]] = {}
    for row in villages[["name", "code", "township"]].itertuples(index=False):
        homes.setdefault(fold(_plain(row.name)), []).append(
            (_plain(row.code), _plain(row.township))
        )
    folded = cells.fillna("").map(fold)
    values: list[str | None] = []
    unknown, unclear, moved = (np.zeros(len(cells), dtype=bool) for _ in range(3))
    for i, (word, township) in enumerate(zip(folded, stated.fillna(""), strict=True)):
        everywhere = homes.get(word, [])
        here = [code for code, home in everywhere if home == township]
        candidates = here or [code for code, _ in everywhere]
        if word == "" or word in codes:
            values.append(codes.get(word))
        elif len(candidates) == 1:
            values.append(candidates[0])
            moved[i] = not here and township != ""
        else:
            values.append(None)
            (unclear if candidates else unknown)[i] = True
    for _, same in faults_by_word(table, folded, unknown, "village", problems):
        problems.append(
            _unknown(table, "county.village_unknown", same, "village", cells, villages["name"])
        )
    if unclear.any():
        problems.append(table.problem("county.village_unclear", unclear, column="village"))
    if moved.any():
        problems.append(
            table.problem("county.village_elsewhere", moved, column="village", level="warning")
        )
    return pd.Series(values, index=cells.index, dtype="string")


def check_ids(
    table: Table, column: str, cells: pd.Series[str], ids: pd.Series[str], problems: Problems
) -> None:
    """Tell of cells that name no facility."""
    bad = (cells.notna() & ~cells.isin(ids.dropna())).to_numpy(bool)
    for _, same in faults_by_word(table, cells, bad, column, problems):
        problems.append(_unknown(table, "county.facility_unknown", same, column, cells, ids))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _index(words: Iterable[object], codes: Iterable[object]) -> dict[str, str]:
    pairs = zip(words, codes, strict=True)
    return {fold(_plain(w)): _plain(c) for w, c in pairs if _plain(w) and _plain(c)}


def _unknown(
    table: Table,
    code: str,
    same: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    column: str,
    cells: pd.Series[str],
    known: pd.Series[str],
) -> Problem:
    value = shown(cells[same].iloc[0], _NAME_LENGTH)
    near = shown(nearest(value, dict.fromkeys(_plain(word) for word in known)) or "", _NAME_LENGTH)
    hint = Message("county.hint_nearest", {"near": near}) if near not in {"", value} else ""
    return table.problem(code, same, column=column, value=value, hint=hint)
