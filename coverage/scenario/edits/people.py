"""Edits of residents and settlements."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from coverage.county.files import shown
from coverage.county.places import NEAR_COUNTY_KM
from coverage.county.villages import area_class
from coverage.scenario.action import (
    Id,
    Lat,
    Lon,
    Name,
    Number,
    People,
    TableAction,
    WithColumns,
    as_text,
    word_of,
)
from coverage.scenario.draft import Draft, MisfitError, with_row


class Grow(TableAction):
    """Residents become more or fewer, everywhere or in some townships (codes or names)."""

    factor: Annotated[Number, Field(gt=0, le=10)]
    townships: tuple[Id, ...] = ()

    def change(self, draft: Draft) -> None:
        """Multiply the residents, to whole people."""
        codes = {draft.township_code(word) for word in self.townships}
        codes = codes or set(draft.townships["code"])
        growing = draft.villages["township"].isin(codes).to_numpy(bool)
        people = draft.villages["population"].to_numpy(float)
        after = np.where(growing, np.rint(people * self.factor), people)
        own = draft.townships["population"].to_numpy(float, na_value=np.nan)
        grown = np.rint(own * self.factor)
        before_sum, after_sum = draft.township_sums(people), draft.township_sums(after)
        grown = np.where(own == before_sum, after_sum, grown)
        within = draft.townships["code"].isin(codes).to_numpy(bool)
        draft.set_people(after, np.where(within, grown, own))


class SetPopulation(TableAction):
    """The residents of one village (its code)."""

    village: Id
    population: People

    def change(self, draft: Draft) -> None:
        """Give a village other residents; its township's own total moves by the difference."""
        code = draft.village_code(self.village)
        row = int(np.flatnonzero((draft.villages["code"] == code).to_numpy(bool))[0])
        people = draft.villages["population"].to_numpy(float).copy()
        more = self.population - people[row]
        people[row] = self.population
        unit = draft.villages["township"].iloc[row]
        draft.set_people(people, draft.own_totals(unit, 0.0 if np.isnan(more) else more))


class AddVillage(WithColumns):
    """A new settlement; any village column may stand beside these."""

    table = "villages"
    code: Id
    name: Name
    township: Id
    kind: Annotated[str, word_of("village_kind")] = "village"
    population: People
    area_class: Annotated[str, BeforeValidator(as_text), word_of("area_class")] = "rural"
    lon: Lon
    lat: Lat

    def change(self, draft: Draft) -> None:
        """Add a settlement at the end of the table; its people are at its point."""
        if self.code in set(draft.villages["code"]):
            raise MisfitError("scenario.code_taken", taken=shown(self.code))
        point = draft.place(self.lon, self.lat, NEAR_COUNTY_KM)
        unit = draft.township_code(self.township)
        cells: dict[str, Any] = {
            **self.cells,
            "code": self.code,
            "name": self.name,
            "township": unit,
            "kind": self.kind,
            "population": self.population,
            "area_code": self.area_class,
            "area_class": area_class(self.area_class),
            "lon": self.lon,
            "lat": self.lat,
            "polygon": None,
        }
        if cells.get("serving_facility") is not None:
            draft.facility_row(str(cells["serving_facility"]))
        draft.villages = with_row(draft.villages, cells, point)
        people = draft.villages["population"].to_numpy(float)
        draft.set_people(people, draft.own_totals(unit, self.population))
