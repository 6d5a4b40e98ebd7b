"""Times on the road that rules are tested with, beside the county's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.measures.distribution import within_limit
from coverage.rules.evidence.bounds import Mask
from coverage.rules.evidence.compare import FloatArray
from coverage.rules.evidence.destinations import Destinations
from coverage.travel.model import Response

Places = Literal["villages", "demand"]


@dataclass(frozen=True)
class AccessMinutes:
    """The residents' travel time to the nearest of some facilities.

    Attributes
    ----------
    villages
        One row a village in the order of the county's villages: ``facility`` (row of the
        facility table, Int64), ``minutes`` (drive and access, rounded to 9 decimals); <NA> and
        NaN where none can be reached; ``far`` (bool): too far from every road.
    demand
        The same columns for each row of ``County.demand``.
    far_facilities
        How many of the facilities are too far from every road to be travelled to.
    """

    villages: pd.DataFrame
    demand: pd.DataFrame
    far_facilities: int = 0


@dataclass(frozen=True)
class Evidence:
    """Times on the road that a rule is tested with.

    Attributes
    ----------
    response
        When an ambulance is at the scene.
    access
        To the nearest of the facilities that are known to be ones that the rule names; None where
        it names none.
    with_undecided
        Shortest minutes if every undecided facility counts: one of which a blank cell leaves it
        open. None where no cell does. Of a rule on ambulances: until one comes from a facility
        that has not said whether it has any.
    region
        The region whose rules are tested, where it is not the county's own; else empty.
    unplaced_least
        The least that it can be to the nearest facility that is one, or may be, and has no
        place; None where there is none, or one may stand at anybody's door.
    """

    response: Response
    access: AccessMinutes | None = None
    with_undecided: AccessMinutes | None = None
    region: str = ""
    unplaced_least: AccessMinutes | None = None

    @property
    def on_roads(self) -> bool:
        """Whether there are travel times to facilities that the rule names."""
        times = (self.access, self.with_undecided, self.unplaced_least)
        return any(minutes is not None for minutes in times)


@dataclass(frozen=True)
class MinutesBounds:
    """Minutes at each place, NaN where nobody comes or nothing can be reached.

    Attributes
    ----------
    known
        From or to the facilities that are known to be ones: the most that it can take.
    with_undecided
        If every undecided facility counts.
    unplaced
        The least that it can be to one of which it is not known where it is.
    """

    known: FloatArray
    with_undecided: FloatArray
    unplaced: FloatArray

    @property
    def least(self) -> FloatArray:
        """Shortest minutes if every undecided facility counts, and stands where it is nearest."""
        return np.fmin(np.fmin(self.known, self.with_undecided), self.unplaced)

    def within(self, limit_min: npt.ArrayLike) -> Mask:
        """Return where the minutes are within their limit."""
        return Mask(within_limit(self.known, limit_min), within_limit(self.least, limit_min))


def access_bounds(evidence: Evidence, destinations: Destinations, places: Places) -> MinutesBounds:
    """Return how long residents travel to the nearest of `destinations`.

    A facility without a place may stand at anybody's door, but for what is known of the least,
    and for residents who are too far from every road.
    """
    n = len(evidence.response.villages if places == "villages" else evidence.response.demand)
    nowhere = np.full(n, np.nan)

    def minutes(access: AccessMinutes | None) -> FloatArray:
        return nowhere if access is None else _table(access, places)["minutes"].to_numpy(float)

    unplaced = nowhere
    if destinations.unplaced:
        known = evidence.unplaced_least
        unplaced = np.zeros(n) if known is None else minutes(known)
        if evidence.access is not None:
            far = _table(evidence.access, places)["far"].to_numpy(bool)
            unplaced = np.where(far, np.nan, unplaced)
    return MinutesBounds(minutes(evidence.access), minutes(evidence.with_undecided), unplaced)


def response_bounds(evidence: Evidence) -> MinutesBounds:
    """Return the minutes until an ambulance is at each demand point."""
    known = evidence.response.demand["response_min"].to_numpy(float)
    nowhere = np.full(len(known), np.nan)
    undecided = evidence.with_undecided
    if undecided is None:
        return MinutesBounds(known, nowhere, nowhere)
    return MinutesBounds(known, undecided.demand["minutes"].to_numpy(float), nowhere)


def _table(access: AccessMinutes, places: Places) -> pd.DataFrame:
    return access.villages if places == "villages" else access.demand
