"""A planner's scenario in a real browser, on a county whose numbers are known by hand."""

from __future__ import annotations

import csv
import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, expect

from coverage.messages import text
from coverage.scenario.edits.facilities import AddFacility
from coverage.scenario.file import dump_scenario, parse_scenario
from coverage.scenario.model import Edit, Scenario
from tests import line_county
from tests.browser import story
from tests.browser.hand import (
    AMBULANCES_AWAY,
    POLDER_STORY,
    click_at,
    close_bridge,
    draw,
    drawn_to_its_end,
    expect_covered,
    live_map,
    map_ready,
    map_says,
    open_scenario,
    pixel,
    radio,
    said,
    tool,
)
from tests.browser.harness import Visit, serving, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LAT, LONS = line_county.LAT, line_county.LONS
LATE = said("village_lost")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return line_county.write(tmp_path / "line")


def open_page(seen: Visit, county: Path, page: str = "scenario") -> Frame:
    story.open_folder(seen, county)
    expect(story.county_name(seen)).to_be_visible()
    expect(seen.page).to_have_url(re.compile("desk="))
    story.go(seen, page)
    return live_map(seen)


def view_of(frame: Frame) -> Any:
    return frame.evaluate(
        "(() => { const c = planner.map.getCenter();"
        " return [c.lat.toFixed(3), c.lng.toFixed(3), planner.map.getZoom()]; })()"
    )


def take_up(seen: Visit, frame: Frame, lon: float) -> None:
    """Click a facility until it is held: one drawn anew in that moment is not."""
    drawn_to_its_end(seen)
    for _ in range(10):
        click_at(frame, lon)
        try:
            expect(frame.locator(".planner-held")).to_have_count(1, timeout=3000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"No click at {lon} took the facility up")


def test_a_station_is_added_moved_and_taken_back(seen: Visit, county: Path) -> None:
    frame = open_page(seen, county)
    expect_covered(seen, line_county.IN_TIME)

    tool(seen, "add")
    click_at(frame, LONS["D"])
    expect_covered(seen, line_county.EVERYBODY)
    expect(seen.page.locator(".st-key-edit-0")).to_contain_text("1.")
    expect(frame.locator(".planner-aim")).to_have_count(0)

    tool(seen, "move")
    frame.wait_for_function("document.querySelectorAll('.leaflet-marker-draggable').length > 1")
    view = view_of(frame)
    box = seen.page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()
    assert box is not None
    x, y = pixel(frame, LONS["D"], LAT)
    to_x, _ = pixel(frame, 112.29, LAT)
    seen.page.mouse.move(box["x"] + x, box["y"] + y)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + (x + to_x) / 2, box["y"] + y, steps=5)
    seen.page.mouse.move(box["x"] + to_x, box["y"] + y, steps=5)
    seen.page.mouse.up()
    expect_covered(seen, line_county.IN_TIME)
    expect(seen.page.locator(".st-key-edit-1")).to_have_count(0)
    assert view_of(frame) == view

    take_up(seen, frame, 112.29)
    click_at(frame, LONS["D"])  # put down again
    expect_covered(seen, line_county.EVERYBODY)

    undo = seen.page.locator(".st-key-scenario-undo button")
    for people in (line_county.IN_TIME, line_county.EVERYBODY, line_county.IN_TIME):
        undo.click()
        expect_covered(seen, people)
    expect(undo).to_be_disabled()
    seen.page.locator(".st-key-scenario-redo button").click()
    expect_covered(seen, line_county.EVERYBODY)
    assert view_of(frame) == view
    assert seen.errors == []
    assert seen.refused == []


def test_a_road_is_closed_and_slowed_and_found_again_after_a_reload(
    seen: Visit, county: Path
) -> None:
    frame = open_page(seen, county)
    tool(seen, "cut_line")
    draw(frame, [(112.375, LAT + 0.012), (112.375, LAT - 0.012)])
    expect_covered(seen, 3000)  # C is behind the line
    expect(seen.page.locator(".st-key-edit-0")).to_be_visible()

    tool(seen, "slow")
    slider = seen.page.get_by_role("slider")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    expect(seen.page.get_by_test_id("stSlider")).to_contain_text("0.20")
    around = [(112.31, 28.588), (112.34, 28.588), (112.34, 28.612), (112.31, 28.612)]
    draw(frame, around, area=True)
    # The 2.93 km inside take 29.3 minutes and not 5.9: B is 36.2 minutes away.
    expect_covered(seen, 1000)

    view = view_of(frame)
    assert seen.errors == []
    seen.page.reload()
    frame = live_map(seen)
    expect_covered(seen, 1000)
    assert view_of(frame) == view
    expect(seen.page.locator(".st-key-edit-1")).to_be_visible()
    seen.page.locator(".st-key-edit-off-0 button").click()
    expect(seen.page.locator(".st-key-edit-0")).to_contain_text(said("is_off"))
    expect_covered(seen, 1000)
    seen.page.locator(".st-key-edit-drop-1 button").click()
    expect_covered(seen, line_county.IN_TIME)
    assert seen.errors == []
    assert seen.refused == []


def begin_two(seen: Visit, county: Path) -> None:
    """Begin a scenario with a station in D, and then an empty one, which is in force."""
    frame = open_page(seen, county)
    tool(seen, "add")
    click_at(frame, LONS["D"])
    expect_covered(seen, line_county.EVERYBODY)
    seen.page.locator(".st-key-scenario-new button").click()
    expect_covered(seen, line_county.IN_TIME)


def test_two_scenarios_are_compared_and_saved(seen: Visit, county: Path) -> None:
    begin_two(seen, county)
    second = f"{said('new_name')} 2"
    expect(seen.page.get_by_text(second).first).to_be_visible()

    radio(seen, "view_all").click()
    expect(seen.page.get_by_text(said("compare_hint"))).to_be_visible()
    drawn_to_its_end(seen)
    with seen.page.expect_download() as download:
        seen.page.locator("[class*=st-key-save-scenarios] button").click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig")
    row = next(line for line in table.splitlines() if line.startswith(said("covered")))
    assert "★ 15,000 人" in row
    assert row.count("6,000 人") == 2

    radio(seen, "view_sides").click()
    expect(seen.page.locator("iframe[title='streamlit_folium.st_folium']")).to_have_count(3)

    with seen.page.expect_download() as saved:
        seen.page.locator(".st-key-scenario-save button").click()
    content = Path(saved.value.path()).read_text(encoding="utf-8")
    assert parse_scenario(content, "x.yaml").name == second
    assert seen.errors == []
    assert seen.refused == []


def test_clicks_outside_the_county_are_refused_in_words(seen: Visit, county: Path) -> None:
    frame = open_page(seen, county)
    tool(seen, "settle")
    click_at(frame, 112.40, LAT + 0.04)
    expect(seen.page.get_by_role("alert").filter(has_text=said("refused"))).to_be_visible()
    seen.page.wait_for_timeout(800)  # the map has moved down
    click_at(frame, 112.43)
    expect(seen.page.locator(".st-key-edit-0")).to_be_visible()
    # A thousand people more, 12.7 km from the station: 28.4 minutes.
    expect_covered(seen, line_county.IN_TIME + 1000)
    assert seen.errors == []


def test_bridges_are_closed_and_the_polder_s_villages_are_late(seen: Visit) -> None:
    """堤南村 waits 32.3 minutes instead of 24.2 without 民主一桥 over the polder's canal.

    The two bridges into the polder count only where its own ambulances are away: without the first
    three more villages are late, without both nobody there is reached at all.
    """
    story.open_demonstration(seen)
    expect(seen.page).to_have_url(re.compile("desk="))
    story.go(seen, "scenario")
    frame = live_map(seen)
    expect_covered(seen, 295_622)
    assert under_the_legend(frame) == []
    close_bridge(seen, frame, "民主一桥")
    expect_covered(seen, 295_622 - 2_197)
    expect(seen.page.locator(".st-key-edit-0")).to_contain_text("民主一桥")
    assert [row["村 / 社区"] for row in moved(seen) if row["结果"] == LATE] == ["堤南村"]

    away = {"name": "车辆外出", "county": "430902", "edits": AMBULANCES_AWAY}
    open_scenario(seen, Scenario.model_validate(away))
    for step in POLDER_STORY:
        if step.closed:
            close_bridge(seen, frame, step.closed[-1])
            expect(seen.page.locator(f".st-key-edit-{len(step.closed) + 1}")).to_be_visible()
        expect_covered(seen, step.covered)
    cut_off = said("cut_off", people="68,027 人", moved="+66,310")
    expect(seen.page.get_by_text(cut_off)).to_be_visible()
    rows = moved(seen)
    late = [row for row in rows if row["结果"] == LATE]
    assert Counter(row["乡镇 / 街道"] for row in late) == POLDER_STORY[-1].lost
    unreached = sum(int(row["人口"]) for row in rows if not row["情景（分钟）"])
    assert unreached == 68_027 - 1_717  # the island had no way before
    assert seen.errors == []
    assert seen.refused == []


def under_the_legend(frame: Frame) -> Any:
    """Return the villages that the map's legend covers."""
    return frame.evaluate(
        """() => {
            const found = [];
            const legend = document.querySelector('.planner-legend').getBoundingClientRect();
            planner.map.eachLayer(layer => {
                const told = layer.feature && layer.feature.properties;
                if (!told || !told.c) { return; }
                const at = planner.map.latLngToContainerPoint(layer.getLatLng());
                if (at.x > legend.left && at.y > legend.top) { found.push(told.n); }
            });
            return found;
        }"""
    )


def moved(seen: Visit) -> list[dict[str, str]]:
    """Return the table of the villages that change, as it is saved."""
    drawn_to_its_end(seen)
    with seen.page.expect_download() as download:
        seen.page.locator("[class*=st-key-save-scenario-villages] button").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_files_are_opened_saved_and_compared_and_bad_ones_told(seen: Visit, county: Path) -> None:
    open_page(seen, county)
    near = AddFacility(
        id="n1", name="新站", kind="emergency_station", lon=LONS["D"], lat=LAT, ambulances=1
    )
    parked = near.model_copy(update={"ambulances": 0})
    first, second = (
        Scenario(name=name, county="430902", edits=(Edit.of(station),))
        for name, station in (("甲", near), ("乙", parked))
    )
    open_scenario(seen, first)
    expect_covered(seen, line_county.EVERYBODY)
    with seen.page.expect_download() as saved:
        seen.page.locator(".st-key-scenario-save button").click()
    assert saved.value.suggested_filename == "甲.yaml"
    assert parse_scenario(Path(saved.value.path()).read_text(encoding="utf-8"), "") == first
    open_scenario(seen, second, "y.yaml")
    expect_covered(seen, line_county.IN_TIME)

    misspelt = dump_scenario(first).replace("add_facility", "add_facilty")
    other = dump_scenario(first).replace("430902", "430903")
    alert = seen.page.get_by_role("alert").filter(has_text=said("refused"))
    for number, (bad, told) in enumerate(((misspelt, "add_facility"), (other, "430903"))):
        open_scenario(seen, bad, f"bad{number}.yaml")
        expect(alert).to_contain_text(told)
    expect(alert).not_to_contain_text("Traceback")

    radio(seen, "view_all").click()
    expect(seen.page.get_by_text(said("compare_hint"))).to_be_visible()
    drawn_to_its_end(seen)
    with seen.page.expect_download() as download:
        seen.page.locator("[class*=st-key-save-scenarios] button").click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert table[0].split(",")[1:] == [said("before"), "甲", "乙"]
    mean = next(line for line in table if line.startswith(said("mean_min")))
    assert ["★" in value for value in mean.split(",")[1:]] == [False, True, False]
    assert seen.errors == []
    assert seen.refused == []


def test_the_language_is_switched_with_a_tool_in_hand(seen: Visit, county: Path) -> None:
    open_page(seen, county)
    tool(seen, "add")
    story.turn(seen, "en")
    hint = text("scenario_page.hint_add", "en")
    expect(seen.page.get_by_text(hint)).to_be_visible()
    map_says(seen, text("maps.layer_minutes", "en"))
    map_ready(seen, "add")
    click_at(live_map(seen), LONS["D"])
    figures = seen.page.get_by_test_id("stMetricValue")
    expect(figures.filter(has_text="15,000 people")).to_be_visible()
    story.turn(seen, "zh")
    expect_covered(seen, line_county.EVERYBODY)
    assert seen.errors == []
    assert seen.refused == []


def test_the_work_is_found_again_on_a_restarted_server(
    browser: Browser, county: Path, tmp_path: Path
) -> None:
    with ExitStack() as first:
        base = first.enter_context(serving(tmp_path))
        with visit(browser, base) as seen:
            begin_two(seen, county)
            first.close()
            with serving(tmp_path, port=int(base.rpartition(":")[2])):
                seen.page.reload()
                live_map(seen)
                expect_covered(seen, line_county.IN_TIME)
                seen.page.locator("[class*=st-key-scenario-choice] input").click()
                seen.page.get_by_role("option", name=said("new_name"), exact=True).click()
                expect_covered(seen, line_county.EVERYBODY)
                expect(seen.page.locator(".st-key-edit-0")).to_be_visible()
                # and without the address, from the list
                (workspace,) = parse_qs(urlsplit(seen.page.url).query)["desk"]
                seen.page.goto(base)
                seen.page.locator(f".st-key-workspace-{workspace} button").click()
                expect(story.county_name(seen)).to_contain_text("直线区")
                expect(seen.page).to_have_url(re.compile(f"desk={workspace}$"))
                assert seen.refused == []
