"""The workspace's own county folders."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from coverage.county.config import load_config
from coverage.county.files import CONFIG_NAME, inside
from coverage.county.sources import parts_of
from coverage.paths import DATA
from coverage.problems import (
    InputError,
    OutputError,
    Problem,
    Problems,
    not_written,
    storage_reason,
)
from coverage.rules.catalogue.load import OWN_FOLDER
from coverage.workspace.model import Workspace
from coverage.workspace.store import made_folder, planner_folder, referenced

COUNTY_PREFIX: Final = "county-"
_PART: Final = ".part-"
_UNUSED_S: Final = 7 * 24 * 3600
_README: Final = ("README.md", "README.txt")
# What Windows and office programs copy along with a path: quotes, and marks that no eye sees.
_QUOTES: Final = "\"'\u201c\u201d\u2018\u2019"
_UNSEEN: Final = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))


def typed_path(typed: str) -> Path | None:
    """Return the path that somebody typed or pasted; None where nothing was."""
    name = typed.translate(_UNSEEN).strip().strip(_QUOTES).strip()
    if not name:
        return None
    with suppress(OSError, RuntimeError, ValueError):
        path = Path(name).expanduser()
        return path.absolute() if path.exists() else path
    return Path(name)


def county_at(path: Path) -> Path:
    """Return the county folder that somebody means who names `path`.

    That may be one of its files, or the folder around it.
    """
    named = typed_path(str(path)) or path
    with suppress(OSError, ValueError):
        if named.is_file() and (named.parent / CONFIG_NAME).is_file():
            return named.parent
        if named.is_dir() and not (named / CONFIG_NAME).exists():
            inner = [config.parent for config in named.glob(f"*/{CONFIG_NAME}")]
            return inner[0] if len(inner) == 1 else named
    return named


def is_protected(folder: Path) -> bool:
    """Return whether `folder` must not be written into: the project's own, or not ours to write."""
    with suppress(OSError, RuntimeError, ValueError):
        real = folder.resolve()
        config = real / CONFIG_NAME
        writable = os.access(real, os.W_OK) and (not config.exists() or os.access(config, os.W_OK))
        return real.is_relative_to(DATA.resolve()) or not writable
    return True


def county_files(folder: Path) -> dict[str, Path]:
    """Return the files that a county folder consists of, by their path inside it.

    These are ``county.toml``, what it names (every part of a shapefile), its own rules and a
    README; whatever else lies in the folder is not the county's.

    Raises
    ------
    InputError
        If ``county.toml`` cannot be read, or a file is not there or leaves the folder.
    """
    config = load_config(folder)
    root = folder.resolve()
    paths = [inside(folder, CONFIG_NAME)]
    problems = Problems()
    for _, source in config.sources:
        if source is not None:
            with problems.collecting():
                paths += parts_of(folder, source)
    problems.raise_if_errors()
    own = sorted(path.name for path in (folder / OWN_FOLDER).glob("*.yaml"))
    paths += [inside(folder, f"{OWN_FOLDER}/{name}") for name in own]
    paths += [inside(folder, name) for name in _README if (folder / name).is_file()]
    files = {}
    for path in paths:
        at = path if path.is_absolute() else folder / path
        name = Path(os.path.relpath(at, root)).as_posix()
        files[name] = at
    return dict(sorted(files.items()))


def own_copy(workspace: Workspace) -> Path:
    """Copy the workspace's county into the workspace's own folder and return the copy.

    Raises
    ------
    InputError
        If the county's files cannot be read, or the planner's folder cannot be written to.
    """
    if workspace.folder is None:
        raise InputError([Problem("workspace.no_county")])
    files = county_files(workspace.folder)
    with new_county_folder(workspace.token) as folder:
        for name, path in files.items():
            target = folder.making / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder.made


class Making:
    """A county folder that appears under its name only when it is complete.

    Attributes
    ----------
    making
        Where its files are put.
    made
        Where it then is.
    """

    def __init__(self, workspace: Path) -> None:
        name = secrets.token_hex(4)
        self.making = workspace / f"{_PART}{name}"
        self.made = workspace / f"{COUNTY_PREFIX}{name}"


@contextmanager
def new_county_folder(token: str) -> Iterator[Making]:
    """Give a new folder for a county inside the workspace `token`.

    County folders of the workspace that none of its kept states names, and what was left half-made
    when the app was killed, are removed at the end, once they are old.

    Raises
    ------
    InputError
        If the planner's folder cannot be written to.
    """
    workspace = made_folder(token)
    folder = Making(workspace)
    try:
        folder.making.mkdir(mode=0o700)
        yield folder
        folder.making.replace(folder.made)
    except OSError as error:
        raise not_written("workspace.not_saved", error, folder=planner_folder()) from error
    finally:
        shutil.rmtree(folder.making, ignore_errors=True)
    used = referenced(token) | {folder.made.name}
    for path in (*workspace.glob(f"{COUNTY_PREFIX}*"), *workspace.glob(f"{_PART}*")):
        with suppress(OSError):
            if path.name not in used and time.time() - path.stat().st_mtime > _UNUSED_S:
                shutil.rmtree(path, ignore_errors=True)


def save_to(folder: Path, target: Path) -> Path:
    """Copy the county in `folder` to `target`, which is empty or not there yet; return it.

    The copy is whole or not there at all.

    Raises
    ------
    InputError
        If the county's files cannot be read, `target` holds something or cannot be written to.
    """
    files = county_files(folder)
    part = None
    try:
        target = target.expanduser().absolute()
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError([Problem("workspace.folder_taken", values={"folder": target})])
        final = target.resolve()
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f".{secrets.token_hex(8)}.part")
        part.mkdir()
        for name, path in files.items():
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        if final.exists():
            final.rmdir()
        part.replace(final)
    except (OSError, RuntimeError, ValueError) as error:
        values = {"file": target, "reason": storage_reason(error)}
        raise OutputError([Problem("workspace.not_written", values=values)]) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    return target
