"""However fast clicks and events of the map follow on one another, each counts."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequestType,
)
from streamlit.runtime.state import session_state

from coverage.ui import turns
from coverage.ui.turns import Turns


def request(
    clicked: Iterable[str] = (), event: str | None = None, number: int | None = None
) -> RerunData:
    states = WidgetStates()
    for name in clicked:
        one = states.widgets.add()
        one.id, one.trigger_value = name, True
    if event is not None:
        one = states.widgets.add()
        one.id, one.json_value = "map", event
    if number is not None:
        one = states.widgets.add()
        one.id, one.int_value = "slider", number
    return RerunData(widget_states=states)


def told(data: RerunData) -> dict[str, object]:
    states = data.widget_states
    assert states is not None
    return {one.id: getattr(one, str(one.WhichOneof("value"))) for one in states.widgets}


def all_of(turns: Turns) -> list[dict[str, object]]:
    found = []
    while (one := turns.on_scriptrunner_ready()).type == ScriptRequestType.RERUN:
        found.append(told(one.rerun_data))
    return found


def test_clicks_on_one_button_and_events_of_one_map_all_count() -> None:
    turns = Turns()
    for number in range(200):
        assert turns.request_rerun(request(["undo"]) if number % 2 else request(event=str(number)))
    found = all_of(turns)
    assert [one.get("map") for one in found if "map" in one] == [str(n) for n in range(0, 200, 2)]
    assert sum("undo" in one for one in found) == 100


def test_what_tells_of_nothing_done_is_folded_as_streamlit_does() -> None:
    turns = Turns()
    turns.request_rerun(request(event="1"))
    assert told(turns.on_scriptrunner_ready().rerun_data) == {"map": "1"}
    for number in range(50):
        turns.request_rerun(request(event="1", number=number))
    turns.request_rerun(request(["undo"], event="1", number=50))
    turns.request_rerun(request(event="1", number=51))
    assert all_of(turns) == [{"map": "1", "slider": 51, "undo": True}]


def test_a_run_that_is_interrupted_gives_way_to_the_next_of_the_queue() -> None:
    turns = Turns()
    for event in "123":
        turns.request_rerun(request(event=event))
    found = []
    while (one := turns.on_scriptrunner_yield()) is not None:
        found.append(told(one.rerun_data)["map"])
        assert turns.on_scriptrunner_yield() is None  # not before its callbacks were called
        with turns.held():
            pass
    assert found == ["1", "2", "3"]


def test_nothing_interrupts_a_callback() -> None:
    turns = Turns()
    turns.request_rerun(request(["undo"]))
    with turns.held():
        assert turns.on_scriptrunner_yield() is None
        assert turns.request_rerun(request(["undo"]))
    assert len(all_of(turns)) == 2


def test_a_tab_that_is_closed_ends_its_queue() -> None:
    turns = Turns()
    turns.request_rerun(request(["undo"]))
    turns.request_rerun(request(["undo"]))
    turns.request_stop()
    assert not turns.request_rerun(request(["undo"]))
    assert turns.on_scriptrunner_ready().type == ScriptRequestType.STOP


def test_a_tab_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 5)
    queue = Turns()
    for number in range(50):
        queue.request_rerun(request(event=str(number)))
    assert len(all_of(queue)) == 6


def test_requests_from_another_thread_are_all_taken() -> None:
    queue = Turns()
    senders = [
        threading.Thread(
            target=lambda n=n: [queue.request_rerun(request(event=f"{n}-{i}")) for i in range(100)]
        )
        for n in range(4)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len({str(one["map"]) for one in all_of(queue)}) == 400


def test_streamlit_has_the_names_that_this_rests_on() -> None:
    assert turns.script_runner.ScriptRequests.__name__ in ("ScriptRequests", "Turns")
    assert callable(session_state.SessionState._call_callbacks)
    for name in ("_lock", "_state", "_rerun_data", "_request_rerun_locked"):
        assert hasattr(Turns(), name)
