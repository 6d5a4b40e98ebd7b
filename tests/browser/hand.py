"""What a planner's hand does on the map of the scenario page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import FilePayload, Frame, Locator, expect

from coverage.messages import text
from coverage.scenario.edits.facilities import ChangeFacility
from coverage.scenario.file import dump_scenario
from coverage.scenario.model import Edit, Scenario
from coverage.ui.scenario.tools import TOOLS
from tests import line_county
from tests.browser.harness import Visit

LAT = line_county.LAT
_MAPS: Final = "iframe[title='streamlit_folium.st_folium']"


def said(key: str, **values: object) -> str:
    return text(f"scenario_page.{key}", "zh", **values)


def live_map(seen: Visit) -> Frame:
    """Return the frame of the map, once its layers are drawn."""
    frame = seen.page.locator(_MAPS).first
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


def radio(seen: Visit, key: str) -> Locator:
    """Return one of a row of choices, as the scenario page names it."""
    return seen.page.get_by_role("radio", name=said(key), exact=True)


def tool(seen: Visit, name: str) -> None:
    radio(seen, f"tool_{name}").click()
    expect(seen.page.get_by_text(said(f"hint_{name}"))).to_be_visible()
    map_ready(seen, TOOLS[name])


def map_ready(seen: Visit, tool: str) -> None:
    """Wait until the first map on the page hears what the mouse is to do."""
    frame = seen.page.locator(_MAPS).first.content_frame
    expect(frame.locator(f".leaflet-container[data-tool={tool}]")).to_be_attached()


def map_says(seen: Visit, words: str) -> None:
    """Wait until the legend of the first map on the page says this."""
    frame = seen.page.locator(_MAPS).first.content_frame
    expect(frame.locator(".planner-legend")).to_contain_text(words)


def drawn_to_its_end(seen: Visit) -> None:
    """Wait until the page is drawn whole: its lower parts, too, are those of the last step."""
    app = seen.page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def covered(seen: Visit) -> Locator:
    metric = seen.page.get_by_test_id("stMetric").filter(
        has=seen.page.get_by_text(said("covered"), exact=True)
    )
    return metric.get_by_test_id("stMetricValue")


def expect_covered(seen: Visit, people: int) -> None:
    expect(covered(seen)).to_have_text(f"{people:,} 人")


@dataclass(frozen=True)
class Polder:
    """What comes of it when the polder's ambulances are away and these bridges are closed.

    Attributes
    ----------
    lost
        Villages no longer in time, by township.
    """

    closed: tuple[str, ...]
    covered: int
    unreachable: int
    lost: dict[str, int]


BRIDGES: Final = {
    "甘溪港大桥": ((112.4146, 28.6227), (112.4152, 28.6206)),
    "堤南桥": ((112.4276, 28.7061), (112.4272, 28.7039)),
    "民主一桥": ((112.4690, 28.6726), (112.4732, 28.6726)),
}
"""Bridges of the demonstration county, each with a line across it."""

AMBULANCES_AWAY: Final = tuple(
    Edit.of(ChangeFacility.model_validate({"id": facility, "ambulances": 0}))
    for facility in ("ZY0009", "ZY0011")
)
"""Of the two hospitals in the polder, 茈湖口 and 沙头."""

POLDER_STORY: Final = (
    Polder((), 247_214, 1_717, {"沙头镇": 6, "张家塞乡": 7, "茈湖口镇": 13}),
    Polder(("甘溪港大桥",), 239_544, 1_717, {"沙头镇": 9, "张家塞乡": 7, "茈湖口镇": 13}),
    Polder(("甘溪港大桥", "堤南桥"), 239_544, 68_027, {"沙头镇": 9, "张家塞乡": 7, "茈湖口镇": 13}),
)
"""Known from `tests.data.test_bridges`; the last: nobody gets into the polder."""


def close_bridge(seen: Visit, frame: Frame, name: str) -> None:
    """Close a bridge of the demonstration county by a line across it."""
    line = BRIDGES[name]
    lon, lat = (sum(degrees) / 2 for degrees in zip(*line, strict=True))
    frame.evaluate("at => planner.map.setView(at, 15, {animate: false})", [lat, lon])
    tool(seen, "cut_line")
    draw(frame, line)


def open_scenario(seen: Visit, scenario: Scenario | str, name: str = "x.yaml") -> None:
    """Upload a scenario, or the text of a file that is to be refused."""
    content = scenario if isinstance(scenario, str) else dump_scenario(scenario)
    drawn_to_its_end(seen)
    field = seen.page.locator("[class*=st-key-scenario-file-]")
    if not field.is_visible():  # open still after a file that was refused
        seen.page.locator("[class*=st-key-scenario-opener-] button").first.click()
    sent = {"name": name, "mimeType": "text/yaml", "buffer": content.encode()}
    field.locator("input[type=file]").set_input_files([FilePayload(**sent)])
    expect(field.get_by_text(name)).to_be_visible()
    seen.page.locator(".st-key-scenario-open-now button").click()
