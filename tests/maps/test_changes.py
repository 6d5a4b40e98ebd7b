"""What a scenario does to roads and facilities is found again from the two states."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.analysis.ground_changes import MARKS, changes
from coverage.assessment.report import Report
from coverage.network.edit import close_across, close_within, slow_within
from coverage.network.model import Network
from coverage.travel.engine import TravelEngine
from coverage.travel.route import route
from maps.briefing import briefing_map
from maps.interactive import interactive_map, moving_layers
from tests.maps_fixtures import ORIGIN_X, ORIGIN_Y, make_report

SIDE = 24_000.0
STEP = SIDE / 14  # of the lattice of roads


@pytest.fixture(scope="module")
def demo(demonstration: Report) -> Report:
    return demonstration


def on(network: Network) -> Report:
    return replace(make_report(), engine=TravelEngine(network))


def square(west: float, south: float, side: float) -> shapely.Polygon:
    x, y = ORIGIN_X + west * STEP, ORIGIN_Y + south * STEP
    return shapely.box(x, y, x + side * STEP, y + side * STEP)


def test_nothing_changed_is_nothing_marked() -> None:
    report = make_report()
    found = changes(report, report)
    assert found.nothing
    assert found.facilities == ()
    again = changes(report, replace(report, engine=make_report().engine))
    assert again.nothing


def test_roads_closed_in_an_area_are_what_lay_in_it() -> None:
    before = make_report()
    area = square(2.5, 2.5, 2.0)  # two streets each way, two steps long
    found = changes(before, on(close_within(before.network, area)))
    assert found.closed.length == pytest.approx(8 * STEP, rel=1e-3)
    assert area.buffer(1.0).contains(found.closed)
    assert found.barriers.is_empty
    assert found.slowed.is_empty


def test_roads_closed_across_a_line_are_marked_where_they_are() -> None:
    before = make_report()
    line = shapely.LineString(
        [(ORIGIN_X + x * STEP, ORIGIN_Y + 3.4 * STEP) for x in (1.5, 4.5)]
    )  # crosses three streets between their crossings
    found = changes(before, on(close_across(before.network, line)))
    places = shapely.get_coordinates(found.barriers) - [ORIGIN_X, ORIGIN_Y]
    assert np.sort(places[:, 0] / STEP) == pytest.approx([2, 3, 4], abs=1e-5)
    assert places[:, 1] / STEP == pytest.approx([3.4] * 3, abs=1e-5)
    assert found.closed.is_empty


def test_a_closed_crossing_is_marked() -> None:
    before = make_report()
    x, y = ORIGIN_X + 3 * STEP, ORIGIN_Y + 3 * STEP
    line = shapely.LineString([(x - 100, y - 100), (x + 100, y + 100)])
    found = changes(before, on(close_across(before.network, line)))
    assert [tuple(np.round(p, 1)) for p in shapely.get_coordinates(found.barriers)] == [
        (round(x, 1), round(y, 1))
    ]


def test_slowed_roads_are_those_of_the_area_whatever_the_county_drives() -> None:
    before = make_report()
    area = square(2.5, 2.5, 2.0)
    found = changes(before, on(slow_within(before.network, area, 0.5)))
    assert found.slowed.length == pytest.approx(8 * STEP, rel=1e-3)
    assert found.closed.is_empty
    assert found.barriers.is_empty


def facilities(report: Report, **columns: object) -> Report:
    table = report.county.facilities.assign(**columns)
    return replace(report, county=replace(report.county, facilities=table))


def test_new_gone_moved_and_changed_facilities() -> None:
    before = make_report()
    table = before.county.facilities
    after_table = table.copy()
    after_table.loc[0, "geometry"] = shapely.Point(ORIGIN_X, ORIGIN_Y)
    after_table.loc[1, "ambulances"] = 5
    after_table.loc[2, "id"] = "NEW"
    after = replace(before, county=replace(before.county, facilities=after_table))
    found = changes(before, after)
    told = [(marked.mark, marked.id) for marked in found.facilities]
    assert told == [("new", "NEW"), ("changed", "F1"), ("moved", "F0"), ("gone", "F2")]
    assert [MARKS.index(mark) for mark, _ in told] == sorted(MARKS.index(m) for m, _ in told)
    moved = next(m for m in found.facilities if m.mark == "moved")
    assert (moved.place.x, moved.place.y) == (ORIGIN_X, ORIGIN_Y)
    assert moved.was == table.geometry.iloc[0]


def test_not_known_is_the_same_as_not_known_and_rows_may_move() -> None:
    before = make_report()
    shuffled = before.county.facilities.iloc[::-1].reset_index(drop=True)
    after = replace(before, county=replace(before.county, facilities=shuffled))
    assert changes(before, after).nothing
    known = before.county.facilities["ambulances"].copy()
    known.iloc[2] = 0
    found = changes(before, facilities(before, ambulances=known))
    assert [m.id for m in found.facilities] == ["F2"]
    blank = known.copy()
    blank.iloc[0] = pd.NA
    assert [m.id for m in changes(before, facilities(before, ambulances=blank)).facilities] == [
        "F0", "F2",
    ]  # fmt: skip


def test_both_maps_draw_and_explain_the_marks() -> None:
    before = make_report()
    network = close_within(before.network, square(2.5, 2.5, 2.0))
    line = shapely.LineString([(ORIGIN_X + x * STEP, ORIGIN_Y + 8.4 * STEP) for x in (1.5, 4.5)])
    network = slow_within(close_across(network, line), square(9.5, 9.5, 2), 0.5)
    table = before.county.facilities.copy()
    table.loc[0, "geometry"] = shapely.Point(ORIGIN_X + 100, ORIGIN_Y + 100)
    table = table.drop(index=3)
    after = replace(
        before,
        engine=TravelEngine(network),
        county=replace(before.county, facilities=table),
        scenario="X",
    )
    page = unescape(str(interactive_map(after, "en", "minutes", before=before).get_root().render()))
    shown = [t.get_text() for axes in briefing_map(after, "en", before=before).axes
             for t in axes.texts]  # fmt: skip
    for words_ in (
        "closed road", "road closed here", "road at another speed", "moved facility",
        "facility taken away",
    ):  # fmt: skip
        assert words_ in page
        assert words_ in shown
    assert "new facility" not in page


def test_the_way_is_a_group_of_its_own(demo: Report) -> None:
    found = route(demo, 0)
    assert found is not None
    without = moving_layers(demo, "en", "minutes")
    groups = moving_layers(demo, "en", "minutes", route=found)
    names = [group.layer_name for group in groups]
    assert len(groups) == len(without) + 1
    assert "The ambulance's way" in names
    assert names.index("The ambulance's way") < names.index("Villages and communities")
    page = str(interactive_map(demo, "en", "minutes", route=found).get_root().render())
    told = f"{found.length_m / 1000:.1f} km"
    assert told in page
