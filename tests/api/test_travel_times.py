"""Minutes between any two places equal those worked out by hand, and those of the report."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

import coverage as cov
from coverage.county.config import ResponseParameters
from coverage.travel.journey import journey
from tests.errors import input_error

LONS = [112.3, 112.35, 112.5]


def places(*lons: float, lat: float = 28.6) -> pd.DataFrame:
    return pd.DataFrame({"lon": lons, "lat": lat}, index=[f"p{lon}" for lon in lons])


def test_minutes_are_those_of_the_length_both_ways(roads: cov.Network) -> None:
    table = cov.travel_times(places(*LONS), places(*LONS), roads)
    assert table.index.tolist() == table.columns.tolist() == [f"p{lon}" for lon in LONS]
    metre = gpd.GeoSeries(gpd.points_from_xy(LONS, [28.6] * 3), crs=4326).to_crs(roads.crs)
    length = np.array([[a.distance(b) for b in metre] for a in metre])
    np.testing.assert_allclose(table, length / 500, atol=0.1)  # 30 km/h; the rest is to the road
    np.testing.assert_allclose(table, table.T, atol=1e-9)


@pytest.mark.parametrize("few_origins", [True, False])
def test_equals_the_quickest_of_the_engine(roads: cov.Network, *, few_origins: bool) -> None:
    here, there = places(*LONS), places(112.31, 112.4, 112.41, 112.51)
    origins, destinations = (here, there) if few_origins else (there, here)
    table = cov.travel_times(origins, destinations, roads)
    assert table.shape == (len(origins), len(destinations))

    def points(frame: pd.DataFrame) -> gpd.GeoSeries:
        shapes = gpd.points_from_xy(frame["lon"], frame["lat"], crs=4326)
        return gpd.GeoSeries(shapes).to_crs(roads.crs)

    quickest = journey(
        roads,
        points(destinations),
        points(origins),
        direction="from_facility",
        response=ResponseParameters(),
    ).table
    minutes = quickest[["leaving_min", "drive_min", "access_min"]].sum(axis=1)
    np.testing.assert_allclose(table.min(axis=0), minutes, atol=1e-9)
    assert table.to_numpy().argmin(axis=0).tolist() == quickest["facility"].tolist()


def test_one_way_counts_by_direction(
    county: cov.County, roads_file: object, tmp_path: object
) -> None:
    lines = gpd.GeoDataFrame(
        {"highway": ["primary", "primary"], "oneway": ["yes", "yes"]},
        geometry=[
            LineString([(112.28, 28.6), (112.52, 28.6)]),
            LineString([(112.52, 28.6), (112.52, 28.65), (112.28, 28.65), (112.28, 28.6)]),
        ],
        crs=4326,
    )
    path = f"{tmp_path}/ring.geojson"
    lines.to_file(path)
    ring = cov.read_roads(county, path)
    table = cov.travel_times(places(112.3), places(112.5), ring)
    back = cov.travel_times(places(112.5), places(112.3), ring)
    assert table.iloc[0, 0] == pytest.approx(39.2, abs=0.2)
    assert back.iloc[0, 0] > table.iloc[0, 0] + 20


def test_limit_leaves_out_what_takes_longer_and_keeps_the_limit_itself(
    roads: cov.Network,
) -> None:
    origins, destinations = places(112.3), places(112.35)
    (minutes,) = cov.travel_times(origins, destinations, roads).iloc[0]
    at, under = (
        cov.travel_times(origins, destinations, roads, limit_min=limit).iloc[0, 0]
        for limit in (minutes, minutes - 0.01)
    )
    assert at == minutes
    assert np.isnan(under)


def test_what_has_no_place_or_no_road_is_nan(roads: cov.Network, report: cov.Report) -> None:
    far = places(112.3, lat=28.65)  # 5.5 km from the road
    nowhere = pd.DataFrame({"lon": [np.nan], "lat": [28.6]})
    shapes = gpd.GeoSeries([Point(), None, Point(112.3, 28.6)], crs=4326)
    assert np.isnan(cov.travel_times(far, places(112.3), roads).iloc[0, 0])
    assert np.isfinite(cov.travel_times(far, places(112.3), roads, max_access_m=6000.0).iloc[0, 0])
    assert np.isnan(cov.travel_times(nowhere, places(112.3), report).iloc[0, 0])
    assert cov.travel_times(shapes, places(112.3), report)["p112.3"].isna().tolist() == [
        *(True, True, False)
    ]
    assert cov.travel_times(places(), places(112.3), roads).shape == (0, 1)


def test_outline_stands_for_a_point_within_it_in_any_crs(roads: cov.Network) -> None:
    area = gpd.GeoDataFrame(geometry=[box(112.349, 28.599, 112.351, 28.601)], crs=4326)
    table = cov.travel_times(places(112.3), area.to_crs(3857), roads)
    assert table.iloc[0, 0] == pytest.approx(
        cov.travel_times(places(112.3), places(112.35), roads).iloc[0, 0], abs=0.5
    )


def test_bad_places_and_options_are_named(roads: cov.Network) -> None:
    with input_error("origins, column “lat”", cov.MissingColumnError):
        cov.travel_times(places(112.3).drop(columns="lat"), places(112.3), roads)
    with input_error("destinations", cov.PlaceError):
        cov.travel_times(places(112.3), gpd.GeoSeries([Point(112.3, 28.6)]), roads)
    with input_error("access_speed_kph", cov.SettingError):
        cov.travel_times(places(112.3), places(112.3), roads, access_speed_kph=0.0)
    with pytest.raises(TypeError, match="turnout_min"):
        cov.travel_times(places(112.3), places(112.3), roads, turnout_min=3.0)  # type: ignore[call-arg]


def test_report_s_own_options_hold(report: cov.Report) -> None:
    origins, village = places(112.3), places(112.5)
    (minutes,) = cov.travel_times(origins, village, report).iloc[0]
    by_village = report.villages.set_index("name").loc["Birch"]
    assert minutes == pytest.approx(by_village["response_min"] - by_village["turnout_min"])
