"""What a text that is no TOML has most likely wrong, judged by the row where reading it stopped."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from coverage.county.files import CONFIG_NAME, refuse, shown
from coverage.problems import InputError

_MARKS: Final = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u3010": "[",
    "\u3011": "]",
    "\u3001": ",",
}
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BRACKETS: Final = {"[": "]", "{": "}"}


def toml_fault(text: str, row: int | None) -> InputError:
    """Return the problem of a text that is no TOML.

    Parameters
    ----------
    text
        The whole file.
    row
        Where the parser stopped, None where it came to the end.
    """
    lines = text.splitlines()
    if row is None or row > len(lines):
        return _unclosed(lines)
    line = lines[row - 1]
    words = {"line": shown(line)}
    bare = _QUOTED.sub("", line).split("#", 1)[0]
    if mark := next((c for c in bare if _plain_mark(c)), None):
        plain = _plain_mark(mark)
        return refuse(
            "county.toml_punctuation", CONFIG_NAME, [row], mark=mark, plain=plain, **words
        )
    if "\\" in line:
        return refuse("county.toml_backslash", CONFIG_NAME, [row], **words)
    key, equals, value = bare.partition("=")
    names = [part.strip() for part in key.strip(" []").split(".")]
    if any(name and not name.isascii() and not _BARE_KEY.fullmatch(name) for name in names):
        return refuse("county.toml_bare_key", CONFIG_NAME, [row], **words)
    if line.count('"') % 2 or _opens(bare):
        plain = '"' if line.count('"') % 2 else _opens(bare)
        return refuse("county.toml_unclosed", CONFIG_NAME, [row], plain=plain, **words)
    if equals and value.strip()[:1].isalpha():
        return refuse("county.toml_unquoted", CONFIG_NAME, [row], **words)
    return refuse("county.toml_broken", CONFIG_NAME, [row])


def _plain_mark(character: str) -> str:
    """Return the plain form of a full-width or curly mark, empty for any other character."""
    if character in _MARKS:
        return _MARKS[character]
    plain = unicodedata.normalize("NFKC", character)
    wide = "\uff01" <= character <= "\uff5e" and not plain.isalnum()
    return plain if wide else ""


def _unclosed(lines: list[str]) -> InputError:
    """Tell of the last row that opens a bracket which nothing closes."""
    for row in range(len(lines), 0, -1):
        bare = _QUOTED.sub("", lines[row - 1]).split("#", 1)[0]
        if plain := ('"' if '"' in bare else _opens(bare)):
            line = shown(lines[row - 1])
            return refuse("county.toml_unclosed", CONFIG_NAME, [row], plain=plain, line=line)
    return refuse("county.toml_broken", CONFIG_NAME)


def _opens(bare: str) -> str:
    """Return the bracket that would close the one that a row opens, if it opens any."""
    return next(
        (close for mark, close in _BRACKETS.items() if bare.count(mark) > bare.count(close)), ""
    )
