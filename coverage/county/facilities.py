"""Hospitals, centres, clinics and stations, and what they have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.blanks import with_blanks_as_zero
from coverage.county.lookup import township_codes, village_codes
from coverage.county.places import check_places, check_units, crs_for, places_of
from coverage.county.table import Table
from coverage.county.values import Cells, needed, read_columns
from coverage.county.words import fold, vocabulary
from coverage.problems import Problem, Problems

FAR_OUTSIDE_KM: Final = 50.0


def read_facilities(
    table: Table,
    townships: gpd.GeoDataFrame | None,
    villages: pd.DataFrame | None,
    datum: str,
    problems: Problems,
    blank_is_zero: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """Return the facilities as `County.facilities` describes them.

    Parameters
    ----------
    table
        As read.
    townships, villages
        None where they could not be read, and then nothing that needs them is checked.
    datum
        Of the table's ``lon`` and ``lat``.
    problems
        Problems are added to it.
    blank_is_zero
        Columns in which an empty cell is 0, or no.
    """
    needed(table, "name", problems)
    needed(table, "kind", problems)
    columns = read_columns(table, "facilities", problems, leave=("lon", "lat"))
    columns["grade_a"] = _graded(table, columns["grade_a"], problems)
    frame = pd.DataFrame(columns)
    frame = with_blanks_as_zero(table, "facilities", frame, blank_is_zero, problems)
    places = places_of(table, datum, problems, required=False, townships=townships)
    if townships is not None:
        frame["township"] = township_codes(table, columns["township"], townships, problems)
        if townships.geometry.notna().all():
            check_places(
                table, places, townships, problems, far_km=FAR_OUTSIDE_KM, near_level="note"
            )
            check_units(table, places, townships, frame["township"], problems)
    if villages is not None:
        frame["village"] = village_codes(
            table, columns["village"], frame["township"], villages, problems
        )
    frame["lon"], frame["lat"] = places.lon, places.lat
    frame["source_row"] = table.rows
    problems.extend(_quality(table, frame))
    frame = frame.astype(dict.fromkeys(("id", "name", "kind"), "str"))
    crs = crs_for(townships)
    return gpd.GeoDataFrame(frame, geometry=places.points(crs), crs=crs)


def _graded(table: Table, stated: Cells, problems: Problems) -> Cells:
    """Return which facilities are of grade A: as their column says, else as ``level`` does.

    A level without a grade says nothing of it; two cells that say the contrary are an error.
    """
    words = table.text("level").map(lambda cell: vocabulary("grade_in_level").get(fold(cell)))
    implied = words.map({"yes": True, "no": False}).astype("boolean")
    contrary = (implied != stated).fillna(False).to_numpy(bool)
    if contrary.any():
        problems.append(table.problem("county.grade_differs", contrary, column="grade_a"))
    return stated.fillna(implied)


def _quality(table: Table, frame: pd.DataFrame) -> list[Problem]:
    problems = Problems()
    if table.geometry is None:
        nowhere = table.blank("lon") & table.blank("lat")
    else:
        nowhere = np.isnan(frame["lon"].to_numpy(float))
    if nowhere.any():
        problems.append(table.problem("county.facility_without_place", nowhere, level="warning"))
    station = (frame["kind"] == "emergency_station").fillna(False).to_numpy(bool)
    unknown = station & table.blank("ambulances") & frame["ambulances"].isna().to_numpy(bool)
    if unknown.any():
        problems.append(
            table.problem(
                "county.station_without_ambulances", unknown, column="ambulances", level="warning"
            )
        )
    return problems
