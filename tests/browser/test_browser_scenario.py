"""A planner's scenario in a real browser, on a county whose numbers are known by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from coverage.scenario.file import parse_scenario
from tests import line_county
from tests.browser import story
from tests.browser.hand import (
    click_at,
    close_the_bridge,
    draw,
    expect_covered,
    live_map,
    pixel,
    said,
    tool,
)
from tests.browser.harness import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LAT, LONS = line_county.LAT, line_county.LONS


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

    click_at(frame, 112.29)  # taken up, and put down at D again
    expect(frame.locator(".planner-held")).to_have_count(1)
    click_at(frame, LONS["D"])
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


def test_two_scenarios_are_compared_and_saved(seen: Visit, county: Path) -> None:
    frame = open_page(seen, county)
    tool(seen, "add")
    click_at(frame, LONS["D"])
    expect_covered(seen, line_county.EVERYBODY)
    seen.page.locator(".st-key-scenario-new button").click()
    expect_covered(seen, line_county.IN_TIME)
    second = f"{said('new_name')} 2"
    expect(seen.page.get_by_text(second).first).to_be_visible()

    seen.page.get_by_text(said("view_all"), exact=True).click()
    expect(seen.page.get_by_text(said("compare_hint"))).to_be_visible()
    with seen.page.expect_download() as download:
        seen.page.locator("[class*=st-key-save-scenarios] button").click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig")
    row = next(line for line in table.splitlines() if line.startswith(said("covered")))
    assert "★ 15,000 人" in row
    assert row.count("6,000 人") == 2

    seen.page.get_by_text(said("view_sides"), exact=True).click()
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


def test_the_bridge_that_a_village_needs_is_closed(seen: Visit) -> None:
    """堤南村 waits 31.8 minutes instead of 23.9 without the bridge over the polder's canal."""
    story.open_demonstration(seen)
    expect(seen.page).to_have_url(re.compile("desk="))
    story.go(seen, "scenario")
    frame = live_map(seen)
    expect_covered(seen, 299_521)
    close_the_bridge(seen, frame)
    expect_covered(seen, 299_521 - 2_197)
    expect(seen.page.get_by_test_id("stMain")).to_contain_text("2,197")
    assert seen.errors == []
    assert seen.refused == []
