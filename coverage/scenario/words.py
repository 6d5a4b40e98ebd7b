"""Edits in words.

The messages are ``scenario.edit_<verb>`` for the verbs of `coverage.scenario.model.VERBS`, and
``scenario.response_<name>`` for the fields of `coverage.scenario.model.SetResponse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, Final

import pandas as pd

from coverage.county.model import County
from coverage.county.words import meanings
from coverage.messages import Language, in_language, text
from coverage.network.model import Network
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.rule import Rule
from coverage.scenario.action import Action, RoadAction
from coverage.scenario.apply import roads_met
from coverage.scenario.columns import Cell, column_names
from coverage.scenario.edits.facilities import (
    AddFacility,
    ChangeFacility,
    MoveFacility,
    RemoveFacility,
)
from coverage.scenario.edits.people import AddVillage, Grow, SetPopulation
from coverage.scenario.edits.roads import CloseRoad, SlowRoad
from coverage.scenario.edits.settings import SetResponse, SetRule
from coverage.scenario.model import Edit

_ROADS: Final = 3
"""Roads that an edit names."""


def edit_text(
    edit: Edit, language: Language, county: County, network: Network | None = None
) -> str:
    """Return what `edit` does, with the names that `county` has for what it speaks of.

    Names stand as they are in the tables: whoever shows them must not run what they contain.

    Parameters
    ----------
    network
        The county's roads: those that the edit closes or slows are named.
    """
    sentence = text(
        f"scenario.edit_{edit.verb}", language, **_values(edit.action, language, county)
    )
    if network is None or not isinstance(edit.action, RoadAction):
        return sentence
    return sentence + _roads(roads_met(edit.action, county, network), language)


def _roads(met: pd.DataFrame, language: Language) -> str:
    """Return the names of roads, bridges first; that there are none."""
    if met.empty:
        return text("scenario.meets_nothing", language)
    ordered = met.sort_values("bridge", ascending=False, kind="stable")
    names = list(dict.fromkeys(name for name in ordered["name"] if isinstance(name, str) and name))
    if not names:
        return ""
    roads = text("scenario.road_separator", language).join(names[:_ROADS])
    if len(names) > _ROADS:
        return text("scenario.meets_more", language, roads=roads, count=len(names))
    return text("scenario.meets", language, roads=roads)


def column_word(column: str, language: Language, table: str = "facilities") -> str:
    """Return what a column is called."""
    known = column_names(table).get(column)
    plain = column.replace("_", " ")
    return plain if known is None else in_language(known.chinese, plain, language)


def kind_word(kind: str, language: Language) -> str:
    """Return what a kind of facility is called."""
    words = meanings("facility_kind").get(kind)
    return kind if words is None else in_language(*words, language)


@singledispatch
def _values(action: Action, language: Language, county: County) -> dict[str, object]:
    """Return what fills the message of an edit, one function for each kind of action."""
    raise NotImplementedError(type(action).__name__)


@_values.register
def _(action: AddFacility, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    cells = _cells(action.cells, language, "facilities")
    return {"name": action.name, "kind": kind_word(action.kind, language), "cells": cells}


@_values.register(MoveFacility)
@_values.register(RemoveFacility)
def _(
    action: MoveFacility | RemoveFacility,
    language: Language,  # noqa: ARG001
    county: County,
) -> dict[str, object]:
    return {"name": _facility(action.id, county)}


@_values.register
def _(action: ChangeFacility, language: Language, county: County) -> dict[str, object]:
    cells = _cells(action.cells, language, "facilities", first=True)
    return {"name": _facility(action.id, county), "cells": cells}


@_values.register
def _(action: CloseRoad, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    shape = "scenario.shape_line" if action.line is not None else "scenario.shape_area"
    return {"shape": text(shape, language)}


@_values.register
def _(action: SlowRoad, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    return {"factor": f"{action.factor:g}"}


@_values.register
def _(action: SetResponse, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    return {"cells": _response(action, language)}


@_values.register
def _(action: SetRule, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    rule = load_catalogue().get(action.id)
    title = action.id if rule is None else rule.title.text(language)
    return {"id": title, "cells": _parameters(action, rule, language)}


@_values.register
def _(action: Grow, language: Language, county: County) -> dict[str, object]:
    separator = text("scenario.separator", language)
    names = separator.join(_township(code, county) for code in action.townships)
    where = names or text("scenario.whole_county", language)
    return {"factor": f"{action.factor:g}", "where": where}


@_values.register
def _(action: SetPopulation, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    return {"name": _village(action.village, county), "people": f"{action.population:,.0f}"}


@_values.register
def _(action: AddVillage, language: Language, county: County) -> dict[str, object]:  # noqa: ARG001
    people = f"{action.population:,.0f}"
    unit = _township(action.township, county)
    return {"name": action.name, "township": unit, "people": people}


def _cells(
    cells: Mapping[str, Cell], language: Language, table: str, *, first: bool = False
) -> str:
    """Return columns with their values, after a separator unless they come first."""
    separator = text("scenario.separator", language)
    parts = [
        text(
            "scenario.cell",
            language,
            column=column_word(name, language, table),
            value=_shown(value, language),
        )
        for name, value in cells.items()
    ]
    joined = separator.join(parts)
    return joined if first or not joined else separator + joined


def _shown(value: object, language: Language) -> str:
    if value is None:
        return text("scenario.not_known", language)
    if isinstance(value, bool):
        return text("scenario.yes" if value else "scenario.no", language)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return text("scenario.separator", language).join(str(item) for item in value)
    return str(value)


def _response(action: SetResponse, language: Language) -> str:
    separator = text("scenario.separator", language)
    parts = []
    for name, value in action.stated().items():
        column = text(f"scenario.response_{name}", language)
        items: list[tuple[str, Any]] = [(column, value)]
        if isinstance(value, Mapping):
            profile = text("scenario.of_profile", language)
            items = [
                (f"{column} {road}", profile if kph is None else kph) for road, kph in value.items()
            ]
        parts += [
            text("scenario.cell", language, column=key, value=_shown(cell, language))
            for key, cell in items
            if name == "speeds_kph" or cell is not None
        ]
    return separator.join(parts)


def _parameters(action: SetRule, rule: Rule | None, language: Language) -> str:
    """Return the parameters by what they mean; those of a county's own rule by their names."""
    known = {} if rule is None else rule.parameters
    parts = []
    if action.enabled is not None:
        parts.append(text("scenario.rule_on" if action.enabled else "scenario.rule_off", language))
    parts += [
        text(
            "scenario.cell",
            language,
            column=known[name].meaning.text(language) if name in known else name,
            value=_shown(value, language),
        )
        for name, value in action.parameters.items()
    ]
    return text("scenario.separator", language).join(parts)


def _facility(facility_id: str, county: County) -> str:
    return _name(county.facilities, "id", facility_id)


def _township(code: str, county: County) -> str:
    return _name(county.townships, "code", code)


def _village(code: str, county: County) -> str:
    return _name(county.villages, "code", code)


def _name(table: Any, column: str, word: str) -> str:
    """Return the name of the row that `word` identifies; `word` itself where there is none."""
    names = table.loc[(table[column] == word).to_numpy(bool), "name"]
    return str(names.iloc[0]) if len(names) else word
