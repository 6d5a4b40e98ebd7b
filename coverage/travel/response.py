"""When an ambulance is at the scene: turn-out, leaving, drive and access."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.model import County
from coverage.messages import Message
from coverage.network.model import FloatArray, Snap
from coverage.network.snap import leg_min
from coverage.problems import Problem
from coverage.travel.engine import TravelEngine
from coverage.travel.journey import cut_off, off_main
from coverage.travel.model import Response

DECIMALS: Final = 9
"""Minutes are rounded to this, so that sums in another order compare the same with a limit."""

LONG_WAY_OUT_M: Final = 300
"""A station that is farther from its road than this has a road that the file does not show."""

BoolArray = npt.NDArray[np.bool_]


def respond(county: County, engine: TravelEngine) -> Response:
    """Return the response time at every village and demand point.

    A facility with ambulances and a place answers calls, if a road is within `max_access_m`. Of
    stations that are equally quick the first by id is named.

    Parameters
    ----------
    county
        Its `facilities`, `villages`, `demand` and ``[response]``.
    engine
        Over its roads.

    Returns
    -------
    Response
        Minutes rounded to `DECIMALS`; NaN where no station can come.
    """
    parameters = county.config.response
    facilities = county.facilities
    called = (facilities["ambulances"].astype("Float64").fillna(0.0) > 0).to_numpy(dtype=bool)
    placed = ~(facilities.geometry.isna() | facilities.geometry.is_empty).to_numpy()
    candidates = facilities[called & placed].sort_values("id", kind="stable")
    place = engine.snap(candidates.geometry, parameters)
    near = place.edge >= 0
    stations = candidates[near]
    n = len(county.villages)
    points = gpd.GeoSeries(
        np.concatenate(
            [np.asarray(county.villages.geometry.array), np.asarray(county.demand.geometry.array)]
        ),
        crs=county.crs,
    )
    journey = engine.journey(
        points,
        gpd.GeoSeries(stations.geometry),
        direction="from_facility",
        response=parameters,
    )
    table = _table(journey.table, facilities["id"], parameters.turnout_min)
    quality = (
        *_station_quality(
            county, called & ~placed, candidates, near, off_main(engine.network, place)
        ),
        *_long_way_out(county, candidates, place),
        *_facility_quality(county, engine),
        *_village_quality(county, engine, table.iloc[:n]),
    )
    return Response(
        villages=table.iloc[:n].reset_index(drop=True),
        demand=table.iloc[n:].reset_index(drop=True),
        stations=tuple(sorted(int(row) for row in stations.index)),
        quality=quality,
    )


def _table(journeys: pd.DataFrame, ids: pd.Series[str], turnout_min: float) -> pd.DataFrame:
    reached = journeys["facility"].notna().to_numpy(dtype=bool)
    turnout = np.where(reached, turnout_min, np.nan)
    leaving, drive, access = (
        journeys[leg].to_numpy() for leg in ("leaving_min", "drive_min", "access_min")
    )
    station_id = np.full(len(journeys), None, dtype=object)
    rows = journeys["facility"].to_numpy(dtype=np.int64, na_value=-1)
    station_id[reached] = ids.to_numpy(dtype=object)[rows[reached]]
    return pd.DataFrame(
        {
            "station": journeys["facility"].array,
            "station_id": pd.array(station_id, dtype="string"),
            "turnout_min": turnout,
            "leaving_min": leaving.round(DECIMALS),
            "drive_min": drive.round(DECIMALS),
            "access_min": access.round(DECIMALS),
            "response_min": (turnout + leaving + drive + access).round(DECIMALS),
        }
    )


def _station_quality(
    county: County,
    without_place: BoolArray,
    candidates: gpd.GeoDataFrame,
    near: BoolArray,
    apart: BoolArray,
) -> tuple[Problem, ...]:
    """Name the stations that cannot answer, or only part of the county."""
    file = county.config.sources.facilities.path
    metres = round(county.config.response.max_access_m)
    groups: tuple[tuple[str, gpd.GeoDataFrame, dict[str, object]], ...] = (
        ("travel.station_no_place", county.facilities[without_place], {}),
        ("travel.station_far", candidates[~near], {"metres": metres}),
        ("travel.station_off_main", candidates[apart], {}),
    )
    problems = [
        _problem(code, file, table, {"names": _names(table), **values})
        for code, table, values in groups
        if len(table)
    ]
    if not near.any():
        problems.append(Problem("travel.no_station", level="warning", file=file))
    return tuple(problems)


def _long_way_out(county: County, candidates: gpd.GeoDataFrame, place: Snap) -> tuple[Problem, ...]:
    """Name the stations that are so far from their road that a road to them may be missing."""
    long = (place.edge >= 0) & (place.distance_m > LONG_WAY_OUT_M)
    if not long.any():
        return ()
    minutes = float(leg_min(place, county.config.response)[long].max())
    values = {
        "metres": LONG_WAY_OUT_M,
        "minutes": f"{minutes:.1f}",
        "names": _names(candidates[long]),
    }
    file = county.config.sources.facilities.path
    return (_problem("travel.station_road_far", file, candidates[long], values),)


def _facility_quality(county: County, engine: TravelEngine) -> tuple[Problem, ...]:
    """Name the facilities that join another road than the nearest, which is cut off."""
    moved = county.facilities[engine.snap(county.facilities.geometry, county.config.response).moved]
    if moved.empty:
        return ()
    metres = round(county.config.response.next_road_m)
    values = {"count": len(moved), "names": _names(moved), "metres": metres}
    file = county.config.sources.facilities.path
    return (_problem("travel.facility_next_road", file, moved, values),)


def _village_quality(
    county: County, engine: TravelEngine, table: pd.DataFrame
) -> tuple[Problem, ...]:
    """Count and name villages that no station reaches, and why, and those that join another road.

    The people in them are counted as well.
    """
    file = county.config.sources.villages.path
    response = county.config.response
    villages = county.villages
    place = engine.snap(villages.geometry, response)
    far = (place.edge < 0) & np.isfinite(place.distance_m)
    unreached = table["response_min"].isna().to_numpy()
    # What is connected in one direction only may be reached, and is in order then.
    apart = off_main(engine.network, place) & (unreached | cut_off(engine.network, place))
    no_road = unreached & ~np.isfinite(place.distance_m)
    groups: tuple[tuple[str, BoolArray, dict[str, object]], ...] = (
        ("travel.village_no_road", no_road, {}),
        ("travel.village_far", far, {"metres": round(response.max_access_m)}),
        ("travel.village_off_main", apart, {}),
        ("travel.village_unreached", unreached & ~far & ~apart & ~no_road, {}),
        ("travel.village_next_road", place.moved, {"metres": round(response.next_road_m)}),
    )
    problems = []
    for code, which, values in groups:
        if which.any():
            named: dict[str, object] = {"count": int(which.sum())}
            named["people"] = _residents(villages["population"].to_numpy(dtype=float)[which])
            named["names"] = _names(villages[which])
            problems.append(_problem(code, file, villages[which], {**named, **values}))
    return tuple(problems)


def _residents(people: FloatArray) -> Message:
    """Return the words for the residents of some villages, those unknown not taken for none."""
    known = np.isfinite(people)
    if not known.any():
        return Message("travel.residents_unknown")
    code = "travel.residents" if known.all() else "travel.residents_at_least"
    return Message(code, {"people": f"{people[known].sum():,.0f}"})


def _problem(code: str, file: str, table: pd.DataFrame, values: dict[str, object]) -> Problem:
    # A row that a scenario added stands in no file: it has no number.
    rows = tuple(int(row) for row in table["source_row"] if row > 0)
    return Problem(code, level="warning", values=values, file=file, rows=rows, count=len(table))


def _names(table: pd.DataFrame) -> str:
    names = [str(name) for name in table["name"][:5]]
    return ", ".join(names) + (" …" if len(table) > 5 else "")
