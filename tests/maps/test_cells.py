"""Where people are counted by the cells of a grid, each cell has the colour of its own minutes."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from matplotlib.colors import to_rgb
from pyproj import Transformer

from coverage.assessment.report import Report
from coverage.messages import text
from maps.briefing import briefing_map
from maps.cells import cell_picture, has_cells
from maps.classes import CLASSES
from maps.drawing import drawing
from maps.interactive import interactive_map
from maps.picture import MERCATOR
from tests.maps_fixtures import CRS, ORIGIN_X, ORIGIN_Y, make_report

APART = 500.0
MINUTES = np.array([4.0, 9.0, 10.0, 10.5, 29.0, 31.0, 50.0, np.nan, 12.0])


def gridded(report: Report) -> Report:
    """Nine cells in three rows; all of them belong to the second village (limit 10)."""
    xy = [(ORIGIN_X + 3000 + APART * i, ORIGIN_Y + 4000 + APART * j)
          for j in range(3) for i in range(3)]  # fmt: skip
    demand = gpd.GeoDataFrame(
        {"village": 1, "population": 10.0}, index=range(9), geometry=shapely.points(xy), crs=CRS
    )
    answered = pd.DataFrame({"response_min": MINUTES})
    return replace(
        report,
        county=replace(report.county, demand=demand),
        response=replace(report.response, demand=answered),
    )


def test_villages_are_no_cells() -> None:
    report = make_report()
    assert not has_cells(report)
    assert not has_cells(make_report(minutes=()))
    assert has_cells(gridded(report))


def test_cells_are_classed_by_their_own_minutes_and_their_villages_limit() -> None:
    report = gridded(make_report())
    minutes, coverage, beyond = (
        drawing(report, layer).cells for layer in ("minutes", "coverage", "beyond")
    )
    assert minutes is not None
    assert coverage is not None
    assert beyond is not None
    assert minutes.tolist() == [0, 1, 1, 2, 4, 5, 6, 7, 2]
    assert coverage.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 1]
    assert beyond.tolist() == [0, 0, 0, 1, 4, 5, 5, 6, 1]
    assert drawing(report, "speed").cells is None


@pytest.mark.parametrize("crs", [CRS, MERCATOR])
def test_a_cell_is_coloured_where_it_lies_and_as_wide_as_cells_are_apart(crs: pyproj.CRS) -> None:
    report = gridded(make_report())
    of = drawing(report, "minutes").cells
    assert of is not None
    picture = cell_picture(report, CLASSES["minutes"], of, crs)
    west, south, east, north = picture.box
    height, width = picture.pixels.shape[:2]
    to = Transformer.from_crs(CRS, crs, always_xy=True)
    xy = shapely.get_coordinates(np.asarray(report.county.demand.geometry.array))
    for (x, y), place in zip(xy, of, strict=True):
        for dx, dy in ((0, 0), (120, 0), (-120, 0), (0, 120), (0, -120)):
            px, py = to.transform(x + dx, y + dy)
            pixel = picture.pixels[
                int((north - py) / (north - south) * height),
                int((px - west) / (east - west) * width),
            ]
            wanted = [round(255 * part) for part in to_rgb(CLASSES["minutes"][place].symbol.fill)]
            assert pixel.tolist() == [*wanted, 255]
    assert picture.pixels[0, 0, 3] == 0


def test_both_maps_draw_the_cells_and_say_what_they_are() -> None:
    report = gridded(make_report())
    page = str(interactive_map(report, "en", "coverage").get_root().render())
    assert "data:image/png;base64," in page
    assert text("maps.cells", "en") in page
    assert text("maps.cells_note", "en") in page
    axes = briefing_map(report, "en", "coverage").axes[1]
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    assert left < ORIGIN_X + 3000 < right
    assert bottom < ORIGIN_Y + 4000 < top
    west, east = axes.get_xlim()
    assert west < report.units.total_bounds[0]
    assert east > report.units.total_bounds[2]
    assert "data:image" not in interactive_map(make_report(), "en").get_root().render()
