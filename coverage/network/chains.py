"""Pieces of road chained through mere bends, so that an edge runs from junction to junction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.network.model import IntArray
from coverage.network.pieces import Pieces


def key_of(*columns: npt.NDArray[np.generic]) -> IntArray:
    """Return one number for each combination of the columns' values."""
    key: IntArray = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes = np.unique(column, return_inverse=True)[1].astype(np.int64)
        key = np.unique(key * (codes.max() + 1) + codes, return_inverse=True)[1].astype(np.int64)
    return key


def unchained(pieces: Pieces) -> tuple[IntArray, IntArray]:
    """Return every piece as an edge; as `chained`."""
    halves = 2 * np.arange(len(pieces), dtype=np.int64)
    return halves, np.arange(len(halves), dtype=np.int64)


def chained(pieces: Pieces, key: IntArray, n_vertices: int) -> tuple[IntArray, IntArray]:
    """Chain pieces through vertices where exactly two alike meet.

    A piece ``s`` can be run from `a` to `b` (half ``2 s``) or back (half ``2 s + 1``). Each half
    points to the half that goes on at its end, if the vertex is a mere bend; pointer doubling
    then finds the last half of every chain and the number of steps to it. Every chain turns up
    twice, once a direction; the one that runs its lowest piece from `a` to `b` is kept.

    Parameters
    ----------
    key
        Of each half, what must be the same where one goes on in another, each as it is run.

    Returns
    -------
    tuple
        The halves of all edges in order, and where each edge begins among them.
    """
    n = len(pieces)
    tail = np.column_stack([pieces.a, pieces.b]).ravel()  # vertex where each half begins
    order = np.argsort(tail, kind="stable")
    degree = np.bincount(tail, minlength=n_vertices)
    slot = np.concatenate([[0], np.cumsum(degree)])
    bend = np.flatnonzero(degree == 2)
    one, two = order[slot[bend]], order[slot[bend] + 1]  # the two halves that leave the bend
    alike = (key[one ^ 1] == key[two]) & (one >> 1 != two >> 1)
    one, two = one[alike], two[alike]
    one, two = _open_rings(one, two, n)

    here = np.arange(2 * n, dtype=np.int64)
    follow = here.copy()
    follow[one ^ 1] = two  # arriving by the reverse of one half goes on by the other
    follow[two ^ 1] = one
    steps = (follow != here).astype(np.int64)
    while True:
        further = follow[follow]
        if np.array_equal(further, follow):
            break
        steps += steps[follow]
        follow = further
    lowest = np.full(2 * n, 2 * n, dtype=np.int64)
    np.minimum.at(lowest, follow, here >> 1)
    lowest = lowest[follow]
    kept = follow[2 * lowest] == follow
    halves, lowest, steps = here[kept], lowest[kept], steps[kept]
    order = np.lexsort((-steps, lowest))
    halves, lowest = halves[order], lowest[order]
    first = np.flatnonzero(np.append(True, lowest[1:] != lowest[:-1]))
    return halves, first


def _open_rings(one: IntArray, two: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Leave out one bend of every chain that closes on itself without a junction."""
    links = coo_array((np.ones(len(one), dtype=bool), (one >> 1, two >> 1)), (n, n))
    count, group = connected_components(links, directed=False)
    bends = np.bincount(group[one >> 1], minlength=count)
    ring = bends == np.bincount(group, minlength=count)
    in_ring = np.flatnonzero(ring[group[one >> 1]])
    opened = in_ring[np.unique(group[one[in_ring] >> 1], return_index=True)[1]]
    return np.delete(one, opened), np.delete(two, opened)
