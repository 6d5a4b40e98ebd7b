"""How errors are shown, on every page and in what its buttons do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import streamlit as st

from coverage.messages import Language, text
from coverage.problems import InputError, OutputError
from coverage.ui import visitor
from coverage.ui.state import session
from coverage.ui.words import literal

_LOGGER: Final = logging.getLogger(__name__)


def problems(error: InputError, language: Language) -> None:
    """Show every problem of `error`."""
    if isinstance(error, OutputError):  # nothing is wrong with the county
        refused(error, language)
        return
    lines = visitor.lines(error, language)
    listed = "\n".join(f"{number}. {literal(line)}" for number, line in enumerate(lines, 1))
    heading = text("ui.bad_input", language, count=len(lines))
    st.error(f"**{heading}**\n\n{listed}", icon=":material/error:")


def guarded(change: Callable[..., None], *arguments: object) -> None:
    """Do `change` of a button; what hinders it is told on the page, never as a traceback."""
    try:
        change(*arguments)
    except InputError as error:
        session().trouble = error
    except OSError as error:
        _LOGGER.exception("A change could not read a file")
        session().trouble = visitor.unreadable(error)


def refused(error: InputError, language: Language) -> None:
    """Show why something was not done."""
    lines = "\n".join(f"- {literal(line)}" for line in visitor.lines(error, language))
    st.error(lines, icon=":material/error:")
