"""Roads as a reader leaves them: drivable ways over numbered vertices."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.errors import Problem
from coverage.network.model import FloatArray, IntArray


@dataclass(frozen=True)
class Ways:
    """Drivable ways; ways that share a vertex are joined there.

    Attributes
    ----------
    table
        One row a way: ``highway`` (one of `coverage.network.tags.CLASSES`), ``known`` (whether
        the file gave that class), ``forward``, ``backward``, ``maxspeed`` (text as in the file),
        ``bridge`` (bool), ``name`` (text or None).
    vertex
        The vertices of all ways, one way after the other: positions in `lon` and `lat`.
    first
        Where each way begins in `vertex`, and at the end its length.
    lon, lat
        Of each vertex, degrees, in the datum of the file.
    dropped
        Number of ways left out, by reason.
    quality
        Warnings and notes of the reader.
    """

    table: pd.DataFrame
    vertex: IntArray
    first: IntArray
    lon: FloatArray
    lat: FloatArray
    dropped: dict[str, int]
    quality: tuple[Problem, ...]


def ways_table(rows: list[tuple[str, bool, bool, bool, str, bool, str | None]]) -> pd.DataFrame:
    """Return the table of `Ways` from rows in its order of columns."""
    columns = ["highway", "known", "forward", "backward", "maxspeed", "bridge", "name"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    kinds = {"known": bool, "forward": bool, "backward": bool, "bridge": bool}
    return table.astype(kinds)
