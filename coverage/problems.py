"""What can be wrong with what a user gives us, and how it is said."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, Self

import yaml

from coverage.messages import LANGUAGES, Language, Message, default_language, text
from coverage.paths import DATA

_REASONS: Final[Mapping[int, Message]] = MappingProxyType(
    {
        getattr(errno, "EDQUOT", errno.ENOSPC): Message("errors.quota_full"),
        errno.ENOSPC: Message("errors.disk_full"),
        errno.EACCES: Message("errors.no_access"),
        errno.EPERM: Message("errors.no_access"),
        errno.EROFS: Message("errors.read_only"),
        errno.ENAMETOOLONG: Message("errors.name_too_long"),
        errno.EIO: Message("errors.disk_error"),
    }
)

_NUMBER: Final = re.compile(r"\[Errno (\d+)\]")
_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_WHOLE_DISK: Final = _FULL | {errno.EROFS, errno.EIO}

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or that a reader of the figures must know.

    Attributes
    ----------
    code
        Id of the message that says what is wrong and how to mend it.
    level
        ``error`` stops the work; ``warning`` and ``note`` stand beside the result.
    values
        What fills the message's placeholders.
    file
        The file's path inside the county folder, with forward slashes.
    rows
        Rows as a reader of the file counts them: in a table the header is row 1, in a layer
        without a header the first feature is row 1.
    column
        The column as the file spells it.
    count
        How many rows, people or things it concerns.
    """

    code: str
    level: Level = "error"
    values: Mapping[str, object] = field(default_factory=dict)
    file: str | None = None
    rows: tuple[int, ...] = ()
    column: str | None = None
    count: int = 1

    def text(self, language: Language) -> str:
        """Return the whole sentence: file, row, column, what is wrong, how to mend it."""
        body = self.body(language)
        place = [self.file] if self.file else []
        if self.rows:
            shown = ", ".join(str(row) for row in self.rows[:10])
            if len(self.rows) > 10:
                shown += " …"
            place.append(text("errors.rows", language, rows=shown))
        if self.column:
            place.append(text("errors.column", language, column=self.column))
        if not place:
            return body
        return text("errors.at", language, place=", ".join(place), body=body)

    def body(self, language: Language) -> str:
        """Return what is wrong and how to mend it, without file, row and column."""
        return text(self.code, language, **self.values)


class CoverageError(Exception):
    """Base of every error that is the input's fault, not ours."""


class InputError(CoverageError):
    """The input cannot be used; `problems` lists everything found, not only the first.

    As `OSError` does by its number, `InputError(problems)` makes the named error below it where
    all errors among the problems are of that name (``data/errors.yaml``), else itself.

    Attributes
    ----------
    problems
        At least one of them has the level ``error``.
    """

    problems: tuple[Problem, ...]

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Return an error of the name that all `problems` have."""
        problems = args[0] if args else kwargs.get("problems", ())
        named = _named(problems) if cls is InputError and isinstance(problems, Collection) else cls
        return super().__new__(named, *args)  # type: ignore[return-value]

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines("en")))

    def __str__(self) -> str:
        """Return the errors in the language of the machine's locale, one a line."""
        return "\n".join(self.lines(default_language()))

    def __reduce__(self) -> tuple[Callable[..., InputError], tuple[object, ...], dict[str, object]]:
        """Let a worker's error reach the process that waits for it, with all it says."""
        return _unpickled, (type(self), str(self)), self.__dict__

    def lines(self, language: Language) -> tuple[str, ...]:
        """Return one sentence for each problem that is an error."""
        return tuple(p.text(language) for p in self.problems if p.level == "error")


class MissingFileError(InputError):
    """A file or folder that is named is not there."""


class UnreadableFileError(InputError):
    """A file is not of the kind it should be, is damaged, or may not be opened."""


class MissingColumnError(InputError):
    """A table or layer lacks a column, or its geometry, that is needed."""


class InvalidCellError(InputError):
    """Cells hold what they cannot hold; the problems name rows and column."""


class PlaceError(InputError):
    """Coordinates, their system or their outlines cannot be those of the county."""


class SettingError(InputError):
    """A parameter, key, rule, layer or region is unknown, or has a value it cannot have."""


class ScenarioError(InputError):
    """A scenario is none, or an edit of it does not fit the county."""


class OutputError(InputError):
    """What the program has to write cannot be written; nothing is wrong with what it read.

    Attributes
    ----------
    everywhere
        Whether nothing else can be written either, such as on a full disk.
    """

    def __init__(self, problems: Collection[Problem], *, everywhere: bool = False) -> None:
        super().__init__(problems)
        self.everywhere = everywhere


NAMED_ERRORS: Final = (
    MissingFileError,
    UnreadableFileError,
    MissingColumnError,
    InvalidCellError,
    PlaceError,
    SettingError,
    ScenarioError,
)


@cache
def _names() -> Mapping[str, type[InputError]]:
    """Return the error that each message stands for, where it has a name."""
    listed = yaml.safe_load((DATA / "errors.yaml").read_text(encoding="utf-8"))
    return {code: error for error in NAMED_ERRORS for code in listed[error.__name__]}


def _named(problems: Iterable[Problem]) -> type[InputError]:
    """Return the error whose name all errors among `problems` have."""
    codes = {problem.code for problem in problems if problem.level == "error"}
    names = {_names().get(code, InputError) for code in codes}
    return names.pop() if len(names) == 1 else InputError


def _unpickled(error: type[InputError], message: str) -> InputError:
    """Return an error without its attributes, which follow."""
    made = error.__new__(error)
    made.args = (message,)
    return made


class StoppedError(Exception):
    """Whoever waited for the work does not want it any more (see `coverage.progress`)."""


class Problems(list[Problem]):
    """Collects the problems of work that goes on after each of them, so that all are told.

    Whoever does a part of the work is given it and appends what is wrong; each problem is told by
    one part only.
    """

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Take in the problems of an `InputError` that is raised within, and go on after it."""
        try:
            yield
        except InputError as error:
            self.extend(error.problems)

    @property
    def has_errors(self) -> bool:
        """Whether any of them keeps the work from being done."""
        return any(problem.level == "error" for problem in self)

    def raise_if_errors(self) -> None:
        """Raise `InputError` with all of them if any is an error."""
        raise_if_errors(self)


def chosen_language(stated: Language | None) -> Language:
    """Return the language that a caller states, or that of the machine's locale.

    Raises
    ------
    SettingError
        If there is no such language.
    """
    if stated is not None and stated not in LANGUAGES:
        values = {"language": stated, "known": ", ".join(LANGUAGES)}
        raise SettingError([Problem("errors.language", values=values)])
    return stated or default_language()


def raise_if_errors(problems: Iterable[Problem]) -> None:
    """Raise `InputError` with all `problems` if any of them is an error."""
    problems = tuple(problems)
    if any(problem.level == "error" for problem in problems):
        raise InputError(problems)


def storage_reason(error: Exception) -> Message | str:
    """Return why a file or folder could not be read or written, and what mends it; no path."""
    number: int | None = getattr(error, "errno", None)
    reason: str | None = getattr(error, "strerror", None)
    if isinstance(error, shutil.Error):  # of many files; what it says holds all their paths
        match = _NUMBER.search(str(error))
        number = int(match[1]) if match else None
        reason = os.strerror(number) if number else None
    return _REASONS.get(number or 0) or reason or Message("errors.no_reason")


def is_full(error: BaseException) -> bool:
    """Return whether it is no room on a disk that `error` tells of."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _FULL


def not_written(code: str, error: OSError, **values: object) -> OutputError:
    """Return the problem that something could not be written because of `error`."""
    problem = Problem(code, values={**values, "reason": storage_reason(error)})
    return OutputError([problem], everywhere=error.errno in _WHOLE_DISK)


def no_scratch(error: Exception) -> OutputError:
    """Return the problem that there is no room for the files needed while working.

    Nothing is wrong with the file that was read then: reading takes no room on a disk.
    """
    full = is_full(error)
    reason = storage_reason(error) if full else Message("errors.no_temporary")
    if isinstance(error, sqlite3.Error):
        reason = _REASONS[errno.ENOSPC]
    return OutputError([Problem("errors.no_scratch", values={"reason": reason})], everywhere=True)
