"""Roads closed and slowed: hand-solved, and beside networkx."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.ops import substring

from coverage.county.config import ResponseParameters
from coverage.network.edit import close_across, close_within, meets, pieces, slow_within
from coverage.network.model import Network
from coverage.network.respeed import respeed
from coverage.network.snap import snap
from coverage.travel.journey import journey
from tests.examples import examples
from tests.independent import networkx_minutes
from tests.network_fixtures import (
    ORIGIN,
    kph_of,
    network_of,
    points_at,
    villages_at,
)

FAST = ResponseParameters(speeds_kph=kph_of(60), max_access_m=500)
Places = Sequence[tuple[float, float]]

# A street of 3 km with a branch of 1 km to the north at 2 km: 1 km is a minute.
STREET: Places = [(0, 0), (2000, 0), (3000, 0), (2000, 1000)]


def street(**road: object) -> Network:
    roads = [{"path": [0, 1, 2], **road}, {"path": [1, 3]}]
    return network_of(STREET, roads, response=FAST)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array(places) + ORIGIN)


def area(*places: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(np.array(places) + ORIGIN)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return area((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def minutes(network: Network, to: Places, at: tuple[float, float] = (0, 0)) -> list[float]:
    found = journey(
        network, points_at(to), points_at([at]), direction="from_facility", response=FAST
    )
    return found.table["drive_min"].tolist()


def near(found: list[float], wanted: list[float]) -> bool:
    return found == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_a_line_cuts_the_road_it_crosses_and_no_other() -> None:
    cut = close_across(street(), line((500, -50), (500, 50)))
    assert near(minutes(cut, [(400, 0), (600, 0), (3000, 0)]), [0.4, math.nan, math.nan])
    assert near(minutes(cut, [(600, 0), (2000, 1000)], at=(3000, 0)), [2.4, 2.0])
    assert cut.edges["length_m"].sum() == pytest.approx(4000, abs=1e-3)
    assert cut.note.components == 2
    assert [problem.code for problem in cut.quality] == ["network.off_main"]


@pytest.mark.parametrize("next_road_m", [0.0, 200.0, 1000.0])
def test_nobody_on_the_far_bank_of_a_closed_bridge_joins_the_near_one(next_road_m: float) -> None:
    """The river is 80 m wide; the home stands 10 m from the far bank's road, 70 from the near."""
    base = network_of(STREET, [{"path": [0, 1, 2]}, {"path": [1, 3]}], response=FAST)
    asked = FAST.model_copy(update={"next_road_m": next_road_m})
    cut = close_across(base, line((1000, -50), (1080, 50)))
    joined = snap(cut, points_at([(1090, 10), (910, 10)]), asked)
    assert joined.moved.tolist() == [False, False]
    assert near(minutes(cut, [(1090, 10)]), [math.nan])
    assert near(minutes(base, [(1090, 10)]), [1.09])


def test_the_ends_are_new_dead_ends() -> None:
    base = street()
    cut = close_across(base, line((500, -50), (500, 50)))
    assert len(cut.node_x) == len(base.node_x) + 2
    ends = np.concatenate([cut.edges["u"], cut.edges["v"]])
    new = [len(base.node_x), len(base.node_x) + 1]
    assert [int((ends == node).sum()) for node in new] == [1, 1]
    assert np.allclose(cut.node_x[new], ORIGIN[0] + 500)
    ends_of = [(g.coords[0], g.coords[-1]) for g in cut.edges.geometry]
    nodes = list(zip(cut.node_x, cut.node_y, strict=True))
    for (first, last), u, v in zip(ends_of, cut.edges["u"], cut.edges["v"], strict=True):
        assert first == pytest.approx(nodes[u], abs=1e-6)
        assert last == pytest.approx(nodes[v], abs=1e-6)


def test_a_line_that_does_not_reach_the_road_changes_nothing() -> None:
    base = street()
    beside = line((500, 1), (500, 50))
    assert not meets(base, beside)
    assert close_across(base, beside) is base
    assert slow_within(base, box(0, 1, 1500, 9), 0.5) is base


def test_a_line_through_a_junction_takes_it_apart() -> None:
    cut = close_across(street(), line((1990, -10), (2010, 10)))
    wanted = [1.9, math.nan, math.nan]
    assert near(minutes(cut, [(1900, 0), (2100, 0), (2000, 100)]), wanted)
    assert cut.note.components == 3


def test_a_line_along_the_road_takes_that_part_away() -> None:
    cut = close_across(street(), line((400, 0), (900, 0)))
    assert cut.edges["length_m"].sum() == pytest.approx(3500, abs=1e-3)
    assert near(minutes(cut, [(399, 0), (901, 0)]), [0.399, math.nan])


def test_a_line_may_cross_one_road_twice() -> None:
    cut = close_across(street(), line((400, -50), (450, 50), (500, -50)))
    assert near(minutes(cut, [(400, 0), (450, 0), (600, 0)]), [0.4, math.nan, math.nan])
    assert near(minutes(cut, [(460, 0)], at=(440, 0)), [0.02])


def test_an_area_takes_the_road_in_it_away() -> None:
    closed = close_within(street(), box(400, -50, 900, 50))
    assert closed.edges["length_m"].sum() == pytest.approx(3500, abs=1e-3)
    # From what is gone the nearest road is its end: a place in the middle goes there on foot.
    assert near(minutes(closed, [(399, 0), (500, 0), (901, 0)]), [0.399, 0.4, math.nan])


def test_an_area_around_a_junction_ends_every_road_at_its_edge() -> None:
    closed = close_within(street(), box(1900, -100, 2100, 100))
    assert sorted(closed.edges["length_m"].round(3)) == [900.0, 900.0, 1900.0]
    assert closed.note.components == 3
    assert closed.note.nodes == 6


def test_all_road_may_go() -> None:
    closed = close_within(street(), box(-100, -100, 3100, 1100))
    assert len(closed.edges) == 0
    assert closed.note.edges == 0
    assert near(minutes(closed, [(0, 0)]), [math.nan])


def test_only_the_part_in_the_area_is_slower() -> None:
    slow = slow_within(street(), box(400, -50, 900, 50), 0.5)
    assert near(minutes(slow, [(400, 0), (650, 0), (900, 0), (3000, 0)]), [0.4, 0.9, 1.4, 3.5])
    assert slow.edges["length_m"].sum() == pytest.approx(4000, abs=1e-3)
    assert sorted(slow.edges["speed_forward_kph"]) == [30.0, 60.0, 60.0, 60.0, 60.0]
    assert slow.note.components == 1


def test_slower_twice_is_slower_by_both() -> None:
    slow = slow_within(street(), box(400, -50, 900, 50), 0.5)
    slower = slow_within(slow, box(600, -50, 900, 50), 0.25)
    assert near(minutes(slower, [(600, 0), (900, 0)]), [0.8, 3.2])


def test_one_ways_stay_one_ways() -> None:
    slow = slow_within(street(backward=False), box(400, -50, 900, 50), 0.5)
    assert near(minutes(slow, [(1000, 0)]), [1.5])
    assert near(minutes(slow, [(0, 0)], at=(1000, 0)), [math.nan])


def test_other_roads_keep_their_rows() -> None:
    base = street()
    cut = close_across(base, line((500, -50), (500, 50)))
    kept = cut.edges.iloc[2:].reset_index(drop=True)
    wanted = base.edges.iloc[1:].reset_index(drop=True)
    assert kept.drop(columns="component").equals(wanted.drop(columns="component"))


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        (box(2, -1, 4, 1), [(0, 2, False), (2, 4, True), (4, 10, False)]),
        (box(-1, -1, 4, 1), [(0, 4, True), (4, 10, False)]),
        (box(-1, -1, 11, 1), [(0, 10, True)]),
        (box(2, 0, 4, 1), [(0, 2, False), (2, 4, True), (4, 10, False)]),
        (area((5, 0), (6, 1), (4, 1)), [(0, 10, False)]),  # touches in a point
        (line((5, -1), (5, 1)), [(0, 5, False), (5, 5, True), (5, 10, False)]),
        (line((5, 0), (5, 1)), [(0, 5, False), (5, 5, True), (5, 10, False)]),
        (line((0, -1), (0, 1)), [(0, 0, True), (0, 10, False)]),
        (line((10, -1), (10, 1)), [(0, 10, False), (10, 10, True)]),
        (line((2, 0), (4, 0)), [(0, 2, False), (2, 4, True), (4, 10, False)]),
    ],
)
def test_pieces(shape: shapely.Geometry, wanted: list[tuple[float, float, bool]]) -> None:
    found = pieces(line((0, 0), (10, 0)), shape)
    assert [(p.begin_m, p.end_m, p.inside) for p in found] == [
        (pytest.approx(begin), pytest.approx(end), inside) for begin, end, inside in wanted
    ]


def test_a_road_that_meets_itself_is_cut_in_the_right_place() -> None:
    loop = line((0, 0), (100, 0), (100, 100), (50, 100), (50, -100))
    found = pieces(loop, line((40, 10), (60, 10)))
    assert [p.begin_m for p in found if p.inside] == [pytest.approx(340)]


FAR = FAST.model_copy(update={"max_access_m": math.inf})
GRID = 5
coordinates = st.floats(-150, GRID * 300 - 150).map(lambda v: round(v, 1))
spots = st.tuples(coordinates, coordinates)


def grid() -> Network:
    places = [(x * 300.0, y * 300.0) for y in range(GRID) for x in range(GRID)]
    roads = [{"path": [GRID * y + x for x in range(GRID)], "backward": y != 2} for y in range(GRID)]
    roads += [{"path": [GRID * y + x for y in range(GRID)]} for x in range(GRID)]
    return network_of(places, roads, response=FAST)


@given(first=spots, second=spots, homes=st.lists(spots, min_size=1, max_size=6))
@examples(40)
def test_a_closed_road_is_what_networkx_makes_of_it(
    first: tuple[float, float], second: tuple[float, float], homes: Places
) -> None:
    """The line's crossings are worked out once more, with plain shapely, on straight streets."""
    if math.dist(first, second) < 1:
        return
    base, shape = grid(), line(first, second)
    cut = close_across(base, shape)
    left = shapely.union_all(list(base.edges.geometry)).difference(shape.buffer(0.02))
    kept = shapely.union_all(list(cut.edges.geometry))
    assert kept.buffer(0.05).covers(left)
    to, of = list(points_at(homes)), list(points_at([(0, 0)]))
    found = networkx_minutes(cut, to, of, FAR, read=base)
    assert near(minutes_far(cut, homes), found["drive_min"].tolist())
    for row in cut.edges.geometry:  # nothing is driven across the line
        if row.length > 0.1:
            assert not substring(row, 0.02, row.length - 0.02).crosses(shape)


def minutes_far(network: Network, to: Places) -> list[float]:
    found = journey(
        network,
        points_at(to),
        points_at([(0, 0)]),
        direction="from_facility",
        response=FAR,
    )
    return found.table["drive_min"].tolist()


@given(first=spots, second=spots, factor=st.floats(0.1, 3))
@examples(40)
def test_slowing_keeps_all_road_and_changes_only_the_area(
    first: tuple[float, float], second: tuple[float, float], factor: float
) -> None:
    shape = box(*np.minimum(first, second), *np.maximum(first, second))
    if not shape.area > 1:
        return
    base = grid()
    slow = slow_within(base, shape, factor)
    # What is within the border's width is in the area; where a road crosses it, that is 2 cm.
    grown = shape.buffer(0.02)
    within = sum(g.intersection(grown).length for g in base.edges.geometry)
    total = base.edges["length_m"].sum()
    assert slow.edges["length_m"].sum() == pytest.approx(total, abs=1e-3)
    wanted = (total - within + within / factor) / 1000
    crossings = 4 * GRID * 0.02 / 1000 * abs(1 / factor - 1)
    assert driven_min(slow) == pytest.approx(wanted, abs=1e-3 + crossings)
    assert slow.note.components == 1


def driven_min(network: Network) -> float:
    return float(network.edges["drive_forward_min"].sum())


# Streets every 300 m, 12 km of them: 12 minutes. Several sides of the boxes are on streets, which
# rounding puts on either side of them.
BORDERS = [
    ((0, 600), (300, 0), 2 * 600 + 3 * 300),
    ((0, 0), (300, 300), 4 * 300),
    ((0, 0), (600, 300), 4 * 300 + 3 * 300),
    ((0, 10), (300, 290), 2 * 280),
    ((10, 0), (290, 300), 2 * 280),
    ((1, 1), (299, 299), 0),
    ((300, 300), (900, 900), 6 * 600),
    ((-50, 600), (1300, 700), 1200 + 5 * 100),
]


@pytest.mark.parametrize(("first", "second", "inside_m"), BORDERS)
@pytest.mark.parametrize("off_m", [-0.015, -1e-9, 0.0, 1e-9, 0.015])
def test_road_along_the_border_of_an_area_is_in_it(
    first: tuple[float, float], second: tuple[float, float], inside_m: float, off_m: float
) -> None:
    low, high = np.minimum(first, second) - off_m, np.maximum(first, second) + off_m
    base, shape = grid(), box(*low, *high)
    slow, closed = slow_within(base, shape, 0.5), close_within(base, shape)
    total = base.edges["length_m"].sum()
    assert driven_min(slow) == pytest.approx((total + inside_m) / 1000, abs=1e-3)
    assert slow.edges["length_m"].sum() == pytest.approx(total, abs=1e-3)
    assert closed.edges["length_m"].sum() == pytest.approx(total - inside_m, abs=0.5)


@pytest.mark.parametrize("off_m", [0.025, 1.0])
def test_road_beside_the_border_is_not_in_the_area(off_m: float) -> None:
    base = grid()
    inner = box(off_m, off_m, 300 - off_m, 300 - off_m)
    assert not meets(base, inner)
    assert slow_within(base, inner, 0.5) is base
    crossing = slow_within(base, box(off_m, -50, 300 - off_m, 350), 0.5)  # two streets cross it
    assert driven_min(crossing) == pytest.approx(12 + 2 * (300 - 2 * off_m) / 1000, abs=1e-3)


def test_a_zigzag_of_ten_thousand_corners_cuts_as_many_times() -> None:
    """Each crossing is found by the side that makes it, not by a look at all the others."""
    corners = 10_000
    x = np.linspace(10, 1990, corners)
    zigzag = line(*zip(x.tolist(), np.where(np.arange(corners) % 2, 40.0, -40.0), strict=True))
    cut = close_across(street(), zigzag)
    assert len(cut.edges) == 3 + corners - 1
    assert cut.edges["length_m"].sum() == pytest.approx(4000, abs=1e-2)


@pytest.mark.parametrize(
    "other",
    [
        {"speed_profile": "hunan"},
        {"speed_factor": 0.7},
        {"speeds_kph": {"primary": 90, "tertiary": 15}},
    ],
)
def test_other_speeds_are_those_of_roads_read_anew(other: dict[str, object]) -> None:
    villages = villages_at([(0, 0), (900, 0)], ["urban", "rural"])
    roads = [
        {"path": [0, 1], "highway": "primary", "maxspeed": "40"},
        {"path": [1, 2], "highway": "primary"},
        {"path": [1, 3], "maxspeed": "100"},
    ]
    changed = ResponseParameters.model_validate(other)
    base = network_of(STREET, roads, villages=villages)
    anew = network_of(STREET, roads, villages=villages, response=changed)
    found = respeed(base, changed)
    assert found.edges.equals(anew.edges)
    assert not found.edges.equals(base.edges)
