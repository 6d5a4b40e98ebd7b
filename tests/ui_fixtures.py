"""A report made by hand, for tests of what the app shows of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box

from coverage.assessment.report import Report, ResponseSummary
from coverage.county.config import CountyConfig
from coverage.county.model import InputFile
from coverage.crs import projected_crs
from coverage.network.model import Network, NetworkNote
from coverage.problems import Problem
from coverage.rules.catalogue.load import OwnRules
from coverage.rules.model.results import RuleResult, UnitResult
from coverage.rules.model.rule import Rule
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from tests.county_builder import build_county, county_config

EVIL = "<script>alert(1)</script>![x](http://evil.example/x.png) $a$ *b* `c` 🚑"

CRS = projected_crs(112.3, 28.6)
_VILLAGES = (
    # code, name, township, people, minutes, limit, covered
    ("430902101201", "甲村", "T1", 1200.0, 12.5, 30.0, True),
    ("430902101202", EVIL, "T1", 800.0, 41.25, 30.0, False),
    ("430902102201", "丙村", "T2", 300.0, np.nan, 30.0, False),
    ("430902102202", "丁社区", "T2", 5000.0, 12.0, 10.0, False),
    ("430902102203", "戊村", "T2", 900.0, np.nan, 30.0, False),
    ("430902102204", "己村", "T2", 700.0, 32.0, 30.0, False),
)


def config(*, illustrative: bool = True, name: str = "测试区") -> CountyConfig:
    return county_config(name=name, name_en="Test District", illustrative=illustrative)


def rule(rule_id: str, title: str) -> Rule:
    return Rule.model_validate(
        {
            "id": rule_id,
            "title": {"zh": title, "en": f"{rule_id} in English"},
            "kind": "response_time",
            "unit": "share",
            "parameters": {
                "urban_limit_min": {
                    "value": 10.0,
                    "origin": "text",
                    "unit": "min",
                    "meaning": {"zh": "城区时限", "en": "urban limit"},
                },
                "rural_limit_min": {
                    "value": 30.0,
                    "origin": "text",
                    "unit": "min",
                    "meaning": {"zh": "乡村时限", "en": "rural limit"},
                },
                "urban_classes": {
                    "value": ["urban", "111", "112"],
                    "origin": "assumption",
                    "meaning": {"zh": "哪些算城区", "en": "what is urban"},
                },
                "required_share": {
                    "value": 1.0,
                    "origin": "assumption",
                    "meaning": {"zh": "应达到的比例", "en": "share required"},
                },
            },
            "scope": {"regions": ["4309"], "unit_kinds": []},
            "reading": {"zh": f"{title}的理解", "en": f"reading of {rule_id}"},
            "sources": [
                {
                    "document": "doc",
                    "title": "测试文件",
                    "number": "测发〔2023〕1号",
                    "date": "2023-01-02",
                    "clause": "第三条",
                    "force": "target",
                    "deadline": "2025",
                    "paraphrase": {"zh": f"{title}的条文大意", "en": f"gist of {rule_id}"},
                }
            ],
        }
    )


def due_by(rule: Rule, deadline: str) -> Rule:
    """Return the rule as if each of its documents named this deadline."""
    sources = tuple(s.model_copy(update={"deadline": deadline}) for s in rule.sources)
    return rule.model_copy(update={"sources": sources})


def result(rule_id: str, title: str, verdict: str, observed: float) -> RuleResult:
    unit = UnitResult("T1", "第一镇", "met", 1.0, 1.0, 0.0)
    return RuleResult(
        rule=rule(rule_id, title),
        verdict=verdict,
        observed=observed,
        required=1.0,
        unit="share",
        population_total=8900.0,
        population_short=7700.0,
        shortfall=1.0 - observed,
        note=None,
        units=(unit,),
    )


def villages() -> gpd.GeoDataFrame:
    code, name, township, people, minutes, limit, covered = zip(*_VILLAGES, strict=True)
    response = np.array(minutes)
    reached = ~np.isnan(response)
    return gpd.GeoDataFrame(
        {
            "code": code,
            "name": name,
            "township": township,
            "township_name": ["第一镇" if t == "T1" else "第二街道" for t in township],
            "kind": ["community" if "社区" in n else "village" for n in name],
            "area_class": ["urban" if v == 10.0 else "rural" for v in limit],
            "population": people,
            "station_id": pd.array(["S1" if r else None for r in reached], dtype="str"),
            "station_name": pd.array(["中心站" if r else None for r in reached], dtype="str"),
            "turnout_min": np.where(reached, 3.0, np.nan),
            "leaving_min": np.where(np.isnan(response), np.nan, 0.0),
            "drive_min": response - 3.5,
            "access_min": np.where(reached, 0.5, np.nan),
            "response_min": response,
            "limit_min": limit,
            "covered": covered,
        },
        geometry=[Point(500_000 + 900 * i, 3_165_000 + 700 * (i % 3)) for i in range(len(code))],
        crs=CRS,
    )


def report(*, illustrative: bool = True, name: str = "测试区") -> Report:
    """Two townships, six villages of which one is in time, one station, one road."""
    table = villages()
    polygons = [
        box(499_000, 3_164_000, 501_500, 3_168_000),
        box(501_500, 3_164_000, 506_000, 3_168_000),
    ]
    townships = gpd.GeoDataFrame(
        {
            "code": ["T1", "T2"],
            "name": ["第一镇", "第二街道"],
            "kind": ["township", "street"],
            "population": pd.array([2000.0, 6900.0], dtype="Float64"),
            "source_row": [1, 2],
        },
        geometry=polygons,
        crs=CRS,
    )
    lonlat = table.geometry.to_crs(4326)
    county_villages = gpd.GeoDataFrame(
        {
            "code": table["code"],
            "name": table["name"],
            "township": table["township"],
            "kind": table["kind"],
            "population": table["population"],
            "area_code": table["area_class"],
            "area_class": table["area_class"],
            "service_mode": pd.array([None] * len(table), dtype="str"),
            "lon": lonlat.x,
            "lat": lonlat.y,
            "polygon": [None] * len(table),
            "source_row": range(2, len(table) + 2),
        },
        geometry=table.geometry,
        crs=CRS,
    )
    facilities = gpd.GeoDataFrame(
        {
            "id": ["S1"],
            "name": ["中心站"],
            "kind": ["emergency_station"],
            "township": ["T1"],
            "village": pd.array([None], dtype="str"),
            "lon": [112.3],
            "lat": [28.6],
            "ambulances": pd.array([2.0], dtype="Float64"),
            "source_row": [2],
        },
        geometry=[Point(500_500, 3_165_500)],
        crs=CRS,
    )
    quality = (
        Problem(
            "ui.no_folder", level="warning", values={"folder": EVIL}, file="villages.csv", rows=(3,)
        ),
        Problem("ui.no_county", level="note", count=4),
    )
    county = build_county(
        townships,
        county_villages,
        facilities,
        config=config(illustrative=illustrative, name=name),
        folder=Path("somewhere"),
        given_columns={"facilities": frozenset({"id", "name", "kind", "ambulances"})},
        inputs=[
            InputFile("county", "county.toml", "0123456789abcdef" * 4, 0),
            InputFile("villages", "villages.csv", "fedcba9876543210" * 4, len(table)),
        ],
        quality=quality,
    )
    edges = gpd.GeoDataFrame(
        {
            "edge_id": [0],
            "begin_share": [0.0],
            "end_share": [1.0],
            "u": [0],
            "v": [1],
            "forward": [True],
            "backward": [True],
            "length_m": [5000.0],
            "highway": ["primary"],
            "area_class": ["rural"],
            "speed_forward_kph": [60.0],
            "speed_backward_kph": [60.0],
            "drive_forward_min": [5.0],
            "drive_backward_min": [5.0],
            "joinable": [True],
            "main": [True],
            "main_as_read": [True],
            "bridge": [False],
            "name": [EVIL],
            "component": [0],
        },
        geometry=[LineString([(500_000, 3_165_200), (505_000, 3_165_200)])],
        crs=CRS,
    )
    network = Network(
        crs=CRS,
        node_x=np.array([500_000.0, 505_000.0]),
        node_y=np.array([3_165_200.0, 3_165_200.0]),
        edges=edges,
        note=NetworkNote(2, 1, {"primary": 5.0}, 1, 0.0, 0.0, 0, {}),
        quality=(),
    )
    times = pd.DataFrame(
        {
            "station": pd.array(
                [0 if s == "S1" else None for s in table["station_id"]], dtype="Int64"
            ),
            **{
                column: table[column]
                for column in (
                    "station_id",
                    "turnout_min",
                    "leaving_min",
                    "drive_min",
                    "access_min",
                    "response_min",
                )
            },
        }
    )
    return Report(
        county=county,
        engine=TravelEngine(network),
        catalogue=OwnRules({}, frozenset()),
        limit_rule=result("ems-1030", "十分钟三十分钟", "unmet", 1200 / 8900).rule,
        response=Response(villages=times, demand=times.copy(), stations=(0,), quality=()),
        summary=ResponseSummary(8900.0, 1200.0, 1200 / 8900, 1200.0, 18.5, 41.25),
        villages=table,
        units=gpd.GeoDataFrame(
            {
                "code": ["T1", "T2"],
                "name": ["第一镇", "第二街道"],
                "kind": ["township", "street"],
                "population": [2000.0, 6900.0],
                "covered_share": [0.6, 0.0],
            },
            geometry=polygons,
            crs=CRS,
        ),
        rules=(
            result("ems-1030", "十分钟三十分钟", "unmet", 1200 / 8900),
            result("township-hospital", "乡镇卫生院", "met", 1.0),
        ),
        quality=quality,
        parameters={},
    )


def without_late_villages() -> Report:
    whole = report()
    return replace(whole, villages=whole.villages.assign(covered=True))
