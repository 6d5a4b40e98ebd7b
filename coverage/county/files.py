"""Files of a county folder: located safely, read safely."""

from __future__ import annotations

import difflib
import errno
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import Final

from coverage.messages import Message
from coverage.problems import InputError, Problem, StoppedError, is_full, no_scratch

CONFIG_NAME: Final = "county.toml"
MAX_BYTES: Final = 2_000_000_000
MAX_TEXT_BYTES: Final = 500_000_000
MAX_CELL_LENGTH: Final = 32_767
"""Characters of a cell; Excel's own limit."""
_SHOWN_LENGTH: Final = 40
_LOOKED_AT: Final = 10  # times what is shown: blanks that fall away are among it
_COMPARED_LENGTH: Final = 100  # the comparison's time grows with the square of the length
_MOST_COMPARED: Final = 2000
_CHUNK: Final = 1 << 20


def shown(value: object, length: int = _SHOWN_LENGTH) -> str:
    """Return a cell or key as a message may show it: one line, short, nothing invisible."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text[: _LOOKED_AT * length])
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length] + "…"


def refuse(
    code: str, file: str | None = None, rows: Iterable[int] = (), **values: object
) -> InputError:
    """Return the exception that says one thing of one file."""
    rows = tuple(rows)
    problem = Problem(code, values=values, file=file, rows=rows, count=max(len(rows), 1))
    return InputError([problem])


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Return the known word most like `word`, or None if none is near."""
    compared = [name for name in islice(known, _MOST_COMPARED) if len(name) <= _COMPARED_LENGTH]
    near = difflib.get_close_matches(word[:_COMPARED_LENGTH], compared, n=1, cutoff=cutoff)
    return near[0] if near else None


def posix(name: str) -> str:
    """Return a path of ``county.toml`` with forward slashes."""
    return PureWindowsPath(name).as_posix()


def inside(folder: Path, name: str, key: str = "", row: Iterable[int] = ()) -> Path:
    """Return the path of the file `name` of `folder`.

    `key` and `row` are where ``county.toml`` names it, if it does.

    Raises
    ------
    InputError
        If the name is absolute, leaves the folder (also by a symbolic link), or is no ordinary
        file that can be read.
    """
    parts = PureWindowsPath(name)
    if parts.drive or parts.root or ".." in parts.parts or "\0" in name:
        raise _outside("county.path_outside", name, key, row)
    plain = parts.as_posix()
    try:
        root = folder.resolve(strict=True)
        path = root / plain
        real = path.resolve()
        if not real.is_relative_to(root):
            raise _outside("county.link_outside", name, key, row)
        if not path.exists():
            raise _missing(folder, plain)
        if not path.is_file():
            raise refuse("county.not_a_file", shown(plain))
        if path.stat().st_size > MAX_BYTES:
            raise refuse("county.file_too_big", shown(plain), limit_mb=MAX_BYTES // 1_000_000)
        with path.open("rb"):
            pass
    except (OSError, RuntimeError) as error:
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            size = max(len(part.encode("utf-8", "surrogatepass")) for part in parts.parts)
            raise refuse("county.name_too_long", shown(plain), bytes=size) from error
        raise refuse("county.unreadable", shown(plain)) from error
    return path


def _outside(code: str, name: str, key: str, row: Iterable[int]) -> InputError:
    stated = Message("county.stated_as", {"key": key}) if key else ""
    return refuse(code, CONFIG_NAME if key else None, row, path=shown(name), stated=stated)


def _missing(folder: Path, name: str) -> InputError:
    there = sorted(p.name for p in folder.iterdir() if p.is_file())
    near = nearest(name, there, cutoff=0.75)
    if near:
        return refuse("county.file_missing_near", shown(name), near=shown(near))
    return refuse("county.file_missing", shown(name))


def sha256_of(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def reading(file: str) -> Iterator[None]:
    """Turn whatever a library raises on a broken file into a problem of that file.

    Only calls into the libraries that parse foreign bytes stand inside: what they may raise is
    not bounded by their documentation.
    """
    try:
        yield
    except (
        InputError,
        StoppedError,
        MemoryError,
    ):  # memory has a limit of its own
        raise
    except Exception as error:
        if is_full(error):
            raise no_scratch(error) from error
        raise refuse("county.unreadable", file) from error


@contextmanager
def no_progress() -> Iterator[None]:
    """Leave out the libraries' own warnings: our checks tell what is wrong with the content."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(content: bytes, file: str) -> str:
    """Return the text of a file in any encoding that Excel in China writes.

    UTF-8 with or without byte-order mark, UTF-16 with its mark (Excel's "Unicode text"), else
    GB18030 (which holds GBK and GB2312).

    Raises
    ------
    InputError
        If it is none of them, or no text at all.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise refuse("county.file_too_big", file, limit_mb=MAX_TEXT_BYTES // 1_000_000)
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise refuse("county.encoding", file)
