"""What the app and the process that reads counties for it say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from coverage.assessment.report import Report
from coverage.limits import Limits
from coverage.messages import Message
from coverage.problems import Problem


@dataclass(frozen=True)
class Request:
    """Assess the county in `folder`, within `limits`."""

    folder: Path
    limits: Limits


@dataclass(frozen=True)
class Ready:
    """Everything is loaded; a request is answered at once."""


@dataclass(frozen=True)
class Step:
    """The work is at `step`."""

    step: Message


@dataclass(frozen=True)
class Made:
    """The county's report."""

    report: Report


@dataclass(frozen=True)
class Refused:
    """The county cannot be read: every problem, and whether not the county is at fault."""

    problems: tuple[Problem, ...]
    output: bool = False


@dataclass(frozen=True)
class Broken:
    """A defect of ours: the exception in short, and its whole trace."""

    error: str
    trace: str


Answer = Ready | Step | Made | Refused | Broken


def read_only(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a view of `mapping`; a view cannot be sent itself, but made anew by this."""
    return MappingProxyType(mapping)
