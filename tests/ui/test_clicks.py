"""Of clicks that follow on one another faster than the page is drawn, each one counts."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from coverage.scenario.history import History
from coverage.scenario.model import Scenario
from coverage.workspace import store
from coverage.workspace.model import Workspace
from tests import line_county
from tests.browser.harness import serving
from tests.load import Planner

CLICKS = 60
PATIENCE_S = 240


def _scenario(step: int) -> Scenario:
    edits = [{"set_response": {"turnout_min": 1 + step / 100}}]
    return Scenario.model_validate({"name": "s", "county": "430902", "edits": edits})


def _click(server: ClientConnection, planner: Planner, button: str) -> None:
    message = BackMsg()
    message.rerun_script.query_string = urlencode({"desk": planner.workspace.token})
    message.rerun_script.page_script_hash = planner.pages["scenario"]
    widget = message.rerun_script.widget_states.widgets.add()
    widget.id, widget.trigger_value = planner.widgets[button], True
    server.send(message.SerializeToString())


def _listen(server: ClientConnection) -> None:
    try:
        while True:
            server.recv()
    except ConnectionClosed:
        return


def test_every_fast_click_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example_seed: int
) -> None:
    """Undone as many times as it was clicked: what is in force and what is kept say so."""
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "workspace"))
    past = tuple(_scenario(step) for step in range(CLICKS + 1))
    now = _scenario(CLICKS + 1)
    county = line_county.write(tmp_path / "line")
    workspace = store.save(
        Workspace(
            folder=county,
            scenarios=(now,),
            current="s",
            histories={"s": History(past, now, ())},
        )
    )
    planner = Planner(0, workspace, ("s", ""), "")
    dice = random.Random(example_seed)
    with (
        serving(tmp_path) as base,
        connect(
            f"ws://{base.removeprefix('http://')}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            additional_headers={"Origin": base},
        ) as server,
    ):
        planner._run(server, "first")
        planner._go(server, "scenario")
        before = store.newest(workspace.token)
        threading.Thread(target=_listen, args=(server,), daemon=True).start()
        for _ in range(CLICKS):
            _click(server, planner, "scenario-undo")
            time.sleep(dice.choice((0.0, 0.0, dice.uniform(0, 0.1))))
        until = time.monotonic() + PATIENCE_S
        while store.newest(workspace.token) < before + CLICKS and time.monotonic() < until:
            time.sleep(0.1)
        assert store.newest(workspace.token) == before + CLICKS
        kept = store.load(workspace.token)
    assert kept.scenarios == (past[1],)
    assert kept.histories["s"].past == past[:1]
    assert planner.errors == []
