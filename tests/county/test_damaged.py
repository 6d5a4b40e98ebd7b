"""Layers that are cut short, damaged or without a part: told, or read to the same content."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio import Affine

from coverage.county.layers import open_layer
from coverage.county.population import read_grid
from coverage.county.read import read_county
from coverage.network.read import read_network
from coverage.problems import InputError
from tests import county_fixtures as fixtures
from tests.network_fixtures import CRS_M, ORIGIN, county_with

ROADS = 140


def _roads() -> gpd.GeoDataFrame:
    lines = [
        shapely.LineString(np.array([(0, 50.0 * i), (500, 50.0 * i), (900, 50.0 * i + 3)]) + ORIGIN)
        for i in range(ROADS)
    ]
    names = [f"道路{i}" for i in range(ROADS)]
    return gpd.GeoDataFrame({"highway": "primary", "name": names}, geometry=lines, crs=CRS_M)


def _write(folder: Path, suffix: str) -> Path:
    path = folder / f"roads{suffix}"
    if suffix == ".parquet":
        _roads().to_parquet(path)
    else:
        _roads().to_file(path)
    return path


def _frame(path: Path) -> pd.DataFrame:
    layer = open_layer(path, path.name, lambda layers: next(iter(layers), ""))
    assert not layer.lost
    assert not layer.unreadable
    return layer.frame


def _code(folder: Path, roads: str) -> str:
    with pytest.raises(InputError) as caught:
        read_network(county_with(folder, roads))
    assert all(p.text("zh") and p.text("en") for p in caught.value.problems)
    return caught.value.problems[0].code


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".parquet"])
def test_a_layer_cut_short_is_refused_or_whole(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path, suffix)
    whole = _frame(path)
    parts = [".shp", ".shx", ".dbf"] if suffix == ".shp" else [suffix]
    refused = 0
    for part in parts:
        original = path.with_suffix(part).read_bytes()
        for share in (0, 0.001, 0.1, 0.5, 0.9, 0.99):
            path.with_suffix(part).write_bytes(original[: int(share * len(original))])
            try:
                frame = _frame(path)
            except InputError:
                refused += 1
            else:
                pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(whole))
        path.with_suffix(part).write_bytes(original)
    assert refused >= 5 * len(parts)


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_half_a_road_shapefile_is_refused_by_its_records(tmp_path: Path, part: str) -> None:
    path = _write(tmp_path, ".shp")
    assert len(read_network(county_with(tmp_path, "roads.shp")).edges) == ROADS
    content = path.with_suffix(part).read_bytes()
    path.with_suffix(part).write_bytes(content[: len(content) // 2])
    assert _code(tmp_path, "roads.shp") == "county.shapefile_cut"


@pytest.mark.parametrize(("records", "refused"), [(1, False), (2, True)])
def test_one_record_in_a_hundred_may_be_lost(tmp_path: Path, records: int, refused: bool) -> None:
    path = _write(tmp_path, ".shp")
    content = bytearray(path.read_bytes())
    index = path.with_suffix(".shx").read_bytes()
    for record in range(10, 10 + records):
        at = int.from_bytes(index[100 + 8 * record : 104 + 8 * record], "big") * 2
        content[at + 44 : at + 48] = b"\xff\xff\xff\x7f"  # its number of parts
    path.write_bytes(content)
    if refused:
        assert _code(tmp_path, "roads.shp") == "network.too_many_lost"
        return
    network = read_network(county_with(tmp_path, "roads.shp"))
    told = next(p for p in network.quality if p.code == "network.lost_roads")
    assert (told.level, told.rows, len(network.edges)) == ("warning", (11,), ROADS - 1)


def test_the_parts_that_a_shapefile_lacks_are_named(tmp_path: Path) -> None:
    path = _write(tmp_path, ".shp")
    for part in (".dbf", ".shx"):
        moved = shutil.move(path.with_suffix(part), tmp_path / "kept")
        with pytest.raises(InputError) as caught:
            _frame(path)
        (problem,) = caught.value.problems
        assert problem.code == "county.shapefile_part_missing"
        assert f"lacks {part}." in problem.text("en")
        shutil.move(moved, path.with_suffix(part))
    path.with_suffix(".dbf").rename(tmp_path / "roads.DBF")
    path.with_suffix(".shx").rename(tmp_path / "Roads.Shx")
    assert len(_frame(path)) == ROADS


@pytest.mark.parametrize("stated", ["UTF-8", "GBK", "ISO-8859-1", "", None])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_bytes_say_the_encoding_not_the_cpg(
    tmp_path: Path, encoding: str, stated: str | None
) -> None:
    path = tmp_path / "roads.shp"
    _roads().to_file(path, encoding=encoding)
    cpg = path.with_suffix(".cpg")
    cpg.unlink(missing_ok=True)
    if stated is not None:
        cpg.write_text(stated)
    layer = open_layer(path, "roads.shp", lambda _: "roads")
    assert layer.frame["name"].tolist() == _roads()["name"].tolist()
    lies = (stated == "UTF-8" and encoding != "utf-8") or (stated == "GBK" and encoding == "utf-8")
    assert [p.code for p in layer.notes] == ["county.shapefile_cpg_wrong"] * lies


@pytest.mark.parametrize(("encoding", "cut"), [("utf-8", "资阳区汽"), ("gb18030", "资阳区汽车站")])
def test_a_text_cut_in_mid_character_loses_that_one(
    tmp_path: Path, encoding: str, cut: str
) -> None:
    path = tmp_path / "roads.shp"
    _roads().head(2).assign(name=["资阳区汽车站东", "甲"]).to_file(path, encoding=encoding)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    at = table.index("资阳区汽车站东".encode(encoding))
    width = 13  # cuts the fifth character in UTF-8, the seventh in GB18030
    table[at + width : at + 40] = b" " * (40 - width)
    path.with_suffix(".dbf").write_bytes(table)
    layer = open_layer(path, "roads.shp", lambda _: "roads")
    assert layer.frame["name"].tolist() == [cut, "甲"]
    (told,) = (p for p in layer.notes if p.code == "county.shapefile_text_cut")
    assert told.rows == (1,)


def test_a_grid_cut_short(tmp_path: Path) -> None:
    place = Affine(0.005, 0, fixtures.WEST, 0, -0.005, fixtures.SOUTH + 0.2)
    path = tmp_path / "grid.tif"
    shape = {"width": 40, "height": 40, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", driver="GTiff", transform=place, **shape) as to:
        to.write(np.ones((1, 40, 40), "float32"))
    content = path.read_bytes()
    units = fixtures.townships().to_crs(4547)
    assert len(read_grid(path, "grid.tif", "wgs84", units, []).weight) > 300
    for share in (0, 0.01, 0.5, 0.9):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError):
            read_grid(path, "grid.tif", "wgs84", units, [])


def _with_exclave(folder: Path, **second: object) -> Path:
    units = fixtures.townships()
    exclave = units.iloc[[0]].assign(**second)
    exclave.geometry = [
        shapely.box(*(np.array(units.total_bounds)[[2, 1, 2, 1]] + [1, 0, 1.02, 0.02]))
    ]
    both = gpd.GeoDataFrame(pd.concat([units, exclave], ignore_index=True), crs=units.crs)
    return fixtures.write_county(folder, townships=both)


def test_an_exclave_as_a_feature_of_its_own_is_joined(tmp_path: Path) -> None:
    county = read_county(_with_exclave(tmp_path / "a"))
    plain = read_county(fixtures.write_county(tmp_path / "b"))
    assert county.townships["code"].tolist() == plain.townships["code"].tolist()
    assert county.townships["population"].tolist() == plain.townships["population"].tolist()
    assert county.townships.geometry[0].geom_type == "MultiPolygon"
    told = next(p for p in county.quality if p.code == "county.parts_joined")
    assert (told.level, told.rows) == ("note", (1, 5))
    blank = read_county(_with_exclave(tmp_path / "c", population=None))
    assert blank.townships["population"].tolist() == plain.townships["population"].tolist()


@pytest.mark.parametrize("second", [{"population": 7}, {"name": "另一个镇"}, {"kind": "街道"}])
def test_features_of_one_code_that_differ_are_not_joined(
    tmp_path: Path, second: dict[str, object]
) -> None:
    with pytest.raises(InputError) as caught:
        read_county(_with_exclave(tmp_path, **second))
    assert "county.parts_joined" not in {p.code for p in caught.value.problems}
