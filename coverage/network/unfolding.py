"""What a packed OSM file unfolds to, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from coverage.county.files import reading, refuse
from coverage.network.container import is_packed, is_pbf, open_plain

SMALL_BYTES: Final = 200_000_000
"""Every file may unfold to this."""
MAX_RATIO: Final = 40
"""Bytes that one byte may unfold to beyond that; of real extracts it is 2 (pbf) to 20 (bz2)."""

_CHUNK: Final = 1 << 20
_MEGA: Final = 1_000_000
_VARINT, _BYTES = 0, 2
_DATA_SIZE, _RAW_SIZE = 3, 2
"""Field numbers of BlobHeader.datasize and Blob.raw_size in the format's definition."""
_MAX_HEADER_BYTES: Final = 65_536


def refuse_unfolding(path: Path, file: str) -> None:
    """Refuse an OSM file that unfolds to unreasonably much.

    Raises
    ------
    InputError
        ``network.unfolds``; or ``county.unreadable`` where its packing is broken.
    """
    limit = max(SMALL_BYTES, MAX_RATIO * path.stat().st_size)
    if is_pbf(path):
        sizes = _pbf_sizes(path)
    elif is_packed(path):
        sizes = _chunk_sizes(path)
    else:
        return
    total = 0
    with reading(file):
        for size in sizes:
            total += size
            if total > limit:
                raise refuse("network.unfolds", file, limit_mb=limit // _MEGA)


def _chunk_sizes(path: Path) -> Iterator[int]:
    with open_plain(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield len(chunk)


def _pbf_sizes(path: Path) -> Iterator[int]:
    """Yield what each block of a ``.pbf`` says that it unfolds to.

    A block that says so falsely is refused when it is read. What is no block at all ends this:
    the reader tells it.
    """
    with path.open("rb") as stream:
        while (length := int.from_bytes(stream.read(4), "big")) and length <= _MAX_HEADER_BYTES:
            size = _field(stream, _DATA_SIZE, stream.tell() + length)
            start = stream.tell()
            if size is None:
                return
            yield _field(stream, _RAW_SIZE, start + size) or size
            stream.seek(start + size)


def _field(stream: BinaryIO, wanted: int, end: int) -> int | None:
    """Return the number in field `wanted` of the protocol buffer that ends at `end`, if any.

    The stream stands at `end` afterwards.
    """
    value = None
    while value is None and stream.tell() < end:
        key = _varint(stream)
        if not key >> 3:  # no field has the number 0: the bytes are others, or the file has ended
            break
        if key & 7 == _VARINT:
            number = _varint(stream)
            value = number if key >> 3 == wanted else None
        elif key & 7 == _BYTES:
            stream.seek(_varint(stream), 1)
        else:
            break
    stream.seek(end)
    return value


def _varint(stream: BinaryIO) -> int:
    value = 0
    for shift in range(0, 63, 7):
        byte = stream.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            break
    return value
