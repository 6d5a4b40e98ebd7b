"""Text in lines: as full as they can be, with few measurements."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maps.typeset import _pieces, clean, wrap


def width(text: str, size_pt: float) -> float:
    return size_pt * sum(1.0 if char.isascii() else 2.0 for char in text)


def one_by_one(text: str, width_mm: float, size_pt: float) -> list[str]:
    """Wrap by trying piece after piece, and character after character where one is too long."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text)):
        if width(line + piece.rstrip(), size_pt) <= width_mm:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while len(line) > 1 and width(line.rstrip(), size_pt) > width_mm:
            cut = next(
                n
                for n in range(len(line) - 1, 0, -1)
                if n == 1 or width(line[:n], size_pt) <= width_mm
            )
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


@given(st.text(alphabet="ab ，（中文 \u3000.-", max_size=80), st.integers(1, 30))
def test_lines_are_those_of_trying_piece_after_piece(text: str, width_mm: int) -> None:
    assert wrap(text, float(width_mm), 1.0, width) == one_by_one(text, float(width_mm), 1.0)


def test_a_long_paragraph_is_measured_a_few_times_a_line() -> None:
    measured = 0

    def counted(text: str, size_pt: float) -> float:
        nonlocal measured
        measured += 1
        return width(text, size_pt)

    lines = wrap("道路通达情况随时间变化" * 60, 80.0, 1.0, counted)
    assert len(lines) == 17
    assert measured <= 4 * len(lines)
