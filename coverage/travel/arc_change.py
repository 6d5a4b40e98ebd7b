"""How the arcs of an edited network differ from those before the edit."""

from __future__ import annotations

import numpy as np

from coverage.network.changes import EdgeChanges
from coverage.network.model import FloatArray, IntArray, Network
from coverage.travel.repair import Rows
from coverage.travel.update import ArcChange


def arc_change(before: Network, after: Network, changes: EdgeChanges) -> ArcChange:
    """Return the arcs at both ends of every edge that is gone, new, or driven in other minutes.

    Parameters
    ----------
    before, after
        The network and the one made from it by edits.
    changes
        From `coverage.network.changes.edge_changes`.

    Returns
    -------
    ArcChange
        For the direction ``from_facility``; turned, for ``to_facility``.
    """
    ends = [
        network.edges[end].to_numpy()[rows]
        for network, rows in (
            (before, np.concatenate([changes.gone, changes.retimed])),
            (after, changes.new),
        )
        for end in ("u", "v")
    ]
    n_nodes = len(after.node_x)
    new_nodes = np.arange(len(before.node_x), n_nodes)
    nodes = np.unique(np.concatenate([*ends, new_nodes])).astype(np.int64)
    marked = np.zeros(n_nodes, dtype=bool)
    marked[nodes] = True
    u, v = after.edges["u"].to_numpy(), after.edges["v"].to_numpy()
    at = np.flatnonzero(marked[u] | marked[v])
    edges = after.edges.iloc[at]
    along, against = edges["forward"].to_numpy(bool), edges["backward"].to_numpy(bool)
    there, back = (edges[f"drive_{way}_min"].to_numpy(float) for way in ("forward", "backward"))
    u, v = u[at], v[at]
    tail = np.concatenate([u[along], v[against]])
    head = np.concatenate([v[along], u[against]])
    minutes = np.concatenate([there[along], back[against]])
    return ArcChange(
        node=nodes,
        leaving=_rows_of(nodes, tail, head, minutes),
        arriving=_rows_of(nodes, head, tail, minutes),
        n_nodes=n_nodes,
    )


def _rows_of(nodes: IntArray, tail: IntArray, head: IntArray, minutes: FloatArray) -> Rows:
    """Return the arcs that leave `nodes`, of those side by side the quickest."""
    row = np.searchsorted(nodes, tail)
    row[row == len(nodes)] = 0
    kept = np.flatnonzero(nodes[row] == tail) if len(nodes) else np.zeros(0, dtype=np.int64)
    order = kept[np.lexsort((minutes[kept], head[kept], row[kept]))]
    row, head, minutes = row[order], head[order], minutes[order]
    quickest = np.ones(len(order), dtype=bool)
    quickest[1:] = (row[1:] != row[:-1]) | (head[1:] != head[:-1])
    row, head, minutes = row[quickest], head[quickest], minutes[quickest]
    first = np.searchsorted(row, np.arange(len(nodes) + 1))
    return Rows(first.astype(np.int32), head.astype(np.int32), minutes)
