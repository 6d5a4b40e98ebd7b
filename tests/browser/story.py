"""What a planner does in the app, step by step, and what must be seen at each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, expect

from coverage.messages import Language, text
from coverage.report.score import by_kind, score_rows
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import RuleResult
from tests.browser.harness import Visit
from tests.demonstration import demonstration_report

_HEADER_PX = 37


def open_demonstration(seen: Visit) -> None:
    seen.page.locator(".st-key-demonstration button").click()
    expect(county_name(seen)).to_contain_text("430902")


def county_name(seen: Visit) -> Locator:
    """Return the line that names the open county."""
    return seen.page.locator(".st-key-county-name")


def open_folder(seen: Visit, folder: Path | str, language: Language = "zh") -> None:
    field = seen.page.get_by_label(text("ui.folder_label", language))
    expect(field).to_have_count(1)  # not also the one of the page before
    field.fill(str(folder))
    seen.page.get_by_role("button", name=text("ui.open_folder", language)).click()


def go(seen: Visit, page: str) -> None:
    seen.page.locator(f"[data-testid=stSidebarNav] a[href$='{page}']").click()
    expect(seen.page).to_have_url(re.compile(rf"{re.escape(seen.base)}/{page}(\?desk=[0-9a-f]+)?$"))


def turn(seen: Visit, language: Language) -> None:
    seen.page.get_by_text(text("ui.language_name", language), exact=True).click()
    # The menu is drawn anew; a click that begins on the old one ends on nothing.
    overview = text("workspace.page_overview", language)
    expect(seen.page.get_by_role("link", name=overview, exact=True)).to_be_visible()


def banner(seen: Visit, language: Language) -> Locator:
    return seen.page.get_by_text(text("ui.illustrative", language))


def tested() -> dict[str, RuleResult]:
    """Return the demonstration county's results by the id of their rule."""
    return {result.rule.id: result for result in demonstration_report().rules}


@cache
def score_ids() -> list[list[str]]:
    """Return the ids of the demonstration county's rules as the score card groups them."""
    rows = score_rows(demonstration_report(), "zh")
    return [[row.id for row in group] for _, group in by_kind(rows)]


def score_table(seen: Visit, kind: int) -> Locator:
    """Return the score card's table of the kind in this place."""
    return seen.page.locator("[class*=st-key-scores-] [data-testid=stDataFrame]").nth(kind)


def row_place(table: Locator, row: int, rows: int) -> dict[str, float]:
    """Return where in a table of so many rows a row's first cell is, pixels."""
    box = table.bounding_box()
    assert box is not None
    height = (box["height"] - _HEADER_PX) / rows
    return {"x": 60, "y": _HEADER_PX + height * (row + 0.5)}


def click_rule(seen: Visit, rule_id: str) -> Locator:
    """Click on a rule in the score card, a canvas that says not when it is ready."""
    title = tested()[rule_id].rule.title.zh
    kind = next(i for i, ids in enumerate(score_ids()) if rule_id in ids)
    row = score_ids()[kind].index(rule_id)
    card = score_table(seen, kind)
    clause = seen.page.locator(".st-key-clause")
    heading = clause.get_by_role("heading", name=title)
    for _ in range(10):
        expect(card.locator("canvas").first).to_be_visible()
        card.click(position=row_place(card, row, len(score_ids()[kind])))
        try:
            expect(heading).to_be_visible(timeout=3000)
        except AssertionError:
            continue
        return clause
    raise AssertionError(f"No click on {rule_id} showed its clause")


def _maps(seen: Visit) -> Locator:
    return seen.page.locator("iframe[title='streamlit_folium.st_folium']")


def map_frame(seen: Visit) -> FrameLocator:
    """Return the map's frame, once the one that it replaces is gone."""
    expect(_maps(seen)).to_have_count(1)
    return _maps(seen).content_frame


def map_shows(seen: Visit, message_id: str, language: Language) -> None:
    """The map is drawn, at its full size, and this text stands on it."""
    seen.page.wait_for_function(
        """words => {
            const frames = document.querySelectorAll("iframe[title='streamlit_folium.st_folium']");
            return frames.length === 1
                && frames[0].contentDocument?.body?.innerText.includes(words);
        }""",
        arg=text(message_id, language),
    )
    paths = map_frame(seen).locator("path.leaflet-interactive")
    expect(paths.first).to_be_attached()
    assert paths.count() > 20
    box = _maps(seen).bounding_box()
    assert box is not None
    assert box["height"] >= 600
    assert box["width"] > 800


def choose_layer(seen: Visit, layer: str) -> None:
    """Choose what the map shows, in Chinese."""
    seen.page.locator("[class*=st-key-map-layer] input").click()
    seen.page.get_by_role("option", name=text(f"map_page.layer.{layer}", "zh"), exact=True).click()


def tell(seen: Visit) -> None:
    """Go through the whole app with the demonstration county, in both languages."""
    expect(seen.page.get_by_role("heading", name=text("ui.county_title", "zh"))).to_be_visible()
    open_demonstration(seen)
    expect(banner(seen, "zh")).to_be_visible()
    files = seen.page.get_by_test_id("stTable")
    expect(files.get_by_text("roads.osm.pbf", exact=True)).to_be_visible()

    go(seen, "overview")
    expect(banner(seen, "zh")).to_be_visible()
    metrics = seen.page.get_by_test_id("stMetricLabel")
    expect(metrics.get_by_text(text("overview_page.covered_share", "zh"))).to_be_visible()
    clause = seen.page.locator(".st-key-clause")
    catalogue = load_catalogue()
    expect(clause.get_by_text("益资政办发〔2023〕20号")).to_be_visible()
    expect(clause.get_by_text(catalogue["ems-1030"].sources[0].paraphrase.zh)).to_be_visible()
    clause = click_rule(seen, "township-hospital")
    sources = catalogue["township-hospital"].sources
    own = next(source for source in sources if source.document == "ZY-2023")
    expect(clause.get_by_text(own.paraphrase.zh)).to_be_visible()
    expect(clause.get_by_text(own.clause)).to_be_visible()

    go(seen, "map")
    expect(banner(seen, "zh")).to_be_visible()
    map_shows(seen, "maps.layer_minutes", "zh")
    choose_layer(seen, "coverage")
    map_shows(seen, "maps.layer_coverage", "zh")

    turn(seen, "en")
    expect(seen.page.get_by_role("heading", name=text("ui.map_title", "en"))).to_be_visible()
    expect(banner(seen, "en")).to_be_visible()
    map_shows(seen, "maps.layer_coverage", "en")

    assert seen.refused == []
    assert seen.errors == []
    assert seen.dialogs == []
