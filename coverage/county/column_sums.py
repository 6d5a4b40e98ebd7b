"""Numbers that a bureau's table states in two columns, of which the county needs the sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from coverage.county.files import shown
from coverage.county.table import RawTable
from coverage.county.words import (
    columns,
    fold,
    is_blank,
    known_column,
    says_unknown,
    without_remark,
)
from coverage.problems import Problem, Problems


def with_summed_columns(
    raw: RawTable, table: str, problems: Problems, blank_is_zero: Iterable[str] = ()
) -> RawTable:
    """Put one column in place of those that are its parts, such as physicians and assistants.

    An alias of ``data/columns.csv`` with a ``+`` names the parts. They are added up where the
    table has each of them once and no column for the whole; a blank in one leaves the sum
    blank, but in a column of `blank_is_zero`, where only blanks in all of them do. A cell that is
    no number stays as it is, for its reader to tell.
    """
    zeros = {known_column(table, name) for name in blank_is_zero}
    for column in columns()[table]:
        for alias in column.aliases:
            parts = [fold(part) for part in alias.split("+")]
            plain = [without_remark(name) for name in raw.names]
            if len(parts) < 2 or any(plain.count(part) != 1 for part in parts):
                continue
            at = [plain.index(part) for part in parts]
            meant = [known_column(table, name) for i, name in enumerate(raw.names) if i not in at]
            if column not in meant:
                total = partial(_total, some=column in zeros)
                raw = _summed(raw, at, alias, column.chinese, total, problems)
    return raw


def _summed(
    raw: RawTable,
    at: list[int],
    name: str,
    whole: str,
    total_of: Callable[[list[str]], str],
    problems: Problems,
) -> RawTable:
    values = {"names": ", ".join(shown(raw.names[i]) for i in at), "sum": whole}
    problems.append(
        Problem("county.columns_summed", "note", values, raw.file, count=len(raw.records))
    )
    first, *others = at
    kept = [i for i in range(len(raw.names)) if i not in others]

    def joined(record: tuple[str, ...]) -> tuple[str, ...]:
        total = total_of([record[i] for i in at])
        return tuple(total if i == first else record[i] for i in kept)

    moved = {i: place for place, i in enumerate(kept)}
    return replace(
        raw,
        names=tuple(name if i == first else raw.names[i] for i in kept),
        records=[joined(record) for record in raw.records],
        merged=frozenset((row, moved[first if i in others else i]) for row, i in raw.merged),
    )


def _total(cells: list[str], *, some: bool) -> str:
    """Return the sum of whole numbers, as text; the cell that is none where there is one.

    Empty unless all cells, or with `some` one of them, are stated.
    """
    texts = [
        "" if some and is_blank(cell) and not says_unknown(cell) else fold(cell).replace(",", "")
        for cell in cells
    ]
    for cell, text in zip(cells, texts, strict=True):
        if text and not (text.isascii() and text.removesuffix(".0").isdigit()):
            return cell
    if not (any(texts) if some else all(texts)):
        return ""
    return str(sum(int(text.removesuffix(".0")) for text in texts if text))
