"""Least minutes to every node by buckets: the loops that numba compiles, and the kernel on them.

A bucket holds the nodes whose minutes lie in one interval; buckets are emptied from the earliest
on (Dial 1969, https://doi.org/10.1145/363269.363610; label correcting within a bucket: Denardo and
Fox 1979, https://doi.org/10.1287/opre.27.1.161). The sums are those of Dijkstra's algorithm, so
that the minutes are the same to the last bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from coverage.messages import Message
from coverage.network.model import FloatArray, IntArray
from coverage.progress import Progress, no_progress
from coverage.travel.compiled import compiled, is_ready, numba
from coverage.travel.sweep import TIE_MIN, Arcs, Starts, Sweep, compress, scipy_kernel

WIDTH_OF_MEAN: Final = 0.25
"""Width of a bucket in mean minutes of an arc: measured, wider ones take longer."""

COMPILED_FROM_NODES: Final = 200_000
"""Below this loading numba takes longer than it saves in a report's twenty sweeps: measured."""

_MOST_BUCKETS: Final = 1 << 16


def bucket_width_min(arcs: Arcs) -> tuple[float, int]:
    """Return the minutes that a bucket spans, and how many are in use at a time: a power of two."""
    longest = float(arcs.minutes.max(initial=0.0))
    mean = float(arcs.minutes.mean()) if len(arcs.minutes) else 0.0
    width = max(mean * WIDTH_OF_MEAN, longest / _MOST_BUCKETS, TIE_MIN)
    return width, 1 << (int(longest / width) + 2).bit_length()


def unreached(n_nodes: int) -> FloatArray:
    """Return the state of a search that has not begun: a row of minutes and place for each node.

    The two stand side by side, and the place as a float, so that one look at memory gets both.
    """
    return np.full((n_nodes, 2), np.inf)


def spread(
    first: IntArray,
    head: IntArray,
    arc_min: FloatArray,
    start_node: IntArray,
    start_min: FloatArray,
    start_place: IntArray,
    limit_min: float,
    tie_min: float,
    width_min: float,
    n_buckets: int,
    state: FloatArray,
    touched: IntArray,
) -> tuple[int, bool]:
    """Write the least minutes to every node that is reached within a limit.

    Parameters
    ----------
    first, head, arc_min
        Of `Arcs`.
    start_node, start_min, start_place
        Of `Starts`, in the order of their minutes.
    limit_min
        Nodes beyond it are not reached.
    tie_min
        Minutes that differ by no more are the same.
    width_min, n_buckets
        From `bucket_width_min`.
    state
        From `unreached`; gets the minutes and the place of each node that is reached.
    touched
        As long as there are nodes; gets the nodes that are reached, in no order that counts.

    Returns
    -------
    tuple
        How many nodes are reached, and whether a place was met that is as quick as the one named
        and comes before it: only then is there anything for `settle_ties` to do.
    """
    per_min = 1.0 / width_min
    n_starts = len(start_node)
    # Entries of buckets, in linked lists. One whose node was reached sooner since is passed over.
    room = len(state) + n_starts + 1
    entry_node = np.empty(room, np.int32)
    entry_min = np.empty(room, np.float64)
    following = np.empty(room, np.int32)
    first_in = np.full(n_buckets, -1, np.int32)
    n_entries, free = 0, -1
    within = n_buckets - 1
    n_touched, waiting, next_start, now = 0, 0, 0, 0
    is_tie = False
    while True:
        if next_start < n_starts and (waiting == 0 or int(start_min[next_start] * per_min) <= now):
            if waiting == 0:
                now = int(start_min[next_start] * per_min)
            tail, begin, end = -1, next_start, next_start + 1
            base_min, place = 0.0, float(start_place[next_start])
            next_start += 1
        elif waiting == 0:
            return n_touched, is_tie
        else:
            entry = first_in[now & within]
            if entry < 0:
                now += 1
                continue
            tail, base_min = entry_node[entry], entry_min[entry]
            first_in[now & within] = following[entry]
            following[entry], free = free, entry
            waiting -= 1
            if base_min != state[tail, 0]:
                continue
            place, begin, end = state[tail, 1], first[tail], first[tail + 1]
        for k in range(begin, end):
            if tail < 0:
                node, minutes = start_node[k], start_min[k]
            else:
                node, minutes = head[k], base_min + arc_min[k]
            known_min = state[node, 0]
            if minutes > limit_min:
                continue
            if minutes >= known_min:
                if minutes <= known_min + tie_min and place < state[node, 1]:
                    is_tie = True
                continue
            if known_min == np.inf:
                touched[n_touched] = node
                n_touched += 1
            elif known_min <= minutes + tie_min and state[node, 1] < place:
                is_tie = True
            state[node, 0], state[node, 1] = minutes, place
            if free >= 0:
                entry, free = free, following[free]
            else:
                if n_entries == room:
                    room *= 2
                    entry_node = np.concatenate((entry_node, np.empty_like(entry_node)))
                    entry_min = np.concatenate((entry_min, np.empty_like(entry_min)))
                    following = np.concatenate((following, np.empty_like(following)))
                entry, n_entries = n_entries, n_entries + 1
            into = int(minutes * per_min) & within
            entry_node[entry], entry_min[entry] = node, minutes
            following[entry], first_in[into] = first_in[into], entry
            waiting += 1


def settle_ties(
    first: IntArray,
    head: IntArray,
    arc_min: FloatArray,
    start_node: IntArray,
    start_min: FloatArray,
    start_place: IntArray,
    tie_min: float,
    state: FloatArray,
) -> None:
    """Name at each node the lowest of the places that are equally quick there.

    Parameters
    ----------
    tie_min
        Minutes that differ by no more are the same.
    first, head, arc_min, start_node, start_min, start_place, state
        As in `spread`, after it.
    """
    waiting = np.empty(256, np.int32)
    n_waiting = 0
    for k in range(len(start_node)):
        node = start_node[k]
        if start_min[k] <= state[node, 0] + tie_min and start_place[k] < state[node, 1]:
            state[node, 1] = start_place[k]
    for origin in range(len(state)):
        waiting[0], n_waiting = origin, 1
        while n_waiting:
            n_waiting -= 1
            tail = waiting[n_waiting]
            place = state[tail, 1]
            for k in range(first[tail], first[tail + 1]):
                node = head[k]
                if (
                    place < state[node, 1]
                    and state[tail, 0] + arc_min[k] <= state[node, 0] + tie_min
                ):
                    state[node, 1] = place
                    if n_waiting == len(waiting):
                        waiting = np.concatenate((waiting, np.empty_like(waiting)))
                    waiting[n_waiting] = node
                    n_waiting += 1


def bucket_kernel(arcs: Arcs, starts: Starts) -> Sweep:
    """Sweep by buckets, compiled: the kernel for large networks.

    Where numba is missing it is `scipy_kernel`, with the same result.
    """
    fast_spread, fast_settle = compiled(spread), compiled(settle_ties)
    if fast_spread is None or fast_settle is None:
        return scipy_kernel(arcs, starts)
    order = np.argsort(starts.minutes, kind="stable")
    begin = (
        starts.node[order].astype(np.int32),
        starts.minutes[order],
        starts.place[order].astype(np.int64),
    )
    graph = (arcs.first, arcs.head, arcs.minutes)
    state = unreached(arcs.n_nodes)
    touched = np.empty(arcs.n_nodes, dtype=np.int32)
    limits = (np.inf, TIE_MIN, *bucket_width_min(arcs))
    _, is_tie = fast_spread(*graph, *begin, *limits, state, touched)
    if is_tie:
        fast_settle(*graph, *begin, TIE_MIN, state)
    place = np.where(np.isfinite(state[:, 1]), state[:, 1], -1).astype(np.int64)
    return Sweep(np.ascontiguousarray(state[:, 0]), place, settled=True)


def sized_kernel(arcs: Arcs, starts: Starts) -> Sweep:
    """Sweep with the kernel that is quicker for a network of this size; the result is the same."""
    kernel = bucket_kernel if arcs.n_nodes >= COMPILED_FROM_NODES else scipy_kernel
    return kernel(arcs, starts)


def prepare_kernel(n_nodes: int, progress: Progress = no_progress) -> None:
    """Compile what `sized_kernel` needs for so many nodes, or load it, and say so meanwhile."""
    if n_nodes < COMPILED_FROM_NODES or is_ready(settle_ties) or numba() is None:
        return
    progress(Message("travel.step_compile"))
    none, zeros = np.zeros(0, dtype=np.int64), np.zeros(2, dtype=np.int64)
    nothing = compress(none, none, np.zeros(0), 1)
    tie = Starts(np.array([1, 0]), zeros, np.zeros(2), 2)  # so that both loops are called
    bucket_kernel(nothing, tie)
