"""Workspaces in the planner's folder: ``<folder>/desks/<token>/desk-<revision>.json``.

On the disk, and in the page's address, a workspace is called a desk: that is older than its name.

Every state is a new file. It is linked to its name only when it is complete, and only where that
name is free: of two windows that would follow the same state one gets the name, the other is told.
Some older states are kept, so that a file damaged by the disk does not end the work.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from coverage.county.config import load_config
from coverage.messages import Language
from coverage.problems import InputError, OutputError, Problem, not_written
from coverage.scenario.file import dump_scenario, parse_scenario
from coverage.scenario.history import History
from coverage.scenario.model import Scenario
from coverage.workspace.model import Setting, Workspace, is_token, new_token

WORKSPACE_VARIABLE: Final = "PLANNER_WORKSPACE"
KEPT: Final = 20
"""States of a workspace that are kept."""

_DEFAULT_WORKSPACE: Final = ".planner-1030"
_STATE: Final = re.compile(r"desk-(\d{1,15})\.json")
_MAX_BYTES: Final = 50_000_000
_PART: Final = ".part"
_PART_S: Final = 3600.0
_IDLE_S: Final = 60 * 24 * 3600
_PRIVATE: Final = 0o700
"""For its owner only; on Windows the user's own folder is so already."""


class ConflictError(Exception):
    """Another window saved a newer state of the same workspace.

    Attributes
    ----------
    theirs
        That state.
    """

    def __init__(self, theirs: Workspace) -> None:
        self.theirs = theirs
        super().__init__(theirs.token)


class _StoredSteps(BaseModel):
    """What a scenario was before and after, as JSON texts: many, which YAML reads slowly."""

    model_config = ConfigDict(extra="forbid", strict=True)

    past: list[str] = []
    future: list[str] = []


class _Stored(BaseModel):
    """The file's form."""

    model_config = ConfigDict(extra="forbid", strict=True)

    desk: int = 1
    folder: str | None = None
    language: Language = "zh"
    overrides: dict[str, dict[str, Setting]] = {}
    scenarios: list[str] = []
    histories: dict[str, _StoredSteps] = {}
    current: str | None = None
    costs: dict[str, float] = {}
    basemap: dict[str, str] = {}

    @property
    def begun(self) -> bool:
        """As `Workspace.begun`."""
        return bool(self.scenarios or self.overrides or self.costs)


@dataclass(frozen=True)
class WorkspaceLine:
    """What a list of workspaces says of one.

    Attributes
    ----------
    token
        Its name.
    name
        The county's name, or its folder's where that cannot be read.
    code
        The county's code, or empty.
    scenarios
        How many.
    changed
        When it was saved last, seconds since 1970.
    """

    token: str
    name: str
    code: str
    scenarios: int
    changed: float


def planner_folder() -> Path:
    """Return the folder of all workspaces: ``$PLANNER_WORKSPACE``, else ``~/.planner-1030``."""
    named = os.environ.get(WORKSPACE_VARIABLE)
    return Path(named).expanduser() if named else Path.home() / _DEFAULT_WORKSPACE


def workspace_folder(token: str) -> Path:
    """Return the folder of the workspace `token`, which need not exist.

    Raises
    ------
    InputError
        If `token` has not a token's form.
    """
    if not is_token(token):
        raise InputError([Problem("workspace.unknown")])
    return planner_folder() / "desks" / token


def made_folder(token: str) -> Path:
    """Return the folder of the workspace `token`, made where it is not there, its owner's alone.

    Raises
    ------
    InputError
        If the planner's folder cannot be written to.
    """
    folder = workspace_folder(token)
    try:
        planner_folder().parent.mkdir(parents=True, exist_ok=True)
        for place in (planner_folder(), folder.parent, folder):
            place.mkdir(mode=_PRIVATE, exist_ok=True)
            if os.name == "posix" and stat.S_IMODE(place.stat().st_mode) & ~_PRIVATE:
                place.chmod(_PRIVATE)  # made by an older version, or with another umask
    except OSError as error:
        raise _not_saved(error) from error
    return folder


def save(workspace: Workspace) -> Workspace:
    """Write `workspace` as the state that follows the one it began from; return it as saved.

    Raises
    ------
    ConflictError
        If the workspace has a newer state; nothing is written.
    InputError
        If the planner's folder cannot be written to.
    """
    folder = made_folder(workspace.token)
    if not workspace.revision:
        _sweep_workspaces()
    emptied = 0  # the revision where somebody emptied the planner's folder
    if newest(workspace.token) not in (emptied, workspace.revision):
        raise ConflictError(load(workspace.token))
    revision = workspace.revision + 1
    target = folder / f"desk-{revision}.json"
    part = folder / f".{secrets.token_hex(8)}{_PART}"
    try:
        with part.open("xb") as stream:
            stream.write(_text(workspace, folder).encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        _claim(part, target)
    except FileExistsError:
        raise ConflictError(load(workspace.token)) from None
    except OSError as error:
        raise _not_saved(error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if newest(workspace.token) > revision:  # ours took a number that was already swept away
        target.unlink(missing_ok=True)
        raise ConflictError(load(workspace.token))
    _sweep(folder, revision - KEPT)
    return replace(workspace, revision=revision, recovered=False)


def load(token: str) -> Workspace:
    """Return the workspace as it was saved last.

    Raises
    ------
    InputError
        If there is no such workspace, or none of its states can be read.
    """
    folder = workspace_folder(token)
    revisions = sorted(_revisions(folder), reverse=True)
    if not revisions:
        raise InputError([Problem("workspace.unknown")])
    for revision in revisions:
        stored = _read(folder / f"desk-{revision}.json")
        if stored is not None:
            workspace = _workspace(token, folder, stored)
            return replace(workspace, revision=revisions[0], recovered=revision != revisions[0])
    raise InputError([Problem("workspace.damaged", values={"folder": folder})])


def newest(token: str) -> int:
    """Return the revision saved last; 0 where nothing was saved."""
    return max(_revisions(workspace_folder(token)), default=0)


def copied(workspace: Workspace) -> Workspace:
    """Return `workspace` saved under a new token, with a copy of its own county folders.

    Raises
    ------
    InputError
        If the planner's folder cannot be written to.
    """
    token = new_token()
    old, new = workspace_folder(workspace.token), made_folder(token)
    folder = workspace.folder
    if folder is not None and folder.is_relative_to(old):
        folder = new / folder.relative_to(old)
        try:
            shutil.copytree(workspace.folder or old, folder)
        except OSError as error:
            raise _not_saved(error) from error
    return save(replace(workspace, token=token, folder=folder, revision=0))


def listed(limit: int = 20) -> tuple[WorkspaceLine, ...]:
    """Return the workspaces of the planner's folder, the one changed last first.

    Of workspaces on which nothing was done yet, only the last one of each county folder.
    """
    lines: list[WorkspaceLine] = []
    seen: set[Path] = set()
    for changed, token in sorted(_changes(), reverse=True):
        stored, own = _newest_state(token), workspace_folder(token)
        if stored is None or stored.folder is None:
            continue
        folder = own / stored.folder  # an absolute path stays what it is
        if folder in seen and not stored.begun:
            continue
        seen.add(folder)
        name, code = folder.name, ""
        with suppress(InputError, OSError):
            identity = load_config(folder).county
            name, code = identity.name, identity.code
        lines.append(WorkspaceLine(token, name, code, len(stored.scenarios), changed))
        if len(lines) == limit:
            break
    return tuple(lines)


def _newest_state(token: str) -> _Stored | None:
    folder = workspace_folder(token)
    states = (_read(folder / f"desk-{n}.json") for n in sorted(_revisions(folder), reverse=True))
    return next((state for state in states if state is not None), None)


def _sweep_workspaces() -> None:
    """Remove workspaces on which nothing was ever done and that nobody has opened for long."""
    limit = time.time() - _IDLE_S
    for changed, token in list(_changes()):
        if changed < limit:
            state, folder = _newest_state(token), workspace_folder(token)
            if state is not None and not state.begun and _elsewhere(state):
                shutil.rmtree(folder, ignore_errors=True)


def _elsewhere(state: _Stored) -> bool:
    """Return whether the county's files are the visitor's own, or there are none."""
    return state.folder is None or Path(state.folder).is_absolute()


def referenced(token: str) -> frozenset[str]:
    """Return the folders inside the workspace's own that any of its kept states names."""
    folder = workspace_folder(token)
    states = (_read(folder / f"desk-{revision}.json") for revision in _revisions(folder))
    return frozenset(state.folder for state in states if state is not None and state.folder)


def _changes() -> Iterator[tuple[float, str]]:
    """Yield when each workspace was saved last, and its token."""
    workspaces = planner_folder() / "desks"
    with suppress(OSError):
        for folder in workspaces.iterdir():
            if not is_token(folder.name):
                continue
            revision = max(_revisions(folder), default=0)
            with suppress(OSError):
                yield (folder / f"desk-{revision}.json").stat().st_mtime, folder.name


def _revisions(folder: Path) -> Iterator[int]:
    with suppress(OSError):
        for path in folder.iterdir():
            if match := _STATE.fullmatch(path.name):
                yield int(match[1])


def _claim(part: Path, target: Path) -> None:
    """Give the whole file `part` the name `target`, unless something has that name.

    Raises
    ------
    FileExistsError
        If `target` is there.
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without links: a stick, some shares
        with target.open("xb"):
            pass
        part.replace(target)


def _sweep(folder: Path, until: int) -> None:
    """Remove the states up to `until`, and what a killed app had not finished writing."""
    for part in folder.glob(f".*{_PART}"):
        with suppress(OSError):  # another tab may just be at work on its own
            if time.time() - part.stat().st_mtime > _PART_S:
                part.unlink()
    for revision in _revisions(folder):
        if revision <= until:
            with suppress(OSError):
                (folder / f"desk-{revision}.json").unlink(missing_ok=True)


def _text(workspace: Workspace, folder: Path) -> str:
    at = workspace.folder
    own = at is not None and at.is_relative_to(folder)
    stored = _Stored(
        folder=None if at is None else at.relative_to(folder).as_posix() if own else str(at),
        language=workspace.language,
        overrides={rule: dict(values) for rule, values in workspace.overrides.items()},
        scenarios=[
            *(dump_scenario(scenario) for scenario in workspace.scenarios),
            *workspace.unread,
        ],
        histories={
            name: _StoredSteps(past=_texts(known.past), future=_texts(known.future))
            for name, known in workspace.histories.items()
        },
        current=workspace.current,
        costs=dict(workspace.costs),
        basemap=dict(workspace.basemap),
    )
    return json.dumps(stored.model_dump(mode="json"), ensure_ascii=False, indent=1)


def _texts(scenarios: tuple[Scenario, ...]) -> list[str]:
    return [scenario.model_dump_json() for scenario in scenarios]


def _histories(stored: _Stored, scenarios: list[Scenario]) -> dict[str, History]:
    """Return the way back of each of `scenarios`; none where this version cannot read it."""
    histories = {}
    for scenario in scenarios:
        steps = stored.histories.get(scenario.name)
        if steps is not None:
            with suppress(ValidationError, RecursionError):
                past, future = (
                    tuple(Scenario.model_validate_json(scenario_json) for scenario_json in texts)
                    for texts in (steps.past, steps.future)
                )
                histories[scenario.name] = History(past, scenario, future)
    return histories


def _read(path: Path) -> _Stored | None:
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        return _Stored.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, ValueError, RecursionError):
        return None


def _workspace(token: str, folder: Path, stored: _Stored) -> Workspace:
    scenarios, unread = [], []
    for text in stored.scenarios:
        try:
            scenarios.append(parse_scenario(text, ""))
        except InputError:
            unread.append(text)
    at = None if stored.folder is None else Path(stored.folder)
    return Workspace(
        token=token,
        folder=at if at is None or at.is_absolute() else folder / at,
        language=stored.language,
        overrides=stored.overrides,
        scenarios=tuple(scenarios),
        histories=_histories(stored, scenarios),
        current=stored.current if stored.current in {s.name for s in scenarios} else None,
        costs=stored.costs,
        basemap=stored.basemap,
        unread=tuple(unread),
    )


def _not_saved(error: OSError) -> OutputError:
    return not_written("workspace.not_saved", error, folder=planner_folder())
