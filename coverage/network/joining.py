"""Which places are one: those within a tolerance of each other, and what hangs together by them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from coverage.network.model import FloatArray, IntArray


def groups_within(place: FloatArray, within_m: float) -> IntArray:
    """Return the group of each place; places at most `within_m` apart are in one group.

    The work is n log n however many places lie on one spot: a cell of a lattice whose diagonal is
    `within_m` is in one group as a whole, and of two cells only the nearest places are compared.

    Parameters
    ----------
    place
        n x 2, metres, finite.
    within_m
        Above 0.

    Returns
    -------
    array
        n numbers from 0, in the order of each group's first place.
    """
    n = len(place)
    if not n:
        return np.zeros(0, dtype=np.int64)
    cell_of_place = np.floor((place - place.min(axis=0)) / (within_m / np.sqrt(2))).astype(np.int64)
    columns, column = np.unique(cell_of_place[:, 0], return_inverse=True)
    height = int(cell_of_place[:, 1].max()) + 5  # room for two cells above and below
    key = column.ravel() * height + cell_of_place[:, 1] + 2
    key, first_place, cell = np.unique(key, return_index=True, return_inverse=True)
    cell = cell.ravel()
    joined: list[tuple[int, int]] = []
    neighbours = _neighbours(key, column.ravel()[first_place], columns, height)
    if len(neighbours):
        joined = _near_cells(place, cell, neighbours, within_m)
    ends = np.array(joined, dtype=np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), (len(key),) * 2)
    group = connected_components(links, directed=False)[1][cell]
    first, code = np.unique(group, return_index=True, return_inverse=True)[1:]
    return np.argsort(np.argsort(first))[code].astype(np.int64)


def first_of(group: IntArray) -> IntArray:
    """Return for each place the first place of its group."""
    first: IntArray = np.unique(group, return_index=True)[1][group].astype(np.int64)
    return first


def _neighbours(key: IntArray, column: IntArray, columns: IntArray, height: int) -> IntArray:
    """Return pairs of cells that lie so near that places in them may be one, each pair once.

    Parameters
    ----------
    key
        Of each cell, ascending: ``column * height`` and its row.
    column
        Of each cell, its position in `columns`.
    columns
        The columns that hold cells, ascending.
    """
    pairs = []
    for right in range(3):
        at = np.minimum(np.searchsorted(columns, columns + right), len(columns) - 1)
        there = columns[at] == columns + right
        row_there = key + (at[column] - column) * height
        begin = np.searchsorted(key, row_there - 2 if right else key + 1)
        end = np.searchsorted(key, row_there + 2, side="right")
        count = np.where(there[column], end - begin, 0)
        here = np.repeat(np.arange(len(key)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        pairs.append(np.column_stack([here, begin[here] + within]))
    return np.concatenate(pairs).astype(np.int64)


def _near_cells(
    place: FloatArray, cell: IntArray, neighbours: IntArray, within_m: float
) -> list[tuple[int, int]]:
    """Return those pairs of cells that have places at most `within_m` apart.

    Each cell lies on a level of its own, so that a search for the nearest place meets one cell.
    """
    apart_m = 4 * within_m
    tree = cKDTree(np.column_stack([place, cell * apart_m]))
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(cell.max() + 2))
    size = np.diff(first)
    here, there = neighbours.T
    swap = size[here] > size[there]
    here, there = np.where(swap, there, here), np.where(swap, here, there)
    count = size[here]
    pair = np.repeat(np.arange(len(here)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    queried = order[first[here[pair]] + within]
    at = np.column_stack([place[queried], there[pair] * apart_m])
    distance, _ = tree.query(at, distance_upper_bound=within_m * (1 + 1e-12))
    met = np.unique(pair[np.isfinite(distance)])
    return list(zip(here[met].tolist(), there[met].tolist(), strict=True))
