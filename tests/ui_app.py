"""The app without a browser: one page of it, in a workspace of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coverage.assessment.report import Report
from coverage.messages import Language
from coverage.paths import ROOT
from coverage.progress import Progress
from coverage.ui import cache
from coverage.ui.state import Session
from coverage.workspace import store
from coverage.workspace.model import Workspace
from tests import line_county

ONE_PAGE = str(ROOT / "tests" / "ui_one_page.py")

Give = Callable[[Report | Exception], Path]


def run(page: str, folder: Path | None, language: Language = "zh") -> AppTest:
    return opened(page, Session(language=language, folder=folder))


def opened(page: str, session: Session) -> AppTest:
    """Return the page as this session sees it."""
    app = AppTest.from_file(ONE_PAGE, default_timeout=60)
    app.session_state["page"] = page
    app.session_state["session"] = session
    app.session_state["language"] = session.language
    return app.run()


def at_address(page: str, token: str) -> AppTest:
    """Return the page as a browser sees it that comes with this workspace in its address."""
    app = AppTest.from_file(ONE_PAGE, default_timeout=60)
    app.session_state["page"] = page
    app.query_params["desk"] = token
    return app.run()


def workspace_of(app: AppTest) -> Workspace:
    """Return the workspace that the page works on."""
    found: Session = app.session_state["session"]
    return found.workspace


def shown(app: AppTest) -> str:
    """Return every text on the page."""
    parts = [
        *(element.value for kind in (app.title, app.markdown, app.caption) for element in kind),
        *(element.value for kind in (app.error, app.warning, app.info) for element in kind),
        *(element.value for element in app.success),
        *(f"{metric.label} {metric.value}" for metric in app.metric),
        *(frame.value.to_csv() for frame in [*app.dataframe, *app.table]),
    ]
    return "\n".join(str(part) for part in parts)


@pytest.fixture(name="planner_home", autouse=True)
def workspace_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what the pages save out of the user's own workspace."""
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture(name="fresh", autouse=True)
def fresh_fixture() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(name="give")
def give_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Give:
    """Return a function that makes a folder whose report, or failure, is the one given."""

    def give(result: Report | Exception) -> Path:
        def assess(folder: Path, progress: Progress) -> Report:
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(cache, "assess_apart", assess)
        return tmp_path

    return give


@pytest.fixture(name="county")
def county_fixture(tmp_path: Path) -> Path:
    """Return the folder of the county on a line."""
    return line_county.write(tmp_path / "line")
