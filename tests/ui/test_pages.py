"""What each page shows in each state: no county, a bad one, one made by hand, the real one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest, app_test

from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, Language, text
from coverage.paths import DEMONSTRATION, ROOT
from coverage.problems import InputError, Problem
from coverage.progress import Progress
from coverage.ui import cache
from tests import ui_fixtures
from tests.ui_app import (  # noqa: F401 - fixtures
    Give,
    fresh_fixture,
    give_fixture,
    run,
    shown,
    workspace_fixture,
)

APP = str(ROOT / "app.py")
PAGES = ("county", "overview", "map", "rules", "export")


@pytest.fixture(scope="session", autouse=True)
def streamlit_leaves_no_folder_behind() -> Iterator[None]:
    """AppTest makes a temporary folder when it is imported and never closes it."""
    yield
    app_test.TMP_DIR.cleanup()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_without_a_county_every_page_lets_one_be_chosen(page: str, language: Language) -> None:
    app = run(page, None, language)
    assert not app.exception
    assert app.button(key="demonstration").label == text("ui.open_demonstration", language)
    assert app.text_input(key="folder").label == text("ui.folder_label", language)
    assert app.title[0].value


def test_the_app_begins_in_chinese_on_the_county_page() -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "选择县区"
    assert app.radio(key="language").value == "zh"


def test_the_language_switch_turns_every_text(give: Give) -> None:
    app = run("overview", give(ui_fixtures.report()))
    assert "达标总览" in shown(app)
    app.radio(key="language").set_value("en").run()
    english = shown(app)
    assert not app.exception
    assert "Overview" in english
    assert "Test District" in english
    assert "ems-1030 in English" in english
    own = [element.label for element in app.metric] + [app.title[0].value]
    assert not [label for label in own if any("\u4e00" <= c <= "\u9fff" for c in label)]


@pytest.mark.parametrize("page", ["county", "overview"])
def test_the_banner_stands_where_data_is_invented_and_only_there(page: str, give: Give) -> None:
    banner = text("ui.illustrative", "zh")
    assert [w.value for w in run(page, give(ui_fixtures.report())).warning] == [banner]
    st.cache_resource.clear()
    honest = run(page, give(ui_fixtures.report(illustrative=False)))
    assert banner not in shown(honest)


@pytest.mark.parametrize("page", PAGES)
def test_every_problem_of_a_bad_folder_is_listed(page: str, give: Give) -> None:
    problems = [
        Problem("ui.no_folder", values={"folder": ui_fixtures.EVIL}, file="a.csv", rows=(3, 4)),
        Problem("ui.no_county", file="b.csv", column="x"),
        Problem("ui.unknown", level="warning"),
    ]
    app = run(page, give(InputError(problems)))
    assert not app.exception
    (error,) = app.error
    assert "2 处问题" in error.value
    assert r"a\.csv" in error.value
    assert r"b\.csv" in error.value
    assert text("ui.unknown", "zh") not in error.value
    assert "<script>" not in error.value.replace("\\<", "")
    assert "![" not in error.value
    assert "Traceback" not in shown(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_defect_of_ours_is_one_plain_sentence(
    page: str, give: Give, caplog: pytest.LogCaptureFixture
) -> None:
    app = run(page, give(ZeroDivisionError("secret detail")))
    assert not app.exception
    assert [e.value for e in app.error] == [text("ui.defect", "zh")]
    assert "secret detail" not in shown(app)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_cannot_be_opened_is_said(page: str, give: Give) -> None:
    app = run(page, give(PermissionError(13, "denied", "villages.xlsx")))
    assert not app.exception
    assert "villages" in app.error[0].value


@pytest.mark.parametrize(
    "typed", ["/no/such/folder", "a\0b", "x" * 5000, "<img src=x onerror=alert(1)>"]
)
def test_a_folder_that_is_not_there_is_said(typed: str) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.text_input(key="folder").set_value(typed)
    next(b for b in app.button if b.label == text("ui.open_folder", "zh")).click().run()
    assert not app.exception
    assert "1 处问题" in app.error[0].value


def test_a_typed_folder_is_opened_even_with_quotes_or_its_file_named(give: Give) -> None:
    folder = give(ui_fixtures.report())
    (folder / "county.toml").touch()
    for typed in (f'"{folder}"', f"  {folder}  ", str(folder / "county.toml")):
        app = AppTest.from_file(APP, default_timeout=60).run()
        app.text_input(key="folder").set_value(typed)
        next(b for b in app.button if b.label == text("ui.open_folder", "zh")).click().run()
        assert not app.error, typed
        assert "测试区" in shown(app)


def test_a_name_that_is_markup_stays_text(give: Give) -> None:
    app = run("county", give(ui_fixtures.report(name=ui_fixtures.EVIL)))
    heading = next(m.value for m in app.markdown if "430902" in m.value)
    assert "![" not in heading
    assert r"\<script\>" in heading


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def assess(folder: Path, progress: Progress) -> Report:
        read.append(folder)
        return ui_fixtures.report()

    monkeypatch.setattr(cache, "assess_apart", assess)
    (tmp_path / "county.toml").write_text(
        '[county]\nname = "甲"\ncode = "430902"\n[sources]\ntownships = "t.shp"\n'
        'villages = "v.csv"\nfacilities = "f.csv"\nroads = "r.osm"\n',
        encoding="utf-8",
    )
    (tmp_path / "unrelated.csv").write_text("x", encoding="utf-8")
    run("county", tmp_path)
    run("overview", tmp_path)
    assert len(read) == 1
    (tmp_path / "unrelated.csv").write_text("changed", encoding="utf-8")
    run("county", tmp_path)
    assert len(read) == 1
    for count, name in enumerate(("v.csv", "t.dbf", "r.osm"), 2):
        (tmp_path / name).write_text("x", encoding="utf-8")
        run("county", tmp_path)
        assert len(read) == count, name


def test_the_demonstration_county_on_every_page_in_both_languages() -> None:
    for language in LANGUAGES:
        for page in PAGES:
            app = run(page, DEMONSTRATION, language)
            assert not app.exception, (page, language)
            assert not app.error, (page, language)
            assert text("ui.illustrative", language) in [w.value for w in app.warning]
            if page == "overview":
                assert sum(len(frame.value) for frame in app.dataframe) >= 40


def test_a_run_ends_before_the_next_begins() -> None:
    """Two runs of one tab at once share its page and its buttons: a quick click is then lost."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["runner"]["fastReruns"] is False
