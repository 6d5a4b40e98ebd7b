"""The kinds of rules: every module of ``coverage/rules/kinds/``, each with a record ``KIND``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from coverage.county.words import TABLES, Column, columns
from coverage.rules import kinds as package
from coverage.rules.evidence.destinations import Destinations, FacilityQuery, find_destinations
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.limits import ResponseLimits
from coverage.rules.model.conditions import PLACE_COLUMNS, condition_columns
from coverage.rules.model.forms import Form
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.rule import Rule
from coverage.rules.rule_kind import RuleKind


@cache
def kinds() -> Mapping[str, RuleKind[Any]]:
    """Return the kinds by id, in the order in which their rules are listed."""
    names = [module.name for module in iter_modules(package.__path__)]
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    records: list[RuleKind[Any]] = [module.KIND for module in modules]
    return MappingProxyType({kind.id: kind for kind in sorted(records, key=lambda k: k.place)})


def kind_ids() -> tuple[str, ...]:
    """Return the ids of the kinds, in the order in which their rules are listed."""
    return tuple(kinds())


def kind_of(rule: Rule) -> RuleKind[Any]:
    """Return the kind of `rule`."""
    return kinds()[rule.kind]


def place_of(rule: Rule) -> int:
    """Return where a rule's kind stands among the kinds."""
    return kind_of(rule).place


def stated(rule: Rule) -> KindParameters:
    """Return the rule's parameters, typed by its kind.

    Raises
    ------
    pydantic.ValidationError
        Where they are not what the kind asks for.
    """
    parameters: KindParameters = kind_of(rule).parameters.of(rule)
    return parameters


def forms() -> Mapping[str, Form]:
    """Return the ways to put a requirement, by name, kind by kind."""
    return {name: form for kind in kinds().values() for name, form in kind.forms.items()}


def destination_query(rule: Rule) -> FacilityQuery | None:
    """Return the facilities to which travel time is reported with `rule`; None if to none.

    They are those that its verdict rests on, but for what its `access` says otherwise; where the
    rule names units, those that stand in one of them.
    """
    return kind_of(rule).destinations(rule, stated(rule))


def destinations(rule: Rule, facts: CountyFacts) -> Destinations | None:
    """Return where these facilities stand in a county; None if travel time is reported to none."""
    query = destination_query(rule)
    return None if query is None else find_destinations(query, facts)


def response_limits(rule: Rule) -> ResponseLimits | None:
    """Return the limits of the ambulance's time that `rule` sets; None if it is on another."""
    return kind_of(rule).response_limits(stated(rule))


def village_limits(rule: Rule) -> ResponseLimits:
    """Return the limits of a rule on the ambulance's time.

    Raises
    ------
    ValueError
        If the rule is on something else.
    """
    limits = response_limits(rule)
    if limits is None:
        raise ValueError(rule.id)
    return limits


def undecided_stations(rule: Rule, facts: CountyFacts) -> tuple[int, ...]:
    """Return the facilities (rows) that may send ambulances, or not, by what `rule` expects."""
    return kind_of(rule).undecided_stations(stated(rule), facts)


def needed_columns(rule: Rule) -> tuple[Column, ...]:
    """Return the columns that `rule` reads, in the order of ``data/columns.csv``.

    They follow from the rule's parameters. Columns that every county must give whatever the
    rule (``required`` in the dictionary) are left out.
    """
    parameters = stated(rule)
    named = {
        *kind_of(rule).columns(parameters),
        *parameters.named_columns(),
        *_destination_columns(destination_query(rule)),
    }
    return tuple(
        column
        for table in TABLES
        for column in columns()[table]
        if f"{table}.{column.column}" in named and column.required != "yes"
    )


def _destination_columns(query: FacilityQuery | None) -> set[str]:
    if query is None:
        return set()
    named = {*condition_columns(query.facility_where), *PLACE_COLUMNS}
    if query.named_units:
        named.add("facilities.village" if query.of_villages else "facilities.township")
    if query.serving:
        named.add("villages.serving_facility")
    return named
