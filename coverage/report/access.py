"""The residents' travel time to what a rule names: in words, and where it is longest."""

from __future__ import annotations

import math
from typing import Final

from coverage.figures import minutes_text, whole_people
from coverage.messages import Language, text
from coverage.report.score import figure_text
from coverage.rules.evidence.access import MINUTES
from coverage.rules.model.results import AccessResult, VillageAccess
from coverage.rules.model.rule import Rule


def worst_access(access: AccessResult, count: int = 20) -> list[VillageAccess]:
    """Return the villages that travel longest, `count` at most.

    Those that can reach nothing come first, then by minutes; ties go by residents, then by code.
    Villages without residents are left out.
    """
    inhabited = [village for village in access.villages if village.population != 0]
    return sorted(inhabited, key=_least_served_first)[:count]


def _least_served_first(village: VillageAccess) -> tuple[float, float, str]:
    minutes = math.inf if math.isnan(village.minutes) else village.minutes
    people = 0.0 if math.isnan(village.population) else village.population
    return -minutes, -people, village.code


def access_text(access: AccessResult, language: Language) -> str:
    """Return mean, median and 90th percentile, the shares within limits, and who is cut off."""
    return _distribution(access, language) + _cut_off(access, language)


def _cut_off(access: AccessResult, language: Language) -> str:
    """Return how many villages can reach none, and how many of them for want of a road."""
    if not access.unreached_villages:
        return ""
    return text(
        "report.access_cut_off",
        language,
        villages=access.unreached_villages,
        far=access.far_villages,
    )


def _distribution(access: AccessResult, language: Language) -> str:
    if math.isnan(access.mean_min):
        return text("report.access_none", language)
    within = text("report.list_separator", language).join(
        text(
            "report.access_within",
            language,
            limit=limit,
            share=figure_text(share, "share", language),
        )
        for limit, share in access.within_share.items()
    )
    return text(
        "report.access",
        language,
        mean=minutes_text(access.mean_min, *access.within_share),
        median=minutes_text(access.median_min, *access.within_share),
        p90=minutes_text(access.p90_min, *access.within_share),
        within=within,
        unreachable=f"{whole_people(access.unreachable):,}",
    )


def minute_limits(rule: Rule) -> tuple[float, ...]:
    """Return the minutes that a rule's travel times are held against: its own, and those told."""
    stated = (rule.parameters.get(name) for name in _LIMITS)
    own = (p.value for p in stated if p is not None and isinstance(p.value, int | float))
    return (*map(float, MINUTES), *own)


_LIMITS: Final = ("limit_min", "urban_limit_min", "rural_limit_min")


def village_minutes(village: VillageAccess, language: Language, *limits: float) -> str:
    """Return a village's name with its minutes, never rounded across one of `limits`."""
    minutes = (
        text("report.unreached", language)
        if math.isnan(village.minutes)
        else text("report.minutes", language, minutes=minutes_text(village.minutes, *limits))
    )
    return text("report.village_minutes", language, village=village.name, minutes=minutes)
