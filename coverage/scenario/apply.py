"""What a county is after the edits of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from coverage.assessment.report import Report
from coverage.county.config import CountyConfig, ResponseParameters
from coverage.county.model import County
from coverage.crs import from_degrees
from coverage.messages import Message
from coverage.network.edit import meets, rows_met
from coverage.network.model import FloatArray, Network
from coverage.network.respeed import respeed
from coverage.network.speeds import driven_kph
from coverage.problems import InputError, Problem, Problems
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.model.rule import Rule
from coverage.scenario.action import ConfigAction, RoadAction, TableAction
from coverage.scenario.draft import Draft, MisfitError
from coverage.scenario.edits.settings import SetResponse, SetRule
from coverage.scenario.model import Scenario

SLOWEST_KPH: Final = 0.01
FASTEST_KPH: Final = 1000.0
"""Beyond these a road that was slowed, or slowed several times, is not driven but closed."""

ROAD_MARGIN_M: Final = 20_000.0
"""A road may be closed or slowed so far outside the county."""

_Made = TypeVar("_Made")


class Keep(Protocol):
    """Gives what was made before from the same key, or makes it."""

    def __call__(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what `make` gives, or gave, for `key`."""
        ...


class Applied(NamedTuple):
    """A county after the edits.

    Attributes
    ----------
    county
        Its `config` has the response parameters and rule parameters that are in force.
    network
        The roads, at the speeds that are in force.
    rules
        To be tested, with their parameters.
    """

    county: County
    network: Network
    rules: tuple[Rule, ...]


def _anew(key: Hashable, make: Callable[[], _Made]) -> _Made:  # noqa: ARG001
    return make()


def apply(base: Report, scenario: Scenario) -> Applied:
    """Return the county of `base` after the edits of `scenario`; as `applied` does."""
    return applied(base, scenario)[0]


def applied(base: Report, scenario: Scenario, keep: Keep = _anew) -> tuple[Applied, Hashable]:
    """Return the county of `base` after the edits of `scenario`, in their order.

    Edits that are off are left out. Speeds are set before any road is slowed, for the two do not
    depend on each other's order.

    Parameters
    ----------
    base
        The county as it is; it is not changed.
    keep
        Where networks made before are kept.

    Returns
    -------
    tuple
        The county after the edits, and what tells its network from others made of the same roads.

    Raises
    ------
    InputError
        With every edit that does not fit: another county's code, an id that the county does not
        have or has already, a place outside it, an unknown rule, parameter or road class.
    """
    problems = Problems()
    county = base.county
    if scenario.county != county.config.county.code:
        values = {"stated": scenario.county, "code": county.config.county.code}
        raise InputError([Problem("scenario.other_county", values=values)])
    draft, config = Draft(county), county.config
    for number, edit in scenario.in_force():
        try:
            if isinstance(edit.action, TableAction):
                edit.action.change(draft)
            elif isinstance(edit.action, ConfigAction):
                config = edit.action.changed(config)
        except MisfitError as error:
            problems.append(in_edit(number, error.message))
    rules = tuple(result.rule for result in base.rules)
    if config.rules != county.config.rules:
        rules = _rules(base, config, scenario, problems)
    network, roads = _network(base, config, scenario, keep, problems)
    problems.sort(key=lambda problem: int(str(problem.values.get("number", 0))))
    problems.raise_if_errors()
    changed = replace(
        county,
        config=config,
        townships=draft.townships,
        villages=draft.villages,
        facilities=draft.facilities,
        demand=draft.demand(),
        quality=(*county.quality, *problems),
    )
    return Applied(changed, network, rules), roads


def in_edit(number: int, message: Message, level: Any = "error") -> Problem:
    """Return the problem that says what is wrong with edit `number`."""
    return Problem("scenario.in_edit", level=level, values={"number": number, "body": message})


def _rules(
    base: Report, config: CountyConfig, scenario: Scenario, problems: Problems
) -> tuple[Rule, ...]:
    """Return the rules to test; what is wrong is reported at the edits that name the rule."""
    try:
        known = base.catalogue
        return applicable_rules(config, known.catalogue, base.region or None, known.own)
    except InputError as error:
        edits = [(n, e.action) for n, e in scenario.in_force() if isinstance(e.action, SetRule)]
        for problem in error.problems:
            key = str(problem.values.get("key", problem.values.get("id", "")))
            words = key.removeprefix("rules.").split(".")
            of_rule = [(n, a) for n, a in edits if a.id == words[0]]
            stating = [n for n, a in of_rule if words[-1] in a.parameters] or [
                n for n, _ in of_rule
            ]
            message = Message(problem.code, problem.values)
            problems.append(in_edit(stating[-1], message) if stating else problem)
        return ()


def _network(
    base: Report, config: CountyConfig, scenario: Scenario, keep: Keep, problems: Problems
) -> tuple[Network, Hashable]:
    """Return the roads at their speeds, after every road edit, and what they were made from."""
    network = base.network
    speeds = _speeds(config.response)
    roads: tuple[Hashable, ...] = ("as read",)
    if speeds != _speeds(base.county.config.response):
        roads = (speeds,)
        try:
            network = keep(roads, lambda: respeed(base.network, config.response))
        except InputError as error:
            problems += [
                in_edit(_stating(scenario, problem), Message(problem.code, problem.values))
                for problem in error.problems
            ]
    file = config.sources.roads.path
    county_area = shapely.box(*base.county.townships.total_bounds).buffer(ROAD_MARGIN_M)
    to_metres = from_degrees(base.county.crs)
    for number, edit in scenario.in_force():
        action = edit.action
        if not isinstance(action, RoadAction):
            continue
        shape = _moved(action.shape(), to_metres)
        if not shape.is_valid or not shape.intersects(county_area):
            problems.append(in_edit(number, Message("scenario.roads_elsewhere")))
            continue
        if not meets(network, shape):
            problems.append(in_edit(number, Message("scenario.no_road"), "warning"))
            continue
        roads = (*roads, (edit.verb, action.model_dump_json()))
        network = keep(roads, partial(action.changed, network, shape, file))
        if (odd := _odd_speed(network)) is not None:
            values = {"kph": f"{odd:.3g}", "slowest": SLOWEST_KPH, "fastest": FASTEST_KPH}
            problems.append(in_edit(number, Message("scenario.speed_implausible", values)))
            break
    return network, roads


def _odd_speed(network: Network) -> float | None:
    """Return a speed that no road is driven at, if slower parts on one another came to one."""
    driven = driven_kph(network.edges)
    odd = driven[(driven < SLOWEST_KPH) | (driven > FASTEST_KPH)]
    return float(odd[0]) if len(odd) else None


def _stating(scenario: Scenario, problem: Problem) -> int:
    """Return the last edit that states the speed which `problem` is about."""
    words = (problem.column or "").split(".")  # response.speed_profile, response.speeds_kph.<class>
    stating = [0]
    for number, edit in scenario.in_force():
        if isinstance(edit.action, SetResponse):
            stated: Any = edit.action.stated()
            for word in words[1:]:
                stated = stated.get(word) if isinstance(stated, dict) else None
            if stated is not None:
                stating.append(number)
    return stating[-1]


def roads_met(action: RoadAction, county: County, network: Network) -> gpd.GeoDataFrame:
    """Return the edges of `network` that an edit closes or slows, in part at least."""
    shape = _moved(action.shape(), from_degrees(county.crs))
    return network.edges.iloc[rows_met(network, shape)]


def _moved(
    shape: shapely.LineString | shapely.Polygon, to_metres: Transformer
) -> shapely.LineString | shapely.Polygon:
    def metres(places: FloatArray) -> FloatArray:
        return np.column_stack(to_metres.transform(places[:, 0], places[:, 1]))

    return shapely.transform(shape, metres)


def _speeds(response: ResponseParameters) -> Hashable:
    """Return what the roads' speeds depend on."""
    own = tuple(sorted(response.speeds_kph.items()))
    return response.speed_profile, response.speed_factor, own
