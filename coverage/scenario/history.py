"""A scenario with what it was before, for undo and redo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coverage.scenario.model import Scenario

MAX_STEPS: Final = 50


@dataclass(frozen=True)
class History:
    """A scenario and the states before and after it, nearest last in `past`, first in `future`."""

    past: tuple[Scenario, ...]
    present: Scenario
    future: tuple[Scenario, ...] = ()

    @classmethod
    def of(cls, scenario: Scenario) -> History:
        """Return the history that begins with `scenario`."""
        return cls((), scenario)

    def edited(self, scenario: Scenario) -> History:
        """Return the history after a change; what was undone is forgotten."""
        if scenario == self.present:
            return self
        return History((*self.past, self.present)[-MAX_STEPS:], scenario)

    def undone(self) -> History:
        """Return the history one step back; the same where there is none."""
        if not self.past:
            return self
        return History(self.past[:-1], self.past[-1], (self.present, *self.future))

    def redone(self) -> History:
        """Return the history one step forward again; the same where there is none."""
        if not self.future:
            return self
        return History((*self.past, self.present)[-MAX_STEPS:], self.future[0], self.future[1:])
