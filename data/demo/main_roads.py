"""The main roads of the demonstration county: drawn by hand, invented, as are their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from demo.land import Land
from demo.plane import Array, LonLat, spline, to_xy

STEP_M: Final = 150.0
REACH_M: Final = 1100.0
OVERSHOOT_M: Final = 12.0
CENTRE: Final[LonLat] = (112.3380, 28.5985)
YINGFENG: Final[LonLat] = (112.26333, 28.66083)
XINQIAOHE: Final[LonLat] = (112.18623, 28.60892)
XINQIAOHE_NORTH: Final[LonLat] = (112.1860, 28.6200)
CIHUKOU: Final[LonLat] = (112.55056, 28.73278)
SHATOU: Final[LonLat] = (112.4680, 28.6220)
ZHANGJIASAI: Final[LonLat] = (112.4800, 28.6930)
NORTH_RING: Final[LonLat] = (112.3200, 28.6290)
EAST_RING: Final[LonLat] = (112.3560, 28.6500)
CHANGCHUN: Final[LonLat] = (112.3640, 28.6800)


@dataclass(frozen=True)
class MainRoad:
    """A road through the points given; `bridges` names its bridges by water."""

    name: str
    highway: str
    points: list[LonLat]
    ref: str = ""
    maxspeed: str = ""
    bridges: dict[str, str] = field(default_factory=dict)


MAIN_ROADS: Final[list[MainRoad]] = [
    MainRoad(
        "环城国道", "trunk",
        [(112.0700, 28.6245), (112.1100, 28.6215), (112.1500, 28.6250), XINQIAOHE_NORTH,
         (112.2350, 28.6155), (112.2850, 28.6225), NORTH_RING, (112.3420, 28.6380),
         EAST_RING, CHANGCHUN, (112.3590, 28.7080), (112.3540, 28.7420)],
        ref="G000", maxspeed="80",
    ),
    MainRoad(
        "沿江西路", "secondary",
        [(112.3183, 28.5985), (112.2850, 28.5950), (112.2500, 28.5985),
         (112.2150, 28.6055), XINQIAOHE],
        maxspeed="60",
    ),
    MainRoad(
        "人民路", "primary",
        [(112.3183, 28.5985), (112.3280, 28.5993), CENTRE, (112.3550, 28.6015),
         (112.3760, 28.6080), (112.4000, 28.6165), (112.4165, 28.6220),
         (112.4400, 28.6235), SHATOU],
        ref="S001", maxspeed="60", bridges={"甘溪港河": "甘溪港大桥"},
    ),
    MainRoad(
        "迎风路", "primary",
        [(112.3183, 28.5985), (112.3110, 28.6120), (112.3000, 28.6250),
         (112.2850, 28.6400), YINGFENG, (112.2480, 28.6850), (112.2300, 28.7020)],
        ref="S002", maxspeed="60", bridges={"撇洪河": "迎风桥"},
    ),
    MainRoad(
        "资江一桥路", "primary",
        [CENTRE, (112.3385, 28.5900), (112.3390, 28.5780)],
        maxspeed="50", bridges={"资江": "资江一桥"},
    ),
    MainRoad(
        "资江二桥路", "primary",
        [(112.2985, 28.6230), (112.2960, 28.6080), (112.2955, 28.5955),
         (112.2950, 28.5720)],
        maxspeed="60", bridges={"资江": "资江二桥"},
    ),
    MainRoad(
        "建设路", "secondary",
        [CENTRE, (112.3365, 28.6120), (112.3340, 28.6250), (112.3350, 28.6342)],
    ),
    MainRoad(
        "金花路", "secondary",
        [(112.2955, 28.6050), (112.3183, 28.6090), (112.3365, 28.6120),
         (112.3560, 28.6170), (112.3760, 28.6300), (112.3900, 28.6420)],
    ),
    MainRoad(
        "文昌路", "secondary",
        [(112.3183, 28.5985), (112.3183, 28.6090), (112.3195, 28.6180), NORTH_RING],
    ),
    MainRoad(
        "马良路", "secondary",
        [(112.3550, 28.6015), (112.3560, 28.6170), (112.3550, 28.6350), EAST_RING],
    ),
    MainRoad(
        "沙张公路", "secondary",
        [SHATOU, (112.4730, 28.6450), (112.4700, 28.6680), ZHANGJIASAI],
        ref="X001", bridges={"民主垸干渠": "民主一桥"},
    ),
    MainRoad(
        "张茈公路", "secondary",
        [ZHANGJIASAI, (112.5000, 28.7050), (112.5250, 28.7200), CIHUKOU],
        ref="X001",
    ),
    MainRoad(
        "新李公路", "secondary",
        [XINQIAOHE, (112.1660, 28.6000), (112.1400, 28.5930), (112.1260, 28.5850),
         (112.1080, 28.5680), (112.0880, 28.5590)],
        ref="X002", bridges={"新桥河": "新桥"},
    ),
    MainRoad(
        "新杨公路", "secondary",
        [XINQIAOHE, XINQIAOHE_NORTH, (112.1800, 28.6380), (112.1560, 28.6450),
         (112.1500, 28.6600), (112.1440, 28.6790)],
        ref="X003",
    ),
    MainRoad(
        "迎杨公路", "secondary",
        [YINGFENG, (112.2330, 28.6580), (112.2050, 28.6490), (112.1800, 28.6380)],
        ref="X003",
    ),
    MainRoad(
        "迎长公路", "secondary",
        [YINGFENG, (112.2850, 28.6640), (112.3050, 28.6760), (112.3350, 28.6850),
         CHANGCHUN],
        ref="X004",
    ),
    MainRoad(
        "长张公路", "secondary",
        [(112.3605, 28.6700), (112.3850, 28.6740), (112.4040, 28.6900),
         (112.4150, 28.7030), (112.4280, 28.7050), (112.4550, 28.7000), ZHANGJIASAI],
        ref="X005", bridges={"甘溪港河": "堤南桥"},
    ),
    MainRoad(
        "香北公路", "tertiary",
        [(112.3350, 28.6850), (112.3120, 28.7000), (112.2900, 28.7160)],
    ),
    MainRoad(
        "皇家湖路", "tertiary",
        [(112.3590, 28.7080), (112.3580, 28.7180), (112.3250, 28.7180)],
    ),
    MainRoad(
        "长甘公路", "tertiary",
        [EAST_RING, (112.3800, 28.6540), (112.4000, 28.6400), (112.4050, 28.6180)],
    ),
    MainRoad(
        "环湖东路", "tertiary",
        [(112.3850, 28.6740), (112.4020, 28.7080), (112.3980, 28.7300)],
    ),
    MainRoad(
        "桥南公路", "tertiary",
        [(112.2500, 28.5985), (112.2620, 28.6130), (112.2640, 28.6300), YINGFENG],
    ),
    MainRoad(
        "西山公路", "tertiary",
        [(112.1260, 28.5850), (112.1130, 28.6030), (112.1100, 28.6215),
         (112.1120, 28.6420), (112.1330, 28.6480), (112.1560, 28.6450)],
    ),
    MainRoad(
        "北山公路", "tertiary",
        [(112.1500, 28.6600), (112.1700, 28.6605), (112.1960, 28.6680),
         (112.2200, 28.6780), (112.2480, 28.6850)],
    ),
    MainRoad(
        "沙东公路", "tertiary",
        [SHATOU, (112.5030, 28.6330), (112.5300, 28.6500), (112.5580, 28.6700)],
    ),
    MainRoad(
        "中垸路", "tertiary",
        [(112.5060, 28.6110), (112.5030, 28.6330), (112.4990, 28.6650),
         (112.4960, 28.6920), (112.4900, 28.7250), (112.4920, 28.7600)],
    ),
    MainRoad(
        "东垸路", "tertiary",
        [(112.5320, 28.6340), (112.5300, 28.6500), (112.5310, 28.6900),
         (112.5270, 28.7210), (112.5240, 28.7500), (112.5220, 28.7780)],
    ),
    MainRoad(
        "茈南路", "tertiary",
        [CIHUKOU, (112.5560, 28.7000), (112.5580, 28.6700), (112.5640, 28.6560)],
    ),
    MainRoad(
        "茈北路", "tertiary",
        [CIHUKOU, (112.5530, 28.7560), (112.5560, 28.7860)],
    ),
    MainRoad(
        "茈东路", "tertiary",
        [CIHUKOU, (112.5850, 28.7370), (112.6120, 28.7360)],
    ),
    MainRoad(
        "外垸路", "tertiary",
        [(112.5850, 28.7370), (112.5880, 28.7000), (112.5880, 28.6720)],
    ),
    MainRoad(
        "西垸路", "tertiary",
        [ZHANGJIASAI, (112.4620, 28.7150), (112.4500, 28.7380)],
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A stretch of main road between two junctions, metres, vertices at most `STEP_M` apart."""

    road: MainRoad
    bridge: str
    points: Array


def main_pieces(land: Land) -> list[Piece]:
    """Return the main roads and dike roads cut at their crossings and at the river banks."""
    roads = list(MAIN_ROADS)
    lines = [LineString(spline(to_xy(road.points), STEP_M)) for road in roads]
    for name, line in _dikes(land):
        roads.append(MainRoad(name, "unclassified" if name == "环湖大堤" else "tertiary", []))
        lines.append(line)
    lines = [
        _reaching(line, [*lines[:index], *lines[index + 1 :]], land)
        if index < len(MAIN_ROADS)
        else line
        for index, line in enumerate(lines)
    ]
    pieces = shapely.get_parts(shapely.union_all(np.array(lines), grid_size=0.1))
    pieces = [piece for piece in pieces if piece.length > 2 * OVERSHOOT_M]
    wet = land.wet
    found = []
    for piece in pieces:
        road = roads[_owner(piece.interpolate(0.5, normalized=True), lines)]
        for part, over in _at_banks(piece, land, wet):
            bridge = road.bridges.get(over, f"{road.name}{over}桥") if over else ""
            found.append(Piece(road, bridge, _densify(part, bool(over))))
    return found


def _reaching(line: LineString, others: list[LineString], land: Land) -> LineString:
    """Return `line` led on to the nearest other road where it would stop short of it."""
    web = shapely.union_all(np.array(others))
    points = list(line.coords)
    for end in (0, -1):
        stop = Point(points[end])
        away = stop.distance(web)
        if 2 < away < REACH_M and land.outline.contains(stop):
            near = web.interpolate(web.project(stop))
            beyond = 1 + OVERSHOOT_M / away
            further = (
                round(stop.x + (near.x - stop.x) * beyond, 1),
                round(stop.y + (near.y - stop.y) * beyond, 1),
            )
            if LineString([stop, further]).intersects(land.wet):
                continue
            points.insert(0 if end == 0 else len(points), further)
    return LineString(points)


def _owner(point: Point, lines: list[LineString]) -> int:
    away = shapely.distance(np.array(lines), point)
    return int(np.flatnonzero(away < 0.6)[0])


def _at_banks(piece: LineString, land: Land, wet: BaseGeometry) -> Iterator[tuple[LineString, str]]:
    """Yield the parts of `piece` on land and, with the water's name, those on bridges."""
    if not piece.intersects(wet):
        yield piece, ""
        return
    for water in land.waters:
        crossing = piece.intersection(water.surface)
        if crossing.is_empty or water.line is None:
            continue
        ends = sorted(piece.project(Point(xy)) for xy in shapely.get_coordinates(crossing))
        start, end = max(ends[0] - 12, 0), min(ends[-1] + 12, piece.length)
        if start > 1:
            yield shapely.ops.substring(piece, 0, start), ""
        bridge = shapely.ops.substring(piece, start, end)
        yield LineString([bridge.coords[0], bridge.coords[-1]]), water.name
        if end < piece.length - 1:
            yield from _at_banks(shapely.ops.substring(piece, end, piece.length), land, wet)
        return
    yield piece, ""


def _densify(line: LineString, bridge: bool) -> Array:
    if not bridge:
        line = shapely.segmentize(line, STEP_M)
    points = np.round(np.asarray(line.coords), 1)
    keep = [0]
    for index in range(1, len(points) - 1):
        if np.hypot(*(points[index] - points[keep[-1]])) > 40 and (
            np.hypot(*(points[index] - points[-1])) > 40
        ):
            keep.append(index)
    return points[[*keep, len(points) - 1]]


def _dikes(land: Land) -> list[tuple[str, LineString]]:
    """Return the roads on the dikes: along the rivers, and around the eastern polder."""
    rivers = shapely.union_all(
        [water.surface for water in land.waters if water.name in ("资江", "甘溪港河")]
    )
    banks = rivers.buffer(420)
    found = []
    for half in (land.west, land.east):
        dry = max(shapely.get_parts(half.difference(rivers)), key=lambda part: part.area)
        ring = dry.buffer(-420).buffer(300).simplify(15).exterior
        by_river = shapely.line_merge(ring.intersection(banks))
        found += [("沿江大堤", part) for part in shapely.get_parts(by_river) if part.length > 1500]
        if half is land.east:
            found += [
                ("环湖大堤", part)
                for part in shapely.get_parts(shapely.line_merge(ring.difference(banks)))
                if part.length > 300
            ]
    return found
