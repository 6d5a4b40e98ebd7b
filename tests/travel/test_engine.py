"""One engine for one network: nothing is made twice; applying a scenario reads no file."""

from __future__ import annotations

import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from coverage.analysis.trial import trial_result
from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.paths import DATA, DEMONSTRATION
from coverage.report.files import write_report
from coverage.scenario.compare import compare
from coverage.scenario.model import Scenario
from coverage.scenario.run import Memo, assess_scenario
from coverage.travel.engine import Kept, TravelEngine
from coverage.travel.route import route
from maps.briefing import briefing_map
from maps.interactive import interactive_map
from tests.scenario_fixtures import edit, scenario


def with_every_part(report: Report) -> Scenario:
    """A scenario with edits of tables, roads, response, rules and people."""
    village, facility = report.county.villages.iloc[40], report.county.facilities.iloc[0]
    place = {"lon": village.lon, "lat": village.lat}
    return scenario(
        edit("add_facility", id="X1", name="x", kind="emergency_station", ambulances=2, **place),
        edit("move_facility", id=facility.id, **place),
        edit("close_road", line=[(112.0, village.lat), (112.6, village.lat)]),
        edit("set_response", turnout_min=1.5, speed_factor=0.8),
        edit("set_rule", id="ems-1030", parameters={"urban_limit_min": 12}),
        edit("grow", factor=1.1, townships=[village.township]),
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """Count the search trees and the arcs that are made, by the network they are made of.

    Of a few roads around some points, which are searched anew after an edit, they do not count.
    """
    counts: Counter[Any] = Counter()
    pinned = []

    def counted(module: Any, name: str) -> None:
        function = getattr(module, name)

        def count(network: Any, *more: Any) -> Any:
            if len(network.edges) > 2000:
                pinned.append(network)  # so that no other network gets the same id
                counts[(name, id(network), *more)] += 1
            return function(network, *more)

        monkeypatch.setattr(module, name, count)

    for module in list(sys.modules.values()):
        for name in ("tree_of", "arcs_of"):
            if getattr(module, "__name__", "").startswith("coverage.") and hasattr(module, name):
                counted(module, name)
    return counts


def test_tree_and_arcs_are_made_once_for_each_network_and_direction(
    made: Counter[Any], tmp_path: Path
) -> None:
    report = assess_folder(DEMONSTRATION)
    edits, memo = with_every_part(report), Memo()
    changed = assess_scenario(report, edits, memo)
    more = scenario(*edits.edits, edit("grow", factor=1.2))
    assess_scenario(report, more, memo)
    for place in (report, changed):
        for layer in ("station", "speed", "reach", "units"):
            interactive_map(place, "zh", layer)
        route(place, 3)
        trial_result(place, place.limit_rule)
    briefing_map(changed, "zh", "reach", before=report)
    write_report(changed, tmp_path, "zh", comparison=compare(report, changed))
    assert changed.network is not report.network
    assert {key[0] for key in made} == {"tree_of", "arcs_of"}
    assert len({key[1] for key in made}) == 2
    assert set(made.values()) == {1}


@contextmanager
def opened() -> Iterator[list[str]]:
    """Collect the paths of files that Python opens, but for its own modules."""
    paths: list[str] = []
    listening = True

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if listening and event in ("open", "os.scandir", "os.listdir"):
            paths.append(str(arguments[0]))

    sys.addaudithook(hear)  # stays for the process's life
    try:
        yield paths
    finally:
        listening = False


def test_applying_a_scenario_opens_no_file(demonstration: Report) -> None:
    with opened() as paths:
        (DATA / "columns.csv").read_text(encoding="utf-8")
        list(DEMONSTRATION.iterdir())
    assert len(paths) >= 2  # else nothing is heard
    with opened() as paths:
        assess_scenario(demonstration, with_every_part(demonstration))
    assert [path for path in paths if not path.endswith((".py", ".pyc", ".so"))] == []


def test_a_report_of_a_scenario_shares_what_its_edits_leave_alone(demonstration: Report) -> None:
    facility = demonstration.county.facilities.iloc[0]
    changed = assess_scenario(
        demonstration, scenario(edit("change_facility", id=facility.id, ambulances=9))
    )
    assert changed.engine is demonstration.engine
    assert changed.catalogue is demonstration.catalogue


def test_a_pickled_engine_gives_the_same_minutes(demonstration: Report) -> None:
    points = gpd.GeoSeries(demonstration.county.villages.geometry)
    stations = gpd.GeoSeries(demonstration.county.facilities.geometry.iloc[:5])
    asked: Any = {
        "direction": "to_facility",
        "response": demonstration.county.config.response,
    }
    again = pickle.loads(pickle.dumps(demonstration.engine))
    assert again.network is not demonstration.engine.network
    wanted = demonstration.engine.journey(points, stations, **asked).table
    assert again.journey(points, stations, **asked).table.equals(wanted)


def test_a_released_engine_goes_on_and_gives_the_same(demonstration: Report) -> None:
    engine = TravelEngine(demonstration.network)
    points = gpd.GeoSeries(demonstration.county.villages.geometry)
    stations = gpd.GeoSeries(demonstration.county.facilities.geometry.iloc[:5])
    response = demonstration.county.config.response
    first = engine.sweep(stations, direction="from_facility", response=response)
    there = engine.journey(points, stations, direction="from_facility", response=response)
    tree, arcs = engine.tree(), engine.arcs("from_facility")
    engine.release()
    assert engine.tree() is not tree
    assert engine.arcs("from_facility") is not arcs
    again = engine.sweep(stations, direction="from_facility", response=response)
    assert again is not first
    assert np.array_equal(again.minutes, first.minutes)
    anew = engine.journey(points, stations, direction="from_facility", response=response)
    assert anew.table.equals(there.table)


def test_what_is_dropped_is_told_so() -> None:
    gone: list[str] = []
    kept = Kept(2, dropped=gone.append)
    for key in "abac":
        kept.get(key, lambda key=key: key)
    assert gone == ["b"]


def test_a_memo_lets_go_of_what_was_computed_on_the_roads_of_old_scenarios(
    demonstration: Report,
) -> None:
    memo = Memo(networks=1)
    factors = (0.8, 0.9)
    first, second = (
        assess_scenario(demonstration, scenario(edit("set_response", speed_factor=f)), memo)
        for f in factors
    )
    assert not first.engine.keeps
    assert second.engine.keeps
    assert demonstration.engine.keeps
