"""Updated sweeps beside new ones, bit by bit, and beside networkx."""

from __future__ import annotations

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.travel.model import Direction
from coverage.travel.repair import Rows
from coverage.travel.sweep import Arcs, Starts, Sweep, compress, sweep
from coverage.travel.update import (
    PLAIN,
    ArcChange,
    ArcsBothWays,
    Loops,
    Swept,
    compiled_loops,
    is_small,
    joins_of,
    matched_places,
    nearest_known,
    no_change,
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


def update(before: Roads, known: Sweep, after: Roads, loops: Loops = PLAIN) -> Sweep:
    number = matched_places(joins_of(before.starts()), joins_of(after.starts()))
    swept = Swept("from_facility", before.starts(), known)
    change = change_of(before, after)
    return updated(before.both_ways(), swept, after.starts(), change, number, loops)


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
    if not roads.places:
        return np.full(roads.n_nodes, np.inf)
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


def both(*roads_: Arc) -> tuple[Arc, ...]:
    return tuple(
        arc for tail, head, cost in roads_ for arc in ((tail, head, cost), (head, tail, cost))
    )


STREET = both((0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0))


def test_a_station_more_takes_over_what_it_reaches_sooner() -> None:
    before = Roads(5, STREET, (((0, 0.5),),))
    after = Roads(5, STREET, (((0, 0.5),), ((4, 0.25),)))
    found = update(before, before.sweep(), after)
    assert found.minutes.tolist() == [0.5, 1.5, 2.25, 1.25, 0.25]
    assert found.place.tolist() == [0, 0, 1, 1, 1]


def test_of_equally_quick_places_the_lowest_is_named_before_and_after() -> None:
    one, other = ((0, 1.0),), ((4, 1.0),)
    two = Roads(5, STREET, (one, other))
    assert two.sweep().place.tolist() == [0, 0, 0, 1, 1]
    without = update(two, two.sweep(), Roads(5, STREET, (other,)))
    assert without.place.tolist() == [0] * 5
    assert without.minutes.tolist() == [5.0, 4.0, 3.0, 2.0, 1.0]
    again = update(Roads(5, STREET, (other,)), without, two)
    assert again.place.tolist() == [0, 0, 0, 1, 1]
    late = update(Roads(5, STREET, (one,)), Roads(5, STREET, (one,)).sweep(), two)
    assert late.place.tolist() == [0, 0, 0, 1, 1]


NEARLY = 1.0 + 3e-11
"""Equal to 1 minute within the tolerance of ties, but not exactly."""


def test_a_place_that_was_equal_by_the_tolerance_only_is_named_no_more() -> None:
    before = Roads(5, STREET, (((0, NEARLY),), ((0, 1.0),)))
    assert before.sweep().place.tolist() == [0] * 5
    after = Roads(5, STREET, (((0, 1.0),), ((4, 9.0),)))
    assert update(before, before.sweep(), after).place.tolist() == [0] * 5


@pytest.mark.parametrize("gone", ["the place", "the road from it"])
def test_what_led_to_a_place_by_the_tolerance_only_may_go(gone: str) -> None:
    arcs: tuple[Arc, ...] = ((0, 1, NEARLY), (2, 1, 1.0), (1, 3, 1.0))
    before = Roads(4, arcs, (((0, 0.0),), ((2, 0.0),)))
    assert before.sweep().place.tolist() == [0, 0, 1, 0]
    if gone == "the place":
        after = Roads(4, arcs, (((2, 0.0),),))
    else:
        after = Roads(4, arcs[1:], before.places)
    found = update(before, before.sweep(), after)
    assert_as_new(after, found)
    assert set(found.place[[1, 3]]) == ({0} if gone == "the place" else {1})


def test_arcs_without_length_in_a_circle_do_not_vouch_for_one_another() -> None:
    circle = both((1, 2, 0.0), (2, 3, 0.0), (3, 1, 0.0))
    before = Roads(4, ((0, 1, 1.0), *circle), (((0, 0.0),),))
    assert before.sweep().minutes.tolist() == [0.0, 1.0, 1.0, 1.0]
    found = update(before, before.sweep(), Roads(4, circle, (((0, 0.0),),)))
    assert found.minutes.tolist() == [0.0, np.inf, np.inf, np.inf]
    assert found.place.tolist() == [0, -1, -1, -1]


def test_a_way_round_and_a_new_dead_end_are_found_when_a_road_is_cut() -> None:
    ring = both((0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 0, 1.5))
    before = Roads(4, ring, (((0, 0.0),),))
    cut = [arc for arc in ring if {arc[0], arc[1]} != {0, 1}]
    after = Roads(6, (*cut, *both((0, 4, 0.25), (5, 1, 0.5))), (((0, 0.0),),))
    found = update(before, before.sweep(), after)
    assert found.minutes.tolist() == [0.0, 3.5, 2.5, 1.5, 0.25, 4.0]


def test_places_are_matched_in_their_order_by_where_they_join() -> None:
    a, b, c, d = (((node, 1.0),) for node in range(4))
    assert matched_places([a, b, c], [a, b, c]).tolist() == [0, 1, 2]
    assert matched_places([a, b, c], [a, d, b, c]).tolist() == [0, 2, 3]
    assert matched_places([a, b, c], [a, c]).tolist() == [0, -1, 1]
    assert matched_places([a, b, c], [a, d, c]).tolist() == [0, -1, 2]
    assert matched_places([a, ((1, 2.0),)], [a, b]).tolist() == [0, -1]
    assert sorted(matched_places([a, b], [b, a]).tolist()) in ([-1, 0], [-1, 1])
    assert matched_places([], [a]).tolist() == []


@pytest.mark.parametrize(
    ("n_kept", "n_gone", "n_new", "n_nodes", "small"),
    [(99, 0, 1, 0, True), (80, 0, 20, 0, True), (80, 0, 21, 0, False), (1, 1, 1, 0, True),
     (0, 2, 1, 0, False), (100, 0, 0, 200, True), (100, 0, 0, 201, False)],
)  # fmt: skip
def test_little_is_updated_and_much_is_swept_anew(
    n_kept: int, n_gone: int, n_new: int, n_nodes: int, small: bool
) -> None:
    number = np.append(np.arange(n_kept), np.full(n_gone, -1))
    none = np.zeros(0, dtype=np.int64)
    starts = Starts(none, none, np.zeros(0), n_kept + n_new)
    change = replace(no_change(1000), node=np.arange(n_nodes))
    assert is_small(number, starts, change) == small


def test_the_sweep_in_the_same_direction_with_most_places_in_common_is_chosen() -> None:
    def swept(direction: Direction, *nodes: int) -> Swept:
        known = Roads(9, (), tuple(((node, 1.0),) for node in nodes))
        return Swept(direction, known.starts(), known.sweep())

    wanted = Roads(9, (), tuple(((node, 1.0),) for node in (1, 2, 3, 4))).starts()
    known = [swept("from_facility", 1), swept("from_facility", 1, 2, 4, 5),
             swept("to_facility", 1, 2, 3, 4), swept("from_facility", *range(9))]  # fmt: skip
    assert nearest_known(known, wanted, "from_facility") is known[1]
    assert nearest_known(known, wanted, "to_facility") is known[2]
    assert nearest_known([], wanted, "from_facility") is None


def test_compiled_loops_give_what_the_plain_ones_give() -> None:
    random = np.random.default_rng(1030)
    n = 400
    for _ in range(5):
        ends = random.integers(0, n, (900, 2)).tolist()
        cost = random.choice([0.0, 0.1, 1.0], 900).tolist()
        arcs = tuple((u, v, c) for (u, v), c in zip(ends, cost, strict=True))
        places = tuple(((int(node), 0.1),) for node in random.integers(0, n, 12))
        before = Roads(n, arcs, places)
        after = Roads(n + 1, (*arcs[7:], (3, n, 0.5)), (*places[2:], ((5, 0.0),)))
        for first, then in ((before, after), (after, Roads(n + 1, after.arcs, places))):
            assert_as_new(then, update(first, first.sweep(), then, compiled_loops() or PLAIN))
