"""A file never makes the program read another file or reach an address."""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio import Affine

from coverage.county.datum import crs_from_text
from coverage.county.layers import open_layer
from coverage.county.population import read_grid
from coverage.county.sheets import read_csv
from coverage.county.sources import Source
from coverage.county.workbook import read_xlsx
from coverage.gdal import RASTER_DRIVERS, VECTOR_DRIVERS, raster_drivers, vector_drivers
from coverage.network.lines import read_lines
from coverage.paths import DATA
from coverage.problems import InputError, Problem
from maps.basemap import Basemap
from maps.ground import mercator_picture

ROOT = DATA.parent
CRS_M = CRS.from_epsg(4547)
LAYERS = (".geojson", ".json", ".gpkg", ".shp", ".parquet")
ENDINGS = (*LAYERS, ".csv", ".xlsx", ".tif", ".tiff", ".png")
MEANT = {
    ("v-GeoJSON", ".geojson"),
    ("v-GeoJSON", ".json"),
    ("v-JSONFG", ".geojson"),  # is a FeatureCollection, its further members are not looked at
    ("v-JSONFG", ".json"),
    ("v-GPKG", ".gpkg"),
    ("r-GTiff", ".tif"),
    ("r-GTiff", ".tiff"),
    ("r-COG", ".tif"),  # a GeoTIFF in another order
    ("r-COG", ".tiff"),
}
PICTURES = {"r-GTiff", "r-COG", "r-PNG", "r-JPEG", "r-BMP"}


def _choose(layers: dict[str, str]) -> str:
    if not layers:
        raise InputError([Problem("county.table_empty")])
    return next(iter(layers))


def read_anyhow(path: Path) -> list[str]:
    """Read a file in each way that its ending has, and return how it could be read."""
    suffix, file, found = path.suffix, path.name, []
    box = shapely.box(112.25, 28.5, 112.45, 28.7)
    townships = gpd.GeoDataFrame({"code": ["1"]}, geometry=[box], crs=4326).to_crs(CRS_M)
    ways: dict[str, Callable[[], object]] = {}
    if suffix in LAYERS:
        ways["layer"] = lambda: open_layer(path, file, _choose)
    if suffix in {".geojson", ".json", ".gpkg", ".shp"}:
        ways["roads"] = lambda: read_lines(path, Source(path=file), CRS_M)
    if suffix == ".csv":
        ways["layer"] = lambda: read_csv(path, file, "villages", [])
    if suffix == ".xlsx":
        ways["layer"] = lambda: read_xlsx(path, file, "villages", None, [])
    if suffix in {".tif", ".tiff"}:
        ways["grid"] = lambda: read_grid(path, file, "wgs84", townships, [])
    if suffix == ".png":  # a base map's driver goes by its first bytes alone
        base = Basemap("raster", str(path))
        ways["base map"] = lambda: mercator_picture(base, CRS_M, tuple(townships.total_bounds), 64)
    for name, read in ways.items():
        try:
            read()
        except InputError as error:
            told = " ".join(p.text(language) for p in error.problems for language in ("zh", "en"))
            assert "secret" not in told  # what a foreign file holds never comes back
        else:
            found.append(name)
    return found


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stock")
    command = [sys.executable, "-m", "tests.stock_gdal", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PROJ_NETWORK": "OFF"})
    return folder


def test_only_the_meant_drivers_are_in_the_process(stock: Path) -> None:
    installed = json.loads((stock / "drivers.json").read_text(encoding="utf-8"))
    assert vector_drivers() == VECTOR_DRIVERS < set(installed["vector"])
    assert raster_drivers() == RASTER_DRIVERS < set(installed["raster"])
    assert {"GDALG", "OGR_VRT", "WFS", "HTTP"} <= set(installed["vector"])
    assert {"VRT", "WMS", "WMTS", "GTI"} <= set(installed["raster"])


def test_only_a_file_of_its_kind_opens_under_an_ending(stock: Path, tmp_path: Path) -> None:
    files = [p for p in sorted(stock.iterdir()) if p.name[:2] in {"v-", "r-"}]
    assert len(files) > 40
    opened, pictures = set(), set()
    for file in files:
        for ending in ENDINGS:
            copy = tmp_path / f"file{ending}"
            shutil.copyfile(file, copy)
            ways = read_anyhow(copy)
            if "base map" in ways:
                pictures.add(file.name)
            if set(ways) - {"base map"}:
                opened.add((file.name, ending))
            copy.unlink()
    # any text is some csv: read as a table of text by our own parser, it can do nothing
    assert {pair for pair in opened if pair[1] != ".csv"} == MEANT
    assert pictures <= PICTURES


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what was asked of it."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(0.2)
                    asked.append(connection.recv(200))

        Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", asked


TEXTS = {
    "gdalg": '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline'
    ' ! read {at} ! write --of MEM x"}',
    "gdalg with features": '{"type": "gdal_streamed_alg", "features": [],'
    ' "command_line": "gdal vector pipeline ! read {at} ! write --of MEM x"}',
    "vector vrt": '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{at}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>",
    "raster vrt": '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte"'
    ' band="1"><SimpleSource><SourceFilename>{at}</SourceFilename></SimpleSource>'
    "</VRTRasterBand></VRTDataset>",
    "wms": '<GDAL_WMS><Service name="TMS"><ServerUrl>{at}/${{z}}/${{x}}/${{y}}.png</ServerUrl>'
    "</Service><DataWindow><SizeX>9</SizeX><SizeY>9</SizeY></DataWindow></GDAL_WMS>",
    "wfs": "<OGRWFSDataSource><URL>{at}</URL></OGRWFSDataSource>",
    "oapif": '{"links": [{"rel": "items", "href": "{at}"}], "collections": []}',
    "esri json": '{"objectIdFieldName": "a", "exceededTransferLimit": true, "features": [],'
    ' "geometryType": "esriGeometryPoint", "url": "{at}"}',
    "stac": '{"stac_version": "1.0.0", "type": "FeatureCollection", "features": [{"type":'
    ' "Feature", "stac_version": "1.0.0", "assets": {"a": {"href": "{at}"}},'
    ' "properties": {}, "geometry": null}], "links": [{"rel": "next", "href": "{at}"}]}',
    "next page": '{"type": "FeatureCollection", "features": [], "links": [{"rel": "next",'
    ' "href": "{at}"}], "next": "{at}"}',
    "crs by link": '{"type": "FeatureCollection", "crs": {"type": "link", "properties":'
    ' {"name": "{at}", "href": "{at}", "type": "proj4"}}, "features": [{"type": "Feature",'
    ' "properties": {"highway": "primary"}, "geometry": {"type": "LineString",'
    ' "coordinates": [[112.3, 28.5], [112.4, 28.6]]}}]}',
    "crs with a grid": '{"type": "FeatureCollection", "crs": {"type": "name", "properties":'
    ' {"name": "+proj=longlat +ellps=bessel +nadgrids={at} +type=crs"}}, "features": [{"type":'
    ' "Feature", "properties": {"highway": "primary"}, "geometry": {"type": "LineString",'
    ' "coordinates": [[112.3, 28.5], [112.4, 28.6]]}}]}',
    "external entity": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{at}">]><a>&x;</a>',
    "plain reference": "{at}",
}


@pytest.mark.parametrize("scheme", ["/vsicurl/http://{}/a", "http://{}/a", "WFS:http://{}/a"])
def test_texts_that_name_an_address(
    scheme: str, listener: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    address, asked = listener
    for name, text in TEXTS.items():
        content = text.replace("{{", "{").replace("}}", "}").replace("{at}", scheme.format(address))
        for ending in ENDINGS:
            file = tmp_path / f"file{ending}"
            file.write_text(content, encoding="utf-8")
            ways = read_anyhow(file)
            allowed = ending == ".csv" or name in {"stac", "next page", "crs by link"}
            assert not ways or allowed, (name, ending)
    assert asked == []


def test_texts_that_name_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.geojson"
    line = shapely.LineString([(112.3, 28.5), (112.4, 28.6)])
    gpd.GeoDataFrame({"highway": ["secret"]}, geometry=[line], crs=4326).to_file(secret)
    for name, text in TEXTS.items():
        content = text.replace("{{", "{").replace("}}", "}").replace("{at}", secret.as_posix())
        for ending in LAYERS:
            file = tmp_path / f"file{ending}"
            file.write_text(content, encoding="utf-8")
            if (layer := _layer(file)) is not None:
                assert "secret" not in layer.to_csv().replace(secret.as_posix(), ""), name


def _layer(path: Path) -> gpd.GeoDataFrame | None:
    try:
        return open_layer(path, path.name, _choose).frame
    except InputError:
        return None


def test_a_grid_that_names_its_overviews(listener: tuple[str, list[bytes]], tmp_path: Path) -> None:
    address, asked = listener
    for name in (f"/vsicurl/http://{address}/a.tif", f"http://{address}/a", "/vsis3/a/b.tif"):
        path = tmp_path / "file.png"
        profile = {"width": 600, "height": 600, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
        place = Affine(0.001, 0, 112.2, 0, -0.001, 28.9)
        with rasterio.open(path, "w", driver="GTiff", transform=place, **profile) as to:
            to.write(np.ones((1, 600, 600), "uint8"))
            to.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=name)
        assert read_anyhow(path) == []
        assert read_anyhow(path.rename(tmp_path / "file.tif")) == []
        assert asked == []


def test_files_beside_a_grid_are_left_alone(
    listener: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    address, asked = listener
    path = tmp_path / "grid.tif"
    profile = {"width": 600, "height": 600, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    place = Affine(0.001, 0, 112.2, 0, -0.001, 28.9)
    with rasterio.open(path, "w", driver="GTiff", transform=place, **profile) as to:
        to.write(np.ones((1, 600, 600), "uint8"))
    vrt = TEXTS["raster vrt"].replace("{at}", f"/vsicurl/http://{address}/a.tif")
    for name in ("grid.tif", "grid.png"):
        for suffix in (".ovr", ".msk"):
            path.with_name(name + suffix).write_text(vrt)
        path.with_name(f"{name}.aux.xml").write_text(
            '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">'
            f"/vsicurl/http://{address}/a.tif</MDI></Metadata></PAMDataset>"
        )
    assert read_anyhow(path) == ["grid"]
    assert read_anyhow(path.rename(tmp_path / "grid.png")) == ["base map"]
    assert asked == []


def _package(path: Path) -> Path:
    line = shapely.LineString([(112.3, 28.5), (112.4, 28.6)])
    frame = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[line], crs=4326)
    frame.to_file(path, layer="roads", driver="GPKG")
    return path


def test_views_and_virtual_tables_of_a_geopackage_are_no_layers(tmp_path: Path) -> None:
    path = _package(tmp_path / "file.gpkg")
    with sqlite3.connect(path) as base:
        base.execute("CREATE VIEW trick AS SELECT * FROM roads")
        base.execute("CREATE VIRTUAL TABLE words USING fts5(highway)")
        for name in ("trick", "words"):
            base.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
                " VALUES (?, 'features', ?, 4326)",
                (name, name),
            )
    base.close()
    seen: list[list[str]] = []

    def choose(layers: dict[str, str]) -> str:
        seen.append(list(layers))
        return "roads"

    assert len(open_layer(path, path.name, choose).frame) == 1
    assert seen == [["roads"]]


def test_a_view_in_a_layers_place_is_refused(tmp_path: Path) -> None:
    path = _package(tmp_path / "file.gpkg")
    with sqlite3.connect(path) as base:
        base.execute("ALTER TABLE roads RENAME TO others")
        base.execute("CREATE VIEW roads AS SELECT 1 AS fid, NULL AS geom, 'secret' AS highway")
    base.close()
    with pytest.raises(InputError):
        open_layer(path, path.name, lambda _: "roads")


def test_nested_collections_do_not_end_the_process(tmp_path: Path) -> None:
    nested = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 200_000 + b"\x01\x07" + b"\0" * 7
    inside = b"\x01\x04\x00\x00\x00\x01\x00\x00\x00" * 200_000 + b"\x01\x04" + b"\0" * 7
    path = _package(tmp_path / "file.gpkg")
    with sqlite3.connect(path) as base:
        for trigger in [*base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            base.execute(f'DROP TRIGGER "{trigger[0]}"')
        for blob in (nested, inside):
            header = b"GP\0\x01\xe6\x10\0\0"
            base.execute("INSERT INTO roads (geom) VALUES (?)", (header + blob,))
    base.close()
    layer = open_layer(path, path.name, _choose)
    assert (len(layer.frame), layer.unreadable) == (3, (2, 3))

    geo = {"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}
    table = pa.table({"g": [shapely.Point(1, 2).wkb, nested, inside]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "f.parquet")
    layer = open_layer(tmp_path / "f.parquet", "f.parquet", _choose)
    assert (layer.frame.geometry.iloc[0].x, layer.unreadable) == (1.0, (2, 3))


def test_coordinate_systems_that_name_a_file(tmp_path: Path) -> None:
    grid = "+proj=longlat +ellps=bessel +nadgrids=/tmp/secret +type=crs"
    for text in (grid, CRS(grid).to_wkt("WKT1_GDAL"), CRS(grid).to_json(), "+init=/tmp/secret:x"):
        with pytest.raises(ValueError, match="names a file"):
            crs_from_text(text)
    assert crs_from_text("urn:ogc:def:crs:EPSG::4525").to_epsg() == 4525
    mercator = "+proj=merc +a=6378137 +b=6378137 +units=m +nadgrids=@null +lon_0=1 +type=crs"
    assert crs_from_text(mercator).is_projected

    line = shapely.LineString([(112.3, 28.5), (112.4, 28.6)])
    frame = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[line], crs=4326)
    frame.to_file(tmp_path / "file.shp")
    assert read_anyhow(tmp_path / "file.shp") == ["layer", "roads"]
    (tmp_path / "file.prj").write_text(CRS(grid).to_wkt("WKT1_GDAL"))
    assert read_anyhow(tmp_path / "file.shp") == []


def test_gdal_has_one_door() -> None:
    modules = [*(ROOT / "coverage").rglob("*.py"), *(ROOT / "maps").rglob("*.py"), ROOT / "app.py"]
    for module in modules:
        if module == ROOT / "coverage" / "gdal.py":
            continue
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(a.name for a in node.names)]
                assert not any(n.split(".")[0] in {"pyogrio", "fiona", "osgeo"} for n in names)
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) != "rasterio.open", module
                assert node.attr not in {"read_file", "list_layers"}, module
