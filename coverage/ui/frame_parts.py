"""How errors are shown, on every page and in what its buttons do."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coverage.errors import InputError
from coverage.messages import Language, text
from coverage.ui.state import session
from coverage.ui.words import literal


def problems(error: InputError, language: Language) -> None:
    """Show every problem of `error`."""
    lines = error.lines(language)
    listed = "\n".join(f"{number}. {literal(line)}" for number, line in enumerate(lines, 1))
    heading = text("ui.bad_input", language, count=len(lines))
    st.error(f"**{heading}**\n\n{listed}", icon=":material/error:")


def guarded(change: Callable[..., None], *arguments: object) -> None:
    """Do `change` of a button; what hinders it is told on the page, never as a traceback."""
    try:
        change(*arguments)
    except InputError as error:
        session().trouble = error


def refused(error: InputError, language: Language) -> None:
    """Show why something was not done."""
    lines = "\n".join(f"- {literal(line)}" for line in error.lines(language))
    st.error(lines, icon=":material/error:")
