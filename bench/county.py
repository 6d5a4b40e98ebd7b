"""A generated county folder as large as a big county's, for measuring the whole report."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.osm.mutable import Node, Way

from bench.roads import CENTRE, CRS_M, SPACING_M, lattice_ways

TOWNSHIP_ROWS = 5
COUNTY_TOML = """
[county]
name = "Generated county"
name_en = "Generated county"
code = "430921"
illustrative = true
[sources]
townships = "townships.geojson"
villages = "villages.csv"
facilities = "facilities.csv"
roads = "roads.osm.pbf"
[response]
speed_profile = "hunan"
"""


def write_county(
    folder: Path, n_nodes: int, n_villages: int, n_stations: int = 30, seed: int = 1030
) -> None:
    """Write a county folder of `n_nodes` crossings to `folder`, which must exist."""
    random = np.random.default_rng(seed)
    half = round(n_nodes**0.5) * SPACING_M / 2 + 100
    (folder / "county.toml").write_text(COUNTY_TOML, encoding="utf-8")
    townships = _townships(half)
    townships.to_crs(4326).to_file(folder / "townships.geojson")
    villages = _places(random, n_villages, half, townships)
    villages.insert(0, "code", [f"430921{i // 200:03d}{i % 200:03d}" for i in range(n_villages)])
    villages.insert(1, "name", [f"Village {i}" for i in range(n_villages)])
    villages["kind"] = "village"
    villages["population"] = random.integers(200, 2500, n_villages)
    villages["area_class"] = np.where(random.random(n_villages) < 0.2, "urban", "rural")
    villages.to_csv(folder / "villages.csv", index=False)
    facilities = _places(random, n_stations + n_villages, half, townships)
    facilities.insert(0, "id", [f"F{i:05d}" for i in range(len(facilities))])
    facilities.insert(1, "name", [f"Facility {i}" for i in range(len(facilities))])
    is_station = np.arange(len(facilities)) < n_stations
    facilities["kind"] = np.where(is_station, "township_hospital", "village_clinic")
    facilities["ambulances"] = is_station.astype(int)
    facilities.to_csv(folder / "facilities.csv", index=False)
    write_pbf(folder / "roads.osm.pbf", n_nodes, seed)


def write_pbf(path: Path, n_nodes: int, seed: int = 1030) -> None:
    """Write the generated roads as an OSM file of the kind that the suffix names."""
    ways = lattice_ways(n_nodes, seed)
    with osmium.SimpleWriter(str(path)) as writer:
        for i, (lon, lat) in enumerate(zip(ways.lon.tolist(), ways.lat.tolist(), strict=True)):
            writer.add_node(Node(id=i + 1, location=(lon, lat), version=1))
        rows = ways.table[["highway", "backward"]].itertuples(index=False)
        for i, (highway, backward) in enumerate(rows):
            refs = (ways.vertex[ways.first[i] : ways.first[i + 1]] + 1).tolist()
            tags = {"highway": highway} | ({} if backward else {"oneway": "yes"})
            writer.add_way(Way(id=i + 1, nodes=refs, tags=tags, version=1))


def _townships(half: float) -> gpd.GeoDataFrame:
    n = TOWNSHIP_ROWS**2
    edge = np.linspace(-half, half, TOWNSHIP_ROWS + 1)
    boxes = [
        shapely.box(x0, y0, x1, y1)
        for y0, y1 in zip(edge[:-1] + CENTRE[1], edge[1:] + CENTRE[1], strict=True)
        for x0, x1 in zip(edge[:-1] + CENTRE[0], edge[1:] + CENTRE[0], strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "code": [f"430921{100 + i}" for i in range(n)],
            "name": [f"Township {i}" for i in range(n)],
            "kind": ["street" if i == n // 2 else "township" for i in range(n)],
        },
        geometry=boxes,
        crs=CRS_M,
    )


def _places(
    random: np.random.Generator, n: int, half: float, townships: gpd.GeoDataFrame
) -> pd.DataFrame:
    xy = random.uniform(-half + 50, half - 50, (n, 2))
    cell = ((xy + half) / (2 * half) * TOWNSHIP_ROWS).astype(int)
    points = gpd.GeoSeries(shapely.points(xy + CENTRE), crs=CRS_M).to_crs(4326)
    code = townships["code"].to_numpy()[cell[:, 1] * TOWNSHIP_ROWS + cell[:, 0]]
    return pd.DataFrame({"township": code, "lon": points.x.round(7), "lat": points.y.round(7)})
