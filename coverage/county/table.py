"""A table as it was read: cells of text, true row numbers, the columns that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.files import MAX_CELL_LENGTH, nearest, shown
from coverage.county.words import (
    Column,
    column_names,
    columns,
    fold,
    is_blank,
    known_column,
    says_unknown,
    split_remark,
    vocabulary,
)
from coverage.messages import Message
from coverage.problems import Level, Problem, Problems

Mask = npt.NDArray[np.bool_]
UNSAVED_FORMULA: Final = "#FORMULA!"
"""Stands in the cell of a formula without a saved value."""
_SHARED: Final = frozenset({"reference", "coded", "yes_no"})
"""Types of columns in which a cell merged over several rows holds for each of them."""
_NEAR_CUTOFF = 0.8
_MISSPELT_CUTOFF = 0.5  # of a Chinese name of two characters one is right
_MOST_COMPARED = 50
_MOST_NAMED = 50
MOST_WORDS = 50
"""Different faulty contents of one column that are reported one by one."""
_SHAPEFILE_NAME_LENGTH = 10


@dataclass(frozen=True)
class RawTable:
    """A file's records before its columns are understood.

    Attributes
    ----------
    file
        Inside the county folder.
    names
        The columns as the file spells them.
    records
        One tuple of texts a record, as long as `names`.
    rows
        The row of each record as a reader of the file counts it.
    geometry
        In WGS-84, one a record, None where the file is a plain table.
    merged
        Row and position of the cells that only repeat the merged cell above them.
    """

    file: str
    names: tuple[str, ...]
    records: list[tuple[str, ...]]
    rows: list[int]
    geometry: gpd.GeoSeries | None = None
    merged: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Table:
    """A file's records under the English names of their columns.

    Attributes
    ----------
    file
        Inside the county folder.
    cells
        Text, one column a known column; a cell that says "not known" is empty.
    rows
        The row of each record as a reader of the file counts it.
    spelled
        How the file spells each column.
    geometry
        In WGS-84, None where the file is a plain table.
    whole
        Whether it has every required column; if not, only its cells can be looked at.
    reported
        The cells of a column that are reported already, and therefore empty.
    unknown
        The cells of a column that say in words that nothing is known, and are therefore empty.
    """

    file: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    spelled: Mapping[str, str]
    geometry: gpd.GeoSeries | None
    whole: bool = True
    reported: Mapping[str, Mask] = field(default_factory=dict)
    unknown: Mapping[str, Mask] = field(default_factory=dict)

    def blank(self, column: str) -> Mask:
        """Tell which cells of a column are empty in the file."""
        blank = (self.text(column) == "").to_numpy(bool)
        return blank & ~self.reported[column] if column in self.reported else blank

    def has(self, column: str) -> bool:
        """Tell whether the file has the column."""
        return column in self.spelled

    def text(self, column: str) -> pd.Series[str]:
        """Return a column's texts, all empty where the file does not have it."""
        if self.has(column):
            return self.cells[column]
        return pd.Series("", index=self.cells.index, dtype=object)

    def problem(
        self,
        code: str,
        where: Mask | Sequence[bool] | None = None,
        *,
        column: str | None = None,
        level: Level = "error",
        **values: object,
    ) -> Problem:
        """Return a problem of the rows where `where` is true."""
        rows = () if where is None else tuple(int(r) for r in self.rows[np.asarray(where, bool)])
        return Problem(
            code,
            level=level,
            values=values,
            file=self.file,
            rows=rows,
            column=None if column is None else shown(self.spelled.get(column, column)),
            count=max(len(rows), 1),
        )


def faults_by_word(
    table: Table, words: pd.Series[str], bad: Mask, column: str, problems: Problems
) -> Iterator[tuple[str, Mask]]:
    """Yield each word of the rows where `bad` is true, and its rows, to be reported one by one.

    After `MOST_WORDS` the rest is reported at once, so that a column of nothing but faults takes no
    time that grows with their square.
    """
    places, distinct = pd.factorize(words.to_numpy(object)[bad])
    rows = np.flatnonzero(bad)
    for number, word in enumerate(distinct[:MOST_WORDS]):
        same = np.zeros(len(bad), dtype=bool)
        same[rows[places == number]] = True
        yield word, same
    if len(distinct) > MOST_WORDS:
        rest = np.zeros(len(bad), dtype=bool)
        rest[rows[places >= MOST_WORDS]] = True
        more = len(distinct) - MOST_WORDS
        problems.append(table.problem("county.same_fault", rest, column=column, words=more))


def understand(raw: RawTable, table: str, problems: Problems) -> Table | None:
    """Put a file's records under the English names of their columns.

    Columns that the dictionary does not know are noted (as a warning where the name is like
    one that it knows, and which the file lacks).

    Returns
    -------
    Table or None
        None if it has no records or a column twice, which `problems` then tells; not `whole` if a
        required column is missing, which it tells too.
    """
    known = _names_for(raw, table)
    named: dict[str, list[int]] = {}
    unknown: list[str] = []
    for position, name in enumerate(raw.names):
        column = known(fold(name))
        if column is not None:
            named.setdefault(column.column, []).append(position)
        elif name:
            unknown.append(name)
    repeated = [same for same in named.values() if _is_repeated(raw, same)]
    for same in repeated:
        values = {"name": shown(raw.names[same[0]])}
        problems.append(Problem("county.column_repeated", values=values, file=raw.file))
    sound, whole = not repeated, True
    positions = {
        c.column: _preferred(raw, c, named[c.column], problems)
        for c in columns()[table]
        if c.column in named
    }
    spelled = {column: raw.names[position] for column, position in positions.items()}
    absent = [c for c in columns()[table] if c.type != "geometry" and c.column not in spelled]
    for column in absent:
        if column.required == "yes" or (column.required != "no" and raw.geometry is None):
            problems.append(_column_missing(raw.file, column, unknown))
            whole = False
    problems.extend(_unknown_columns(raw.file, unknown, absent))
    if not raw.records:
        problems.append(Problem("county.table_empty", file=raw.file))
        sound = False
    if not sound:
        return None
    reported = {
        name: mask
        for name, at in positions.items()
        if (mask := _untrue_cells(raw, table, name, at, problems)).any()
    }
    cells = pd.DataFrame(
        {name: _texts(raw, at, reported.get(name)) for name, at in positions.items()},
        index=range(len(raw.records)),
    )
    rows = np.asarray(raw.rows, dtype=np.int64)
    in_words = {
        name: mask for name, at in positions.items() if (mask := _unknown_cells(raw, at)).any()
    }
    return Table(raw.file, cells, rows, spelled, raw.geometry, whole, reported, in_words)


def _texts(raw: RawTable, at: int, reported: Mask | None) -> pd.Series[str]:
    texts = ["" if is_blank(record[at]) else record[at] for record in raw.records]
    if reported is not None:
        texts = ["" if bad else text for text, bad in zip(texts, reported, strict=True)]
    return pd.Series(texts, dtype=object)


def _unknown_cells(raw: RawTable, at: int) -> Mask:
    """Tell which cells say in words that something is not known; a stroke is no word."""
    return np.array([says_unknown(record[at]) for record in raw.records], bool)


def _untrue_cells(raw: RawTable, table: str, name: str, at: int, problems: Problems) -> Mask:
    """Tell of a used column's cells that hold an error, no value, or another row's value."""
    texts = [record[at] for record in raw.records]
    errors = vocabulary("cell_error")
    broken = np.array([fold(text) in errors if text[:1] == "#" else False for text in texts], bool)
    unsaved = np.array([text == UNSAVED_FORMULA for text in texts], bool)
    merged = np.array(
        [bool(t) and (row, at) in raw.merged for t, row in zip(texts, raw.rows, strict=True)], bool
    )
    column = next(c for c in columns()[table] if c.column == name)
    shared = column.type in _SHARED
    faults: list[tuple[str, Level, Mask]] = [
        ("county.formula_error", "error", broken),
        ("county.formula_unsaved", "error", unsaved),
        ("county.merged_shared", "note", merged) if shared else ("county.merged", "error", merged),
    ]
    for code, level, where in faults:
        if where.any():
            rows = tuple(np.asarray(raw.rows)[where].tolist())
            values = {"cells": shown(texts[int(np.flatnonzero(where)[0])])}
            spelled = shown(raw.names[at])
            problems.append(Problem(code, level, values, raw.file, rows, spelled, len(rows)))
    untrue: Mask = broken | unsaved
    return untrue if shared else untrue | merged


def cells_too_long(raw: RawTable) -> Problem | None:
    """Return the problem of cells that hold more text than any cell of a table can."""
    rows, columns = [], set()
    for row, record in zip([0, *raw.rows], [raw.names, *raw.records], strict=True):
        if max(map(len, record), default=0) > MAX_CELL_LENGTH:
            rows.append(row)
            columns |= {i for i, cell in enumerate(record) if len(cell) > MAX_CELL_LENGTH}
    if not rows:
        return None
    names = ", ".join(shown(raw.names[i]) for i in sorted(columns))
    values = {"names": names, "limit": MAX_CELL_LENGTH}
    return Problem("county.cells_too_long", "error", values, raw.file, tuple(rows), None, len(rows))


def _is_repeated(raw: RawTable, positions: list[int]) -> bool:
    """Tell whether two of the columns have the very same name."""
    return len({fold(raw.names[position]) for position in positions}) < len(positions)


def _preferred(raw: RawTable, column: Column, positions: list[int], problems: Problems) -> int:
    """Return the position of the column to use: the name that the dictionary gives first."""
    ranks = [fold(name) for name in (column.column, *column.aliases)]

    def rank(position: int) -> int:
        name = fold(raw.names[position])
        return ranks.index(name) if name in ranks else len(ranks)

    first, *others = sorted(positions, key=rank)
    if others:
        values = {
            "used": shown(raw.names[first]),
            "others": ", ".join(shown(raw.names[position]) for position in sorted(others)),
        }
        problems.append(Problem("county.column_spare", "note", values, raw.file, count=len(others)))
    return first


def _names_for(raw: RawTable, table: str) -> Callable[[str], Column | None]:
    """Return the look-up of a folded name; a shapefile cuts names to ten letters."""
    names = column_names(table)
    if not raw.file.lower().endswith(".shp"):
        return lambda name: known_column(table, name)

    def cut(name: str) -> Column | None:
        if name in names or len(name) != _SHAPEFILE_NAME_LENGTH:
            return names.get(name)
        like = {c.column: c for full, c in names.items() if full.startswith(name)}
        return next(iter(like.values())) if len(like) == 1 else None

    return cut


def _like(column: Column, names: list[str], cutoff: float) -> str | None:
    """Return the name most like any name of `column`."""
    folded = {fold(name): name for name in names}
    for word in (column.column, *column.aliases):
        near = nearest(fold(word), list(folded), cutoff)
        if near:
            return folded[near]
    return None


def _column_missing(file: str, column: Column, unknown: list[str]) -> Problem:
    compared = unknown[:_MOST_COMPARED]
    remarked = _remarked(column, compared)
    near = _like(column, compared, _MISSPELT_CUTOFF)
    hint: Message | str = Message("county.hint_column", {"near": shown(near)}) if near else ""
    if remarked:
        hint = Message("county.hint_remark", {"near": shown(remarked), "unit": column.unit or "-"})
    values = {"name": column.column, "chinese": column.chinese, "hint": hint}
    return Problem("county.column_missing", values=values, file=file, column=column.column)


def _remarked(column: Column, names: list[str]) -> str:
    """Return the name that would be the column's but for the remark behind it."""
    own = {fold(name) for name in (column.column, *column.aliases)}
    split = ((name, *split_remark(fold(name))) for name in names)
    return next((name for name, plain, remark in split if remark and plain in own), "")


def _unknown_columns(file: str, unknown: list[str], absent: list[Column]) -> list[Problem]:
    problems = Problems()
    plain: list[str] = []
    for number, name in enumerate(unknown):
        compared = absent if number < _MOST_COMPARED else []
        likely = [c for c in compared if _like(c, [name], _NEAR_CUTOFF)]
        if likely:
            values = {"near": likely[0].column, "chinese": likely[0].chinese}
            problems.append(
                Problem("county.column_unlike", "warning", values, file, column=shown(name))
            )
        else:
            plain.append(name)
    if plain:
        some = [shown(name) for name in plain[:_MOST_NAMED]] + ["…"] * (len(plain) > _MOST_NAMED)
        values = {"names": ", ".join(some)}
        problems.append(Problem("county.columns_unknown", "note", values, file, count=len(plain)))
    return problems
