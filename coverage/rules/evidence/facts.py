"""What rules ask of one county, derived from its tables once, and kept while this value lives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.rules.evidence.bounds import IntArray, Mask
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facility_masks import facility_mask
from coverage.rules.evidence.locations import (
    townships_of_facilities,
    townships_of_villages,
    villages_of_facilities,
)
from coverage.rules.evidence.residents import (
    county_residents,
    township_residents,
    village_residents,
)

_Made = TypeVar("_Made")


@dataclass(frozen=True, eq=False)
class CountyFacts:
    """A county, and what was derived from its tables; nothing of it outlives this value.

    What it gives must not be changed. It is made anew for an edited county.
    """

    county: County
    _derived: dict[Hashable, object] = field(default_factory=dict, repr=False)

    def derived(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what `make` gives, or gave, for `key`."""
        if key not in self._derived:
            self._derived[key] = make()
        return cast(_Made, self._derived[key])

    @cached_property
    def townships(self) -> pd.DataFrame:
        """The townships with the columns of `coverage.rules.evidence.residents`."""
        return self.county.townships.join(township_residents(self.county))

    @cached_property
    def villages(self) -> pd.DataFrame:
        """The villages with the columns of `coverage.rules.evidence.residents`."""
        return village_residents(self.county)

    @cached_property
    def whole(self) -> pd.DataFrame:
        """The county as one row: ``code, name`` and the columns on residents."""
        return county_residents(self.county, self.townships)

    @property
    def township_population(self) -> pd.Series[float]:
        """The known residents of each township, street and zone; NaN = nothing is known.

        It is the township table's figure, else the sum over its villages whose figure is known;
        where some is not, there are more.
        """
        return self.townships["residents"]

    @property
    def known_population(self) -> float:
        """The known residents of the county."""
        return float(np.nansum(self.township_population.to_numpy(float)))

    @cached_property
    def townships_of_facilities(self) -> IntArray:
        """The position in ``county.townships`` where each facility stands, else `NOWHERE`."""
        return _frozen(townships_of_facilities(self.county))

    @cached_property
    def townships_of_villages(self) -> IntArray:
        """The position in ``county.townships`` of each village's township."""
        return _frozen(townships_of_villages(self.county))

    def villages_of_facilities(self, max_match_m: float) -> IntArray:
        """Return the position in ``county.villages`` that each facility belongs to.

        `NOWHERE` where it belongs to none (`coverage.rules.evidence.locations`).
        """
        return self.derived(
            ("village", max_match_m),
            lambda: _frozen(
                villages_of_facilities(
                    self.county,
                    max_match_m,
                    self.townships_of_facilities,
                    self.townships_of_villages,
                )
            ),
        )

    @cached_property
    def placed(self) -> BoolArray:
        """Which facilities have a place."""
        geometry = self.county.facilities.geometry
        placed: BoolArray = ~(geometry.isna() | geometry.is_empty).to_numpy(bool)
        return placed

    def facility_mask(self, kinds: Collection[str], where: Collection[str]) -> Mask:
        """Return which facilities are of `kinds` (of any, if empty) and fulfil all of `where`."""
        key = ("facilities", tuple(kinds), tuple(where))
        return self.derived(key, lambda: facility_mask(self.county.facilities, *key[1:]))


def _frozen(array: IntArray) -> IntArray:
    array.setflags(write=False)
    return array
