"""The planner in the browser: ``python -m streamlit run app.py``.

The file is both: what serves the app, and the script that is run for each visitor.
"""

import streamlit as st

if __name__ == "__main__":
    # Its components tell themselves to the server, which must be there by then.
    from coverage.ui import frame

    language = frame.begin()
    frame.show(st.navigation(frame.pages(language)), language)
else:
    from coverage.ui import server

    app = st.App(__file__, middleware=server.middleware())
