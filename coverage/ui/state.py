"""What the app keeps of one visitor: a workspace, saved at every change, and what is on screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import streamlit as st

from coverage.messages import Language
from coverage.paths import DEMONSTRATION
from coverage.problems import InputError, Problem
from coverage.scenario.history import History
from coverage.scenario.model import Scenario
from coverage.workspace import store
from coverage.workspace.folder import county_at, is_protected, own_copy
from coverage.workspace.model import Setting, Workspace

ADDRESS: Final = "desk"
"""The part of the page's address that names the workspace."""

_KEY: Final = "session"
_LANGUAGE: Final = "language"


class Session:
    """One browser tab.

    Attributes
    ----------
    workspace
        The work. Change it only by `keep` and the functions below, which save it.
    rule
        Id of the rule whose clause is shown, or None before any choice.
    layer
        The map's layer that is shown.
    theirs
        What another window saved over the state that this one began from; None where there is
        no such conflict. Until the visitor has chosen, changes stay in this tab only.
    trouble
        Why the workspace could not be saved or opened, or None.
    unknown
        Whether the address names a workspace that is not there.
    left
        Token of the workspace that was put aside when another county was opened.
    notice
        What was done, to be told once; plain text.
    stopped
        The county folder whose reading the visitor stopped, or None.
    unreadable
        The county folder that was found to be no county, or None.
    loads
        Counts how often another state replaced this tab's: whatever a page remembers beside the
        workspace (a place looked at) belongs to one count.
    """

    def __init__(
        self,
        language: Language = "zh",
        folder: Path | None = None,
        rule: str | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        self.workspace = workspace or Workspace(language=language, folder=folder)
        self.rule = rule
        self.layer = "minutes"
        self.theirs: Workspace | None = None
        self.trouble: InputError | None = None
        self.unknown = False
        self.left: str | None = None
        self.notice = ""
        self.stopped: Path | None = None
        self.unreadable: Path | None = None
        self.loads = 0

    @property
    def language(self) -> Language:
        """Of every text shown."""
        return self.workspace.language

    @property
    def folder(self) -> Path | None:
        """The county folder, or None before one is opened."""
        return self.workspace.folder

    @property
    def scenario(self) -> Scenario | None:
        """The scenario in force; None: the county as it is."""
        return self.workspace.scenario


def session() -> Session:
    """Return this tab's session; at its first run the workspace that the address names."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _begun(st.query_params.get(ADDRESS))
    kept: Session = st.session_state[_KEY]
    return kept


def _begun(token: str | None) -> Session:
    if token is None:
        return Session()
    begun = Session()
    try:
        begun.workspace = store.load(token)
    except InputError as error:
        begun.trouble = error
        begun.unknown = True
    return begun


def name_in_address() -> None:
    """Put the workspace's token into the address, for a reload; navigation drops it."""
    workspace = session().workspace
    if workspace.revision and st.query_params.get(ADDRESS) != workspace.token:
        st.query_params[ADDRESS] = workspace.token


def keep(workspace: Workspace) -> None:
    """Make `workspace` this tab's, and save it.

    A newer state of another window is never overwritten: it then stands in `Session.theirs`.
    """
    current = session()
    current.workspace = workspace
    if current.theirs is not None:
        return
    try:
        current.workspace = store.save(workspace)
        current.trouble = None
    except store.ConflictError as conflict:
        current.theirs = conflict.theirs
    except InputError as error:
        current.trouble = error


def set_language(language: Language) -> None:
    """Choose the language; nobody is asked about a conflict for its sake."""
    current = session()
    if language == current.language:
        return
    workspace = replace(current.workspace, language=language)
    if workspace.revision and store.newest(workspace.token) == workspace.revision:
        keep(workspace)
    else:
        current.workspace = workspace


def open_folder(folder: Path) -> None:
    """Open the county that `folder` names; another one that is open stays on its own workspace."""
    session().stopped = None
    folder = county_at(folder)
    if folder == session().folder:
        return
    try:
        open_made(lambda _: folder)
    except InputError as error:
        session().trouble = error


def open_made(make: Callable[[str], Path]) -> None:
    """Open the county folder that `make` makes for the workspace whose token it is given.

    That is a new workspace where this one holds another county, so that what was open before is
    there still when the new one cannot be read. A look at the demonstration county, or a folder
    that is none, is not kept so.

    Raises
    ------
    InputError
        As `make` does, or if work of this tab is not saved; nothing is changed then.
    """
    current = session()
    _settled(current)
    had, begun = current.folder, current.workspace.begun
    aside = had is not None and (begun or had not in (DEMONSTRATION, current.unreadable))
    workspace = Workspace(language=current.language) if aside else current.workspace
    folder = make(workspace.token)
    if aside:
        left = current.workspace.token
        _replace(workspace)
        current.left = left
    keep(replace(current.workspace, folder=folder))


def _settled(current: Session) -> None:
    """Check that no work of this tab would be lost if another workspace took its place.

    Raises
    ------
    InputError
        If there is work that is not saved.
    """
    if current.theirs is not None:
        raise InputError([Problem("workspace.unsettled")])
    if current.trouble is not None and current.workspace.begun:
        keep(current.workspace)
        if current.trouble is not None:
            raise current.trouble


def open_workspace(token: str) -> None:
    """Go on with earlier work.

    Raises
    ------
    InputError
        If there is no such workspace, it cannot be read, or work of this tab is not saved.
    """
    _settled(session())
    _replace(store.load(token))


def load_theirs() -> None:
    """End a conflict: take what the other window saved, give this tab's changes up."""
    _replace(store.load(session().workspace.token))


def keep_mine() -> None:
    """End a conflict: this tab goes on with a copy; the other window keeps the workspace."""
    current = session()
    current.workspace = store.copied(current.workspace)
    current.theirs = None
    current.trouble = None


def _replace(workspace: Workspace) -> None:
    current = session()
    current.workspace = workspace
    current.theirs = None
    current.trouble = None
    current.unknown = False
    current.left = None
    current.loads += 1
    if st.session_state.get(_LANGUAGE) != workspace.language:
        st.session_state[_LANGUAGE] = workspace.language


def own_folder() -> Path:
    """Return the county folder that may be written into: a protected one is first copied.

    The demonstration county is such a one; the workspace then works on its copy.

    Raises
    ------
    InputError
        If no county is open, or the planner's folder cannot be written to.
    """
    workspace = session().workspace
    if workspace.folder is None:
        raise InputError([Problem("workspace.no_county")])
    if not is_protected(workspace.folder):
        return workspace.folder
    folder = own_copy(workspace)
    keep(replace(workspace, folder=folder))
    return folder


def set_rule(rule_id: str, values: Mapping[str, Setting] | None) -> None:
    """Let `values` hold for a rule in this workspace only; None or nothing: the county's own."""
    workspace = session().workspace
    overrides = {known: kept for known, kept in workspace.overrides.items() if known != rule_id}
    if values:
        overrides[rule_id] = dict(values)
    keep(replace(workspace, overrides=overrides))


def put_scenario(scenario: Scenario) -> None:
    """Keep a new `scenario`, or one instead of another of its name; it is then in force."""
    put_history(History.of(scenario), scenario.name)


def put_history(history: History, name: str) -> None:
    """Keep what has become of the scenario called `name`, in its place, else last.

    It is then in force.
    """
    scenario = history.present
    workspace = session().workspace
    names = [kept.name for kept in workspace.scenarios]
    others = [kept for kept in workspace.scenarios if kept.name not in (name, scenario.name)]
    place = names.index(name) if name in names else len(others)
    histories = {
        kept.name: workspace.histories[kept.name]
        for kept in others
        if kept.name in workspace.histories
    }
    others.insert(place, scenario)
    histories[scenario.name] = history
    keep(replace(workspace, scenarios=tuple(others), histories=histories, current=scenario.name))


def drop_scenario(name: str) -> None:
    """Remove the scenario `name`."""
    workspace = session().workspace
    kept = tuple(scenario for scenario in workspace.scenarios if scenario.name != name)
    histories = {known: steps for known, steps in workspace.histories.items() if known != name}
    current = None if workspace.current == name else workspace.current
    keep(replace(workspace, scenarios=kept, histories=histories, current=current))


def choose_scenario(name: str | None) -> None:
    """Put the scenario `name` in force; None: the county as it is."""
    keep(replace(session().workspace, current=name))


def set_costs(costs: Mapping[str, float]) -> None:
    """Keep what one costs."""
    keep(replace(session().workspace, costs=dict(costs)))


def set_basemap(basemap: Mapping[str, str]) -> None:
    """Keep what is drawn under the county."""
    keep(replace(session().workspace, basemap=dict(basemap)))
