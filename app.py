"""The planner in the browser: ``python -m streamlit run app.py``."""

import streamlit as st

from coverage.ui import frame

language = frame.begin()
frame.show(st.navigation(frame.pages(language)), language)
