"""Boxes whose options read otherwise in another language."""

from __future__ import annotations

import streamlit as st

from coverage.messages import LANGUAGES, Language


def box_key(key: str, language: Language, first: str | None = None) -> str:
    """Return the key of a box in a language; what was chosen in another one stays chosen.

    Streamlit knows a choice by its words: under one key for all languages it would give back the
    words of the last language for an option that has others now.

    Parameters
    ----------
    first
        Chosen at first; give the box no ``index`` then.
    """
    name = f"{key}-{language}"
    if name not in st.session_state:
        known = (st.session_state.get(f"{key}-{other}") for other in LANGUAGES)
        chosen = next((choice for choice in known if choice is not None), first)
        if chosen is not None:
            st.session_state[name] = chosen
    return name
