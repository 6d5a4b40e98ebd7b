"""Every verdict of the demonstration county once more: pandas, straight from its input files.

Nothing of the rule catalogue or its evaluators is used; the figures are those of the documents.
Minutes come from networkx, over the roads as the reader reads them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from coverage.assessment.report import Report
from coverage.paths import DEMONSTRATION
from tests.independent import networkx_minutes, networkx_response_min

pytestmark = pytest.mark.xdist_group("demonstration")

RESIDENTS = 356_405
CENTRE, CENTRAL, TOWNSHIP = "社区卫生服务中心", "中心卫生院", "乡镇卫生院"
GRASS_ROOTS = [TOWNSHIP, CENTRAL, CENTRE]
KINDS = (
    "response_time", "presence", "per_population", "density", "staffing", "share", "service",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A verdict; `observed` is NaN where it is not compared, `units` empty likewise."""

    verdict: str
    observed: float = math.nan
    units: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """The county's tables as they are written, all text, blank = ''; and minutes.

    `minutes` has a row a village and a column a facility: from home to it, NaN = cannot reach.
    `silent_min` is until an ambulance comes from a facility that should say whether it has any.
    `elsewhere_min` is how long it takes at least from each village to a clinic that is somewhere
    in its township: as the crow flies, as fast as any road is driven.
    """

    townships: gpd.GeoDataFrame
    villages: pd.DataFrame
    facilities: pd.DataFrame
    response_min: np.ndarray
    silent_min: np.ndarray
    minutes: pd.DataFrame
    own_clinic: np.ndarray
    elsewhere_min: np.ndarray

    def of(self, *kinds: str) -> pd.DataFrame:
        return self.facilities[self.facilities["类型"].isin(kinds)]

    @property
    def people(self) -> np.ndarray:
        return self.villages["常住人口"].astype(float).to_numpy()

    def nearest_min(self, chosen: pd.DataFrame) -> np.ndarray:
        return self.minutes[list(chosen.index)].min(axis=1).to_numpy()


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DEMONSTRATION / name, dtype=str, encoding="utf-8-sig").fillna("")


def placed(table: pd.DataFrame, crs: object) -> gpd.GeoSeries:
    lon, lat = (
        pd.to_numeric(table[name].replace("", None)).astype(float) for name in ("经度", "纬度")
    )
    points = [None if math.isnan(x) else Point(x, y) for x, y in zip(lon, lat, strict=True)]
    return gpd.GeoSeries(points, index=table.index, crs=4326).to_crs(crs)


@pytest.fixture(scope="module")
def inputs(demonstration: Report) -> Inputs:
    villages, facilities = read("villages.csv"), read("facilities.csv")
    county, network = demonstration.county, demonstration.network
    homes = placed(villages, county.crs)
    stands = placed(facilities, county.crs)
    # The roads' reader gives points of its own; the nearest edge of a rounded point is the same.
    found = networkx_minutes(
        network, list(homes), list(stands), county.config.response, direction="to_facility"
    )
    minutes = pd.DataFrame(
        [
            [by.get(place, math.nan) + access for place in range(len(stands))]
            for by, access in zip(found["by_facility"], found["access_min"], strict=True)
        ]
    )
    stating = facilities["类型"].isin([*HOSPITALS, TOWNSHIP, CENTRAL, "急救站"])
    silent = networkx_minutes(
        network,
        list(homes),
        list(stands[stating & (facilities["救护车数"] == "")]),
        county.config.response,
    )
    townships = gpd.read_file(DEMONSTRATION / "townships.geojson")
    clinics = facilities[(facilities["类型"] == "村卫生室") & (facilities["经度"] == "")]
    of_clinic = townships["name"].isin(clinics["所属乡镇"])
    straight_m = homes.distance(townships[of_clinic].to_crs(county.crs).union_all())
    fastest_kph = network.edges[["speed_forward_kph", "speed_backward_kph"]].max(axis=None)
    return Inputs(
        townships=townships,
        villages=villages,
        facilities=facilities,
        response_min=networkx_response_min(county, network),
        silent_min=silent["minutes"].to_numpy(float) + county.config.response.turnout_min,
        minutes=minutes,
        own_clinic=own_clinics(villages, facilities, homes, stands),
        elsewhere_min=straight_m.to_numpy() / 1000 / fastest_kph * 60,
    )


def own_clinics(
    villages: pd.DataFrame, facilities: pd.DataFrame, homes: gpd.GeoSeries, stands: gpd.GeoSeries
) -> np.ndarray:
    """Tell which villages have a clinic: named, or at most 1 km off in the same township."""
    has = np.zeros(len(villages), dtype=bool)
    for row, clinic in facilities[facilities["类型"] == "村卫生室"].iterrows():
        mine = villages["所属乡镇"] == clinic["所属乡镇"]
        if clinic["所属村"]:
            has |= (villages["名称"] == clinic["所属村"]).to_numpy() & mine.to_numpy()
        elif clinic["经度"]:
            away = homes[mine].distance(stands[row])
            if away.min() <= 1000:
                has[int(away.idxmin())] = True
    return has


# --- what all rules of a form have in common ---------------------------------------------------


def settled(yes: float, unknown: float, needed: float) -> str:
    if yes >= needed:
        return "met"
    return "unmet" if yes + unknown < needed else "not_assessable"


def overall(verdicts: Sequence[str]) -> str:
    return next((v for v in ("unmet", "not_assessable", "met") if v in verdicts), "not_applicable")


WORDS = {"是": "met", "否": "unmet", "": "not_assessable"}


def share_of(table: pd.DataFrame, said: pd.Series, required: float) -> Answer:
    """Of `table`'s facilities that many must say yes; `said` holds 是, 否 or ''."""
    if table.empty:
        return Answer("not_applicable")
    yes, blank = int((said == "是").sum()), int((said == "").sum())
    verdict = settled(yes, blank, required * len(table))
    # Where even all that are silent are too few, what is told is the most that there may be.
    told = yes + blank if verdict == "unmet" else yes
    return Answer(
        verdict, told / len(table), dict(zip(table["名称"], said.map(WORDS), strict=True))
    )


def number(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.replace("", None), errors="raise").astype(float)


def staffed(table: pd.DataFrame, column: str, minimum: int) -> Answer:
    count = number(table[column])
    said = count.map(lambda n: "" if math.isnan(n) else "是" if n >= minimum else "否")
    units = dict(zip(table["名称"], said.map(WORDS), strict=True))
    return Answer(overall(list(units.values())), float((said == "是").sum()), units)


def density(
    table: pd.DataFrame, column: str, per: int, figure: float, expected: Sequence[str]
) -> Answer:
    """The known numbers, which are the least where one of the `expected` kinds is silent."""
    counts = number(table[column])
    if counts.isna().all():
        return Answer("not_assessable")
    observed = counts.sum() * per / RESIDENTS
    may_be_any = counts[table["类型"].isin(expected)].isna().any()
    lacking = "not_assessable" if may_be_any else "unmet"
    return Answer("met" if observed >= figure else lacking, observed)


HOSPITALS = ["县级综合医院", "中医医院", "妇幼保健院"]


def somewhere(table: pd.DataFrame, said: pd.Series, needed: int) -> Answer:
    yes, blank = int((said == "是").sum()), int((said == "").sum())
    return Answer(settled(yes, blank, needed), float(yes))


def in_each(names: Sequence[str], stands: Sequence[str]) -> Answer:
    """One at least of what `stands` (township names) in each of `names`."""
    units = {name: "met" if name in set(stands) else "unmet" for name in names}
    met = list(units.values()).count("met")
    return Answer(overall(list(units.values())), float(met), units)


def in_time(
    data: Inputs,
    minutes: np.ndarray,
    urban: float,
    rural: float,
    share: float,
    asked: np.ndarray,
    perhaps: np.ndarray | None = None,
) -> Answer:
    """Share of the residents of `asked` villages within the limit; a row a township.

    `perhaps` are the minutes if a blank that may turn it does.
    """
    limit = np.where(data.villages["城乡分类代码"].isin(["111", "112"]), urban, rural)
    within = np.nan_to_num(minutes, nan=np.inf) <= limit
    may_be = within if perhaps is None else np.nan_to_num(perhaps, nan=np.inf) <= limit
    people = data.people * asked
    units = {}
    for name, rows in data.villages.groupby("所属乡镇").groups.items():
        here = np.zeros(len(people), dtype=bool)
        here[list(rows)] = True
        total = people[here].sum()
        reached, more = people[here & within].sum(), people[here & may_be & ~within].sum()
        units[str(name)] = settled(reached, more, share * total) if total else "not_applicable"
    reached, more, total = people[within].sum(), people[may_be & ~within].sum(), people.sum()
    return Answer(settled(reached, more, share * total), reached / total, units)


# --- the rules ---------------------------------------------------------------------------------

RULES: dict[str, Callable[[Inputs], Answer]] = {}


def rule(name: str) -> Callable[[Callable[[Inputs], Answer]], Callable[[Inputs], Answer]]:
    def kept(compute: Callable[[Inputs], Answer]) -> Callable[[Inputs], Answer]:
        RULES[name] = compute
        return compute

    return kept


def everyone(data: Inputs) -> np.ndarray:
    return np.ones(len(data.villages), dtype=bool)


@rule("ems-1030")
def _(data: Inputs) -> Answer:
    perhaps = np.fmin(data.response_min, data.silent_min)
    return in_time(data, data.response_min, 10, 30, 1, everyone(data), perhaps)


@rule("service-radius")
def _(data: Inputs) -> Answer:
    near = data.nearest_min(data.of(*GRASS_ROOTS, "社区卫生服务站", "村卫生室"))
    return in_time(data, near, 15, 30, 1, everyone(data))


@rule("own-urban-care-15")
def _(data: Inputs) -> Answer:
    urban = data.villages["城乡分类代码"].isin(["111", "112"]).to_numpy()
    return in_time(data, data.nearest_min(data.of(CENTRE, "社区卫生服务站")), 15, 30, 0.9, urban)


@rule("own-psychiatric-60")
def _(data: Inputs) -> Answer:
    hospitals = data.of("县级综合医院", "中医医院")
    said = hospitals["精神科病房"]
    assert not (said == "是").any()
    assert (said == "").any()
    # Nobody is known to reach one; at best those who reach a hospital that does not say do.
    best = in_time(data, data.nearest_min(hospitals[said == ""]), 60, 60, 0.95, everyone(data))
    units = {
        name: verdict if verdict == "unmet" else "not_assessable"
        for name, verdict in best.units.items()
    }
    return Answer("not_assessable" if best.verdict == "met" else "unmet", units=units)


def rural(data: Inputs) -> np.ndarray:
    return ~data.villages["城乡分类代码"].isin(["111", "112"]).to_numpy()


def served_villages(data: Inputs, limit_min: float, asked: np.ndarray) -> Answer:
    """A row a village; one that is not `asked` is not applicable."""
    villages = data.villages
    mode = villages["服务方式"]
    near = np.nan_to_num(data.nearest_min(data.of("村卫生室")), nan=np.inf) <= limit_min
    # Near a clinic that nobody says serves it, a village without a stated way is not known.
    served = data.own_clinic | mode.isin(["派驻", "巡诊"]) | (near & ~mode.isin(["无", ""]))
    perhaps = (mode == "") | ((data.elsewhere_min <= limit_min) & (mode != "无"))
    verdict = np.array(
        np.where(served, "met", np.where(perhaps, "not_assessable", "unmet")), dtype=object
    )
    verdict[~asked] = "not_applicable"
    rows = (villages["类型"] == "村").to_numpy()
    units = dict(zip(villages["名称"][rows], verdict[rows], strict=True))
    return Answer(overall(list(units.values())), float((served & asked & rows).sum()), units)


@rule("service-coverage")
def _(data: Inputs) -> Answer:
    return served_villages(data, 15, everyone(data))


@rule("own-rural-service-10")
def _(data: Inputs) -> Answer:
    return served_villages(data, 10, rural(data))


@rule("village-clinic")
def _(data: Inputs) -> Answer:
    asked = (data.villages["类型"] == "村").to_numpy()
    names = data.villages["名称"][asked]
    verdict = np.where(data.own_clinic[asked], "met", "unmet").tolist()
    return Answer(
        overall(verdict),
        float(data.own_clinic[asked].sum()),
        dict(zip(names, verdict, strict=True)),
    )


@rule("township-hospital")
def _(data: Inputs) -> Answer:
    towns = data.townships.loc[data.townships["kind"] == "township", "name"]
    return in_each(list(towns), list(data.of(TOWNSHIP, CENTRAL)["所属乡镇"]))


def of_villages(table: pd.DataFrame, column: str) -> Answer:
    units = dict(zip(table["编码"], table[column].map(WORDS), strict=True))
    return Answer(overall(list(units.values())), float((table[column] == "是").sum()))


@rule("public-health-committee")
def _(data: Inputs) -> Answer:
    return of_villages(data.villages, "公共卫生委员会")


@rule("own-rural-committee")
def _(data: Inputs) -> Answer:
    table = data.villages[data.villages["类型"] == "村"]
    said = table["公共卫生委员会"].map(WORDS).where(rural(data)[table.index], "not_applicable")
    yes = float((said == "met").sum())
    return Answer(overall(list(said)), yes, dict(zip(table["名称"], said, strict=True)))


@rule("maternal-worker")
def _(data: Inputs) -> Answer:
    return of_villages(data.villages[data.villages["类型"] == "村"], "妇幼人员")


@rule("sub-centres-ziyang")
def _(data: Inputs) -> Answer:
    hospitals = data.of(TOWNSHIP, CENTRAL)
    there = hospitals.loc[hospitals["县域医疗次中心"] == "是", "所属乡镇"]
    return in_each(["新桥河镇", "茈湖口镇"], list(there))


@rule("sub-centres-ziyang-scale")
def _(data: Inputs) -> Answer:
    hospitals = data.of(TOWNSHIP, CENTRAL)
    large = hospitals[(hospitals["县域医疗次中心"] == "是") & (number(hospitals["床位数"]) >= 100)]
    # No sub-centre of the two towns leaves either cell blank, so nothing is open.
    return in_each(["新桥河镇", "茈湖口镇"], list(large["所属乡镇"]))


@rule("maternal-child-institution")
def _(data: Inputs) -> Answer:
    table = data.of("妇幼保健院")
    said = table["所有制"].map({"公立": "是", "民营": "否", "": ""})
    return somewhere(table, said, 1)


@rule("psychiatric")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院")
    table = table[table["所有制"] == "公立"]
    return somewhere(table, table["精神科病房"], 1)


@rule("hospice")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院", "妇幼保健院", *GRASS_ROOTS, "其他")
    return somewhere(table, table["安宁疗护"], 1)


@rule("own-hospice-150k")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院", "妇幼保健院", *GRASS_ROOTS)
    return somewhere(table, table["安宁疗护"], math.ceil(RESIDENTS / 150_000))


@rule("ambulance-50k")
def _(data: Inputs) -> Answer:
    cars = number(data.facilities["救护车数"]).sum()
    needed = math.ceil(RESIDENTS / 50_000)  # a district: its residents count once
    return Answer("met" if cars >= needed else "unmet", cars)


def centres(data: Inputs, kind: str) -> Answer:
    units = data.townships[data.townships["kind"] == kind].set_index("name")
    have = data.of(CENTRE)["所属乡镇"].value_counts()
    verdicts, observed = {}, 0.0
    for name, people in units["population"].items():
        needed = math.ceil(people / 50_000) if people > 50_000 else 0
        has = int(have.get(name, 0))
        verdicts[str(name)] = (
            "not_applicable" if not needed else "met" if has >= needed else "unmet"
        )
        observed += has if needed else 0
    return Answer(overall(list(verdicts.values())), observed, verdicts)


@rule("community-centre-50k")
def _(data: Inputs) -> Answer:
    return centres(data, "street")


@rule("own-zone-centre-50k")
def _(data: Inputs) -> Answer:
    return centres(data, "zone")


@rule("negative-pressure")
def _(data: Inputs) -> Answer:
    cars, special = (number(data.facilities[c]) for c in ("救护车数", "负压救护车数"))
    expected = data.facilities["类型"].isin([*HOSPITALS, TOWNSHIP, CENTRAL, "急救站"])
    assert (special[cars > 0].notna()).all()
    if special.sum() < 0.4 * cars.sum():
        # A silent hospital may have as many as it takes, with negative pressure all of them.
        return Answer("not_assessable" if cars[expected].isna().any() else "unmet")
    return Answer("met", special.sum() / cars.sum())


@rule("ems-points")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院")
    return share_of(table, table["急救点"], 1)


@rule("general-practitioners")
def _(data: Inputs) -> Answer:
    return density(data.facilities, "全科医生", 10_000, 3.53, GRASS_ROOTS)


@rule("general-practitioners-project")
def _(data: Inputs) -> Answer:
    return density(data.facilities, "全科医生", 10_000, 3, GRASS_ROOTS)


@rule("physicians")
def _(data: Inputs) -> Answer:
    return density(
        data.facilities,
        "执业（助理）医师",
        1000,
        3.10,
        [*HOSPITALS, *GRASS_ROOTS, "社区卫生服务站"],
    )


@rule("private-beds")
def _(data: Inputs) -> Answer:
    table = data.facilities[data.facilities["所有制"] == "民营"]
    assert (table["床位数"] == "").all()
    return Answer("not_applicable")  # told only, and nobody says


@rule("township-staffing")
def _(data: Inputs) -> Answer:
    return density(data.of(TOWNSHIP, CENTRAL), "编制数", 1000, 1, [TOWNSHIP, CENTRAL])


@rule("village-doctors")
def _(data: Inputs) -> Answer:
    return density(data.facilities, "乡村医生", 1000, 1, ["村卫生室"])


@rule("gp-per-facility")
def _(data: Inputs) -> Answer:
    return staffed(data.of(*GRASS_ROOTS), "全科医生", 4)


@rule("mental-health-worker")
def _(data: Inputs) -> Answer:
    return staffed(data.of(*GRASS_ROOTS), "精神卫生人员", 1)


@rule("public-health-physician")
def _(data: Inputs) -> Answer:
    return staffed(data.of(*GRASS_ROOTS), "公共卫生医师", 1)


@rule("own-station-nurses")
def _(data: Inputs) -> Answer:
    return staffed(data.of("社区卫生服务站"), "注册护士", 2)


@rule("own-station-gps")
def _(data: Inputs) -> Answer:
    return staffed(data.of("社区卫生服务站"), "全科医生", 1)


@rule("own-specialist-pharmacists")
def _(data: Inputs) -> Answer:
    return staffed(data.of("其他"), "药师（士）", 3)


@rule("township-hospital-standardised")
def _(data: Inputs) -> Answer:
    towns = data.townships.loc[data.townships["kind"] == "township", "name"]
    table = data.of(TOWNSHIP, CENTRAL)
    assert (table["标准化"] != "").all()
    return in_each(list(towns), list(table.loc[table["标准化"] == "是", "所属乡镇"]))


@rule("clinic-standardised")
def _(data: Inputs) -> Answer:
    table = data.of("村卫生室")
    return share_of(table, table["标准化"], 1)


@rule("tcm-hall")
def _(data: Inputs) -> Answer:
    table = data.of(*GRASS_ROOTS)
    return share_of(table, table["中医馆"], 1)


@rule("vaccination-digital")
def _(data: Inputs) -> Answer:
    table = data.of(*GRASS_ROOTS)
    return share_of(table, table["数字化接种门诊"], 1)


@rule("tcm-rehab")
def _(data: Inputs) -> Answer:
    table = data.of("中医医院")
    assert (table["级别"] != "").all()
    table = table[table["级别"] == "三级"]
    return share_of(table, table["康复科"], 0.75)


def geriatric(data: Inputs, required: float, ownership: Sequence[str]) -> Answer:
    table = data.of("县级综合医院")
    table = table[table["级别"].isin(["二级", "三级"]) & table["所有制"].isin(ownership)]
    return share_of(table, table["老年医学科"], required)


@rule("geriatric-dept")
def _(data: Inputs) -> Answer:
    return geriatric(data, 0.6, ["公立", "民营"])


@rule("geriatric-dept-hunan")
def _(data: Inputs) -> Answer:
    return geriatric(data, 0.9, ["公立"])


@rule("mch-level-2")
def _(data: Inputs) -> Answer:
    table = data.of("妇幼保健院")
    return share_of(
        table, table["级别"].map({"": "", "一级": "否", "二级": "是", "三级": "是"}), 0.8
    )


@rule("county-hospital-level-3")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院")
    return share_of(
        table, table["级别"].map({"": "", "一级": "否", "二级": "否", "三级": "是"}), 0.5
    )


@rule("icu")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院")
    return share_of(table, table["重症医学科"], 1)


@rule("acute-centres")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院")
    table = table[table["级别"].isin(["二级", "三级"])]
    each = [share_of(table, table[name], 1) for name in ("胸痛中心", "卒中中心", "创伤中心")]
    return Answer(overall([one.verdict for one in each]), min(one.observed for one in each))


@rule("fever-clinics")
def _(data: Inputs) -> Answer:
    table = data.of(*GRASS_ROOTS)

    def both(row: pd.Series) -> str:
        cells = {row["发热门诊"], row["肠道门诊"]}
        return "否" if "否" in cells else "" if "" in cells else "是"

    def said(row: pd.Series) -> str:
        if row["县域医疗次中心"] == "是":
            return both(row)
        if row["县域医疗次中心"] == "否" or row["发热诊室"] == both(row):
            return str(row["发热诊室"])
        return ""  # which of the two it needs is not known, and it has not both

    return share_of(table, table.apply(said, axis=1), 1)


def public_tcm(data: Inputs) -> pd.DataFrame:
    table = data.of("中医医院")
    assert (table["所有制"] != "").all()
    return table[table["所有制"] == "公立"]


@rule("tcm-hospital-level-3-hunan")
def _(data: Inputs) -> Answer:
    table = public_tcm(data)
    level = {"": "", "一级": "否", "二级": "否", "三级": "是"}
    return share_of(table, table["级别"].map(level), 0.35)


@rule("tcm-hospital-grade-2a")
def _(data: Inputs) -> Answer:
    table = public_tcm(data)
    assert set(table["级别"]) == {"二级"}  # of level 2 it is the grade that decides
    return somewhere(table, table["甲等"], 1)


@rule("mch-level-3-ziyang")
def _(data: Inputs) -> Answer:
    table = data.of("妇幼保健院")
    assert not table["名称"].str.contains("资阳区妇幼保健院").any()  # so all of the kind
    return somewhere(table, table["级别"].map({"": "", "二级": "否", "三级": "是"}), 1)


@rule("tcm-level-3-ziyang")
def _(data: Inputs) -> Answer:
    table = data.of("中医医院")
    assert not table["名称"].str.contains("益阳市中医").any()
    return somewhere(table, table["级别"].map({"": "", "二级": "否", "三级": "是"}), 1)


@rule("special-disease-clinics")
def _(data: Inputs) -> Answer:
    table = data.of(TOWNSHIP, CENTRAL)  # the district's document leaves centres out
    return share_of(table, table["特殊病种门诊"], 1)


@rule("elder-care-partners")
def _(data: Inputs) -> Answer:
    table = data.of("养老机构")
    return share_of(table, table["医疗机构签约"], 1)


def sum_share(table: pd.DataFrame, part: str, whole: str, required: float) -> Answer:
    """One sum in another, where every cell is filled in."""
    above, below = (number(table[name]) for name in (part, whole))
    assert not above.isna().any()
    assert not below.isna().any()
    share = above.sum() / below.sum()
    return Answer("met" if share >= required else "unmet", share)


@rule("cdc-professional-posts")
def _(data: Inputs) -> Answer:
    return sum_share(data.of("疾控中心"), "专业技术编制", "编制数", 0.85)


@rule("posts-filled")
def _(data: Inputs) -> Answer:
    return sum_share(data.of(*GRASS_ROOTS), "在编在岗人数", "编制数", 1)


@rule("mch-staff-primary")
def _(data: Inputs) -> Answer:
    table = data.of(*GRASS_ROOTS)

    def said(row: pd.Series) -> str:
        cells = {row["妇幼专干"], row["儿童医师"]}
        return "否" if "0" in cells else "" if "" in cells else "是"

    return share_of(table, table.apply(said, axis=1), 1)


@rule("birth-defect-centre")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院", "妇幼保健院", "其他")
    return somewhere(table, table["出生缺陷防治中心"], 1)


@rule("critical-maternal-newborn")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院", "妇幼保健院", "其他")
    return somewhere(table, table["危重孕产妇和新生儿救治中心"], 1)


@rule("smart-medical-centre")
def _(data: Inputs) -> Answer:
    table = data.of("县级综合医院", "中医医院", "妇幼保健院", "急救站", "疾控中心", "其他")
    return somewhere(table, table["智慧医疗中心"], 1)


@rule("medical-community-date")
def _(data: Inputs) -> Answer:
    leads = [settled(
        (data.of(kind)["医共体牵头"] == "是").sum(), (data.of(kind)["医共体牵头"] == "").sum(), 1
    ) for kind in ("县级综合医院", "中医医院")]  # fmt: skip
    return Answer(overall(leads), float(leads.count("met")))


@rule("clinic-insurance")
def _(data: Inputs) -> Answer:
    table = data.of("村卫生室")
    return share_of(table, table["门诊统筹定点"], 1)


# What each document asks for, in the rule's own unit; a share of everything is 1.
REQUIRED: dict[str, float] = {
    "township-hospital": 6, "township-hospital-standardised": 6, "village-clinic": 88,
    "service-coverage": 88,
    "public-health-committee": 124, "maternal-worker": 88, "sub-centres-ziyang": 2,
    "sub-centres-ziyang-scale": 2, "maternal-child-institution": 1, "psychiatric": 1,
    "hospice": 1, "own-hospice-150k": 3, "ambulance-50k": 8, "community-centre-50k": 2,
    "own-zone-centre-50k": 0, "negative-pressure": 0.4, "general-practitioners": 3.53,
    "general-practitioners-project": 3, "physicians": 3.10, "private-beds": 1.8,
    "township-staffing": 1, "village-doctors": 1, "gp-per-facility": 12,
    "mental-health-worker": 12, "public-health-physician": 12, "own-station-nurses": 8,
    "own-station-gps": 8, "own-specialist-pharmacists": 0, "tcm-rehab": 0.75,
    "geriatric-dept": 0.6, "geriatric-dept-hunan": 0.9, "mch-level-2": 0.8,
    "county-hospital-level-3": 0.5, "own-urban-care-15": 0.9, "own-rural-service-10": 86,
    "own-rural-committee": 86, "own-psychiatric-60": 0.95,
    "tcm-hospital-level-3-hunan": 0.35, "medical-community-date": 2, "cdc-professional-posts": 0.85,
}  # fmt: skip


# --- compared with the report ------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(demonstration: Report) -> Report:
    return demonstration


def test_every_rule_of_the_report_is_computed_here(report: Report) -> None:
    assert {result.rule.id for result in report.rules} == set(RULES)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_the_verdict_is_the_reports(rule_id: str, inputs: Inputs, report: Report) -> None:
    expected = RULES[rule_id](inputs)
    result = next(result for result in report.rules if result.rule.id == rule_id)
    assert result.verdict == expected.verdict
    assert result.required == REQUIRED.get(rule_id, 1)
    if not math.isnan(expected.observed):
        assert result.observed == pytest.approx(expected.observed, rel=1e-12)
    if expected.units:
        assert {unit.name: unit.verdict for unit in result.units} == expected.units


@pytest.mark.parametrize("rule_id", ["service-radius", "service-coverage", "ems-points"])
def test_the_residents_minutes_are_networkxs(rule_id: str, inputs: Inputs, report: Report) -> None:
    going = {
        "service-radius": inputs.of(*GRASS_ROOTS, "社区卫生服务站", "村卫生室"),
        "service-coverage": inputs.of("村卫生室"),
        "ems-points": inputs.facilities[inputs.facilities["急救点"] == "是"],
    }[rule_id]
    access = next(result for result in report.rules if result.rule.id == rule_id).access
    assert access is not None
    assert [village.code for village in access.villages] == list(inputs.villages["编码"])
    ours = inputs.nearest_min(going)
    np.testing.assert_allclose(
        [village.minutes for village in access.villages], ours, rtol=0, atol=1e-6
    )
    reached = ~np.isnan(ours)
    assert access.unreachable == inputs.people[~reached].sum()
    mean = np.average(ours[reached], weights=inputs.people[reached])
    assert access.mean_min == pytest.approx(mean, abs=1e-6)


def test_every_kind_shows_every_verdict(report: Report) -> None:
    """Of rules, and of their unit rows."""
    seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for result in report.rules:
        seen[result.rule.kind] |= {result.verdict, *(unit.verdict for unit in result.units)}
    every = {"met", "unmet", "not_applicable", "not_assessable"}
    assert seen == dict.fromkeys(KINDS, every)


def test_this_file_uses_nothing_of_the_rules() -> None:
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    imported = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not any(module.startswith("coverage.rules") for module in imported)
