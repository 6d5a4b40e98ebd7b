"""The townships, streets and zones where most residents wait too long."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from coverage.assessment.report import Report
from coverage.rules.evidence.access import mean, quantile
from coverage.rules.evidence.compare import within_limit

_P90_TENTHS: Final = 9
_COLUMNS: Final = [
    "code",
    "name",
    "kind",
    "population",
    "late",
    "covered_share",
    "unreachable",
    "mean_min",
    "p90_min",
]


def worst_townships(report: Report, count: int = 10) -> pd.DataFrame:
    """Return the units in which residents wait longer than their limit, most such people first.

    Parameters
    ----------
    count
        Rows to return at most.

    Returns
    -------
    pandas.DataFrame
        ``code, name, kind, population`` (residents at demand points), ``late`` (those beyond
        their limit or out of reach), ``covered_share``, ``unreachable`` (residents), ``mean_min,
        p90_min`` (of those that can be reached; NaN without any). Ties go by share, then by code.
    """
    county = report.county
    village = county.demand["village"].to_numpy()
    minutes = report.response.demand["response_min"].to_numpy(float)
    people = county.demand["population"].fillna(0.0).to_numpy(float)
    within = within_limit(minutes, report.villages["limit_min"].to_numpy(float)[village])
    stands_in = pd.Index(county.townships["code"].astype(object)).get_indexer(
        county.villages["township"].astype(object)
    )[village]
    rows = []
    for place, (code, name, kind) in enumerate(
        zip(
            county.townships["code"],
            county.townships["name"],
            county.townships["kind"],
            strict=True,
        )
    ):
        here = stands_in == place
        total, late = float(people[here].sum()), float(people[here & ~within].sum())
        there = here & ~np.isnan(minutes)
        rows.append(
            {
                "code": str(code),
                "name": str(name),
                "kind": str(kind),
                "population": total,
                "late": late,
                "covered_share": (total - late) / total if total else np.nan,
                "unreachable": float(people[here & np.isnan(minutes)].sum()),
                "mean_min": mean(minutes[there], people[there]),
                "p90_min": quantile(minutes[there], people[there], _P90_TENTHS),
            }
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return (
        table[table["late"] > 0]
        .sort_values(["late", "covered_share", "code"], ascending=[False, True, True])
        .head(count)
        .reset_index(drop=True)
    )
