"""Roads as a reader leaves them: drivable ways over numbered vertices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.network.model import FloatArray, IntArray
from coverage.problems import Problem


class Way(NamedTuple):
    """One row of the table of `Ways`.

    Attributes
    ----------
    highway
        One of `coverage.network.tags.CLASSES`.
    known
        Whether the file gave that class.
    forward, backward
        Whether it is driven along, and against, its drawing.
    maxspeed
        The limit in both directions, text as in the file; empty where none is given.
    bridge
        Whether it lies on a bridge.
    name
        None where it has none.
    joinable
        Whether a place may join it: False where it is driven, but nobody comes from a door onto
        it (motorways, roads that are closed to the public).
    maxspeed_forward, maxspeed_backward
        The limit along, and against, its drawing, in place of `maxspeed`; text as in the file,
        empty where none is given.
    """

    highway: str
    known: bool
    forward: bool
    backward: bool
    maxspeed: str
    bridge: bool
    name: str | None
    joinable: bool
    maxspeed_forward: str = ""
    maxspeed_backward: str = ""


@dataclass(frozen=True)
class Ways:
    """Drivable ways; ways that share a vertex are joined there.

    Attributes
    ----------
    table
        One row a way, its columns those of `Way`.
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


def ways_table(rows: Sequence[Way]) -> pd.DataFrame:
    """Return the table of `Ways` from its rows."""
    table = pd.DataFrame(rows, columns=list(Way._fields), dtype=object)
    kinds = dict.fromkeys(("known", "forward", "backward", "bridge", "joinable"), bool)
    return table.astype(kinds)


def cut_ways(ways: Ways, cut: npt.NDArray[np.bool_], quality: tuple[Problem, ...]) -> Ways:
    """Return the ways without some of their pieces, and with `quality`.

    Parameters
    ----------
    cut
        For every vertex but the last, whether the piece to the next one goes (what is said of the
        last vertex of a way does not matter).
    """
    if not cut.any():
        return replace(ways, quality=quality)
    way = np.repeat(np.arange(len(ways.table)), np.diff(ways.first))
    starts = np.append(True, (way[1:] != way[:-1]) | cut)
    run = np.cumsum(starts) - 1
    kept = (np.bincount(run) > 1)[run]  # a single vertex is no road
    first = np.flatnonzero(starts[kept])
    return replace(
        ways,
        table=ways.table.iloc[way[kept][first]].reset_index(drop=True),
        vertex=ways.vertex[kept],
        first=np.append(first, np.count_nonzero(kept)).astype(np.int64),
        quality=quality,
    )
