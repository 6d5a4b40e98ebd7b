"""The words that planners write, and what they mean: ``columns.csv`` and ``values.csv``."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from coverage.messages import Name, in_language
from coverage.paths import DATA

TABLES: Final = ("townships", "villages", "facilities")
_BLANK_CATEGORIES: Final = frozenset({"Zs", "Zl", "Zp", "Cc"})
_JOINERS: Final = ("\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}")
_DROPPED_CATEGORIES: Final = _BLANK_CATEGORIES | {"Cf"}
# After NFKC: the ideographic comma stays, full-width , ; / | are the plain ones.
_BETWEEN_NAMES: Final = re.compile(r"[\N{IDEOGRAPHIC COMMA},;/|+\s]+")


@dataclass(frozen=True)
class Column:
    """One row of ``data/columns.csv``.

    Attributes
    ----------
    table, column
        Where it stands, and its English name.
    aliases
        Other names, mostly Chinese; one with a ``+`` names columns whose sum it is.
    unit
        What a number counts.
    type
        ``text``, ``code``, ``reference`` (to another table's code or name), ``integer`` (0 or
        more), ``number``, ``yes_no``, ``coded``, ``list`` (several names in one cell) or
        ``geometry``.
    vocabulary
        For ``coded``: the vocabulary in ``data/values.csv``.
    required
        ``yes``, ``no``, or ``unless geometry`` (needed in a table without geometry).
    feeds
        Ids of rules, or other uses.
    """

    table: str
    column: str
    aliases: tuple[str, ...]
    unit: str
    type: str
    vocabulary: str
    required: str
    meaning_zh: str
    meaning_en: str
    feeds: tuple[str, ...]

    @property
    def chinese(self) -> str:
        """The first alias: the name a bureau uses."""
        return self.aliases[0] if self.aliases else self.column


def fold(text: str) -> str:
    """Return `text` as it is compared: half-width, lower case, no spaces, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c) not in _DROPPED_CATEGORIES)


def one_line(text: str) -> str:
    """Return `text` as data keeps it: whole, on one line, without what nobody sees.

    Joiners stay between two visible characters: emoji and some scripts are torn without them.
    Private and unassigned characters stay too: rare characters of Chinese names are among them.
    """
    plain = [c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS]
    kept: list[str] = []
    for before, c, after in zip([" ", *plain], plain, [*plain[1:], " "], strict=False):
        category = unicodedata.category(c)
        if category in _BLANK_CATEGORIES:
            kept.append(" ")
        elif category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif c not in _JOINERS or (_is_visible(before) and _is_visible(after)):
            kept.append(c)
    return " ".join("".join(kept).split())


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _DROPPED_CATEGORIES


def listed(text: str) -> tuple[str, ...]:
    """Return the names that one cell lists, each folded.

    A cell that says no in one word (``vocabulary("yes_no")``) lists none.
    """
    names = [fold(part) for part in _BETWEEN_NAMES.split(unicodedata.normalize("NFKC", text))]
    return tuple(name for name in names if name and vocabulary("yes_no").get(name) != "no")


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


@cache
def columns() -> Mapping[str, tuple[Column, ...]]:
    """Return the columns of each table, in the order of the dictionary."""
    by_table: dict[str, list[Column]] = {table: [] for table in TABLES}
    with (DATA / "columns.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            aliases, feeds = _split(row.pop("aliases")), _split(row.pop("feeds"))
            by_table[row["table"]].append(Column(**row, aliases=aliases, feeds=feeds))
    return MappingProxyType({table: tuple(rows) for table, rows in by_table.items()})


@cache
def column_title(table: str, column: str) -> Name:
    """Return what a column is called: by a bureau, and in the dictionary."""
    known = next(each for each in columns()[table] if each.column == column)
    return Name(zh=known.chinese, en=known.column)


@cache
def column_names(table: str) -> Mapping[str, Column]:
    """Return the columns of `table` by every folded name they may have."""
    names: dict[str, Column] = {}
    for column in columns()[table]:
        if column.type != "geometry":
            for name in (column.column, *column.aliases):
                names[fold(name)] = column
    return MappingProxyType(names)


_REMARK: Final = re.compile(r"\*?(.*[^*])\(([^()]*)\)\*?")


def split_remark(folded: str) -> tuple[str, str]:
    """Return a folded header without the bracketed remark at its end, and that remark."""
    match = _REMARK.fullmatch(folded.replace("[", "(").replace("]", ")"))
    return (match[1], match[2]) if match else (folded.strip("*"), "")


@cache
def known_column(table: str, name: str) -> Column | None:
    """Return the column of `table` that a header names, None if the dictionary has none.

    Remarks in brackets that change nothing (``people``, ``12 digits``, ``required``) may follow
    the name; those that may change its values, such as another unit, make it another name.
    """
    names, plain = column_names(table), fold(name)
    while plain not in names:
        shorter, remark = split_remark(plain)
        if shorter == plain or (remark and remark not in vocabulary("header_remark")):
            return None
        plain = shorter
    return names[plain]


@cache
def without_remark(name: str) -> str:
    """Return a folded header without remarks in brackets that change nothing."""
    plain = fold(name)
    while True:
        shorter, remark = split_remark(plain)
        if shorter == plain or (remark and remark not in vocabulary("header_remark")):
            return plain
        plain = shorter


@cache
def names_pair(name: str) -> bool:
    """Tell whether a header names a column with longitude and latitude in one cell."""
    plain, remark = split_remark(fold(name))
    pair = vocabulary("coordinate_pair")
    return fold(name) in pair or (plain in pair and remark in {*pair, *vocabulary("header_remark")})


@cache
def vocabulary(name: str) -> Mapping[str, str]:
    """Return what each folded word of a vocabulary of ``data/values.csv`` means."""
    words: dict[str, str] = {}
    with (DATA / "values.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["vocabulary"] == name:
                for word in (row["value"], *_split(row["aliases"])):
                    words[fold(word)] = row["value"]
    return MappingProxyType(words)


@dataclass(frozen=True)
class InBoth:
    """Words in both languages; a message takes them as ``{words:zh}`` and ``{words:en}``."""

    zh: str
    en: str

    def __format__(self, language: str) -> str:
        """Return the words in `language`."""
        return in_language(self.zh, self.en, "en" if language == "en" else "zh")


@cache
def examples(name: str) -> InBoth:
    """Return one way to write each value of a vocabulary: its first alias, and its own name."""
    with (DATA / "values.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["vocabulary"] == name]
    chinese = (next(iter(_split(row["aliases"])), row["value"]) for row in rows)
    return InBoth(", ".join(chinese), ", ".join(row["value"] for row in rows))


@cache
def meanings(name: str) -> Mapping[str, tuple[str, str]]:
    """Return what each value of a vocabulary means, in Chinese and in English."""
    with (DATA / "values.csv").open(encoding="utf-8-sig", newline="") as stream:
        return MappingProxyType(
            {
                row["value"]: (row["meaning_zh"], row["meaning_en"])
                for row in csv.DictReader(stream)
                if row["vocabulary"] == name
            }
        )


def is_blank(text: str) -> bool:
    """Tell whether a cell says that something is not known."""
    return fold(text) in vocabulary("not_known")


def says_unknown(text: str) -> bool:
    """Tell whether a cell says so in words, and not by a mere stroke, as one that is empty may."""
    return is_blank(text) and any(character.isalpha() for character in text)
