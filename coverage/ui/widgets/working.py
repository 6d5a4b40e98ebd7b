"""Work that takes long: a sign that it goes on, and a button that ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, Final, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from coverage.messages import Language, Message, text
from coverage.problems import StoppedError
from coverage.progress import Progress
from coverage.ui.words import literal

_PATIENCE_S: Final = 0.4
_BEAT_S: Final = 0.25
_Done = TypeVar("_Done")


class _Job(Generic[_Done]):
    """Work done beside the page, so that the button is heard at once.

    Attributes
    ----------
    of
        What the work makes; a page drawn anew waits on for the same.
    future
        Its result.
    step
        What it said last, or None.
    begun
        When, seconds of the machine's clock.
    """

    def __init__(self, work: Callable[[Progress], _Done], of: object) -> None:
        self.of = of
        self.future: Future[_Done] = Future()
        self.step: Message | None = None
        self.begun = time.monotonic()
        self._work = work
        self._halted = threading.Event()
        thread = threading.Thread(target=self._run, daemon=True)
        add_script_run_ctx(thread)
        thread.start()

    def _run(self) -> None:
        try:
            self.future.set_result(self._work(self._tell))
        except BaseException as error:  # handed to the page, which tells it
            self.future.set_exception(error)

    def _tell(self, step: Message) -> None:
        if self._halted.is_set():
            raise StoppedError
        self.step = step

    def halt(self) -> None:
        """End the work as soon as it next tells how far it is."""
        self._halted.set()

    def serves(self, of: object) -> bool:
        """Return whether the work goes on and will make `of`."""
        return self.of == of and not self.future.done() and not self._halted.is_set()


def waited(
    work: Callable[[Progress], _Done],
    of: object,
    stop: Callable[[], None],
    language: Language,
    name: str = "",
) -> _Done:
    """Return what `work` gives; where it takes long, show that it goes on and how to stop it.

    Work for something else that the same tab began before is ended.

    Parameters
    ----------
    work
        Is given what it should tell its steps.
    of
        Names what the work makes.
    stop
        What the button does, besides ending the work: else the next run would begin it again.
    name
        Of this wait, where a page may wait more than once in one run.
    """
    key = f"job{name}"
    job: _Job[Any] | None = st.session_state.get(key)
    if job is None or not job.serves(of):
        if job is not None:
            job.halt()
        job = st.session_state[key] = _Job(work, of)
    wait([job.future], _PATIENCE_S)
    if not job.future.done():
        _watch(job, stop, language, name)
    del st.session_state[key]  # its result is the cache's to keep
    result: _Done = job.future.result()
    return result


def _watch(job: _Job[Any], stop: Callable[[], None], language: Language, name: str) -> None:
    """Draw how far `job` is until it is done."""

    def halt() -> None:
        job.halt()
        stop()

    place = st.empty()
    with place.container(border=True, key=f"working{name}"):
        label, button = st.columns([5, 1], vertical_alignment="center")
        line = label.empty()
        button.button(text("workspace.stop", language), on_click=halt, key=f"stop-work{name}")
    while not job.future.done():
        step = job.step or Message("report.step_county")
        step_text = literal(step.text(language))
        seconds = time.monotonic() - job.begun
        # Writing to the page is also where Streamlit hears the button.
        line.markdown(text("workspace.working", language, step=step_text, seconds=seconds))
        wait([job.future], _BEAT_S)
    place.empty()
