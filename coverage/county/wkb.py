"""Geometry as layers store it: well-known binary."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

_POINT, _LINE, _POLYGON = 1, 2, 3
_PART_OF: Final = {4: _POINT, 5: _LINE, 6: _POLYGON}
_NUMBER_BYTES: Final = 8


def shapes_of(
    blobs: Sequence[bytes | None],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Return the shapes in two dimensions, and which of them could not be read.

    What is neither point, line, polygon nor several of one of them cannot be read: GEOS follows
    collections inside collections without a limit, until the process dies.
    """
    known = [None if blob is None or not _is_plain(blob) else blob for blob in blobs]
    values = np.array([*known, None], dtype=object)[:-1]
    shapes = np.asarray(shapely.force_2d(shapely.from_wkb(values, on_invalid="ignore")))
    given = np.array([blob is not None for blob in blobs], dtype=bool)
    return shapes, given & shapely.is_missing(shapes)


def _is_plain(blob: bytes) -> bool:
    try:
        kind, place, size, order = _head(blob, 0)
        if kind in _PART_OF.values():
            return True
        part = _PART_OF[kind]
        (count,) = struct.unpack_from(order + "I", blob, place)
        place += 4
        for _ in range(count):
            part_kind, place, size, order = _head(blob, place)
            if part_kind != part:
                return False
            place = _end(blob, part_kind, place, size, order)
    except (struct.error, KeyError):
        return False
    return place <= len(blob)


def _head(blob: bytes, place: int) -> tuple[int, int, int, str]:
    """Return kind, where the content begins, the bytes of a vertex, and the order of bytes."""
    order = "<" if blob[place : place + 1] == b"\x01" else ">"
    (code,) = struct.unpack_from(order + "I", blob, place + 1)
    z, m, srid = code >> 31, code >> 30 & 1, code >> 29 & 1  # as PostGIS writes dimensions
    dimensions, kind = divmod(code & 0x1FFFFFFF, 1000)  # as ISO does
    size = 2 + z + m + (0, 1, 1, 2, 0)[min(dimensions, 4)]
    return kind, place + 5 + 4 * srid, size * _NUMBER_BYTES, order


def _end(blob: bytes, kind: int, place: int, size: int, order: str) -> int:
    if kind == _POINT:
        return place + size
    (count,) = struct.unpack_from(order + "I", blob, place)
    place += 4
    if kind == _LINE:
        return int(place + count * size)
    for _ in range(count):
        (vertices,) = struct.unpack_from(order + "I", blob, place)
        place += 4 + vertices * size
    return place
