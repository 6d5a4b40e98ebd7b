"""A scenario on the demonstration county: what is remembered is what is computed."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.assessment.assess import assess
from coverage.assessment.report import Report
from coverage.scenario.apply import apply
from coverage.scenario.history import History
from coverage.scenario.model import Edit
from coverage.scenario.run import Memo, assess_scenario, with_overrides
from coverage.travel.engine import Kept, TravelEngine
from tests.examples import examples
from tests.independent import networkx_response_min
from tests.scenario_fixtures import assert_same, edit, scenario, table


@pytest.fixture(scope="module")
def base(demonstration: Report) -> Report:
    return demonstration


@pytest.fixture(scope="module")
def memo() -> Memo:
    return Memo()


def around(place: Any, half_deg: float) -> list[tuple[float, float]]:
    return [
        (place.lon + x * half_deg, place.lat + y * half_deg)
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def each_kind(report: Report) -> list[Edit]:
    village, facility = report.county.villages.iloc[40], report.county.facilities.iloc[0]
    place = {"lon": village.lon, "lat": village.lat}
    return [
        edit("add_facility", id="X1", name="新站", kind="emergency_station", ambulances=2, **place),
        edit("move_facility", id=facility.id, **place),
        edit("remove_facility", id=facility.id),
        edit("change_facility", id=facility.id, ambulances=9, gps=None, icu=True),
        edit("close_road", line=[(112.0, village.lat), (112.6, village.lat)]),
        edit("close_road", area=around(village, 0.03)),
        edit("slow_road", area=around(village, 0.08), factor=0.5),
        edit("set_response", turnout_min=1.5, max_access_m=500),
        edit("set_response", speed_factor=0.8, speeds_kph={"primary": 50}),
        edit("set_rule", id="ems-1030", parameters={"urban_limit_min": 12}),
        edit("grow", factor=1.1, townships=[village.township]),
        edit("set_population", village=village.code, population=9),
        edit(
            "add_village", code="x", name="新村", township=village.township, population=5, **place
        ),
    ]


def test_what_is_remembered_is_what_is_computed(base: Report) -> None:
    """Forwards and backwards over every kind of edit, some more than once, with one small memo."""
    memo = Memo(networks=3, reports=2, results=60)
    edits = each_kind(base)
    fresh = [assess(*apply(base, scenario(e))) for e in edits]
    for number in [*range(len(edits)), *range(len(edits) - 2, 0, -3)]:
        assert_same(assess_scenario(base, scenario(edits[number]), memo), fresh[number])


def test_a_second_time_nothing_is_computed(base: Report, memo: Memo) -> None:
    wanted = scenario(*each_kind(base)[3:5])
    first = assess_scenario(base, wanted, memo)
    again = assess_scenario(base, scenario(*wanted.edits, name="另一个", note="x"), memo)
    assert again.response is first.response
    assert again.network is first.network
    assert again.scenario == "另一个"


def test_what_an_edit_leaves_alone_stays_the_same_object(base: Report) -> None:
    changed = assess_scenario(base, scenario(each_kind(base)[3]))
    assert changed.network is base.network
    assert changed.county.villages is base.county.villages
    assert changed.county.demand is base.county.demand
    assert changed.county.facilities is not base.county.facilities


def test_one_memo_serves_two_bases(base: Report, memo: Memo) -> None:
    other = with_overrides(base, {"ems-1030": {"urban_limit_min": 30}}, memo)
    for report in (base, other):
        found = assess_scenario(report, scenario(each_kind(base)[0]), memo)
        fresh = assess_scenario(report, scenario(each_kind(base)[0]), Memo())
        assert_same(found, fresh)
    assert other.summary.covered > base.summary.covered


def test_many_threads_may_use_one_memo(base: Report) -> None:
    memo, found = Memo(), {}
    edits = each_kind(base)[:3]

    def work(number: int) -> None:
        found[number] = assess_scenario(base, scenario(edits[number % 3]), memo)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(3):
        assert_same(found[number], found[number + 3])


def test_minutes_after_road_edits_are_those_of_networkx(base: Report, memo: Memo) -> None:
    edits = each_kind(base)
    found = assess_scenario(base, scenario(edits[0], edits[4], edits[6]), memo)
    wanted = networkx_response_min(found.county, found.network)
    minutes = found.villages["response_min"].to_numpy(float)
    before = base.villages["response_min"].to_numpy(float)
    assert (np.abs(minutes - before) > 1).sum() > len(minutes) / 10
    assert np.allclose(minutes, wanted, atol=1e-6, equal_nan=True)


@given(data=st.data())
@examples(10)
def test_a_station_more_never_worsens_coverage(
    base: Report, memo: Memo, data: st.DataObject
) -> None:
    villages = base.county.villages
    row = data.draw(st.integers(0, len(villages) - 1))
    shift = data.draw(st.floats(-0.01, 0.01))
    place = villages.iloc[row]
    said = {"lon": place.lon + shift, "lat": place.lat - shift}
    new = edit("add_facility", id="n", name="n", kind="emergency_station", ambulances=1, **said)
    found = assess_scenario(base, scenario(new), memo)
    assert found.summary.covered >= base.summary.covered
    before = table(base)["response_min"].fillna(np.inf)
    assert (table(found)["response_min"].fillna(np.inf) <= before).all()


@given(data=st.data())
@examples(8)
def test_an_edit_and_its_undo_give_the_same_report(
    base: Report, memo: Memo, data: st.DataObject
) -> None:
    history = History.of(scenario())
    chosen = data.draw(st.lists(st.sampled_from(each_kind(base)), min_size=1, max_size=2))
    for number, each in enumerate(chosen):
        if each.add_facility or each.add_village or each.remove_facility:
            chosen = chosen[: number + 1]
            break
    for each in chosen:
        present = history.present
        more = present.model_copy(update={"edits": (*present.edits, each)})
        history = history.edited(more)
        assess_scenario(base, history.present, memo)
    for _ in chosen:
        history = history.undone()
    assert_same(assess_scenario(base, history.present, memo), base)


def test_a_change_and_its_opposite_give_the_same_figures(base: Report, memo: Memo) -> None:
    facility = base.county.facilities.iloc[0]
    there = edit("change_facility", id=facility.id, ambulances=7)
    back = edit("change_facility", id=facility.id, ambulances=int(facility.ambulances))
    assert_same(assess_scenario(base, scenario(there, back), memo), base)


def test_kept_results_are_bounded_and_the_oldest_goes_first() -> None:
    kept = Kept(2)
    made = []

    def make(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key)

    for key in ("a", "b", "a", "c", "a", "b"):
        assert make(key) == key
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2


def test_an_engine_keeps_its_journeys(base: Report) -> None:
    engine = TravelEngine(base.network)
    points, stations = base.county.villages.geometry, base.county.facilities.geometry.iloc[:4]
    asked = {"direction": "to_facility", "response": base.county.config.response}
    first = engine.journey(points, stations, **asked)
    assert engine.journey(points.copy(), stations.copy(), **asked) is first
    fewer = engine.journey(points, stations.iloc[1:], **asked)
    assert set(fewer.table["facility"].dropna()) <= {1, 2, 3}
