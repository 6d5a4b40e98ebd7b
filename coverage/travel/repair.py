"""A sweep put right after its arcs or starts have changed: the loops that numba compiles.

What does not change is not looked at. First the nodes are found whose least minutes may rest on
what is gone: from its far end along every arc that is tight (on which the least minutes to its
head rest, ties included), so that arcs without length which lead in a circle cannot vouch for one
another. They are reset, and Dijkstra's algorithm runs from their border and from what is new
(after Ramalingam and Reps 1996, https://doi.org/10.1006/jagm.1996.0046).

Why the minutes are those of a new sweep to the last bit: rounded addition is monotone and never
lowers a sum, so the least over all ways of the sums from the start on is one number at each node,
in whatever order nodes are settled (Knuth 1977, https://doi.org/10.1016/0020-0190(77)90002-3);
and both add along the way, one arc after the other.

The place named at a node is the lowest of those from which arcs lead to it that are tight within
`TIE_MIN` (`coverage.travel.sweep`). One that is lost or new is followed in the same manner.

None of the functions calls another: each is compiled by itself (`coverage.travel.compiled`).
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np

from coverage.network.model import FloatArray, IntArray
from coverage.travel.sweep import TIE_MIN

_NO_PLACE: Final = 2**62


class Rows(NamedTuple):
    """Arcs by the node they leave, as `coverage.travel.sweep.Arcs`; turned, by the one they reach.

    Attributes
    ----------
    first, head, minutes
        As there.
    """

    first: IntArray
    head: IntArray
    minutes: FloatArray


class RowsBothWays(NamedTuple):
    """All arcs before a change, and the same turned."""

    leaving: Rows
    arriving: Rows


class ChangedRows(NamedTuple):
    """All arcs of the nodes at which any changed, as they are afterwards.

    Attributes
    ----------
    node
        Ascending; every new node is among them.
    row
        For every node after the change its position in `node` plus 1; 0 where it is not there.
    leaving, arriving
        Of `node`, in its order.
    """

    node: IntArray
    row: IntArray
    leaving: Rows
    arriving: Rows


class StartRows(NamedTuple):
    """Where places join the network, as `coverage.travel.sweep.Starts`."""

    node: IntArray
    place: IntArray
    minutes: FloatArray


def reset_nodes(
    arcs: RowsBothWays,
    changed: ChangedRows,
    removed: StartRows,
    known: FloatArray,
    minutes: FloatArray,
) -> IntArray:
    """Make `minutes` infinite at each node whose least may rest on what is gone; return these.

    Parameters
    ----------
    removed
        Starts that are no more.
    known
        Minutes before.
    """
    first, heads, costs = arcs.leaving
    nodes, (begins, new_heads, new_costs) = changed.node, changed.leaving
    reset = [np.int64(0)]
    reset.pop()
    for i in range(len(removed.node)):
        node = removed.node[i]
        if removed.minutes[i] == known[node] and minutes[node] != np.inf:
            minutes[node] = np.inf
            reset.append(node)
    for i in range(len(nodes)):
        tail = nodes[i]
        if tail >= len(known) or known[tail] == np.inf:
            continue
        for k in range(first[tail], first[tail + 1]):
            head = np.int64(heads[k])
            if known[tail] + costs[k] != known[head] or minutes[head] == np.inf:
                continue
            kept = False
            for m in range(begins[i], begins[i + 1]):
                kept = kept or (new_heads[m] == head and new_costs[m] <= costs[k])
            if not kept:
                minutes[head] = np.inf
                reset.append(head)
    done = 0
    while done < len(reset):
        tail = reset[done]
        done += 1
        for k in range(first[tail], first[tail + 1]):
            head = np.int64(heads[k])
            if minutes[head] != np.inf and known[tail] + costs[k] == known[head]:
                minutes[head] = np.inf
                reset.append(head)
    return np.array(reset, dtype=np.int64)


def settle_nodes(
    arcs: RowsBothWays,
    changed: ChangedRows,
    starts: StartRows,
    reset: IntArray,
    minutes: FloatArray,
) -> IntArray:
    """Put `minutes` right at nodes that were reset or are reached sooner; return the settled.

    Parameters
    ----------
    starts
        All there are now.
    reset
        From `reset_nodes`.
    """
    first, heads, costs = arcs.leaving
    row, (begins, new_heads, new_costs) = changed.row, changed.leaving
    first_in, tails, costs_in = arcs.arriving
    begins_in, new_tails, new_costs_in = changed.arriving
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for i in range(len(reset)):
        node = reset[i]
        least, at = np.inf, row[node]
        if at:
            for k in range(begins_in[at - 1], begins_in[at]):
                least = min(least, minutes[new_tails[k]] + new_costs_in[k])
        else:
            for k in range(first_in[node], first_in[node + 1]):
                least = min(least, minutes[tails[k]] + costs_in[k])
        if least < np.inf:
            minutes[node] = least
            heappush(heap, (least, node))
    for i in range(len(starts.node)):  # what is no new start, nor at a reset node, is not less
        node = starts.node[i]
        if starts.minutes[i] < minutes[node]:
            minutes[node] = starts.minutes[i]
            heappush(heap, (starts.minutes[i], node))
    for i in range(len(changed.node)):
        tail = changed.node[i]
        for k in range(begins[i], begins[i + 1]):
            head, total = np.int64(new_heads[k]), minutes[tail] + new_costs[k]
            if total < minutes[head]:
                minutes[head] = total
                heappush(heap, (total, head))
    settled = [np.int64(0)]
    settled.pop()
    while len(heap):
        least, tail = heappop(heap)
        if least > minutes[tail]:
            continue
        settled.append(tail)
        at = row[tail]
        begin, end = (begins[at - 1], begins[at]) if at else (first[tail], first[tail + 1])
        for k in range(begin, end):
            head = np.int64(new_heads[k] if at else heads[k])
            total = least + (new_costs[k] if at else costs[k])
            if total < minutes[head]:
                minutes[head] = total
                heappush(heap, (total, head))
    return np.array(settled, dtype=np.int64)


def unnamed_nodes(
    arcs: RowsBothWays, touched: IntArray, known: FloatArray, named: IntArray, n_nodes: int
) -> IntArray:
    """Return each node whose place may rest on what has changed, once.

    Parameters
    ----------
    touched
        Nodes at which a start, an arc or the minutes changed: of these, and of all to which their
        place came from one of these, it may be another now.
    known, named
        Minutes and places before.
    n_nodes
        After the change.
    """
    first, heads, costs = arcs.leaving
    seen = np.zeros(n_nodes, dtype=np.bool_)
    unnamed = [np.int64(0)]
    unnamed.pop()
    for i in range(len(touched)):
        if not seen[touched[i]]:
            seen[touched[i]] = True
            unnamed.append(touched[i])
    done = 0
    while done < len(unnamed):
        tail = unnamed[done]
        done += 1
        if tail >= len(known) or known[tail] == np.inf:
            continue
        for k in range(first[tail], first[tail + 1]):
            head = np.int64(heads[k])
            tie = known[tail] + costs[k] <= known[head] + TIE_MIN
            if tie and not seen[head] and named[head] == named[tail]:
                seen[head] = True
                unnamed.append(head)
    return np.array(unnamed, dtype=np.int64)


def name_places(
    arcs: RowsBothWays,
    changed: ChangedRows,
    starts: StartRows,
    unnamed: IntArray,
    minutes: FloatArray,
    place: IntArray,
) -> None:
    """Name at each node the lowest of the places that are equally quick there.

    Parameters
    ----------
    unnamed
        From `unnamed_nodes`.
    minutes
        After the change.
    place
        Put right here; where it is not `unnamed` a lower one may reach it now.
    """
    first, heads, costs = arcs.leaving
    row, (begins, new_heads, new_costs) = changed.row, changed.leaving
    first_in, tails, costs_in = arcs.arriving
    begins_in, new_tails, new_costs_in = changed.arriving
    for i in range(len(unnamed)):
        place[unnamed[i]] = _NO_PLACE
    for i in range(len(starts.node)):
        node = starts.node[i]
        if starts.minutes[i] <= minutes[node] + TIE_MIN:
            place[node] = min(place[node], starts.place[i])
    waiting = [np.int64(0)]
    waiting.pop()
    for i in range(len(unnamed)):
        node = unnamed[i]
        if minutes[node] == np.inf:
            continue
        waiting.append(node)
        at, limit = row[node], minutes[node] + TIE_MIN
        begin, end = (
            (begins_in[at - 1], begins_in[at]) if at else (first_in[node], first_in[node + 1])
        )
        for k in range(begin, end):
            tail = new_tails[k] if at else tails[k]
            cost = new_costs_in[k] if at else costs_in[k]
            if minutes[tail] + cost <= limit and place[tail] < place[node]:
                place[node] = place[tail]
    while len(waiting):
        tail = waiting.pop()
        at = row[tail]
        begin, end = (begins[at - 1], begins[at]) if at else (first[tail], first[tail + 1])
        for k in range(begin, end):
            head = np.int64(new_heads[k] if at else heads[k])
            tie = minutes[tail] + (new_costs[k] if at else costs[k]) <= minutes[head] + TIE_MIN
            if tie and place[tail] < place[head]:
                place[head] = place[tail]
                waiting.append(head)
    for i in range(len(unnamed)):
        if place[unnamed[i]] == _NO_PLACE:
            place[unnamed[i]] = -1
