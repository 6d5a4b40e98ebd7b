"""The record of one kind of rule: all that the rest of the house asks a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from coverage.rules.evidence.destinations import FacilityQuery, stated_access
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.limits import ResponseLimits
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.model.forms import Form
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import ParameterValue, Rule, Unit

Parameters = TypeVar("Parameters", bound=KindParameters)


def no_columns(stated: KindParameters) -> Iterable[str]:  # noqa: ARG001
    """Return that a kind reads no column but those that its parameters name."""
    return ()


def no_facilities(stated: KindParameters, facts: CountyFacts) -> tuple[int, ...]:  # noqa: ARG001
    """Return that no facility leaves it open whether it answers calls."""
    return ()


def no_limits(stated: KindParameters) -> ResponseLimits | None:  # noqa: ARG001
    """Return that a kind sets no limit of the ambulance's time."""
    return None


def always(unit: Unit) -> Callable[[Mapping[str, ParameterValue]], Unit]:
    """Return that the figures of a kind count the same, whatever its parameters."""
    return lambda values: unit  # noqa: ARG005


def stated_facilities(stated: KindParameters) -> FacilityQuery:
    """Return the facilities that the parameters speak of, else those expected to state a figure."""
    return FacilityQuery(stated.facility_kinds or stated.expected, stated.facility_where)


@dataclass(frozen=True)
class RuleKind(Generic[Parameters]):
    """One kind of rule.

    Its name is the message ``report.kind_<id>``, those of its forms ``rules.form_<name>``.

    Attributes
    ----------
    id
        As the rules' files write it.
    place
        Where its rules stand among those of other kinds.
    parameters
        What a rule must state.
    evaluate
        Tests one rule on one county; no input makes it raise.
    unit
        What the figures of a rule count that states such parameters.
    forms
        The ways to put a requirement of this kind, by name.
    columns
        Gives the columns, as ``table.column``, that are read without being named by a parameter.
    destinations
        The facilities to which travel time is reported with a rule; None if to none.
    undecided_stations
        The facilities (rows) of which it is not known whether ambulances come from there.
    response_limits
        The limits of the ambulance's time that a rule sets for the villages; None if it sets
        none.
    questioned
        The facilities whose blank cells may leave a verdict open.
    scenario_parameters
        Names of the parameters, numbers, that the form of a scenario offers to change.
    rests_on_roads
        A change of roads, speeds or places may turn the verdict, so that every scenario tests
        such a rule anew; else only one that changes the county's tables, or travel time that is
        reported with the rule.
    """

    id: str
    place: int
    parameters: type[Parameters]
    evaluate: Callable[[Rule, CountyFacts, Evidence], RuleResult]
    unit: Callable[[Mapping[str, ParameterValue]], Unit]
    forms: Mapping[str, Form]
    columns: Callable[[Parameters], Iterable[str]] = no_columns
    destinations: Callable[[Rule, Parameters], FacilityQuery | None] = stated_access
    undecided_stations: Callable[[Parameters, CountyFacts], tuple[int, ...]] = no_facilities
    response_limits: Callable[[Parameters], ResponseLimits | None] = no_limits
    questioned: Callable[[Parameters], FacilityQuery] = stated_facilities
    scenario_parameters: tuple[str, ...] = ()
    rests_on_roads: bool = False
