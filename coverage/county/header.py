"""Where a plain table's header is, also one of two rows, and the records below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coverage.county.files import refuse
from coverage.county.table import RawTable
from coverage.county.words import columns, fold, known_column, names_pair, vocabulary

HEADER_SEARCH_ROWS: Final = 10
_Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Header:
    """Which of a file's first rows are the header.

    Attributes
    ----------
    names
        The name of each column, from the lowest row of the header that gives one.
    known
        How many of them the dictionary knows.
    below
        The place of the first record, counted from 0 among the rows with any text.
    """

    names: tuple[str, ...]
    known: int
    below: int


def from_rows(
    file: str,
    table: str,
    rows: Iterable[_Row],
    merged: frozenset[tuple[int, int]] = frozenset(),
) -> RawTable:
    """Find the header among the first rows, and return the records below it.

    Bureaus write titles and empty rows above the header: it is the row among the first ten
    with the most cells that are known column names. Rows without any text are no records.

    Parameters
    ----------
    file, table
        Inside the county folder, and what the table is of.
    rows
        Each row's number and its cells.
    merged
        As `RawTable.merged`.

    Raises
    ------
    InputError
        If no row has any text, or rows have text beyond the header's last column.
    """
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        raise refuse("county.table_empty", file)
    header = header_of([cells for _, cells in filled[:HEADER_SEARCH_ROWS]], table)
    names = header.names
    while names and not names[-1]:
        names = names[:-1]
    width = len(names)
    records = filled[header.below :]
    too_long = [number for number, cells in records if any(cells[width:])]
    if too_long:
        raise refuse("county.row_too_long", file, too_long)
    return RawTable(
        file,
        names,
        [(cells + ("",) * width)[:width] for _, cells in records],
        [number for number, _ in records],
        merged=merged,
    )


def header_of(head: Sequence[tuple[str, ...]], table: str) -> Header:
    """Return the header among the rows of `head`, of which there is at least one.

    A row above or below it belongs to it where it names further columns and holds nothing but
    names: so two-row headers look (“coordinates” over “longitude” and “latitude”). A row of
    units below it is part of the names: ``residents`` over ``people`` is ``residents(people)``.
    """
    scores = [sum(known_column(table, cell) is not None for cell in cells) for cells in head]
    place = scores.index(max(scores))
    names = head[place]
    if place and scores[place]:
        above = head[place - 1]
        names = _joined(above, names) if _names_more(above, names, table) else names
    below = place + 1
    if below < len(head) and scores[place] and _only_names(head[below], table):
        names = _joined(names, head[below])
        below += 1
    if below < len(head) and _only_units(head[below]):
        names = _with_units(names, head[below])
        below += 1
    known = sum(known_column(table, name) is not None for name in names)
    return Header(names, known, below)


def is_header(head: Sequence[tuple[str, ...]], table: str) -> bool:
    """Tell whether the header of a plain table names every column that the table needs."""
    names = header_of(head, table).names
    named = {column.column for name in names if (column := known_column(table, name))}
    if any(names_pair(name) for name in names):
        named |= {"lon", "lat"}
    needed = {c.column for c in columns()[table] if c.type != "geometry" and c.required != "no"}
    return needed <= named


def _names_more(above: tuple[str, ...], names: tuple[str, ...], table: str) -> bool:
    """Tell whether a row names columns for which the row below it has no name."""
    bare = names + ("",) * (len(above) - len(names))
    return any(
        known_column(table, upper) is not None
        for upper, lower in zip(above, bare, strict=False)
        if not lower
    )


def _only_names(cells: tuple[str, ...], table: str) -> bool:
    """Tell whether a row holds nothing but known column names, two at least."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(known_column(table, cell) is not None for cell in filled)


def _only_units(cells: tuple[str, ...]) -> bool:
    units = vocabulary("unit_row")
    return all(fold(cell).strip("()") in units for cell in cells if cell)


def _joined(upper: tuple[str, ...], lower: tuple[str, ...]) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    pairs = zip(upper + ("",) * width, lower + ("",) * width, strict=False)
    return tuple(low or up for _, (up, low) in zip(range(width), pairs, strict=False))


def _with_units(names: tuple[str, ...], units: tuple[str, ...]) -> tuple[str, ...]:
    padded = units + ("",) * len(names)
    named = zip(names, padded, strict=False)
    return tuple(f"{name}({fold(unit).strip('()')})" if unit else name for name, unit in named)
