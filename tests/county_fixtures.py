"""A minimal county folder that is valid in every part, and ways to spoil or replace each part.

Four square townships, 0.05 degrees wide, two by two, around 112.30 E 28.60 N:

    C | D
    --+--
    A | B
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, box

WEST: Final = 112.25
SOUTH: Final = 28.55
SIDE: Final = 0.05

TOML: Final = """\
[county]
name = "试验区"
name_en = "Trial District"
code = "430902"
illustrative = true

[sources]
townships = "townships.geojson"
villages = "villages.csv"
facilities = "facilities.csv"
roads = "roads.geojson"
"""


def townships() -> gpd.GeoDataFrame:
    """Return four squares: two townships, a street and a development zone (WGS-84)."""
    squares = [
        box(WEST + i * SIDE, SOUTH + j * SIDE, WEST + (i + 1) * SIDE, SOUTH + (j + 1) * SIDE)
        for j in range(2)
        for i in range(2)
    ]
    return gpd.GeoDataFrame(
        {
            "code": ["430902101", "430902102", "430902001", "430902401"],
            "name": ["甲镇", "乙乡", "丙街道", "丁开发区"],
            "kind": ["镇", "乡", "街道", "开发区"],
            "population": [3000, 2500, 9000, 700],
        },
        geometry=squares,
        crs="EPSG:4326",
    )


def villages() -> pd.DataFrame:
    """Return eight villages, two in each township, with residents that sum to its total."""
    places = [(0.3, 0.4), (0.7, 0.6)]
    rows = []
    towns = townships()
    people = [(1800, 1200), (1500, 1000), (5000, 4000), (400, 300)]
    for t, (town, counts) in enumerate(zip(towns.itertuples(), people, strict=True)):
        for v, ((dx, dy), residents) in enumerate(zip(places, counts, strict=True)):
            street = town.kind == "街道"
            rows.append(
                {
                    "code": f"{town.code}{'00' if street else '20'}{v + 1}",
                    "name": f"{town.name[0]}{'一二'[v]}{'社区' if street else '村'}",
                    "township": town.name,
                    "kind": "社区" if street else "村",
                    "population": residents,
                    "area_class": "111" if street else "220",
                    "lon": round(WEST + (t % 2 + dx) * SIDE, 6),
                    "lat": round(SOUTH + (t // 2 + dy) * SIDE, 6),
                }
            )
    return pd.DataFrame(rows)


def facilities() -> pd.DataFrame:
    """Return a hospital, two township hospitals, a clinic and a station with an ambulance."""
    return pd.DataFrame(
        {
            "id": ["F1", "F2", "F3", "F4", "F5"],
            "name": ["试验区人民医院", "甲镇卫生院", "乙乡卫生院", "甲一村卫生室", "丁急救站"],
            "kind": ["县医院", "乡镇卫生院", "乡镇卫生院", "村卫生室", "急救站"],
            "township": ["丙街道", "甲镇", "乙乡", "甲镇", "丁开发区"],
            "village": ["", "", "", "甲一村", ""],
            "lon": [112.27, 112.28, 112.32, 112.265, 112.33],
            "lat": [28.62, 28.575, 28.58, 28.57, 28.63],
            "ambulances": [2, 0, 1, 0, 1],
            "beds": [300, 40, 30, 0, 0],
        }
    )


def roads() -> gpd.GeoDataFrame:
    """Return a lattice of roads over the four squares, lines sharing their end points."""
    steps = 8
    width = 2 * SIDE / steps

    def at(i: int, j: int) -> tuple[float, float]:
        return (round(WEST + i * width, 6), round(SOUTH + j * width, 6))

    lines = [
        LineString([at(i, j), at(i + 1, j)]) for j in range(steps + 1) for i in range(steps)
    ] + [LineString([at(i, j), at(i, j + 1)]) for i in range(steps + 1) for j in range(steps)]
    return gpd.GeoDataFrame({"highway": ["secondary"] * len(lines)}, geometry=lines, crs=4326)


def _write(path: Path, content: object) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, gpd.GeoDataFrame):
        path.write_text(content.to_json(ensure_ascii=False), encoding="utf-8")
    elif isinstance(content, pd.DataFrame):
        content.to_csv(path, index=False, encoding="utf-8")
    else:
        raise TypeError(type(content))


def write_county(folder: Path, **overrides: object) -> Path:
    """Write a county folder and return it.

    Parameters
    ----------
    folder
        Made if it is not there.
    overrides
        ``toml``, ``townships``, ``villages``, ``facilities``, ``roads``: a table, a text or
        bytes in place of the file's content; None leaves the file out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, object] = {
        "toml": TOML,
        "townships": townships(),
        "villages": villages(),
        "facilities": facilities(),
        "roads": roads(),
    }
    unknown = overrides.keys() - content.keys()
    assert not unknown, unknown
    content |= overrides
    files = {
        "toml": "county.toml",
        "townships": "townships.geojson",
        "villages": "villages.csv",
        "facilities": "facilities.csv",
        "roads": "roads.geojson",
    }
    for role, name in files.items():
        _write(folder / name, content[role])
    return folder
