"""The villages that wait longest beyond their limit."""

from __future__ import annotations

from typing import Final

import pandas as pd

from coverage.assessment.report import Report

_COLUMNS: Final = [
    "code",
    "name",
    "township_name",
    "population",
    "response_min",
    "limit_min",
    "over_min",
    "station_name",
]


def worst_villages(report: Report, count: int = 20) -> pd.DataFrame:
    """Return the villages that are beyond their limit, those farthest beyond it first.

    Parameters
    ----------
    report
        Its villages are looked at; those without a limit are left out.
    count
        Rows to return at most.

    Returns
    -------
    pandas.DataFrame
        ``code, name, township_name, population, response_min, limit_min, over_min,
        station_name``. Villages that no station reaches come first (minutes NaN), the most
        populous before; then by ``over_min`` = response less limit. Ties go by residents, then
        by code.
    """
    villages = pd.DataFrame(report.villages.drop(columns="geometry"))
    late = villages[~villages["covered"].astype(bool) & villages["limit_min"].notna()]
    return (
        late.assign(over_min=late["response_min"] - late["limit_min"])
        .sort_values(
            ["over_min", "population", "code"],
            ascending=[False, False, True],
            na_position="first",
        )
        .loc[:, _COLUMNS]
        .head(count)
        .reset_index(drop=True)
    )
