"""What each layer puts into which class, by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import geopandas as gpd
import numpy as np
import pytest
import shapely

from coverage.analysis.territories import territories
from coverage.analysis.village_changes import CHANGES
from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, Language, Message, text
from coverage.problems import InputError
from coverage.travel.engine import TravelEngine
from maps import words
from maps.classes import PLAIN, REACH_LINES, SPEED_LINES, VERDICTS
from maps.colouring import neighbours_apart
from maps.drawing import chosen_rule, drawing, rule_choices
from maps.interactive import interactive_map
from maps.panels import MOST_AREAS, legend_html
from tests.maps_fixtures import CRS, HOSTILE, ORIGIN_X, ORIGIN_Y, make_report, with_units


def at(report: Report, places: list[tuple[float, float]], stations: list[str | None]) -> Report:
    """Return `report` with villages at `places` (shares of its side of 24 km)."""
    villages = report.villages.iloc[: len(places)].copy()
    xy = np.array(places) * 24_000 + [ORIGIN_X, ORIGIN_Y]
    villages = villages.set_geometry(gpd.GeoSeries(shapely.points(xy), villages.index, CRS))
    villages["station_id"] = stations
    villages["station_name"] = [None if s is None else f"名{s}" for s in stations]
    return replace(report, villages=villages)


def test_the_land_of_a_station_is_that_nearest_to_its_villages() -> None:
    places = [(0.25, 0.5), (0.75, 0.25), (0.75, 0.75)]
    found = territories(at(make_report(), places, ["B", "A", "A"]))
    assert found.names == ("名A", "名B")
    assert found.of.tolist() == [1, 0, 0]
    assert found.nobody is None
    whole = 24_000.0**2
    assert sum(p.area for p in found.polygons) == pytest.approx(whole)
    assert shapely.intersection(*found.polygons).area == pytest.approx(0, abs=1)
    for name, village in ((0, 1), (0, 2), (1, 0)):
        point = shapely.Point(np.array(places[village]) * 24_000 + [ORIGIN_X, ORIGIN_Y])
        assert found.polygons[name].contains(point)


def test_land_of_two_stations_is_parted_half_way() -> None:
    found = territories(at(make_report(), [(0.2, 0.5), (0.4, 0.5)], ["A", "B"]))
    areas = [p.area / 24_000**2 for p in found.polygons]
    assert areas == pytest.approx([0.3, 0.7])


def test_where_nobody_comes_is_land_of_its_own() -> None:
    found = territories(at(make_report(), [(0.2, 0.5), (0.6, 0.5)], ["A", None]))
    assert found.nobody is not None
    assert found.nobody.area / 24_000**2 == pytest.approx(0.6)
    drawn = drawing(at(make_report(), [(0.2, 0.5), (0.6, 0.5)], ["A", None]), "station")
    assert drawn.areas is not None
    assert [entry.label.id for entry in drawn.areas.classes] == ["maps.named", "maps.unreachable"]
    assert drawn.villages.counts == [1, 1]


def test_villages_at_one_place_and_counties_without_units() -> None:
    one = territories(at(make_report(), [(0.5, 0.5)] * 3, ["A", "B", None]))
    assert [round(p.area / 24_000**2, 6) for p in one.polygons] == [1.0, 0.0]
    report = at(make_report(), [(0.2, 0.5), (0.6, 0.5)], ["A", "B"])
    bare = territories(replace(report, units=report.units.iloc[:0]))
    assert all(p.area > 0 for p in bare.polygons)
    empty = territories(make_report(minutes=()))
    assert (empty.names, len(empty.polygons), empty.nobody) == ((), 0, None)


def test_neighbours_have_other_colours_while_there_are_enough() -> None:
    boxes = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(5) for x in range(5)])
    numbers = neighbours_apart(boxes, 10)
    for i in range(25):
        for j in range(i):
            if boxes[i].intersects(boxes[j]):
                assert numbers[i] != numbers[j]
    assert max(neighbours_apart(boxes, 2)) == 1


def test_of_very_many_stations_the_legend_says_how_many_more() -> None:
    rng = np.random.default_rng(5)
    places = [tuple(p) for p in rng.uniform(0.05, 0.95, (30, 2)).tolist()]
    report = at(make_report(minutes=[10.0] * 30), places, [f"S{i:02}" for i in range(30)])
    legend = legend_html(report, "en", drawing(report, "station"))
    assert text("maps.more_stations", "en", count=30 - MOST_AREAS) in legend


def speeds(report: Report, kph: list[float]) -> Report:
    edges = report.network.edges
    driven = [kph[i % len(kph)] for i in range(len(edges))]
    shown = edges.assign(speed_forward_kph=driven, speed_backward_kph=driven)
    return replace(report, engine=TravelEngine(replace(report.network, edges=shown)))


def test_a_speed_at_a_break_belongs_to_the_class_that_ends_there() -> None:
    kph = [20.0, 20.0001, 30.0, 40.0, 60.0, 80.0, 80.0001, 20.0 + 1e-9]
    wanted = [0, 1, 1, 2, 3, 4, 5, 0]
    for speed, place in zip(kph, wanted, strict=True):
        report = speeds(make_report(), [speed])
        lines = drawing(report, "speed").lines
        assert lines is not None
        length = report.network.edges["length_m"].sum() / 1000
        assert lines.length_km[place] == pytest.approx(length)
        assert sum(lines.length_km) == pytest.approx(length)
        assert lines.lines[place].length == pytest.approx(length * 1000, rel=1e-3)
        assert all(line.is_empty for i, line in enumerate(lines.lines) if i != place)


def test_roads_reached_are_all_roads() -> None:
    report = make_report()
    lines = drawing(report, "reach").lines
    assert lines is not None
    assert len(lines.lines) == len(REACH_LINES) == 4
    assert sum(lines.length_km) == pytest.approx(report.network.edges["length_m"].sum() / 1000)
    assert sum(line.length for line in lines.lines) == pytest.approx(
        report.network.edges["length_m"].sum(), rel=1e-3
    )
    nobody = drawing(make_report(facilities=False), "reach").lines
    assert nobody is not None
    assert nobody.length_km[3] == pytest.approx(sum(nobody.length_km))


def test_layers_of_roads_draw_villages_plainly() -> None:
    for layer in ("speed", "reach"):
        drawn = drawing(make_report(), layer)
        assert drawn.villages.classes == (PLAIN,)
        assert drawn.villages.scale < 1
        assert drawn.notes


def test_a_rule_on_townships_colours_townships() -> None:
    report = make_report()
    codes = report.units["code"].tolist()
    drawn = drawing(with_units(report, codes[:4]), "units")
    assert drawn.areas is not None
    assert [VERDICTS[i] for i in drawn.areas.of] == [
        "met", "unmet", "not_assessable", "not_applicable", *["not_applicable"] * 5
    ]  # fmt: skip
    assert drawn.areas.figures[0] == (0.25, 1.0)
    assert np.isnan(drawn.areas.figures[-1]).all()
    assert drawn.rule is not None
    assert drawn.rule.rule.id == "ems-1030"
    assert not drawn.notes


def test_a_rule_on_villages_colours_villages() -> None:
    report = make_report()
    drawn = drawing(with_units(report, report.villages["code"].tolist()[:3]), "units")
    assert drawn.areas is None
    assert drawn.villages.counts == [1, 1, 1, 8]


def test_a_rule_on_facilities_colours_facilities_and_counts_those_without_a_place() -> None:
    drawn = drawing(with_units(make_report(), ["F1", "F2", "F5"]), "units")
    assert drawn.facilities is not None
    assert drawn.facility_rows == (1, 2)
    assert drawn.facilities.counts == [1, 1, 0, 0]
    assert [note.id for note in drawn.notes] == ["maps.judged_no_place"]
    page = interactive_map(with_units(make_report(), ["F1", "F2", "F5"]), "en", "units")
    assert text("maps.judged", "en") in page.get_root().render()


def test_a_rule_on_the_county_colours_all_of_it() -> None:
    for codes in ([], [""]):
        drawn = drawing(with_units(make_report(), codes), "units")
        assert drawn.areas is not None
        assert {VERDICTS[i] for i in drawn.areas.of} == {"unmet"}
        assert drawn.areas.figures[0] == (0.8, 1.0)
        assert drawn.notes == (Message("maps.judged_whole"),)


def test_the_first_rule_with_units_is_shown_where_none_is_asked_for() -> None:
    report = with_units(make_report(), ["F1"])
    (result,) = report.rules
    other = replace(
        result, rule=result.rule.model_copy(update={"id": "other", "kind": "presence"}), units=()
    )
    both = replace(report, rules=(other, result))
    assert rule_choices(both) == ("ems-1030", "other")
    assert chosen_rule(both, None).rule.id == "ems-1030"
    assert chosen_rule(both, "other").rule.id == "other"
    for asked, there in (("nothing", both), (None, replace(report, rules=()))):
        with pytest.raises(InputError) as caught:
            drawing(there, "units", rule=asked)
        assert len(caught.value.lines("zh")) == 1


def test_changes_need_something_to_compare_with() -> None:
    with pytest.raises(InputError):
        drawing(make_report(), "change")


def test_changes_count_people_and_villages_that_are_gone() -> None:
    report = make_report()
    before = replace(report, villages=report.villages.iloc[2:])
    drawn = drawing(report, "change", before=before)
    new = CHANGES.index("new")
    assert drawn.villages.counts[new] == 2
    assert drawn.villages.people[new] == pytest.approx(report.villages["population"][:2].sum())
    after = replace(report, villages=report.villages.iloc[3:])
    gone = drawing(after, "change", before=report)
    assert Message("maps.villages_gone", {"count": 3}) in gone.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_of_roads_tells_their_length(language: Language) -> None:
    report = make_report()
    drawn = drawing(report, "speed")
    legend = unescape(re.sub(r"<[^>]*>", " ", legend_html(report, language, drawn)))
    assert drawn.lines is not None
    for entry, km in zip(SPEED_LINES, drawn.lines.length_km, strict=True):
        assert text("maps.and_length", language, name=entry.label, km=f"{km:,.0f}") in legend
    assert text("maps.road_primary", language) not in legend


def test_a_scenario_is_said_on_every_map() -> None:
    report = replace(make_report(), scenario=HOSTILE[0])
    for layer in ("minutes", "units", "reach"):
        page = str(interactive_map(report, "zh", layer).get_root().render())
        assert "planner-scenario" in page
        assert HOSTILE[0] not in page
    assert "planner-scenario" not in interactive_map(make_report(), "zh").get_root().render()


def test_hostile_station_and_unit_names_stay_text() -> None:
    report = make_report(names=HOSTILE)
    villages = report.villages.assign(
        station_id=[f"S{i}" for i in range(11)], station_name=[*HOSTILE, *"abcde"]
    )
    hostile = replace(with_units(report, report.units["code"].tolist()), villages=villages)
    for layer in ("station", "units"):
        page = str(interactive_map(hostile, "en", layer).get_root().render())
        for marker in ("stolen=1</script>", "<img", "`${window", "7*7 }}"):
            assert marker not in page


def test_figures_are_not_rounded_across_what_is_required() -> None:
    assert words.figure(0.9999, "share", "en") == "99.99 %"
    assert words.figure(0.8996, "share", "en", 0.9) == "89.96 %"
    assert words.figure(2.99999, "ambulances", "en", 3.0).startswith("2.99999")
    assert words.figure(2.99999, "ambulances", "en", 2.0).startswith("3 ")
    assert words.minutes(30.04, "en", 30.0) == "30.04 min"
    assert words.minutes(30.04, "en") == "30.0 min"
    assert words.figure(float("nan"), "share", "en") == "not known"
