"""Work that takes long: a sign that it goes on, and a button that stops waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from coverage.messages import Language, text

_PATIENCE_S: Final = 0.4
_BEAT_S: Final = 0.25
_Done = TypeVar("_Done")


def waited(
    work: Callable[[], _Done], stop: Callable[[], None], language: Language, name: str = ""
) -> _Done:
    """Return what `work` gives; where it takes long, show that it goes on and how to stop.

    The work is done beside the page, so that the button is heard at once. Stopped work still runs
    to its end; what it found is then in the cache.

    Parameters
    ----------
    stop
        What the button does, besides ending the wait: else the next run would begin to wait again.
    name
        Of this wait, where a page may wait more than once in one run.
    """
    future: Future[_Done] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # handed to the page, which tells it
            future.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    add_script_run_ctx(thread)
    thread.start()
    wait([future], _PATIENCE_S)
    if future.done():
        return future.result()
    begun = time.monotonic()
    place = st.empty()
    with place.container(border=True, key=f"working{name}"):
        told, button = st.columns([5, 1], vertical_alignment="center")
        line = told.empty()
        button.button(text("desk.stop", language), on_click=stop, key=f"stop-work{name}")
    while not future.done():
        seconds = time.monotonic() - begun
        line.markdown(text("desk.working", language, seconds=seconds))  # hears the button
        wait([future], _BEAT_S)
    place.empty()
    return future.result()
