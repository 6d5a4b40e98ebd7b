"""Who is on this machine, and that nobody else is told where its files lie."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coverage.messages import LANGUAGES, Language, Message, text
from coverage.paths import DEMONSTRATION
from coverage.problems import InputError, Problem
from coverage.ui import visitor
from coverage.ui.pages import county as county_page
from coverage.ui.pages import overview
from coverage.workspace import store, write
from coverage.workspace.model import Workspace
from tests.ui_app import (  # noqa: F401 - fixtures
    at_address,
    county_fixture,
    fresh_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
)


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        (None, {"Host": "127.0.0.1:8501"}, True),
        (None, {"Host": "localhost"}, True),
        (None, {"Host": "[::1]:8501"}, True),
        ("::ffff:127.0.0.1", {"Host": "localhost:8501"}, True),
        ("10.0.0.5", {"Host": "localhost"}, False),
        (None, {"Host": "planner.example:8501"}, False),
        (None, {"Host": "localhost.evil.example"}, False),
        (None, {"Host": "127.0.0.1", "X-Forwarded-For": "10.0.0.5"}, False),
        (None, {"Host": "127.0.0.1", "Forwarded": "for=10.0.0.5"}, False),
        (None, {"Host": "127.0.0.1", "x-forwarded-host": "planner.example"}, False),
        (None, {"Host": "127.0.0.1", "Via": "1.1 proxy"}, False),
        (None, {"Host": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"}, False),
        (None, {"Host": "[::1"}, False),
        (None, {"Host": "[::1]:x"}, True),
        (None, {"Host": "//127.0.0.1"}, False),
        (None, {"Host": "localhost@evil.example"}, False),
        (None, {"Host": ""}, False),
    ],
)
def test_who_is_on_this_machine(
    address: str | None, headers: dict[str, str], local: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        ip_address = address

    Context.headers = headers  # type: ignore[attr-defined]
    monkeypatch.setattr(visitor.st, "context", Context)
    assert visitor.is_local() is local


@pytest.fixture(name="from_elsewhere")
def from_elsewhere_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "is_local", lambda: False)


def _full(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device", "/secret/place/file.txt")


def _nothing_of(place: Path, app: AppTest) -> str:
    told = shown(app)
    for part in (str(place), "/secret", str(store.planner_folder().parent)):
        assert part not in told, told
        assert part not in told.replace("\\", ""), told
    return told.replace("\\", "")


@pytest.mark.usefixtures("from_elsewhere")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["county", "overview", "map", "export"])
def test_a_folder_that_is_gone_is_told_by_its_name(
    tmp_path: Path, page: str, language: Language
) -> None:
    told = _nothing_of(tmp_path, run(page, tmp_path / "gone", language))
    assert "“gone”" in told


@pytest.mark.usefixtures("from_elsewhere")
def test_work_that_is_not_saved_or_damaged_is_told_without_its_place(
    monkeypatch: pytest.MonkeyPatch, planner_home: Path
) -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    (state,) = (planner_home / "desks" / workspace.token).glob("desk-*.json")
    state.write_bytes(b"{")
    told = _nothing_of(planner_home, at_address("county", workspace.token))
    assert text("workspace.damaged", "zh", folder=workspace.token) in told
    monkeypatch.setattr(store.os, "fsync", _full)
    app = run("county", None)
    app.button(key="demonstration").click().run()
    told = _nothing_of(planner_home, app)
    reason = text("errors.disk_full", "zh")
    assert text("workspace.not_saved", "zh", folder=planner_home.name, reason=reason) in told


@pytest.mark.usefixtures("from_elsewhere")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, county: Path, language: Language
) -> None:
    monkeypatch.setattr(overview, "chosen", _full)
    told = _nothing_of(county, run("overview", county, language))
    reason = text("errors.disk_full", language)
    assert text("ui.unreadable", language, file="file.txt", reason=reason) in told


@pytest.mark.usefixtures("from_elsewhere")
def test_the_workspaces_own_folder_is_shown_by_its_name(planner_home: Path) -> None:
    app = run("county", DEMONSTRATION)
    app.button(key="copy-county").click().run()
    told = _nothing_of(planner_home, app)
    (copy,) = planner_home.glob("desks/*/county-*")
    assert text("county_page.copied", "zh", folder=copy.name) in told


def test_on_this_machine_the_whole_path_is_told(tmp_path: Path) -> None:
    told = shown(run("county", tmp_path / "gone")).replace("\\", "")
    assert str(tmp_path / "gone") in told


@pytest.mark.usefixtures("from_elsewhere")
def test_only_paths_are_shortened_and_those_in_a_reason_too() -> None:
    reason = Message("workspace.not_written", {"file": Path("/secret/a.csv"), "reason": "/"})
    values = {"folder": Path("/secret/b"), "cell": "/x/y", "reason": reason, "count": 3}
    assert visitor.known(Problem("x", values=values)).values == {
        "folder": "b",
        "cell": "/x/y",
        "reason": Message("workspace.not_written", {"file": "a.csv", "reason": "/"}),
        "count": 3,
    }


def test_a_protected_folder_is_named_as_a_path() -> None:
    """A path in a text could not be told from a cell that a user wrote."""
    with pytest.raises(InputError) as caught:
        write.write_rule(DEMONSTRATION, "x", "")
    (problem,) = caught.value.problems
    assert problem.values == {"folder": DEMONSTRATION}


@pytest.mark.usefixtures("from_elsewhere")
def test_what_hinders_a_click_is_told_like_what_hinders_a_page(
    monkeypatch: pytest.MonkeyPatch, planner_home: Path
) -> None:
    app = run("county", DEMONSTRATION)
    monkeypatch.setattr(county_page, "own_folder", _full)
    app.button(key="copy-county").click().run()
    told = _nothing_of(planner_home, app)
    reason = text("errors.disk_full", "zh")
    assert text("ui.unreadable", "zh", file="file.txt", reason=reason) in told
    assert not app.exception
