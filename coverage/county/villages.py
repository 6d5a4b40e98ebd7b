"""Villages and communities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.blanks import with_blanks_as_zero
from coverage.county.files import shown
from coverage.county.lookup import township_codes
from coverage.county.overlaps import overlaps
from coverage.county.places import NEAR_COUNTY_KM, check_places, check_units, crs_for, places_of
from coverage.county.table import Table
from coverage.county.values import needed, read_columns
from coverage.county.words import fold, vocabulary
from coverage.crs import WGS84
from coverage.figures import share_text
from coverage.problems import Problem, Problems

URBAN_CODES: Final = frozenset({"urban", "111", "112"})


def area_class(area_code: str) -> str:
    """Return ``urban`` or ``rural`` for an area code.

    Urban is ``urban`` itself, 111 (main urban area) and 112 (urban fringe) of the statistics
    bureau's classes; towns (121-123), township centres (210) and villages (220) are rural.
    """
    return "urban" if area_code in URBAN_CODES else "rural"


def read_villages(
    table: Table,
    townships: gpd.GeoDataFrame | None,
    datum: str,
    problems: Problems,
    blank_is_zero: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """Return the villages as `County.villages` describes them.

    Parameters
    ----------
    table
        As read.
    townships
        In the county's CRS; None where they could not be read, and then nothing that needs
        them is checked.
    datum
        Of the table's ``lon`` and ``lat``.
    problems
        Problems are added to it.
    blank_is_zero
        Columns in which an empty cell is 0, or no.
    """
    needed(table, "name", problems)
    needed(table, "township", problems)
    columns = read_columns(table, "villages", problems, leave=("lon", "lat"))
    frame = pd.DataFrame(columns)
    frame = with_blanks_as_zero(table, "villages", frame, blank_is_zero, problems)
    places = places_of(table, datum, problems, required=True, townships=townships)
    stated = frame["township"].astype("string")
    if townships is not None:
        frame["township"] = township_codes(table, stated, townships, problems)
        if townships.geometry.notna().all():
            check_places(
                table, places, townships, problems, far_km=NEAR_COUNTY_KM, near_level="warning"
            )
            check_units(table, places, townships, frame["township"], problems)
    frame["population"] = frame["population"].astype("Float64").to_numpy(float, na_value=np.nan)
    frame["kind"] = _kinds(table, frame, problems)
    frame["area_code"] = _area_codes(table, frame, townships, problems)
    frame["area_class"] = frame["area_code"].map(area_class)
    frame["lon"], frame["lat"] = places.lon, places.lat
    frame["source_row"] = table.rows
    problems.extend(_quality(table, frame))
    required = ("code", "name", "township", "kind", "area_code", "area_class")
    frame = frame.astype(dict.fromkeys(required, "str"))
    crs = crs_for(townships)
    polygons = gpd.GeoSeries(places.polygon, crs=WGS84).to_crs(crs)
    if townships is not None:
        problems.extend(_overlaps(table, polygons))
    return gpd.GeoDataFrame(frame.assign(polygon=polygons), geometry=places.points(crs), crs=crs)


def _kinds(table: Table, frame: pd.DataFrame, problems: Problems) -> pd.Series[str]:
    """Fill the kinds that are not given by the end of the name."""
    empty = table.blank("kind")
    endings = tuple(word for word in vocabulary("village_name_ending"))
    by_name = (
        frame["name"]
        .fillna("")
        .map(lambda name: "community" if fold(name).endswith(endings) else "village")
    )
    if empty.any():
        problems.append(table.problem("county.kind_assumed", empty, column="kind", level="note"))
    return frame["kind"].fillna(by_name.astype("string"))


def _area_codes(
    table: Table,
    frame: pd.DataFrame,
    townships: pd.DataFrame | None,
    problems: Problems,
) -> pd.Series[str]:
    """Fill the area classes that are not given: streets are urban, all else rural."""
    empty = table.blank("area_class")
    streets: set[object] = set()
    if townships is not None:
        streets = set(townships.loc[(townships["kind"] == "street").fillna(False), "code"])
    assumed = frame["township"].map(lambda code: "urban" if code in streets else "rural")
    if empty.any():
        problems.append(
            table.problem("county.area_assumed", empty, column="area_class", level="warning")
        )
    return frame["area_class"].fillna(assumed.astype("string"))


def _quality(table: Table, frame: pd.DataFrame) -> list[Problem]:
    problems = Problems()
    unknown = table.blank("population") & frame["population"].isna().to_numpy(bool)
    if unknown.any():
        problems.append(
            table.problem(
                "county.population_unknown", unknown, column="population", level="warning"
            )
        )
    named = frame["name"].notna() & frame["township"].notna()
    keys = frame.loc[named, "township"] + " " + frame.loc[named, "name"].map(fold)
    for key in keys[keys.duplicated()].unique():
        same = (keys == key).reindex(frame.index, fill_value=False).to_numpy(bool)
        value = shown(frame.loc[same, "name"].iloc[0])
        problems.append(
            table.problem(
                "county.village_name_twice", same, column="name", level="warning", value=value
            )
        )
    return problems


def _overlaps(table: Table, polygons: gpd.GeoSeries) -> list[Problem]:
    pairs = overlaps(np.asarray(polygons.array, dtype=object))
    if not pairs:
        return []
    worst = max(pairs, key=lambda pair: pair.share)
    names = table.text("name")
    involved = {row for pair in pairs for row in (pair.first, pair.second)}
    return [
        table.problem(
            "county.villages_overlap",
            np.isin(np.arange(len(polygons)), list(involved)),
            level="warning",
            pairs=len(pairs),
            first=shown(names.iloc[worst.first]),
            second=shown(names.iloc[worst.second]),
            share=share_text(worst.share),
        )
    ]
