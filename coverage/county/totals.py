"""Whether the tables agree with each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.county.files import shown
from coverage.county.table import Mask
from coverage.problems import Problem, Problems

_SHOWN_UNITS = 5


def compare_totals(
    townships: pd.DataFrame, villages: pd.DataFrame, file: str
) -> tuple[Problem, ...]:
    """Return warnings where a township's residents are not the sum of its villages'.

    Only townships whose own total and all of whose villages' residents are known are compared;
    a township without any village is reported by itself.

    Parameters
    ----------
    townships, villages
        As `County` describes them.
    file
        Of the townships.
    """
    groups = villages.groupby("township", dropna=True)["population"]
    by_unit = groups.agg(lambda people: people.sum(skipna=False))
    sums = by_unit.reindex(townships["code"]).to_numpy(float)
    own = townships["population"].to_numpy(float, na_value=float("nan"))
    difference = own - sums
    comparable = ~np.isnan(difference)
    wrong = comparable & (difference != 0)
    empty = ~townships["code"].isin(villages["township"]).to_numpy(bool)
    problems = Problems()
    if wrong.any():
        units = [
            f"{shown(name)} {total:,.0f} / {sum_:,.0f}"
            for name, total, sum_ in zip(
                townships.loc[wrong, "name"], own[wrong], sums[wrong], strict=True
            )
        ]
        more = " …" if len(units) > _SHOWN_UNITS else ""
        values = {
            "units": ", ".join(units[:_SHOWN_UNITS]) + more,
            "townships": f"{own[comparable].sum():,.0f}",
            "villages": f"{sums[comparable].sum():,.0f}",
        }
        problems.append(
            Problem(
                "county.totals_differ",
                "warning",
                values,
                file,
                _rows(townships, wrong),
                count=int(wrong.sum()),
            )
        )
    if empty.any():
        names = ", ".join(shown(name) for name in townships.loc[empty, "name"].head(_SHOWN_UNITS))
        problems.append(
            Problem(
                "county.township_without_villages",
                "warning",
                {"names": names},
                file,
                _rows(townships, empty),
                count=int(empty.sum()),
            )
        )
    return tuple(problems)


def _rows(table: pd.DataFrame, where: Mask) -> tuple[int, ...]:
    return tuple(int(row) for row in table.loc[where, "source_row"])
