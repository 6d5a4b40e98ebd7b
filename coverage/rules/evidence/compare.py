"""The one place where people meet a share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def known_sum(people: FloatArray) -> float:
    """Return the sum of the known `people`; NaN where there are some, and of none it is known."""
    unknown = np.isnan(people)
    return float("nan") if unknown.size and unknown.all() else float(people[~unknown].sum())


def people_met(short: float, total: float, required_share: float) -> bool:
    """Return whether few enough residents are short for `required_share` of `total`.

    People are compared, not shares: where everybody is owed something, one person short is one
    too many, however many others there are.
    """
    if required_share >= 1:
        return short == 0
    return short <= total * (1 - required_share) * (1 + 1e-12)
