"""To which facilities residents travel, and how near they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
import shapely

from coverage.county.model import County
from coverage.county.words import column_title
from coverage.measures.distribution import Distribution
from coverage.messages import Message
from coverage.rules.evidence.choice import blank_columns, chosen
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.evidence.minutes import AccessMinutes
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.evidence.units import NOWHERE, IntArray, township_of, village_of
from coverage.rules.evidence.verdicts import counted
from coverage.rules.model.parameters import PARAMETERS, Presence, ResponseTime, Service
from coverage.rules.model.results import AccessResult, VillageAccess
from coverage.rules.model.rule import VILLAGE_KINDS, Access, KindParameters, Rule

MINUTES: Final = (10, 20, 30, 60)
"""The residents within so many minutes are told."""

_M_PER_KM: Final = 1000.0


@dataclass(frozen=True)
class Goal:
    """The facilities that a rule names, as it writes them.

    Attributes
    ----------
    facility_kinds, facility_where
        As in the parameters of every kind (`coverage.rules.evidence.choice`).
    named_units
        Names of the units in which they stand; empty means anywhere.
    of_villages
        Whether these are villages, `max_match_m` metres from the facility at most; else they are
        townships.
    serving
        A village that names the facility that serves it is timed to that one, not the nearest.
    """

    facility_kinds: tuple[str, ...]
    facility_where: tuple[str, ...]
    named_units: tuple[str, ...] = ()
    of_villages: bool = False
    max_match_m: float = 0.0
    serving: bool = False


@dataclass(frozen=True)
class Destinations:
    """Where residents travel to for one rule.

    Attributes
    ----------
    rows
        Positions of the facilities that are known to be ones, and have a place, in the order of
        their ids.
    unknown
        Positions of those that have a place, and of which a blank cell leaves it open.
    unplaced
        Positions of those that are ones, or may be, and have no place.
    serving
        For each village the position of the facility that it names, -1 where it names none;
        empty where that does not matter.
    """

    rows: tuple[int, ...]
    unknown: tuple[int, ...] = ()
    unplaced: tuple[int, ...] = ()
    serving: tuple[int, ...] = ()

    @property
    def possible(self) -> tuple[int, ...]:
        """Positions of those that are ones, or may be, and have a place."""
        return (*self.rows, *self.unknown)

    @property
    def known(self) -> bool:
        """Whether it can be told how far residents travel: one is known, or that there is none."""
        return bool(self.rows) or not (self.unknown or self.unplaced)


def destinations(rule: Rule, county: County) -> Destinations | None:
    """Return the facilities to which travel time is told with `rule`; None if with none."""
    goal = goal_of(rule)
    return None if goal is None else _destinations(goal, county)


@lru_cache(maxsize=128)
def _destinations(goal: Goal, county: County) -> Destinations:
    facilities = county.facilities
    geometry = facilities.geometry
    placed = ~(geometry.isna() | geometry.is_empty).to_numpy(bool)
    choice = chosen(county, goal.facility_kinds, goal.facility_where)
    here = _stands_in(county, goal) if goal.named_units else np.ones(len(facilities), bool)
    order = facilities["id"].astype(str).to_numpy().argsort(kind="stable")

    def positions(which: BoolArray) -> tuple[int, ...]:
        return tuple(int(row) for row in order if which[row])

    return Destinations(
        rows=positions(choice.yes & placed & here),
        unknown=positions(choice.unknown & placed & here),
        unplaced=positions(choice.possible & ~placed & here),
        serving=_serving(county, placed) if goal.serving else (),
    )


def goal_of(rule: Rule) -> Goal | None:
    """Return the facilities to which travel time is told with `rule`; None if to none.

    They are those that its verdict rests on, but for what its `access` says otherwise; where the
    rule names units, those that stand in one of them.
    """
    stated = PARAMETERS[rule.kind].of(rule)
    if isinstance(stated, Service):
        return Goal(stated.clinic_kinds, stated.facility_where, serving=True)
    if isinstance(stated, ResponseTime) and stated.direction == "to_facility":
        return Goal(stated.facility_kinds, stated.facility_where)
    if rule.access is None:
        return None
    goal = _stated(rule.access, stated)
    if isinstance(stated, Presence):
        of_villages = bool(VILLAGE_KINDS.intersection(stated.unit_kinds))
        return replace(
            goal,
            named_units=stated.named_units,
            of_villages=of_villages,
            max_match_m=stated.max_match_m,
        )
    return goal


def _stated(access: Access, stated: KindParameters) -> Goal:
    kinds, where = access.facility_kinds, access.facility_where
    return Goal(
        stated.facility_kinds if kinds is None else kinds,
        stated.facility_where if where is None else where,
        serving=access.serving,
    )


def access_notes(rule: Rule, county: County, minutes: AccessMinutes) -> list[Message | None]:
    """Return what a reader must know of the travel times: which facilities are not in them."""
    goal, found = goal_of(rule), destinations(rule, county)
    if goal is None or found is None:
        return []
    unknown = np.zeros(len(county.facilities), dtype=bool)
    unknown[list(found.unknown)] = True
    columns = blank_columns(county.facilities, goal.facility_where, unknown)
    blank = {name: int(county.facilities.loc[unknown, name].isna().sum()) for name in columns}
    said = "rules.destinations_unknown" if found.rows else "rules.no_destination_known"
    # The kinds that rest on minutes say so themselves.
    silent = int(county.villages["population"].isna().sum()) if rule.access else 0
    return [
        counted("rules.population_unknown", silent),
        *(
            counted(said, count, column=column_title("facilities", name))
            for name, count in blank.items()
        ),
        counted("rules.destinations_unplaced", len(found.unplaced)),
        counted("rules.destinations_far", minutes.far_facilities),
    ]


def access_result(county: County, minutes: AccessMinutes) -> AccessResult:
    """Return the residents' travel times and their distribution."""
    unreached = minutes.villages["minutes"].isna().to_numpy(bool)
    travel = Distribution.of(minutes.demand["minutes"], county.demand["population"])
    return AccessResult(
        villages=_villages(county, minutes),
        population=travel.population,
        unreachable=travel.unreachable,
        mean_min=travel.mean_min,
        median_min=travel.median_min,
        p90_min=travel.p90_min,
        within_share={limit: travel.share_within(limit) for limit in MINUTES},
        unreached_villages=int(unreached.sum()),
        far_villages=int((unreached & minutes.villages["far"].to_numpy(bool)).sum()),
    )


def _stands_in(county: County, goal: Goal) -> BoolArray:
    units = county.villages if goal.of_villages else county.townships
    named = np.zeros(len(units), dtype=bool)
    for name in goal.named_units:
        named[rows_named(units["name"].astype(str).tolist(), name)] = True
    if goal.of_villages:
        every = np.ones(len(county.facilities), dtype=bool)
        position = village_of(county, every, goal.max_match_m)
    else:
        position = township_of(county)
    return np.append(named, False)[np.where(position == NOWHERE, len(named), position)]


def _serving(county: County, placed: BoolArray) -> tuple[int, ...]:
    """Return the placed facility that each village names, -1 where it names none."""
    ids = pd.Index(county.facilities["id"].astype(object))
    named = ids.get_indexer(county.villages["serving_facility"].astype(object))
    usable = np.append(placed, False)
    return tuple(int(row) if usable[row] else NOWHERE for row in named)


def _villages(county: County, minutes: AccessMinutes) -> tuple[VillageAccess, ...]:
    villages, facilities = county.villages, county.facilities
    township = dict(zip(county.townships["code"], county.townships["name"], strict=True))
    rows = minutes.villages["facility"].to_numpy(dtype=np.int64, na_value=NOWHERE)
    straight_km = _straight_km(county, rows)
    # Read cell by cell from a table, these would take longer than all the driving.
    ids, names = (facilities[column].tolist() for column in ("id", "name"))
    return tuple(
        VillageAccess(
            code=str(code),
            name=str(name),
            township=str(township[unit]),
            population=_plain(people),
            facility_id="" if row == NOWHERE else str(ids[row]),
            facility_name="" if row == NOWHERE else str(names[row]),
            minutes=_plain(taken),
            straight_km=_plain(km),
        )
        for code, name, unit, people, row, taken, km in zip(
            villages["code"].tolist(),
            villages["name"].tolist(),
            villages["township"].tolist(),
            villages["population"].to_numpy(float).tolist(),
            rows.tolist(),
            minutes.villages["minutes"].to_numpy(float).tolist(),
            straight_km.tolist(),
            strict=True,
        )
    )


def _straight_km(county: County, rows: IntArray) -> FloatArray:
    found = np.full(len(rows), np.nan)
    there = np.flatnonzero(rows != NOWHERE)
    goals = np.asarray(county.facilities.geometry)[rows[there]]
    homes = np.asarray(county.villages.geometry)[there]
    found[there] = shapely.distance(homes, goals) / _M_PER_KM
    return found


def _plain(value: float) -> float:
    """Return `value` as a float that equals itself where it is not known."""
    return math.nan if math.isnan(value) else float(value)
