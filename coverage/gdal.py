"""GDAL, behind one door: which of its drivers exist, and the only two ways to open a file.

GDAL picks a driver by content and many of its drivers follow what a file names: other files,
pipelines, addresses. Here every driver but the few that are meant is taken out of the process,
each file is opened by the one driver its kind needs, alone (no file beside it is looked for),
and GDAL's file systems over a network are shut. Nothing else in the product may import ``pyogrio``
or open by ``rasterio``; a test sees to it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyogrio
import rasterio
import rasterio._env
from pyogrio.core import _register_drivers
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]
from rasterio import Affine

VECTOR_DRIVERS: Final = frozenset({"MEM", "ESRI Shapefile", "GPKG", "GeoJSON"})
"""What may be written, and read by name; of them `read_shapefile` reads only the second."""
RASTER_DRIVERS: Final = frozenset({"MEM", "GTiff", "PNG", "JPEG", "BMP"})

_MOST_WORLD_BYTES: Final = 1_000
_NO_ADDRESS: Final = "none"
_ENVIRONMENT: Final = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no .ovr, .msk, .aux.xml, .tfw beside a file
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": _NO_ADDRESS,
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "PROJ_NETWORK": "OFF",
}


class NamesAnotherFileError(ValueError):
    """A file that would make GDAL open another one."""


def _keep_meant_drivers() -> None:
    """Take every other driver out of both copies of GDAL (pyogrio and rasterio each bring one)."""
    unwanted = sorted(set(pyogrio.list_drivers()) - VECTOR_DRIVERS)
    shut = {key: value for key, value in _ENVIRONMENT.items() if key.startswith(("CPL", "PROJ"))}
    pyogrio.set_gdal_config_options({**shut, "GDAL_SKIP": ",".join(unwanted)})
    _register_drivers()
    with rasterio.Env() as environment:
        unwanted = sorted(set(environment.drivers()) - RASTER_DRIVERS)
    if unwanted:
        # rasterio registers once a process; skipping is heeded only when drivers are registered.
        rasterio._env._have_registered_drivers = False
        with rasterio.Env(GDAL_SKIP=",".join(unwanted)):
            pass
    for name in ("PROJ_NETWORK", "CPL_VSIL_CURL_ALLOWED_FILENAME"):
        os.environ.setdefault(name, _ENVIRONMENT[name])
    set_network_enabled(active=False)


def raster_drivers() -> frozenset[str]:
    """Return the names of the raster drivers that this process has."""
    with rasterio.Env() as environment:
        return frozenset(environment.drivers())


def vector_drivers() -> frozenset[str]:
    """Return the names of the vector drivers that this process has."""
    return frozenset(pyogrio.list_drivers())


@contextmanager
def open_raster(path: Path, driver: str) -> Iterator[rasterio.DatasetReader]:
    """Open a grid or picture with one driver; whatever lies beside it is left alone.

    Raises
    ------
    NamesAnotherFileError
        If it names another file for its overviews, which reading at a smaller size would open.
    rasterio.errors.RasterioError
        If the driver cannot open it.
    """
    if driver not in RASTER_DRIVERS:
        raise ValueError(driver)
    with rasterio.Env(**_ENVIRONMENT), rasterio.open(path, driver=driver) as source:
        for space in ("OVERVIEWS", "PROXY_OVERVIEW_REQUEST", "DERIVED_SUBDATASETS"):
            if any("file" in key.lower() for key in source.tags(ns=space)):
                raise NamesAnotherFileError(path.name)
        yield source


def place_of(source: rasterio.DatasetReader, path: Path) -> Affine | None:
    """Return where the pixels lie: by the file itself, else by the world file beside it.

    None where neither says so.
    """
    if not source.transform.is_identity:
        return source.transform
    world = world_file(path)
    if world is None:
        return None
    try:
        dx, d, b, dy, x, y = (float(line) for line in world.read_text("ascii").split()[:6])
    except (OSError, ValueError):
        return None
    corner = Affine(dx, b, x, d, dy, y)  # of the middle of the first pixel
    return corner @ Affine.translation(-0.5, -0.5)


def world_file(path: Path) -> Path | None:
    """Return the file beside a picture that says where it lies, None where there is none."""
    ending = path.suffix[1:].lower()
    names = {f".{ending[:1]}{ending[-1:]}w", f".{ending}w", ".wld"}
    beside = (p for p in path.parent.iterdir() if p.stem == path.stem)
    world_files = sorted(p for p in beside if p.suffix.lower() in names and p.is_file())
    inside = (p for p in world_files if p.resolve().parent == path.resolve().parent)
    return next((p for p in inside if p.stat().st_size <= _MOST_WORLD_BYTES), None)


def read_shapefile(path: Path, encoding: str) -> Any:
    """Return the records of a shapefile, a frame of `geopandas` or, without shapes, of `pandas`.

    Parameters
    ----------
    path
        The ``.shp``, alone with its own parts in a private folder. Its first bytes must have been
        looked at: `pyogrio` has no way to name the driver, so that it is the only one left that
        takes a file that begins like this.
    encoding
        In which the texts of the ``.dbf`` are read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyogrio.read_dataframe(
            path, layer=path.stem, encoding=encoding, force_2d=True, on_invalid="ignore"
        )


_keep_meant_drivers()
