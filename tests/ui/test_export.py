"""The export page: every file with what it is, and a zip of all that opens."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coverage.__main__ import main
from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, catalogue, text
from coverage.paths import DEMONSTRATION
from coverage.report.files import write_report
from coverage.scenario.compare import compare
from coverage.scenario.file import parse_scenario
from coverage.scenario.model import Scenario
from coverage.scenario.run import Memo, assess_scenario
from coverage.ui.pages import export as page
from coverage.ui.state import Session
from coverage.workspace import export
from coverage.workspace.export import (
    REPORT_FILES,
    guide,
    map_pieces,
    report_pieces,
    scenario_pieces,
)
from coverage.workspace.model import Workspace
from maps.basemap import NO_BASEMAP, Basemap
from tests import ui_fixtures
from tests.demonstration import demonstration_report
from tests.ui_app import (  # noqa: F401 - fixtures
    Give,
    fresh_fixture,
    give_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
)
from tests.workspace_fixtures import tree

KEY = "0123456789abcdef0123456789abcdef"
Drawn = list[tuple[str, str | None, Basemap]]


@pytest.fixture(scope="module")
def report(demonstration: Report) -> Report:
    return demonstration


def scenario(name: str = "河北岸设站") -> Scenario:
    edit = {"set_response": {"turnout_min": 2.5}, "note": "<script>"}
    return Scenario.model_validate({"name": name, "county": "430902", "edits": [edit]})


def test_the_files_are_those_that_report_writes(report: Report, tmp_path: Path) -> None:
    written = tree(write_report(report, tmp_path, "zh"))
    pieces = {piece.name: piece.make() for piece in report_pieces(report, "zh")}
    assert pieces == written
    assert [*(name for name, _ in REPORT_FILES), "manifest.json"] == list(pieces)


def test_with_a_scenario_they_are_those_of_the_command(report: Report, tmp_path: Path) -> None:
    chosen = scenario()
    file = tmp_path / "河北岸设站.yaml"
    file.write_bytes(scenario_pieces([chosen])[0].make())
    arguments = [
        str(DEMONSTRATION),
        "--scenario",
        str(file),
        "--out",
        str(tmp_path),
        "--lang",
        "zh",
    ]
    assert main(["report", *arguments]) == 0
    changed = assess_scenario(report, chosen, Memo())
    pieces = report_pieces(changed, "zh", chosen, compare(report, changed, chosen))
    assert {piece.name: piece.make() for piece in pieces} == tree(tmp_path / "430902")


def test_every_file_has_words_that_say_what_it_is(report: Report) -> None:
    changed = assess_scenario(report, scenario(), Memo())
    pieces = [
        *report_pieces(report, "zh", scenario(), compare(report, changed, scenario())),
        *map_pieces(report, "zh", "minutes"),
        *scenario_pieces([scenario()]),
    ]
    for piece in pieces:
        for language in LANGUAGES:
            assert len(catalogue()[piece.about][language]) > 10
    about = [
        name
        for name in catalogue()
        if name.startswith("workspace.about_") and name != "workspace.about_county"
    ]
    assert {piece.about for piece in pieces} == set(about)


def test_scenarios_come_back_from_their_files() -> None:
    names = ["河北岸设站", "a/b\\c", "a_b_c", "A_B_C-2", "a_b_C", "...", "🚑" * 90, "con", "LPT1.x"]
    pieces = scenario_pieces([scenario(name) for name in names])
    files = [piece.name for piece in pieces]
    assert len({file.casefold() for file in files}) == len(names)
    assert files[0] == "河北岸设站.yaml"
    assert not [file for file in files if set(file) & set('/\\<>:"|?*')]
    assert not [file for file in files if file.lower().startswith(("con.", "lpt1."))]
    assert max(len(file.encode()) for file in files) < 255
    for name, piece in zip(names, pieces, strict=True):
        assert parse_scenario(piece.make().decode(), "x") == scenario(name)


def test_the_map_never_holds_a_key_or_an_online_map(report: Report) -> None:
    drawn = map_pieces(report, "zh", "minutes", basemap=Basemap("tianditu", key=KEY))
    for piece in drawn:
        content = piece.make()
        assert KEY.encode() not in content
        assert b"tianditu.gov" not in content
    assert [piece.name for piece in drawn] == ["map-minutes.png", "map-minutes.html"]
    assert drawn[0].make().startswith(b"\x89PNG")


def test_the_guide_says_each_file_once(report: Report) -> None:
    pieces = [*report_pieces(report, "zh"), *export.county_pieces(DEMONSTRATION)]
    told = guide(pieces, "资阳区", "zh").decode("utf-8-sig")
    assert told.startswith("资阳区\r\n")
    for name, _ in REPORT_FILES:
        assert f"report/{name}\r\n" in told
    assert told.count(text("workspace.about_county", "zh")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_what_can_be_had(language: str) -> None:
    app = run("export", DEMONSTRATION, language)  # type: ignore[arg-type]
    assert not app.exception
    assert not app.error
    page = shown(app)
    for name, _ in REPORT_FILES:
        assert name.split(".")[0] in page
    assert text("export_page.scenarios_none", language) in page  # type: ignore[arg-type]
    assert "430902" in page


def test_without_a_county_one_can_be_opened() -> None:
    app = run("export", None)
    assert not app.exception
    assert app.button(key="demonstration")


def test_scenarios_are_listed_by_name(give: Give) -> None:
    workspace = Workspace(
        folder=give(ui_fixtures.report()), scenarios=(scenario("甲 <b>"), scenario("乙"))
    )
    app = opened("export", Session(workspace=workspace))
    page = shown(app)
    assert r"甲 \_b\_" in page or r"甲 \_b" in page
    assert "乙" in page


def test_the_zip_of_all_opens_and_holds_all() -> None:
    workspace = Workspace(folder=DEMONSTRATION, scenarios=(scenario(),), language="zh")
    app = opened("export", Session(workspace=workspace))
    app.button(key="make-all").click().run()
    assert not app.exception
    assert not app.error
    made = app.session_state["export-zip"].content
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        files = {name.removeprefix("430902/"): archive.read(name) for name in archive.namelist()}
    county = {name.removeprefix("county/"): c for name, c in files.items() if "county/" in name}
    assert county == tree(DEMONSTRATION)
    assert {f"report/{name}" for name, _ in REPORT_FILES} <= set(files)
    assert {"map/map-minutes.png", "map/map-minutes.html", "说明.txt"} <= set(files)
    assert parse_scenario(files["scenarios/河北岸设站.yaml"].decode(), "x") == scenario()
    assert json.loads(files["report/report.json"])["county"]["code"] == "430902"
    assert openpyxl.load_workbook(io.BytesIO(files["report/report.xlsx"])).sheetnames
    assert text("export_page.guide_illustrative", "zh") in files["说明.txt"].decode("utf-8-sig")
    assert "make-all" not in [b.key for b in app.button]


def test_a_zip_of_another_state_is_not_offered(give: Give) -> None:
    report = ui_fixtures.report()
    session = Session(workspace=Workspace(folder=give(report), scenarios=(scenario(),)))
    app = opened("export", session)
    app.session_state[page._KEY] = page._Made(("something else",), b"PK")
    app.run()
    assert "make-all" in [b.key for b in app.button]


def test_what_comes_between_does_not_end_the_packing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a map that tells its place late, while the page is still at work."""
    begun = []
    make = page._zip

    def interrupted(*arguments: Any) -> bytes:
        begun.append(True)
        if len(begun) == 1:
            page.st.rerun()
        return make(*arguments)

    monkeypatch.setattr(page, "_zip", interrupted)
    app = opened("export", Session(workspace=Workspace(folder=DEMONSTRATION)))
    app.button(key="make-all").click().run()
    assert len(begun) == 2
    assert "make-all" not in [b.key for b in app.button]
    assert app.session_state["export-zip"].content


def test_stopped_packing_stays_stopped(monkeypatch: pytest.MonkeyPatch, give: Give) -> None:
    begun = []

    def stopped(*_: object) -> bytes:
        begun.append(True)
        page._want(None)  # what a click on its button does
        page.st.rerun()

    monkeypatch.setattr(page, "_zip", stopped)
    monkeypatch.setattr(page, "county_pieces", lambda _: ())
    app = run("export", give(ui_fixtures.report()))
    app.button(key="make-all").click().run()
    app.run()
    assert len(begun) == 1


def test_a_county_that_cannot_be_packed_is_told(give: Give) -> None:
    app = run("export", give(ui_fixtures.report()))  # an empty folder: no county.toml
    app.button(key="make-all").click().run()
    assert not app.exception
    assert r"county\.toml" in app.error[0].value


@pytest.fixture(name="drawn")
def drawn_fixture(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Return what the page asks to be drawn: layer, rule, base map."""
    asked: Drawn = []
    original = page.map_pieces

    def listen(*args: Any, **options: Any) -> object:
        asked.append((args[2], options["rule"], options["basemap"]))
        return original(*args, **options)

    monkeypatch.setattr(page, "map_pieces", listen)
    return asked


def test_the_map_of_changes_needs_a_scenario_in_force(give: Give, drawn: Drawn) -> None:
    session = Session(folder=give(ui_fixtures.report()))
    session.layer = "change"  # as it was left when the scenario was put out of force
    assert not opened("export", session).error
    assert drawn == [("minutes", None, NO_BASEMAP)]


def test_units_are_coloured_by_the_rule_that_the_map_page_shows(give: Give, drawn: Drawn) -> None:
    report = demonstration_report()
    session = Session(folder=give(report))
    session.layer = "units"
    app = opened("map", session)
    box = app.selectbox(key="map-rule-zh")
    first, second = [r.rule.id for r in report.rules if r.units][:2]
    assert box.value == first
    box.set_value(second).run()
    assert session.rule == second
    opened("export", session)
    assert drawn[-1] == ("units", second, NO_BASEMAP)


def test_a_base_map_that_is_gone_is_told_and_left_out(
    give: Give, drawn: Drawn, tmp_path: Path
) -> None:
    ground = Basemap("tiles", str(tmp_path / "瓦片"))
    kept = {"kind": ground.kind, "path": ground.path}
    app = opened(
        "export", Session(workspace=Workspace(folder=give(ui_fixtures.report()), basemap=kept))
    )
    assert drawn[-1][2] == NO_BASEMAP
    assert "瓦片" in app.warning[-1].value
    assert text("export_page.no_ground", "zh")[:-1] in app.warning[-1].value
