"""Coordinates in metres: the zone and the axes are named, or read where there is no doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from coverage.county.gauss_kruger import guess
from coverage.county.model import County
from coverage.county.read import read_county
from coverage.problems import InputError, Problem
from tests import county_fixtures as fixtures

BOX = (111.9, 28.4, 112.4, 28.8)


def _metres(epsg: int, *, exchanged: bool = False) -> pd.DataFrame:
    table = fixtures.villages()
    transformer = Transformer.from_crs(4326, epsg, always_xy=True)
    x, y = transformer.transform(table["lon"].astype(float), table["lat"].astype(float))
    return table.assign(lon=y if exchanged else x, lat=x if exchanged else y)


def _folder(folder: Path, table: pd.DataFrame, datum: str | None) -> Path:
    source = (
        '"villages.csv"' if datum is None else f'{{ path = "villages.csv", datum = "{datum}" }}'
    )
    toml = fixtures.TOML.replace('villages = "villages.csv"', f"villages = {source}")
    return fixtures.write_county(folder, toml=toml, villages=table)


def _error(folder: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        read_county(folder)
    (problem,) = (p for p in caught.value.problems if p.level == "error")
    assert problem.text("zh")
    return problem


def _places(county: County) -> np.ndarray:
    return shapely.get_coordinates(np.asarray(county.villages.geometry.array))


@pytest.mark.parametrize("epsg", [4525, 4546, 4497])  # 3 degrees with and without zone, 6 degrees
@pytest.mark.parametrize("exchanged", [False, True])
def test_metres_without_a_datum_are_named(tmp_path: Path, epsg: int, exchanged: bool) -> None:
    problem = _error(_folder(tmp_path / "a", _metres(epsg, exchanged=exchanged), None))
    named = int(problem.text("en").split("EPSG:")[1].split(")")[0])
    assert problem.code == "county.gauss_kruger"
    county = read_county(_folder(tmp_path / "b", _metres(epsg, exchanged=exchanged), str(named)))
    plain = read_county(fixtures.write_county(tmp_path / "c"))
    np.testing.assert_allclose(_places(county), _places(plain), atol=0.01)


@pytest.mark.parametrize("epsg", [4525, 4546])
def test_exchanged_axes_are_read_where_there_is_no_doubt(tmp_path: Path, epsg: int) -> None:
    county = read_county(_folder(tmp_path / "a", _metres(epsg, exchanged=True), str(epsg)))
    plain = read_county(_folder(tmp_path / "b", _metres(epsg), str(epsg)))
    assert _places(county).tolist() == _places(plain).tolist()
    assert "county.axes_exchanged" in {p.code for p in county.quality}
    assert "county.axes_exchanged" not in {p.code for p in plain.quality}


@pytest.mark.parametrize(("given", "stated"), [(4525, 4526), (4546, 4547), (4525, 4546)])
def test_the_wrong_zone_is_named(tmp_path: Path, given: int, stated: int) -> None:
    problem = _error(_folder(tmp_path, _metres(given), f"EPSG:{stated}"))
    assert problem.code == "county.zone_wrong"
    assert f"EPSG:{given}" in problem.text("en")
    assert f"“EPSG:{stated}”" in problem.text("zh")


def test_other_numbers_are_no_gauss_kruger() -> None:
    for x, y in ((1.0, 2.0), (5e5, 9e6), (112.2, 28.5), (99e6, 3.1e6), (5e5, 2.2e6)):
        assert guess(np.array([x]), np.array([y]), BOX) is None
    assert guess(np.array([np.nan]), np.array([1.0]), BOX) is None
