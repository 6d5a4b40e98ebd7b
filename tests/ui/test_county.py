"""The county page: open, look at what was read, keep, and find again."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from coverage.assessment.report import Report
from coverage.county.model import Role
from coverage.messages import Message, catalogue, text
from coverage.paths import DEMONSTRATION
from coverage.problems import InputError, Level, Problem, StoppedError
from coverage.progress import Progress
from coverage.scenario.model import Scenario
from coverage.ui import cache, visitor
from coverage.ui.pages import county
from coverage.ui.state import Session
from coverage.ui.widgets import working
from coverage.workspace import store
from coverage.workspace.folder import is_protected
from coverage.workspace.model import Workspace, new_token
from tests import ui_fixtures
from tests.ui_app import (  # noqa: F401 - fixtures
    Give,
    at_address,
    fresh_fixture,
    give_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
    workspace_of,
)
from tests.workspace_fixtures import tree, zipped


def button(app: AppTest, message: str) -> None:
    """Click the button with this message and run on."""
    next(b for b in app.button if b.label == text(message, "zh")).click().run()
    assert not app.exception


def test_opening_the_demonstration_county_begins_a_workspace() -> None:
    app = run("county", None)
    assert "desk" not in app.query_params
    app.button(key="demonstration").click().run()
    workspace = workspace_of(app)
    assert workspace.folder == DEMONSTRATION
    assert app.query_params["desk"] in (workspace.token, [workspace.token])
    assert store.load(workspace.token) == workspace


def test_a_reload_finds_the_workspace_again() -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION, language="en", costs={"beds": 3.0}))
    app = at_address("county", workspace.token)
    assert workspace_of(app) == workspace
    assert app.radio(key="language").value == "en"
    assert "Ziyang" in shown(app)


@pytest.mark.parametrize("token", ["nonsense", "../../etc", "a" * 32, "a" * 31, "A" * 32, "\0"])
def test_an_address_without_a_workspace_is_told(token: str) -> None:
    app = at_address("county", token)
    assert not app.exception
    assert app.button(key="demonstration")
    assert text("workspace.unknown", "zh")[:10] in app.error[0].value


def test_choosing_english_is_kept() -> None:
    app = run("county", None)
    app.button(key="demonstration").click().run()
    app.radio(key="language").set_value("en").run()
    assert store.load(workspace_of(app).token).language == "en"


def test_the_inputs_with_what_was_left_out_and_assumed(give: Give) -> None:
    app = run("county", give(ui_fixtures.report()))
    inputs = app.table[0].value
    assert inputs.iloc[:, 1].tolist() == [r"county\.toml", r"villages\.csv"]
    assert inputs.iloc[:, 2].tolist() == ["—", "6"]
    assert inputs.iloc[:, 5].tolist() == ["0123456789ab", "fedcba987654"]


def test_warnings_stand_before_notes_with_file_and_rows(give: Give) -> None:
    report = ui_fixtures.report()
    app = run("county", give(replace(report, quality=tuple(reversed(report.quality)))))
    quality = app.dataframe[0].value
    assert quality.iloc[:, 0].tolist() == ["! 提醒", "· 说明"]
    assert quality.iloc[:, 1].tolist() == ["villages.csv", ""]
    assert quality.iloc[:, 2].tolist() == ["3", ""]
    assert quality.iloc[:, -1].tolist() == [1, 4]


def _with_selection(app: AppTest, monkeypatch: pytest.MonkeyPatch, row: int) -> AppTest:
    """Run again as if this row of the quality table were clicked (AppTest cannot click)."""
    original = county.st.dataframe

    def selected(*args: object, **kwargs: object) -> object:
        found = original(*args, **kwargs)
        if "on_select" in kwargs:
            return {"selection": {"rows": [row]}}
        return found

    monkeypatch.setattr(county.st, "dataframe", selected)
    return app.run()


def test_a_clicked_warning_is_shown_whole_with_its_records(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[str]] = []

    def rows_map(report: Report, places: object, language: str) -> object:
        drawn.append(list(places["name"]))  # type: ignore[index]
        raise InputError([Problem("workspace.no_county")])

    monkeypatch.setattr(county, "rows_map", rows_map)
    app = run("county", give(ui_fixtures.report()))
    app = _with_selection(app, monkeypatch, 0)
    assert drawn == [[ui_fixtures.EVIL]]
    told = next(m.value for m in app.markdown if "villages" in m.value)
    assert "<script>" not in told.replace("\\<", "")


def test_a_warning_without_a_place_says_so(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _with_selection(run("county", give(ui_fixtures.report())), monkeypatch, 1)
    assert text("county_page.no_place", "zh") in shown(app)


def test_nothing_to_warn_of(give: Give) -> None:
    app = run("county", give(replace(ui_fixtures.report(), quality=())))
    assert text("county_page.quality_none", "zh") in shown(app)


def test_a_bad_folder_has_its_problems_in_a_table(give: Give) -> None:
    problems = [
        Problem(
            "ui.no_folder",
            values={"folder": ui_fixtures.EVIL},
            file="a.csv",
            rows=(3, 4),
            column="name",
        ),
        Problem("ui.no_county", level="warning", file="b.csv"),
    ]
    app = run("county", give(InputError(problems)))
    table = app.dataframe[0].value
    assert table.iloc[:, 0].tolist() == ["✘ 错误", "! 提醒"]
    assert table.iloc[:, 2].tolist() == ["3, 4", ""]
    assert table.iloc[:, 3].tolist() == ["name", ""]
    assert app.button(key="read-again")
    order = [getattr(element, "key", None) or element.type for element in app.main]
    assert order.index("error") < order.index("demonstration")  # not below the fold


def test_every_role_and_level_has_a_word() -> None:
    words = set(catalogue())
    assert {f"county_page.role.{role}" for role in get_args(Role)} <= words
    assert {f"county_page.level.{level}" for level in get_args(Level)} <= words


def test_another_county_leaves_begun_work_on_its_own_workspace(give: Give) -> None:
    folder = give(ui_fixtures.report())
    begun = store.save(Workspace(folder=folder, costs={"beds": 3.0}))
    app = at_address("county", begun.token)
    app.button(key="demonstration").click().run()
    now = workspace_of(app)
    assert now.token != begun.token
    assert now.folder == DEMONSTRATION
    assert store.load(begun.token) == begun
    app.button(key="workspace-back").click().run()
    assert workspace_of(app) == begun


def type_folder(app: AppTest, typed: object) -> None:
    app.text_input(key="folder").set_value(str(typed))
    button(app, "ui.open_folder")


def test_a_county_that_is_open_can_be_gone_back_to_when_the_next_is_none(tmp_path: Path) -> None:
    mine = shutil.copytree(DEMONSTRATION, tmp_path / "mine")
    app = run("county", None)
    app.button(key="demonstration").click().run()
    first = workspace_of(app).token
    type_folder(app, mine)
    assert workspace_of(app).token == first  # a look at the demonstration county is no work
    type_folder(app, tmp_path / "mistyped")
    bad = workspace_of(app).token
    assert bad != first
    assert "mistyped" in app.error[0].value
    type_folder(app, tmp_path / "again")
    assert workspace_of(app).token == bad  # no workspace for every typing error
    app.button(key="workspace-back").click().run()
    assert (workspace_of(app).token, workspace_of(app).folder) == (first, mine)
    assert "mistyped" not in shown(app)  # nor among earlier work


def test_a_spoilt_upload_does_not_take_the_place_of_the_upload_before() -> None:
    app = run("county", None)
    upload(app, ("a.zip", zipped(tree(DEMONSTRATION))))
    good = workspace_of(app)
    upload(app, ("b.zip", zipped({**tree(DEMONSTRATION), "villages.csv": b"x"})))
    assert text("ui.bad_input", "zh", count=1)[:8] in app.error[0].value
    assert "read-again" not in [b.key for b in app.button]  # nobody mends the copy
    app.button(key="workspace-back").click().run()
    assert workspace_of(app).folder == good.folder
    assert not app.error


def test_another_county_is_not_opened_over_unsaved_work(planner_home: Path, tmp_path: Path) -> None:
    began = store.save(Workspace(folder=DEMONSTRATION))
    app = at_address("county", began.token)
    store.save(replace(began, costs={"beds": 2.0}))
    button(app, "county_page.copy")  # the conflict
    mine = workspace_of(app)
    for folder in (tmp_path, DEMONSTRATION):
        type_folder(app, folder)
        assert workspace_of(app) == mine
        assert any(text("workspace.unsettled", "zh")[:8] in error.value for error in app.error)
    app.button(key="keep-mine").click().run()
    assert not app.error


def test_earlier_work_is_listed_and_opened(give: Give) -> None:
    begun = store.save(Workspace(folder=DEMONSTRATION, costs={"beds": 3.0}, language="en"))
    app = run("county", None)
    assert "资阳区" in shown(app)
    app.button(key=f"workspace-{begun.token}").click().run()
    assert workspace_of(app) == begun
    assert app.radio(key="language").value == "en"


def test_a_browser_elsewhere_sees_neither_folders_nor_other_peoples_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = store.save(Workspace(folder=DEMONSTRATION))
    monkeypatch.setattr(visitor, "is_local", lambda: False)
    app = run("county", None)
    assert not [field.key for field in app.text_input]
    assert begun.token not in str([b.key for b in app.button])
    assert text("workspace.open_upload", "zh") in [b.label for b in app.button]
    # but the own workspace is found by its address
    assert workspace_of(at_address("county", begun.token)) == begun


def test_the_demonstration_county_is_copied_before_it_is_changed(planner_home: Path) -> None:
    app = run("county", DEMONSTRATION)
    app.button(key="copy-county").click().run()
    assert not app.exception
    folder = workspace_of(app).folder
    assert folder is not None
    assert not is_protected(folder)
    assert tree(folder) == tree(DEMONSTRATION)
    assert "copy-county" not in [b.key for b in app.button]


def test_a_county_is_saved_to_a_folder(tmp_path: Path) -> None:
    app = run("county", DEMONSTRATION)
    app.text_input(key="save-folder").set_value(f'"{tmp_path / "new"}"')
    button(app, "county_page.save")
    assert tree(tmp_path / "new") == tree(DEMONSTRATION)
    app.text_input(key="save-folder").set_value(str(tmp_path / "new"))
    button(app, "county_page.save")
    assert "已有文件" in app.error[0].value
    assert "资阳区" in shown(app)


def test_another_window_is_not_written_over(planner_home: Path) -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    app = at_address("county", workspace.token)
    theirs = store.save(replace(workspace, costs={"beds": 1.0}))
    app.button(key="copy-county").click().run()
    assert text("workspace.conflict", "zh") in [w.value for w in app.warning]
    assert store.load(workspace.token) == theirs
    mine = workspace_of(app)
    app.button(key="keep-mine").click().run()
    kept = workspace_of(app)
    assert kept.token != workspace.token
    assert store.load(workspace.token) == theirs
    assert mine.folder is not None
    assert kept.folder is not None
    assert tree(kept.folder) == tree(mine.folder)
    assert app.query_params["desk"] in (kept.token, [kept.token])
    assert text("workspace.conflict", "zh") not in [w.value for w in app.warning]


def test_or_their_state_is_loaded(planner_home: Path) -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    app = at_address("county", workspace.token)
    store.save(replace(workspace, costs={"beds": 1.0}, language="en"))
    app.button(key="copy-county").click().run()
    last = store.save(replace(store.load(workspace.token), costs={"beds": 2.0}))
    app.button(key="load-theirs").click().run()
    assert not app.exception
    assert workspace_of(app) == last
    assert app.radio(key="language").value == "en"


def test_the_language_alone_is_no_conflict() -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    app = at_address("county", workspace.token)
    theirs = store.save(replace(workspace, costs={"beds": 1.0}))
    app.radio(key="language").set_value("en").run()
    assert text("workspace.conflict", "en") not in [w.value for w in app.warning]
    assert store.load(workspace.token) == theirs


def test_work_goes_on_where_it_cannot_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "file"))
    app = run("county", None)
    app.button(key="demonstration").click().run()
    assert "资阳区" in shown(app)
    assert "PLANNER" in app.error[0].value
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "mended"))
    app.button(key="again").click().run()
    assert not app.error
    assert store.load(workspace_of(app).token).folder == DEMONSTRATION


def test_a_scenario_and_own_parameters_in_force_are_said(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(name="<b>新站</b>", county="430902")
    report = ui_fixtures.report()
    monkeypatch.setattr(cache, "report", lambda *_: report)
    changed = replace(report, scenario=scenario.name)
    monkeypatch.setattr(cache, "scenario_report", lambda *_: changed)
    workspace = Workspace(
        folder=give(report),
        scenarios=(scenario,),
        current=scenario.name,
        overrides={"ems-1030": {"urban_limit_min": 12.0}},
    )
    app = opened("county", Session(workspace=workspace))
    told = app.info[0].value
    assert r"\<b\>新站" in told
    assert r"ems\-1030" in told
    app = opened("county", Session(workspace=replace(workspace, current=None, overrides={})))
    assert not app.info


def test_a_scenario_of_another_county_is_told_and_left_out() -> None:
    scenario = Scenario(name="别处", county="430903")
    workspace = Workspace(folder=DEMONSTRATION, scenarios=(scenario,), current="别处")
    app = opened("county", Session(workspace=workspace))
    assert not app.exception
    assert "别处" in app.error[0].value
    assert "资阳区" in shown(app)
    app.button(key="scenario-off").click().run()
    assert not app.error
    assert workspace_of(app).current is None
    assert workspace_of(app).scenarios == (scenario,)


def test_long_work_shows_that_it_goes_on_and_can_be_stopped(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(working, "_BEAT_S", 0.01)
    report = ui_fixtures.report()

    def slow(folder: Path, progress: Progress) -> Report:
        progress(Message("report.step_response"))
        time.sleep(1.0)
        return report

    folder = give(report)
    monkeypatch.setattr(cache, "assess_apart", slow)
    told: list[str] = []
    original = working.text

    def listen(name: str, language: str, **values: object) -> str:
        told.extend([name, str(values.get("step"))])
        return original(name, language, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(working, "text", listen)
    app = run("county", folder)
    assert "测试区" in shown(app)
    assert told.count("workspace.working") > 3
    assert text("report.step_response", "zh") in told
    assert "stop-work" not in [b.key for b in app.button]
    session = Session(folder=folder)
    session.stopped = folder
    app = opened("county", session)
    assert text("workspace.stopped", "zh") in [i.value for i in app.info]
    app.button(key="go-on").click().run()
    assert "测试区" in shown(app)


def test_stopped_work_ends_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "county"
    shutil.copytree(DEMONSTRATION, folder)
    steps: list[Message] = []

    def stopped(step: Message) -> None:
        steps.append(step)
        if step == Message("network.step_read"):
            raise StoppedError

    with pytest.raises(StoppedError):
        cache.report(folder, None, stopped)
    assert steps[-1] == Message("network.step_read")
    assert cache.report(folder).county.config.county.code == "430902"


def test_a_halted_job_ends_at_its_next_step_and_serves_nobody() -> None:
    goes_on = threading.Event()

    def work(progress: Progress) -> None:
        while True:
            progress(Message("report.step_rules"))
            goes_on.set()

    job = working._Job(work, "a county")
    assert goes_on.wait(10)
    assert job.serves("a county")
    assert not job.serves("another")
    job.halt()
    assert not job.serves("a county")
    assert isinstance(job.future.exception(10), StoppedError)


def upload(app: AppTest, *files: tuple[str, bytes]) -> None:
    app.file_uploader(key="upload-files").set_value([(name, data, "") for name, data in files])
    button(app, "workspace.open_upload")


def test_an_uploaded_zip_is_opened_on_this_workspace_only(planner_home: Path) -> None:
    files = {f"资阳/{name}": content for name, content in tree(DEMONSTRATION).items()}
    app = run("county", None)
    upload(app, ("资阳.zip", zipped(files, encoding="gb18030")))
    workspace = workspace_of(app)
    assert workspace.folder is not None
    assert workspace.folder.parent == store.workspace_folder(workspace.token)
    assert tree(workspace.folder) == tree(DEMONSTRATION)
    assert "资阳区" in shown(app)
    assert workspace_of(run("county", None)).folder is None


def test_uploaded_files_are_opened(planner_home: Path) -> None:
    files = [
        (name.rsplit("/", 1)[-1], content)
        for name, content in tree(DEMONSTRATION).items()
        if name != "README.md"
    ]
    app = run("county", None)
    upload(app, *files)
    folder = workspace_of(app).folder
    assert folder is not None
    assert (folder / "rules" / "own-hospice-150k.yaml").is_file()
    assert "资阳区" in shown(app)


def test_a_spoilt_table_in_a_zip_is_told_with_file_and_row() -> None:
    files = tree(DEMONSTRATION)
    lines = files["villages.csv"].decode("utf-8-sig").splitlines()
    lines[4] = lines[4].replace(lines[4].split(",")[4], "很多", 1)
    files["villages.csv"] = "\n".join(lines).encode()
    app = run("county", None)
    upload(app, ("a.zip", zipped(files)))
    assert r"villages\.csv" in app.error[0].value
    assert "5" in app.dataframe[0].value.iloc[:, 2].tolist()
    assert "Traceback" not in shown(app)


def test_what_cannot_be_taken_in_is_told_and_the_county_stays(give: Give) -> None:
    app = run("county", give(ui_fixtures.report()))
    upload(app, ("a.zip", zipped({"../x": b"1", "county.toml": b""})))
    assert r"\.\.\/x" in app.error[0].value
    assert "测试区" in shown(app)


def test_nothing_chosen_is_said() -> None:
    app = run("county", None)
    button(app, "workspace.open_upload")
    assert text("workspace.upload_nothing", "zh") in [i.value for i in app.info]


def test_a_workspace_that_was_deleted_meanwhile_is_told() -> None:
    begun = store.save(Workspace(folder=DEMONSTRATION))
    app = run("county", None)
    for path in store.workspace_folder(begun.token).iterdir():
        path.unlink()
    app.button(key=f"workspace-{begun.token}").click().run()
    assert not app.exception
    assert app.error
    assert new_token() != begun.token
