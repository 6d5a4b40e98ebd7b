"""A table as it was read: cells of text, true row numbers, the columns that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.files import MAX_CELL_LENGTH, nearest, refuse, shown
from coverage.county.words import Column, column_names, columns, fold, is_blank, vocabulary
from coverage.errors import Level, Problem
from coverage.messages import Message

Mask = npt.NDArray[np.bool_]
HEADER_SEARCH_ROWS = 10
_NEAR_CUTOFF = 0.8
_MISSPELT_CUTOFF = 0.5  # of a Chinese name of two characters one is right
_MOST_COMPARED = 50
_MOST_NAMED = 50
MOST_WORDS = 50
"""Different faulty contents of one column that are told one by one."""
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
    """

    file: str
    names: tuple[str, ...]
    records: list[tuple[str, ...]]
    rows: list[int]
    geometry: gpd.GeoSeries | None = None


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
    """

    file: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    spelled: Mapping[str, str]
    geometry: gpd.GeoSeries | None
    whole: bool = True

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
    table: Table, words: pd.Series[str], bad: Mask, column: str, found: list[Problem]
) -> Iterator[tuple[str, Mask]]:
    """Yield each word of the rows where `bad` is true, and its rows, to be told one by one.

    After `MOST_WORDS` the rest is told at once, so that a column of nothing but faults takes no
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
        told = len(distinct) - MOST_WORDS
        found.append(table.problem("county.same_fault", rest, column=column, words=told))


def from_rows(file: str, table: str, rows: Iterable[tuple[int, tuple[str, ...]]]) -> RawTable:
    """Find the header among the first rows, and return the records below it.

    Bureaus write titles and empty rows above the header: it is the row among the first ten
    with the most cells that are known column names. Rows without any text are no records.

    Raises
    ------
    InputError
        If no row has any text, or rows have text beyond the header's last column.
    """
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        raise refuse("county.table_empty", file)
    first = header_of([cells for _, cells in filled[:HEADER_SEARCH_ROWS]], table).place
    names = filled[first][1]
    while names and not names[-1]:
        names = names[:-1]
    width = len(names)
    records = filled[first + 1 :]
    too_long = [number for number, cells in records if any(cells[width:])]
    if too_long:
        raise refuse("county.row_too_long", file, too_long)
    return RawTable(
        file,
        names,
        [(cells + ("",) * width)[:width] for _, cells in records],
        [number for number, _ in records],
    )


@dataclass(frozen=True)
class Header:
    """Which of a file's first rows is the header.

    Attributes
    ----------
    place
        Counted from 0 among the rows with any text.
    known
        How many of its cells are known column names.
    """

    place: int
    known: int


def header_of(head: Sequence[tuple[str, ...]], table: str) -> Header:
    """Return the header among the rows of `head`, of which there is at least one."""
    known = column_names(table)
    scores = [sum(fold(cell) in known for cell in cells) for cells in head]
    return Header(scores.index(max(scores)), max(scores))


def is_header(head: Sequence[tuple[str, ...]], table: str) -> bool:
    """Tell whether the header of a plain table names every column that the table needs."""
    known = column_names(table)
    cells = head[header_of(head, table).place]
    named = {column.column for cell in cells if (column := known.get(fold(cell)))}
    needed = {c.column for c in columns()[table] if c.type != "geometry" and c.required != "no"}
    return needed <= named


def understand(raw: RawTable, table: str, found: list[Problem]) -> Table | None:
    """Put a file's records under the English names of their columns.

    Columns that the dictionary does not know are noted (as a warning where the name is like
    one that it knows, and which the file lacks).

    Returns
    -------
    Table or None
        None if it has no records or a column twice, which `found` then tells; not `whole` if a
        required column is missing, which it tells too.
    """
    raw = _without_totals(raw, table, found)
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
        found.append(Problem("county.column_repeated", values=values, file=raw.file))
    sound, whole = not repeated, True
    positions = {
        c.column: _preferred(raw, c, named[c.column], found)
        for c in columns()[table]
        if c.column in named
    }
    spelled = {column: raw.names[position] for column, position in positions.items()}
    absent = [c for c in columns()[table] if c.type != "geometry" and c.column not in spelled]
    for column in absent:
        if column.required == "yes" or (column.required != "no" and raw.geometry is None):
            found.append(_column_missing(raw.file, column, unknown))
            whole = False
    found.extend(_unknown_columns(raw.file, unknown, absent))
    if not raw.records:
        found.append(Problem("county.table_empty", file=raw.file))
        sound = False
    if not sound:
        return None
    cells = pd.DataFrame(
        {
            name: pd.Series(
                ["" if is_blank(record[at]) else record[at] for record in raw.records],
                dtype=object,
            )
            for name, at in positions.items()
        },
        index=range(len(raw.records)),
    )
    rows = np.asarray(raw.rows, dtype=np.int64)
    return Table(raw.file, cells, rows, spelled, raw.geometry, whole)


def cells_too_long(raw: RawTable) -> Problem | None:
    """Return what is to be told of cells that hold more text than any cell of a table can."""
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


def _without_totals(raw: RawTable, table: str, found: list[Problem]) -> RawTable:
    """Leave out the rows of totals, which are told: all that they lack is of no interest."""
    words = tuple(vocabulary("total_row_ending"))
    known = column_names(table)
    places = [
        i
        for i, name in enumerate(raw.names)
        if (column := known.get(fold(name))) and column.column in {"lon", "lat"}
    ]
    totals = [
        raw.geometry is None
        and not any(record[i] for i in places)
        and fold(next(filter(None, record), "")).rstrip(":").endswith(words)
        for record in raw.records
    ]
    rows = tuple(row for row, total in zip(raw.rows, totals, strict=True) if total)
    if not rows:
        return raw
    found.append(Problem("county.total_row", file=raw.file, rows=rows, count=len(rows)))
    kept = [i for i, total in enumerate(totals) if not total]
    return replace(raw, records=[raw.records[i] for i in kept], rows=[raw.rows[i] for i in kept])


def _is_repeated(raw: RawTable, positions: list[int]) -> bool:
    """Tell whether two of the columns have the very same name."""
    return len({fold(raw.names[position]) for position in positions}) < len(positions)


def _preferred(raw: RawTable, column: Column, positions: list[int], found: list[Problem]) -> int:
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
        found.append(Problem("county.column_spare", "note", values, raw.file, count=len(others)))
    return first


def _names_for(raw: RawTable, table: str) -> Callable[[str], Column | None]:
    """Return the look-up of a folded name; a shapefile cuts names to ten letters."""
    names = column_names(table)
    if not raw.file.lower().endswith(".shp"):
        return names.get

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
    near = _like(column, unknown[:_MOST_COMPARED], _MISSPELT_CUTOFF)
    hint = Message("county.hint_column", {"near": shown(near)}) if near else ""
    values = {"name": column.column, "chinese": column.chinese, "hint": hint}
    return Problem("county.column_missing", values=values, file=file, column=column.column)


def _unknown_columns(file: str, unknown: list[str], absent: list[Column]) -> list[Problem]:
    problems: list[Problem] = []
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
