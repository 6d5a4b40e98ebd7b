"""What the app remembers of one visitor between two runs of a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from coverage.messages import Language

_KEY: Final = "session"


@dataclass
class Session:
    """The choices of one browser tab.

    Attributes
    ----------
    language
        Of every text shown.
    folder
        The county folder chosen, or None before any choice.
    rule
        Id of the rule whose clause is shown, or None before any choice.
    """

    language: Language = "zh"
    folder: Path | None = None
    rule: str | None = None


def session() -> Session:
    """Return this tab's session, begun at its first run."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    found: Session = st.session_state[_KEY]
    return found
