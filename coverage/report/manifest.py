"""What a folder of results must hold: each file's size and checksum, written last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coverage.problems import Problem

MANIFEST: Final = "manifest.json"
SCHEMA: Final = 1

_CHUNK: Final = 1 << 20
_MAX_BYTES: Final = 1_000_000


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schema_: int = Field(alias="schema", ge=SCHEMA, le=SCHEMA)
    files: dict[str, _File]


def manifest_json(contents: Mapping[str, bytes]) -> bytes:
    """Return the manifest of these files, by name; the same files give the same bytes."""
    return _manifest_json({name: _entry([content]) for name, content in contents.items()})


def manifest_of(folder: Path) -> bytes:
    """Return the manifest of every file that lies in `folder` itself."""
    paths = [path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST]
    return _manifest_json({path.name: _entry_at(path) for path in paths})


def mismatches(folder: Path, known: Iterable[str] = ()) -> tuple[str, ...] | None:
    """Return the names of files that are not as the manifest in `folder` says.

    Parameters
    ----------
    known
        Names of result files: such a file that the manifest does not name belongs to another run.

    Returns
    -------
    names
        In order; empty where the results are whole. None where there is no manifest: results of
        a version before there were any, or no results at all.
    """
    path = folder / MANIFEST
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _MAX_BYTES:
            return (MANIFEST,)
        stated = _Manifest.model_validate_json(path.read_bytes()).files
    except (OSError, ValidationError, ValueError, RecursionError):
        return (MANIFEST,)
    wrong = {name for name, file in stated.items() if not _is_as(folder, name, file)}
    foreign = {name for name in known if name not in stated and (folder / name).exists()}
    return tuple(sorted(wrong | (foreign - {MANIFEST})))


def mismatch_problem(folder: Path, names: Iterable[str]) -> Problem:
    """Say that the results in `folder` do not belong together."""
    values = {"folder": folder, "names": ", ".join(names)}
    return Problem("report.not_whole", "warning", values=values)


def _is_as(folder: Path, name: str, stated: _File) -> bool:
    if name != Path(name).name:  # a name of a manifest is never a way to another folder
        return False
    path = folder / name
    try:
        return path.stat().st_size == stated.bytes and _entry_at(path).sha256 == stated.sha256
    except OSError:
        return False


def _entry_at(path: Path) -> _File:
    with path.open("rb") as stream:
        return _entry(iter(lambda: stream.read(_CHUNK), b""))


def _entry(chunks: Iterable[bytes]) -> _File:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return _File(bytes=size, sha256=digest.hexdigest())


def _manifest_json(files: Mapping[str, _File]) -> bytes:
    content = {
        "schema": SCHEMA,
        "files": {name: files[name].model_dump() for name in sorted(files)},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
