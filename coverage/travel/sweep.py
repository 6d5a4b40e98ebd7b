"""Least travel times from many places at once, over directed arcs.

The work is done by a `Kernel`; the one here is scipy's compiled Dijkstra. For large networks
`coverage.travel.bucket` has a faster one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from coverage.network.model import FloatArray, IntArray, Network
from coverage.travel.model import Direction

TIE_MIN: Final = 1e-10
"""Minutes that differ by less are the same: rounding of sums, far below a microsecond's drive."""


@dataclass(frozen=True)
class Arcs:
    """Directed arcs between nodes, by the node they leave (compressed sparse rows).

    Attributes
    ----------
    first
        Where each node's arcs begin, and at the end the number of arcs (int32).
    head
        Node each arc leads to (int32).
    minutes
        Of each arc, not negative; between two nodes only the quickest arc is kept.
    """

    first: IntArray
    head: IntArray
    minutes: FloatArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1


@dataclass(frozen=True)
class Starts:
    """Where each place joins the network.

    Attributes
    ----------
    place
        Number of the place, 0..n_places-1; a place may join at several nodes.
    node
        Node where it joins.
    minutes
        From the place to the node, finite.
    n_places
        Number of places, those that join nowhere included.
    """

    place: IntArray
    node: IntArray
    minutes: FloatArray
    n_places: int


@dataclass(frozen=True)
class Sweep:
    """Least minutes to each node.

    Attributes
    ----------
    minutes
        Infinite where no place reaches the node.
    place
        The place that is quickest there, the lowest number among equals; -1 where none.
    settled
        Whether that is so already; a kernel may leave it open which of equals it names.
    """

    minutes: FloatArray
    place: IntArray
    settled: bool = False


class Kernel(Protocol):
    """Computes a `Sweep`; which of equally quick places it names is free, if it says so."""

    def __call__(self, arcs: Arcs, starts: Starts) -> Sweep:
        """Return the least minutes from any place to every node."""
        ...


def arcs_of(network: Network, direction: Direction) -> Arcs:
    """Return the network's arcs; for ``to_facility`` all of them turned round.

    With turned arcs a sweep that begins at facilities gives the times *to* them.
    """
    edges = network.edges
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    there, back = edges["drive_forward_min"].to_numpy(), edges["drive_backward_min"].to_numpy()
    along, against = edges["forward"].to_numpy(), edges["backward"].to_numpy()
    tail = np.concatenate([u[along], v[against]])
    head = np.concatenate([v[along], u[against]])
    weight = np.concatenate([there[along], back[against]])
    if direction == "to_facility":
        tail, head = head, tail
    return compress(tail, head, weight, len(network.node_x))


def compress(tail: IntArray, head: IntArray, minutes: FloatArray, n_nodes: int) -> Arcs:
    """Sort arcs by the node they leave and keep the quickest of those side by side."""
    pair = tail * n_nodes + head
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    begins = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])) if len(pair) else order
    least = np.minimum.reduceat(minutes[order], begins) if len(pair) else minutes
    kept = pair[begins]
    first = np.searchsorted(kept, np.arange(n_nodes + 1) * n_nodes)
    return Arcs(first.astype(np.int32), (kept % n_nodes).astype(np.int32), least)


def scipy_kernel(arcs: Arcs, starts: Starts) -> Sweep:
    """Sweep with `scipy.sparse.csgraph.dijkstra`: each place is a node more, after the others."""
    n = arcs.n_nodes
    joins = compress(starts.place, starts.node, starts.minutes, max(n, starts.n_places))
    n_joins = joins.first[starts.n_places]
    graph = csr_array(
        (
            np.concatenate([arcs.minutes, joins.minutes[:n_joins]]),
            np.concatenate([arcs.head, joins.head[:n_joins]]),
            np.concatenate([arcs.first, arcs.first[-1] + joins.first[1 : starts.n_places + 1]]),
        ),
        shape=(n + starts.n_places, n + starts.n_places),
    )
    minutes, _, place = dijkstra(
        graph,
        indices=np.arange(n, n + starts.n_places),
        min_only=True,
        return_predecessors=True,  # without them it does not name the place
    )
    place = place[:n].astype(np.int64)
    return Sweep(minutes=minutes[:n], place=np.where(place >= n, place - n, -1))


def sweep(arcs: Arcs, starts: Starts, kernel: Kernel = scipy_kernel) -> Sweep:
    """Return the least minutes to every node, and of equally quick places the lowest.

    Parameters
    ----------
    arcs
        From `arcs_of`.
    starts
        Where the facilities join the network.
    kernel
        What computes it.
    """
    if not starts.n_places or not len(starts.node):
        nowhere = np.full(arcs.n_nodes, -1, dtype=np.int64)
        return Sweep(np.full(arcs.n_nodes, np.inf), nowhere, settled=True)
    swept = kernel(arcs, starts)
    if swept.settled:
        return swept
    return Sweep(swept.minutes, _settled_place(arcs, starts, swept), settled=True)


def _settled_place(arcs: Arcs, starts: Starts, swept: Sweep) -> IntArray:
    """Name at each node the lowest of the places that are equally quick there."""
    minutes = swept.minutes
    place = np.where(swept.place < 0, starts.n_places, swept.place)
    direct = starts.minutes <= minutes[starts.node] + TIE_MIN
    np.minimum.at(place, starts.node[direct], starts.place[direct])
    degree = np.diff(arcs.first)
    tail = np.repeat(np.arange(arcs.n_nodes, dtype=np.int32), degree)
    arc = np.flatnonzero(place[tail] < place[arcs.head])
    while len(arc):
        begin, end = tail[arc], arcs.head[arc]
        tie = minutes[begin] + arcs.minutes[arc] <= minutes[end] + TIE_MIN
        tie &= place[begin] < place[end]
        begin, end = begin[tie], end[tie]
        np.minimum.at(place, end, place[begin])
        changed = np.unique(end)
        first, count = arcs.first[changed], degree[changed]
        arc = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    return np.where(place == starts.n_places, -1, place)
