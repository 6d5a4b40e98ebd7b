"""What a planner does to a scenario, as functions from one scenario to the next; pure.

Editing what the scenario itself added changes the edit that added it, so that the list stays as
short as what was meant: a station placed and then moved is a station placed somewhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import shapely

from coverage.county.model import County
from coverage.crs import from_degrees
from coverage.scenario.action import Action
from coverage.scenario.columns import Cell
from coverage.scenario.edits.facilities import (
    AddFacility,
    ChangeFacility,
    MoveFacility,
    RemoveFacility,
)
from coverage.scenario.edits.people import AddVillage, SetPopulation
from coverage.scenario.edits.settings import SetResponse, SetRule
from coverage.scenario.model import Edit, Scenario


def added(scenario: Scenario, action: Action, note: str = "") -> Scenario:
    """Return `scenario` with one more edit at its end."""
    return _with(scenario, (*scenario.edits, Edit.of(action, note)))


def facility_moved(scenario: Scenario, facility: str, lon: float, lat: float) -> Scenario:
    """Return `scenario` with the facility at another place."""
    at = _last(scenario, AddFacility, "id", facility)
    if at is not None:
        return _updated(scenario, at, {"lon": lon, "lat": lat})
    at = _last(scenario, MoveFacility, "id", facility)
    if at is not None:
        return _updated(scenario, at, {"lon": lon, "lat": lat})
    return added(scenario, MoveFacility(id=facility, lon=lon, lat=lat))


def facility_changed(scenario: Scenario, facility: str, cells: Mapping[str, Cell]) -> Scenario:
    """Return `scenario` with other figures for the facility."""
    if not cells:
        return scenario
    for kind in (AddFacility, ChangeFacility):
        at = _last(scenario, kind, "id", facility)
        if at is not None:
            return _updated(scenario, at, cells)
    return added(scenario, ChangeFacility.model_validate({"id": facility, **cells}))


def facility_removed(scenario: Scenario, facility: str) -> Scenario:
    """Return `scenario` without the facility; one that it added leaves no trace."""
    own = _last(scenario, AddFacility, "id", facility) is not None
    about = (AddFacility, MoveFacility, ChangeFacility, RemoveFacility)
    rest = tuple(
        edit
        for edit in scenario.edits
        if not (isinstance(edit.action, about) and edit.action.id == facility)
    )
    slim = _with(scenario, rest)
    return slim if own else added(slim, RemoveFacility(id=facility))


def population_set(scenario: Scenario, village: str, people: float) -> Scenario:
    """Return `scenario` with so many residents in the village."""
    at = _last(scenario, AddVillage, "code", village)
    if at is None:
        at = _last(scenario, SetPopulation, "village", village)
    if at is not None:
        return _updated(scenario, at, {"population": people})
    return added(scenario, SetPopulation(village=village, population=people))


def response_set(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return `scenario` with other response parameters; without any values unchanged."""
    return added(scenario, SetResponse.model_validate(values)) if values else scenario


def limits_set(scenario: Scenario, limits: Mapping[str, Mapping[str, float]]) -> Scenario:
    """Return `scenario` with other limits of rules.

    Parameters
    ----------
    limits
        For each rule's id its parameters.
    """
    for rule, parameters in limits.items():
        stated = {"id": rule, "parameters": dict(parameters)}
        scenario = added(scenario, SetRule.model_validate(stated))
    return scenario


def edit_moved(scenario: Scenario, at: int, step: int) -> Scenario:
    """Return `scenario` with the edit at `at` (from 0) `step` places further on."""
    edits = list(scenario.edits)
    if 0 <= at < len(edits) and 0 <= at + step < len(edits):
        edits.insert(at + step, edits.pop(at))
    return _with(scenario, tuple(edits))


def edit_dropped(scenario: Scenario, at: int) -> Scenario:
    """Return `scenario` without the edit at `at`."""
    return _with(scenario, scenario.edits[:at] + scenario.edits[at + 1 :])


def edit_switched(scenario: Scenario, at: int) -> Scenario:
    """Return `scenario` with the edit at `at` put out of force, or in force again."""
    edit = scenario.edits[at]
    return _replaced(scenario, at, Edit.of(edit.action, edit.note, off=not edit.off))


def edit_noted(scenario: Scenario, at: int, note: str) -> Scenario:
    """Return `scenario` with a note on the edit at `at`."""
    edit = scenario.edits[at]
    return _replaced(scenario, at, Edit.of(edit.action, note, off=edit.off))


def free_id(stem: str, taken: Collection[str]) -> str:
    """Return the first of ``stem-1, stem-2 ...`` that is not taken."""
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, with a number behind it where it is taken."""
    number, name = 2, wanted
    while name in taken:
        name = f"{wanted} {number}"
        number += 1
    return name


def township_at(county: County, lon: float, lat: float) -> str | None:
    """Return the code of the township in which a place (WGS-84) lies; None outside of all."""
    x, y = from_degrees(county.crs).transform(lon, lat)
    rows = np.flatnonzero(county.townships.geometry.covers(shapely.Point(x, y)).to_numpy())
    return str(county.townships["code"].iloc[rows[0]]) if len(rows) else None


def own_ids(scenario: Scenario) -> frozenset[str]:
    """Return the ids of facilities and the codes of villages that the scenario adds."""
    actions = [edit.action for edit in scenario.edits]
    facilities = {action.id for action in actions if isinstance(action, AddFacility)}
    return frozenset(facilities | {a.code for a in actions if isinstance(a, AddVillage)})


def _last(scenario: Scenario, kind: type[Action], field: str, value: str) -> int | None:
    """Return the place of the last edit in force of this kind that speaks of `value`."""
    for at in range(len(scenario.edits) - 1, -1, -1):
        edit = scenario.edits[at]
        if not edit.off and isinstance(edit.action, kind) and getattr(edit.action, field) == value:
            return at
    return None


def _updated(scenario: Scenario, at: int, values: Mapping[str, Any]) -> Scenario:
    edit = scenario.edits[at]
    action = type(edit.action).model_validate({**edit.action.stated(), **values})
    return _replaced(scenario, at, Edit.of(action, edit.note, off=edit.off))


def _replaced(scenario: Scenario, at: int, edit: Edit) -> Scenario:
    return _with(scenario, (*scenario.edits[:at], edit, *scenario.edits[at + 1 :]))


def _with(scenario: Scenario, edits: tuple[Edit, ...]) -> Scenario:
    return Scenario.model_validate({**dict(scenario), "edits": edits})
