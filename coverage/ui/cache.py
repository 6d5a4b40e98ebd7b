"""Every cache of the app.

Tables with geometry cannot be keys of Streamlit's caches, so that all are keyed by the folder's
path and by the state of its files on the disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

from coverage.assess import assess_folder
from coverage.county.config import CountyConfig, load_config
from coverage.errors import InputError
from coverage.messages import Language
from coverage.paths import DATA
from coverage.results import Report
from coverage.ui.assets import component_arguments
from maps.interactive import interactive_map

MAP_HEIGHT: Final = 600

Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint(folder: Path) -> Fingerprint:
    """Return path, time of change (ns) and size of every file that the figures rest on.

    These are the county's own files (all parts of a shapefile, its own rules) and the project's
    rules and profiles. Only the files that ``county.toml`` names are looked at, not the whole
    folder, which may be a very large one.
    """
    files = [folder / "county.toml"]
    try:
        config: CountyConfig | None = load_config(folder)
    except InputError:
        config = None
    if config is not None:
        for _, source in config.sources:
            if source is not None:
                files += _parts(folder / source.path)
    files += [*(folder / "rules").glob("*.yaml"), *(DATA / "rules").glob("*.yaml")]
    files += [*(DATA / "speeds").glob("*"), *(DATA / "rules" / "profiles").glob("*")]
    return tuple(state for file in sorted(set(files)) if (state := _state(file)) is not None)


def _parts(path: Path) -> list[Path]:
    """Return `path`, and for a shapefile its neighbours of the same name."""
    if path.suffix.lower() != ".shp":
        return [path]
    try:
        return [part for part in path.parent.iterdir() if part.stem == path.stem]
    except (OSError, ValueError):
        return []


def _state(file: Path) -> tuple[str, int, int] | None:
    try:
        stat = file.stat()
    except (OSError, ValueError):
        return None
    return str(file), stat.st_mtime_ns, stat.st_size


@st.cache_resource(show_spinner=False, max_entries=4)
def _report(folder: str, state: Fingerprint) -> Report:  # noqa: ARG001
    return assess_folder(Path(folder))


def report(folder: Path) -> Report:
    """Return the assessed county of `folder`; read anew when one of its files has changed.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    return _report(str(folder), fingerprint(folder))


@st.cache_data(show_spinner=False, max_entries=8)
def _map_arguments(
    folder: str, state: Fingerprint, language: Language, layer: str
) -> dict[str, Any]:
    drawn = interactive_map(_report(folder, state), language, layer)
    return component_arguments(drawn, MAP_HEIGHT)


def map_arguments(folder: Path, language: Language, layer: str) -> dict[str, Any]:
    """Return what the browser needs to draw the map of `folder` (see `coverage.ui.assets`).

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    return _map_arguments(str(folder), fingerprint(folder), language, layer)
