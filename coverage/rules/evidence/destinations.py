"""The facilities to which residents' travel times are reported with a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.rules.evidence.bounds import NOWHERE
from coverage.rules.evidence.compare import BoolArray
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.model.parameters import KindParameters
from coverage.rules.model.rule import Rule


@dataclass(frozen=True)
class FacilityQuery:
    """The facilities that a rule names, as it writes them.

    Attributes
    ----------
    facility_kinds, facility_where
        As in the parameters of every kind (`coverage.rules.model.parameters.KindParameters`).
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
    undecided
        Positions of those that have a place, and of which a blank cell leaves it open.
    unplaced
        Positions of those that are ones, or may be, and have no place.
    serving
        For each village the position of the facility that it names, -1 where it names none;
        empty where that does not matter.
    """

    rows: tuple[int, ...]
    undecided: tuple[int, ...] = ()
    unplaced: tuple[int, ...] = ()
    serving: tuple[int, ...] = ()

    @property
    def possible(self) -> tuple[int, ...]:
        """Positions of those that are ones, or may be, and have a place."""
        return (*self.rows, *self.undecided)

    @property
    def known(self) -> bool:
        """Whether travel times are known: one facility is known, or that there is none."""
        return bool(self.rows) or not (self.undecided or self.unplaced)


def stated_access(rule: Rule, stated: KindParameters) -> FacilityQuery | None:
    """Return the facilities that the rule's ``access`` names; None where it has none.

    What `access` leaves out is as in the rule's parameters, `stated`.
    """
    access = rule.access
    if access is None:
        return None
    kinds, where = access.facility_kinds, access.facility_where
    return FacilityQuery(
        stated.facility_kinds if kinds is None else kinds,
        stated.facility_where if where is None else where,
        serving=access.serving,
    )


def find_destinations(query: FacilityQuery, facts: CountyFacts) -> Destinations:
    """Return where the facilities of `query` stand in the county, and which are undecided."""
    return facts.derived(("destinations", query), lambda: _find(query, facts))


def _find(query: FacilityQuery, facts: CountyFacts) -> Destinations:
    facilities = facts.county.facilities
    placed = facts.placed
    mask = facts.facility_mask(query.facility_kinds, query.facility_where)
    here = _stand_in(facts, query) if query.named_units else np.ones(len(facilities), bool)
    order = facilities["id"].astype(str).to_numpy().argsort(kind="stable")

    def positions(which: BoolArray) -> tuple[int, ...]:
        return tuple(int(row) for row in order if which[row])

    return Destinations(
        rows=positions(mask.certain & placed & here),
        undecided=positions(mask.undecided & placed & here),
        unplaced=positions(mask.possible & ~placed & here),
        serving=_serving(facts.county, placed) if query.serving else (),
    )


def _stand_in(facts: CountyFacts, query: FacilityQuery) -> BoolArray:
    """Return which facilities stand in one of the units that `query` names."""
    units = facts.county.villages if query.of_villages else facts.county.townships
    named = np.zeros(len(units), dtype=bool)
    for name in query.named_units:
        named[rows_named(units["name"].astype(str).tolist(), name)] = True
    if query.of_villages:
        position = facts.villages_of_facilities(query.max_match_m)
    else:
        position = facts.townships_of_facilities
    return np.append(named, False)[np.where(position == NOWHERE, len(named), position)]


def _serving(county: County, placed: BoolArray) -> tuple[int, ...]:
    """Return the placed facility that each village names, -1 where it names none."""
    ids = pd.Index(county.facilities["id"].astype(object))
    named = ids.get_indexer(county.villages["serving_facility"].astype(object))
    usable = np.append(placed, False)
    return tuple(int(row) if usable[row] else NOWHERE for row in named)
