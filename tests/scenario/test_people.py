"""Edits of residents where a grid spreads them, and where townships state their own total."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.scenario.apply import apply
from coverage.scenario.model import Edit
from coverage.scenario.run import assess_scenario
from tests.rules_folder import VILLAGES, write_folder
from tests.scenario_fixtures import CODE, assert_same, edit, scenario

V = VILLAGES.format(code=CODE)


def with_grid(folder: Path, villages: str = V) -> Path:
    """The county with a grid of half a kilometre, empty in the north."""
    write_folder(folder, more='population = "p.tif"', villages=villages)
    random = np.random.default_rng(1030)
    people = random.integers(0, 50, (40, 50)).astype("float32")
    people[:10] = 0
    with rasterio.open(
        folder / "p.tif",
        "w",
        driver="GTiff",
        height=40,
        width=50,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=Affine(0.005, 0, 112.15, 0, -0.005, 28.7),
    ) as grid:
        grid.write(people, 1)
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return assess_folder(with_grid(tmp_path_factory.mktemp("base") / "county"))


@pytest.mark.parametrize(
    ("made", "villages"),
    [
        (edit("grow", factor=1.1), V.replace("1000,220", "1100,220").replace("500,220", "550,220")
         .replace("60000,", "66000,")),
        (edit("set_population", village="东村", population=4000),
         V.replace("1000,220", "4000,220")),
        (edit("set_population", village="河街社区", population=0), V.replace("60000,", "0,")),
    ],
)  # fmt: skip
def test_a_grid_is_spread_as_that_of_an_edited_folder(
    made: Edit, villages: str, base: Report, tmp_path: Path
) -> None:
    assert len(base.county.demand) > 500
    found = assess_scenario(base, scenario(made))
    wanted = assess_folder(with_grid(tmp_path / "hand", villages))
    assert_same(found, wanted, 1e-6)
    people = found.county.demand["population"].to_numpy()
    assert np.allclose(people, wanted.county.demand["population"].to_numpy(), atol=1e-6)


def test_cells_that_were_emptied_fill_again(base: Report) -> None:
    gone = edit("set_population", village="河街社区", population=0)
    back = edit("set_population", village="河街社区", population=60000)
    people = apply(base, scenario(gone, back)).county.demand["population"].sum()
    assert people == pytest.approx(base.county.demand["population"].sum())


def test_a_settlement_on_a_grid_is_at_its_point(base: Report) -> None:
    new = edit(
        "add_village",
        code="x9",
        name="新村",
        township="东镇",
        population=800,
        lon=112.33,
        lat=28.605,
    )
    found = assess_scenario(base, scenario(new))
    demand = found.county.demand
    assert demand["population"].sum() == pytest.approx(62300)
    mine = demand[demand["village"] == 3]
    assert mine["population"].tolist() == [800.0]
    assert mine.geometry.iloc[0] == found.county.villages.geometry.iloc[3]
    others = demand[demand["village"] != 3]["population"].to_numpy()
    assert np.allclose(others, base.county.demand["population"].to_numpy())


def with_totals(folder: Path, east: int) -> Path:
    """The county whose townships state their residents: east as given, west as its village."""
    write_folder(folder)
    path = folder / "townships.geojson"
    layer = json.loads(path.read_text(encoding="utf-8"))
    for feature, people in zip(layer["features"], (east, 60000), strict=True):
        feature["properties"]["population"] = people
    path.write_text(json.dumps(layer), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("made", "totals"),
    [
        (edit("grow", factor=1.1), [1870, 66000]),
        (edit("grow", factor=1.1, townships=[f"{CODE}002"]), [1700, 66000]),
        (edit("set_population", village="东村", population=900), [1600, 60000]),
        (
            edit("add_village", code="x", name="x", township="东镇", population=50, lon=112.3,
                 lat=28.6),
            [1750, 60000],
        ),
    ],
)  # fmt: skip
def test_a_townships_own_total_goes_along(made: Edit, totals: list[int], tmp_path: Path) -> None:
    stated = assess_folder(with_totals(tmp_path / "county", 1700))
    county = apply(stated, scenario(made)).county
    assert county.townships["population"].tolist() == totals


def test_a_total_that_is_the_sum_stays_the_sum(tmp_path: Path) -> None:
    stated = assess_folder(with_totals(tmp_path / "county", 1500))
    county = apply(stated, scenario(edit("grow", factor=1.0013))).county
    assert county.villages["population"].tolist() == [1001, 501, 60078]
    assert county.townships["population"].tolist() == [1502, 60078]
