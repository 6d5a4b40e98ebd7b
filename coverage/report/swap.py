"""Put a finished folder in the place of another, and clear up after runs that were killed."""

from __future__ import annotations

import ctypes
import glob
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

PART: Final = ".part"
NEW: Final = "new"
"""The folder of a workshop in which the new set is made."""
OLD: Final = "old"
"""The folder of a workshop in which the older set stands for the moment between two renames."""

_OWNER: Final = re.compile(
    r"\.(?P<host>[0-9a-f]{8})-(?P<pid>\d{1,9})-(?P<begun>\d{1,12})-\w+\.part$"
)
"""Whose a workshop is stands in its name: a run that is killed has then always said it."""
_STALE_AFTER_S: Final = 3600.0
_SAME_START_S: Final = 2.0
_AT_CWD: Final = -100
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of Linux' renameat2(2)."""


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """Give a new folder beside `target`, and leave none behind: not even those of a killed run.

    What a run was killed in is brought to an end first: an older set that had already been put
    aside goes back to its place. A workshop of a run that lives is left alone.
    """
    for left in target.parent.glob(f".{glob.escape(target.name)}.*{PART}"):
        with suppress(OSError):  # another run may just have removed it
            if not _in_use(left):
                if (left / OLD).is_dir() and not target.exists():
                    (left / OLD).replace(target)
                shutil.rmtree(left, ignore_errors=True)
    prefix = f".{target.name}.{_host()}-{os.getpid()}-{int(_begun(os.getpid()))}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=PART, dir=target.parent))
    try:
        (folder / NEW).mkdir()
        yield folder
    finally:
        if target.exists() or not (folder / OLD).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _begun(pid: int) -> float:
    """Return when a process began: a number is given again to another one once it has ended."""
    return psutil.Process(pid).create_time()


def _in_use(folder: Path) -> bool:
    """Return whether the run that made `folder` may still be at work on it.

    A process of this machine is asked; of another one (a share) only the age can be seen.
    """
    owner = _OWNER.search(folder.name)
    if owner is not None and owner["host"] == _host():
        try:
            return abs(_begun(int(owner["pid"])) - int(owner["begun"])) < _SAME_START_S
        except psutil.NoSuchProcess:
            return False
        except psutil.Error:  # a process of another user, whose start some systems do not tell
            return True
    return time.time() - folder.stat().st_mtime <= _STALE_AFTER_S


def put_in_place(folder: Path, target: Path) -> None:
    """Let the set in ``folder/new`` stand at `target` instead of what is there.

    Where the system can exchange two folders (Linux) this is one step. Elsewhere it is two
    renames: between them `target` is absent, and the next run puts the older set back.

    Raises
    ------
    OSError
        If it cannot be done; what was there is then there still.
    """
    new, old = folder / NEW, folder / OLD
    if not target.exists():
        new.replace(target)
        return
    if exchanged(new, target):
        return
    target.replace(old)
    try:
        new.replace(target)
    except BaseException:
        old.replace(target)
        raise


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether the system could."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library without it
        return False
    done = rename(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE)
    return int(done) == 0


def carry_over(source: Path, target: Path, ours: frozenset[str]) -> None:
    """Give `target` everything in `source` that does not bear one of our names, as links if it can.

    What lies beside the results is the user's; it is in both folders until the older one goes.
    """
    for path in source.iterdir():
        if path.name in ours:
            continue
        place = target / path.name
        if path.is_symlink():
            place.symlink_to(path.readlink())
        elif path.is_dir():
            shutil.copytree(path, place, symlinks=True, copy_function=_linked)
        else:
            _linked(str(path), str(place))


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except (OSError, NotImplementedError):  # a file system without links: a stick, some shares
        shutil.copy2(source, target)
    return target
