"""Updated sweeps beside new ones, bit by bit, and beside networkx."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coverage.travel.repair import Rows
from coverage.travel.sweep import Arcs, Starts, Sweep, compress, sweep
from coverage.travel.update import (
    ArcChange,
    ArcsBothWays,
    Swept,
    matched_places,
    updated,
)
from tests.examples import examples

Arc = tuple[int, int, float]
Join = tuple[tuple[int, float], ...]

# Sums of tenths round, of halves do not; 3e-11 is within the tolerance of ties, 0 leads anywhere.
COSTS = st.sampled_from([0.0, 3e-11, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5])


@dataclass(frozen=True)
class Roads:
    """Arcs among nodes, and places that join there."""

    n_nodes: int
    arcs: tuple[Arc, ...]
    places: tuple[Join, ...]

    def both_ways(self) -> ArcsBothWays:
        tail, head, minutes = self._columns()
        return ArcsBothWays(
            compress(tail, head, minutes, self.n_nodes), compress(head, tail, minutes, self.n_nodes)
        )

    def starts(self) -> Starts:
        rows = [(p, node, cost) for p, join in enumerate(self.places) for node, cost in join]
        place, node, minutes = (np.array(c) for c in zip(*rows, strict=True)) if rows else [[]] * 3
        return Starts(
            np.asarray(place, dtype=np.int64),
            np.asarray(node, dtype=np.int64),
            np.asarray(minutes, dtype=float),
            len(self.places),
        )

    def sweep(self) -> Sweep:
        return sweep(self.both_ways().leaving, self.starts())

    def _columns(self) -> tuple[np.ndarray, ...]:
        tail, head = (np.array([a[i] for a in self.arcs], dtype=np.int64) for i in (0, 1))
        return tail, head, np.array([a[2] for a in self.arcs], dtype=float)


def change_of(before: Roads, after: Roads) -> ArcChange:
    """All arcs, after, of the nodes at which an arc differs."""
    differ = set(before.arcs) ^ set(after.arcs)
    ends = {node for arc in differ for node in arc[:2]} | set(range(before.n_nodes, after.n_nodes))
    nodes = np.array(sorted(ends), dtype=np.int64)
    arcs = after.both_ways()

    def rows(of: Arcs) -> Rows:
        count = np.diff(of.first)[nodes]
        which = np.concatenate(
            [np.arange(of.first[n], of.first[n + 1]) for n in nodes] or [np.zeros(0, np.int64)]
        ).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        return Rows(first, of.head[which], of.minutes[which])

    return ArcChange(nodes, rows(arcs.leaving), rows(arcs.arriving), after.n_nodes)


def update(before: Roads, known: Sweep, after: Roads) -> Sweep:
    number = matched_places(before.starts(), after.starts())
    swept = Swept(before.starts(), known)
    return updated(before.both_ways(), swept, after.starts(), change_of(before, after), number)


def networkx_minutes(roads: Roads) -> np.ndarray:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(roads.n_nodes))
    for tail, head, cost in roads.arcs:
        old = graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]
        graph.add_edge(tail, head, weight=min(cost, old))
    for place, join in enumerate(roads.places):
        graph.add_node(-1 - place)
        for node, cost in join:
            graph.add_edge(-1 - place, node, weight=cost)
    found = nx.multi_source_dijkstra_path_length(graph, {-1 - p for p in range(len(roads.places))})
    return np.array([found.get(node, np.inf) for node in range(roads.n_nodes)])


def assert_as_new(roads: Roads, found: Sweep) -> None:
    wanted = roads.sweep()
    assert np.array_equal(found.minutes, wanted.minutes)
    assert np.array_equal(found.place, wanted.place)


@st.composite
def roads(draw: st.DrawFn) -> Roads:
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, COSTS), max_size=40))
    if draw(st.booleans()):
        arcs += [(head, tail, cost) for tail, head, cost in arcs]
    return Roads(n, tuple(arcs), tuple(draw(st.lists(joins(n), min_size=1, max_size=5))))


def joins(n_nodes: int) -> st.SearchStrategy[Join]:
    one = st.tuples(st.integers(0, n_nodes - 1), COSTS)
    return st.lists(one, max_size=2, unique_by=lambda join: join[0]).map(tuple)


@st.composite
def edited(draw: st.DrawFn, before: Roads) -> Roads:
    """One edit: of the places, or of the arcs."""
    places, arcs, n = list(before.places), list(before.arcs), before.n_nodes
    kind = draw(st.sampled_from(["add", "remove", "move", "close", "slow", "open", "split"]))
    if kind == "add" or not places:
        places.insert(draw(st.integers(0, len(places))), draw(joins(n)))
    elif kind == "remove":
        places.pop(draw(st.integers(0, len(places) - 1)))
    elif kind == "move":
        places[draw(st.integers(0, len(places) - 1))] = draw(joins(n))
    elif kind == "open" or not arcs:
        node = st.integers(0, n - 1)
        arcs.append(draw(st.tuples(node, node, COSTS)))
    else:
        chosen = draw(st.sets(st.integers(0, len(arcs) - 1), min_size=1, max_size=3))
        kept = [arc for i, arc in enumerate(arcs) if i not in chosen]
        gone = [arcs[i] for i in sorted(chosen)]
        if kind == "slow":
            by = draw(st.sampled_from([0.5, 1.1, 2.0]))
            kept += [(tail, head, cost * by) for tail, head, cost in gone]
        elif kind == "split":
            for tail, head, cost in gone:
                kept += [(tail, n, cost * 0.3), (n, head, cost * 0.7), (n, tail, cost * 0.3)]
                n += 1
        arcs = kept
    return Roads(n, tuple(arcs), tuple(places))


@given(data=st.data())
@examples(400)
def test_an_updated_sweep_is_a_new_one(data: st.DataObject) -> None:
    before = data.draw(roads())
    after = data.draw(edited(before))
    assert_as_new(after, update(before, before.sweep(), after))


@given(data=st.data())
@examples(100)
def test_many_edits_and_their_undoing_end_at_the_first_sweep(data: st.DataObject) -> None:
    states = [data.draw(roads())]
    sweeps = [states[0].sweep()]
    for _ in range(data.draw(st.integers(2, 5))):
        states.append(data.draw(edited(states[-1])))
        sweeps.append(update(states[-2], sweeps[-1], states[-1]))
        assert_as_new(states[-1], sweeps[-1])
        # All edits so far at once, as a scenario is computed from its base.
        assert_as_new(states[-1], update(states[0], sweeps[0], states[-1]))
    back = sweeps[-1]
    for later, earlier in zip(states[:0:-1], states[-2::-1], strict=True):
        if later.n_nodes == earlier.n_nodes:
            back = update(later, back, earlier)
            assert_as_new(earlier, back)
        else:
            back = earlier.sweep()


@given(data=st.data())
@examples(100)
def test_updated_minutes_are_those_of_networkx(data: st.DataObject) -> None:
    before = data.draw(roads())
    after = data.draw(edited(before))
    found = update(before, before.sweep(), after).minutes
    assert np.allclose(found, networkx_minutes(after), rtol=0, atol=1e-9)
