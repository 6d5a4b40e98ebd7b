"""The quickest way straight along an edge, where both ends of a journey stand on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.network.model import BoolArray, FloatArray, IntArray, Network
from coverage.travel.sweep import TIE_MIN


@dataclass(frozen=True)
class Sources:
    """Where ways along edges begin.

    Attributes
    ----------
    edge, at
        Row of the edge and fraction from its u.
    minutes
        Already spent there.
    place
        What is named as the beginning.
    """

    edge: IntArray
    at: FloatArray
    minutes: FloatArray
    place: IntArray


def along_edges(
    network: Network, sources: Sources, edge: IntArray, at: FloatArray, *, turned: bool = False
) -> tuple[FloatArray, IntArray]:
    """Return the least minutes from any source on its edge to each point, and the source's place.

    Infinite and the greatest integer where no source on the edge may be driven from; of sources
    that are equally quick the lowest place is named. The work is n log n however many sources and
    points share an edge.

    Parameters
    ----------
    edge, at
        Of each point, as those of the sources.
    turned
        Traffic goes from the points to the sources.
    """
    up, down = ("backward", "forward") if turned else ("forward", "backward")
    best = _one_way(network, sources, edge, at, up)
    mirrored = Sources(sources.edge, 1 - sources.at, sources.minutes, sources.place)
    other = _one_way(network, mirrored, edge, 1 - at, down)
    return better(best, other)


def better(
    one: tuple[FloatArray, IntArray], other: tuple[FloatArray, IntArray]
) -> tuple[FloatArray, IntArray]:
    """Return the lesser minutes and their place, the lower place where both are equally quick."""
    (minutes, place), (others, others_place) = one, other
    with np.errstate(invalid="ignore"):  # infinite less infinite
        tie = np.abs(others - minutes) <= TIE_MIN
        quicker = others < minutes - TIE_MIN
    lower = np.where(tie, np.minimum(place, others_place), place)
    return np.fmin(minutes, others), np.where(quicker, others_place, lower)


def _one_way(
    network: Network, sources: Sources, edge: IntArray, at: FloatArray, way: str
) -> tuple[FloatArray, IntArray]:
    """Try the sources that lie at or before each point, `at` counting as traffic goes.

    On the spot itself no direction binds.
    """
    nowhere = np.iinfo(np.int64).max
    minutes, place = np.full(len(edge), np.inf), np.full(len(edge), nowhere, dtype=np.int64)
    order = np.lexsort((sources.at, sources.edge))
    begin_edge, begin_at = sources.edge[order], sources.at[order]
    on_edge = np.flatnonzero(np.isin(edge, begin_edge))
    if not len(on_edge):
        return minutes, place
    whole = network.edges[f"drive_{way}_min"].to_numpy(float)
    may = network.edges[way].to_numpy(bool)
    head, first = _least_so_far(
        begin_edge,
        begin_at,
        sources.minutes[order] - begin_at * whole[begin_edge],
        sources.place[order],
        may[begin_edge],
    )
    both = np.lexsort(
        (
            np.repeat([0, 1], [len(order), len(on_edge)]),
            np.concatenate([begin_at, at[on_edge]]),
            np.concatenate([begin_edge, edge[on_edge]]),
        )
    )
    before = np.empty(len(both), dtype=np.int64)
    before[both] = np.cumsum(both < len(order)) - 1
    last = before[len(order) :]
    here, there = edge[on_edge], at[on_edge]
    usable = (last >= 0) & (begin_edge[last] == here)
    usable &= may[here] | (begin_at[last] == there)
    reached = on_edge[usable]
    last = last[usable]
    minutes[reached] = np.maximum(head[last] + at[reached] * whole[edge[reached]], 0.0)
    place[reached] = first[last]
    return minutes, place


def _least_so_far(
    edge: IntArray, at: FloatArray, head: FloatArray, place: IntArray, may: BoolArray
) -> tuple[FloatArray, IntArray]:
    """Return at each source the least `head` of those before it on its edge, and its place.

    Where traffic may not go on, only what stands on the same spot counts.
    """
    least, named = head.copy(), place.copy()
    for k in range(1, len(edge)):
        if edge[k] != edge[k - 1] or not (may[k] or at[k] == at[k - 1]):
            continue
        if abs(least[k - 1] - least[k]) <= TIE_MIN:
            named[k] = min(named[k], named[k - 1])
            least[k] = min(least[k], least[k - 1])
        elif least[k - 1] < least[k]:
            least[k], named[k] = least[k - 1], named[k - 1]
    return least, named
