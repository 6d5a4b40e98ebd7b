"""A county's tables while edits are applied to them, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from coverage.county.facilities import FAR_OUTSIDE_KM
from coverage.county.files import nearest, shown
from coverage.county.model import County
from coverage.county.places import NEAR_COUNTY_KM
from coverage.county.population import respread, village_demand
from coverage.county.villages import area_class
from coverage.county.words import fold
from coverage.crs import from_degrees
from coverage.messages import Message
from coverage.scenario.columns import Cell
from coverage.scenario.model import (
    AddFacility,
    AddVillage,
    ChangeFacility,
    Grow,
    MoveFacility,
    RemoveFacility,
    SetPopulation,
)

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
    """The tables of a county, changed by edits. The county given is left as it is."""

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

    def add_facility(self, said: AddFacility) -> None:
        """Add a facility at the end of the table."""
        if said.id in set(self.facilities["id"]):
            raise MisfitError("scenario.id_taken", id=shown(said.id))
        point = self._place(said.lon, said.lat, FAR_OUTSIDE_KM)
        cells: dict[str, Any] = {
            **said.cells,
            "id": said.id,
            "name": said.name,
            "kind": said.kind,
            "township": None if said.township is None else self._township(said.township),
            "village": None if said.village is None else self._village(said.village),
            "lon": said.lon,
            "lat": said.lat,
        }
        self.facilities = _with_row(self.facilities, cells, point)

    def move_facility(self, said: MoveFacility) -> None:
        """Put a facility elsewhere; in another township or village it belongs there."""
        row = self._facility(said.id)
        point = self._place(said.lon, said.lat, FAR_OUTSIDE_KM)
        before = self.facilities.geometry.iloc[row]
        cells: dict[str, Cell] = {"lon": said.lon, "lat": said.lat}
        if before is None or self._unit_at(before) != self._unit_at(point):
            cells |= {"township": None, "village": None}
        elif self._nearest_village(before) != self._nearest_village(point):
            cells |= {"village": None}
        self._set(row, cells)
        geometry = np.asarray(self.facilities.geometry.array, dtype=object).copy()
        geometry[row] = point
        self.facilities = self.facilities.set_geometry(
            gpd.GeoSeries(geometry, crs=self._county.crs)
        )

    def remove_facility(self, said: RemoveFacility) -> None:
        """Take a facility away; villages that name it as theirs name none."""
        row = self._facility(said.id)
        kept = np.arange(len(self.facilities)) != row
        self.facilities = self.facilities[kept].reset_index(drop=True)
        if "serving_facility" in self.villages:
            served = (self.villages["serving_facility"] == said.id).fillna(False).to_numpy(bool)
            if served.any():
                cells = self.villages["serving_facility"].mask(served)
                self.villages = self.villages.assign(serving_facility=cells)

    def change_facility(self, said: ChangeFacility) -> None:
        """Give a facility other figures."""
        row = self._facility(said.id)
        cells = dict(said.cells)
        for name, find in (("township", self._township), ("village", self._village)):
            if cells.get(name) is not None:
                cells[name] = find(str(cells[name]))
        for name in ("name", "kind"):
            if name in cells and cells[name] is None:
                raise MisfitError("scenario.never_blank", column=name)
        self._set(row, cells)

    def grow(self, said: Grow) -> None:
        """Multiply the residents, to whole people."""
        codes = {self._township(word) for word in said.townships} or set(self.townships["code"])
        asked = self.villages["township"].isin(codes).to_numpy(bool)
        people = self.villages["population"].to_numpy(float)
        after = np.where(asked, np.rint(people * said.factor), people)
        own = self.townships["population"].to_numpy(float, na_value=np.nan)
        grown = np.rint(own * said.factor)
        before_sum, after_sum = self._sums(people), self._sums(after)
        grown = np.where(own == before_sum, after_sum, grown)
        within = self.townships["code"].isin(codes).to_numpy(bool)
        self._people(after, np.where(within, grown, own))

    def set_population(self, said: SetPopulation) -> None:
        """Give a village other residents; its township's own total moves by the difference."""
        code = self._village(said.village)
        row = int(np.flatnonzero((self.villages["code"] == code).to_numpy(bool))[0])
        people = self.villages["population"].to_numpy(float).copy()
        more = said.population - people[row]
        people[row] = said.population
        unit = self.villages["township"].iloc[row]
        self._people(people, self._own_totals(unit, 0.0 if np.isnan(more) else more))

    def add_village(self, said: AddVillage) -> None:
        """Add a settlement at the end of the table; its people are at its point."""
        if said.code in set(self.villages["code"]):
            raise MisfitError("scenario.code_taken", taken=shown(said.code))
        point = self._place(said.lon, said.lat, NEAR_COUNTY_KM)
        unit = self._township(said.township)
        cells: dict[str, Any] = {
            **said.cells,
            "code": said.code,
            "name": said.name,
            "township": unit,
            "kind": said.kind,
            "population": said.population,
            "area_code": said.area_class,
            "area_class": area_class(said.area_class),
            "lon": said.lon,
            "lat": said.lat,
            "polygon": None,
        }
        if cells.get("serving_facility") is not None:
            self._facility(str(cells["serving_facility"]))
        self.villages = _with_row(self.villages, cells, point)
        people = self.villages["population"].to_numpy(float)
        self._people(people, self._own_totals(unit, said.population))

    def _people(self, villages: np.ndarray, townships: np.ndarray) -> None:
        self.villages = self.villages.assign(population=villages)
        totals = pd.array(townships, dtype="Float64")
        totals[np.isnan(townships)] = pd.NA
        self.townships = self.townships.assign(population=totals)
        self._people_changed = True

    def _own_totals(self, unit: str, more: float) -> np.ndarray:
        own = self.townships["population"].to_numpy(float, na_value=np.nan).copy()
        own[(self.townships["code"] == unit).to_numpy(bool)] += more
        return own

    def _sums(self, people: np.ndarray) -> np.ndarray:
        """Return each township's sum over its villages; NaN where one is not known."""
        units = self.villages["township"].to_numpy(object)
        sums = pd.Series(people).groupby(units).agg(lambda each: each.sum(skipna=False))
        return sums.reindex(self.townships["code"]).to_numpy(float)

    def _set(self, row: int, cells: Mapping[str, Cell]) -> None:
        table = self.facilities.copy(deep=False)
        for name, value in cells.items():
            column = table[name].copy()
            column.iloc[row] = pd.NA if value is None else value
            table[name] = column
        self.facilities = table

    def _facility(self, word: str) -> int:
        ids = self.facilities["id"].to_numpy(object)
        found = np.flatnonzero(ids == word)
        if not len(found):
            raise MisfitError("scenario.no_facility", id=shown(word), hint=_hint(word, ids))
        return int(found[0])

    def _township(self, word: str) -> str:
        names, codes = self.townships["name"], self.townships["code"]
        known = {fold(str(n)): str(c) for n, c in zip(names, codes, strict=True)}
        known |= {fold(str(c)): str(c) for c in codes}
        if fold(word) not in known:
            raise MisfitError("scenario.no_township", word=shown(word), hint=_hint(word, names))
        return known[fold(word)]

    def _village(self, word: str) -> str:
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

    def _place(self, lon: float, lat: float, limit_km: float) -> shapely.Point:
        x, y = from_degrees(self._county.crs).transform(lon, lat)
        point = shapely.Point(x, y)
        away_km = self.townships.geometry.distance(point).min() / _M_PER_KM
        if not away_km <= limit_km:
            far = f"{away_km:,.0f}" if np.isfinite(away_km) else "∞"
            place = f"{lon:g}, {lat:g}"
            raise MisfitError("scenario.outside", place=place, km=far, limit_km=f"{limit_km:g}")
        return point

    def _unit_at(self, point: BaseGeometry) -> int:
        """Return the township polygon that holds `point`, -1 where none does."""
        shapes = np.asarray(self.townships.geometry.array, dtype=object)
        held = np.flatnonzero(shapely.intersects(shapes, point))
        return int(held[0]) if len(held) else -1

    def _nearest_village(self, point: BaseGeometry) -> int:
        places = np.asarray(self.villages.geometry.array, dtype=object)
        return int(np.argmin(shapely.distance(places, point))) if len(places) else -1


def _hint(word: str, known: Any) -> Message:
    words = list(dict.fromkeys(shown(item) for item in known))
    if near := nearest(word, words):
        return Message("county.hint_nearest", {"near": near})
    some = ", ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")
    return Message("county.hint_known", {"known": some})


def _with_row(
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
