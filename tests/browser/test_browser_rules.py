"""The rules page in a real browser: a figure changed, found again, saved; a rule written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from coverage.messages import Language, text
from tests.browser import story
from tests.browser.harness import Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def clean(seen: Visit) -> None:
    assert seen.refused == []
    assert seen.errors == []
    assert seen.dialogs == []


def rules(seen: Visit, language: Language = "zh") -> None:
    story.open_demonstration(seen)
    story.turn(seen, language)
    story.go(seen, "rules")
    expect(seen.page.locator(".st-key-rule")).to_be_visible()


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[class*='-{name}-'] input").first


def change(page: Page, name: str, value: str) -> None:
    field(page, name).fill(value)
    field(page, name).press("Enter")


def effect(page: Page) -> Locator:
    turn = re.compile(text("rules_page.column_turn", "zh"))
    return page.locator(".st-key-rule [data-testid=stTable]").filter(has_text=turn).first


def test_a_limit_changed_shows_at_once_stays_and_is_saved(seen: Visit) -> None:
    rules(seen)
    page = seen.page
    expect(effect(page)).to_contain_text("60,783 人")
    change(page, "urban_limit_min", "15")
    # 打伞树村 is the only place in town beyond 15 minutes: 3,039 people, and 15,427 outside.
    expect(effect(page)).to_contain_text("18,466 人")
    expect(effect(page)).to_contain_text(text("ui.outcome_better", "zh"))

    story.go(seen, "overview")
    metric = page.locator("[data-testid=stMetric]").filter(
        has_text=text("overview_page.late", "zh")
    )
    expect(metric).to_contain_text("18,466 人")
    words = text("workspace.overrides_in_force", "zh", ids="ems-1030")
    in_force = page.locator("[data-testid=stAlert]").filter(has_text=words)
    expect(in_force).to_be_visible()

    story.go(seen, "rules")
    expect(effect(page)).to_contain_text("18,466 人")
    expect(page).to_have_url(re.compile(r"/rules\?desk=[0-9a-f]+$"))
    page.reload()
    expect(effect(page)).to_contain_text("18,466 人")
    assert field(page, "urban_limit_min").input_value() == "15"

    page.locator(".st-key-values-save button").click()
    saved = page.locator("[data-testid=stAlert]").filter(has_text="county.toml")
    expect(saved).to_be_visible()
    expect(in_force).to_have_count(0)
    expect(effect(page)).to_contain_text("18,466 人")
    expect(effect(page)).to_contain_text(text("ui.outcome_same", "zh"))
    folder = Path(re.search(r"(/\S+/county-[0-9a-f]+)", saved.inner_text())[1])  # type: ignore[index]
    stated = tomllib.loads((folder / "county.toml").read_text(encoding="utf-8"))
    assert stated["rules"]["ems-1030"] == {"urban_limit_min": 15.0}
    clean(seen)


def test_back_to_the_countys_figure(seen: Visit) -> None:
    rules(seen)
    page = seen.page
    change(page, "rural_limit_min", "40")
    # Only 五房洲村, which no road reaches, is late outside town.
    expect(effect(page)).to_contain_text("47,073 人")
    page.locator(".st-key-values-drop button").click()
    expect(effect(page)).not_to_contain_text("47,073 人")
    expect(field(page, "rural_limit_min")).to_have_value("30")
    clean(seen)


def test_a_rule_is_written_tried_and_saved(seen: Visit) -> None:
    rules(seen)
    page = seen.page
    evil = "十五分钟<script>alert(1)</script>"
    page.get_by_text(text("rules_page.part_form", "zh"), exact=True).click()
    page.get_by_label(text("rules_page.form_title", "zh"), exact=True).fill(evil)
    page.get_by_role("textbox", name=text("rules_page.form_id", "zh")).fill("own-fifteen")
    limit = page.get_by_label(text("rules.parameter_urban_limit_min", "zh")).first
    limit.fill("15")
    limit.press("Tab")
    page.get_by_role("button", name=text("rules_page.form_try", "zh"), exact=True).click()
    expect(page.get_by_text(text("rules_page.form_result", "zh"))).to_be_visible()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("18,466 人")
    page.get_by_role("button", name=text("rules_page.form_save", "zh"), exact=True).click()
    saved = page.locator("[data-testid=stAlert]").filter(has_text="rules/own-fifteen.yaml")
    expect(saved).to_be_visible()
    story.go(seen, "overview")
    expect(page.locator(".st-key-clause")).to_contain_text(evil)
    expect(page.locator(".st-key-clause")).to_contain_text("own-fifteen")
    clean(seen)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_off(
    browser: Browser, server: str, width: int, height: int, language: Language
) -> None:
    with visit(browser, server, width, height) as seen:
        rules(seen, language)
        page = seen.page
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
        inner = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
        expect(inner).to_be_attached()
        assert inner.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
        page.get_by_text(text("rules_page.part_form", language), exact=True).click()
        form = page.get_by_label(text("rules_page.form_title", language), exact=True)
        expect(form).to_be_visible()
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
        clean(seen)
