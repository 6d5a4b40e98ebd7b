"""How many residents are reached, and how fast: all of them, in town, in the countryside."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from coverage.assessment.report import Report
from coverage.rules.evidence.access import mean, quantile
from coverage.rules.evidence.compare import BoolArray, FloatArray, within_limit
from coverage.rules.kinds.response_time import is_urban
from coverage.rules.model.parameters import ResponseTime

Group = Literal["all", "urban", "rural"]

_MEDIAN_TENTHS: Final = 5
_P90_TENTHS: Final = 9
_STEPS_A_MINUTE: Final = 4
_LONGEST_MIN: Final = 120.0


@dataclass(frozen=True)
class Reached:
    """Key figures of the ambulance's time to the residents of one group.

    Attributes
    ----------
    group
        ``urban``: those who have the limit for towns, by the rule whose limits the villages have.
    limit_min
        Their limit; NaN for all residents together.
    population
        Residents whose number is known.
    covered
        Those within their limit.
    share
        ``covered / population``; NaN without residents.
    unreachable
        Those no station can reach.
    mean_min, median_min, p90_min
        Over those that can be reached; NaN without any.
    """

    group: Group
    limit_min: float
    population: float
    covered: float
    share: float
    unreachable: float
    mean_min: float
    median_min: float
    p90_min: float


@dataclass(frozen=True)
class _Residents:
    """Minutes and residents at demand points, and which of these are within their limit."""

    group: Group
    limit_min: float
    minutes: FloatArray
    people: FloatArray
    within: BoolArray


def reached(report: Report) -> tuple[Reached, ...]:
    """Return the figures of all residents, of those in town and of those in the countryside.

    A group without demand points is left out, but for that of all.
    """
    return tuple(_figures(residents) for residents in _groups(report))


def curve(report: Report) -> pd.DataFrame:
    """Return the share of residents that an ambulance reaches within so many minutes.

    Returns
    -------
    pandas.DataFrame
        ``group`` (`Group`), ``minutes`` (0 to the longest response, in quarters of a minute, two
        hours at most), ``people`` within so many minutes, ``share`` of all residents of the
        group, so that it ends below 1 where some are out of reach. Groups without residents are
        left out.
    """
    groups = [found for found in _groups(report) if found.people.sum() > 0]
    known = [found.minutes[~np.isnan(found.minutes)] for found in groups]
    longest = max((float(minutes.max()) for minutes in known if minutes.size), default=0.0)
    steps = math.ceil(min(longest, _LONGEST_MIN) * _STEPS_A_MINUTE) + 1
    minutes = np.arange(steps) / _STEPS_A_MINUTE
    tables = [_curve_of(found, minutes) for found in groups]
    empty = pd.DataFrame({"group": [], "minutes": [], "people": [], "share": []})
    return pd.concat(tables, ignore_index=True) if tables else empty


def _groups(report: Report) -> Iterator[_Residents]:
    county = report.county
    rule = report.limit_rule
    asked = ResponseTime.of(rule)
    village = county.demand["village"].to_numpy()
    urban = is_urban(rule, county)[village]
    minutes = report.response.demand["response_min"].to_numpy(float)
    people = county.demand["population"].fillna(0.0).to_numpy(float)
    within = within_limit(minutes, report.villages["limit_min"].to_numpy(float)[village])
    yield _Residents("all", math.nan, minutes, people, within)
    for group, limit_min, rows in (
        ("urban", asked.urban_limit_min, urban),
        ("rural", asked.rural_limit_min, ~urban),
    ):
        if rows.any():
            yield _Residents(
                "urban" if group == "urban" else "rural",
                limit_min,
                minutes[rows],
                people[rows],
                within[rows],
            )


def _figures(found: _Residents) -> Reached:
    total = float(found.people.sum())
    covered = float(found.people[found.within].sum())
    there = ~np.isnan(found.minutes)
    minutes, people = found.minutes[there], found.people[there]
    return Reached(
        group=found.group,
        limit_min=found.limit_min,
        population=total,
        covered=covered,
        share=covered / total if total else math.nan,
        unreachable=float(found.people[~there].sum()),
        mean_min=mean(minutes, people),
        median_min=quantile(minutes, people, _MEDIAN_TENTHS),
        p90_min=quantile(minutes, people, _P90_TENTHS),
    )


def _curve_of(found: _Residents, minutes: FloatArray) -> pd.DataFrame:
    """Return the rows of one group: minutes that equal a step are within it."""
    order = np.argsort(found.minutes, kind="stable")  # NaN last: never within
    up_to = np.concatenate([[0.0], found.people[order].cumsum()])
    people = up_to[np.searchsorted(found.minutes[order], minutes, side="right")]
    return pd.DataFrame(
        {
            "group": found.group,
            "minutes": minutes,
            "people": people,
            "share": people / found.people.sum(),
        }
    )
