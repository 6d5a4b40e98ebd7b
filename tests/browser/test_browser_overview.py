"""The overview in a real browser: figures, the curve, tables that fit, sort and can be saved."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from coverage.messages import Language, text
from coverage.rules.catalogue.load import load_catalogue
from tests.browser import story
from tests.browser.harness import Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIZES = [(1366, 768), (1920, 1080)]


def clean(seen: Visit) -> None:
    assert seen.refused == []
    assert seen.errors == []
    assert seen.dialogs == []


def overview(seen: Visit, language: Language = "zh") -> None:
    story.open_demonstration(seen)
    story.turn(seen, language)
    story.go(seen, "overview")
    end = text("overview_page.towns_title", language)
    expect(seen.page.get_by_role("heading", name=end)).to_be_visible()


def tables(seen: Visit) -> Locator:
    return seen.page.locator("[data-testid=stDataFrame]")


def settled(seen: Visit) -> None:
    """Wait until the page does not grow any more."""
    seen.page.wait_for_function(
        """() => {
            const main = document.querySelector('[data-testid=stMain]');
            const now = [main.scrollHeight, document.querySelectorAll('canvas').length].join();
            const calm = window.lastSeen === now;
            window.lastSeen = now;
            return calm;
        }""",
        polling=1500,
    )


def test_town_countryside_and_the_curve(seen: Visit) -> None:
    overview(seen)
    page = seen.page
    for label, value in (("covered_share", "82.9 %"), ("late", "60,783 人"), ("p90_min", "24.3")):
        name = text(f"overview_page.{label}", "zh")
        metric = page.locator("[data-testid=stMetric]").filter(has_text=name)
        expect(metric).to_contain_text(value)
    figures = page.locator("[data-testid=stTable]").first
    late = figures.get_by_role("row").filter(has_text=text("overview_page.late", "zh"))
    expect(late).to_contain_text("45,356")
    expect(late).to_contain_text("15,427")
    chart = page.locator("[data-testid=stVegaLiteChart]")
    expect(chart.locator("canvas, svg").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 250
    chart.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    tip = page.locator("#vg-tooltip-element")
    expect(tip).to_contain_text(text("overview_page.group_urban", "zh"))
    expect(tip).to_contain_text(text("overview_page.axis_minutes", "zh"))
    clean(seen)


def test_english_texts_are_whole_where_chinese_ones_were_drawn_before(seen: Visit) -> None:
    overview(seen)
    settled(seen)
    seen.page.evaluate(
        """() => {
            window.drawn = new Map();
            const brush = CanvasRenderingContext2D.prototype;
            const draw = brush.fillText;
            brush.fillText = function (words, ...place) {
                window.drawn.set(words, this.measureText(words).width);
                return draw.call(this, words, ...place);
            };
        }"""
    )
    story.turn(seen, "en")
    end = text("overview_page.towns_title", "en")
    expect(seen.page.get_by_role("heading", name=end)).to_be_visible()
    settled(seen)
    drawn = seen.page.evaluate("Object.fromEntries(window.drawn)")
    # The longest title is drawn, in pieces that fit the widest column.
    title = max((result.rule.title.en for result in story.tested().values()), key=len)
    assert any(title.startswith(words) for words in drawn if len(words) > 10)
    assert {words: wide for words, wide in drawn.items() if wide > 320} == {}
    clean(seen)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_column_is_cut_off(
    browser: Browser, server: str, width: int, height: int, language: Language
) -> None:
    with visit(browser, server, width, height) as seen:
        overview(seen, language)
        settled(seen)
        main = seen.page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
        inner = seen.page.locator("[data-testid=stDataFrame] .dvn-scroller")
        cut = inner.evaluate_all(
            "all => all.filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => [e.scrollWidth, e.clientWidth])"
        )
        assert inner.count() >= 9
        assert cut == []
        metrics = seen.page.locator("[data-testid=stMetric] *")
        assert metrics.evaluate_all(
            "all => all.every(e => e.scrollWidth <= e.clientWidth || e.clientWidth === 0)"
        )
        clean(seen)


def test_a_click_still_finds_its_rule_in_a_sorted_table(seen: Visit) -> None:
    overview(seen)
    clause = story.click_rule(seen, "township-hospital")
    expect(clause).to_contain_text("township-hospital")
    kinds = [story.tested()[ids[0]].rule.kind for ids in story.score_ids()]
    place = kinds.index("share")
    rules = story.score_ids()[place]
    table = story.score_table(seen, place)
    table.scroll_into_view_if_needed()
    settled(seen)
    # The table that a screen reader is told, inside the canvas.
    first = table.locator("[data-testid=glide-cell-0-0]")
    unsorted = first.text_content()
    assert unsorted is not None
    assert unsorted.replace("\n", "") == story.tested()[rules[0]].rule.title.zh
    table.click(position={"x": 60, "y": 15})
    expect(first).not_to_have_text(unsorted)
    title = (first.text_content() or "").replace("\n", "")
    table.click(position=story.row_place(table, 0, len(rules)))
    expect(clause.get_by_role("heading", name=title)).to_be_visible()
    clean(seen)


def test_only_what_could_not_be_assessed(seen: Visit) -> None:
    overview(seen)
    before = tables(seen).count()
    open_ = [result for result in story.tested().values() if result.verdict == "not_assessable"]
    seen.page.get_by_text(f"? 无法判断 {len(open_)}", exact=True).click()
    expect(tables(seen)).not_to_have_count(before)
    kinds = {result.rule.kind for result in open_}
    expect(seen.page.locator("[class*=st-key-scores-]")).to_have_count(len(kinds))
    clean(seen)


def test_the_score_card_is_saved_for_a_spreadsheet(seen: Visit, tmp_path: Path) -> None:
    overview(seen)
    label = text("overview_page.save_scores", "zh")
    with seen.page.expect_download() as waiting:
        seen.page.get_by_role("button", name=label).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == sum(len(ids) for ids in story.score_ids())
    ems = next(row for row in rows if row[text("ui.column_id", "zh")] == "ems-1030")
    assert ems[text("ui.column_short", "zh")] == "60783"
    assert ems[text("ui.column_reading", "zh")] == load_catalogue()["ems-1030"].reading.zh
    clean(seen)
