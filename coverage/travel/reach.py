"""The roads an ambulance reaches within some minutes of the call, cut where the minutes run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.network.lengthwise import part_of
from coverage.network.model import FloatArray, IntArray, Network, Snap
from coverage.network.snap import leg_min
from coverage.travel.one_edge import Sources, along_edges
from coverage.travel.route import Assessed

_LEAST_SHARE: Final = 1e-12


def reach(
    report: Assessed,
    limits_min: Sequence[float],
    stations: Sequence[int] | None = None,
) -> gpd.GeoDataFrame:
    """Return every piece of road with the first limit within which an ambulance is there.

    The minutes are turn-out, leaving and drive, as in the table of villages; there is no way to a
    door. A road that may be driven both ways counts as reached from the side that is quicker, a
    one-way only as it may be driven.

    Parameters
    ----------
    report
        The assessed county.
    limits_min
        Rising.
    stations
        Rows of ``County.facilities`` from which ambulances come; None: from all that answer calls.

    Returns
    -------
    GeoDataFrame
        ``edge`` (row of ``Network.edges``), ``begin`` and ``end`` (fractions from its u, begin
        before end), ``limit_min`` (the first limit within which all of the piece is reached; NaN
        where none is), ``length_m``, ``geometry``. All pieces of an edge together are the edge.

    Raises
    ------
    ValueError
        If the limits do not rise.
    """
    limits = np.asarray(limits_min, dtype=float)
    if len(limits) == 0 or (np.diff(limits) <= 0).any():
        raise ValueError("limits must rise")
    engine, parameters = report.engine, report.county.config.response
    rows = list(report.response.stations if stations is None else stations)
    # In the order of the response's own sweep, which then is not done again.
    table = report.county.facilities.iloc[rows].sort_values("id", kind="stable")
    points = gpd.GeoSeries(table.geometry)
    place = engine.snap(points, parameters)
    at_node = engine.sweep(points, direction="from_facility", response=parameters).minutes
    spans = _spans(engine.network, place, leg_min(place, parameters), at_node)
    edge, begin, end, band = _bands(spans, limits - parameters.turnout_min)
    geometry, length_m = _cut(engine.network, edge, begin, end)
    return gpd.GeoDataFrame(
        {
            "edge": edge,
            "begin": begin,
            "end": end,
            "limit_min": np.append(limits, np.nan)[band],
            "length_m": length_m,
        },
        geometry=geometry,
        crs=report.county.crs,
    )


@dataclass(frozen=True)
class _Spans:
    """Edges, cut where a station stands on them, so that only their two ends are sources.

    Attributes
    ----------
    edge, begin, end
        Row of the edge and fractions from its u.
    at_begin, at_end
        Minutes of leaving and drive to the two ends; infinite where the span may not be driven
        from there.
    forward_min, backward_min
        Of driving along the whole span, from its beginning and from its end.
    """

    edge: IntArray
    begin: FloatArray
    end: FloatArray
    at_begin: FloatArray
    at_end: FloatArray
    forward_min: FloatArray
    backward_min: FloatArray


def _spans(network: Network, place: Snap, leg: FloatArray, at_node: FloatArray) -> _Spans:
    edges = network.edges
    n = len(edges)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    standing = place.edge >= 0
    cuts = pd.DataFrame({"edge": place.edge[standing], "at": place.fraction[standing]})
    cuts = cuts[(cuts["at"] > 0) & (cuts["at"] < 1)].drop_duplicates().sort_values(["edge", "at"])
    here, at = cuts["edge"].to_numpy(), cuts["at"].to_numpy()
    crossed = np.unique(here)
    stations = int(standing.sum())
    sources = Sources(  # what comes to a cut: a station on the edge, or one by an end of it
        edge=np.concatenate([place.edge[standing], crossed, crossed]),
        at=np.concatenate(
            [place.fraction[standing], np.zeros(len(crossed)), np.ones(len(crossed))]
        ),
        minutes=np.concatenate([leg[standing], at_node[u[crossed]], at_node[v[crossed]]]),
        place=np.arange(stations + 2 * len(crossed)),
    )
    at_cut, _ = along_edges(network, sources, here, at)
    edge = np.concatenate([np.arange(n), here])
    begin = np.concatenate([np.zeros(n), at])
    at_begin = np.concatenate([at_node[u], at_cut])
    order = np.lexsort((begin, edge))
    edge, begin, at_begin = edge[order], begin[order], at_begin[order]
    last = np.append(edge[1:] != edge[:-1], True)
    end = np.where(last, 1.0, np.roll(begin, -1))
    at_end = np.where(last, at_node[v[edge]], np.roll(at_begin, -1))
    forward = edges["forward"].to_numpy()[edge]
    minutes = {
        way: (end - begin) * edges[f"drive_{way}_min"].to_numpy()[edge]
        for way in ("forward", "backward")
    }
    return _Spans(
        edge=edge,
        begin=begin,
        end=end,
        at_begin=np.where(forward, at_begin, np.inf),
        at_end=np.where(edges["backward"].to_numpy()[edge], at_end, np.inf),
        forward_min=minutes["forward"],
        backward_min=minutes["backward"],
    )


def _bands(spans: _Spans, limits: FloatArray) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Return edge, begin, end and band of every piece; the last band is beyond all limits.

    What is reached within a limit is a part at the beginning of a span and a part at its end.
    Where the two meet, all of it is.
    """
    n = len(spans.edge)
    there, back = (
        np.maximum(minutes, np.finfo(float).tiny)
        for minutes in (spans.forward_min, spans.backward_min)
    )
    from_begin, from_end = np.zeros(n), np.ones(n)  # what is reached so far, as shares of the span
    pieces: list[tuple[IntArray, FloatArray, FloatArray, int]] = []
    for band, limit in enumerate([*limits.tolist(), np.inf]):
        if np.isfinite(limit):
            head = _share(limit - spans.at_begin, there)
            tail = 1.0 - _share(limit - spans.at_end, back)
        else:
            head, tail = np.ones(n), np.zeros(n)
        head, tail = np.maximum(head, from_begin), np.minimum(tail, from_end)
        met = head >= tail
        open_ = from_begin < from_end
        joined = np.flatnonzero(met & open_)
        pieces.append((joined, from_begin[joined], from_end[joined], band))
        apart = np.flatnonzero(~met & open_)
        pieces.append((apart, from_begin[apart], head[apart], band))
        pieces.append((apart, tail[apart], from_end[apart], band))
        from_begin, from_end = np.where(met, 1.0, head), np.where(met, 1.0, tail)
    span = np.concatenate([rows for rows, _, _, _ in pieces])
    first = np.concatenate([begin for _, begin, _, _ in pieces])
    last = np.concatenate([end for _, _, end, _ in pieces])
    band_of = np.concatenate([np.full(len(rows), band) for rows, _, _, band in pieces])
    kept = last - first > _LEAST_SHARE
    span, first, last, band_of = span[kept], first[kept], last[kept], band_of[kept]
    wide = spans.end[span] - spans.begin[span]
    # an end that is not cut keeps the span's own fraction, to the last bit
    begin = np.where(first > 0, spans.begin[span] + first * wide, spans.begin[span])
    end = np.where(last < 1, spans.begin[span] + last * wide, spans.end[span])
    order = np.lexsort((begin, spans.edge[span]))
    return spans.edge[span][order], begin[order], end[order], band_of[order]


def _share(left_min: FloatArray, whole_min: FloatArray) -> FloatArray:
    """Return how much of a span is driven in the minutes that are left."""
    return np.clip(np.where(left_min >= whole_min, 1.0, left_min / whole_min), 0.0, 1.0)


def _cut(
    network: Network, edge: IntArray, begin: FloatArray, end: FloatArray
) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Return the geometry and length of each piece."""
    geometry = np.asarray(network.edges.geometry.array, dtype=object)[edge]
    for row in np.flatnonzero((begin > 0) | (end < 1)).tolist():
        line = geometry[row]
        geometry[row] = part_of(line, begin[row] * line.length, end[row] * line.length)
    return geometry, (end - begin) * network.edges["length_m"].to_numpy()[edge]
