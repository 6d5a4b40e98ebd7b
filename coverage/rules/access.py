"""To which facilities residents travel, and how near they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely

from coverage.county.model import County
from coverage.county.words import fold
from coverage.rules.choice import chosen
from coverage.rules.compare import BoolArray, FloatArray, within_limit
from coverage.rules.evidence import AccessMinutes
from coverage.rules.model import Access, AccessResult, Rule, VillageAccess
from coverage.rules.parameters import ResponseTime, Service
from coverage.rules.units import NOWHERE, IntArray, township_of

MINUTES: Final = (10, 20, 30, 60)
"""The residents within so many minutes are told."""

_M_PER_KM: Final = 1000.0


@dataclass(frozen=True)
class Destinations:
    """Where residents travel to for one rule.

    Attributes
    ----------
    rows
        Positions of facility rows, in the order of their ids.
    serving
        For each village the position of the facility that it names, -1 where it names none;
        empty where that does not matter.
    """

    rows: tuple[int, ...]
    serving: tuple[int, ...] = ()


def destinations(rule: Rule, county: County) -> Destinations | None:
    """Return the facilities to which travel time is told with `rule`; None if with none.

    Only facilities that are known to be ones that the rule names, and that have a place.
    """
    access = access_of(rule)
    if access is None:
        return None
    facilities = county.facilities
    geometry = facilities.geometry
    placed = ~(geometry.isna() | geometry.is_empty).to_numpy(bool)
    going = chosen(county, access.facility_kinds, access.facility_where).yes & placed
    if access.places:
        going &= _stands_in(county, access.places)
    order = facilities["id"].astype(str).to_numpy().argsort(kind="stable")
    rows = tuple(int(row) for row in order if going[row])
    return Destinations(rows, _serving(county, placed) if access.serving else ())


def access_of(rule: Rule) -> Access | None:
    """Return the facilities that `rule` names: its own verdict's, where that rests on minutes."""
    if rule.kind == "service":
        service = Service.of(rule)
        return Access(
            facility_kinds=service.clinic_kinds, facility_where=service.facility_where, serving=True
        )
    if rule.kind == "response_time":
        asked = ResponseTime.of(rule)
        if asked.direction == "to_facility":
            return Access(facility_kinds=asked.facility_kinds, facility_where=asked.facility_where)
    return rule.access


def access_result(county: County, minutes: AccessMinutes) -> AccessResult:
    """Return the residents' travel times and their distribution."""
    people = county.demand["population"].fillna(0.0).to_numpy(float)
    times = minutes.demand["minutes"].to_numpy(float)
    reached = ~np.isnan(times)
    total = float(people.sum())
    return AccessResult(
        villages=_villages(county, minutes),
        population=total,
        unreachable=float(people[~reached].sum()),
        mean_min=mean(times[reached], people[reached]),
        median_min=quantile(times[reached], people[reached], 5),
        p90_min=quantile(times[reached], people[reached], 9),
        within_share={
            limit: float(people[within_limit(times, limit)].sum()) / total if total else math.nan
            for limit in MINUTES
        },
    )


def quantile(minutes: FloatArray, people: FloatArray, tenths: int) -> float:
    """Return the smallest of `minutes` within which at least so many tenths of `people` are.

    NaN without people.
    """
    order = np.argsort(minutes[people > 0], kind="stable")
    up_to = people[people > 0][order].cumsum()
    if not up_to.size:
        return math.nan
    enough = np.flatnonzero(up_to * 10 >= up_to[-1] * tenths)
    return float(minutes[people > 0][order][enough[0]])


def mean(minutes: FloatArray, people: FloatArray) -> float:
    """Return the mean of `minutes` over the `people`; NaN without people."""
    total = people.sum()
    return float((minutes * people).sum() / total) if total else math.nan


def _stands_in(county: County, places: tuple[str, ...]) -> BoolArray:
    names = {fold(name) for name in places}
    named = county.townships["name"].astype(str).map(fold).isin(names).to_numpy(bool)
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
