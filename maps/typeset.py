"""Type on static maps: one font that has Chinese, the same on every machine."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

from maps.style import FONTS_STATIC

MM_PER_PT: Final = 25.4 / 72
_MISSING: Final = "\u3013"  # the geta mark, which Chinese printers put for a missing type
_WIDE: Final = frozenset({"W", "F"})
_STAYS_BEHIND: Final = frozenset({"Po", "Pe", "Pf"})
_STAYS_BEFORE: Final = frozenset({"Ps", "Pi"})

Measure = Callable[[str, float], float]
"""Width in mm of a text set in a size in points."""


@cache
def font_path() -> Path:
    """Return the font file: that of the package, else the first of the usual ones installed."""
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        return Path(findfont(FontProperties(family=list(FONTS_STATIC))))
    return Path(sans_path())


def font(size_pt: float) -> FontProperties:
    """Return the font in a size."""
    return FontProperties(fname=str(font_path()), size=size_pt)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(str(font_path())).get_charmap())


def clean(text: str) -> str:
    """Return `text` with what the font cannot draw replaced by a mark, and control characters by
    spaces.
    """  # noqa: D205
    shown = []
    for char in text:
        category = unicodedata.category(char)
        if category in {"Cc", "Zl", "Zp"}:
            shown.append(" ")
        elif category in {"Cf", "Mn", "Cs"} and ord(char) not in _glyphs():
            continue
        else:
            shown.append(char if ord(char) in _glyphs() else _MISSING)
    return "".join(shown)


def wrap(text: str, width_mm: float, size_pt: float, measure: Measure) -> list[str]:
    """Return `text` in lines no wider than `width_mm`.

    Chinese breaks between any two characters, except before closing and after opening
    punctuation; other scripts break at spaces, and inside a word only where it is too long.
    """
    pieces = list(_pieces(clean(text)))
    lines: list[str] = []
    line, at = "", 0
    whole_mm = measure("".join(pieces), size_pt)
    usual = int(len(pieces) * width_mm / whole_mm) if whole_mm else 0

    def fits(shown: str) -> bool:
        return measure(shown, size_pt) <= width_mm

    while at < len(pieces):
        rest = pieces[at:]
        count = _most(
            lambda n: fits(line + "".join(rest[: n - 1]) + rest[n - 1].rstrip()),  # noqa: B023
            usual,
            len(rest),
        )
        line += "".join(rest[:count])
        at += count
        if at == len(pieces):
            break
        if line.strip():
            lines.append(line.rstrip())
        line = pieces[at].lstrip()
        at += 1
        while len(line) > 1 and not fits(line.rstrip()):
            cut = max(1, _most(lambda n: fits(line[:n]), len(line) // 2, len(line) - 1))  # noqa: B023
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _most(fits: Callable[[int], bool], guess: int, most: int) -> int:
    """Return the greatest number up to `most` that fits, 0 if 1 does not; a good guess saves work.

    Whatever is less than a number that fits does so, too.
    """
    n = min(max(guess, 1), most)
    if fits(n):
        while n < most and fits(n + 1):
            n += 1
        return n
    while n > 1:
        n -= 1
        if fits(n):
            return n
    return 0


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for char in text:
        if piece and _may_break(piece[-1], char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if unicodedata.category(after) in _STAYS_BEHIND or after == " ":
        return False
    if unicodedata.category(before) in _STAYS_BEFORE:
        return False
    if before == " ":
        return True
    wide = unicodedata.east_asian_width(before) in _WIDE
    return wide or unicodedata.east_asian_width(after) in _WIDE
