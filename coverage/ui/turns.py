"""One turn for each thing that a visitor does, however fast they follow on one another.

Streamlit folds requests that come while the page is drawn into one: of two clicks on one button, or
two events of one map, only the later is heard. And it may end a run at any look at the session,
also within the callback that makes an edit, which is then not made. Here what is done waits in a
queue until the page has heard of what was done before, and a callback is never ended half-way.

This rests on names that Streamlit keeps private (its version is pinned; a test fails if one of
them changes its shape): ``script_runner.ScriptRequests``, its ``_lock``, ``_state``,
``_rerun_data`` and ``_request_rerun_locked``, and ``SessionState._call_callbacks``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state.session_state import SessionState

MOST_WAITING: Final = 1000
"""Of one tab; what is done beyond is folded into the last one, as Streamlit does."""

_call_callbacks: Final = SessionState._call_callbacks


class Turns(ScriptRequests):
    """The requests of one tab, of which none that tells of something done is folded away."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[RerunData] = deque()
        self._heard: dict[str, str] = {}
        self._held = False

    def request_rerun(self, new_data: RerunData) -> bool:
        """Take a request in; see the module."""
        with self._lock:
            if self._state != ScriptRequestType.STOP and self._must_wait(new_data):
                self._waiting.append(new_data)
                return True
            return self._request_rerun_locked(new_data)

    def _must_wait(self, new_data: RerunData) -> bool:
        if new_data.fragment_id or len(self._waiting) >= MOST_WAITING:
            return False
        if self._waiting:
            return _tells(new_data, _values(self._waiting[-1]))
        return (
            self._state == ScriptRequestType.RERUN
            and _tells(self._rerun_data, self._heard)
            and _tells(new_data, {**self._heard, **_values(self._rerun_data)})
        )

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """Return what interrupts the run; nothing does so within a callback."""
        if self._held and self._state == ScriptRequestType.RERUN:
            return None
        return self._next(super().on_scriptrunner_yield())

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """Return what is to be run next."""
        request = super().on_scriptrunner_ready()
        self._next(request)
        return request

    def _next(self, request: ScriptRequest | None) -> ScriptRequest | None:
        """Let the first that waits be the next after `request`, which is run now."""
        if request is not None and request.type == ScriptRequestType.RERUN:
            with self._lock:
                # Streamlit looks for interruptions also just before the callbacks.
                self._held = bool(request.rerun_data.widget_states)
                self._heard.update(_values(request.rerun_data))
                if self._waiting:
                    self._request_rerun_locked(self._waiting.popleft())
        return request

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing interrupt what is done within."""
        self._held = True
        try:
            yield
        finally:
            self._held = False


def _values(data: RerunData) -> dict[str, str]:
    """Return what the components on the page say, by their ids."""
    states = () if data.widget_states is None else data.widget_states.widgets
    return {one.id: one.json_value for one in states if one.WhichOneof("value") == "json_value"}


def _tells(data: RerunData, before: Mapping[str, str]) -> bool:
    """Return whether `data` tells of a click, or of something new on a component."""
    states = () if data.widget_states is None else data.widget_states.widgets
    return any(map(script_requests._has_active_trigger_value, states)) or any(
        before.get(name) != value for name, value in _values(data).items()
    )


def _called(state: SessionState, **options: Any) -> None:
    context = get_script_run_ctx()
    requests = None if context is None else context.script_requests
    if isinstance(requests, Turns):
        with requests.held():
            _call_callbacks(state, **options)
    else:
        _call_callbacks(state, **options)


def install() -> None:
    """Let every tab that opens from now on have its turns."""
    setattr(script_runner, "ScriptRequests", Turns)  # noqa: B010
    setattr(SessionState, "_call_callbacks", _called)  # noqa: B010
