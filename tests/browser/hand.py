"""What a planner's hand does on the map of the scenario page."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Frame, Locator, expect

from coverage.messages import text
from coverage.ui.scenario_tools import TOOLS
from tests import line_county
from tests.browser.harness import Visit

LAT = line_county.LAT


def said(key: str, **values: object) -> str:
    return text(f"scenario_page.{key}", "zh", **values)


def live_map(seen: Visit) -> Frame:
    """Return the frame of the map, once its layers are drawn."""
    frame = seen.page.locator("iframe[title='streamlit_folium.st_folium']").first
    inside = frame.content_frame.locator(".planner-legend")
    expect(inside).to_be_attached()
    handle = frame.element_handle().content_frame()
    assert handle is not None
    handle.wait_for_function("window.planner && planner.map")
    return handle


def pixel(frame: Frame, lon: float, lat: float) -> tuple[float, float]:
    """Return where on the map's box a place is drawn."""
    at = frame.evaluate(
        "([lat, lon]) => { const p = planner.map.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }",
        [lat, lon],
    )
    return float(at[0]), float(at[1])


def click_at(frame: Frame, lon: float, lat: float = LAT) -> None:
    x, y = pixel(frame, lon, lat)
    frame.locator(".leaflet-container").click(position={"x": x, "y": y}, force=True)


def draw(frame: Frame, places: Sequence[tuple[float, float]], *, area: bool = False) -> None:
    """Draw a line or an area; the last point, or the first of an area, is clicked again."""
    ends = places[:1] if area else places[-1:]
    for lon, lat in (*places, *ends):
        click_at(frame, lon, lat)
        frame.page.wait_for_timeout(150)


def tool(seen: Visit, name: str) -> None:
    button = seen.page.get_by_role("radio", name=said(f"tool_{name}"), exact=True)
    button.or_(seen.page.get_by_role("button", name=said(f"tool_{name}"), exact=True)).click()
    expect(seen.page.get_by_text(said(f"hint_{name}"))).to_be_visible()
    map_ready(seen, TOOLS[name])


def map_ready(seen: Visit, tool: str) -> None:
    """Wait until the first map on the page hears what the mouse is to do."""
    frame = seen.page.locator("iframe[title='streamlit_folium.st_folium']").first
    expect(frame.content_frame.locator(f".leaflet-container[data-tool={tool}]")).to_be_attached()


def covered(seen: Visit) -> Locator:
    metric = seen.page.get_by_test_id("stMetric").filter(
        has=seen.page.get_by_text(said("covered"), exact=True)
    )
    return metric.get_by_test_id("stMetricValue")


def expect_covered(seen: Visit, people: int) -> None:
    expect(covered(seen)).to_have_text(f"{people:,} 人")


def close_the_bridge(seen: Visit, frame: Frame) -> None:
    """Close the bridge that 堤南村 of the demonstration county needs, by a line across it."""
    frame.evaluate("planner.map.setView([28.6726, 112.4711], 15, {animate: false})")
    tool(seen, "cut_line")
    draw(frame, [(112.469, 28.6726), (112.4732, 28.6726)])
