"""The app in a real browser, with everything but the app itself refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from coverage.messages import text
from coverage.paths import DEMONSTRATION, ROOT
from tests.browser import story
from tests.browser.harness import Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVIL = "<script>alert(1)</script>![x](http://evil.example/x.png)<img src=x onerror=alert(2)>\"'🚑"


def test_a_click_on_the_menu_while_a_county_is_opened_is_not_lost(seen: Visit) -> None:
    seen.page.locator(".st-key-demonstration button").click()
    story.go(seen, "overview")
    title = text("ui.overview_title", "zh")
    expect(seen.page.get_by_role("heading", name=title)).to_be_visible()
    expect(seen.page.locator(".st-key-clause")).to_be_visible()


def test_a_bad_folder_gives_messages_and_no_traceback(seen: Visit, tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(
        '[county]\nname = "坏县"\ncode = "43090"\ncolour = "red"\n', encoding="utf-8"
    )
    for folder in (tmp_path, tmp_path / "nowhere"):
        story.open_folder(seen, folder)
        alert = seen.page.get_by_role("alert")
        expect(alert).to_be_visible()
        expect(alert.locator("li").first).to_be_visible()
        assert "Traceback" not in seen.page.locator("body").inner_text()
    assert seen.refused == []
    assert seen.errors == []


def test_names_that_are_markup_show_as_they_stand(seen: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    shutil.copytree(DEMONSTRATION, folder)
    settings = (folder / "county.toml").read_text(encoding="utf-8")
    name = EVIL.replace('"', '\\"')
    changed = settings.replace('name = "资阳区"', f'name = "{name}"')
    assert changed != settings
    (folder / "county.toml").write_text(changed, encoding="utf-8")
    for table in ("villages.csv", "facilities.csv"):
        header, first, *rest = (folder / table).read_text(encoding="utf-8-sig").splitlines()
        fields = first.split(",")
        quoted = EVIL.replace('"', '""')
        fields[1] = f'"{quoted}"'
        (folder / table).write_text(
            "\n".join([header, ",".join(fields), *rest]) + "\n", encoding="utf-8"
        )
    story.open_folder(seen, folder)
    expect(story.county_name(seen)).to_contain_text(EVIL)
    story.go(seen, "overview")
    expect(seen.page.locator(".st-key-clause")).to_be_visible()
    story.go(seen, "map")
    story.map_shows(seen, "maps.layer_minutes", "zh")
    expect(story.map_frame(seen).get_by_text("evil.example").first).to_be_visible()
    assert seen.dialogs == []
    assert seen.refused == []
    assert seen.errors == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_nothing_is_cut_off(browser: Browser, server: str, width: int, height: int) -> None:
    with visit(browser, server, width, height) as seen:
        story.open_demonstration(seen)
        for language in ("zh", "en"):
            story.turn(seen, language)
            story.go(seen, "overview")
            last = seen.page.get_by_role(
                "heading", name=text("overview_page.worst_title", language)
            )
            expect(last).to_be_visible()
            cut = seen.page.locator(
                "[data-testid=stMetric] *, .st-key-clause [data-testid=stMarkdownContainer]"
            ).evaluate_all(
                "all => all.filter(e => e.scrollWidth > e.clientWidth && e.clientWidth > 0)"
                ".map(e => e.innerText)"
            )
            assert cut == [], language
            main = seen.page.locator("[data-testid=stMain]")
            assert main.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_only_our_files_are_served_with_types_a_browser_accepts(server: str, seen: Visit) -> None:
    story.open_demonstration(seen)
    story.go(seen, "map")  # a first map writes the files
    story.map_shows(seen, "maps.layer_minutes", "zh")
    files = sorted((ROOT / "static" / "folium").iterdir())
    assert files
    for file in files:
        with urllib.request.urlopen(f"{server}/app/static/folium/{file.name}") as answer:
            kind = answer.headers["Content-Type"]
            assert ("javascript" in kind) == (file.suffix == ".js"), (file.name, kind)
            assert ("css" in kind) == (file.suffix == ".css"), (file.name, kind)


def _without_network() -> list[str] | None:
    """Return the command that runs another one in a network of its own, if that is allowed."""
    for command in (["unshare", "-rn"], ["unshare", "-n"]):
        try:
            subprocess.run([*command, "true"], check=True, capture_output=True, timeout=10)
        except (OSError, subprocess.SubprocessError):
            continue
        return command
    return None


def test_a_planner_goes_through_the_app_without_any_network(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    closed = _without_network()
    if closed is None:  # not on Windows, macOS: there whatever is not the app itself is refused
        story.tell(request.getfixturevalue("seen"))
        return
    told = subprocess.run(
        [*closed, sys.executable, "-m", "tests.browser.without_network", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "told without a network" in told.stdout
