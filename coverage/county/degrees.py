"""Degrees as people write them: with minutes and seconds, signs, and letters of the hemisphere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SIGNS: Final = {
    "\u4e1c\u7ecf": "e", "\u6771\u7d93": "e", "\u897f\u7ecf": "w", "\u897f\u7d93": "w",
    "\u5317\u7eac": "n", "\u5317\u7def": "n", "\u5357\u7eac": "s", "\u5357\u7def": "s",
    "\u5ea6": "\u00b0", "\u00ba": "\u00b0", "\u02da": "\u00b0",
    "\u5206": "'", "\u79d2": '"', "\u2032": "'", "\u2019": "'", "\u2018": "'", "\u02b9": "'",
    "\u2033": '"', "\u201d": '"', "\u201c": '"', "\u02ba": '"', "''": '"', "\u2212": "-",
}  # fmt: skip
_NUMBER: Final = r"\d+(?:\.\d+)?"
_BODIES: Final = (
    rf"(?P<d>{_NUMBER})\s*\u00b0?",
    rf"(?P<d>\d{{1,3}})\s*\u00b0\s*(?P<m>{_NUMBER})\s*'",
    rf"(?P<d>\d{{1,3}})\s*\u00b0\s*(?P<m>\d{{1,2}})\s*'\s*(?P<s>{_NUMBER})\s*\"?",
    r"(?P<d>\d{1,3})(?P<sep>[-: ])(?P<m>\d{1,2})(?P=sep)(?P<s>\d{1,2}(?:\.\d+)?)",
)
_FORMS: Final = tuple(
    re.compile(rf"(?P<before>[ewns])?\s*(?P<minus>-)?{body}\s*(?P<after>[ewns])?", re.ASCII)
    for body in _BODIES
)
_LETTERS: Final = {"lon": "ew", "lat": "ns"}


def plain_signs(cell: str) -> str:
    """Return a cell with the signs of degrees, minutes and hemispheres in one spelling."""
    for sign in ("\u00ba", "\u02da"):  # NFKC would take them for letters and blanks
        cell = cell.replace(sign, "\u00b0")
    text = unicodedata.normalize("NFKC", cell).strip().casefold()
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return text


def degrees(cell: str, axis: str) -> float:
    """Return decimal degrees, south and west negative; NaN where the cell is not unambiguous.

    Parameters
    ----------
    cell
        Such as ``112°15′54″``, ``E112°15.9′``, ``112-15-54`` or ``112.265E``.
    axis
        ``lon`` or ``lat``: the letters of the other one are not taken.
    """
    text = plain_signs(cell)
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        return float("nan")
    parts = match.groupdict()
    letters = [letter for letter in (parts["before"], parts["after"]) if letter]
    minutes, seconds = float(parts.get("m") or 0), float(parts.get("s") or 0)
    foreign = any(letter not in _LETTERS[axis] for letter in letters)
    twice = len(letters) + bool(parts["minus"]) > 1
    if foreign or twice or minutes >= 60 or seconds >= 60:
        return float("nan")
    value = float(parts["d"]) + minutes / 60 + seconds / 3600
    return -value if parts["minus"] or (letters and letters[0] in "ws") else value
