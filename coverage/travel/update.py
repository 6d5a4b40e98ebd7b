"""A sweep after a small change of stations or roads, from the one before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

import numpy as np

from coverage.network.model import FloatArray, IntArray
from coverage.travel.repair import (
    ChangedRows,
    Rows,
    RowsBothWays,
    StartRows,
    name_places,
    reset_nodes,
    settle_nodes,
    unnamed_nodes,
)
from coverage.travel.sweep import Arcs, Starts, Sweep

MOST_CHANGED_SHARE: Final = 0.2
"""Where more of the places, or of the nodes' arcs, have changed a new sweep is as quick."""


@dataclass(frozen=True)
class ArcsBothWays:
    """The arcs of one network, by the node they leave and by the one they reach.

    Attributes
    ----------
    leaving
        From `coverage.travel.sweep.arcs_of`.
    arriving
        The same arcs turned: those of the other direction.
    """

    leaving: Arcs
    arriving: Arcs

    def turned(self) -> ArcsBothWays:
        """Return the arcs of the other direction of travel."""
        return ArcsBothWays(self.arriving, self.leaving)


@dataclass(frozen=True)
class ArcChange:
    """How the arcs of an edited network differ from those before the edit.

    Attributes
    ----------
    node
        Both ends of every edge that is gone, new, or driven in other minutes, ascending. Nodes
        keep their numbers; new ones follow, and are all in it.
    leaving, arriving
        Their arcs after the edit, by position in `node`: ``first``, and ``head`` and ``minutes``.
    n_nodes
        After the edit.
    """

    node: IntArray
    leaving: Rows
    arriving: Rows
    n_nodes: int

    def turned(self) -> ArcChange:
        """Return the change of the turned arcs."""
        return replace(self, leaving=self.arriving, arriving=self.leaving)

    def rows(self) -> ChangedRows:
        """Return the change as the loops take it."""
        row = np.zeros(self.n_nodes, dtype=np.int64)
        row[self.node] = np.arange(1, len(self.node) + 1)
        return ChangedRows(self.node, row, self.leaving, self.arriving)


@dataclass(frozen=True)
class Swept:
    """A sweep and where its places joined the network."""

    starts: Starts
    sweep: Sweep


def no_change(n_nodes: int) -> ArcChange:
    """Return the change that leaves all arcs as they are."""
    none = np.zeros(0, dtype=np.int64)
    rows = Rows(np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0))
    return ArcChange(none, rows, rows, n_nodes)


def matched_places(before: Starts, after: Starts) -> IntArray:
    """Return for each place before its number after; -1 where it is gone or joins elsewhere.

    Places that join at the same nodes after the same minutes are the same. The numbers ascend: of
    places whose order was changed some count as gone and new.
    """
    matching = SequenceMatcher(None, _joins(before), _joins(after), autojunk=False)
    number = np.full(before.n_places, -1, dtype=np.int64)
    for begin, begin_after, count in matching.get_matching_blocks():
        number[begin : begin + count] = np.arange(begin_after, begin_after + count)
    return number


def _joins(starts: Starts) -> list[tuple[tuple[int, float], ...]]:
    """Return for each place where and when it joins."""
    joins: list[list[tuple[int, float]]] = [[] for _ in range(starts.n_places)]
    rows = zip(starts.place.tolist(), starts.node.tolist(), starts.minutes.tolist(), strict=True)
    for place, node, minutes in rows:
        joins[place].append((node, minutes))
    return [tuple(sorted(join)) for join in joins]


def is_small(number: IntArray, after: Starts, change: ArcChange) -> bool:
    """Tell whether so little has changed that an update is quicker than a new sweep.

    Parameters
    ----------
    number
        From `matched_places`.
    """
    kept = int((number >= 0).sum())
    changed = len(number) + after.n_places - 2 * kept
    few = changed <= max(2.0, MOST_CHANGED_SHARE * after.n_places)
    return few and len(change.node) <= MOST_CHANGED_SHARE * change.n_nodes


def updated(
    arcs: ArcsBothWays, known: Swept, starts: Starts, change: ArcChange, number: IntArray
) -> Sweep:
    """Return what a new sweep from `starts` over the changed arcs gives, to the last bit.

    The work grows with the nodes whose minutes or place change, not with the network (but for
    copying both). See `coverage.travel.repair` for how, and why no minute differs.

    Parameters
    ----------
    arcs
        Before the change.
    known
        The sweep over them, and its starts.
    starts
        Where places join now.
    change
        Of the arcs; `no_change` where only places changed.
    number
        From `matched_places`.

    Returns
    -------
    Sweep
        As `coverage.travel.sweep.sweep` gives it: least minutes to every node, and of equally
        quick places the lowest.
    """
    sweep, both = known.sweep, RowsBothWays(_rows(arcs.leaving), _rows(arcs.arriving))
    minutes, place = _begun(sweep, change, number)
    changed, all_starts = change.rows(), _start_rows(starts)
    gone = np.flatnonzero(number[known.starts.place] < 0)
    removed = _start_rows(known.starts, gone)
    new = np.flatnonzero(~np.isin(starts.place, number))
    reset = reset_nodes(both, changed, removed, sweep.minutes, minutes)
    settled = settle_nodes(both, changed, all_starts, reset, minutes)
    touched = np.concatenate([reset, settled, change.node, removed.node, starts.node[new]])
    unnamed = unnamed_nodes(both, touched, sweep.minutes, sweep.place, change.n_nodes)
    name_places(both, changed, all_starts, unnamed, minutes, place)
    return Sweep(minutes, place)


def _begun(sweep: Sweep, change: ArcChange, number: IntArray) -> tuple[FloatArray, IntArray]:
    """Return copies of the minutes and the places of a sweep, with room for new nodes."""
    known, n_nodes = len(sweep.minutes), change.n_nodes
    minutes, place = np.empty(n_nodes), np.empty(n_nodes, dtype=np.int64)
    minutes[:known], minutes[known:] = sweep.minutes, np.inf
    # A place of -1 reads what is appended.
    np.take(np.append(number, -1), sweep.place, out=place[:known], mode="wrap")
    place[known:] = -1
    return minutes, place


def _rows(arcs: Arcs) -> Rows:
    return Rows(arcs.first, arcs.head, arcs.minutes)


def _start_rows(starts: Starts, which: IntArray | slice = slice(None)) -> StartRows:
    """Return some of the starts as the loops take them."""
    return StartRows(
        node=starts.node[which].astype(np.int64),
        place=starts.place[which].astype(np.int64),
        minutes=starts.minutes[which],
    )
