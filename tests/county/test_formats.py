"""The same county in every format and encoding is the same county."""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from coverage.county import datum
from coverage.county.model import County
from coverage.county.read import read_county
from tests import county_fixtures as fixtures

CHINESE = {
    "code": "编码",
    "name": "村（社区）",
    "township": "所属 乡镇",
    "kind": "类型",
    "population": "常住人口(人)",
    "area_class": "城乡分类代码",
    "lon": "经度",
    "lat": "纬度",
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> County:
    return read_county(fixtures.write_county(tmp_path_factory.mktemp("plain")))


def _toml(role: str, value: str) -> str:
    name = "facilities.csv" if role == "facilities" else f"{role}.csv"
    if role == "townships":
        name = "townships.geojson"
    return fixtures.TOML.replace(f'"{name}"', value)


def _same(a: County, b: County, role: str, *, rows: bool = True) -> None:
    left, right = getattr(a, role), getattr(b, role)
    if not rows:
        left, right = left.drop(columns="source_row"), right.drop(columns="source_row")
    assert_geodataframe_equal(left, right, check_less_precise=True)


def _xlsx(table: pd.DataFrame, *, sheet: str = "村", above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["没有用的工作表"])
    page = book.create_sheet(sheet)
    for i in range(above):
        page.append(["2023年各村基本情况表"] if i == 0 else [])
    page.append(list(table.columns))
    for row in table.itertuples(index=False):
        page.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_as_excel_in_china_writes_it(tmp_path, plain, encoding, separator):
    text = fixtures.villages().rename(columns=CHINESE).to_csv(index=False, sep=separator)
    county = read_county(fixtures.write_county(tmp_path, villages=text.encode(encoding)))
    _same(county, plain, "villages")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("title", ["各村一览表", "各村一览表，人口（人, 户, 个; 等）\t"])
def test_the_separator_is_told_by_the_header_not_by_the_title(tmp_path, plain, separator, title):
    text = fixtures.villages().to_csv(index=False, sep=separator)
    title = f'"{title}"' if separator in title else title
    county = read_county(fixtures.write_county(tmp_path, villages=f"{title}\n{text}"))
    _same(county, plain, "villages", rows=False)


def test_line_ends_quotes_and_blank_lines(tmp_path, plain):
    lines = fixtures.villages().to_csv(index=False).splitlines()
    lines[1] = lines[1].replace("甲一村", '"甲一\n村"')
    lines.insert(1, "")
    text = "\r\n".join(lines)
    county = read_county(fixtures.write_county(tmp_path, villages=text.encode()))
    assert county.villages["name"][0] == "甲一 村"
    assert county.villages["source_row"].tolist() == list(range(3, 11))
    assert county.villages["population"].equals(plain.villages["population"])


def test_xlsx_with_chinese_headers_numbers_as_codes_and_a_title(tmp_path, plain):
    table = fixtures.villages().rename(columns=CHINESE)
    table["编码"] = table["编码"].astype("int64").astype(float)
    table["城乡分类代码"] = table["城乡分类代码"].astype(float)
    toml = _toml("villages", '{ path = "villages.xlsx", sheet = "村" }')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    (tmp_path / "villages.xlsx").write_bytes(_xlsx(table, above=2))
    county = read_county(tmp_path)
    _same(county, plain, "villages", rows=False)
    assert county.villages["source_row"].tolist() == list(range(4, 12))
    assert county.given_columns["villages"] == frozenset(CHINESE)


def test_xlsx_gives_the_values_of_formulas(tmp_path):
    table = fixtures.villages()
    toml = _toml("villages", '"villages.xlsx"')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    book = openpyxl.load_workbook(io.BytesIO(_xlsx(table)))
    del book["说明"]
    book.active["E2"] = "=900*2"
    buffer = io.BytesIO()
    book.save(buffer)
    saved = _with_saved_value(buffer.getvalue(), "1800")
    (tmp_path / "villages.xlsx").write_bytes(saved)
    assert read_county(tmp_path).villages["population"][0] == 1800


def _with_saved_value(content: bytes, value: str) -> bytes:
    """Put a cached value beside the formula, as Excel does (openpyxl writes none)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                before = data
                data = data.replace(b"</f><v />", f"</f><v>{value}</v>".encode())
                assert data != before
            new.writestr(entry, data)
    return out.getvalue()


def _layer(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(frame["lon"], frame["lat"], crs=4326)
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points)


@pytest.mark.parametrize(
    ("suffix", "epsg"),
    [
        ("geojson", 4326),  # always in degrees, by its standard
        *((suffix, epsg) for suffix in ("gpkg", "shp", "parquet") for epsg in (4326, 4547)),
    ],
)
def test_villages_as_layer(tmp_path, plain, suffix, epsg):
    layer = _layer(fixtures.villages()).to_crs(epsg)
    toml = _toml("villages", f'"villages.{suffix}"')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    path = tmp_path / f"villages.{suffix}"
    if suffix == "parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path, engine="pyogrio", encoding="UTF-8" if suffix == "shp" else None)
    county = read_county(tmp_path)
    left = county.villages.drop(columns=["source_row", "lon", "lat", "geometry"])
    right = plain.villages.drop(columns=["source_row", "lon", "lat", "geometry"])
    pd.testing.assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right))
    assert county.villages.geometry.distance(plain.villages.geometry).max() < 1e-4
    assert county.villages["source_row"].tolist() == list(range(1, 9))


def test_shapefile_in_gbk_without_cpg_and_with_cut_names(tmp_path):
    layer = _layer(fixtures.facilities()).rename(columns={"ambulances": "救护车"})
    layer["negative_pressure_ambulances"] = 1
    toml = _toml("facilities", '"facilities.shp"')
    fixtures.write_county(tmp_path, toml=toml, facilities=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the long name is cut, which is what is tried
        layer.to_file(tmp_path / "facilities.shp", engine="pyogrio", encoding="GB18030")
    (tmp_path / "facilities.cpg").unlink()
    county = read_county(tmp_path)
    assert county.facilities["name"].tolist() == fixtures.facilities()["name"].tolist()
    assert county.facilities["ambulances"].tolist() == [2, 0, 1, 0, 1]
    assert county.facilities["negative_pressure_ambulances"].tolist() == [1] * 5


def test_parquet_without_geometry(tmp_path, plain):
    toml = _toml("villages", '"villages.parquet"')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    fixtures.villages().to_parquet(tmp_path / "villages.parquet")
    _same(read_county(tmp_path), plain, "villages", rows=False)


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_a_table_and_a_layer_in_a_shifted_datum(tmp_path, plain, name):
    shift = {"gcj02": datum.gcj02_from_wgs84, "bd09": datum.bd09_from_wgs84}[name]
    villages = fixtures.villages()
    villages["lon"], villages["lat"] = shift(
        villages["lon"].to_numpy(float), villages["lat"].to_numpy(float)
    )
    towns = fixtures.townships()
    towns.geometry = [
        type(g)(list(zip(*(c.tolist() for c in shift(*map(_array, g.exterior.xy))), strict=True)))
        for g in towns.geometry
    ]
    toml = _toml("villages", f'{{ path = "villages.csv", datum = "{name}" }}')
    toml = toml.replace(
        '"townships.geojson"', f'{{ path = "townships.geojson", datum = "{name}" }}'
    )
    folder = fixtures.write_county(tmp_path, toml=toml, villages=villages, townships=towns)
    county = read_county(folder)
    assert county.crs == plain.crs
    assert county.villages.geometry.distance(plain.villages.geometry).max() < 0.001
    for mine, true in zip(county.townships.geometry, plain.townships.geometry, strict=True):
        assert mine.hausdorff_distance(true) < 0.001


def _array(values: object) -> np.ndarray:
    return np.array(values, dtype=float)


def test_projected_columns(tmp_path, plain):
    villages = fixtures.villages()
    points = gpd.GeoSeries.from_xy(villages["lon"], villages["lat"], crs=4326).to_crs(4547)
    villages["lon"], villages["lat"] = points.x, points.y
    toml = _toml("villages", '{ path = "villages.csv", datum = "EPSG:4547" }')
    county = read_county(fixtures.write_county(tmp_path, toml=toml, villages=villages))
    assert county.villages.geometry.distance(plain.villages.geometry).max() < 0.001


def test_villages_as_polygons_stand_at_a_point_inside(tmp_path):
    layer = _layer(fixtures.villages())
    layer.geometry = [point.buffer(0.005, cap_style="square") for point in layer.geometry]
    toml = _toml("villages", '"villages.geojson"')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    (tmp_path / "villages.geojson").write_text(layer.to_json(), encoding="utf-8")
    county = read_county(tmp_path)
    assert county.villages["polygon"].contains(county.villages.geometry).all()
    assert county.villages["polygon"].crs == county.crs


def test_geojson_in_gb18030_with_a_named_crs(tmp_path, plain):
    layer = _layer(fixtures.villages())
    text = layer.to_crs(4547).to_json(ensure_ascii=False)
    assert '"crs"' in text
    toml = _toml("villages", '"villages.geojson"')
    fixtures.write_county(tmp_path, toml=toml, villages=None)
    (tmp_path / "villages.geojson").write_bytes(text.encode("gb18030"))
    county = read_county(tmp_path)
    assert county.villages.geometry.distance(plain.villages.geometry).max() < 0.001
    assert county.villages["name"].tolist() == plain.villages["name"].tolist()


def test_a_layer_of_a_geopackage_is_chosen(tmp_path, plain):
    path = tmp_path / "all.gpkg"
    _layer(fixtures.villages()).to_file(path, layer="cun", engine="pyogrio")
    _layer(fixtures.facilities()).to_file(path, layer="facilities", engine="pyogrio")
    toml = _toml("villages", '{ path = "all.gpkg", layer = "cun" }')
    toml = toml.replace('"facilities.csv"', '"all.gpkg"')
    county = read_county(fixtures.write_county(tmp_path, toml=toml))
    assert county.villages["code"].equals(plain.villages["code"])
    assert county.facilities["id"].equals(plain.facilities["id"])


def test_the_order_of_rows_and_columns_changes_nothing(tmp_path, plain):
    villages = fixtures.villages().sample(frac=1, random_state=7).iloc[:, ::-1]
    facilities = fixtures.facilities().iloc[::-1]
    towns = fixtures.townships().iloc[::-1]
    county = read_county(
        fixtures.write_county(tmp_path, villages=villages, facilities=facilities, townships=towns)
    )
    for role, key in (("villages", "code"), ("facilities", "id"), ("townships", "code")):
        mine = getattr(county, role).sort_values(key).reset_index(drop=True)
        true = getattr(plain, role).sort_values(key).reset_index(drop=True)
        mine, true = mine.drop(columns="source_row"), true.drop(columns="source_row")
        assert_geodataframe_equal(mine, true, check_less_precise=True)


def test_inputs_are_listed_with_the_hash_of_their_bytes(tmp_path):
    county = read_county(fixtures.write_county(tmp_path))
    assert [(f.role, f.path, f.rows) for f in county.inputs] == [
        ("county", "county.toml", 0),
        ("townships", "townships.geojson", 4),
        ("villages", "villages.csv", 8),
        ("facilities", "facilities.csv", 5),
        ("roads", "roads.geojson", 0),
    ]
    for file in county.inputs:
        assert file.sha256 == hashlib.sha256((tmp_path / file.path).read_bytes()).hexdigest()


def test_a_sound_county_has_nothing_to_tell(plain):
    assert plain.quality == ()
    assert plain.crs.to_epsg() == 4546
    assert plain.demand["population"].sum() == plain.villages["population"].sum() == 15200
