"""What another state of a county does to the ambulance's minutes to each village."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from coverage.network.model import FloatArray, IntArray

Change = Literal["gained", "lost", "faster", "slower", "same", "new", "unreachable"]
CHANGES: Final[tuple[Change, ...]] = (
    "gained", "lost", "faster", "slower", "same", "new", "unreachable",
)  # fmt: skip
SAME_MIN: Final = 0.05
"""A change of less than this is none: minutes are shown with one decimal."""


def village_changes(before: pd.DataFrame, after: pd.DataFrame) -> IntArray:
    """Return for each village of `after` its position in `CHANGES`.

    Villages are the same where their codes are.

    Parameters
    ----------
    before, after
        ``Report.villages``: ``code``, ``response_min`` and ``covered``.
    """
    old = before.drop_duplicates("code").set_index("code").reindex(after["code"])
    was = old["response_min"].to_numpy(dtype=float, na_value=np.nan)
    now = after["response_min"].to_numpy(dtype=float, na_value=np.nan)
    had = old["covered"].eq(True).to_numpy(dtype=bool)
    has = after["covered"].to_numpy(dtype=bool)
    known = after["code"].isin(before["code"]).to_numpy(dtype=bool)
    with np.errstate(invalid="ignore"):  # infinite less infinite
        saved = np.where(np.isnan(was), np.inf, was) - np.where(np.isnan(now), np.inf, now)
    change = np.select(
        [
            ~known,
            has & ~had,
            had & ~has,
            np.isnan(was) & np.isnan(now),
            saved >= SAME_MIN,
            saved <= -SAME_MIN,
        ],
        [CHANGES.index(c) for c in ("new", "gained", "lost", "unreachable", "faster", "slower")],
        CHANGES.index("same"),
    )
    return change.astype(np.int64)


def people_by_change(villages: pd.DataFrame, change: IntArray) -> FloatArray:
    """Return the known residents of the villages of each of `CHANGES`.

    Parameters
    ----------
    villages
        ``Report.villages`` of the later state.
    change
        From `village_changes`.
    """
    people = villages["population"].fillna(0.0).to_numpy(dtype=float)
    sums: FloatArray = np.bincount(change, weights=people, minlength=len(CHANGES)).astype(float)
    return sums
