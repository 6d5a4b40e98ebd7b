"""Reports put together by hand, small and large, for the maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from coverage.assessment.report import Report, ResponseSummary
from coverage.county.config import ResponseParameters
from coverage.county.model import InputFile
from coverage.crs import WGS84, projected_crs
from coverage.network.model import Network, NetworkNote
from coverage.network.respeed import respeed
from coverage.problems import Problem
from coverage.rules.catalogue.load import OwnRules
from coverage.rules.model.results import RuleResult, UnitResult, Verdict
from coverage.rules.model.rule import Bilingual, Parameter, Rule, Scope, SourceClause
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from tests.county_builder import build_county, county_config

CRS = projected_crs(112.3, 28.6)
ORIGIN_X, ORIGIN_Y = Transformer.from_crs(WGS84, CRS, always_xy=True).transform(112.3, 28.6)

HOSTILE = (
    "<script>window.stolen=1</script>",
    "a\"b'c`d`${window.stolen=2}",
    "{{ 7*7 }}{% raw %}",
    "</script><img src=x onerror=window.stolen=3>",
    "$\\frac{1}{2}$ 村 \U0001f691",
    "&lt;b&gt; &amp; _1_2\u2028",
)

_ROADS = ("trunk", "primary", "secondary", "tertiary", "unclassified", "primary_link")


def _rule() -> RuleResult:
    rule = Rule(
        id="ems-1030",
        title=Bilingual(
            zh="城区10分钟、农村30分钟到达现场", en="Ten minutes in town, thirty outside"
        ),
        kind="response_time",
        parameters={
            name: Parameter(value=value, origin="text", meaning=Bilingual(zh="时限", en="Limit"))
            for name, value in (
                ("urban_limit_min", 10.0),
                ("rural_limit_min", 30.0),
                ("urban_classes", ["urban"]),
                ("required_share", 1.0),
            )
        },
        scope=Scope(regions=("430902",)),
        reading=Bilingual(zh="城区指城镇代码", en="Urban means the urban codes"),
        unit="share",
        sources=(
            SourceClause(
                document="plan",
                title="资阳区卫生健康规划",
                number="资政发〔2022〕1号",
                date="2022-01-01",
                clause="第三章第二节",
                force="target",
                paraphrase=Bilingual(zh="急救圈", en="Emergency circle"),
            ),
        ),
    )
    return RuleResult(
        rule=rule, verdict="unmet", observed=0.8, required=1.0, unit="share",
        population_total=10_000.0, population_short=2_000.0, shortfall=0.2,
        note=None, units=(),
    )  # fmt: skip


def _units(side_m: float, across: int, names: Sequence[str]) -> gpd.GeoDataFrame:
    step = side_m / across
    boxes = [
        shapely.box(
            ORIGIN_X + i * step, ORIGIN_Y + j * step,
            ORIGIN_X + (i + 1) * step, ORIGIN_Y + (j + 1) * step,
        )
        for j in range(across) for i in range(across)
    ]  # fmt: skip
    count = len(boxes)
    given = [names[i] if i < len(names) else f"第{i + 1}镇" for i in range(count)]
    return gpd.GeoDataFrame(
        {
            "code": [f"4309021{i:02d}" for i in range(count)],
            "name": given,
            "kind": [("township", "street", "zone")[i % 3] for i in range(count)],
            "population": np.linspace(1_000, 90_000, count),
            "covered_share": [np.nan if i == 1 else 0.25 + 0.5 * i / count for i in range(count)],
        },
        geometry=boxes,
        crs=CRS,
    )


def _network(side_m: float, lines: int) -> Network:
    """A lattice of `lines` roads each way, whose main lines are of higher class."""
    ticks = np.linspace(0, side_m, lines)
    x, y = (v.ravel() for v in np.meshgrid(ORIGIN_X + ticks, ORIGIN_Y + ticks))
    number = np.arange(lines * lines).reshape(lines, lines)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1, :].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:, :].ravel()])
    line = np.concatenate([
        np.repeat(np.arange(lines), lines - 1), np.tile(np.arange(lines), lines - 1),
    ])  # fmt: skip
    every = max(lines // 5, 1)
    highway = [
        _ROADS[(i // every) % 4] if i % every == every // 2 else _ROADS[4] for i in line.tolist()
    ]
    ends = np.stack([np.column_stack([x[u], y[u]]), np.column_stack([x[v], y[v]])], axis=1)
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(u)), "begin_share": 0.0, "end_share": 1.0,
            "u": u, "v": v, "forward": True, "backward": True,
            "length_m": np.hypot(x[u] - x[v], y[u] - y[v]), "highway": highway,
            "area_class": "rural", "limit_forward_kph": np.inf, "limit_backward_kph": np.inf,
            "bridge": False, "joinable": True, "name": None, "main": True,
            "main_as_read": True, "component": 0,
        },
        geometry=shapely.linestrings(ends),
        crs=CRS,
    )  # fmt: skip
    note = NetworkNote(len(x), len(edges), {}, 1, 0.0, 0.0, 0, {})
    return respeed(Network(CRS, x, y, edges, note, ()), ResponseParameters())


def _villages(names: Sequence[str], minutes: Sequence[float], side_m: float) -> gpd.GeoDataFrame:
    count = len(minutes)
    rng = np.random.default_rng(7)
    xy = rng.uniform(0.03, 0.97, (count, 2)) * side_m + [ORIGIN_X, ORIGIN_Y]
    given = [names[i] if i < len(names) else f"村{i + 1}" for i in range(count)]
    response = np.asarray(minutes, dtype=float)
    reached = ~np.isnan(response)
    limit = np.where(np.arange(count) % 2 == 0, 30.0, 10.0)
    return gpd.GeoDataFrame(
        {
            "code": [f"430902100{i:04d}" for i in range(count)],
            "name": given,
            "township": "430902100",
            "township_name": given[::-1],
            "kind": "village",
            "area_class": np.where(limit == 10, "urban", "rural"),
            "population": np.geomspace(300, 20_000, count) if count else [],
            "station_id": pd.Series(np.where(reached, "S1", None), dtype="str"),
            "station_name": pd.Series(np.where(reached, "中心站", None), dtype="str"),
            "turnout_min": np.where(reached, 3.0, np.nan),
            "leaving_min": np.where(reached, 0.2, np.nan),
            "drive_min": response - 3.7,
            "access_min": np.where(reached, 0.5, np.nan),
            "response_min": response,
            "limit_min": limit,
            "covered": response <= limit,
        },
        geometry=shapely.points(xy) if count else [],
        crs=CRS,
    )


def _facilities(names: Sequence[str], side_m: float) -> gpd.GeoDataFrame:
    kinds = (
        "emergency_station", "county_hospital", "township_hospital", "village_clinic", "nursery",
        "community_centre",
    )  # fmt: skip
    rng = np.random.default_rng(3)
    xy = rng.uniform(0.1, 0.9, (len(kinds), 2)) * side_m + [ORIGIN_X, ORIGIN_Y]
    points: list[shapely.Point | None] = list(shapely.points(xy))
    points[-1] = None
    given = [names[i] if i < len(names) else f"机构{i + 1}" for i in range(len(kinds))]
    ambulances = pd.array([3, 2, pd.NA, 0, pd.NA, 1], dtype="Float64")
    return gpd.GeoDataFrame(
        {"id": [f"F{i}" for i in range(len(kinds))], "name": given, "kind": kinds,
         "ambulances": ambulances},
        geometry=points, crs=CRS,
    )  # fmt: skip


def make_report(
    *,
    names: Sequence[str] = (),
    minutes: Sequence[float] = (0, 5, 5.000001, 10, 12, 20, 30, 30.000001, 45, 46, np.nan),
    side_m: float = 24_000.0,
    across: int = 3,
    lines: int = 15,
    illustrative: bool = True,
    name: str = "资阳区",
    facilities: bool = True,
) -> Report:
    """Return a report; `names` are given to the first units, villages and facilities alike."""
    units = _units(side_m, across, names)
    villages = _villages(names, minutes, side_m)
    table = _facilities(names, side_m)
    stations: tuple[int, ...] = (0, 1)
    if not facilities:
        table, stations = table.iloc[:0], ()
    demand = villages.assign(village=np.arange(len(villages)))
    county = build_county(
        units,
        villages,
        table,
        config=county_config(
            name=name, name_en="Ziyang District", illustrative=illustrative, roads="roads.osm.pbf"
        ),
        demand=demand,
        inputs=[
            InputFile("townships", "townships.geojson", "", 9),
            InputFile("villages", "villages.csv", "", 11),
            InputFile("roads", "roads.osm.pbf", "", 9),
        ],
    )
    people = villages["population"].to_numpy(dtype=float)
    covered = float(people[villages["covered"].to_numpy(dtype=bool)].sum())
    unreachable = float(people[villages["response_min"].isna().to_numpy()].sum())
    total = float(people.sum())
    summary = ResponseSummary(
        total, covered, covered / total if total else np.nan, unreachable, 14.2, 31.7
    )
    warning = Problem(
        code="maps.outside", level="warning", values={"count": 2}, file="facilities.csv"
    )
    return Report(
        county=county, engine=TravelEngine(_network(side_m, lines)),
        catalogue=OwnRules({}, frozenset()), limit_rule=_rule().rule,
        response=Response(villages=villages, demand=demand, stations=stations, quality=()),
        summary=summary, villages=villages, units=units, rules=(_rule(),),
        quality=(warning,), parameters={},
    )  # fmt: skip


def large_report() -> Report:
    """Return a county of some 50,000 nodes, 1,000 villages and 25 units."""
    minutes = np.random.default_rng(1).gamma(2.0, 9.0, 1_000)
    minutes[::40] = np.nan
    return make_report(minutes=list(minutes), side_m=60_000.0, across=5, lines=224)


def with_roads(report: Report, highways: Sequence[str]) -> Report:
    """Return `report` with the classes of its roads replaced in turn by `highways`."""
    edges = report.network.edges
    classes = [highways[i % len(highways)] for i in range(len(edges))]
    network = replace(report.network, edges=edges.assign(highway=classes))
    return replace(report, engine=TravelEngine(network))


def with_units(report: Report, codes: Sequence[str]) -> Report:
    """Return `report` with a rule that judges the units `codes`, the verdicts in turn."""
    verdicts: tuple[Verdict, ...] = ("met", "unmet", "not_assessable", "not_applicable")
    (result,) = report.rules
    units = tuple(
        UnitResult(code, f"U{i}", verdicts[i % 4], 0.25, 1.0, 0.75) for i, code in enumerate(codes)
    )
    return replace(report, rules=(replace(result, units=units),))
