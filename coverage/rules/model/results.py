"""What testing a rule gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from coverage.messages import Language, Message
from coverage.rules.model.rule import Rule, Unit

Verdict = Literal["met", "unmet", "not_applicable", "not_assessable"]
Bound = Literal["exact", "at_least", "at_most", "below"]


@dataclass(frozen=True)
class UnitResult:
    """A rule's result for one township, street or village.

    Attributes
    ----------
    observed, required, shortfall
        In the rule's `unit`; NaN where not known or not applicable. `bound` is of `observed`.
    english
        The name in English, where it has another one there.
    """

    code: str
    name: str
    verdict: Verdict
    observed: float
    required: float
    shortfall: float
    english: str = ""
    bound: Bound = "exact"

    def named(self, language: Language) -> str:
        """Return what a reader of `language` calls the unit."""
        return self.english if language == "en" and self.english else self.name


@dataclass(frozen=True)
class VillageAccess:
    """How long a village's residents travel to the facility that is nearest in time.

    Attributes
    ----------
    township
        Its name.
    population
        NaN where not known.
    facility_id
        Empty where none can be reached.
    minutes
        By road, with the way between door and road; NaN where none can be reached.
    straight_km
        Straight to that facility, NaN where none can be reached.
    """

    code: str
    name: str
    township: str
    population: float
    facility_id: str
    facility_name: str
    minutes: float
    straight_km: float


@dataclass(frozen=True)
class AccessResult:
    """The residents' travel time to the facilities that a rule names.

    Attributes
    ----------
    villages
        In the order of the county's villages.
    population
        Residents at all demand points.
    unreachable
        Residents who can reach none.
    unreached_villages, far_villages
        Villages that can reach none, and those of them that are too far from every road.
    mean_min, median_min, p90_min
        Over the residents who can reach one; NaN without any.
    within_share
        For 10, 20, 30 and 60 minutes: share of all residents who are that near; NaN without
        residents.
    """

    villages: tuple[VillageAccess, ...]
    population: float
    unreachable: float
    mean_min: float
    median_min: float
    p90_min: float
    within_share: Mapping[int, float]
    unreached_villages: int = 0
    far_villages: int = 0


@dataclass(frozen=True)
class RuleResult:
    """A rule's result for the county.

    Attributes
    ----------
    rule
        With the parameters that were really used.
    bound
        What blank cells make of `observed`: the figure is at least, at most, or less than so
        much (``below``: as near as you like, without reaching it).
    unit
        What `observed`, `required` and `shortfall` count.
    population_total
        Residents the rule speaks of.
    population_short
        Residents who do not have what the rule demands.
    note
        What a reader must know of this figure, or None.
    missing_columns
        Columns whose blank cells keep the verdict from being known, as ``table.column``.
    access
        The residents' travel time to the facilities that the rule names; None if it names none,
        or if of none it is known that it is one and where it stands.
    """

    rule: Rule
    verdict: Verdict
    observed: float
    required: float
    unit: Unit
    population_total: float
    population_short: float
    shortfall: float
    note: Message | None
    units: tuple[UnitResult, ...]
    missing_columns: tuple[str, ...] = ()
    access: AccessResult | None = None
    bound: Bound = "exact"
