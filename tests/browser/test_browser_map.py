"""The map page in a real browser: it stays while what it shows changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, expect

from coverage.messages import text
from maps import LAYERS
from tests import line_county
from tests.browser import story
from tests.browser.hand import click_at, live_map
from tests.browser.harness import Visit
from tests.browser.test_browser_scenario import open_page, view_of
from tests.maps.test_basemap import folder_of_tiles

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVIL = "<img src=x onerror=alert(1)>{{7*7}}`\"'"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return line_county.write(tmp_path / "line")


MAP = "iframe[title='streamlit_folium.st_folium']"


def map_with(seen: Visit, css: str) -> Frame:
    """Return the map's frame once it has this: a frame in whose place another comes is gone."""
    seen.page.wait_for_function(
        """([map, css]) => {
            const frames = document.querySelectorAll(map);
            return frames.length === 1 && frames[0].contentDocument?.querySelector(css);
        }""",
        arg=[MAP, css],
    )
    return live_map(seen)


def choose(seen: Visit, message: str) -> None:
    """Choose from the list that is open."""
    name = text(f"map_page.{message}", "zh")
    seen.page.get_by_role("option", name=name, exact=True).click()


def box(seen: Visit, key: str) -> Locator:
    return seen.page.locator(f"[class*=st-key-{key}] input")


def test_a_clicked_village_s_way_is_drawn_and_told_and_its_popup_stays(
    seen: Visit, county: Path
) -> None:
    frame = open_page(seen, county, "map")
    view = view_of(frame)
    frame.wait_for_function(
        """() => document.querySelector('.planner-legend').getBoundingClientRect().top
            >= document.querySelector('.leaflet-control-layers').getBoundingClientRect().bottom"""
    )
    click_at(frame, line_county.LONS["C"])
    told = seen.page.locator(".st-key-way")
    expect(told).to_contain_text("C村")
    expect(told).to_contain_text("22.6 分钟")
    popup = frame.locator(".leaflet-popup")
    expect(popup).to_contain_text("C村")
    seen.page.wait_for_timeout(1500)
    expect(popup).to_have_count(1)
    way = text("maps.way", "zh")
    expect(frame.locator(".leaflet-control-layers-overlays")).to_contain_text(way)
    click_at(frame, line_county.LONS["B"])
    expect(told).to_contain_text("12.8 分钟")
    expect(popup).to_contain_text("B村")
    assert view_of(frame)[2] == view[2]
    assert seen.errors == []
    assert seen.refused == []


def test_the_map_keeps_place_zoom_and_layers(seen: Visit, county: Path) -> None:
    frame = open_page(seen, county, "map")
    frame.evaluate("planner.map.setView([28.61, 112.42], 13, {animate: false})")
    view = view_of(frame)
    shown = frame.locator(".leaflet-control-layers-overlays label")
    shown.filter(has_text=text("maps.roads", "zh")).locator("input").uncheck()
    classes = frame.locator(".planner-legend details[data-part=legend]")
    classes.locator("summary").first.click()
    expect(classes).not_to_have_attribute("open", "")
    frame.evaluate("window.same = 1")
    for layer in LAYERS:
        if layer == "change":
            continue
        story.choose_layer(seen, layer)
        legend = frame.locator(".planner-legend")
        title = "layer_units_of" if layer == "units" else f"layer_{layer}"
        expect(legend).to_contain_text(text(f"maps.{title}", "zh", rule=""))
        assert view_of(frame) == view, layer
        expect(classes).not_to_have_attribute("open", "")
        roads = shown.filter(has_text=text("maps.roads", "zh")).locator("input").first
        expect(roads).not_to_be_checked()
        assert frame.evaluate("window.same") == 1, "the map was not drawn anew"
    story.go(seen, "overview")
    story.go(seen, "map")
    frame = live_map(seen)
    assert view_of(frame) == view
    roads = frame.locator(".leaflet-control-layers-overlays label").filter(
        has_text=text("maps.roads", "zh")
    )
    expect(roads.locator("input").first).not_to_be_checked()
    classes = frame.locator(".planner-legend details[data-part=legend]")
    expect(classes).not_to_have_attribute("open", "")
    classes.locator("summary").first.click()
    expect(classes).to_have_attribute("open", "")
    assert seen.errors == []
    assert seen.refused == []


def test_a_village_is_found_by_its_name(seen: Visit, county: Path) -> None:
    frame = open_page(seen, county, "map")
    box(seen, "map-village").fill("E村")
    seen.page.get_by_role("option").first.click()
    expect(seen.page.locator(".st-key-way")).to_contain_text("42.1 分钟")
    frame.wait_for_function("planner.map.getCenter().distanceTo([28.6, 112.5]) < 50")
    expect(frame.locator(".leaflet-popup")).to_contain_text("E村")
    assert view_of(frame)[2] >= 13
    frame.evaluate("planner.map.setView([28.6, 112.4], 12, {animate: false})")
    story.choose_layer(seen, "coverage")
    expect(frame.locator(".planner-legend")).to_contain_text(text("maps.layer_coverage", "zh"))
    assert view_of(frame)[2] == 12, "the wish is granted once"
    assert seen.errors == []


def test_names_that_are_markup_show_as_they_stand(seen: Visit, tmp_path: Path) -> None:
    folder = line_county.write(tmp_path / "evil", village=EVIL + "{place}")
    frame = open_page(seen, folder, "map")
    click_at(frame, line_county.LONS["B"])
    expect(frame.locator(".leaflet-popup")).to_contain_text(EVIL)
    expect(seen.page.locator(".st-key-way")).to_contain_text(EVIL)
    assert seen.dialogs == []
    assert seen.errors == []
    assert seen.refused == []


def test_a_base_map_of_ones_own_is_chosen_in_the_form(
    seen: Visit, county: Path, tmp_path: Path
) -> None:
    open_page(seen, county, "map")
    seen.page.locator(".st-key-basemap button").first.click()
    form = seen.page.locator("[data-testid=stPopoverBody]")
    box(seen, "basemap-kind").click()
    choose(seen, "basemap_tiles")
    form.get_by_role("button", name=text("scenario_page.apply", "zh")).click()
    expect(form).to_contain_text(text("maps.basemap_no_path", "zh"))

    tiles = folder_of_tiles(tmp_path / "高德 瓦片").path
    box(seen, "basemap-path").fill(f'"{tiles}"')
    box(seen, "basemap-path").press("Enter")
    box(seen, "basemap-datum").click()
    choose(seen, "basemap_gcj02")
    form.get_by_role("button", name=text("scenario_page.apply", "zh")).click()
    frame = map_with(seen, "img.leaflet-image-layer[src^='data:image/jpeg;base64,']")
    expect(frame.locator(".leaflet-control-attribution")).to_contain_text("高德 瓦片")
    assert seen.errors == []
    assert seen.refused == []


def test_a_base_map_that_cannot_be_had_does_not_spoil_the_page(seen: Visit, county: Path) -> None:
    open_page(seen, county, "map")
    seen.page.locator(".st-key-basemap button").first.click()
    form = seen.page.locator("[data-testid=stPopoverBody]")
    box(seen, "basemap-kind").click()
    choose(seen, "basemap_osm")
    expect(form).to_contain_text(text("map_page.basemap_online", "zh"))
    form.get_by_role("button", name=text("scenario_page.apply", "zh")).click()
    frame = map_with(seen, ".planner-tiles-missing")
    missing = frame.locator(".planner-tiles-missing")
    expect(missing).to_contain_text(text("maps.tiles_missing", "zh"))
    missing.click()
    expect(missing).to_have_count(0)
    expect(frame.locator(".leaflet-tile-pane .leaflet-layer")).to_have_count(1)
    click_at(frame, line_county.LONS["C"])
    expect(seen.page.locator(".st-key-way")).to_contain_text("C村")
    assert set(seen.errors) <= {"Failed to load resource: net::ERR_FAILED"}
    assert all("openstreetmap" in address for address in seen.refused)
