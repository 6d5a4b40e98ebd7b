"""Changes of the scenario in force, undone and redone; each is tried on the county first.

The scenario and its way back are the workspace's, saved at every change; remembered here is only
what is chosen on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st
from pydantic import ValidationError

from coverage.messages import Language, text
from coverage.problems import InputError, Problem
from coverage.scenario.editing import free_name
from coverage.scenario.history import History
from coverage.scenario.model import Scenario
from coverage.ui import cache, visitor
from coverage.ui.map.live import Focus
from coverage.ui.state import Session, put_history, session

_KEY: Final = "scenario-work"

Change = Callable[[Scenario], Scenario]


@dataclass
class Work:
    """What the page remembers.

    Attributes
    ----------
    loads
        See `Session.loads`: with another count the rest is of another state.
    trouble
        Why the last change could not be made, or None.
    village
        Code of the village clicked or searched last, or None.
    facility
        Id of the facility clicked last, or None.
    focus
        Where the map is to turn, or None.
    wishes
        Counts what the map was asked.
    """

    loads: int = 0
    trouble: InputError | None = None
    village: str | None = None
    facility: str | None = None
    focus: Focus | None = None
    wishes: int = 0


def work() -> Work:
    """Return what this tab remembers of its scenarios."""
    loads = session().loads
    kept = st.session_state.get(_KEY)
    if not isinstance(kept, Work) or kept.loads != loads:
        kept = st.session_state[_KEY] = Work(loads)
    return kept


def case(current: Session) -> cache.Case:
    """Return what is in force: county, the workspace's own parameters, scenario.

    Raises
    ------
    InputError
        If no county is open.
    """
    if current.folder is None:
        raise InputError([Problem("ui.no_county")])
    workspace, scenario = current.workspace, current.scenario
    priced = None if scenario is None else workspace.priced(scenario)
    return cache.Case(current.folder, workspace.overrides, priced)


def fitting(current: Session) -> cache.Case:
    """Return what can be drawn: the case in force, without a scenario that does not fit.

    Raises
    ------
    InputError
        If no county is open, or it cannot be read.
    """
    in_force = case(current)
    scenario = current.scenario
    return in_force.base if scenario is not None and _problems(current, scenario) else in_force


def fresh(current: Session, wanted: str = "") -> Scenario:
    """Return a new scenario for the open county, which has a name of its own."""
    base = cache.report(case(current).folder, current.workspace.overrides)
    taken = {scenario.name for scenario in current.workspace.scenarios}
    stem = wanted.strip() or text("scenario_page.new_name", current.language)
    return Scenario(
        name=free_name(stem, taken),
        county=base.county.config.county.code,
        costs=dict(current.workspace.costs),
    )


def change(make: Change) -> bool:
    """Change the scenario in force by `make`, or a new one where none is.

    A change that the county does not allow is refused, and told on the page; a scenario that does
    not fit as it is may be changed by what leaves fewer problems.
    """
    current = session()
    before = current.workspace.history
    now = work()
    now.trouble = None
    try:
        old = before.present if before is not None else fresh(current)
        new = make(old)
        if new == old:
            return False
        problems = _problems(current, new)
        if problems and len(problems) >= (len(_problems(current, old)) or 1):
            now.trouble = InputError(problems)
            return False
    except ValidationError as error:
        now.trouble = InputError([_value_problem(error)])
        return False
    except InputError as error:
        now.trouble = error
        return False
    put_history((before or History.of(old)).edited(new), old.name)
    return True


def do(make: Change) -> None:
    """Change the scenario in force, as `change`; for buttons, which want no answer."""
    change(make)


def undo() -> None:
    """Take the last change back."""
    _step(History.undone)


def redo() -> None:
    """Make again the change that was taken back last."""
    _step(History.redone)


def _step(step: Callable[[History], History]) -> None:
    before = session().workspace.history
    if before is None:
        return
    after = step(before)
    work().trouble = None
    names = {scenario.name for scenario in session().workspace.scenarios} - {before.present.name}
    if after.present.name in names:  # a name given up since, and taken by another scenario
        renamed = after.present.model_copy(update={"name": before.present.name})
        after = History(after.past, renamed, after.future)
    put_history(after, before.present.name)


def refuse(problem: Problem) -> None:
    """Tell on the page why something could not be done."""
    work().trouble = InputError([problem])


def look_at(key: str, lon: float, lat: float) -> None:
    """Turn the map to a place, the next time it is drawn."""
    now = work()
    now.wishes += 1
    now.focus = Focus(key, lon, lat, f"{id(now)}-{now.wishes}")


def _problems(current: Session, scenario: Scenario) -> tuple[Problem, ...]:
    """Return why `scenario` does not fit the county; nothing where it does."""
    in_force = case(current)
    try:
        cache.scenario_report(in_force.folder, in_force.overrides, scenario)
    except InputError as error:
        return tuple(problem for problem in error.problems if problem.level == "error")
    return ()


def _value_problem(error: ValidationError) -> Problem:
    """Say what is wrong with a value that was typed or drawn."""
    kinds = {fault["type"] for fault in error.errors(include_url=False)}
    if "area_crossed" in kinds:
        return Problem("scenario_page.area_crossed")
    if "line_short" in kinds:
        return Problem("scenario_page.line_short")
    return Problem("scenario_page.value_bad")


def trouble_lines(language: Language) -> tuple[str, ...]:
    """Return why the last change could not be made, a sentence each."""
    trouble = work().trouble
    return () if trouble is None else visitor.lines(trouble, language)
