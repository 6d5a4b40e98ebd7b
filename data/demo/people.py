"""Villages of the demonstration county: real names and codes, invented places and residents."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from demo.land import Land
from demo.plane import Array, LonLat, to_xy

# Residents of the 7th census (2020) shared out among the units by hand: urban, rural.
# They add up to 188,465 and 167,940, the census totals of the district.
UNIT_RESIDENTS: Final[dict[str, tuple[int, int]]] = {
    "大码头街道": (45_873, 0),
    "汽车路街道": (68_412, 0),
    "迎风桥镇": (2_876, 19_385),
    "沙头镇": (2_743, 14_982),
    "茈湖口镇": (3_953, 21_467),
    "长春镇": (15_268, 40_317),
    "新桥河镇": (9_214, 48_624),
    "张家塞乡": (0, 23_165),
    "长春经济开发区": (40_126, 0),
}
CENSUS_URBAN: Final = 188_465
CENSUS_RURAL: Final = 167_940

STREETS: Final = frozenset({"大码头街道", "汽车路街道"})
ZONES: Final = frozenset({"长春经济开发区"})

# The statistics bureau's classes; a village that is not named is 111 in a street, 112 in the
# zone and 220 elsewhere.
AREA_CODES: Final[dict[str, str]] = {
    "马良社区": "111", "白马山社区": "111", "五里堆社区": "111", "接城堤社区": "111",
    "联盟社区": "112", "打伞树村": "112", "南门桥村": "112", "香山村": "121", "先锋桥村": "122",
    "虎形山社区": "121", "龚家坪社区": "121", "黄甲山村": "122", "迎丰桥社区": "121",
    "海南塘社区": "121", "茈湖口社区": "121", "窑园里社区": "210", "明朗村": "122",
}  # fmt: skip

# Places with a known or telling position; the town points are GeoNames'.
PINS: Final[dict[str, LonLat]] = {
    "迎丰桥社区": (112.26333, 28.66083),
    "虎形山社区": (112.18623, 28.60892),
    "龚家坪社区": (112.1945, 28.6135),
    "黄甲山村": (112.1905, 28.6020),
    "茈湖口社区": (112.55056, 28.73278),
    "明朗村": (112.5600, 28.7300),
    "石码头社区": (112.31831, 28.59745),
    "海南塘社区": (112.4680, 28.6220),
    "窑园里社区": (112.4800, 28.6930),
    "联盟社区": (112.3640, 28.6150),
    "打伞树村": (112.3620, 28.6280),
    "南门桥村": (112.3760, 28.6080),
    "香山村": (112.3350, 28.6850),
    "先锋桥村": (112.3440, 28.6820),
    "甘溪港村": (112.4080, 28.6180),
    "皇家湖村": (112.3700, 28.7050),
    "李昌港村": (112.1260, 28.5850),
    "杨林坳村": (112.1560, 28.6450),
    "五房洲村": (112.2215, 28.5915),
    "新桥山村": (112.1760, 28.6200),
    "凤凰坝村": (112.1330, 28.6610),
    "邹家桥村": (112.2760, 28.7010),
    "邹家窖村": (112.5880, 28.7610),
    "合兴村": (112.4450, 28.7170),
    "大潭洲村": (112.4360, 28.7300),
}


@dataclass(frozen=True)
class Village:
    """One village or community."""

    code: str
    name: str
    unit: str
    x: float
    y: float
    area_code: str
    residents: int

    @property
    def urban(self) -> bool:
        """Whether the census counts its residents as urban (111-123)."""
        return self.area_code < "200"


def read_names(path: Path) -> list[tuple[str, str, str]]:
    """Return code, name and unit of every village, as a bureau writes them."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["village_code"], row["village"].removesuffix("委会"), row["town"])
            for row in csv.DictReader(file)
        ]


def settle(
    names: list[tuple[str, str, str]], land: Land, rng: np.random.Generator
) -> list[Village]:
    """Return the villages with their points, area classes and residents."""
    villages: list[Village] = []
    for unit in UNIT_RESIDENTS:
        mine = [(code, name) for code, name, town in names if town == unit]
        places = _places(unit, [name for _, name in mine], land, rng)
        codes = [_area_code(name, unit) for _, name in mine]
        residents = _residents(unit, codes, rng)
        villages += [
            Village(code, name, unit, float(x), float(y), area, count)
            for (code, name), (x, y), area, count in zip(
                mine, places, codes, residents, strict=True
            )
        ]
    return sorted(villages, key=lambda village: village.code)


def _area_code(name: str, unit: str) -> str:
    usual = "111" if unit in STREETS else "112" if unit in ZONES else "220"
    return AREA_CODES.get(name, usual)


def _places(unit: str, names: list[str], land: Land, rng: np.random.Generator) -> Array:
    """Return a point for each name: pinned, or spread evenly over the unit's dry land."""
    small = unit in STREETS or unit in ZONES
    room = land.units[unit].buffer(-120 if small else -450)
    dry = room.difference(land.wet.buffer(120 if small else 260)).difference(
        land.island.buffer(500)
    )
    pinned = [name for name in names if name in PINS]
    fixed = to_xy([PINS[name] for name in pinned]) if pinned else np.empty((0, 2))
    loose = [name for name in names if name not in PINS]
    crowd = _scatter(dry, 4000, rng)
    centres = np.vstack([fixed, crowd[: len(loose)]])
    for _ in range(12):
        nearest = _nearest(crowd, centres)
        for index in range(len(fixed), len(centres)):
            near = crowd[nearest == index]
            if len(near):
                centres[index] = near.mean(axis=0)
    spread = np.sqrt(dry.area / max(len(names), 1))
    shaken = centres + rng.uniform(-0.16, 0.16, centres.shape) * spread
    keep = shapely.contains_xy(dry, shaken[:, 0], shaken[:, 1])
    keep[: len(fixed)] = False
    centres = np.where(keep[:, None], shaken, centres)
    outside = ~shapely.contains_xy(dry, centres[:, 0], centres[:, 1])
    outside[: len(fixed)] = False
    centres[outside] = crowd[_nearest(centres[outside], crowd)]
    by_name = dict(zip([*pinned, *loose], np.round(centres, 1), strict=True))
    return np.array([by_name[name] for name in names])


def _scatter(shape: BaseGeometry, count: int, rng: np.random.Generator) -> Array:
    west, south, east, north = shape.bounds
    drawn = np.round(rng.uniform((west, south), (east, north), (count * 8, 2)), 1)
    shapely.prepare(shape)
    return drawn[shapely.contains_xy(shape, drawn[:, 0], drawn[:, 1])][:count]


def _nearest(points: Array, centres: Array) -> np.ndarray:
    away = np.hypot(
        points[:, None, 0] - centres[None, :, 0], points[:, None, 1] - centres[None, :, 1]
    )
    return away.argmin(axis=1)


def _residents(unit: str, codes: list[str], rng: np.random.Generator) -> list[int]:
    """Return whole numbers that add up to the unit's urban and rural residents."""
    # A town's seat holds far more people than the villages around it that are counted urban.
    weight = np.exp(rng.normal(0, 0.28, len(codes)))
    weight *= [{"112": 1.4, "122": 0.6}.get(code, 1.0) for code in codes]
    urban = np.array([code < "200" for code in codes])
    counts = np.zeros(len(codes), dtype=int)
    for chosen, total in zip((urban, ~urban), UNIT_RESIDENTS[unit], strict=True):
        if chosen.any():
            counts[chosen] = share_out(total, weight[chosen])
    return [int(count) for count in counts]


def share_out(total: int, weight: Array) -> np.ndarray:
    """Return whole numbers in proportion to `weight` that add up to `total`."""
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]] += 1
    return whole
