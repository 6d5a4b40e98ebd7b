"""A script for `AppTest`: the frame with one page in it, named by ``st.session_state.page``."""

import importlib

import streamlit as st

from coverage.ui import frame

name = st.session_state["page"]
language = frame.begin()
page = importlib.import_module(f"coverage.ui.pages.{name}").page
frame.show(st.navigation([st.Page(page, title=name, default=True)]), language)
