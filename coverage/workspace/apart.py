"""Read a county in a process apart, which is ended when it takes too much or is not wanted.

A process is started before it is needed and kept for the next county, so that opening one does
not wait for libraries to load. It is an ordinary program started anew (not a copy of this one,
which runs many threads), the same way on every system.
"""

from __future__ import annotations

import atexit
import pickle
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import psutil

from coverage.assessment.report import Report
from coverage.limits import BEAT_S, Limits, limits_of
from coverage.messages import Message
from coverage.paths import ROOT
from coverage.problems import InputError, OutputError, Problem
from coverage.progress import Progress, no_progress
from coverage.workspace.answers import Answer, Broken, Made, Ready, Refused, Request, Step

MAX_READERS: Final = 2
"""Counties read at the same time; the others wait."""

_KEPT_MB: Final = 1000
_MEGA: Final = 1_000_000
_FIRST: Final = Message("report.step_county")


class DefectError(RuntimeError):
    """The other process met a defect of ours; the text holds its trace."""


class _Reader:
    """One process that reads, and what it has answered."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._program = subprocess.Popen(  # noqa: S603 - a program of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._process = psutil.Process(self._program.pid)
        self._answers: queue.Queue[Answer | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Take in answers; None stands for the end of the process."""
        assert self._program.stdout is not None
        try:
            while True:
                # From a program of our own, started by ourselves.
                self._answers.put(pickle.load(self._program.stdout))  # noqa: S301
        except Exception:  # the process ended, perhaps within an answer
            self._answers.put(None)

    @property
    def reusable(self) -> bool:
        """Whether it goes on and has given back most of the memory it took."""
        try:
            return self._process.memory_info().rss < _KEPT_MB * _MEGA
        except psutil.Error:
            return False

    def end(self) -> None:
        """End the process, whatever it does."""
        self._program.kill()
        self._program.wait()
        for stream in (self._program.stdin, self._program.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def read(self, folder: Path, limits: Limits, progress: Progress) -> Report:
        """Return the report of `folder`.

        Raises
        ------
        InputError
            With every problem of the folder, or with the limit that was exceeded.
        DefectError
            Where reading it met a defect.
        """
        assert self._program.stdin is not None
        begun = time.monotonic()
        step = _FIRST
        with suppress(OSError):  # that it has ended is heard below
            pickle.dump(Request(folder, limits), self._program.stdin)
            self._program.stdin.flush()
        while True:
            try:
                answer = self._answers.get(timeout=BEAT_S)
            except queue.Empty:
                answer = Step(step)
            if isinstance(answer, Made):
                return answer.report
            if isinstance(answer, Refused):
                raise (OutputError if answer.output else InputError)(answer.problems)
            if isinstance(answer, Broken):
                raise DefectError(f"{answer.error}\n{answer.trace}")
            if answer is None:
                status = self._program.wait()
                values = {"step": step, "status": status}
                raise InputError([Problem("limits.gone", values=values)])
            if isinstance(answer, Ready):
                begun = time.monotonic()  # loading libraries is not the county's time
                continue
            step = answer.step
            progress(step)  # raises where nobody waits for it any more
            problem = limits.exceeded(self._process, begun, step)
            if problem is not None:
                raise InputError([problem])


class Readers:
    """The processes that read, idle and at work.

    Parameters
    ----------
    command
        What each of them runs.
    """

    def __init__(
        self, command: tuple[str, ...] = (sys.executable, "-m", "coverage.workspace.reader")
    ) -> None:
        self._command = command
        self._room = threading.Semaphore(MAX_READERS)
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []
        self._at_work: set[_Reader] = set()

    def prepare(self) -> None:
        """See that a process is there for the next county; does not wait until it is ready."""
        with self._lock:
            if not self._idle and not self._at_work:
                self._idle.append(_Reader(self._command))

    def read(self, folder: Path, limits: Limits, progress: Progress) -> Report:
        """Return the report of `folder`, read by one of the processes; see `assess_apart`."""
        while not self._room.acquire(timeout=BEAT_S):
            progress(Message("limits.waiting"))
        try:
            with self._lock:
                reader = self._idle.pop() if self._idle else _Reader(self._command)
                self._at_work.add(reader)
            answered = False
            try:
                report = reader.read(folder, limits, progress)
                answered = True
            except (InputError, DefectError) as error:
                answered = not _is_limit(error)
                raise
            finally:
                self._put_back(reader, answered=answered)
        finally:
            self._room.release()
        return report

    def _put_back(self, reader: _Reader, *, answered: bool) -> None:
        """Keep `reader` for the next county, or end it and start another in its place."""
        keep = answered and reader.reusable
        with self._lock:
            self._at_work.discard(reader)
            if keep:
                self._idle.append(reader)
        if not keep:
            reader.end()
            self.prepare()

    def end(self) -> None:
        """End every process."""
        with self._lock:
            readers = [*self._idle, *self._at_work]
            self._idle.clear()
        for reader in readers:
            reader.end()


def _is_limit(error: Exception) -> bool:
    """Return whether the process was found at work still, or ended."""
    problems = error.problems if isinstance(error, InputError) else ()
    return any(problem.code.startswith("limits.") for problem in problems)


@cache
def readers() -> Readers:
    """Return the processes of this program, which end with it."""
    readers = Readers()
    atexit.register(readers.end)
    return readers


def assess_apart(folder: Path, progress: Progress = no_progress) -> Report:
    """Return what `coverage.assessment.assess.assess_folder` does, read in a process apart.

    Parameters
    ----------
    progress
        Is also told every tenth of a second that the work goes on; what it raises ends it.

    Raises
    ------
    InputError
        With every problem of the folder; or, where reading took more than `limits_of` allows,
        with the limit that was exceeded and how to go on.
    DefectError
        Where reading met a defect of ours.
    """
    return readers().read(folder.absolute(), limits_of(), progress)
