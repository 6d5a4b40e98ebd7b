"""What an edit changed: the roads of two networks, one edited from the other, compared by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from coverage.network.model import IntArray, Network

_SAME: Final = ("edge_id", "begin_share", "end_share", "u", "v")
"""A road that was closed at its very end is the same piece, but leads to another node."""


@dataclass(frozen=True)
class EdgeChanges:
    """How the edges of an edited network stand to those before.

    Attributes
    ----------
    row_after
        For each row of the edges before its row after; -1 where it is gone.
    gone
        Rows before that are no more: closed, cut into pieces, or taken off the node at their end.
    new
        Rows after that were not before: the pieces of an edge that was cut.
    retimed
        Rows before that are still there, but driven in other minutes.
    """

    row_after: IntArray
    gone: IntArray
    new: IntArray
    retimed: IntArray


def edge_changes(before: Network, after: Network) -> EdgeChanges:
    """Return what is gone, new, and driven in other minutes.

    Parameters
    ----------
    before
        Any network.
    after
        One made from it by edits (`coverage.network.edit`), one or several.
    """
    row_after = _rows_after(before.edges, after.edges)
    kept = np.flatnonzero(row_after >= 0)
    same = np.ones(len(kept), dtype=bool)
    for way in ("forward", "backward"):
        minutes = (table.edges[f"drive_{way}_min"].to_numpy(float) for table in (before, after))
        known, now = minutes
        same &= known[kept] == now[row_after[kept]]
    is_new = np.ones(len(after.edges), dtype=bool)
    is_new[row_after[kept]] = False
    return EdgeChanges(
        row_after=row_after,
        gone=np.flatnonzero(row_after < 0),
        new=np.flatnonzero(is_new),
        retimed=kept[~same],
    )


def _rows_after(before: pd.DataFrame, after: pd.DataFrame) -> IntArray:
    """Return where each edge before stands after; -1 where it does not.

    Most ids have one row in both tables and are matched by counting; the others one by one.
    """
    known, now = before["edge_id"].to_numpy(), after["edge_id"].to_numpy()
    n_ids = int(max(known.max(initial=-1), now.max(initial=-1))) + 1
    count, count_after = np.bincount(known, minlength=n_ids), np.bincount(now, minlength=n_ids)
    last_row = np.zeros(n_ids, dtype=np.int64)
    last_row[now] = np.arange(len(now))
    single = (count[known] == 1) & (count_after[known] == 1)
    row_after = np.where(single, last_row[known], -1)
    for column in _SAME[1:]:
        value, value_after = before[column].to_numpy(), after[column].to_numpy()
        if len(value_after):
            row_after[value != value_after[row_after]] = -1
    cut = np.flatnonzero((count[now] != 1) | (count_after[now] != 1))
    place = dict(zip(_names(after, cut), cut.tolist(), strict=True))
    others = np.flatnonzero(~single)
    row_after[others] = [place.get(name, -1) for name in _names(before, others)]
    return row_after


def _names(edges: pd.DataFrame, rows: IntArray) -> list[tuple[float, ...]]:
    """Return what names each piece of road, and its ends."""
    columns = (edges[name].to_numpy()[rows].tolist() for name in _SAME)
    return list(zip(*columns, strict=True))
