"""The places of which a rule asks something, and where what it counts stands among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from coverage.rules.evidence.bounds import IntArray
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import Evidence
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.model.rule import VILLAGE_KINDS, Scope, UnitKind


def are_villages(unit_kinds: Collection[UnitKind]) -> bool:
    """Tell whether units of these kinds are villages; else they are townships, or the county."""
    return bool(unit_kinds) and VILLAGE_KINDS.issuperset(unit_kinds)


def places_of(unit_kinds: Collection[UnitKind], facts: CountyFacts) -> pd.DataFrame:
    """Return the table in which units of these kinds stand: with the columns on residents."""
    if not unit_kinds:
        return facts.whole
    return facts.villages if are_villages(unit_kinds) else facts.townships


def units_in_scope(
    unit_kinds: Collection[UnitKind],
    named_units: Sequence[str],
    scope: Scope,
    places: pd.DataFrame,
) -> BoolArray:
    """Return which of `places` a rule asks: those of the kinds, or those alone that it names.

    Of villages only those of the area classes of its scope.
    """
    if not unit_kinds:
        return np.ones(len(places), dtype=bool)
    if named_units:
        named = np.zeros(len(places), dtype=bool)
        for name in named_units:
            named[rows_named(places["name"].astype(str).tolist(), name)] = True
        return named
    of_kind = places["kind"].isin(list(unit_kinds)).to_numpy(bool)
    if are_villages(unit_kinds) and scope.area_classes:
        of_kind = of_kind & places["area_class"].isin(scope.area_classes).to_numpy(bool)
    return of_kind


def facility_units(
    unit_kinds: Collection[UnitKind], facts: CountyFacts, max_match_m: float
) -> IntArray:
    """Return the position of each facility's place in `places_of`, else `NOWHERE`."""
    if not unit_kinds:
        return np.zeros(len(facts.county.facilities), dtype=np.int64)
    if are_villages(unit_kinds):
        return facts.villages_of_facilities(max_match_m)
    return facts.townships_of_facilities


def village_units(unit_kinds: Collection[UnitKind], facts: CountyFacts) -> IntArray:
    """Return the position of each village's place in `places_of`."""
    n_villages = len(facts.county.villages)
    if not unit_kinds:
        return np.zeros(n_villages, dtype=np.int64)
    if are_villages(unit_kinds):
        return np.arange(n_villages, dtype=np.int64)
    return facts.townships_of_villages


def region_of(facts: CountyFacts, evidence: Evidence) -> str:
    """Return the code of the region whose rules are tested."""
    return evidence.region or facts.county.config.county.code
