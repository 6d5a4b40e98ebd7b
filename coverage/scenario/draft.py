"""A county's tables while edits are applied to them, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from coverage.county.files import nearest, shown
from coverage.county.model import County
from coverage.county.population import respread, village_demand
from coverage.county.words import fold
from coverage.crs import from_degrees
from coverage.messages import Message
from coverage.scenario.columns import Cell

_M_PER_KM: Final = 1000.0
_SHOWN: Final = 8
_IN_NO_FILE: Final = 0
"""``source_row`` of what a scenario adds."""


class MisfitError(Exception):
    """An edit does not fit the county; `message` says why."""

    def __init__(self, code: str, **values: object) -> None:
        self.message = Message(code, values)
        super().__init__(code)


class Draft:
    """The tables of a county, changed by edits. The county given is left as it is.

    Attributes
    ----------
    townships, villages, facilities
        As in `coverage.county.model.County`; an edit puts another table in the place of the one
        it changes.
    """

    def __init__(self, county: County) -> None:
        self._county = county
        # What no edit changes stays the very same table: what was worked out from it still holds.
        self.townships = county.townships
        self.villages = county.villages
        self.facilities = county.facilities
        self._people_changed = False

    def demand(self) -> gpd.GeoDataFrame:
        """Return where people are after the edits."""
        if not self._people_changed:
            return self._county.demand
        if self._county.config.sources.population is None:
            return village_demand(self.villages)
        return respread(self._county.demand, self.villages, self.townships)

    @property
    def crs(self) -> CRS:
        """Of all geometries, metres."""
        return self._county.crs

    def set_people(self, villages: np.ndarray, townships: np.ndarray) -> None:
        """Give every village, and every township's own figure, other residents.

        Parameters
        ----------
        villages, townships
            In the order of the tables; NaN = not known.
        """
        self.villages = self.villages.assign(population=villages)
        totals = pd.array(townships, dtype="Float64")
        totals[np.isnan(townships)] = pd.NA
        self.townships = self.townships.assign(population=totals)
        self._people_changed = True

    def own_totals(self, unit: str, more: float) -> np.ndarray:
        """Return the townships' own figures, that of the township `unit` (a code) moved by `more`.

        NaN where a township has no figure of its own.
        """
        own = self.townships["population"].to_numpy(float, na_value=np.nan).copy()
        own[(self.townships["code"] == unit).to_numpy(bool)] += more
        return own

    def township_sums(self, people: np.ndarray) -> np.ndarray:
        """Return each township's sum over its villages; NaN where one is not known."""
        units = self.villages["township"].to_numpy(object)
        sums = pd.Series(people).groupby(units).agg(lambda each: each.sum(skipna=False))
        return sums.reindex(self.townships["code"]).to_numpy(float)

    def set_cells(self, row: int, cells: Mapping[str, Cell]) -> None:
        """Write cells of one facility, by column; None = not known."""
        table = self.facilities.copy(deep=False)
        for name, value in cells.items():
            column = table[name].copy()
            column.iloc[row] = pd.NA if value is None else value
            table[name] = column
        self.facilities = table

    def facility_row(self, word: str) -> int:
        """Return the row of the facility with this id.

        Raises
        ------
        MisfitError
            If there is none.
        """
        ids = self.facilities["id"].to_numpy(object)
        rows = np.flatnonzero(ids == word)
        if not len(rows):
            raise MisfitError("scenario.no_facility", id=shown(word), hint=_hint(word, ids))
        return int(rows[0])

    def township_code(self, word: str) -> str:
        """Return the code of the township with this code or name.

        Raises
        ------
        MisfitError
            If there is none.
        """
        names, codes = self.townships["name"], self.townships["code"]
        known = {fold(str(n)): str(c) for n, c in zip(names, codes, strict=True)}
        known |= {fold(str(c)): str(c) for c in codes}
        if fold(word) not in known:
            raise MisfitError("scenario.no_township", word=shown(word), hint=_hint(word, names))
        return known[fold(word)]

    def village_code(self, word: str) -> str:
        """Return the code of the village with this code or name.

        Raises
        ------
        MisfitError
            If there is none, or several have this name.
        """
        codes = [str(code) for code in self.villages["code"]]
        if word in codes:
            return word
        names = [str(name) for name in self.villages["name"]]
        named = [c for c, name in zip(codes, names, strict=True) if fold(name) == fold(word)]
        if len(named) == 1:
            return named[0]
        if named:
            raise MisfitError(
                "scenario.village_unclear", word=shown(word), codes=", ".join(named[:5])
            )
        raise MisfitError(
            "scenario.no_village", word=shown(word), hint=_hint(word, [*names, *codes])
        )

    def place(self, lon: float, lat: float, limit_km: float) -> shapely.Point:
        """Return a place given in degrees as a point in the county's CRS.

        Raises
        ------
        MisfitError
            If it is more than `limit_km` outside every township.
        """
        x, y = from_degrees(self._county.crs).transform(lon, lat)
        point = shapely.Point(x, y)
        away_km = self.townships.geometry.distance(point).min() / _M_PER_KM
        if not away_km <= limit_km:
            far = f"{away_km:,.0f}" if np.isfinite(away_km) else "∞"
            place = f"{lon:g}, {lat:g}"
            raise MisfitError("scenario.outside", place=place, km=far, limit_km=f"{limit_km:g}")
        return point

    def unit_at(self, point: BaseGeometry) -> int:
        """Return the township polygon that holds `point`, -1 where none does."""
        shapes = np.asarray(self.townships.geometry.array, dtype=object)
        held = np.flatnonzero(shapely.intersects(shapes, point))
        return int(held[0]) if len(held) else -1

    def nearest_village(self, point: BaseGeometry) -> int:
        """Return the row of the village nearest to `point`, -1 without villages."""
        places = np.asarray(self.villages.geometry.array, dtype=object)
        return int(np.argmin(shapely.distance(places, point))) if len(places) else -1


def _hint(word: str, known: Any) -> Message:
    words = list(dict.fromkeys(shown(item) for item in known))
    if near := nearest(word, words):
        return Message("county.hint_nearest", {"near": near})
    some = ", ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")
    return Message("county.hint_known", {"known": some})


def with_row(
    table: gpd.GeoDataFrame, cells: Mapping[str, Any], point: shapely.Point
) -> gpd.GeoDataFrame:
    """Return `table` with a row more, of the same types; what is not given is not known."""
    geometry = table.geometry.name
    nothing = np.full(1, None, dtype=object)
    polygon = "polygon" in table
    row: dict[str, Any] = {}
    for name, dtype in table.dtypes.items():
        value = _IN_NO_FILE if name == "source_row" else cells.get(str(name))
        if name == geometry:
            row[str(name)] = gpd.GeoSeries([point], crs=table.crs)
        elif name == "polygon":
            row[str(name)] = gpd.GeoSeries(nothing, crs=table.crs)
        elif str(dtype) == "float64":
            row[str(name)] = pd.Series([np.nan if value is None else value], dtype=dtype)
        else:
            row[str(name)] = pd.Series([pd.NA if value is None else value], dtype=dtype)
    added = gpd.GeoDataFrame(row, geometry=geometry, crs=table.crs)
    joined = pd.concat([table, added], ignore_index=True)
    if polygon:
        shapes = np.concatenate([np.asarray(table["polygon"].array, dtype=object), nothing])
        joined["polygon"] = gpd.GeoSeries(shapes, crs=table.crs)
    return gpd.GeoDataFrame(joined, geometry=geometry, crs=table.crs)
