"""A sweep after a small change of stations or roads, from the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

import numpy as np

from coverage.messages import Message
from coverage.network.model import FloatArray, IntArray
from coverage.progress import Progress, no_progress
from coverage.travel import repair
from coverage.travel.bucket import COMPILED_FROM_NODES
from coverage.travel.compiled import compiled, is_ready, numba
from coverage.travel.model import Direction
from coverage.travel.repair import ChangedRows, Rows, RowsBothWays, StartRows
from coverage.travel.sweep import Arcs, Starts, Sweep, compress

Join = tuple[tuple[int, float], ...]
"""Nodes at which a place joins the network, each with the minutes to it."""

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
    """A sweep, its direction, and where its places joined the network."""

    direction: Direction
    starts: Starts
    sweep: Sweep

    @cached_property
    def joins(self) -> list[Join]:
        """Where and when each place joins."""
        return joins_of(self.starts)


class Loops(NamedTuple):
    """The loops of `coverage.travel.repair`, in plain Python or compiled."""

    reset_nodes: Callable[..., IntArray] = repair.reset_nodes
    settle_nodes: Callable[..., IntArray] = repair.settle_nodes
    unnamed_nodes: Callable[..., IntArray] = repair.unnamed_nodes
    name_places: Callable[..., None] = repair.name_places


PLAIN: Final = Loops()


def compiled_loops() -> Loops | None:
    """Return the compiled loops; None without numba."""
    if numba() is None:
        return None
    return Loops(*(cast("Callable[..., Any]", compiled(loop)) for loop in PLAIN))


def loops_for(n_nodes: int) -> Loops | None:
    """Return the loops that update a network of so many nodes; None where it is swept anew.

    It is without numba, and where it is so small that scipy sweeps it (`COMPILED_FROM_NODES`): that
    takes some milliseconds.
    """
    return compiled_loops() if n_nodes >= COMPILED_FROM_NODES else None


def prepare_updates(n_nodes: int, progress: Progress = no_progress) -> None:
    """Compile what updates on so many nodes need, or load it, and say so meanwhile."""
    loops = loops_for(n_nodes)
    if loops is None or is_ready(repair.name_places):
        return
    progress(Message("travel.step_compile"))
    none, zero = np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    arcs = compress(none, none, np.zeros(0), 1)
    starts = Starts(zero, zero, np.zeros(1), 1)
    known = Swept("from_facility", starts, Sweep(np.zeros(1), zero))
    updated(ArcsBothWays(arcs, arcs), known, starts, no_change(1), zero, loops)


def no_change(n_nodes: int) -> ArcChange:
    """Return the change that leaves all arcs as they are."""
    none = np.zeros(0, dtype=np.int64)
    rows = Rows(np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0))
    return ArcChange(none, rows, rows, n_nodes)


def nearest_known(known: Iterable[Swept], starts: Starts, direction: Direction) -> Swept | None:
    """Return the sweep of which most places join where those of `starts` do."""
    joins = joins_of(starts)
    wanted = set(joins)

    def changed(swept: Swept) -> int:
        kept = len(wanted.intersection(swept.joins))
        return len(swept.joins) + len(joins) - 2 * kept

    return min((s for s in known if s.direction == direction), key=changed, default=None)


def matched_places(before: Sequence[Join], after: Sequence[Join]) -> IntArray:
    """Return for each place before its number after; -1 where it is gone or joins elsewhere.

    Places that join at the same nodes after the same minutes are the same. The numbers ascend: of
    places whose order was changed some count as gone and new.

    Parameters
    ----------
    before, after
        From `joins_of`.
    """
    matching = SequenceMatcher(None, before, after, autojunk=False)
    number = np.full(len(before), -1, dtype=np.int64)
    for begin, begin_after, count in matching.get_matching_blocks():
        number[begin : begin + count] = np.arange(begin_after, begin_after + count)
    return number


def joins_of(starts: Starts) -> list[Join]:
    """Return for each place the nodes at which it joins, and after how many minutes."""
    joins: list[list[tuple[int, float]]] = [[] for _ in range(starts.n_places)]
    rows = zip(starts.place.tolist(), starts.node.tolist(), starts.minutes.tolist(), strict=True)
    for place, node, minutes in rows:
        joins[place].append((node, minutes))
    return [tuple(sorted(join)) for join in joins]


def is_small(number: IntArray, starts: Starts, change: ArcChange) -> bool:
    """Tell whether so little has changed that an update is quicker than a new sweep.

    Parameters
    ----------
    number
        From `matched_places`.
    """
    kept = int((number >= 0).sum())
    changed = len(number) + starts.n_places - 2 * kept
    few = changed <= max(2.0, MOST_CHANGED_SHARE * starts.n_places)
    return few and len(change.node) <= MOST_CHANGED_SHARE * change.n_nodes


def updated(
    arcs: ArcsBothWays,
    known: Swept,
    starts: Starts,
    change: ArcChange,
    number: IntArray,
    loops: Loops = PLAIN,
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
    loops
        Compiled, or in plain Python.

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
    reset = loops.reset_nodes(both, changed, removed, sweep.minutes, minutes)
    settled = loops.settle_nodes(both, changed, all_starts, reset, minutes)
    touched = np.concatenate([reset, settled, change.node, removed.node, starts.node[new]])
    unnamed = loops.unnamed_nodes(both, touched, sweep.minutes, sweep.place, change.n_nodes)
    loops.name_places(both, changed, all_starts, unnamed, minutes, place)
    return Sweep(minutes, place, settled=True)


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
