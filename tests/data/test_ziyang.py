"""The demonstration county: made again by its script it is the same, and it is what it says."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely

from coverage.assessment.report import Report
from coverage.paths import DATA, DEMONSTRATION

URBAN_CODES = {"111", "112", "121", "122", "123"}
RURAL_CODES = {"210", "220"}
SOURCES = DATA / "sources"
TEXT_FILES = ("county.toml", "townships.geojson", "villages.csv", "facilities.csv", "README.md")

pytestmark = pytest.mark.xdist_group("demo")


def osm_objects(path: Path) -> list[tuple[object, ...]]:
    """Return every node and way of the file, in its order, with all that routing can see."""
    found: list[tuple[object, ...]] = []
    for thing in osmium.FileProcessor(str(path)):
        if isinstance(thing, osmium.osm.Node):
            found.append(("node", thing.id, thing.location.x, thing.location.y))
        else:
            tags = tuple((tag.k, tag.v) for tag in thing.tags)
            found.append(("way", thing.id, tuple(n.ref for n in thing.nodes), tags))
    return found


@pytest.fixture(scope="module")
def villages() -> pd.DataFrame:
    return pd.read_csv(DEMONSTRATION / "villages.csv", dtype=str, encoding="utf-8-sig").fillna("")


@pytest.fixture(scope="module")
def facilities() -> pd.DataFrame:
    return pd.read_csv(DEMONSTRATION / "facilities.csv", dtype=str, encoding="utf-8-sig").fillna("")


@pytest.fixture(scope="module")
def townships() -> gpd.GeoDataFrame:
    return gpd.read_file(DEMONSTRATION / "townships.geojson").set_index("name")


@pytest.fixture(scope="module")
def ways() -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
    roads = osmium.FileProcessor(str(DEMONSTRATION / "roads.osm.pbf")).with_locations()
    return [(dict(way.tags), [(n.lon, n.lat) for n in way.nodes]) for way in roads if way.is_way()]


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ziyang")
    script = DATA / "make_ziyang.py"
    done = subprocess.run(
        [sys.executable, str(script), "--out", str(out)],
        env={**os.environ, "PYTHONHASHSEED": "4309"},
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def test_the_script_makes_the_same_folder_again(made_again: Path) -> None:
    own_rules = [f"rules/{path.name}" for path in (DEMONSTRATION / "rules").iterdir()]
    files = [str(p.relative_to(made_again)) for p in made_again.rglob("*") if p.is_file()]
    assert sorted(files) == sorted([*TEXT_FILES, *own_rules, "roads.osm.pbf"])
    for name in (*TEXT_FILES, *own_rules):
        assert (made_again / name).read_bytes() == (DEMONSTRATION / name).read_bytes(), name
    again = osm_objects(made_again / "roads.osm.pbf")
    kept = osm_objects(DEMONSTRATION / "roads.osm.pbf")
    assert len(again) > 10_000
    assert again == kept


def test_the_folder_is_small() -> None:
    assert sum(p.stat().st_size for p in DEMONSTRATION.rglob("*")) < 5_000_000


def test_the_folder_says_that_it_is_invented() -> None:
    config = tomllib.loads((DEMONSTRATION / "county.toml").read_text(encoding="utf-8"))
    assert config["county"]["illustrative"] is True
    assert config["county"]["code"] == "430902"
    assert config["rules"]["community-centre-50k"]["enabled"] is True
    assert config["rules"]["ambulance-50k"]["enabled"] is True
    for rule in (DEMONSTRATION / "rules").glob("*.yaml"):
        assert "虚构" in rule.read_text(encoding="utf-8")
    readme = (DEMONSTRATION / "README.md").read_text(encoding="utf-8")
    for word in ("虚构", "invented", "GeoNames", "CC BY 4.0", "WTFPL", "356,405"):
        assert word in readme


def test_names_and_codes_are_the_real_ones(villages: pd.DataFrame) -> None:
    with (SOURCES / "ziyang_villages_2023.csv").open(encoding="utf-8", newline="") as file:
        real = {
            row["village_code"]: (row["village"].removesuffix("委会"), row["town"])
            for row in csv.DictReader(file)
        }
    ours = {
        code: (name, unit)
        for code, name, unit in zip(
            villages["编码"], villages["名称"], villages["所属乡镇"], strict=True
        )
    }
    assert len(real) == 124
    assert ours == real
    assert (villages["类型"] == "社区").equals(villages["名称"].str.endswith("社区"))


def test_residents_add_up_to_the_census(
    villages: pd.DataFrame, townships: gpd.GeoDataFrame
) -> None:
    with (SOURCES / "ziyang_population.csv").open(encoding="utf-8", newline="") as file:
        census = {
            row["unit"]: int(row["population"])
            for row in csv.DictReader(file)
            if "资阳区" in row["unit"]
        }
    people = villages["常住人口"].astype(int)
    codes = villages["城乡分类代码"]
    assert set(codes) <= URBAN_CODES | RURAL_CODES
    assert people.sum() == census["资阳区 (total)"] == 356_405
    assert people[codes.isin(URBAN_CODES)].sum() == census["资阳区 (urban)"] == 188_465
    assert people[codes.isin(RURAL_CODES)].sum() == census["资阳区 (rural)"] == 167_940
    by_unit = people.groupby(villages["所属乡镇"]).sum()
    assert by_unit.to_dict() == townships["population"].to_dict()
    assert people.between(500, 12_000).all()


def test_one_street_needs_a_second_centre(
    facilities: pd.DataFrame, townships: gpd.GeoDataFrame
) -> None:
    streets = townships[townships["kind"] == "street"]
    assert sorted(streets["population"] > 50_000) == [False, True]
    centres = facilities[facilities["类型"] == "社区卫生服务中心"]["所属乡镇"].value_counts()
    assert centres["汽车路街道"] == 1


def test_units_fill_the_county_and_share_their_borders(townships: gpd.GeoDataFrame) -> None:
    shapes = np.array(townships.geometry)
    assert len(shapes) == 9
    assert townships.geometry.is_valid.all()
    assert (townships.geometry.geom_type == "Polygon").all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert shapely.get_num_geometries(whole) == 1
    assert len(shapely.get_parts(whole)[0].interiors) == 0
    assert 690 < townships.to_crs(4546).area.sum() / 1e6 < 780
    assert sorted(townships["kind"].value_counts().items()) == [
        ("street", 2), ("township", 6), ("zone", 1),
    ]  # fmt: skip


def test_every_village_and_town_point_lies_in_its_unit(
    villages: pd.DataFrame, townships: gpd.GeoDataFrame
) -> None:
    points = shapely.points(villages["经度"].astype(float), villages["纬度"].astype(float))
    homes = townships.geometry.loc[villages["所属乡镇"]].to_numpy()
    assert shapely.contains(homes, points).all()
    at = dict(zip(villages["名称"], points, strict=True))
    seats = {
        "迎风桥镇": "迎丰桥社区", "新桥河镇": "虎形山社区", "茈湖口镇": "茈湖口社区",
        "大码头街道": "石码头社区",
    }  # fmt: skip
    with (SOURCES / "ziyang_places_geonames.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for unit, seat in seats.items():
                if unit in row["zh"].split("|"):
                    real = shapely.Point(float(row["lon"]), float(row["lat"]))
                    assert townships.geometry[unit].contains(real)
                    assert at[seat].distance(real) < 1e-5
                    del seats[unit]
                    break
    assert not seats


def test_rivers_are_crossed_on_named_bridges_only(
    ways: list[tuple[dict[str, str], list[tuple[float, float]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(DATA))
    import make_ziyang  # noqa: PLC0415 - a script, not on the path
    from demo.land import draw_land  # noqa: PLC0415 - likewise
    from demo.plane import to_xy  # noqa: PLC0415 - likewise

    land = draw_land(np.random.default_rng([make_ziyang.SEED, 0]))
    water = {w.name: w.surface for w in land.waters}
    over: dict[str, set[str]] = {name: set() for name in water}
    for tags, places in ways:
        line = shapely.LineString(to_xy(places))
        for name, surface in water.items():
            if "highway" in tags and line.intersects(surface):
                assert tags.get("bridge") == "yes", (name, tags)
                over[name].add(tags["name"])
    assert over["甘溪港河"] == {"甘溪港大桥", "堤南桥"}
    assert over["资江"] == {"资江一桥", "资江二桥"}
    assert not over["皇家湖"]
    assert len(over["撇洪河"]) >= 4
    assert len(over["民主垸干渠"]) >= 4


def test_without_the_two_bridges_the_polders_are_apart(
    ways: list[tuple[dict[str, str], list[tuple[float, float]]]], townships: gpd.GeoDataFrame
) -> None:
    whole, cut = nx.Graph(), nx.Graph()
    for tags, places in ways:
        if "highway" in tags:
            nx.add_path(whole, places)
            if tags.get("name") not in ("甘溪港大桥", "堤南桥"):
                nx.add_path(cut, places)
    nodes = np.array(sorted(cut))
    points = shapely.points(nodes)
    deep = {
        unit: tuple(nodes[shapely.contains(townships.geometry[unit].buffer(-0.01), points)][0])
        for unit in ("长春镇", "张家塞乡")
    }
    assert nx.has_path(whole, deep["长春镇"], deep["张家塞乡"])
    assert not nx.has_path(cut, deep["长春镇"], deep["张家塞乡"])


def test_roads_have_what_the_reader_must_cope_with(
    ways: list[tuple[dict[str, str], list[tuple[float, float]]]],
) -> None:
    seen = {(key, value) for tags, _ in ways for key, value in tags.items()}
    for pair in (
        ("highway", "trunk"), ("highway", "primary"), ("highway", "secondary"),
        ("highway", "tertiary"), ("highway", "unclassified"), ("highway", "residential"),
        ("highway", "service"), ("highway", "track"), ("highway", "footway"),
        ("oneway", "yes"), ("oneway", "-1"), ("junction", "roundabout"), ("bridge", "yes"),
        ("access", "private"), ("maxspeed", "60"), ("route", "ferry"),
    ):  # fmt: skip
        assert pair in seen
    assert all(len(set(places)) >= 2 for _, places in ways)
    assert all(a != b for _, places in ways for a, b in pairwise(places))


def test_node_and_way_ids_rise() -> None:
    objects = osm_objects(DEMONSTRATION / "roads.osm.pbf")
    for kind in ("node", "way"):
        ids = [thing[1] for thing in objects if thing[0] == kind]
        assert ids == sorted(set(ids))
    kinds = [thing[0] for thing in objects]
    assert kinds == sorted(kinds)


def test_facilities_leave_gaps(facilities: pd.DataFrame, villages: pd.DataFrame) -> None:
    assert facilities["编号"].is_unique
    assert set(facilities["所属乡镇"]) == set(villages["所属乡镇"])
    stated = facilities.loc[facilities["所属村"] != "", "所属村"]
    assert set(stated) <= set(villages["名称"])
    assert (facilities["经度"] == "").sum() == 1
    assert facilities["名称"].str.contains("示例").all()
    private = facilities["所有制"] == "民营"
    assert (facilities.loc[private, "床位数"] == "").all()
    nurseries = facilities[facilities["类型"] == "托育机构"]
    assert (nurseries["床位数"] == "").all()
    known = facilities.loc[facilities["救护车数"] != "", "救护车数"].astype(int)
    assert known.sum() == 9
    big = ~facilities["类型"].isin(["村卫生室", "社区卫生服务站", "托育机构"])
    assert (facilities.loc[big, "救护车数"] == "").any()
    clinics = facilities[facilities["类型"] == "村卫生室"]
    assert (clinics["所属村"] == "").sum() >= 10
    rural = villages[villages["类型"] == "村"]
    without = rural[~rural["服务方式"].isin(["卫生室"])]
    assert 5 <= len(without) <= 20


def test_township_geometry_is_plain_geojson() -> None:
    layer = json.loads((DEMONSTRATION / "townships.geojson").read_text(encoding="utf-8"))
    assert set(layer) == {"type", "features"}
    assert all(
        set(feature["properties"]) == {"code", "name", "kind", "population"}
        for feature in layer["features"]
    )


@pytest.fixture(scope="module")
def report(demonstration: Report) -> Report:
    return demonstration


def test_the_report_has_every_kind_of_answer(report: Report) -> None:
    note = report.network.note
    assert 5_000 <= note.nodes <= 15_000
    assert note.components == 2
    assert note.unknown_class_share == 0
    # The island's road alone is cut off: its one village is beyond reach.
    beyond = report.villages[report.villages["response_min"].isna()]
    assert beyond["name"].tolist() == ["五房洲村"]
    found = {
        result.rule.id: (result.verdict, result.observed, result.required)
        for result in report.rules
    }
    assert found["township-hospital"] == ("met", 6, 6)
    assert found["village-clinic"] == ("unmet", 75, 88)
    assert found["ambulance-50k"] == ("met", 9, 8)
    assert found["community-centre-50k"] == ("unmet", 1, 2)
    verdict, share, whole = found["ems-1030"]
    assert (verdict, round(share, 3), whole) == ("unmet", 0.829, 1)
    assert {verdict for verdict, _, _ in found.values()} == {
        "met", "unmet", "not_applicable", "not_assessable",
    }  # fmt: skip
    for area_class, least in (("urban", 0.6), ("rural", 0.9)):
        rows = report.villages[report.villages["area_class"] == area_class]
        share = (rows["population"] * rows["covered"]).sum() / rows["population"].sum()
        assert least < share < 1
    late = report.villages[report.villages["response_min"] > 30]
    assert 3 <= len(late) <= 10
    access_m = report.response.villages["access_min"] / 60 * 10_000 / 1.3
    assert (access_m.between(500, 2500)).sum() == 4


def test_the_clinic_rule_finds_just_the_villages_without_one(
    report: Report, villages: pd.DataFrame
) -> None:
    clinic = next(result for result in report.rules if result.rule.id == "village-clinic")
    lacking = {unit.name for unit in clinic.units if unit.verdict == "unmet"}
    without = villages[(villages["类型"] == "村") & (villages["服务方式"] != "卫生室")]
    assert lacking == set(without["名称"])
