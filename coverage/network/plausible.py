"""Roads that a damaged file distorts: what is lost is counted and named, and beyond 1 % refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from coverage.county.files import shown
from coverage.figures import share_text
from coverage.network.model import FloatArray, IntArray
from coverage.network.ways import Ways, cut_ways
from coverage.network.words import listed
from coverage.problems import InputError, Problem

BoolArray = npt.NDArray[np.bool_]

MAX_LOST_SHARE: Final = 0.01
"""Of the roads, by count: how long a damaged road was, nobody knows any more."""
MAX_PIECE_M: Final = 50_000.0
"""No road runs straight for longer between two vertices: one of them has leapt (an assumption)."""
LONG_PIECE_M: Final = 10_000.0
"""A straight piece that is longer is told (an assumption)."""
SPIKE_PIECE_M: Final = 2_000.0
"""A vertex this far from both of its neighbours may be a spike (an assumption)."""
SPIKE_CHORD_SHARE: Final = 0.2
"""It is one where its neighbours are this near to each other, as a share of the way over it."""

_ELLIPSOID: Final = Geod(ellps="WGS84")
_SHOWN: Final = 5


def lost_roads(file: str, lost: Mapping[str, Sequence[int]], total: int) -> tuple[Problem, ...]:
    """Return the warning that says how many records of roads a damaged file lost.

    Parameters
    ----------
    file
        How messages name it.
    lost
        For each reason (a key of ``[chinese]`` in ``data/roads.toml``) the rows, as a reader of
        the file counts them.
    total
        Records in the file, those that are lost among them.

    Raises
    ------
    InputError
        ``network.too_many_lost``, if they are more than `MAX_LOST_SHARE`.
    """
    rows = tuple(sorted({row for of_reason in lost.values() for row in of_reason}))
    if not rows:
        return ()
    share = len(rows) / total
    values = {
        "count": len(rows),
        "total": total,
        "share": share_text(share, MAX_LOST_SHARE),
        "reasons": listed({reason: len(of) for reason, of in lost.items() if len(of)}),
    }
    if share > MAX_LOST_SHARE:
        problem = Problem("network.too_many_lost", "error", values, file, rows, count=len(rows))
        raise InputError([problem])
    return (Problem("network.lost_roads", "warning", values, file, rows, count=len(rows)),)


def without_leaps(ways: Ways, file: str) -> Ways:
    """Return the roads without the straight pieces that leap to nowhere, each told.

    A piece leaps if an end of it is not a finite place on Earth, or if it is longer than
    `MAX_PIECE_M`. Roads far from the county are legal (an extract of the whole province); a single
    piece of hundreds of kilometres is not. Pieces longer than `LONG_PIECE_M`, and vertices that
    leap out and back (`SPIKE_PIECE_M`, `SPIKE_CHORD_SHARE`), are told and kept.

    Parameters
    ----------
    ways
        Degrees of WGS-84.
    file
        How messages name it.

    Raises
    ------
    InputError
        ``network.too_many_leaps``, if more than `MAX_LOST_SHARE` of the roads have such a piece.
    """
    if len(ways.vertex) < 2:
        return ways
    on_earth = (np.abs(ways.lon) <= 180) & (np.abs(ways.lat) <= 90)  # False where not finite
    length_m = piece_m(ways, on_earth)
    way = np.repeat(np.arange(len(ways.table)), np.diff(ways.first))
    leaps = (way[1:] == way[:-1]) & ~(length_m <= MAX_PIECE_M)
    quality = (*ways.quality, *_suspicious(ways, way, length_m, leaps, file))
    leaping = np.unique(way[:-1][leaps])
    if len(leaping):
        ends = np.concatenate([ways.vertex[:-1][leaps], ways.vertex[1:][leaps]])
        share = len(leaping) / len(ways.table)
        values = {
            "count": len(leaping),
            "total": len(ways.table),
            "share": share_text(share, MAX_LOST_SHARE),
            "limit_km": f"{MAX_PIECE_M / 1000:g}",
            "shown": _places(ways, _most_distant(ways, ends, on_earth)),
        }
        if share > MAX_LOST_SHARE:
            problem = Problem("network.too_many_leaps", "error", values, file, count=len(leaping))
            raise InputError([problem])
        warning = Problem("network.leaps", "warning", values, file, count=len(leaping))
        quality = (*quality, warning)
    return cut_ways(ways, leaps, quality)


def piece_m(ways: Ways, on_earth: BoolArray) -> FloatArray:
    """Return the length between each vertex and the next; NaN where a place is none."""
    a, b = ways.vertex[:-1], ways.vertex[1:]
    lon, lat = (np.where(on_earth, degrees, 0.0) for degrees in (ways.lon, ways.lat))
    length: FloatArray = np.asarray(_ELLIPSOID.inv(lon[a], lat[a], lon[b], lat[b])[2], dtype=float)
    length[~(on_earth[a] & on_earth[b])] = np.nan
    return length


def _most_distant(ways: Ways, ends: IntArray, on_earth: BoolArray) -> IntArray:
    """Return `ends`, each once: those that are no place first, then the farthest from the rest."""
    ends = np.unique(ends)
    used = np.unique(ways.vertex)
    used = used[on_earth[used]]
    middle = (np.median(ways.lon[used]), np.median(ways.lat[used])) if len(used) else (0.0, 0.0)
    away = np.hypot(ways.lon[ends] - middle[0], ways.lat[ends] - middle[1])
    away = np.where(on_earth[ends], away, np.inf)
    return ends[np.argsort(-away, kind="stable")]


def _suspicious(
    ways: Ways, way: IntArray, length_m: FloatArray, leaps: BoolArray, file: str
) -> Iterable[Problem]:
    """Yield what is told of pieces that are long, and of vertices that leap out and back."""
    inside = way[1:] == way[:-1]
    long = inside & ~leaps & (length_m > LONG_PIECE_M)
    apex = np.flatnonzero(
        inside[1:]
        & inside[:-1]
        & ~leaps[1:]
        & ~leaps[:-1]
        & (length_m[1:] > SPIKE_PIECE_M)
        & (length_m[:-1] > SPIKE_PIECE_M)
    )
    before, after = ways.vertex[apex], ways.vertex[apex + 2]
    chord = np.asarray(
        _ELLIPSOID.inv(ways.lon[before], ways.lat[before], ways.lon[after], ways.lat[after])[2]
    )
    apex = apex[chord < SPIKE_CHORD_SHARE * (length_m[apex] + length_m[apex + 1])]
    where = np.unique(np.concatenate([ways.vertex[1:][long], ways.vertex[apex + 1]]))
    if len(where):
        values = {
            "count": len(where),
            "limit_km": f"{LONG_PIECE_M / 1000:g}",
            "shown": _places(ways, where),
        }
        yield Problem("network.odd_vertices", "warning", values, file, count=len(where))


def _places(ways: Ways, vertices: IntArray) -> str:
    named = "; ".join(shown(f"{ways.lon[v]:.5f}, {ways.lat[v]:.5f}") for v in vertices[:_SHOWN])
    return named + (" …" if len(vertices) > _SHOWN else "")
