"""Facilities of the demonstration county: all invented, with gaps left on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from demo.later import HEADERS as LATER_HEADERS
from demo.later import Value, add_later
from demo.minor_roads import Road
from demo.people import Village
from demo.plane import Array, LonLat, to_lonlat

# What each kind has: counts as (least, most), yes/no as the chance of "yes".
COUNTS: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "县级综合医院": {
        "beds": (420, 620), "outpatient_visits": (260_000, 380_000), "physicians": (170, 240),
        "tcm_physicians": (8, 16), "nurses": (260, 340), "pharmacists": (24, 36), "gps": (4, 8),
        "public_health_physicians": (2, 5), "public_health_staff": (5, 9), "posts": (380, 460),
        "professional_posts": (340, 375), "specialties": (5, 9), "tcm_specialties": (0, 1),
    },
    "中医医院": {
        "beds": (240, 320), "outpatient_visits": (120_000, 170_000), "physicians": (90, 120),
        "tcm_physicians": (50, 64), "nurses": (120, 160), "pharmacists": (22, 30), "gps": (3, 6),
        "public_health_physicians": (1, 2), "public_health_staff": (3, 5), "posts": (180, 220),
        "professional_posts": (165, 178), "specialties": (4, 6), "tcm_specialties": (3, 5),
    },
    "妇幼保健院": {
        "beds": (80, 120), "outpatient_visits": (60_000, 90_000), "physicians": (45, 60),
        "tcm_physicians": (2, 5), "nurses": (60, 80), "pharmacists": (6, 9), "gps": (1, 3),
        "public_health_physicians": (2, 4), "public_health_staff": (8, 14), "posts": (90, 120),
        "professional_posts": (80, 88), "specialties": (2, 3), "tcm_specialties": (0, 1),
    },
    "中心卫生院": {
        "beds": (85, 120), "outpatient_visits": (48_000, 70_000), "physicians": (26, 38),
        "tcm_physicians": (5, 8), "nurses": (32, 46), "pharmacists": (4, 6), "gps": (4, 7),
        "public_health_physicians": (1, 2), "public_health_staff": (6, 9),
        "mental_health_workers": (1, 2), "posts": (60, 84), "professional_posts": (54, 59),
        "specialties": (2, 4), "tcm_specialties": (1, 2),
    },
    "乡镇卫生院": {
        "beds": (30, 60), "outpatient_visits": (16_000, 34_000), "physicians": (10, 19),
        "tcm_physicians": (2, 4), "nurses": (12, 22), "pharmacists": (1, 3), "gps": (2, 5),
        "public_health_physicians": (0, 1), "public_health_staff": (3, 6),
        "mental_health_workers": (0, 1), "posts": (28, 42), "professional_posts": (24, 27),
        "specialties": (0, 2), "tcm_specialties": (0, 1),
    },
    "社区卫生服务中心": {
        "beds": (20, 40), "outpatient_visits": (36_000, 60_000), "physicians": (14, 24),
        "tcm_physicians": (3, 5), "nurses": (16, 26), "pharmacists": (2, 4), "gps": (3, 6),
        "public_health_physicians": (0, 2), "public_health_staff": (4, 8),
        "mental_health_workers": (0, 2), "posts": (26, 40), "professional_posts": (23, 26),
        "specialties": (1, 2), "tcm_specialties": (0, 1),
    },
    "社区卫生服务站": {
        "outpatient_visits": (6_000, 15_000), "physicians": (2, 4), "tcm_physicians": (0, 1),
        "nurses": (2, 4), "pharmacists": (0, 1), "gps": (1, 2), "public_health_staff": (0, 1),
    },
    "村卫生室": {
        "outpatient_visits": (1_200, 5_200), "village_doctors": (1, 3),
        "licensed_village_doctors": (0, 1),
    },
    "急救站": {"physicians": (6, 8), "nurses": (8, 12), "posts": (20, 26),
        "professional_posts": (15, 18)},
    "托育机构": {"nursery_places": (60, 180)},
    "其他": {
        "beds": (80, 160), "outpatient_visits": (12_000, 30_000), "physicians": (16, 30),
        "tcm_physicians": (1, 4), "nurses": (30, 60), "pharmacists": (2, 5), "gps": (0, 2),
    },
}  # fmt: skip
CHANCES: Final[dict[str, dict[str, float]]] = {
    "县级综合医院": {
        "geriatric_dept": 1, "elder_friendly": 1, "icu": 1, "infectious_ward": 1,
        "psychiatric_ward": 0, "psychiatric_clinic": 1, "hospice": 0,
        "critical_maternal_newborn": 1, "medical_community_lead": 1, "emergency_point": 1,
        "fever_clinic": 1, "enteric_clinic": 1, "rehab_dept": 1, "chest_pain_centre": 1,
        "stroke_centre": 1, "trauma_centre": 0,
    },
    "中医医院": {
        "geriatric_dept": 1, "elder_friendly": 1, "icu": 0, "infectious_ward": 0, "hospice": 0,
        "medical_community_lead": 0, "emergency_point": 1, "fever_clinic": 1,
        "enteric_clinic": 0, "rehab_dept": 1, "chest_pain_centre": 0, "stroke_centre": 0,
    },
    "妇幼保健院": {"elder_friendly": 0, "critical_maternal_newborn": 0, "emergency_point": 0},
    "中心卫生院": {
        "standardised": 1, "tcm_service": 1, "tcm_hall": 1, "recommended_standard": 1,
        "vaccination_digital": 1, "fever_clinic": 0.6, "enteric_clinic": 0.4, "fever_room": 1,
        "elder_friendly": 1, "hospice": 0.5, "sub_centre": 1, "emergency_point": 1,
        "rehab_dept": 1,
    },
    "乡镇卫生院": {
        "standardised": 0.9, "tcm_service": 1, "tcm_hall": 0.8, "recommended_standard": 0.25,
        "vaccination_digital": 0.6, "fever_clinic": 0, "enteric_clinic": 0, "fever_room": 0.8,
        "elder_friendly": 0.7, "hospice": 0, "sub_centre": 0, "emergency_point": 0.4,
        "rehab_dept": 0.2,
    },
    "社区卫生服务中心": {
        "standardised": 0.9, "tcm_service": 1, "tcm_hall": 0.8, "recommended_standard": 0.4,
        "community_hospital": 0.5, "vaccination_digital": 0.8, "fever_room": 0.9,
        "elder_friendly": 0.8, "hospice": 0, "emergency_point": 0,
    },
    "其他": {
        "elder_friendly": 0.5, "psychiatric_ward": 0.5, "psychiatric_clinic": 0.6, "hospice": 0.4,
        "emergency_point": 0.3, "infectious_ward": 0,
    },
    "社区卫生服务站": {"standardised": 0.8, "tcm_service": 0.6},
    "村卫生室": {"standardised": 0.84, "public_title": 0.72, "tcm_service": 0.66},
}  # fmt: skip

HEADERS: Final[dict[str, str]] = {
    "id": "编号", "name": "名称", "kind": "类型", "township": "所属乡镇", "village": "所属村",
    "lon": "经度", "lat": "纬度", "level": "级别", "ownership": "所有制", "beds": "床位数",
    "ambulances": "救护车数", "negative_pressure_ambulances": "负压救护车数",
    "outpatient_visits": "门急诊人次", "physicians": "执业（助理）医师",
    "tcm_physicians": "中医类别执业（助理）医师", "nurses": "注册护士", "pharmacists": "药师（士）",
    "gps": "全科医生", "public_health_physicians": "公共卫生医师",
    "public_health_staff": "公共卫生人员", "village_doctors": "乡村医生",
    "licensed_village_doctors": "执业村医", "mental_health_workers": "精神卫生人员",
    "posts": "编制数", "professional_posts": "专业技术编制", "specialties": "特色专科",
    "tcm_specialties": "中医特色专科", "nursery_places": "托位数", "standardised": "标准化",
    "public_title": "产权公有", "tcm_service": "中医药服务", "tcm_hall": "中医馆",
    "recommended_standard": "推荐标准", "community_hospital": "社区医院",
    "vaccination_digital": "数字化接种门诊", "fever_clinic": "发热门诊",
    "enteric_clinic": "肠道门诊", "fever_room": "发热诊室", "geriatric_dept": "老年医学科",
    "elder_friendly": "老年友善机构", "icu": "重症医学科", "infectious_ward": "传染病区",
    "psychiatric_ward": "精神科病房", "psychiatric_clinic": "精神科门诊", "hospice": "安宁疗护",
    "critical_maternal_newborn": "危重孕产妇和新生儿救治中心",
    "medical_community_lead": "医共体牵头", "sub_centre": "县域医疗次中心",
    "emergency_point": "急救点", "rehab_dept": "康复科", "chest_pain_centre": "胸痛中心",
    "stroke_centre": "卒中中心", "trauma_centre": "创伤中心",
} | LATER_HEADERS  # fmt: skip

# Name, kind, unit, place, level, ownership, ambulances ("" = not known), of them with negative
# pressure.
BIG: Final[list[tuple[str, str, str, LonLat, str, str, Value, Value]]] = [
    (
        "资阳区示例人民医院", "县级综合医院", "汽车路街道",
        (112.3425, 28.6006), "二级", "公立", 2, 1,
    ),
    (
        "资阳区示例中医医院", "中医医院", "大码头街道",
        (112.3095, 28.6000), "二级", "公立", 1, 0,
    ),
    (
        "资阳区示例妇幼保健院", "妇幼保健院", "汽车路街道",
        (112.3352, 28.5945), "二级", "公立", 0, 0,
    ),
    (
        "示例康达医院", "县级综合医院", "长春经济开发区",
        (112.3262, 28.6225), "二级", "民营", "", "",
    ),
    (
        "长春经开区示例急救站", "急救站", "长春经济开发区",
        (112.3200, 28.6245), "", "公立", 2, 1,
    ),
    (
        "新桥河镇中心卫生院(示例)", "中心卫生院", "新桥河镇",
        (112.1868, 28.6110), "二级", "公立", 1, 0,
    ),
    (
        "新桥河镇李昌港分院(示例)", "乡镇卫生院", "新桥河镇",
        (112.1265, 28.5862), "一级", "公立", "", "",
    ),
    (
        "新桥河镇杨林坳分院(示例)", "乡镇卫生院", "新桥河镇",
        (112.1568, 28.6460), "一级", "公立", 0, 0,
    ),
    (
        "茈湖口镇中心卫生院(示例)", "中心卫生院", "茈湖口镇",
        (112.5498, 28.7335), "二级", "公立", 1, 0,
    ),
    (
        "迎风桥镇卫生院(示例)", "乡镇卫生院", "迎风桥镇",
        (112.2645, 28.6622), "一级", "公立", 1, 0,
    ),
    (
        "沙头镇卫生院(示例)", "乡镇卫生院", "沙头镇",
        (112.4690, 28.6232), "一级", "公立", 1, 0,
    ),
    (
        "张家塞乡卫生院(示例)", "乡镇卫生院", "张家塞乡",
        (112.4808, 28.6940), "一级", "公立", "", "",
    ),
    (
        "长春镇卫生院(示例)", "乡镇卫生院", "长春镇",
        (112.3640, 28.6790), "一级", "公立", "", "",
    ),
    (
        "长春镇香铺仑分院(示例)", "乡镇卫生院", "长春镇",
        (112.3365, 28.6862), "一级", "公立", "", "",
    ),
    (
        "大码头街道社区卫生服务中心(示例)", "社区卫生服务中心", "大码头街道",
        (112.3165, 28.5955), "", "公立", 0, 0,
    ),
    (
        "汽车路街道社区卫生服务中心(示例)", "社区卫生服务中心", "汽车路街道",
        (112.3470, 28.6030), "", "公立", 0, 0,
    ),
    (
        "长春经开区社区卫生服务中心(示例)", "社区卫生服务中心", "长春经济开发区",
        (112.3380, 28.6240), "", "公立", 0, 0,
    ),
    (
        "资阳区示例托育中心", "托育机构", "汽车路街道",
        (112.3360, 28.6020), "", "公立", "", "",
    ),
    (
        "小荷示例托育园", "托育机构", "大码头街道",
        (112.3170, 28.6040), "", "民营", "", "",
    ),
    (
        "马良示例托育园", "托育机构", "长春经济开发区",
        (112.3080, 28.6190), "", "民营", "", "",
    ),
]  # fmt: skip

# Institutions that give no care themselves.
BESIDE_CARE: Final[list[tuple[str, str, str, LonLat]]] = [
    ("资阳区示例疾病预防控制中心", "疾控中心", "汽车路街道", (112.3400, 28.5985)),
    ("大码头示例养老院", "养老机构", "大码头街道", (112.3140, 28.5980)),
    ("新桥河示例敬老院", "养老机构", "新桥河镇", (112.1880, 28.6130)),
    ("茈湖口示例敬老院", "养老机构", "茈湖口镇", (112.5485, 28.7325)),
]

STATIONS_AT: Final = (
    "三益街社区", "鹅羊池社区", "贺家桥社区", "南岳宫社区", "永丰社区", "白马山社区", "龙塘社区",
    "联盟社区",
)  # fmt: skip
NO_CLINIC: Final[dict[str, str]] = {
    "五房洲村": "巡诊", "邹家窖村": "巡诊", "凤凰坝村": "", "合兴村": "中心卫生室",
    "刘家湖村": "中心卫生室", "双利村": "派驻", "新塘村": "服务点", "蓼东村": "巡诊",
    "东新村": "无", "友谊村": "中心卫生室", "柞树村": "派驻", "和平村": "", "黄箭村": "无",
}  # fmt: skip
# Clinics whose register does not say in which village they are, and one without a place.
BY_PLACE_ONLY: Final = (
    "毛家山村", "爱屋湾村", "金杉村", "新胜村", "牛角仑村", "鲜鱼塘村", "永明村", "文兴村",
    "祁青村", "桃林村", "三星村", "高坪村", "紫薇村", "东香村", "幸福村", "官楼坪村",
)  # fmt: skip
TWO_CLINICS: Final = ("甘溪港村", "杨林坳村", "李昌港村", "南门桥村")
WITHOUT_PLACE: Final = "曙光村"


@dataclass
class Facility:
    """One facility; `values` are what stands in its cells, by English column."""

    values: dict[str, Value] = field(default_factory=dict)


def make_facilities(
    villages: Sequence[Village], roads: Sequence[Road], rng: np.random.Generator
) -> list[Facility]:
    """Return the facilities in the order of the register."""
    found = [_big(entry, rng) for entry in BIG]
    beside = Roadside(roads)
    for village in villages:
        if village.name in STATIONS_AT:
            spot = beside.near(village, rng)
            name = village.name.removesuffix("社区") + "社区卫生服务站(示例)"
            found.append(_small(name, "社区卫生服务站", village, village.name, spot, rng))
        if not village.name.endswith("村") or village.name in NO_CLINIC:
            continue
        for number in range(2 if village.name in TWO_CLINICS else 1):
            spot = beside.near(village, rng)
            name = f"{village.name}{'第二' if number else ''}卫生室(示例)"
            stated = "" if village.name in BY_PLACE_ONLY else village.name
            found.append(_small(name, "村卫生室", village, stated, spot, rng))
            if village.name == WITHOUT_PLACE:
                found[-1].values["lon"] = found[-1].values["lat"] = ""
    found += [_plain(*entry) for entry in BESIDE_CARE]
    later = rng.spawn(1)[0]
    for number, facility in enumerate(found, start=1):
        facility.values["id"] = f"ZY{number:04d}"
        add_later(facility.values, later)
    return found


def _plain(name: str, kind: str, unit: str, place: LonLat) -> Facility:
    lon, lat = place
    return Facility(
        {
            "name": name, "kind": kind, "township": unit, "lon": f"{lon:.6f}",
            "lat": f"{lat:.6f}", "ownership": "公立",
        }
    )  # fmt: skip


def service_mode(village: Village) -> str:
    """Return how a village is served; empty where the register does not say."""
    if not village.name.endswith("村"):
        return ""
    return NO_CLINIC.get(village.name, "卫生室")


def _big(
    entry: tuple[str, str, str, LonLat, str, str, Value, Value], rng: np.random.Generator
) -> Facility:
    name, kind, unit, (lon, lat), level, ownership, ambulances, negative = entry
    values: dict[str, Value] = {
        "name": name, "kind": kind, "township": unit, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
        "level": level, "ownership": ownership, "ambulances": ambulances,
        "negative_pressure_ambulances": negative,
    }  # fmt: skip
    values |= equipment(kind, rng)
    if ownership == "民营" and kind == "县级综合医院":
        # Smaller than the public one, in no public posts, and silent about its beds.
        smaller = {column: int(values[column]) // 3 for column in COUNTS[kind] if values[column]}
        values |= smaller | {"beds": "", "posts": "", "professional_posts": ""}
        values["medical_community_lead"] = "否"
    return Facility(values)


def _small(
    name: str, kind: str, village: Village, stated: str, spot: Array, rng: np.random.Generator
) -> Facility:
    lon, lat = to_lonlat(spot)
    values: dict[str, Value] = {
        "name": name, "kind": kind, "township": village.unit, "village": stated,
        "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
        "ownership": "民营" if kind == "村卫生室" and rng.random() < 0.2 else "公立",
    }  # fmt: skip
    return Facility(values | equipment(kind, rng))


def equipment(kind: str, rng: np.random.Generator) -> dict[str, Value]:
    """Return counts and qualities of a facility of `kind`; one in twenty is not known."""
    values: dict[str, Value] = {}
    for column, (least, most) in COUNTS.get(kind, {}).items():
        count = int(rng.integers(least, most, endpoint=True))
        values[column] = "" if rng.random() < 0.05 else count
    for column, chance in CHANCES.get(kind, {}).items():
        yes = "是" if rng.random() < chance else "否"
        values[column] = "" if rng.random() < 0.05 else yes
    _cap(values, "licensed_village_doctors", "village_doctors")
    _cap(values, "tcm_physicians", "physicians")
    return values


def _cap(values: dict[str, Value], part: str, whole: str) -> None:
    some, every = values.get(part), values.get(whole)
    if isinstance(some, int) and isinstance(every, int):
        values[part] = min(some, every)


class Roadside:
    """Finds places beside a drivable road near a village."""

    def __init__(self, roads: Sequence[Road]) -> None:
        lanes = [
            r for r in roads if r.tags.get("highway") in ("residential", "unclassified", "tertiary")
        ]
        self._points = np.array([(r.points[0] + r.points[-1]) / 2 for r in lanes])
        self._tree = cKDTree(self._points)

    def near(self, village: Village, rng: np.random.Generator) -> Array:
        """Return a place 10-25 m off a road's middle, one of the nearest eight to the village."""
        _, found = self._tree.query((village.x, village.y), k=8)
        middle = self._points[int(found[int(rng.integers(0, 8))])]
        away = rng.uniform(10, 25) * rng.choice([-1, 1], 2)
        return np.round(middle + away / np.sqrt(2), 1)
