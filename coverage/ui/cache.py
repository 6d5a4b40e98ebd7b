"""Every cache of the app.

Tables with geometry cannot be keys of Streamlit's caches, so that all are keyed by the folder's
path, by the state of its files on the disk, and by the texts of a scenario and of a visitor's own
parameters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import streamlit as st

from coverage.assessment.report import Report
from coverage.county.config import CountyConfig, load_config
from coverage.messages import Language, text
from coverage.paths import DATA
from coverage.problems import InputError
from coverage.progress import Progress, no_progress
from coverage.scenario.compare import Comparison, compare
from coverage.scenario.model import Scenario
from coverage.scenario.run import Memo, assess_scenario, with_overrides
from coverage.travel.route import Route, route
from coverage.ui.map.live import LayerCode, base_arguments, layer_codes, take_layers
from coverage.workspace.apart import assess_apart
from coverage.workspace.model import Overrides
from maps.basemap import NO_BASEMAP, Basemap
from maps.controls import safe
from maps.features import way as way_layer
from maps.interactive import base_map, moving_layers

MAP_HEIGHT: Final = 600

Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Case:
    """What a report is made of, and with it everything that is drawn of it.

    Attributes
    ----------
    folder
        The county's.
    overrides
        A visitor's own parameters of rules, and ``enabled``, by rule id.
    scenario
        None: the county as it is.
    """

    folder: Path
    overrides: Overrides = field(default_factory=dict)
    scenario: Scenario | None = None

    @property
    def base(self) -> Case:
        """The same county without the scenario."""
        return Case(self.folder, self.overrides)


_Key = tuple[str, Fingerprint, str, str]
"""Folder, its state, overrides and scenario (both as JSON, empty where there are none)."""


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


def _key(case: Case) -> _Key:
    scenario = case.scenario
    scenario_json = "" if scenario is None else scenario.model_dump_json()
    return (
        str(case.folder),
        fingerprint(case.folder),
        _overrides_text(case.overrides),
        scenario_json,
    )


def _overrides_text(overrides: Overrides) -> str:
    plain = {rule: dict(values) for rule, values in overrides.items() if values}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False) if plain else ""


@st.cache_resource(show_spinner=False, max_entries=4)
def _report(
    folder: str,
    state: Fingerprint,  # noqa: ARG001 - the cache's key: a file that changed is read anew
    _progress: Progress,
) -> Report:
    return assess_apart(Path(folder), _progress)


@st.cache_resource(show_spinner=False, max_entries=8)
def _memo(folder: str, state: Fingerprint) -> Memo:  # noqa: ARG001 - the cache's key
    return Memo()


@st.cache_resource(show_spinner=False, max_entries=16)
def _overridden(folder: str, state: Fingerprint, overrides: str, _progress: Progress) -> Report:
    base = _report(folder, state, _progress)
    return with_overrides(base, json.loads(overrides), _memo(folder, state), _progress)


@st.cache_resource(show_spinner=False, max_entries=32)
def _changed(key: _Key, _progress: Progress) -> Report:
    folder, state, overrides, scenario_json = key
    base = _of((folder, state, overrides, ""), _progress)
    scenario = Scenario.model_validate_json(scenario_json)
    return assess_scenario(base, scenario, _memo(folder, state), _progress)


def _of(key: _Key, progress: Progress = no_progress) -> Report:
    folder, state, overrides, scenario = key
    if scenario:
        return _changed(key, progress)
    if overrides:
        return _overridden(folder, state, overrides, progress)
    return _report(folder, state, progress)


def report(
    folder: Path, overrides: Overrides | None = None, progress: Progress = no_progress
) -> Report:
    """Return the assessed county of `folder`; read anew when one of its files has changed.

    Parameters
    ----------
    progress
        May end the work; nothing is kept of it then, and it begins anew the next time.

    Raises
    ------
    InputError
        With every problem of the folder, or of the overrides.
    """
    return _of(_key(Case(folder, overrides or {})), progress)


def scenario_report(
    folder: Path,
    overrides: Overrides | None,
    scenario: Scenario | None,
    progress: Progress = no_progress,
) -> Report:
    """Return the county of `folder` with `scenario` applied; only what it changes is computed.

    Raises
    ------
    InputError
        With every problem of the folder, or of the scenario on it.
    """
    return _of(_key(Case(folder, overrides or {}, scenario)), progress)


@st.cache_resource(show_spinner=False, max_entries=32)
def _compared(key: _Key) -> Comparison:
    scenario = Scenario.model_validate_json(key[3])
    return compare(_of((*key[:3], "")), _of(key), scenario)


def comparison(folder: Path, overrides: Overrides | None, scenario: Scenario) -> Comparison:
    """Return what `scenario` gains and loses.

    Raises
    ------
    InputError
        As `scenario_report`.
    """
    return _compared(_key(Case(folder, overrides or {}, scenario)))


@st.cache_resource(show_spinner=False, max_entries=64)
def _way(key: _Key, village: int) -> Route | None:
    return route(_of(key), village)


def way(case: Case, code: str) -> Route | None:
    """Return the way to the village of this code; None where none answers, or there is none."""
    return _way_to(_key(case), code)


def _way_to(key: _Key, code: str) -> Route | None:
    rows = [row for row, known in enumerate(_of(key).county.villages["code"]) if known == code]
    return _way(key, rows[0]) if rows else None


@st.cache_data(show_spinner=False, max_entries=8)
def _base_code(
    key: _Key,
    language: Language,
    basemap: Basemap,
    ground: tuple[int, int],  # noqa: ARG001 - another picture under the same name
    height: int,
    bare: bool,
) -> tuple[dict[str, Any], tuple[LayerCode, ...]]:
    fmap = base_map(_of(key), language, basemap)
    layers = layer_codes(take_layers(fmap))
    return base_arguments(fmap, height, key[0], language, bare=bare), layers


@st.cache_data(show_spinner=False, max_entries=32)
def _moving_code(
    key: _Key, language: Language, layer: str, rule: str | None
) -> tuple[LayerCode, ...]:
    before = _of((*key[:3], "")) if key[3] else None
    return layer_codes(moving_layers(_of(key), language, layer, rule=rule, before=before))


@st.cache_data(show_spinner=False, max_entries=64)
def _way_code(key: _Key, language: Language, village: str) -> tuple[LayerCode, ...]:
    way = _way_to(key, village)
    return () if way is None else layer_codes([way_layer(_of(key), language, way)])


@dataclass(frozen=True)
class Drawing:
    """A map as plain data: what stays in the browser, and the layers on it.

    Attributes
    ----------
    base
        See `coverage.ui.map.live.base_arguments`.
    layers
        From the lowest to the highest.
    """

    base: dict[str, Any]
    layers: tuple[LayerCode, ...]


def map_arguments(
    case: Case,
    language: Language,
    layer: str,
    *,
    rule: str | None = None,
    village: str | None = None,
    basemap: Basemap = NO_BASEMAP,
    height: int = MAP_HEIGHT,
    bare: bool = False,
) -> Drawing:
    """Return what the browser needs to draw the map.

    Parameters
    ----------
    layer, rule, basemap
        As `maps.interactive.interactive_map` takes them.
    village
        Code of the village to which the ambulance's way is drawn.
    height
        Pixels.
    bare
        Without the box that names the county: the page says it already.

    Raises
    ------
    InputError
        With every problem of the folder, the scenario or the base map.
    """
    key = _key(case)
    base, below = _base_code((*key[:3], ""), language, basemap, basemap.state(), height, bare)
    above = list(_moving_code(key, language, layer, rule))
    if village is not None:
        # Below the villages, whose points are clicked.
        names = [code.name for code in above]
        points = safe(text("maps.villages", language))
        at = names.index(points) if points in names else 1
        above[at:at] = _way_code(key, language, village)
    return Drawing(base, (*below, *above))
