"""What a road file holds, by its first bytes and not by its name."""

from __future__ import annotations

import bz2
import gzip
import re
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

from coverage.county.files import reading, refuse, shown

Content = Literal["pbf", "xml", "json"]

_HEAD: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_BZIP2: Final = b"BZh"
_PBF: Final = (b"OSMHeader", b"OSMData")
_PBF_WITHIN: Final = 32
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_OVERPASS: Final = re.compile(rb'"elements"\s*:\s*\[')
_FEATURES: Final = re.compile(rb'"features"\s*:\s*\[')


def open_plain(path: Path) -> IO[bytes]:
    """Open a file, unpacking it where its first bytes are gzip's or bzip2's."""
    first = _first(path)
    if first.startswith(_GZIP):
        return cast("IO[Any]", gzip.open(path))
    if first.startswith(_BZIP2):
        return cast("IO[Any]", bz2.open(path))
    return path.open("rb")


def _first(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_PBF_WITHIN)


def is_packed(path: Path) -> bool:
    """Return whether a file's first bytes are gzip's or bzip2's."""
    return _first(path).startswith((_GZIP, _BZIP2))


def is_pbf(path: Path) -> bool:
    """Return whether a file's first bytes are those of a PBF."""
    return any(block in _first(path) for block in _PBF)


def content_of(path: Path, file: str) -> Content:
    """Return what the file holds.

    Raises
    ------
    InputError
        ``network.not_osm`` if it is nothing that OpenStreetMap data come in.
    """
    head = _head(path, file)
    if is_pbf(path):
        return "pbf"
    marked = head.startswith(_MARKS)
    text = head.lstrip(b"".join(_MARKS) + b" \t\r\n\0")
    if text.startswith(b"<"):
        return "xml"
    if text.startswith(b"{"):
        return "json"
    begins = head[:40].decode("utf-8", errors="replace") if not marked else "…"
    raise refuse("network.not_osm", file, begins=shown(begins) or "…")


def is_overpass_json(path: Path, file: str) -> bool:
    """Return whether a JSON file is an answer of Overpass and no GeoJSON."""
    head = _head(path, file)
    return bool(_OVERPASS.search(head)) and not _FEATURES.search(head)


def _head(path: Path, file: str) -> bytes:
    with reading(file), open_plain(path) as stream:
        return stream.read(_HEAD)
