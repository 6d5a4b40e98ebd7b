"""Small counties written out in a few lines, with the minutes given instead of roads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from coverage.county.config import CountyConfig
from coverage.county.model import County, InputFile
from coverage.county.words import columns
from coverage.network.model import Network, NetworkNote
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.evaluate import evaluate_rule
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.minutes import AccessMinutes, Evidence
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.travel.model import Response
from tests.county_builder import build_county, county_config

CRS_M = CRS.from_epsg(4546)
SIDE_M = 10_000.0
Row = Mapping[str, Any]


def config(code: str = "430902", rules: Mapping[str, Any] | None = None) -> CountyConfig:
    return county_config(code, rules=rules)


def county(
    townships: Sequence[Row],
    villages: Sequence[Row] = (),
    facilities: Sequence[Row] = (),
    code: str = "430902",
    rules: Mapping[str, Any] | None = None,
) -> County:
    """A county whose townships are squares of 10 km side by side along x, in the order given.

    A village or facility may give ``x, y`` in metres; a village otherwise is in the middle of
    its township. A village may give ``half_side_m`` of a square polygon around its point. Every
    other key of a village or facility is a column of ``data/columns.csv``; what is not given is
    not known.
    """
    squares = {
        t["code"]: box(i * SIDE_M, 0, (i + 1) * SIDE_M, SIDE_M) for i, t in enumerate(townships)
    }
    places = [
        Point(v["x"], v["y"]) if "x" in v else squares[v["township"]].centroid for v in villages
    ]
    table_t = gpd.GeoDataFrame(
        {
            "code": [t["code"] for t in townships],
            "name": [t.get("name", f"名{t['code']}") for t in townships],
            "kind": [t.get("kind", "township") for t in townships],
            "population": pd.array([_known(t.get("population")) for t in townships], "Float64"),
            "source_row": range(1, len(townships) + 1),
        },
        geometry=[t.get("geometry", squares[t["code"]]) for t in townships],
        crs=CRS_M,
    )
    table_v = gpd.GeoDataFrame(
        {
            "code": [v["code"] for v in villages],
            "name": [v.get("name", f"村{v['code']}") for v in villages],
            "township": [v["township"] for v in villages],
            "kind": [v.get("kind", "village") for v in villages],
            "population": [_float(v.get("population")) for v in villages],
            "area_code": [str(v.get("area", "220")) for v in villages],
            "area_class": [
                "urban" if str(v.get("area", "220")) in {"urban", "111", "112"} else "rural"
                for v in villages
            ],
            **_cells("villages", villages),
            "source_row": range(2, len(villages) + 2),
        },
        geometry=gpd.GeoSeries(places, crs=CRS_M),
        crs=CRS_M,
    )
    table_v["polygon"] = gpd.GeoSeries(
        [_square(v, p) for v, p in zip(villages, places, strict=True)], crs=CRS_M
    )
    table_f = gpd.GeoDataFrame(
        {
            "id": [f.get("id", f"f{i}") for i, f in enumerate(facilities)],
            "name": [f.get("name", f"机构{i}") for i, f in enumerate(facilities)],
            "kind": [f["kind"] for f in facilities],
            **_cells("facilities", facilities),
            "source_row": range(2, len(facilities) + 2),
        },
        geometry=gpd.GeoSeries(
            [Point(f["x"], f["y"]) if "x" in f else None for f in facilities], crs=CRS_M
        ),
        crs=CRS_M,
    )
    return build_county(
        table_t,
        table_v,
        table_f,
        config=config(code, rules),
        inputs=[InputFile("villages", "villages.csv", "0" * 64, len(villages))],
    )


def response(place: County, minutes: Sequence[float | None], station: int = 0) -> Response:
    """The response when an ambulance of facility row `station` needs `minutes` to each village."""
    total = np.array([math.nan if m is None else float(m) for m in minutes])
    reached = ~np.isnan(total)
    ids = place.facilities["id"]
    table = pd.DataFrame(
        {
            "station": pd.array([station if r else pd.NA for r in reached], "Int64"),
            "station_id": pd.array([ids.iloc[station] if r else pd.NA for r in reached], "string"),
            "turnout_min": np.where(reached, 3.0, np.nan),
            "leaving_min": np.where(reached, 0.0, np.nan),
            "drive_min": total - 3.0,
            "access_min": np.where(reached, 0.0, np.nan),
            "response_min": total,
        }
    )
    demand = table.iloc[place.demand["village"].to_numpy()].reset_index(drop=True)
    return Response(villages=table, demand=demand, stations=(station,), quality=())


def evidence(place: County, villages: Sequence[Row], station: int = 0) -> Evidence:
    """What a rule is tested with: villages give ``minutes`` until an ambulance comes.

    ``travel_min`` of a village is the residents' time to the facility in row ``to`` (0) of the
    facilities that the rule names, or to the one that serves them.
    """
    travel = np.array([math.nan if (m := v.get("travel_min")) is None else m for v in villages])
    rows = [pd.NA if np.isnan(m) else v.get("to", 0) for m, v in zip(travel, villages, strict=True)]
    table = pd.DataFrame(
        {"facility": pd.array(rows, "Int64"), "minutes": travel.astype(float), "far": False}
    )
    demand = table.iloc[place.demand["village"].to_numpy()].reset_index(drop=True)
    times = response(place, [v.get("minutes") for v in villages], station)
    return Evidence(times, AccessMinutes(table, demand))


def rule_result(rule: Rule, place: County, times: Evidence) -> RuleResult:
    """What testing `rule` gives on a county of which nothing is derived yet."""
    return evaluate_rule(rule, CountyFacts(place), times)


def network(*, backward: bool = True) -> Network:
    """One straight road through the middle of three townships, 30 km at 60 km/h."""
    length_m = 3 * SIDE_M
    note = NetworkNote(2, 1, {"primary": 30.0}, 1, 0.0, 0.0, 0, {"footway": 2})
    line = LineString([(0, SIDE_M / 2), (length_m, SIDE_M / 2)])
    edges = gpd.GeoDataFrame(
        {
            "edge_id": [0],
            "begin_share": [0.0],
            "end_share": [1.0],
            "u": [0],
            "v": [1],
            "forward": [True],
            "backward": [backward],
            "length_m": [length_m],
            "highway": ["primary"],
            "speed_forward_kph": [60.0],
            "speed_backward_kph": [60.0],
            "drive_forward_min": [30.0],
            "drive_backward_min": [30.0],
            "joinable": [True],
            "main": [backward],
            "main_as_read": [backward],
            "component": [0],
        },
        geometry=[line],
        crs=CRS_M,
    )
    ends_x, ends_y = np.array([0.0, length_m]), np.full(2, SIDE_M / 2)
    return Network(CRS_M, ends_x, ends_y, edges, note, ())


def rule_for(catalogue: Mapping[str, Rule], rule_id: str, place: County) -> Rule:
    """The rule as `place` would test it, brought in if it is another region's."""
    stated = {**place.config.rules.get(rule_id, {}), "enabled": True}
    rules = applicable_rules(config(place.config.county.code, {rule_id: stated}), catalogue)
    return next(rule for rule in rules if rule.id == rule_id)


_OWN = {"id", "code", "name", "kind", "population", "area_class", "lon", "lat"}
_DTYPES = {"yes_no": "boolean", "integer": "Float64", "number": "Float64"}


def _cells(table: str, rows: Sequence[Row]) -> dict[str, object]:
    """The optional columns of a table as the county's reader gives them."""
    found: dict[str, object] = {}
    for column in columns()[table]:
        name = column.column
        if (
            name in _OWN
            or column.type == "geometry"
            or (table == "villages" and name == "township")
        ):
            continue
        dtype = "Float64" if name == "level" else _DTYPES.get(column.type, "string")
        found[name] = pd.array([_given(row.get(name)) for row in rows], dtype)
    return found


def _given(value: object) -> object:
    return pd.NA if value is None else value


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _known(value: float | None) -> object:
    return pd.NA if value is None else float(value)


def _square(village: Row, point: Point) -> BaseGeometry | None:
    half = village.get("half_side_m")
    return point.buffer(half, cap_style="square") if half else None
