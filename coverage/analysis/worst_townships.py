"""The townships, streets and zones where most residents wait too long."""

from __future__ import annotations

from typing import Final

import pandas as pd

from coverage.assessment.report import Report

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
    waiting = report.waiting
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
        here = waiting.at(stands_in == place)
        rows.append(
            {
                "code": str(code),
                "name": str(name),
                "kind": str(kind),
                "population": here.population,
                "late": here.late,
                "covered_share": here.covered_share,
                "unreachable": here.unreachable,
                "mean_min": here.mean_min,
                "p90_min": here.p90_min,
            }
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return (
        table[table["late"] > 0]
        .sort_values(["late", "covered_share", "code"], ascending=[False, True, True])
        .head(count)
        .reset_index(drop=True)
    )
