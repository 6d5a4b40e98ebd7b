"""How many residents are reached, and how fast: all of them, in town, in the countryside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from coverage.assessment.report import Report
from coverage.measures.distribution import Distribution, FloatArray
from coverage.rules.registry import village_limits

Group = Literal["all", "urban", "rural"]

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
    waiting
        Minutes and residents at the demand points of the group.
    """

    group: Group
    limit_min: float
    waiting: Distribution

    @property
    def population(self) -> float:
        """Residents whose number is known."""
        return self.waiting.population

    @property
    def covered(self) -> float:
        """Those within their limit."""
        return self.waiting.covered

    @property
    def share(self) -> float:
        """``covered / population``; NaN without residents."""
        return self.waiting.covered_share

    @property
    def unreachable(self) -> float:
        """Those no station can reach."""
        return self.waiting.unreachable

    @property
    def mean_min(self) -> float:
        """Over those that can be reached; NaN without any."""
        return self.waiting.mean_min

    @property
    def median_min(self) -> float:
        """Over those that can be reached; NaN without any."""
        return self.waiting.median_min

    @property
    def p90_min(self) -> float:
        """Over those that can be reached; NaN without any."""
        return self.waiting.p90_min


def reached(report: Report) -> tuple[Reached, ...]:
    """Return the figures of all residents, of those in town and of those in the countryside.

    A group without demand points is left out, but for that of all.
    """
    limits = village_limits(report.limit_rule)
    county = report.county
    urban = limits.is_urban(county.villages)[county.demand["village"].to_numpy()]
    everybody = report.waiting
    groups = [Reached("all", math.nan, everybody)]
    if urban.any():
        groups.append(Reached("urban", limits.urban_limit_min, everybody.at(urban)))
    if not urban.all():
        groups.append(Reached("rural", limits.rural_limit_min, everybody.at(~urban)))
    return tuple(groups)


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
    groups = [group for group in reached(report) if group.population > 0]
    known = [group.waiting.minutes[group.waiting.reached] for group in groups]
    longest = max((float(minutes.max()) for minutes in known if minutes.size), default=0.0)
    steps = math.ceil(min(longest, _LONGEST_MIN) * _STEPS_A_MINUTE) + 1
    minutes = np.arange(steps) / _STEPS_A_MINUTE
    tables = [_curve_of(group, minutes) for group in groups]
    empty = pd.DataFrame({"group": [], "minutes": [], "people": [], "share": []})
    return pd.concat(tables, ignore_index=True) if tables else empty


def _curve_of(group: Reached, minutes: FloatArray) -> pd.DataFrame:
    people = np.array([group.waiting.people_within(limit) for limit in minutes.tolist()])
    return pd.DataFrame(
        {
            "group": group.group,
            "minutes": minutes,
            "people": people,
            "share": people / group.population,
        }
    )
