"""The county page in a real browser: open, upload, look, keep, find again."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, expect

from coverage.messages import Language, text
from coverage.paths import DEMONSTRATION
from tests.browser import story
from tests.browser.harness import Visit, visit
from tests.workspace_fixtures import tree, zipped

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

_HEADER_PX = 36
_ROW_PX = 74
_MAP = "iframe[title='streamlit_folium.st_folium']"


def token(seen: Visit) -> str:
    """Return the workspace that the address names."""
    seen.page.wait_for_function("() => location.search.includes('desk=')")
    (found,) = parse_qs(urlsplit(seen.page.url).query)["desk"]
    return found


def upload(seen: Visit, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    zone = seen.page.locator(".st-key-upload-files")
    zone.locator("input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    expect(zone.get_by_text(files[0][0]).first).to_be_visible()
    seen.page.get_by_role("button", name=text("workspace.open_upload", "zh")).click()


def button(seen: Visit, message: str) -> Locator:
    return seen.page.get_by_role("button", name=text(message, "zh"))


def quality(seen: Visit, language: Language) -> Locator:
    return seen.page.get_by_role("heading", name=text("county_page.quality_title", language))


def nothing_bad(seen: Visit) -> None:
    assert seen.refused == []
    assert seen.errors == []
    assert seen.dialogs == []
    assert "Traceback" not in seen.page.locator("body").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_upload_that_is_refused_is_told_beside_it(seen: Visit, language: Language) -> None:
    seen.page.route(
        "**/_stcore/upload_file/**",
        lambda route: route.fulfill(status=413) if route.request.method == "PUT" else None,
    )
    if language == "en":
        seen.page.get_by_text(text("ui.language_name", "en")).click()
    sent = [{"name": "county.zip", "mimeType": "", "buffer": b"x"}]
    zone = seen.page.locator(".st-key-upload-files")
    zone.locator("input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    told = text("workspace.upload_refused", language, total_mb=400, files=1000)
    seen.page.wait_for_function(
        """told => {
            const zone = document.querySelector("[data-testid=stFileUploader]");
            return zone && getComputedStyle(zone, "::after").content === JSON.stringify(told);
        }""",
        arg=told,
    )


def test_the_work_is_found_again_after_a_reload_and_on_every_page(seen: Visit) -> None:
    story.open_demonstration(seen)
    workspace = token(seen)
    for page in ("overview", "map", "export"):
        story.go(seen, page)
        expect(story.county_name(seen)).to_be_visible()
        assert token(seen) == workspace
    seen.page.get_by_role("link", name=text("workspace.page_county", "zh"), exact=True).click()
    expect(quality(seen, "zh")).to_be_visible()
    assert token(seen) == workspace
    seen.page.reload()
    expect(story.county_name(seen)).to_contain_text("资阳区")
    assert token(seen) == workspace
    story.turn(seen, "en")
    expect(quality(seen, "en")).to_be_visible()
    seen.page.wait_for_timeout(500)
    seen.page.reload()
    expect(quality(seen, "en")).to_be_visible()
    nothing_bad(seen)


def test_a_warning_is_clicked_and_its_village_marked(seen: Visit) -> None:
    story.open_demonstration(seen)
    table = seen.page.locator("[data-testid=stDataFrame]").first
    expect(table.locator("canvas").first).to_be_visible()
    # three warnings stand first: the facility without a place, the island's village twice
    panel = seen.page.locator(".st-key-problem")
    for _ in range(10):
        table.click(position={"x": 16, "y": _HEADER_PX + _ROW_PX * 1.5})
        try:
            expect(panel).to_be_visible(timeout=4000)
            break
        except AssertionError:
            continue
    expect(panel).to_contain_text("1,717")
    expect(seen.page.locator(_MAP)).to_have_count(1)
    frame = seen.page.locator(_MAP).content_frame
    mark = frame.locator("path[fill='#ffd400']")
    expect(mark).to_have_count(1)
    mark.click()
    popup = frame.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("五房洲村")
    expect(popup).to_contain_text("80")
    nothing_bad(seen)


def test_a_zip_from_windows_is_opened(seen: Visit) -> None:
    files = {f"资阳区/{name}": content for name, content in tree(DEMONSTRATION).items()}
    upload(seen, ("资阳区.zip", zipped(files, encoding="gb18030")))
    expect(story.county_name(seen)).to_contain_text("430902")
    expect(
        seen.page.get_by_text(text("workspace.uploaded", "zh", count=len(files)))
    ).to_be_visible()
    nothing_bad(seen)


def test_the_files_themselves_are_opened(seen: Visit) -> None:
    files = [(name.rsplit("/", 1)[-1], content) for name, content in tree(DEMONSTRATION).items()]
    upload(seen, *files)
    expect(story.county_name(seen)).to_contain_text("430902")
    nothing_bad(seen)


def test_a_spoilt_table_is_told_with_its_row(seen: Visit) -> None:
    files = tree(DEMONSTRATION)
    lines = files["villages.csv"].decode("utf-8-sig").splitlines()
    fields = lines[4].split(",")
    fields[fields.index(next(f for f in fields[4:] if f.isdigit()))] = "很多人"
    lines[4] = ",".join(fields)
    files["villages.csv"] = "\n".join(lines).encode()
    upload(seen, ("a.zip", zipped(files)))
    alert = seen.page.get_by_role("alert").filter(has_text="villages.csv")
    expect(alert).to_contain_text("很多人")
    expect(alert).to_contain_text(text("errors.rows", "zh", rows="5"))
    nothing_bad(seen)


def test_an_archive_that_leads_outside_is_refused(seen: Visit) -> None:
    upload(seen, ("a.zip", zipped({"county.toml": b"x", "../../evil.csv": b"x"})))
    expect(seen.page.get_by_role("alert")).to_contain_text("../../evil.csv")
    nothing_bad(seen)


def test_two_windows_do_not_write_over_each_other(seen: Visit, browser: Browser) -> None:
    story.open_demonstration(seen)
    workspace = token(seen)
    with visit(browser, seen.base) as other:
        other.page.goto(seen.page.url)
        expect(story.county_name(other)).to_contain_text("资阳区")
        button(other, "county_page.copy").click()
        expect(other.page.get_by_text(text("county_page.copy_hint", "zh"))).to_have_count(0)
        button(seen, "county_page.copy").click()
        expect(seen.page.locator(".st-key-workspace-conflict")).to_be_visible()
        seen.page.locator(".st-key-keep-mine button").click()
        expect(seen.page.locator(".st-key-workspace-conflict")).to_have_count(0)
        seen.page.wait_for_function("old => !location.search.includes(old)", arg=workspace)
        expect(story.county_name(seen)).to_contain_text("资阳区")
        other.page.reload()
        expect(story.county_name(other)).to_contain_text("资阳区")
        assert token(other) == workspace
        nothing_bad(other)
    nothing_bad(seen)


def test_the_county_goes_out_as_a_zip_and_comes_in_again(seen: Visit, tmp_path: Path) -> None:
    story.open_demonstration(seen)
    with seen.page.expect_download() as waited:
        button(seen, "county_page.download").click()
    path = tmp_path / waited.value.suggested_filename
    waited.value.save_as(path)
    assert path.name == "430902.zip"
    seen.page.get_by_text(text("county_page.open_other", "zh")).click()
    upload(seen, (path.name, path.read_bytes()))
    count = len(tree(DEMONSTRATION))
    expect(seen.page.get_by_text(text("workspace.uploaded", "zh", count=count))).to_be_visible()
    expect(story.county_name(seen)).to_contain_text("430902")
    nothing_bad(seen)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_nothing_needs_horizontal_scrolling(
    browser: Browser, server: str, width: int, height: int
) -> None:
    with visit(browser, server, width, height) as seen:
        story.open_demonstration(seen)
        for language in ("zh", "en"):
            story.turn(seen, language)
            heading = seen.page.get_by_text(text("county_page.keep_title", language), exact=True)
            expect(heading).to_be_visible()
            main = seen.page.locator("[data-testid=stMain]")
            assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
            english = seen.page.get_by_text(re.compile(r"^(Upload|Browse files|200MB per file)$"))
            assert not any(found.is_visible() for found in english.all())
        nothing_bad(seen)
