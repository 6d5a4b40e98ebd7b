"""Generated road networks that look like a county's: a lattice with gaps, bends and one-ways."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from coverage.crs import WGS84
from coverage.network.model import FloatArray, IntArray
from coverage.network.tags import is_joinable
from coverage.network.ways import Ways

CRS_M = CRS.from_epsg(4546)
CENTRE = (500_000.0, 3_160_000.0)
SPACING_M = 150.0
KEPT_SHARE = 0.75
ONE_WAY_SHARE = 0.05
CLASSES = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential")
CLASS_SHARES = (0.02, 0.06, 0.12, 0.25, 0.35, 0.20)


def lattice(n_nodes: int, seed: int = 1030) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the places of about `n_nodes` crossings (lon, lat), and the roads' two ends."""
    random = np.random.default_rng(seed)
    side = round(n_nodes**0.5)
    number = np.arange(side * side).reshape(side, side)
    along = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    across = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    ends = np.concatenate([along, across])
    ends = ends[random.random(len(ends)) < KEPT_SHARE]
    row, column = np.divmod(np.arange(side * side), side)
    x = CENTRE[0] + (column - side / 2) * SPACING_M + random.uniform(-40, 40, side * side)
    y = CENTRE[1] + (row - side / 2) * SPACING_M + random.uniform(-40, 40, side * side)
    lon, lat = Transformer.from_crs(CRS_M, WGS84, always_xy=True).transform(x, y)
    return np.column_stack([lon, lat]), ends[:, 0], ends[:, 1]


def lattice_ways(n_nodes: int, seed: int = 1030) -> Ways:
    """Return a lattice as ways, one a road between crossings, each with a bend."""
    random = np.random.default_rng(seed + 1)
    lon_lat, u, v = lattice(n_nodes, seed)
    n, roads = len(lon_lat), len(u)
    bends = (lon_lat[u] + lon_lat[v]) / 2 + random.uniform(-2e-4, 2e-4, (roads, 2))
    places = np.concatenate([lon_lat, bends])
    highway = random.choice(CLASSES, roads, p=CLASS_SHARES)
    table = pd.DataFrame(
        {
            "highway": highway,
            "known": True,
            "forward": True,
            "backward": random.random(roads) >= ONE_WAY_SHARE,
            "maxspeed": "",
            "bridge": False,
            "name": pd.Series([None] * roads, dtype=object),
            "joinable": [is_joinable({"highway": name}) for name in highway],
            "maxspeed_forward": "",
            "maxspeed_backward": "",
        }
    )
    vertex = np.column_stack([u, n + np.arange(roads), v]).ravel()
    return Ways(
        table=table,
        vertex=vertex,
        first=3 * np.arange(roads + 1),
        lon=places[:, 0],
        lat=places[:, 1],
        dropped={},
        quality=(),
    )


def scattered(n_points: int, n_nodes: int, seed: int = 1030) -> gpd.GeoSeries:
    """Return points strewn over the lattice of `n_nodes`."""
    random = np.random.default_rng(seed + 2)
    half = n_nodes**0.5 * SPACING_M / 2
    xy = random.uniform(-half, half, (n_points, 2)) + CENTRE
    return gpd.GeoSeries(shapely.points(xy), crs=CRS_M)


def villages(n_villages: int, n_nodes: int, seed: int = 1030) -> gpd.GeoDataFrame:
    """Return village points with area classes, one in five urban."""
    random = np.random.default_rng(seed + 3)
    urban = random.random(n_villages) < 0.2
    points = scattered(n_villages, n_nodes, seed + 4)
    return gpd.GeoDataFrame({"area_class": np.where(urban, "urban", "rural")}, geometry=points)
