"""In which township, and in which village, facilities stand."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.county.model import County
from coverage.rules.evidence.bounds import NOWHERE, IntArray

_Look = Callable[[gpd.GeoDataFrame], IntArray]

_MICROMETRE_DECIMALS = 6


def townships_of_villages(county: County) -> IntArray:
    """Return the position in ``county.townships`` of each village's township."""
    return positions(county.villages["township"], county.townships["code"])


def townships_of_facilities(county: County) -> IntArray:
    """Return the position in ``county.townships`` where each facility stands, else `NOWHERE`.

    A facility stands in the township that it names; else in that of the village that it names;
    else in the one whose polygon it lies in.
    """
    codes, facilities = county.townships["code"], _places(county)
    named = positions(facilities["township"], codes)
    of_village = dict(zip(county.villages["code"], county.villages["township"], strict=True))
    by_village = positions(facilities["village"].astype(object).map(of_village), codes)
    stated = np.where(named != NOWHERE, named, by_village)
    return _filled(stated, facilities, lambda rest: _containing(rest, county.townships))


def villages_of_facilities(
    county: County,
    max_match_m: float,
    of_facilities: IntArray,
    of_villages: IntArray,
) -> IntArray:
    """Return the position in ``county.villages`` that each facility belongs to, else `NOWHERE`.

    A facility belongs to the village (or community) that it names; else to the one whose polygon
    it lies in; else to the nearest of its township that is at most `max_match_m` metres away.

    Parameters
    ----------
    of_facilities, of_villages
        What `townships_of_facilities` and `townships_of_villages` give.
    """
    facilities = _places(county)
    polygons = gpd.GeoDataFrame(
        {"code": county.villages["code"]}, geometry=gpd.GeoSeries(county.villages["polygon"])
    ).set_crs(county.crs, allow_override=True)
    stated = positions(facilities["village"], county.villages["code"])
    inside = _filled(stated, facilities, lambda rest: _containing(rest, polygons))
    return _filled(
        inside,
        facilities,
        lambda rest: _nearest(county, rest, max_match_m, of_facilities, of_villages),
    )


def positions(named: pd.Series, codes: pd.Series) -> IntArray:
    """Return where each named code stands among `codes`, `NOWHERE` where it does not."""
    return np.asarray(pd.Index(codes.astype(object)).get_indexer(named.astype(object)), np.int64)


def _places(county: County) -> gpd.GeoDataFrame:
    """Return what says where facilities stand: ``township, village, geometry``.

    To take rows of the whole table, with its many columns, takes longer than all that is done
    with them.
    """
    return gpd.GeoDataFrame(county.facilities[["township", "village", "geometry"]])


def _filled(known: IntArray, facilities: gpd.GeoDataFrame, look: _Look) -> IntArray:
    """Return `known` with what `look` gives for the placed facilities that are nowhere yet."""
    geometry = facilities.geometry
    missing = (known == NOWHERE) & geometry.notna().to_numpy() & ~geometry.is_empty.to_numpy()
    if missing.any():
        known = known.copy()
        known[missing] = look(facilities[missing])
    return known


def _containing(facilities: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame) -> IntArray:
    """Return the polygon each facility is in or on the edge of: of several, the lowest code."""
    by_code = np.argsort(polygons["code"].astype(str).to_numpy(), kind="stable")
    rank = np.empty(len(polygons), dtype=np.int64)
    rank[by_code] = np.arange(len(polygons))
    shapes = gpd.GeoSeries(polygons.geometry.reset_index(drop=True))
    point, polygon = shapes.sindex.query(facilities.geometry, predicate="intersects")
    best = np.full(len(facilities), len(polygons), dtype=np.int64)
    np.minimum.at(best, point, rank[polygon])
    return np.where(best < len(polygons), by_code[np.minimum(best, len(polygons) - 1)], NOWHERE)


def _nearest(
    county: County,
    facilities: gpd.GeoDataFrame,
    max_match_m: float,
    of_facilities: IntArray,
    of_villages: IntArray,
) -> IntArray:
    """Return the nearest village of each facility's township: of several, the lowest code."""
    codes = county.villages["code"].astype(str).to_numpy()
    points = np.asarray(county.villages.geometry.array, dtype=object)
    nearest = np.full(len(facilities), NOWHERE, dtype=np.int64)
    townships = of_facilities[facilities.index]
    for row, (township, point) in enumerate(zip(townships, facilities.geometry, strict=True)):
        near = np.flatnonzero(of_villages == township) if township >= 0 else np.empty(0, int)
        if not near.size:
            continue
        metres = shapely.distance(points[near], point)
        metres = np.where(np.isnan(metres), np.inf, metres).round(_MICROMETRE_DECIMALS)
        first = np.lexsort((codes[near], metres))[0]
        if metres[first] <= max_match_m:
            nearest[row] = near[first]
    return nearest
