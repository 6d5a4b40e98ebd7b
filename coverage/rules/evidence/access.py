"""How long residents travel to the facilities that a rule names, and how many are near."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely

from coverage.county.model import County
from coverage.county.words import column_title
from coverage.measures.distribution import Distribution
from coverage.messages import Message
from coverage.rules.evidence.bounds import NOWHERE, IntArray
from coverage.rules.evidence.compare import FloatArray
from coverage.rules.evidence.destinations import FacilityQuery, find_destinations
from coverage.rules.evidence.facility_masks import blank_columns
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import AccessMinutes
from coverage.rules.evidence.verdicts import counted
from coverage.rules.model.results import AccessResult, VillageAccess
from coverage.rules.model.rule import Rule

MINUTES: Final = (10, 20, 30, 60)
"""The residents within so many minutes are reported."""

_M_PER_KM: Final = 1000.0


def access_notes(
    rule: Rule, query: FacilityQuery, facts: CountyFacts, minutes: AccessMinutes
) -> list[Message | None]:
    """Return what a reader must know of the travel times: which facilities are not in them.

    Parameters
    ----------
    query
        The facilities to which `minutes` are.
    """
    county = facts.county
    destinations = find_destinations(query, facts)
    undecided = np.zeros(len(county.facilities), dtype=bool)
    undecided[list(destinations.undecided)] = True
    columns = blank_columns(county.facilities, query.facility_where, undecided)
    blank = {name: int(county.facilities.loc[undecided, name].isna().sum()) for name in columns}
    said = "rules.destinations_unknown" if destinations.rows else "rules.no_destination_known"
    # The kinds that rest on minutes say so themselves.
    silent = int(county.villages["population"].isna().sum()) if rule.access else 0
    return [
        counted("rules.population_unknown", silent),
        *(
            counted(said, count, column=column_title("facilities", name))
            for name, count in blank.items()
        ),
        counted("rules.destinations_unplaced", len(destinations.unplaced)),
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
    straight_km = np.full(len(rows), np.nan)
    there = np.flatnonzero(rows != NOWHERE)
    ends = np.asarray(county.facilities.geometry)[rows[there]]
    homes = np.asarray(county.villages.geometry)[there]
    straight_km[there] = shapely.distance(homes, ends) / _M_PER_KM
    return straight_km


def _plain(value: float) -> float:
    """Return `value` as a float that equals itself where it is not known."""
    return math.nan if math.isnan(value) else float(value)
