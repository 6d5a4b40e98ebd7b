"""Tables that are cut short, hide something, or have files beside them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio

from coverage.county.read import read_county, read_table
from coverage.county.sources import Source
from coverage.network.read import read_network
from coverage.problems import InputError, Problems
from tests import county_fixtures as fixtures


def _told(folder: Path) -> dict[str, str]:
    """Return what is told of a county, with its level."""
    try:
        quality = read_county(folder).quality
    except InputError as error:
        quality = error.problems
    return {p.code.removeprefix("county."): p.level for p in quality}


@pytest.mark.parametrize("role", ["villages", "facilities"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_cut_in_its_last_rows_is_told_or_whole(
    tmp_path: Path, role: str, encoding: str
) -> None:
    """A cut at the end of a line leaves a whole table; nothing but the totals can tell of it."""
    table = getattr(fixtures, role)()
    whole = table.to_csv(index=False).encode(encoding)
    last_two = len(whole) - len(whole.rstrip().rsplit(b"\n", 2)[0])
    for lost in range(1, last_two):
        cut = whole[:-lost]
        (tmp_path / "cut.csv").write_bytes(cut)
        found = Problems()
        read = read_table(tmp_path, role, Source(path="cut.csv"), found)
        if cut.endswith(b"\n"):
            continue
        told = {p.code.removeprefix("county.") for p in found}
        assert told & {"csv_unended", "csv_cut", "encoding"}, (lost, told)
        if "csv_cut" not in told and read is not None:
            assert len(read.rows) in {len(table), len(table) - 1}


def test_a_last_row_without_its_last_cells_is_an_error_only_where_it_does_not_end(
    tmp_path: Path,
) -> None:
    facilities = fixtures.facilities().to_csv(index=False)
    short = facilities.rstrip().rsplit(",", 1)[0]  # a station without its beds
    assert _told(fixtures.write_county(tmp_path / "a", facilities=short)) == {"csv_cut": "error"}
    assert _told(fixtures.write_county(tmp_path / "b", facilities=f"{short}\n")) == {}
    assert _told(fixtures.write_county(tmp_path / "c", facilities=facilities.rstrip())) == {
        "csv_unended": "note"
    }


def _xlsx(table: pd.DataFrame, hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(table.columns))
    for row in table.astype(object).itertuples(index=False):
        sheet.append(list(row))
    for letter in hidden:
        sheet.column_dimensions[letter].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_workbook(folder: Path, content: bytes) -> Path:
    toml = fixtures.TOML.replace("villages.csv", "villages.xlsx")
    fixtures.write_county(folder, toml=toml)
    (folder / "villages.xlsx").write_bytes(content)
    return folder


def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = _xlsx(fixtures.villages())
    for size in (0, 3, 100, len(whole) // 3, len(whole) // 2, len(whole) - 400, len(whole) - 1):
        told = _told(_with_workbook(tmp_path, whole[:size]))
        assert "error" in told.values(), size
        assert not {"unreadable"} & set(told) or size < 4


@pytest.mark.parametrize("suffix", [".xls", ".ods", ".et"])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_other_workbooks_are_refused_whole_or_cut(
    tmp_path: Path, suffix: str, share: float
) -> None:
    toml = fixtures.TOML.replace("villages.csv", f"villages{suffix}")
    folder = fixtures.write_county(tmp_path, toml=toml)
    whole = _xlsx(fixtures.villages())
    (folder / f"villages{suffix}").write_bytes(whole[: int(share * len(whole))])
    assert _told(folder) == {"suffix_workbook": "error"}


def test_hidden_columns_are_read_and_told(tmp_path: Path) -> None:
    table = fixtures.villages()
    position = "ABCDEFGH"[list(table.columns).index("population")]
    folder = _with_workbook(tmp_path, _xlsx(table, hidden=position))
    county = read_county(folder)
    (told,) = county.quality
    assert (told.code, told.level) == ("county.columns_hidden", "note")
    assert "population" in told.text("en")
    assert "population" in told.text("zh")
    assert county.villages["population"].sum() == 15200
    assert read_county(_with_workbook(tmp_path, _xlsx(table))).quality == ()
    assert read_county(_with_workbook(tmp_path, _xlsx(table, hidden="ZM"))).quality == ()


def test_files_beside_a_source_are_among_the_inputs(tmp_path: Path) -> None:
    toml = fixtures.TOML.replace('"villages.csv"', '"villages.gpkg"')
    folder = fixtures.write_county(tmp_path, toml=toml)
    table = fixtures.villages()
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    layer = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points)
    layer.to_file(folder / "villages.gpkg", layer="villages")
    plain = [f.path for f in read_county(folder).inputs]
    log = folder / "villages.gpkg-wal"
    log.write_bytes(b"not written back")
    inputs = {f.path: f.sha256 for f in read_county(folder).inputs}
    assert set(inputs) - set(plain) == {log.name}
    assert inputs[log.name] == hashlib.sha256(log.read_bytes()).hexdigest()


def test_a_world_file_beside_a_grid_is_among_the_inputs(tmp_path: Path) -> None:
    toml = fixtures.TOML.replace("[sources]", '[sources]\npopulation = "people.tif"')
    folder = fixtures.write_county(tmp_path, toml=toml)
    with rasterio.open(
        folder / "people.tif",
        "w",
        driver="GTiff",
        width=40,
        height=40,
        count=1,
        dtype="float32",
        crs=4326,
        transform=rasterio.Affine(0.01, 0, 112.1, 0, -0.01, 28.9),
    ) as grid:
        grid.write(np.ones((40, 40), "float32"), 1)
    plain = [f.path for f in read_county(folder).inputs]
    world = folder / "people.tfw"
    world.write_text("0.01\n0\n0\n-0.01\n112.105\n28.895\n", "ascii")
    inputs = {f.path: f.sha256 for f in read_county(folder).inputs}
    assert set(inputs) - set(plain) == {world.name}
    assert inputs[world.name] == hashlib.sha256(world.read_bytes()).hexdigest()


def _roads(folder: Path, epsg: int) -> None:
    """Write the roads as a shapefile in metres that does not say its system."""
    toml = fixtures.TOML.replace("roads.geojson", "roads.shp")
    fixtures.write_county(folder, toml=toml)
    fixtures.roads().to_crs(epsg).to_file(folder / "roads.shp")
    (folder / "roads.prj").unlink()


@pytest.mark.parametrize("epsg", [4525, 4546, 4547, 4497])
def test_roads_in_metres_that_name_no_system_are_told_their_zone(tmp_path: Path, epsg: int) -> None:
    _roads(tmp_path, epsg)
    county = read_county(tmp_path)
    with pytest.raises(InputError) as caught:
        read_network(county)
    (problem,) = caught.value.problems
    assert problem.code == "network.no_crs"
    named = int(problem.text("en").rsplit("EPSG:", 1)[1].split('"')[0])
    assert f"EPSG:{named}" in problem.text("zh")
    datum = fixtures.TOML.replace(
        '"roads.geojson"', f'{{ path = "roads.shp", datum = "EPSG:{named}" }}'
    )
    (tmp_path / "county.toml").write_text(datum, encoding="utf-8")
    bounds = read_network(read_county(tmp_path)).edges.to_crs(4326).total_bounds
    assert bounds.tolist() == pytest.approx([112.25, 28.55, 112.35, 28.65], abs=1e-4)


@pytest.mark.parametrize(
    ("epsg", "named"), [(4525, "EPSG:4525"), (4497, "EPSG:4497"), (4546, "111° 4546")]
)
def test_a_layer_in_metres_that_names_no_system(tmp_path: Path, epsg: int, named: str) -> None:
    toml = fixtures.TOML.replace("townships.geojson", "townships.shp")
    folder = fixtures.write_county(tmp_path, toml=toml)
    fixtures.townships().to_crs(epsg).to_file(folder / "townships.shp", encoding="utf-8")
    (folder / "townships.prj").unlink()
    with pytest.raises(InputError) as caught:
        read_county(folder)
    (problem,) = (p for p in caught.value.problems if p.code == "county.no_crs")
    assert named in problem.text("en")
    assert problem.text("zh")


def test_degrees_that_name_no_system_get_no_zone(tmp_path: Path) -> None:
    toml = fixtures.TOML.replace("townships.geojson", "townships.shp")
    folder = fixtures.write_county(tmp_path, toml=toml)
    fixtures.townships().to_file(folder / "townships.shp", encoding="utf-8")
    (folder / "townships.prj").unlink()
    with pytest.raises(InputError) as caught:
        read_county(folder)
    texts = [p.text("en") for p in caught.value.problems if p.code == "county.no_crs"]
    assert len(texts) == 1
    assert "Gauss" not in texts[0]
