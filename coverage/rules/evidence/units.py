"""Units of a county: how many live there, and which facilities stand there."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.county.model import County
from coverage.rules.evidence.compare import BoolArray, FloatArray
from coverage.rules.evidence.minutes import Evidence

IntArray = npt.NDArray[np.int64]

_Look = Callable[[gpd.GeoDataFrame], IntArray]

NOWHERE = -1
"""In place of a unit's position: the facility stands in no unit."""

_MICROMETRE_DECIMALS = 6


def township_population(county: County) -> pd.Series[float]:
    """Return the known residents of each township, street and zone (NaN = nothing is known).

    It is the township table's figure, else the sum over its villages whose figure is known; where
    some is not, there are more.
    """
    return township_residents(county)["residents"]


@lru_cache(maxsize=4)
def township_residents(county: County) -> pd.DataFrame:
    """Return how many residents of each township, street and zone are known, and what is not.

    Returns
    -------
    DataFrame
        In the order of ``county.townships``: ``residents`` as `township_population`;
        ``silent_villages``, how many of its villages leave their residents blank, where the unit
        has no figure of its own; ``silent_units``, 1 where it has neither a figure nor a village.
        Where both are 0 the residents are exactly so many, else at least. It must not be
        changed.
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


def whole_county(county: County) -> pd.DataFrame:
    """Return one row: ``code, name`` of the county, and the columns of `township_residents`."""
    identity = county.config.county
    units = township_residents(county)
    return pd.DataFrame(
        {
            "code": [identity.code],
            "name": [identity.name],
            "residents": [units["residents"].sum(min_count=1)],
            "silent_villages": [units["silent_villages"].sum()],
            "silent_units": [units["silent_units"].sum()],
        }
    )


def all_known(places: pd.DataFrame) -> BoolArray:
    """Return which of `places` (with the columns of `township_residents`) know all residents."""
    silent = places["silent_villages"] + places["silent_units"]
    return (silent == 0).to_numpy(bool)


def region_of(county: County, evidence: Evidence) -> str:
    """Return the code of the region whose rules are tested."""
    return evidence.region or county.config.county.code


def places_of(county: County) -> gpd.GeoDataFrame:
    """Return what says where facilities stand: ``township, village, geometry``.

    To take rows of the whole table, with its many columns, takes longer than all that is done
    with them.
    """
    return gpd.GeoDataFrame(county.facilities[["township", "village", "geometry"]])


def township_of_village(county: County) -> IntArray:
    """Return the position in ``county.townships`` of each village's township."""
    return _positions(county.villages["township"], county.townships["code"])


def summed(numbers: FloatArray, stands_in: IntArray, n_places: int) -> FloatArray:
    """Return the sum of `numbers` in each of `n_places`; what stands nowhere is left out."""
    placed = stands_in != NOWHERE
    return np.bincount(stands_in[placed], numbers[placed], n_places).astype(float)


@lru_cache(maxsize=4)
def township_of(county: County) -> IntArray:
    """Return the position in ``county.townships`` where each facility stands, else `NOWHERE`.

    A facility stands in the township that it names; else in that of the village that it names;
    else in the one whose polygon it lies in.
    """
    codes, facilities = county.townships["code"], places_of(county)
    named = _positions(facilities["township"], codes)
    of_village = dict(zip(county.villages["code"], county.villages["township"], strict=True))
    by_village = _positions(facilities["village"].astype(object).map(of_village), codes)
    found = np.where(named != NOWHERE, named, by_village)
    found = _filled(found, facilities, lambda rest: _lying_in(rest, county.townships))
    found.setflags(write=False)
    return found


def village_of(county: County, rows: BoolArray, max_match_m: float) -> IntArray:
    """Return the position in ``county.villages`` that facilities belong to, else `NOWHERE`.

    A facility belongs to the village (or community) that it names; else to the one whose polygon
    it lies in; else to the nearest of its township that is at most `max_match_m` metres away.
    """
    return _village_of_each(county, max_match_m)[rows]


@lru_cache(maxsize=4)
def _village_of_each(county: County, max_match_m: float) -> IntArray:
    facilities = places_of(county)
    polygons = gpd.GeoDataFrame(
        {"code": county.villages["code"]}, geometry=gpd.GeoSeries(county.villages["polygon"])
    ).set_crs(county.crs, allow_override=True)
    found = _positions(facilities["village"], county.villages["code"])
    found = _filled(found, facilities, lambda rest: _lying_in(rest, polygons))
    return _filled(found, facilities, lambda rest: _nearest(county, rest, max_match_m))


def _positions(named: pd.Series, codes: pd.Series) -> IntArray:
    """Return where each named code stands among `codes`, `NOWHERE` where it does not."""
    return np.asarray(pd.Index(codes.astype(object)).get_indexer(named.astype(object)), np.int64)


def _filled(found: IntArray, facilities: gpd.GeoDataFrame, look: _Look) -> IntArray:
    """Return `found` with what `look` finds for the placed facilities that are nowhere yet."""
    geometry = facilities.geometry
    missing = (found == NOWHERE) & geometry.notna().to_numpy() & ~geometry.is_empty.to_numpy()
    if missing.any():
        found = found.copy()
        found[missing] = look(facilities[missing])
    return found


def _lying_in(facilities: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> IntArray:
    """Return the polygon each facility is in or on the edge of: of several, the lowest code."""
    by_code = np.argsort(polygons["code"].astype(str).to_numpy(), kind="stable")
    rank = np.empty(len(polygons), dtype=np.int64)
    rank[by_code] = np.arange(len(polygons))
    shapes = gpd.GeoSeries(polygons.geometry.reset_index(drop=True))
    point, polygon = shapes.sindex.query(facilities.geometry, predicate="intersects")
    best = np.full(len(facilities), len(polygons), dtype=np.int64)
    np.minimum.at(best, point, rank[polygon])
    return np.where(best < len(polygons), by_code[np.minimum(best, len(polygons) - 1)], NOWHERE)


def _nearest(county: County, facilities: gpd.GeoDataFrame, max_match_m: float) -> IntArray:
    """Return the nearest village of each facility's township: of several, the lowest code."""
    codes = county.villages["code"].astype(str).to_numpy()
    points = np.asarray(county.villages.geometry.array, dtype=object)
    of_village = township_of_village(county)
    of_facility = township_of(county)[facilities.index]
    found = np.full(len(facilities), NOWHERE, dtype=np.int64)
    for row, (township, point) in enumerate(zip(of_facility, facilities.geometry, strict=True)):
        near = np.flatnonzero(of_village == township) if township >= 0 else np.empty(0, int)
        if not near.size:
            continue
        metres = shapely.distance(points[near], point)
        metres = np.where(np.isnan(metres), np.inf, metres).round(_MICROMETRE_DECIMALS)
        first = np.lexsort((codes[near], metres))[0]
        if metres[first] <= max_match_m:
            found[row] = near[first]
    return found
