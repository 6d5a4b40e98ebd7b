"""Shifted datums: undone to under 1 mm, nothing moved outside China."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import box

from coverage.county import datum

GEOD = Geod(ellps="WGS84")
IN_CHINA = st.tuples(st.floats(73.6, 135.0), st.floats(18.2, 53.5))
OUTSIDE = st.tuples(st.floats(-180.0, 72.0), st.floats(-89.0, 89.0))


def _apart_m(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return np.asarray(GEOD.inv(a[0], a[1], b[0], b[1])[2])


def _array(place: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([place[0]]), np.array([place[1]])


@given(IN_CHINA)
def test_gcj02_comes_back_within_a_millimetre(place):
    true = _array(place)
    shifted = datum.gcj02_from_wgs84(*true)
    assert _apart_m(true, datum.wgs84_from_gcj02(*shifted))[0] < 0.001
    assert 20 < _apart_m(true, shifted)[0] < 900


@given(IN_CHINA)
def test_bd09_comes_back_within_a_millimetre(place):
    true = _array(place)
    shifted = datum.bd09_from_wgs84(*true)
    assert _apart_m(true, datum.wgs84_from_bd09(*shifted))[0] < 0.001
    assert _apart_m(true, shifted)[0] > 100


@given(OUTSIDE)
def test_nothing_moves_outside_china(place):
    true = _array(place)
    for move in (
        datum.gcj02_from_wgs84,
        datum.bd09_from_wgs84,
        datum.wgs84_from_gcj02,
        datum.wgs84_from_bd09,
    ):
        assert [c.tolist() for c in move(*true)] == [c.tolist() for c in true]


def test_one_step_would_not_be_enough():
    lon, lat = np.meshgrid(np.linspace(75, 134, 60), np.linspace(19, 53, 40))
    true = lon.ravel(), lat.ravel()
    shifted = datum.gcj02_from_wgs84(*true)
    again = datum.gcj02_from_wgs84(*shifted)
    one_step = 2 * shifted[0] - again[0], 2 * shifted[1] - again[1]
    assert _apart_m(true, one_step).max() > 1.0
    assert _apart_m(true, datum.wgs84_from_gcj02(*shifted)).max() < 0.001


def test_published_point():
    # Tiananmen in the three datums, as evil-transform's tests and many converters give it.
    lon, lat = datum.gcj02_from_wgs84(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    lon, lat = datum.bd09_from_wgs84(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-8)


def test_a_missing_coordinate_stays_missing():
    lon, lat = datum.to_wgs84(np.array([np.nan, 112.3]), np.array([np.nan, 28.6]), "gcj02")
    assert np.isnan([lon[0], lat[0]]).all()
    assert np.isfinite([lon[1], lat[1]]).all()


@pytest.mark.parametrize("name", ["EPSG:4547", "epsg:4547", "4547"])
def test_projected_coordinates_become_degrees(name):
    lon, lat = datum.to_wgs84(np.array([500000.0]), np.array([3161890.0]), name)
    assert lon[0] == pytest.approx(114.0)
    assert lat[0] == pytest.approx(28.57, abs=0.01)


@pytest.mark.parametrize("name", ["", "wgs", "EPSG:", "EPSG:999999", "EPSG:5773", "gcj", "²"])
def test_unknown_datums_are_refused(name):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the datum itself
        datum.crs_of(name)


def test_every_vertex_of_a_layer_is_moved_back():
    square = box(112.0, 28.0, 112.1, 28.1)
    moved = gpd.GeoSeries([square, None], crs=4326)
    back = datum.layer_to_wgs84(moved, "gcj02")
    want = datum.wgs84_from_gcj02(*(np.array(c) for c in square.exterior.xy))
    assert np.allclose(np.array(back[0].exterior.coords), np.column_stack(want), atol=1e-12)
    assert back[1] is None
