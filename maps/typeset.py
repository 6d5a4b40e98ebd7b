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
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text)):
        if measure(line + piece.rstrip(), size_pt) <= width_mm:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while len(line) > 1 and measure(line.rstrip(), size_pt) > width_mm:
            cut = next(
                n for n in range(len(line) - 1, 0, -1)
                if n == 1 or measure(line[:n], size_pt) <= width_mm
            )  # fmt: skip
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


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
