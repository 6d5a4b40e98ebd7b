"""The map that stays: what is sent to the browser, and what may come back from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import folium
import pytest
import streamlit_folium

from coverage.ui.map import live
from coverage.ui.map.live import Click, Draw, Focus, Move, Need, Pick, event_of


def _group(name: str, *, control: bool = True, show: bool = True) -> folium.FeatureGroup:
    group = folium.FeatureGroup(name=name, control=control, show=show)
    folium.CircleMarker([28.6, 112.3], tooltip=name).add_to(group)
    return group


def test_the_frame_gives_the_map_its_messenger() -> None:
    """`live_map.js` speaks through ``window.Streamlit``, which streamlit-folium puts there."""
    (script,) = (Path(streamlit_folium.build_dir) / "static" / "js").glob("main.*.js")
    code = script.read_text(encoding="utf-8")
    assert "window.Streamlit=" in code
    assert "setComponentValue" in code
    assert "plannerLive" in live._CODE
    assert "Streamlit.setComponentValue" in live._CODE


def test_the_layers_are_taken_out_of_the_map_and_the_rest_stays(tmp_path: Path) -> None:
    fmap = folium.Map(location=[28.6, 112.3], tiles=None)
    first, second = _group("a"), _group("b", show=False)
    first.add_to(fmap)
    second.add_to(fmap)
    taken = live.take_layers(fmap)
    assert taken == [first, second]
    codes = live.layer_codes(taken)
    assert [(code.key, code.name, code.show) for code in codes] == [
        ("a/1", "a", True),
        ("b/1", "b", False),
    ]
    base = live.base_arguments(fmap, 500, "place", "zh", tmp_path)
    assert "circle_marker" not in base["script"]
    assert "plannerLive(map_div" in base["script"]
    links = base["js_links"] + base["css_links"]
    assert all(link.startswith("../../app/static/folium/") for link in links)
    assert any("leaflet.draw" in link for link in links)


def test_a_layer_that_did_not_change_is_sent_alike() -> None:
    one, two = live.layer_codes([_group("a")]), live.layer_codes([_group("a")])
    assert one == two
    assert one[0].entry() == two[0].entry()
    changed = live.layer_codes([_group("a b")])[0].entry()
    assert re.search(r'"digest": "(\w+)"', changed) != re.search(
        r'"digest": "(\w+)"', one[0].entry()
    )


def test_two_layers_of_one_name_have_two_keys_and_panels_no_name() -> None:
    codes = live.layer_codes([_group("a"), _group("a"), _group("<b>", control=False)])
    assert [code.key for code in codes] == ["a/1", "a/2", "<b>/1"]
    assert codes[2].name == ""
    (marked,) = live.layer_codes([_group("<b>")])
    assert marked.name == "&lt;b&gt;"


def test_tool_and_focus_are_told_as_plain_data(tmp_path: Path) -> None:
    base = live.base_arguments(folium.Map(tiles=None), 500, "x", "en", tmp_path)
    focus = Focus('village:"</script>', 112.3, 28.6, "1")
    told = live.live_arguments(base, live.layer_codes([_group("a")]), "move", focus)
    wanted = re.search(r"planner\.use\((.*)\);", told["feature_group"])
    assert wanted
    assert json.loads(wanted[1])["focus"]["key"] == 'village:"</script>'
    assert json.loads(wanted[1])["tool"] == "move"
    json.dumps(told)


class Browser:
    """What the frame of the map is given, and what it says back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state: dict[str, Any] = {}
        self.given: dict[str, Any] = {}
        self.changed: Callable[[], None] = lambda: None
        monkeypatch.setattr(live.st, "session_state", self.state)
        monkeypatch.setattr(streamlit_folium, "_component_func", self.draw)

    def draw(self, *, on_change: Callable[[], None], **arguments: Any) -> None:
        self.given, self.changed = arguments, on_change

    def say(self, event: dict[str, Any]) -> None:
        self.state[self.given["key"]] = event
        self.changed()


def test_only_layers_that_changed_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, told = Browser(monkeypatch), []
    base = live.base_arguments(folium.Map(tiles=None), 500, "x", "en", tmp_path)
    roads, stations, moved = (
        live.layer_codes([_group(name)])[0] for name in ("roads", "stations", "stations")
    )
    moved = replace(moved, code=moved.code.replace("28.6", "28.7"))

    def sent(*layers: live.LayerCode) -> list[bool]:
        live.show_live(base, layers, "map", told.append)
        return [layer.code in browser.given["feature_group"] for layer in layers]

    assert sent(roads, stations) == [True, True]
    assert sent(roads, stations) == [False, False]
    assert len(browser.given["feature_group"]) < 500
    assert sent(roads, moved) == [False, True]
    assert sent(moved) == [False]
    assert sent(roads, moved) == [True, False]  # taken away and put back: the browser dropped it
    browser.say({"type": "need", "id": "1"})
    assert sent(roads, moved) == [True, True]
    assert not told
    browser.say({"type": "pick", "id": "2", "key": "village:43"})
    assert told == [Pick(type="pick", id="2", key="village:43")]
    assert sent(roads, moved) == [False, False]


def test_events_of_the_browser_are_checked() -> None:
    assert event_of({"type": "pick", "id": "1", "key": "village:43"}) == Pick(
        type="pick", id="1", key="village:43"
    )
    assert isinstance(event_of({"type": "click", "id": "1", "lon": 112, "lat": 28.6}), Click)
    moved = {"type": "move", "id": "1", "key": "facility:S1", "lon": 112, "lat": 28.6}
    assert isinstance(event_of(moved), Move)
    drawn = {"type": "draw", "id": "1", "shape": "line", "points": [[112, 28], [113, 28]]}
    assert isinstance(event_of(drawn), Draw)
    assert isinstance(event_of({"type": "need", "id": "1"}), Need)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"type": "other", "id": "1"},
        {"type": "pick", "id": "1", "key": "x"},
        {"type": "click", "id": "1", "lon": 500, "lat": 28},
        {"type": "click", "id": "1", "lon": float("nan"), "lat": 28},
        {"type": "move", "id": "1", "key": "village:4", "lon": 112, "lat": 28},
        {"type": "draw", "id": "1", "shape": "line", "points": [[112, 28]]},
        {"type": "draw", "id": "1", "shape": "line", "points": [[112, 28]] * 1001},
        {"type": "draw", "id": "1", "shape": "circle", "points": [[112, 28], [113, 28]]},
    ],
)
def test_what_is_no_event_is_left_alone(value: object) -> None:
    assert event_of(value) is None
