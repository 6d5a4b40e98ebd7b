"""Columns of the facilities that are drawn last, by a chance of their own.

All others keep their values.
"""

from __future__ import annotations

from typing import Final

import numpy as np

Value = int | str

_HOSPITAL: Final = {
    "tcm_dept": 1, "tcm_pharmacy": 1, "public_health_dept": 0.8, "quality_office": 0.8,
    "emergency_store": 0.5, "birth_defect_centre": 0, "smart_medical_centre": 0.3,
}  # fmt: skip
_GRASS_ROOTS: Final = {
    "tcm_pharmacy": 0.9, "tcm_rooms": 0.8, "decoction_room": 0.7, "tcm_day_care": 0.6,
    "psychiatric_clinic": 0.3, "special_disease_outpatient": 0.8, "public_health_dept": 0.8,
}  # fmt: skip

# What each kind has: counts as (least, most), yes/no as the chance of "yes".
COUNTS: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "中医医院": {"tcm_studios": (1, 3)},
    "中心卫生院": {"mch_workers": (1, 3), "child_doctors": (1, 3)},
    "乡镇卫生院": {"mch_workers": (1, 2), "child_doctors": (0, 2)},
    "社区卫生服务中心": {"mch_workers": (1, 2), "child_doctors": (1, 2)},
    "疾控中心": {"posts": (60, 90), "professional_posts": (48, 62)},
}
CHANCES: Final[dict[str, dict[str, float]]] = {
    "县级综合医院": _HOSPITAL | {"smoking_clinic": 0.6, "eye_dept": 0.9},
    "中医医院": _HOSPITAL | {"grade_a": 0.7, "tcm_prevention_dept": 0.8, "standardised": 0.9},
    "妇幼保健院": _HOSPITAL | {"birth_defect_centre": 0.7, "emergency_store": 0},
    "中心卫生院": _GRASS_ROOTS,
    "乡镇卫生院": _GRASS_ROOTS,
    "社区卫生服务中心": _GRASS_ROOTS,
    "村卫生室": {"insurance_outpatient": 0.9},
    "养老机构": {"medical_partner": 0.9},
    "急救站": {"emergency_store": 0.3, "smart_medical_centre": 0},
    "疾控中心": {"emergency_store": 0.5, "smart_medical_centre": 0},
    "其他": {
        "public_health_dept": 0.5, "emergency_store": 0, "birth_defect_centre": 0,
        "smart_medical_centre": 0,
    },
}  # fmt: skip
SPECIALTIES: Final = ("康复科", "儿科", "针灸科", "疼痛科", "医养结合科", "耳鼻喉科", "口腔科")

HEADERS: Final[dict[str, str]] = {
    "grade_a": "甲等", "specialty_names": "特色专科名称", "mch_workers": "妇幼专干",
    "child_doctors": "儿童医师", "tcm_studios": "名老中医传承工作室",
    "posts_filled": "在编在岗人数", "tcm_day_care": "日间中医医疗服务", "tcm_dept": "中医科",
    "tcm_pharmacy": "中药房", "tcm_rooms": "中医诊室和治疗室", "decoction_room": "煎药室",
    "tcm_prevention_dept": "治未病科", "emergency_store": "医疗急救物资储备库",
    "birth_defect_centre": "出生缺陷防治中心", "smart_medical_centre": "智慧医疗中心",
    "quality_office": "质控工作室", "public_health_dept": "公共卫生科",
    "smoking_clinic": "戒烟门诊", "eye_dept": "眼科", "medical_partner": "医疗机构签约",
    "special_disease_outpatient": "特殊病种门诊", "insurance_outpatient": "门诊统筹定点",
}  # fmt: skip


def add_later(values: dict[str, Value], rng: np.random.Generator) -> None:
    """Fill in the columns of this module; one cell in twenty is not known."""
    kind = str(values["kind"])
    for column, (least, most) in COUNTS.get(kind, {}).items():
        count = int(rng.integers(least, most, endpoint=True))
        values[column] = "" if rng.random() < 0.05 else count
    for column, chance in CHANCES.get(kind, {}).items():
        yes = "是" if rng.random() < chance else "否"
        values.setdefault(column, "" if rng.random() < 0.05 else yes)
    posts, specialties = values.get("posts"), values.get("specialties")
    if isinstance(posts, int):
        values["posts_filled"] = int(posts - rng.integers(0, max(2, posts // 8)))
    if isinstance(specialties, int):
        names = rng.permutation(SPECIALTIES)[:specialties]
        values["specialty_names"] = "、".join(names) or "无"
