"""A whole county folder of a few rows, on a straight road, written into a temporary place."""

from __future__ import annotations

import json
from pathlib import Path

TOML = """
[county]
name = "{name}"
code = "{code}"
[sources]
townships = "townships.geojson"
villages = "villages.csv"
facilities = "facilities.csv"
roads = "roads.osm"
{more}
"""

VILLAGES = """编码,名称,所属乡镇,类型,常住人口,城乡分类代码,lon,lat
{code}001201,东村,东镇,村,1000,220,112.30,28.60
{code}001202,=cmd|'/C calc'!A0,东镇,村,500,220,112.35,28.60
{code}002001,河街社区,西街道,社区,60000,111,112.21,28.60
"""

FACILITIES = """id,name,kind,township,village,lon,lat,ambulances
s1,县医院,county_hospital,西街道,,112.20,28.60,1
h1,东镇卫生院,township_hospital,东镇,,112.30,28.60,0
c1,东村卫生室,village_clinic,,{code}001201,,,
"""


def write_folder(
    folder: Path, code: str = "430902", name: str = "试验区", more: str = "", **changed: str
) -> Path:
    """Write a good folder; `changed` replaces a file's text by the name of its role."""
    folder.mkdir(parents=True)
    (folder / "county.toml").write_text(
        TOML.format(name=name, code=code, more=more), encoding="utf-8"
    )
    townships = [
        _township(f"{code}001", "东镇", "镇", 112.25, 112.40),
        _township(f"{code}002", "西街道", "街道", 112.15, 112.25),
    ]
    files = {
        "townships": json.dumps(
            {"type": "FeatureCollection", "features": townships}, ensure_ascii=False
        ),
        "villages": VILLAGES.format(code=code),
        "facilities": FACILITIES.format(code=code),
        "roads": _roads(),
        **changed,
    }
    endings = {"townships": ".geojson", "roads": ".osm"}
    for role, text in files.items():
        (folder / (role + endings.get(role, ".csv"))).write_text(text, encoding="utf-8")
    return folder


def _township(code: str, name: str, kind: str, west: float, east: float) -> dict[str, object]:
    ring = [[west, 28.5], [east, 28.5], [east, 28.7], [west, 28.7], [west, 28.5]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, "kind": kind},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _roads() -> str:
    places = [112.18, 112.20, 112.22, 112.26, 112.30, 112.35, 112.38]
    nodes = "".join(f'<node id="{i}" lat="28.60" lon="{x}"/>' for i, x in enumerate(places, 1))
    refs = "".join(f'<nd ref="{i}"/>' for i in range(1, len(places) + 1))
    way = f'<way id="1">{refs}<tag k="highway" v="primary"/></way>'
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{way}</osm>'
