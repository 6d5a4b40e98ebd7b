"""From the node ids of roads to numbered vertices: roads break where nodes lack or cars stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.network.model import IntArray


@dataclass(frozen=True)
class Runs:
    """Stretches of roads whose nodes have places, one after the other.

    Attributes
    ----------
    road
        Of each stretch, its road.
    first
        Where each stretch begins in `vertex`, and at the end its length.
    vertex
        The vertices of all stretches.
    node
        Of each vertex, the position of its node in `node_ids`.
    lacking, empty
        Roads that lack a node, and those of them that have no stretch at all.
    """

    road: IntArray
    first: IntArray
    vertex: IntArray
    node: IntArray
    lacking: IntArray
    empty: IntArray


def runs_of(
    refs: IntArray, begin: IntArray, end: IntArray, node_ids: IntArray, barred: IntArray
) -> Runs:
    """Return the stretches of roads.

    Parameters
    ----------
    refs
        The node ids of all ways of the file.
    begin, end
        Where each road begins and ends in `refs`.
    node_ids
        Nodes that have a place, each once.
    barred
        Ids of nodes that no car passes: every road that comes to one ends there by itself, so
        that both sides are reached and none from the other.
    """
    size = end - begin
    road = np.repeat(np.arange(len(size), dtype=np.int64), size)
    shift = begin - (np.cumsum(size) - size)
    ref = refs[np.repeat(shift, size) + np.arange(len(road), dtype=np.int64)]
    node = _positions(ref, node_ids)
    there = node >= 0
    starts = np.ones(len(ref), dtype=bool)
    starts[1:] = (road[1:] != road[:-1]) | ~there[:-1]
    run = np.cumsum(starts) - 1
    kept = there & (np.bincount(run[there], minlength=len(run) + 1) > 1)[run]
    lacking = np.unique(road[~there])
    empty = np.setdiff1d(np.arange(len(size), dtype=np.int64), road[kept])

    road, run, ref, node = road[kept], run[kept], ref[kept], node[kept]
    is_barred = np.isin(ref, barred)
    edge = np.ones(len(run), dtype=bool)
    edge[1:-1] = (run[1:-1] != run[:-2]) | (run[1:-1] != run[2:])
    twice = is_barred & ~edge  # once as the end of one stretch, once as the start of the next
    at = np.repeat(np.arange(len(run), dtype=np.int64), 1 + twice)
    again = np.append(False, at[1:] == at[:-1])[: len(at)]
    road, run, node, is_barred = road[at], run[at], node[at], is_barred[at]
    starts = again.copy()
    starts[:1] = True
    starts[1:] |= run[1:] != run[:-1]
    first = np.flatnonzero(starts)

    passed, number = np.unique(node[~is_barred], return_inverse=True)
    vertex = np.empty(len(node), dtype=np.int64)
    vertex[~is_barred] = number
    vertex[is_barred] = len(passed) + np.arange(np.count_nonzero(is_barred))
    return Runs(
        road=road[first],
        first=np.append(first, len(vertex)).astype(np.int64),
        vertex=vertex,
        node=np.concatenate([passed, node[is_barred]]),
        lacking=lacking,
        empty=empty,
    )


def _positions(ref: IntArray, node_ids: IntArray) -> IntArray:
    """Return where each id stands in `node_ids`; -1 where it does not."""
    if not len(node_ids):
        return np.full(len(ref), -1, dtype=np.int64)
    order = np.argsort(node_ids, kind="stable")
    near = order[np.minimum(np.searchsorted(node_ids, ref, sorter=order), len(order) - 1)]
    return np.where(node_ids[near] == ref, near, -1).astype(np.int64)
