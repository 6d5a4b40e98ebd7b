"""How much memory and time the reading of a county may take, and how it is ended beyond that."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psutil

from coverage.messages import Message
from coverage.problems import InputError, Problem

MEMORY_VARIABLE: Final = "PLANNER_READ_MB"
SECONDS_VARIABLE: Final = "PLANNER_READ_SECONDS"

BEAT_S: Final = 0.1
"""Between two looks at what the work takes."""

_DEFAULT_MB: Final = 8000
_DEFAULT_SECONDS: Final = 600.0
_SHARE_OF_MACHINE: Final = 0.75
_GRACE_S: Final = 5.0
_MEGA: Final = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one reading may take.

    Attributes
    ----------
    memory_mb
        Of the process that reads, all told; resident.
    seconds
        By the clock.
    """

    memory_mb: float
    seconds: float

    def exceeded(self, process: psutil.Process, begun: float, step: Message) -> Problem | None:
        """Return what `process` takes too much of, if anything.

        Parameters
        ----------
        begun
            When its work began, by `time.monotonic`.
        step
            What it is at.
        """
        if time.monotonic() - begun > self.seconds:
            return self.seconds_problem(step)
        with suppress(psutil.Error):  # a process that has ended takes nothing
            if process.memory_info().rss > self.memory_mb * _MEGA:
                return self.memory_problem(step)
        return None

    def memory_problem(self, step: Message) -> Problem:
        """Return how it is told that memory ran out."""
        values = {"step": step, "limit_mb": f"{self.memory_mb:g}", "name": MEMORY_VARIABLE}
        return Problem("limits.memory", values=values)

    def seconds_problem(self, step: Message) -> Problem:
        """Return how it is told that time ran out."""
        values = {"step": step, "limit_s": f"{self.seconds:g}", "name": SECONDS_VARIABLE}
        return Problem("limits.seconds", values=values)


def limits_of(environment: Mapping[str, str] = os.environ) -> Limits:
    """Return the limits that the environment states, else the usual ones.

    The usual ones are many times what the largest county takes (`bench/README.md`), and never
    more than three quarters of the machine's memory.

    Raises
    ------
    InputError
        If a variable is no number above 0.
    """
    room_mb = psutil.virtual_memory().total * _SHARE_OF_MACHINE / _MEGA
    return Limits(
        memory_mb=_stated(environment, MEMORY_VARIABLE) or min(_DEFAULT_MB, round(room_mb)),
        seconds=_stated(environment, SECONDS_VARIABLE) or _DEFAULT_SECONDS,
    )


def _stated(environment: Mapping[str, str], name: str) -> float | None:
    stated = environment.get(name, "").strip()
    if not stated:
        return None
    with suppress(ValueError):
        if 0 < (number := float(stated)) < 1e9:
            return number
    raise InputError([Problem("limits.bad_value", values={"name": name, "value": stated[:40]})])


@contextmanager
def memory_ceiling(limits: Limits) -> Iterator[None]:
    """Let the system itself refuse this process more memory, where it can (Linux).

    The watch looks only now and then; one great allocation between two looks ends here, as a
    `MemoryError`.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    ceiling = int(limits.memory_mb * _MEGA)
    if hard != resource.RLIM_INFINITY:
        ceiling = min(ceiling, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def limited(
    limits: Limits, step: Callable[[], Message], give_up: Callable[[InputError], None]
) -> Iterator[None]:
    """End what this process's main thread does inside once it takes more than `limits`.

    Only the main thread may call it, which is interrupted as by Ctrl-C. Where that is not heard,
    within a library's own long loop, `give_up` is called in another thread, to tell the error
    and end the process.

    Parameters
    ----------
    step
        Returns what the work is at.

    Raises
    ------
    InputError
        ``limits.memory`` or ``limits.seconds``.
    """
    finished = threading.Event()
    exceeded: list[Problem] = []

    def watch() -> None:
        process, begun = psutil.Process(), time.monotonic()
        problem = None
        while problem is None:
            if finished.wait(BEAT_S):
                return
            problem = limits.exceeded(process, begun, step())
        exceeded.append(problem)
        _thread.interrupt_main()
        if not finished.wait(_GRACE_S):
            give_up(InputError(exceeded))

    watcher = threading.Thread(target=watch, daemon=True)
    # A program that was started in the background may have been told to ignore interrupts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        watcher.start()
        try:
            with memory_ceiling(limits):
                yield
        except MemoryError:
            exceeded.append(limits.memory_problem(step()))
        finally:
            finished.set()
            watcher.join()
    except KeyboardInterrupt:
        if not exceeded:
            raise
    finally:
        signal.signal(signal.SIGINT, before)
    if exceeded:
        raise InputError(exceeded)
