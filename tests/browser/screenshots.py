"""Take the pictures of the README: ``python -m tests.browser.screenshots docs/images``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import hand, story
from tests.browser.harness import Visit, browsing, serving, visit


def _take(seen: Visit, path: Path) -> None:
    seen.page.mouse.move(0, 0)
    expect(seen.page.locator("[data-testid=stSkeleton]")).to_have_count(0)
    seen.page.wait_for_timeout(1000)
    seen.page.screenshot(path=path)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as base,
        browsing() as browser,
        visit(browser, base, 1366, 900) as seen,
    ):
        story.open_demonstration(seen)
        story.go(seen, "overview")
        expect(seen.page.locator(".st-key-clause")).to_be_visible()
        _take(seen, folder / "overview.png")
        story.go(seen, "map")
        story.map_shows(seen, "maps.layer_minutes", "zh")
        _take(seen, folder / "map.png")
        story.go(seen, "scenario")
        frame = hand.live_map(seen)
        hand.close_bridge(seen, frame, "民主一桥")
        hand.expect_covered(seen, 293_425)
        frame.evaluate("planner.map.setView([28.675, 112.46], 11.75, {animate: false})")
        _take(seen, folder / "scenario.png")
