"""What the texts of a workbook unfold to, looked at before it is read.

A workbook keeps a text once, however often it stands in a sheet: cells by the ten thousand that all
show one long text are a file of some kilobytes and gigabytes in memory.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from coverage.county.files import refuse

MAX_TEXT_BYTES: Final = 500_000_000
"""Of all cells of a sheet together, each text counted as often as it stands."""

_CHUNK: Final = 1 << 20
_TAG_BYTES: Final = 400
_MEGA: Final = 1_000_000
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^<>]*)(?<!/)>(?:<(?:\w+:)?v>(\d{1,9})</)?")
_SHARED: Final = re.compile(rb"""\bt=["']s["']""")
_ITEM_END: Final = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si/>")


def refuse_repeated_texts(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse an ``.xlsx`` whose cells show more text than a county's table may have.

    Every sheet is unfolded here by a reader that stops where the archive says that it ends, so
    that what says so falsely is seen too.

    Raises
    ------
    InputError
        ``county.file_too_big``.
    zipfile.BadZipFile
        Where a part is not as long as the archive says.
    """
    lengths: list[int] = []
    sheets = []
    for entry in archive.infolist():
        name = entry.filename.casefold()
        if name.endswith("sharedstrings.xml"):
            with archive.open(entry) as stream:
                lengths = _text_lengths(stream)
        elif "worksheets/" in name and name.endswith(".xml"):
            sheets.append(entry)
    for sheet in sheets:
        with archive.open(sheet) as stream:
            if _shown_bytes(stream, lengths) > MAX_TEXT_BYTES:
                raise refuse("county.file_too_big", file, limit_mb=MAX_TEXT_BYTES // _MEGA)


def _text_lengths(stream: IO[bytes]) -> list[int]:
    """Return about how many bytes each shared text takes, its tags with it."""
    lengths: list[int] = []
    begun = 0
    for match, start in _matches(_ITEM_END, stream):
        lengths.append(start + match.end() - begun)
        begun = start + match.end()
    return lengths


def _shown_bytes(stream: IO[bytes], lengths: list[int]) -> int:
    """Return how many bytes of shared texts the cells of a sheet show."""
    total = 0
    for match, _ in _matches(_CELL, stream):
        attributes, value = match.groups()
        if value is not None and _SHARED.search(attributes) and int(value) < len(lengths):
            total += lengths[int(value)]
    return total


def _matches(
    pattern: re.Pattern[bytes], stream: IO[bytes]
) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield each match once, and where the piece that holds it begins.

    The content is read piece by piece; what begins within a tag's length of a piece's end is
    looked for again with the next.
    """
    piece, start = b"", 0
    while fresh := stream.read(_CHUNK):
        piece += fresh
        whole = max(len(piece) - _TAG_BYTES, 0)
        for match in pattern.finditer(piece):
            if match.start() < whole:
                yield match, start
        piece, start = piece[whole:], start + whole
    for match in pattern.finditer(piece):
        yield match, start
