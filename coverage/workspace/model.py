"""What one visitor works on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coverage.messages import Language
from coverage.scenario.history import History
from coverage.scenario.model import Scenario

Setting = bool | int | float | str | list[str]
"""A rule's parameter, or its ``enabled``."""

Overrides = Mapping[str, Mapping[str, Setting]]
"""For each rule id, the parameters that hold for this workspace only."""

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


def new_token() -> str:
    """Return a name for a workspace that nobody can guess."""
    return secrets.token_hex(16)


def is_token(word: object) -> bool:
    """Return whether `word` has the form of a workspace's token, so that it can name a folder."""
    return isinstance(word, str) and _TOKEN.fullmatch(word) is not None


@dataclass(frozen=True)
class Workspace:
    """One visitor's work on one county.

    Attributes
    ----------
    token
        Its name in the page's address and in the planner's folder.
    folder
        The county folder, or None before one is opened.
    language
        Of every text shown.
    overrides
        A rule's parameters, and ``enabled``, for this workspace only, by rule id.
    scenarios
        Each with a name of its own.
    histories
        What a scenario was before, and what was undone, by its name; none for one never changed.
    current
        Name of the scenario in force; None: the county as it is.
    costs
        What one costs, in 10,000 yuan, as `Scenario.costs`.
    basemap
        What is drawn under the county, by the names that `maps.basemap` gives.
    revision
        Counts what was saved; 0 before the first time.
    unread
        Texts of scenarios that this version cannot read: kept, not shown.
    recovered
        Whether the newest state could not be read and an older one is shown.
    """

    token: str = field(default_factory=new_token)
    folder: Path | None = None
    language: Language = "zh"
    overrides: Overrides = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    histories: Mapping[str, History] = field(default_factory=dict)
    current: str | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    basemap: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    unread: tuple[str, ...] = ()
    recovered: bool = False

    @property
    def scenario(self) -> Scenario | None:
        """The scenario in force."""
        return next((s for s in self.scenarios if s.name == self.current), None)

    def priced(self, scenario: Scenario) -> Scenario:
        """Return `scenario` with its own unit costs; where it has none, with the workspace's."""
        if scenario.costs or not self.costs:
            return scenario
        return scenario.model_copy(update={"costs": dict(self.costs)})

    @property
    def history(self) -> History | None:
        """The scenario in force with its past and future; None where none is in force."""
        if self.scenario is None:
            return None
        known = self.histories.get(self.scenario.name)
        if known is None or known.present != self.scenario:
            return History.of(self.scenario)
        return known

    @property
    def begun(self) -> bool:
        """Whether anything was done that would be missed."""
        return bool(self.scenarios or self.overrides or self.costs or self.unread)
