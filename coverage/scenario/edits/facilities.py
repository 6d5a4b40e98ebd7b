"""Edits of facilities."""

from __future__ import annotations

from typing import Annotated, Any, Self

import geopandas as gpd
import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from coverage.county.facilities import FAR_OUTSIDE_KM
from coverage.county.files import shown
from coverage.scenario.action import Id, Lat, Lon, Name, TableAction, WithColumns, word_of
from coverage.scenario.columns import Cell
from coverage.scenario.draft import Draft, MisfitError, with_row


class AddFacility(WithColumns):
    """A new facility; any facility column may stand beside these."""

    table = "facilities"
    id: Id
    name: Name
    kind: Annotated[str, word_of("facility_kind")]
    lon: Lon
    lat: Lat
    township: Id | None = None
    village: Id | None = None

    def change(self, draft: Draft) -> None:
        """Add a facility at the end of the table."""
        if self.id in set(draft.facilities["id"]):
            raise MisfitError("scenario.id_taken", id=shown(self.id))
        point = draft.place(self.lon, self.lat, FAR_OUTSIDE_KM)
        cells: dict[str, Any] = {
            **self.cells,
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "township": None if self.township is None else draft.township_code(self.township),
            "village": None if self.village is None else draft.village_code(self.village),
            "lon": self.lon,
            "lat": self.lat,
        }
        draft.facilities = with_row(draft.facilities, cells, point)


class MoveFacility(TableAction):
    """A facility goes to another place."""

    id: Id
    lon: Lon
    lat: Lat

    def change(self, draft: Draft) -> None:
        """Put a facility elsewhere; in another township or village it belongs there."""
        row = draft.facility_row(self.id)
        point = draft.place(self.lon, self.lat, FAR_OUTSIDE_KM)
        before = draft.facilities.geometry.iloc[row]
        cells: dict[str, Cell] = {"lon": self.lon, "lat": self.lat}
        if before is None or draft.unit_at(before) != draft.unit_at(point):
            cells |= {"township": None, "village": None}
        elif draft.nearest_village(before) != draft.nearest_village(point):
            cells |= {"village": None}
        draft.set_cells(row, cells)
        geometry = np.asarray(draft.facilities.geometry.array, dtype=object).copy()
        geometry[row] = point
        draft.facilities = draft.facilities.set_geometry(gpd.GeoSeries(geometry, crs=draft.crs))


class RemoveFacility(TableAction):
    """A facility closes."""

    id: Id

    def change(self, draft: Draft) -> None:
        """Take a facility away; villages that name it as theirs name none."""
        row = draft.facility_row(self.id)
        kept = np.arange(len(draft.facilities)) != row
        draft.facilities = draft.facilities[kept].reset_index(drop=True)
        if "serving_facility" in draft.villages:
            served = (draft.villages["serving_facility"] == self.id).fillna(False).to_numpy(bool)
            if served.any():
                cells = draft.villages["serving_facility"].mask(served)
                draft.villages = draft.villages.assign(serving_facility=cells)


class ChangeFacility(WithColumns):
    """Other figures for a facility: any column, null = not known."""

    table = "facilities"
    barred = frozenset({"lon", "lat"})
    id: Id

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.cells:
            raise PydanticCustomError("nothing_stated", "no column")
        return self

    def change(self, draft: Draft) -> None:
        """Give a facility other figures."""
        row = draft.facility_row(self.id)
        cells = dict(self.cells)
        for name, find in (("township", draft.township_code), ("village", draft.village_code)):
            if cells.get(name) is not None:
                cells[name] = find(str(cells[name]))
        for name in ("name", "kind"):
            if name in cells and cells[name] is None:
                raise MisfitError("scenario.never_blank", column=name)
        draft.set_cells(row, cells)
