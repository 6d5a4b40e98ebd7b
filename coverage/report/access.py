"""The residents' travel time to what a rule names: in words, and where it is longest."""

from __future__ import annotations

import math

from coverage.messages import Language, text
from coverage.report.score import figure_text
from coverage.rules.model import AccessResult, VillageAccess


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
        mean=f"{access.mean_min:.1f}",
        median=f"{access.median_min:.1f}",
        p90=f"{access.p90_min:.1f}",
        within=within,
        unreachable=f"{access.unreachable:,.0f}",
    )


def village_minutes(village: VillageAccess, language: Language) -> str:
    """Return a village's name with its minutes."""
    minutes = (
        text("report.unreached", language)
        if math.isnan(village.minutes)
        else text("report.minutes", language, minutes=f"{village.minutes:.1f}")
    )
    return text("report.village_minutes", language, village=village.name, minutes=minutes)
