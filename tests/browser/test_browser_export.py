"""The export page in a real browser: every file can be had and opened."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, expect

from coverage.messages import text
from coverage.paths import DEMONSTRATION
from coverage.workspace.export import REPORT_FILES
from tests.browser import story
from tests.browser.harness import Visit, visit
from tests.workspace_fixtures import tree

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


_PACKING_MS = 300_000
"""Some ten seconds of work where nothing else runs."""


def download(seen: Visit, button: Locator, folder: Path) -> Path:
    with seen.page.expect_download() as waited:
        button.click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path


def test_the_zip_of_all_holds_what_the_page_shows(seen: Visit, tmp_path: Path) -> None:
    story.open_demonstration(seen)
    story.go(seen, "export")
    seen.page.locator(".st-key-make-all button").click()
    ready = seen.page.locator(".st-key-download-all button")
    expect(ready).to_be_visible(timeout=_PACKING_MS)
    path = download(seen, ready, tmp_path)
    assert path.name == "430902-1030.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name.removeprefix("430902/"): archive.read(name) for name in archive.namelist()}
    assert {f"report/{name}" for name, _ in REPORT_FILES} <= set(files)
    record = json.loads(files["report/report.json"])
    assert record["response"]["population"] == 356_405
    county = {name.removeprefix("county/"): c for name, c in files.items() if "county/" in name}
    assert county == tree(DEMONSTRATION)
    assert "说明.txt" in files
    assert seen.refused == []
    assert seen.errors == []


def test_single_files_are_made_when_they_are_asked_for(seen: Visit, tmp_path: Path) -> None:
    story.open_demonstration(seen)
    story.turn(seen, "en")
    story.go(seen, "export")
    rows = seen.page.locator("[data-testid=stDownloadButton] button")
    expect(rows.first).to_be_visible()
    book = download(seen, rows.nth(0), tmp_path)
    assert book.name == "report.xlsx"
    assert openpyxl.load_workbook(io.BytesIO(book.read_bytes())).sheetnames
    page = download(seen, rows.nth(1), tmp_path)
    assert page.name == "map.html"
    assert seen.refused == []
    assert seen.errors == []


def test_an_exported_map_opens_without_asking_for_anything(
    browser: Browser, seen: Visit, tmp_path: Path
) -> None:
    story.open_demonstration(seen)
    story.go(seen, "export")
    rows = seen.page.locator("[data-testid=stDownloadButton] button")
    expect(rows.first).to_be_visible()
    file = download(seen, rows.nth(1), tmp_path)
    context = browser.new_context()
    asked: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        expect(page.locator("path.leaflet-interactive").first).to_be_attached()
    finally:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_making_the_zip_can_be_stopped(seen: Visit) -> None:
    story.open_demonstration(seen)
    story.go(seen, "export")
    seen.page.locator(".st-key-make-all button").click()
    seen.page.locator(".st-key-stop-export button").click()
    expect(seen.page.locator(".st-key-make-all button")).to_be_visible()
    expect(seen.page.locator(".st-key-stop-export")).to_have_count(0)
    expect(seen.page.locator(".st-key-download-all")).to_have_count(0)
    assert seen.errors == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_nothing_needs_horizontal_scrolling(
    browser: Browser, server: str, width: int, height: int
) -> None:
    with visit(browser, server, width, height) as seen:
        story.open_demonstration(seen)
        story.go(seen, "export")
        for language in ("zh", "en"):
            story.turn(seen, language)
            last = seen.page.get_by_text(text("export_page.county_title", language), exact=True)
            expect(last).to_be_visible()
            main = seen.page.locator("[data-testid=stMain]")
            assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
        assert seen.refused == []
        assert seen.errors == []
