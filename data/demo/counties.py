"""The illustrative counties: which there are, their units, villages and facilities."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from demo.care import Facility, Roadside, Value, equipment
from demo.later import add_later
from demo.minor_roads import Road
from demo.people import Village, share_out
from demo.plain import Sketch, spread
from demo.plane import Array, Plane, plane_at, to_lonlat

NUMERALS: Final = "一二三四五六七八九十"
PEOPLE_A_VILLAGE: Final = 3000
PEOPLE_A_COMMUNITY: Final = 9000
PEOPLE_A_HOSPITAL: Final = 250_000


@dataclass(frozen=True)
class Spec:
    """What is stated of one county, beside the census.

    Attributes
    ----------
    lon, lat
        About where it lies, degrees.
    area_km2
        A round figure, near the real one.
    n_townships, n_streets
        Round figures; townships that a policy document names are among them.
    named
        Those townships' real names.
    speeds
        The speed profile.
    tcm_level
        Of its hospital of Chinese medicine.
    sub_centres
        How many of its first townships have a sub-centre.
    """

    code: str
    name_en: str
    lon: float
    lat: float
    area_km2: float
    n_townships: int
    n_streets: int
    named: tuple[str, ...] = ()
    speeds: str = "hunan"
    tcm_level: str = "二级"
    sub_centres: int = 1


SPECS: Final = (
    Spec("430202", "Hetang District", 113.2, 27.9, 150, 1, 5),
    Spec("430203", "Lusong District", 113.2, 27.8, 220, 1, 6, sub_centres=0),
    Spec("430204", "Shifeng District", 113.1, 27.9, 170, 0, 5),
    Spec("430211", "Tianyuan District", 113.0, 27.8, 330, 3, 4),
    Spec("430212", "Lukou District", 113.1, 27.6, 1050, 8, 0, sub_centres=2),
    Spec("430223", "You County", 113.4, 27.1, 2650, 13, 4, tcm_level="三级", sub_centres=2),
    Spec("430224", "Chaling County", 113.6, 26.8, 2500, 12, 4),
    Spec("430225", "Yanling County", 113.8, 26.4, 2000, 10, 0, sub_centres=0),
    Spec("430281", "Liling City", 113.5, 27.7, 2150, 19, 5, tcm_level="三级", sub_centres=2),
    Spec(
        "371003", "Wendeng District", 122.0, 37.2, 1600, 12, 3,
        ("宋村镇", "葛家镇", "大水泊镇", "小观镇", "泽头镇"), "shandong", sub_centres=2,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Census:
    """Residents of a county, 7th census (2020)."""

    city: str
    name: str
    urban: int
    rural: int


def read_census(path: Path) -> dict[str, Census]:
    """Return the census figures by county code."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Census(row["city"], row["county"], int(row["urban"]), int(row["rural"]))
            for row in csv.DictReader(file)
        }


def plane_of(spec: Spec) -> Plane:
    """Return the metre grid in which the county is drawn."""
    return plane_at(spec.lon, spec.lat)


def townships_of(spec: Spec) -> list[str]:
    """Return the townships' names: the real ones first, then invented ones."""
    count = spec.n_townships - len(spec.named)
    invented = [
        f"示例{_numeral(number)}{'乡' if number % 4 == 0 else '镇'}"
        for number in range(1, count + 1)
    ]
    return [*spec.named, *invented]


def streets_of(spec: Spec) -> list[str]:
    """Return the streets' names, all invented."""
    return [f"示例{_numeral(number)}街道" for number in range(1, spec.n_streets + 1)]


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number <= 10:
        return NUMERALS[number - 1]
    return (NUMERALS[tens - 1] if tens > 1 else "") + "十" + (NUMERALS[ones - 1] if ones else "")


def settle_county(
    spec: Spec, census: Census, land: Sketch, rng: np.random.Generator
) -> list[Village]:
    """Return villages and communities whose residents add up to the census, urban and rural.

    A township has one community, its seat, which is urban; its villages are rural. Streets are
    urban throughout.
    """
    towns, streets = townships_of(spec), streets_of(spec)
    # With streets, most urban residents live in them; without, in the townships' seats.
    weights = [0.25 / max(len(towns), 1)] * len(towns) + [1.0 / max(len(streets), 1)] * len(streets)
    urban = share_out(census.urban, np.array(weights) * rng.uniform(0.6, 1.4, len(weights)))
    rural = share_out(census.rural, rng.uniform(0.6, 1.4, len(towns))) if towns else np.zeros(0)
    found: list[Village] = []
    for index, unit in enumerate([*towns, *streets]):
        code = f"{spec.code}{901 + index:03d}"
        in_town = int(urban[index])
        if unit in streets:
            n_communities, n_villages = max(2, round(in_town / PEOPLE_A_COMMUNITY)), 0
        else:
            n_communities = 1
            n_villages = max(2, round(int(rural[index]) / PEOPLE_A_VILLAGE))
        places = spread(land.units[unit], land.seats[unit], n_communities + n_villages, rng)
        residents = [
            *share_out(in_town, rng.uniform(0.6, 1.4, n_communities)),
            *(
                share_out(int(rural[index]), rng.uniform(0.6, 1.4, n_villages))
                if n_villages
                else ()
            ),
        ]
        for number, ((x, y), people) in enumerate(zip(places, residents, strict=True), start=1):
            community = number <= n_communities
            word = f"{number}号社区" if community else f"{number - n_communities}号村"
            area_code = "220" if not community else "111" if unit in streets else "121"
            found.append(
                Village(
                    f"{code}{number:03d}", unit + word, unit, float(x), float(y), area_code,
                    int(people),
                )
            )  # fmt: skip
    return found


def service_mode(village: Village) -> str:
    """Return how a village is served, by its number alone; empty where it is not known."""
    if not village.name.endswith("村"):
        return ""
    return {3: "中心卫生室", 7: "巡诊", 11: "派驻", 13: "", 14: "无"}.get(
        int(village.code) % 17, "卫生室"
    )


def staff_county(
    spec: Spec,
    name: str,
    villages: Sequence[Village],
    roads: Sequence[Road],
    rng: np.random.Generator,
) -> list[Facility]:
    """Return the county's facilities, all invented, in the order of the register."""
    plane = plane_of(spec)
    towns, streets = townships_of(spec), streets_of(spec)
    seat_unit = [*streets, *towns][0]
    beside = Roadside(roads)
    at_seat = {
        unit: next(village for village in villages if village.unit == unit)
        for unit in [*towns, *streets]
    }
    found: list[Facility] = []

    def add(title: str, kind: str, home: Village, **values: Value) -> None:
        lon, lat = _degrees(beside.near(home, rng), plane)
        own: dict[str, Value] = {
            "id": f"SL{len(found) + 1:04d}", "name": f"{title}(示例)", "kind": kind,
            "township": home.unit, "lon": lon, "lat": lat, "ownership": "公立",
        }  # fmt: skip
        found.append(Facility(own | equipment(kind, rng) | values))

    middle = at_seat[seat_unit]
    in_middle = [village for village in villages if village.unit == seat_unit]
    people = sum(village.residents for village in villages)
    for number in range(max(1, round(people / PEOPLE_A_HOSPITAL))):
        place = in_middle[number % len(in_middle)]
        level = "三级" if number == 0 and people > 500_000 else "二级"
        cars = 3 + number % 2
        add(
            f"{name}第{_numeral(number + 1)}人民医院", "县级综合医院", place, level=level,
            ambulances=cars, negative_pressure_ambulances=cars // 2,
        )  # fmt: skip
    add(
        f"{name}中医医院", "中医医院", in_middle[-1], level=spec.tcm_level,
        ambulances=2, negative_pressure_ambulances=1,
    )  # fmt: skip
    add(f"{name}妇幼保健院", "妇幼保健院", middle, level="二级", ambulances=0)
    add(f"{name}康宁医院", "其他", in_middle[-1], level="二级", ownership="民营")
    add(
        f"{name}急救站", "急救站", middle, ambulances=3, negative_pressure_ambulances=1,
        emergency_point="是",
    )  # fmt: skip
    for number, unit in enumerate(towns):
        central = number < max(spec.sub_centres, len(spec.named), 1)
        sub = "是" if number < spec.sub_centres else "否"
        kind = "中心卫生院" if central else "乡镇卫生院"
        cars = 1 if central or number % 2 == 0 else 0
        add(
            unit + kind.removeprefix("乡镇"), kind, at_seat[unit], sub_centre=sub,
            level="二级" if central else "一级", ambulances=cars, negative_pressure_ambulances=0,
        )  # fmt: skip
    for unit in streets:
        add(f"{unit}社区卫生服务中心", "社区卫生服务中心", at_seat[unit], ambulances=0)
        add(f"{unit}托育园", "托育机构", at_seat[unit], ownership="民营")
    for village in villages:
        if village.name.endswith("村") and service_mode(village) == "卫生室":
            add(f"{village.name}卫生室", "村卫生室", village, village=village.name)
        elif village.name.endswith("社区") and village.code.endswith("2"):
            add(f"{village.name}卫生服务站", "社区卫生服务站", village, village=village.name)
    add(f"{name}疾病预防控制中心", "疾控中心", middle)
    for unit in towns[:4]:
        add(f"{unit}敬老院", "养老机构", at_seat[unit])
    later = rng.spawn(1)[0]
    for facility in found:
        add_later(facility.values, later)
    return found


def _degrees(spot: Array, plane: Plane) -> tuple[str, str]:
    lon, lat = to_lonlat(spot, plane=plane)
    return f"{lon:.6f}", f"{lat:.6f}"
