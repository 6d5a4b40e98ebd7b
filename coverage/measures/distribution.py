"""Minutes over people: the mean, the quantiles, and how many are within a limit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_MEDIAN_TENTHS: Final = 5
_P90_TENTHS: Final = 9


def within_limit(minutes: npt.ArrayLike, limit_min: npt.ArrayLike) -> BoolArray:
    """Return whether each of `minutes` is within its limit, the limit itself included.

    Parameters
    ----------
    minutes
        Rounded to 9 decimals where they were made; NaN (unreachable) is never within a limit.
    limit_min
        One limit, or one for each of `minutes`.
    """
    within: BoolArray = np.asarray(minutes, float) <= np.asarray(limit_min, float)
    return within


@dataclass(frozen=True, eq=False)
class Distribution:
    """How long people wait or travel, weighted by people.

    Attributes
    ----------
    minutes
        One entry a demand point; NaN where nothing is reached.
    people
        At each point, 0 or more; those whose number is not known count as 0.
    limit_min
        Of each point; NaN where there is none.
    """

    minutes: FloatArray
    people: FloatArray
    limit_min: FloatArray = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(
        cls, minutes: npt.ArrayLike, people: npt.ArrayLike, limit_min: npt.ArrayLike = math.nan
    ) -> Distribution:
        """Return the distribution of minutes over people.

        Parameters
        ----------
        minutes
            One entry a demand point; NaN where nothing is reached.
        people
            As many; NaN where the number is not known.
        limit_min
            One for all points, or one for each.
        """
        times = np.asarray(minutes, float)
        limits = np.broadcast_to(np.asarray(limit_min, float), times.shape)
        return cls(times, np.nan_to_num(np.asarray(people, float)), limits)

    def at(self, points: BoolArray) -> Distribution:
        """Return the distribution over some of the points."""
        return Distribution(self.minutes[points], self.people[points], self.limit_min[points])

    @property
    def reached(self) -> BoolArray:
        """Whether anything is reached from each point."""
        return ~np.isnan(self.minutes)

    @property
    def within(self) -> BoolArray:
        """Whether each point is within its own limit."""
        return within_limit(self.minutes, self.limit_min)

    @property
    def population(self) -> float:
        """All people whose number is known."""
        return float(self.people.sum())

    @property
    def unreachable(self) -> float:
        """People that reach nothing."""
        return float(self.people[~self.reached].sum())

    @property
    def covered(self) -> float:
        """People within their own limit."""
        return float(self.people[self.within].sum())

    @property
    def late(self) -> float:
        """People beyond their own limit, or that reach nothing."""
        return float(self.people[~self.within].sum())

    @property
    def covered_share(self) -> float:
        """``covered / population``; NaN without people."""
        return self._share(self.covered)

    @property
    def mean_min(self) -> float:
        """Mean over the people that reach something; NaN without any."""
        people = self.people[self.reached]
        total = people.sum()
        return float((self.minutes[self.reached] * people).sum() / total) if total else math.nan

    @property
    def median_min(self) -> float:
        """Minutes within which half of those are that reach something; NaN without any."""
        return self.quantile_min(_MEDIAN_TENTHS)

    @property
    def p90_min(self) -> float:
        """Minutes within which nine of ten are that reach something; NaN without any."""
        return self.quantile_min(_P90_TENTHS)

    def quantile_min(self, tenths: int) -> float:
        """Return the least of the minutes within which at least so many tenths of people are.

        It is the inverse of the distribution function over those that reach something (Hyndman
        and Fan's definition 1), so that it is always the minutes of somebody. NaN without people.
        """
        counted = self.reached & (self.people > 0)
        minutes, people = self.minutes[counted], self.people[counted]
        if not minutes.size:
            return math.nan
        order = np.argsort(minutes, kind="stable")
        up_to = people[order].cumsum()
        # Tenths are multiplied out: nine tenths are no exact number to divide by.
        enough = np.flatnonzero(up_to * 10 >= up_to[-1] * tenths)
        return float(minutes[order][enough[0]])

    def people_within(self, limit_min: float) -> float:
        """Return how many people are within one limit for all, the limit itself included."""
        return float(self.people[within_limit(self.minutes, limit_min)].sum())

    def share_within(self, limit_min: float) -> float:
        """Return the share of all people within one limit for all; NaN without people."""
        return self._share(self.people_within(limit_min))

    def _share(self, people: float) -> float:
        population = self.population
        return people / population if population else math.nan
