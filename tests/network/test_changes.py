"""Edges keep their ids through edits, so that what an edit changed can be told."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.county.config import ResponseParameters
from coverage.network.changes import edge_changes
from coverage.network.edit import close_across, close_within, slow_within
from coverage.network.lengthwise import part_of
from coverage.network.model import Network
from tests.examples import examples
from tests.network_fixtures import ORIGIN, kph_of, network_of

FAST = ResponseParameters(speeds_kph=kph_of(60), max_access_m=500)
NAME = ["edge_id", "begin_share", "end_share"]


def lattice(side: int = 4) -> Network:
    """Streets 1 km apart; some one-way."""
    places = [(1000.0 * (i % side), 1000.0 * (i // side)) for i in range(side * side)]
    pairs = [(i, i + 1) for i in range(side * side) if i % side < side - 1]
    pairs += [(i, i + side) for i in range(side * (side - 1))]
    roads = [{"path": list(pair), "backward": i % 5 > 0} for i, pair in enumerate(pairs)]
    return network_of(places, roads, response=FAST, merge=False)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array(places) + ORIGIN)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(x0 + ORIGIN[0], y0 + ORIGIN[1], x1 + ORIGIN[0], y1 + ORIGIN[1])


def named(network: Network, rows: np.ndarray | None = None) -> list[tuple[float, ...]]:
    edges = network.edges if rows is None else network.edges.iloc[rows]
    return list(edges[NAME].itertuples(index=False, name=None))


def joins(network: Network, name: tuple[float, ...]) -> tuple[int, int]:
    edge = network.edges.iloc[named(network).index(name)]
    return int(edge.u), int(edge.v)


def test_edges_as_read_are_numbered_in_their_order() -> None:
    edges = lattice().edges
    assert edges["edge_id"].tolist() == list(range(len(edges)))
    assert set(edges["begin_share"]) == {0.0}
    assert set(edges["end_share"]) == {1.0}


def test_the_pieces_of_a_closed_road_keep_its_id_and_tell_their_part() -> None:
    base = network_of([(0, 0), (2000, 0), (3000, 0)], [{"path": [0, 1]}, {"path": [1, 2]}],
                      response=FAST, merge=False)  # fmt: skip
    cut = close_across(base, line((500, -9), (500, 9)))
    assert [(e, round(b, 6), round(t, 6)) for e, b, t in named(cut)] == [
        (0, 0, 0.25), (0, 0.25, 1), (1, 0, 1),
    ]  # fmt: skip
    again = close_within(cut, box(1000, -9, 1200, 9))
    assert [(e, round(b, 6), round(t, 6)) for e, b, t in named(again)] == [
        (0, 0, 0.25), (0, 0.25, 0.5), (0, 0.6, 1), (1, 0, 1),
    ]  # fmt: skip
    changes = edge_changes(cut, again)
    assert changes.row_after.tolist() == [0, -1, 3]
    assert (changes.gone.tolist(), changes.new.tolist()) == ([1], [1, 2])
    assert changes.retimed.tolist() == []


def test_a_closed_and_a_slowed_road_differ_as_they_should() -> None:
    base = lattice()
    closed = edge_changes(base, close_within(base, box(-9, -9, 1009, 9)))
    assert len(closed.gone) == 4  # the street in it, and those that lead into it
    assert len(closed.new) == 3
    slowed = edge_changes(base, slow_within(base, box(-9, -9, 1009, 9), 0.5))
    assert len(slowed.retimed) == 1
    assert len(slowed.gone) == 3
    assert len(slowed.new) == 6
    unchanged = edge_changes(base, base)
    assert [len(rows) for rows in (unchanged.gone, unchanged.new, unchanged.retimed)] == [0, 0, 0]


def test_all_road_may_go() -> None:
    base = lattice(2)
    changes = edge_changes(base, close_within(base, box(-9, -9, 1009, 1009)))
    assert changes.gone.tolist() == list(range(len(base.edges)))
    assert changes.new.tolist() == []


@given(data=st.data())
@examples(40)
def test_what_keeps_its_id_is_the_same_road(data: st.DataObject) -> None:
    base = network = lattice()
    along = st.floats(-50, 3050)
    for _ in range(data.draw(st.integers(1, 4))):
        x, y = data.draw(along), data.draw(along)
        network = data.draw(
            st.sampled_from([
                lambda n, x=x, y=y: close_across(n, line((x, y - 400), (x, y + 400))),
                lambda n, x=x, y=y: close_within(n, box(x, y, x + 700, y + 300)),
                lambda n, x=x, y=y: slow_within(n, box(x, y, x + 300, y + 700), 0.5),
            ])
        )(network)  # fmt: skip
    n_nodes = len(base.node_x)
    assert np.array_equal(network.node_x[:n_nodes], base.node_x)
    assert np.array_equal(network.node_y[:n_nodes], base.node_y)
    assert named(network) == sorted(named(network))
    assert len(set(named(network))) == len(network.edges)
    whole = np.asarray(base.edges.geometry.array)
    for edge in network.edges.itertuples():
        of = whole[edge.edge_id]
        part = part_of(of, edge.begin_share * of.length, edge.end_share * of.length)
        assert shapely.hausdorff_distance(part, edge.geometry) < 1e-6
    changes = edge_changes(base, network)
    rows = np.flatnonzero(changes.row_after >= 0)
    assert named(base, rows) == named(network, changes.row_after[rows])
    assert set(named(base, rows)) <= set(named(network))
    for name in set(named(base)) & set(named(network)) - set(named(base, rows)):
        assert joins(base, name) != joins(network, name)
    for column in ("u", "v", "geometry", "forward", "length_m"):
        known, now = base.edges[column].to_numpy(), network.edges[column].to_numpy()
        assert (known[rows] == now[changes.row_after[rows]]).all()
    everything = np.sort(np.append(changes.row_after[rows], changes.new))
    assert everything.tolist() == list(range(len(network.edges)))


def test_a_road_taken_off_its_junction_is_another() -> None:
    base = network_of([(0, 0), (2000, 0), (3000, 0)], [{"path": [0, 1]}, {"path": [1, 2]}],
                      response=FAST, merge=False)  # fmt: skip
    apart = close_across(base, line((2000, -9), (2000, 9)))
    assert named(apart) == named(base)
    changes = edge_changes(base, apart)
    assert (changes.gone.tolist(), changes.new.tolist()) == ([0, 1], [0, 1])


def test_slower_road_alone_is_retimed() -> None:
    base = lattice()
    slow = slow_within(base, box(-50, -50, 3050, 3050), 0.5)
    changes = edge_changes(base, slow)
    assert changes.retimed.tolist() == list(range(len(base.edges)))
    assert len(changes.gone) == 0
    assert slow.edges["drive_forward_min"].to_numpy() == pytest.approx(
        2 * base.edges["drive_forward_min"].to_numpy()
    )
