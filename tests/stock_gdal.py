"""Write a file with every driver that the installed GDAL can write: run in a process of its own.

``python -m tests.stock_gdal FOLDER`` writes ``v-<driver>`` and ``r-<driver>``, and to
``drivers.json`` the names of all drivers of a process in which the product took none out.
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
import rasterio.shutil
import shapely
from rasterio import Affine


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    line = shapely.LineString([(112.3, 28.5), (112.4, 28.6)])
    frame = gpd.GeoDataFrame({"highway": ["primary"], "name": ["a"]}, geometry=[line], crs=4326)
    work = folder / "work"
    for driver in pyogrio.list_drivers(write=True):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            pyogrio.write_dataframe(frame, work / "file", driver=driver)
        except Exception:
            continue
        keep(work, folder / f"v-{driver.replace(' ', '_')}")
    profile = {"width": 32, "height": 32, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    place = Affine(0.01, 0, 112.2, 0, -0.01, 28.8)
    with rasterio.open(folder / "base.tif", "w", driver="GTiff", transform=place, **profile) as to:
        to.write(np.ones((1, 32, 32), "uint8"))
    with rasterio.Env() as environment:
        rasters = list(environment.drivers())
    for driver in rasters:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            rasterio.shutil.copy(folder / "base.tif", work / "file", driver=driver)
        except Exception:
            continue
        keep(work, folder / f"r-{driver.replace(' ', '_')}")
    names = {"vector": list(pyogrio.list_drivers()), "raster": rasters}
    (folder / "drivers.json").write_text(json.dumps(names), encoding="utf-8")


def keep(work: Path, to: Path) -> None:
    made = sorted(p for p in work.rglob("*") if p.is_file() and p.stat().st_size)
    first = next((p for p in made if p.name == "file"), made[0] if made else None)
    if first is not None:
        shutil.copyfile(first, to)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
