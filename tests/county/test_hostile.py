"""Files that are broken on purpose: refused with a message, never a traceback."""

from __future__ import annotations

import io
import json
import os
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.county import sheets, workbook
from coverage.county.read import read_county
from coverage.problems import InputError
from tests import county_fixtures as fixtures
from tests.examples import examples

SUFFIXES = ["csv", "xlsx", "geojson", "gpkg", "shp", "parquet"]
NASTY = [
    b"",
    b"\0",
    b"\0" * 5000,
    b"PK\x03\x04" + b"\0" * 100,
    b"SQLite format 3\0" + b"\xff" * 2000,
    b"PAR1" + b"\x7f" * 64 + b"PAR1",
    b"\x00\x00\x27\x0a" + b"\0" * 96,
    b"{",
    b"[]",
    b"null",
    b"{}",
    b'{"type": "FeatureCollection", "features": [1, null]}',
    b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon"}}]}',
    b'{"features": [{"geometry": 3, "properties": 4}]}',
    b'{"features": [{"geometry": null, "properties": {"code": {"a": [1]}}}]}',
    b'{"crs": 7, "features": [{"geometry": null}]}',
    b'{"crs": {"properties": {"name": "x"}}, "features": [{"geometry": null}]}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'"' + b"a" * 200_000,
    b",".join([b"a"] * 2000) + b"\n" + b",".join([b"1"] * 2000),
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>",
    "编码,名称\n".encode("gb18030") + b"\x81",
    b"\xff\xfe\x00",
    b"\xfe\xff\xd8\x00\xd8\x00",
]


def _read_with(folder, role: str, suffix: str, content: bytes) -> None:
    toml = fixtures.TOML
    old = "townships.geojson" if role == "townships" else f"{role}.csv"
    folder = fixtures.write_county(folder, toml=toml.replace(old, f"{role}.{suffix}"))
    (folder / f"{role}.{suffix}").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert all(line for language in ("zh", "en") for line in caught.value.lines(language))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("number", range(len(NASTY)))
def test_nasty_files(tmp_path, suffix, number):
    _read_with(tmp_path, "villages", suffix, NASTY[number])


@pytest.mark.parametrize("role", ["townships", "villages", "facilities"])
@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(examples(5), suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=300))
def test_random_bytes(tmp_path_factory, role, suffix, content):
    starts = {"gpkg": b"SQLite format 3\0", "shp": b"\x00\x00\x27\x0a", "parquet": b"PAR1"}
    _read_with(tmp_path_factory.mktemp("x"), role, suffix, starts.get(suffix, b"") + content)


@pytest.mark.parametrize("suffix", ["xlsx", "gpkg", "shp", "parquet", "geojson", "csv"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_files_cut_short(tmp_path, suffix, share):
    layer = fixtures.townships()
    path = tmp_path / f"whole.{suffix}"
    if suffix == "csv":
        path.write_bytes(fixtures.villages().to_csv(index=False).encode())
    elif suffix == "xlsx":
        fixtures.villages().to_excel(path, index=False)
    elif suffix == "parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path, engine="pyogrio")
    whole = path.read_bytes()
    role = "villages" if suffix in {"csv", "xlsx"} else "townships"
    _read_with(tmp_path / "county", role, suffix, whole[: int(len(whole) * share)])


def test_a_vrt_that_poses_as_a_layer_opens_nothing(tmp_path):
    """GDAL picks its driver by content; what a text points to outside must not be read."""
    fixtures.townships().to_file(tmp_path / "secret.gpkg", engine="pyogrio")
    vrt = (
        "<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>"
        f"{tmp_path / 'secret.gpkg'}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    for suffix in ("gpkg", "shp", "geojson", "parquet"):
        _read_with(tmp_path / suffix, "townships", suffix, vrt.encode())


def test_a_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNZIPPED_BYTES", 10_000_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    assert len(buffer.getvalue()) < 100_000
    folder = fixtures.write_county(
        tmp_path, toml=fixtures.TOML.replace("villages.csv", "villages.xlsx")
    )
    (folder / "villages.xlsx").write_bytes(buffer.getvalue())
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert [p.code for p in caught.value.problems] == ["county.file_too_big"]


def test_entities_in_a_workbook_are_not_expanded(tmp_path):
    source = io.BytesIO()
    fixtures.villages().to_excel(source, index=False)
    bomb = io.BytesIO()
    entities = "".join(
        f'<!ENTITY e{i} "{"&e" + str(i - 1) + ";" if i else "x"}'
        + (f"&e{i - 1};" if i else "")
        + '">'
        for i in range(40)
    )
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = f"<!DOCTYPE worksheet [{entities}]>".encode() + data.replace(
                    b"<v>", b"<v>&e39;", 1
                )
            new.writestr(entry, data)
    _read_with(tmp_path, "villages", "xlsx", bomb.getvalue())


def test_too_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MAX_ROWS", 5)
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path))
    assert "county.too_many_rows" in {p.code for p in caught.value.problems}


def test_a_cell_at_the_far_end_of_a_sheet(tmp_path):
    book = openpyxl.Workbook()
    table = fixtures.villages()
    book.active.append(list(table.columns))
    for row in table.itertuples(index=False):
        book.active.append(list(row))
    book.active["XFD1048576"] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    _read_with(tmp_path, "villages", "xlsx", buffer.getvalue())


def test_formula_and_html_cells_are_only_text(tmp_path):
    villages = fixtures.villages()
    villages.loc[0, "name"] = '=HYPERLINK("http://x","y")'
    villages.loc[1, "name"] = "<script>alert(1)</script>"
    villages.loc[2, "name"] = "\u202e{0}{code}%s\x07"
    facilities = fixtures.facilities().drop(columns="village")
    folder = fixtures.write_county(tmp_path, villages=villages, facilities=facilities)
    county = read_county(folder)
    assert county.villages["name"][0].startswith("=HYPERLINK")
    assert county.villages["name"][1] == "<script>alert(1)</script>"
    assert county.villages["name"][2] == "{0}{code}%s"


def test_braces_in_bad_cells_do_not_break_the_message(tmp_path):
    villages = fixtures.villages().astype(object)
    villages.loc[0, "township"] = "{0.__class__}"
    villages.loc[1, "population"] = "{key!r}\n" * 50
    with pytest.raises(InputError) as caught:
        read_county(fixtures.write_county(tmp_path, villages=villages))
    lines = caught.value.lines("zh")
    assert any("{0.__class__}" in line for line in lines)
    assert all("\n" not in line and len(line) < 400 for line in lines)


def test_a_pipe_is_not_waited_for(tmp_path):
    folder = fixtures.write_county(tmp_path, villages=None)
    os.mkfifo(folder / "villages.csv")
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert [p.code for p in caught.value.problems] == ["county.not_a_file"]


def test_deep_geometry(tmp_path):
    deep: object = [112.3, 28.6]
    for _ in range(500):
        deep = [deep]
    geometry = {"type": "Polygon", "coordinates": deep}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    layer = {"type": "FeatureCollection", "features": [feature]}
    _read_with(tmp_path, "townships", "geojson", json.dumps(layer).encode())
