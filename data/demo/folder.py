"""Writes the demonstration county's tables, settings and README."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from demo.care import HEADERS, Facility, service_mode
from demo.land import Land
from demo.people import STREETS, UNIT_RESIDENTS, ZONES, Village
from demo.plane import ZIYANG, Plane, geometry_to_lonlat, to_lonlat

TEXTS: Final = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True)
class Unit:
    """A township, street or zone; its outline is in metres."""

    code: str
    name: str
    kind: str
    residents: int
    outline: BaseGeometry


def write_folder(
    out: Path, land: Land, villages: Sequence[Village], facilities: Sequence[Facility]
) -> None:
    """Write everything but the roads to the folder `out`."""
    codes = {village.unit: village.code[:9] for village in villages}
    units = [
        Unit(
            codes[name],
            name,
            "street" if name in STREETS else "zone" if name in ZONES else "township",
            sum(UNIT_RESIDENTS[name]),
            land.units[name],
        )
        for name in sorted(codes, key=lambda name: codes[name])
    ]
    write_townships(out / "townships.geojson", units)
    write_villages(out / "villages.csv", villages, service_mode)
    write_facilities(out / "facilities.csv", facilities)
    for name in ("county.toml", "README.md"):
        (out / name).write_bytes((TEXTS / name).read_bytes())
    (out / "rules").mkdir(exist_ok=True)
    for rule in sorted((TEXTS / "rules").glob("*.yaml")):
        (out / "rules" / rule.name).write_bytes(rule.read_bytes())


def write_townships(path: Path, units: Iterable[Unit], plane: Plane = ZIYANG) -> None:
    """Write the units as GeoJSON, one a line."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "population": unit.residents,
            },
            "geometry": shapely.geometry.mapping(
                geometry_to_lonlat(unit.outline.normalize(), plane)
            ),
        }
        for unit in units
    ]
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features
    )
    path.write_text(
        '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n",
        encoding="utf-8",
        newline="\n",
    )


def write_villages(
    path: Path,
    villages: Sequence[Village],
    mode: Callable[[Village], str],
    plane: Plane = ZIYANG,
) -> None:
    """Write the villages; `mode` says how one is served."""
    header = ["编码", "名称", "所属乡镇", "类型", "常住人口", "城乡分类代码", "经度", "纬度"]
    header += ["服务方式", "公共卫生委员会", "妇幼人员"]
    rows = []
    for index, village in enumerate(villages):
        lon, lat = to_lonlat([village.x, village.y], plane=plane)
        community = village.name.endswith("社区")
        rows.append(
            [
                village.code, village.name, village.unit, "社区" if community else "村",
                village.residents, village.area_code, f"{lon:.6f}", f"{lat:.6f}",
                mode(village),
                ("", "否")[index % 2] if index % 17 == 3 else "是",
                "" if index % 23 == 5 else "否" if index % 11 == 7 else "是",
            ]
        )  # fmt: skip
    _write_csv(path, header, rows)


def write_facilities(path: Path, facilities: Iterable[Facility]) -> None:
    """Write the facilities under their Chinese headers."""
    rows = ([f.values.get(column, "") for column in HEADERS] for f in facilities)
    _write_csv(path, list(HEADERS.values()), rows)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
