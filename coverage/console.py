"""What the command line says, and what becomes of it where it cannot be said."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from coverage.messages import Language, text
from coverage.problems import InputError, OutputError, Problem, storage_reason


def say(sentence: str, stream: TextIO | None = None) -> None:
    """Print, with everything that could steer a terminal made visible.

    Raises
    ------
    OutputError
        If what is said cannot be written. On stderr it is let go: nobody is left to tell.
    """
    plain = "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in sentence
    )
    if stream is not None:
        try:
            print(plain, file=stream)
        except OSError:
            silence(stream)
        return
    with spoken():
        print(plain)


@contextmanager
def spoken() -> Iterator[None]:
    """Tell what is printed within; that it cannot be is a problem of its own.

    Raises
    ------
    OutputError
        If stdout cannot be written to.
    BrokenPipeError
        If whoever read it has gone.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        silence(sys.stdout)
        values = {"reason": storage_reason(error)}
        problems = [Problem("cli.cannot_print", values=values)]
        raise OutputError(problems, everywhere=True) from error


@contextmanager
def output_checked() -> Iterator[None]:
    """Fail where what is printed within does not arrive, while that can still be reported.

    Raises
    ------
    OutputError
        If stdout cannot be written to.
    """
    try:
        yield
    except SystemExit:  # after --help and --version
        _flush()
        raise
    except InputError:
        with suppress(OutputError, BrokenPipeError):  # of two faults the first is reported
            _flush()
        raise
    _flush()


def _flush() -> None:
    if sys.stdout is not None:
        with spoken():
            sys.stdout.flush()


def silence(stream: TextIO | None) -> None:
    """Let nothing more be written to `stream`, whose end Python would tell with a traceback."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)


def complain(error: InputError, language: Language, folder: Path | None = None) -> None:
    """Print every problem of `error` on stderr, under the folder whose they are."""
    if folder is not None:
        heading = "cli.not_written" if isinstance(error, OutputError) else "cli.folder_bad"
        say(text(heading, language, folder=folder), sys.stderr)
    for line in error.lines(language):
        say(f"  {line}" if folder is not None else line, sys.stderr)


def labelled(problem: Problem, language: Language) -> str:
    """Return a problem with the name of its level before it."""
    # The levels' names are the messages errors.level_<level>.
    label = text(f"errors.level_{problem.level}", language)
    return text("cli.labelled", language, label=label, body=problem.text(language))
