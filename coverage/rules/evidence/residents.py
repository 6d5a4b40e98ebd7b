"""How many residents are known, and which places leave it open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.county.model import County
from coverage.rules.evidence.compare import BoolArray


def township_residents(county: County) -> pd.DataFrame:
    """Return how many residents of each township, street and zone are known, and what is not.

    Returns
    -------
    DataFrame
        In the order of ``county.townships``: ``residents``, the township table's figure, else
        the sum over its villages whose figure is known (NaN = nothing is known);
        ``silent_villages``, how many of its villages leave their residents blank, where the unit
        has no figure of its own; ``silent_units``, 1 where it has neither a figure nor a village.
        Where both are 0 the residents are exactly so many, else at least.
    """
    codes = county.townships["code"]
    by_unit = county.villages["population"].groupby(county.villages["township"])
    stated = county.townships["population"].astype("Float64").astype(float)
    has_none = stated.isna()
    blank = by_unit.size() - by_unit.count()
    has_village = codes.isin(county.villages["township"])
    return pd.DataFrame(
        {
            "residents": stated.fillna(codes.map(by_unit.sum(min_count=1)).astype(float)),
            "silent_villages": codes.map(blank).fillna(0).where(has_none, 0).astype(np.int64),
            "silent_units": (has_none & ~has_village).astype(np.int64),
        }
    )


def county_residents(county: County, townships: pd.DataFrame) -> pd.DataFrame:
    """Return one row: ``code, name`` of the county, and the columns of `township_residents`.

    Parameters
    ----------
    townships
        What `township_residents` gives.
    """
    identity = county.config.county
    return pd.DataFrame(
        {
            "code": [identity.code],
            "name": [identity.name],
            "residents": [townships["residents"].sum(min_count=1)],
            "silent_villages": [townships["silent_villages"].sum()],
            "silent_units": [townships["silent_units"].sum()],
        }
    )


def village_residents(county: County) -> pd.DataFrame:
    """Return the villages with the columns of `township_residents`."""
    population = county.villages["population"]
    return county.villages.assign(
        residents=population,
        silent_villages=population.isna().astype(np.int64),
        silent_units=0,
    )


def all_known(places: pd.DataFrame) -> BoolArray:
    """Return which of `places` (with the columns of `township_residents`) know all residents."""
    silent = places["silent_villages"] + places["silent_units"]
    return (silent == 0).to_numpy(bool)
