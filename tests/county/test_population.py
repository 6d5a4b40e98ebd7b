"""People on a grid: conserved exactly, put where the grid has them, whatever its CRS."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio import Affine
from shapely.geometry import box

from coverage.county import population
from coverage.county.read import read_county
from coverage.problems import InputError
from tests import county_fixtures as fixtures
from tests.examples import examples


def from_origin(west: float, north: float, width: float, height: float) -> Affine:
    return Affine(width, 0.0, west, 0.0, -height, north)


TOML = fixtures.TOML + 'population = "population.tif"\n'
CELL = 0.005


def _write(path: Path, values: np.ndarray, **options: object) -> None:
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype,
        "crs": "EPSG:4326",
        "transform": from_origin(fixtures.WEST, fixtures.SOUTH + 2 * fixtures.SIDE, CELL, CELL),
    } | options
    with rasterio.open(path, "w", **profile) as grid:
        for band in range(1, int(profile["count"]) + 1):
            grid.write(values, band)


def _county(folder: Path, values: np.ndarray | None = None, options: dict | None = None, **tables):
    folder = fixtures.write_county(folder, toml=TOML, **tables)
    _write(folder / "population.tif", _ones() if values is None else values, **(options or {}))
    return read_county(folder)


def _ones() -> np.ndarray:
    return np.ones((20, 20), dtype="float32")


def _by_village(county) -> np.ndarray:
    return county.demand.groupby("village")["population"].sum().to_numpy()


def _by_unit(county) -> dict[str, float]:
    units = county.villages["township"].to_numpy()[county.demand["village"]]
    return county.demand.groupby(units)["population"].sum().to_dict()


def _polygons(populations=None) -> bytes:
    """Return the villages as halves of their townships, west and east."""
    table = fixtures.villages().drop(columns=["lon", "lat"])
    if populations is not None:
        table["population"] = populations
    shapes = []
    for i in range(8):
        west, south, east, north = fixtures.townships().geometry[i // 2].bounds
        middle = (west + east) / 2
        shapes.append(
            box(west, south, middle, north) if i % 2 == 0 else box(middle, south, east, north)
        )
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326).to_json().encode()


def _polygon_county(folder: Path, values=None, populations=None, **tables):
    toml = TOML.replace("villages.csv", "villages.geojson")
    fixtures.write_county(folder, toml=toml, villages=None, **tables)
    (folder / "villages.geojson").write_bytes(_polygons(populations))
    _write(folder / "population.tif", _ones() if values is None else values)
    return read_county(folder)


UNITS = {"430902101": 3000, "430902102": 2500, "430902001": 9000, "430902401": 700}


def test_each_township_keeps_its_people_and_each_cell_its_share(tmp_path):
    county = _county(tmp_path)
    assert len(county.demand) == 400
    assert _by_unit(county) == pytest.approx(UNITS, rel=1e-12)
    first = county.demand[county.demand["village"].isin([0, 1])]
    assert first["population"].to_numpy() == pytest.approx(np.full(100, 30.0))
    assert county.demand.crs == county.crs


def test_each_village_with_a_polygon_keeps_its_people(tmp_path):
    county = _polygon_county(tmp_path)
    assert _by_village(county) == pytest.approx(county.villages["population"].to_numpy(), rel=1e-12)
    inside = county.villages["polygon"].to_numpy()[county.demand["village"]]
    assert county.demand.geometry.intersects(gpd.GeoSeries(inside, crs=county.crs)).all()


def test_cells_go_to_the_nearest_village_of_their_township(tmp_path):
    county = _county(tmp_path)
    villages = county.villages
    for row in county.demand.itertuples():
        unit = county.townships[county.townships.intersects(row.geometry)]["code"].iloc[0]
        members = villages[villages["township"] == unit]
        distances = members.distance(row.geometry)
        assert distances[row.village] == pytest.approx(distances.min())


def test_a_village_without_cells_stays_at_its_point(tmp_path):
    values = _ones()
    values[10:, :10] = 0
    values[15, 3] = 7
    county = _county(tmp_path, values)
    assert _by_unit(county) == pytest.approx(UNITS, rel=1e-12)
    own = county.demand[county.demand["village"] == 1]
    assert own["population"].tolist() == [1200]
    assert own.geometry.iloc[0] == county.villages.geometry[1]
    assert county.demand[county.demand["village"] == 0]["population"].tolist() == [1800]
    told = [p for p in county.quality if p.code == "county.grid_bare_villages"]
    assert [p.rows for p in told] == [(3,)]


def test_where_villages_are_not_known_the_township_s_total_is_spread(tmp_path):
    villages = fixtures.villages().astype(object)
    villages.loc[[1, 2, 3], "population"] = ""
    towns = fixtures.townships()
    towns["population"] = [3000, 2500, None, 700]
    county = _county(tmp_path, villages=villages, townships=towns)
    assert _by_unit(county) == pytest.approx(UNITS, rel=1e-12)


def test_polygons_with_unknown_people_share_what_the_township_has_left(tmp_path):
    people = [1800, None, 1500, 1000, 5000, 4000, 400, 300]
    county = _polygon_county(tmp_path, populations=people)
    assert _by_village(county)[:2] == pytest.approx([1800, 1200], rel=1e-12)


@settings(examples(15), suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0, 0.99),
    people=st.lists(st.integers(0, 5000), min_size=8, max_size=8),
    polygons=st.booleans(),
)
def test_nobody_is_lost_or_made(tmp_path_factory, seed, share, people, polygons):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 50.0, (20, 20)).astype("float32")
    values[rng.random(values.shape) < share] = 0
    values[3, 3] = 1.0
    folder = tmp_path_factory.mktemp("x")
    if polygons:
        county = _polygon_county(folder, values, people)
        assert _by_village(county) == pytest.approx(np.array(people, float), rel=1e-9, abs=1e-9)
    else:
        villages = fixtures.villages()
        villages["population"] = people
        county = _county(folder, values, villages=villages)
    units = np.array(people).reshape(4, 2).sum(axis=1)
    assert county.demand["population"].sum() == pytest.approx(sum(people), rel=1e-12)
    assert [_by_unit(county)[u] for u in UNITS] == pytest.approx(units.tolist(), rel=1e-12)
    assert (county.demand["population"] >= 0).all()
    assert set(county.demand["village"]) == set(range(8))


@pytest.mark.parametrize("epsg", [4326, 3857, 32649, 4546, 54009])
def test_a_grid_in_any_crs(tmp_path, epsg):
    code = f"EPSG:{epsg}" if epsg != 54009 else "ESRI:54009"
    bounds = fixtures.townships().to_crs(code).total_bounds
    width = (bounds[2] - bounds[0]) / 20
    transform = from_origin(bounds[0] - 3 * width, bounds[3] + 3 * width, width, width)
    values = np.ones((27, 27), dtype="int32")
    county = _county(tmp_path, values, {"crs": code, "transform": transform})
    assert _by_unit(county) == pytest.approx(UNITS, rel=1e-12)
    assert 150 < len(county.demand) < 500
    whole = county.townships.geometry.union_all()
    assert county.demand.geometry.within(whole.buffer(1)).all()


def test_a_grid_that_names_no_system_is_in_the_datum(tmp_path):
    folder = _county(tmp_path).folder
    _write(folder / "population.tif", _ones(), crs=None)
    toml = (folder / "county.toml").read_text(encoding="utf-8")
    codes = []
    for datum in ("EPSG:4326", "EPSG:4546", "gcj02"):
        source = f'{{ path = "population.tif", datum = "{datum}" }}'
        new = toml.replace('"population.tif"', source)
        (folder / "county.toml").write_text(new, encoding="utf-8")
        try:
            codes.append(len(read_county(folder).demand))
        except InputError as error:
            codes.append(error.problems[0].code)
    assert codes[0] > 8
    assert codes[1:] == ["county.grid_elsewhere", "county.datum_unused"]


def test_a_turned_grid(tmp_path):
    turn = CELL * np.sqrt(0.5)
    west, south = fixtures.WEST + fixtures.SIDE, fixtures.SOUTH - 0.05
    transform = Affine(turn, -turn, west, turn, turn, south)
    values = np.ones((40, 40), dtype="float64")
    county = _county(tmp_path, values, {"transform": transform})
    assert _by_unit(county) == pytest.approx(UNITS, rel=1e-12)
    assert len(county.demand) == pytest.approx(400, abs=10)


def test_a_grid_of_the_world_is_read_by_its_window(tmp_path, monkeypatch):
    monkeypatch.setattr(population, "MAX_CELLS", 1000)
    values = np.ones((1800, 3600), dtype="uint8")
    options = {"transform": from_origin(-180, 90, 0.1, 0.1), "compress": "deflate"}
    county = _county(tmp_path, values, options)
    assert county.demand["population"].sum() == pytest.approx(15200)


@pytest.mark.parametrize("nodata", [-99999.0, np.nan, -1.0, 255.0])
def test_cells_without_data_hold_nobody(tmp_path, nodata):
    values = _ones()
    values[:, ::2] = nodata
    county = _county(tmp_path, values, {"nodata": nodata})
    assert len(county.demand) == 200
    assert "county.grid_negative" not in {p.code for p in county.quality}


def test_negative_cells_are_told(tmp_path):
    values = _ones()
    values[0, :3] = -5
    values[0, 3] = np.nan
    county = _county(tmp_path, values)
    told = {p.code: p for p in county.quality}
    assert told["county.grid_negative"].count == 3
    assert told["county.grid_used"].count == 396


def _error(folder: Path, values: np.ndarray | bytes, **options: object) -> str:
    fixtures.write_county(folder, toml=TOML)
    if isinstance(values, bytes):
        (folder / "population.tif").write_bytes(values)
    else:
        _write(folder / "population.tif", values, **options)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    errors = [p for p in caught.value.problems if p.level == "error"]
    assert [p.file for p in errors] == ["population.tif"]
    assert all(p.text("zh") for p in errors)
    return errors[0].code.removeprefix("county.")


def test_grids_that_cannot_be_used(tmp_path, monkeypatch):
    far = from_origin(10, 50, CELL, CELL)
    assert _error(tmp_path / "a", _ones(), transform=far) == "grid_elsewhere"
    assert _error(tmp_path / "b", _ones() * 0) == "grid_elsewhere"
    assert _error(tmp_path / "c", _ones(), crs=None) == "no_crs"
    assert _error(tmp_path / "d", _ones().astype("complex64")) == "grid_not_numbers"
    assert _error(tmp_path / "e", b"II*\0" + b"\x01" * 50) == "unreadable"
    assert _error(tmp_path / "f", b"<VRTDataset/>") == "not_what_it_says"
    assert _error(tmp_path / "g", b"") == "not_what_it_says"
    monkeypatch.setattr(population, "MAX_CELLS", 100)
    assert _error(tmp_path / "h", _ones()) == "grid_too_fine"


def test_a_missing_grid_and_a_wrong_suffix(tmp_path):
    folder = fixtures.write_county(tmp_path, toml=TOML)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert [p.code for p in caught.value.problems] == ["county.file_missing"]
    (folder / "county.toml").write_text(TOML.replace(".tif", ".png"), encoding="utf-8")
    (folder / "population.png").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert [p.code for p in caught.value.problems] == ["county.suffix"]


def _coloured(path: Path, **profile: object) -> None:
    options = {"driver": "GTiff", "width": 20, "height": 20, "crs": "EPSG:4326", **profile}
    bands = int(options.get("count", 1))  # type: ignore[call-overload]
    with rasterio.open(
        path,
        "w",
        transform=from_origin(fixtures.WEST, fixtures.SOUTH + 0.1, CELL, CELL),
        dtype="uint8",
        **options,
    ) as to:
        to.write(np.full((bands, 20, 20), 9, "uint8"))
        if bands == 1:
            to.write_colormap(1, {9: (255, 0, 0)})


@pytest.mark.parametrize("bands", [1, 3, 4])
def test_a_picture_is_no_grid_of_people(tmp_path, bands):
    _coloured(tmp_path / "picture.tif", count=bands)
    content = (tmp_path / "picture.tif").read_bytes()
    assert _error(tmp_path / "county", content) == "grid_picture"


@pytest.mark.parametrize(
    ("dtype", "mark"),
    [
        ("uint16", 65535),
        ("int16", 32767),
        ("float32", 3.4e38),
        ("float32", 1e20),
        ("int32", 2**31 - 1),
        ("uint32", 2**32 - 1),
        ("uint8", 255),
    ],
)
def test_marks_for_no_data_that_are_not_declared_are_nobody(tmp_path, dtype, mark):
    values = _ones().astype(dtype)
    values[0, :7] = mark
    plain = _county(tmp_path / "plain", np.where(values == mark, 0, values).astype(dtype))
    county = _county(tmp_path / "marked", values)
    told = {p.code: p for p in county.quality}
    assert (told["county.grid_marks"].level, told["county.grid_marks"].count) == ("warning", 7)
    pd.testing.assert_frame_equal(county.demand, plain.demand)
    assert "county.grid_marks" not in {p.code for p in plain.quality}


@pytest.mark.parametrize(
    ("dtype", "cells", "rest", "marked"),
    [
        ("uint8", 1, 127, True),  # 255 lies apart
        ("uint8", 1, 128, False),
        ("uint8", 4, 200, True),  # 4 of 400 cells are 1 %
        ("uint8", 3, 200, False),
        ("uint16", 4, 1, False),  # with more bits 255 is a number like others
        ("float32", 400, 1, False),
    ],
)
def test_when_255_is_a_mark(tmp_path, dtype, cells, rest, marked):
    values = np.full((20, 20), rest, dtype)
    values[0, :cells] = 255
    told = [p.count for p in _county(tmp_path, values).quality if p.code == "county.grid_marks"]
    assert told == ([cells] if marked else [])


@pytest.mark.parametrize(
    ("dtype", "mark"), [("int16", -9999), ("int16", -32768), ("float32", -3.4e38), ("int8", -128)]
)
def test_negative_marks_are_nobody_and_counted(tmp_path, dtype, mark):
    values = _ones().astype(dtype)
    values[0, :7] = mark
    plain = _county(tmp_path / "plain", np.where(values == mark, 0, values).astype(dtype))
    county = _county(tmp_path / "marked", values)
    assert [p.count for p in county.quality if p.code == "county.grid_negative"] == [7]
    pd.testing.assert_frame_equal(county.demand, plain.demand)


def test_a_classified_map_is_told(tmp_path):
    values = np.tile(np.array([10, 20, 30, 40], "uint8"), (200, 50))
    north = fixtures.SOUTH + 2 * fixtures.SIDE
    fine = {"transform": from_origin(fixtures.WEST, north, CELL / 10, CELL / 10)}
    told = {p.code: p for p in _county(tmp_path, values, fine).quality}
    assert told["county.grid_classes"].count == 4

    assert "10, 20, 30, 40" in told["county.grid_classes"].text("zh")


def _blank(column: str, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{column: None})


def test_villages_without_people_get_those_of_their_cells(tmp_path):
    """What the grid counts is no longer said to be in no figure of people."""
    blank = _blank("population", fixtures.villages())
    county = _county(tmp_path, villages=blank)
    told = {p.code: p for p in county.quality}
    assert "county.population_unknown" not in told
    assert told["county.population_by_grid"].count == len(blank)
    assert told["county.population_by_grid"].level == "warning"
    people = county.villages["population"].to_numpy()
    np.testing.assert_allclose(people, _by_village(county))
    totals = fixtures.townships().set_index("code")["population"].astype(float)
    by_unit = pd.Series(people).groupby(county.villages["township"].to_numpy()).sum()
    np.testing.assert_allclose(by_unit[totals.index], totals)
    some = fixtures.villages()
    some["population"] = some["population"].astype(object)
    some.loc[0, "population"] = None
    county = _county(tmp_path / "some", villages=some)
    told = {p.code: p for p in county.quality}
    assert told["county.population_by_grid"].rows == (2,)
    assert county.villages["population"].notna().all()


def test_a_grid_counts_people_where_no_table_does(tmp_path):
    values = np.full((20, 20), 3, "float32")
    blank = _blank("population", fixtures.villages())
    units = _blank("population", fixtures.townships())
    county = _county(tmp_path, values, villages=blank, townships=units)
    assert county.demand["population"].sum() == pytest.approx(1200)
    told = {p.code: p for p in county.quality}
    assert (told["county.grid_counts"].level, told["county.grid_counts"].count) == ("warning", 4)
    assert "1,200" in told["county.grid_counts"].text("en")
    assert county.villages["population"].sum() == pytest.approx(1200)
    units = fixtures.townships()
    units["population"] = units["population"].astype("Int64")
    units.loc[0, "population"] = pd.NA
    county = _county(tmp_path / "one", values, villages=blank, townships=units)
    assert _by_unit(county)[units["code"][0]] == pytest.approx(300)
    assert _by_unit(county)[units["code"][1]] == pytest.approx(units["population"][1])
    assert {p.code: p.count for p in county.quality}["county.grid_counts"] == 1
