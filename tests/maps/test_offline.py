"""Exported maps ask for nothing, and draw."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import folium
import pytest
from folium.plugins import MarkerCluster
from playwright.sync_api import sync_playwright

from coverage.messages import text
from coverage.paths import ROOT
from maps import LAYERS, words
from maps.classes import CLASSES
from maps.drawing import drawing
from maps.export import write_map
from maps.interactive import interactive_map
from maps.offline import asset_urls, assets, offline_html
from tests.machine import find_chromium
from tests.maps_fixtures import HOSTILE, make_report

OUTSIDE = re.compile(r"^\s*(https?:)?//", re.I)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class References(HTMLParser):
    """What a browser would fetch on reading the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styles: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in {"src", "srcset", "data", "poster"} or (name == "href" and tag != "a"):
                self.found.append(value or "")
            if name == "style":
                self.styles.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles.append(data)


def fetched(page: str) -> list[str]:
    reader = References()
    reader.feed(page)
    css = " ".join(reader.styles)
    reader.found += re.findall(r"url\(\s*['\"]?([^'\")]+)", css)
    reader.found += re.findall(r"@import\s+['\"]?([^'\";]+)", css)
    return [url for url in reader.found if not url.startswith(("data:", "#"))]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_asset_is_carried_and_none_is_fetched(layer: str) -> None:
    report = make_report(names=HOSTILE)
    drawn = interactive_map(report, "zh", layer, before=report)
    urls = asset_urls(drawn)
    assert urls
    assert set(urls) <= set(assets())
    plain = drawn.get_root().render()
    assert set(fetched(plain)) == set(urls)
    page = offline_html(drawn)
    assert fetched(page) == []
    assert not re.search(r"sourceMappingURL", page)
    assert "L.control" in page
    assert ".leaflet-container" in page


def test_any_folium_map_with_a_plugin_is_made_whole() -> None:
    drawn = folium.Map(tiles=None, location=[28.6, 112.3], max_zoom=18)
    cluster = MarkerCluster().add_to(drawn)
    folium.Marker([28.6, 112.3]).add_to(cluster)
    urls = asset_urls(drawn)
    assert any("markercluster" in url for url in urls)
    page = offline_html(drawn)
    assert not [url for url in fetched(page) if OUTSIDE.match(url)]


def test_an_asset_that_is_not_carried_is_not_passed_over() -> None:
    drawn = folium.Map(tiles=None, location=[28.6, 112.3])
    drawn.default_js = [("new", "https://example.org/new.js")]
    with pytest.raises(KeyError):
        offline_html(drawn)


def look(path: Path, width: int = 1280) -> dict[str, object]:
    """Open a page with every request that is not for the page itself refused and counted."""
    chromium = find_chromium()
    assert chromium, "no Chromium: run python -m tests.machine"
    refused: list[str] = []
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))

        def decide(route: object) -> None:
            if route.request.url == path.as_uri():  # type: ignore[attr-defined]
                route.continue_()  # type: ignore[attr-defined]
            else:
                refused.append(route.request.url)  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]

        page.route("**/*", decide)
        page.goto(path.as_uri())
        page.wait_for_selector(".leaflet-overlay-pane path", state="attached")
        seen: dict[str, object] = page.evaluate(
            """() => {
                const box = document.querySelector('.folium-map').getBoundingClientRect();
                const popups = [];
                const open = layer => { if (layer.getPopup && layer.getPopup()) {
                    const shown = document.createElement('div');
                    shown.innerHTML = layer.getPopup().getContent();
                    const tip = document.createElement('div');
                    tip.innerHTML = layer.getTooltip().getContent();
                    popups.push([shown.querySelector('b').textContent, tip.textContent,
                        shown.querySelectorAll('script,img').length]); } };
                const map = Object.values(window).find(v => v instanceof L.Map);
                map.eachLayer(open);
                const legend = document.querySelector('.planner-legend').getBoundingClientRect();
                const switches = document.querySelector('.leaflet-control-layers')
                    .getBoundingClientRect();
                const under = legend.top < switches.bottom ? ['the box of layers'] : [];
                map.eachLayer(layer => { if (layer.feature && layer.feature.properties.c) {
                    const at = map.latLngToContainerPoint(layer.getLatLng());
                    if (at.x > legend.left && at.x < legend.right
                        && at.y > legend.top && at.y < legend.bottom) {
                        under.push(layer.feature.properties.n); } } });
                return {
                    under: under, height: box.height, width: box.width, popups: popups,
                    paths: document.querySelectorAll('.leaflet-overlay-pane path').length,
                    symbols: document.querySelectorAll('.planner-symbol').length,
                    stolen: window.stolen === undefined,
                    legend: document.querySelector('.planner-legend').innerText,
                    title: document.querySelector('.planner-title').innerText,
                    switches: document.querySelectorAll('.leaflet-control-layers-overlays input')
                        .length,
                    expanded: !!document.querySelector('.leaflet-control-layers-expanded'),
                    attribution: document.querySelector('.leaflet-control-attribution').innerText,
                };
            }"""
        )
        browser.close()
    return {**seen, "refused": refused, "errors": errors}


@pytest.mark.browser
@pytest.mark.parametrize("layer", LAYERS)
def test_the_exported_page_draws_and_asks_for_nothing(layer: str, tmp_path: Path) -> None:
    report = make_report(names=HOSTILE, name=HOSTILE[1])
    path = tmp_path / "map.html"
    write_map(report, path, "zh", layer, before=report)
    seen = look(path)
    assert seen["refused"] == []
    assert seen["errors"] == []
    assert seen["height"] == 800
    assert seen["width"] == 1280
    assert seen["stolen"]
    assert HOSTILE[1] in str(seen["title"])
    assert text("maps.illustrative", "zh") in str(seen["title"])
    drawn = drawing(report, layer, before=report)
    assert words.layer_title(layer, "zh", drawn.rule) in str(seen["legend"])
    extra = (drawn.areas is not None) + (drawn.lines is not None)
    assert seen["switches"] == 7 + extra
    assert "Leaflet" not in str(seen["attribution"])
    popups = seen["popups"]
    assert isinstance(popups, list)
    names = [name for name, _, _ in popups]
    for name in HOSTILE:
        assert names.count(name) >= 2
    assert all(tip.startswith(name) and not inner for name, tip, inner in popups)
    # nine units, eleven villages, and the stations and centre that are shown at first
    judged = 9 if drawn.areas is not None and drawn.areas.unit else 0
    assert len(popups) == 9 + 11 + 3 + judged
    assert int(str(seen["paths"])) + int(str(seen["symbols"])) >= 9 + 11 + 3


@pytest.mark.browser
def test_on_a_narrow_screen_panels_are_folded_and_the_classes_stay(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_map(make_report(), path, "zh")
    wide, narrow, small = look(path), look(path, width=700), look(path, width=500)
    for entry in CLASSES["minutes"]:
        assert entry.label.text("zh") in str(narrow["legend"])
        assert entry.label.text("zh") not in str(small["legend"])
    assert words.layer_title("minutes", "zh") in str(small["legend"])
    assert wide["under"] == narrow["under"] == small["under"] == []
    for shown, roads in ((wide, True), (narrow, False)):
        assert (text("maps.road_primary", "zh") in str(shown["legend"])) == roads
        assert shown["expanded"] == roads


@pytest.mark.browser
@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("unshare") or os.geteuid() != 0,
    reason="a machine's network can be taken away from a process only by root of a Linux",
)
def test_the_exported_page_draws_on_a_machine_without_any_network(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    write_map(make_report(), path, "zh")
    code = (
        "import sys, json; from pathlib import Path; from tests.maps.test_offline import look;"
        "seen = look(Path(sys.argv[1]));"
        "print(json.dumps([seen['paths'], seen['errors'], seen['refused']]))"
    )
    run = subprocess.run(
        ["unshare", "-n", sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True,
        text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if "unshare failed" in run.stderr:
        pytest.skip("this machine does not let a process go without its network")
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(r"\[[1-9]\d*, \[\], \[\]\]", run.stdout.strip())
