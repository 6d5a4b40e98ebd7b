"""A local base map as one picture: in Web Mercator for the screen, in the county's CRS on paper."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
from pyproj import CRS
from rasterio import Affine
from rasterio.transform import array_bounds
from rasterio.warp import Resampling, reproject

from coverage.county.datum import crs_from_text
from coverage.county.files import no_progress
from coverage.crs import WGS84, transformer
from coverage.gdal import open_raster, place_of
from coverage.problems import InputError, Problem, storage_reason
from maps.basemap import LOCAL, Basemap
from maps.basemap_datum import around, unshifted
from maps.picture import MERCATOR, Box, Picture, Pixels
from maps.tiles import FolderTiles, mosaic, open_mbtiles

_MOST_PX: Final = 2048
_ROOM_PX: Final = 2
_OPAQUE: Final = 255
_DRIVERS: Final = {
    b"II*\0": "GTiff", b"MM\0*": "GTiff", b"II+\0": "GTiff", b"MM\0+": "GTiff",
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"BM": "BMP",
}  # fmt: skip
"""Driver by how a file begins: no other of GDAL's many formats is opened."""


def mercator_picture(basemap: Basemap, crs: CRS, box: Box, most_px: int = _MOST_PX) -> Picture:
    """Return a local base map over `box` (of `crs`) in Web Mercator.

    Raises
    ------
    InputError
        If it cannot be read, or does not lie here.
    """
    here = _reprojected(box, crs, MERCATOR)
    if basemap.datum == "gcj02":
        return unshifted(_picture(basemap, crs, around(here), most_px))
    return _picture(basemap, crs, here, most_px)


def _picture(basemap: Basemap, crs: CRS, here: Box, most_px: int) -> Picture:
    path = Path(basemap.path)
    if not (path.is_dir() if basemap.kind == "tiles" else path.is_file()):
        raise InputError([Problem("maps.basemap_missing", values={"path": basemap.path})])
    try:
        if basemap.kind == "tiles":
            return _of_folder(path, here, most_px)
        if basemap.kind == "mbtiles":
            with open_mbtiles(path) as store:
                return mosaic(store, here, path.name, most_px).reduced(most_px)
        return _raster(path, crs, here, most_px)
    except OSError as error:
        values = {"path": basemap.path, "reason": storage_reason(error)}
        raise InputError([Problem("maps.basemap_unreadable", values=values)]) from error


def _of_folder(path: Path, here: Box, most_px: int) -> Picture:
    """Return the tiles of a folder, whichever end its rows are counted from.

    Counted from the wrong end they lie on the other side of the equator.
    """
    try:
        picture = mosaic(FolderTiles(path), here, path.name, most_px)
    except InputError:
        with suppress(InputError):
            picture = mosaic(FolderTiles(path, from_south=True), here, path.name, most_px)
            return picture.reduced(most_px)
        raise
    return picture.reduced(most_px)


def picture_in(basemap: Basemap, crs: CRS, box: Box, most_px: int = _MOST_PX) -> Pixels | None:
    """Return a local base map drawn in `crs` over exactly `box`; None where there is none.

    Raises
    ------
    InputError
        As `mercator_picture`.
    """
    if basemap.kind not in LOCAL:
        return None
    source = mercator_picture(basemap.checked(), crs, box, most_px)
    height, width = _size(box, most_px)
    where = spread(*source.box, source.pixels.shape[1], source.pixels.shape[0])
    to = spread(*box, width, height)
    return _warped(source.pixels, where, MERCATOR, to, crs, (height, width))


def spread(west: float, south: float, east: float, north: float, width: int, height: int) -> Affine:
    """Return where the pixels of a picture over a box lie."""
    return Affine((east - west) / width, 0.0, west, 0.0, (south - north) / height, north)


def _size(box: Box, most_px: int) -> tuple[int, int]:
    west, south, east, north = box
    scale = most_px / max(east - west, north - south)
    return max(round((north - south) * scale), 1), max(round((east - west) * scale), 1)


def _warped(
    pixels: Pixels, where: Affine, crs: CRS, to: Affine, to_crs: CRS, size: tuple[int, int]
) -> Pixels:
    target = np.zeros((4, *size), dtype=np.uint8)
    with no_progress():
        reproject(
            np.moveaxis(pixels, 2, 0),
            target,
            src_transform=where,
            src_crs=rasterio.CRS.from_wkt(crs.to_wkt()),
            dst_transform=to,
            dst_crs=rasterio.CRS.from_wkt(to_crs.to_wkt()),
            resampling=Resampling.bilinear,
        )
    return np.moveaxis(target, 0, 2)


def _raster(path: Path, crs: CRS, box: Box, most_px: int) -> Picture:
    """Return a picture file, warped to Web Mercator; only what is needed of it is read."""
    refuse = partial(Problem, file=path.name)
    try:
        with no_progress(), open_raster(path, _driver(path)) as source:
            place = place_of(source, path)
            if place is None:
                raise InputError([refuse("maps.basemap_no_place")])
            if set(source.dtypes) != {"uint8"} or source.count > 4:
                raise InputError([refuse("maps.basemap_no_picture")])
            known = crs_from_text(source.crs.to_wkt()) if source.crs else None
            own = known or _likely_crs(array_bounds(source.height, source.width, place), crs)
            picture = _read(source, place, _reprojected(box, MERCATOR, own), most_px)
    except (rasterio.errors.RasterioError, ValueError) as error:
        raise InputError([refuse("maps.basemap_no_raster")]) from error
    pixels = None
    if picture is not None:
        height, width = _size(box, most_px)
        where = spread(*box, width, height)
        pixels = _warped(*picture, own, where, MERCATOR, (height, width))
    if pixels is None or not pixels[..., 3].any():
        raise InputError([refuse("maps.basemap_elsewhere")])
    return Picture(pixels, box)


def _read(
    source: rasterio.DatasetReader, place: Affine, box: Box, most_px: int
) -> tuple[Pixels, Affine] | None:
    """Return the part of a picture over `box` (of its CRS), and where it lies; None where none."""
    west, south, east, north = box
    corners = [~place @ p for p in ((west, south), (west, north), (east, south))]
    corners.append(~place @ (east, north))
    first = np.floor(np.min(corners, axis=0)).clip(0) - _ROOM_PX
    last = np.ceil(np.max(corners, axis=0)) + _ROOM_PX
    left, top = first.clip(0).astype(int).tolist()
    right, bottom = np.minimum(last, [source.width, source.height]).astype(int).tolist()
    if left >= right or top >= bottom:
        return None
    window = ((top, bottom), (left, right))
    scale = max((right - left) / most_px, (bottom - top) / most_px, 1.0)
    shape = (max(round((bottom - top) / scale), 1), max(round((right - left) / scale), 1))
    bands = source.read(window=window, out_shape=(source.count, *shape))
    opaque = source.dataset_mask(window=window, out_shape=shape)
    pixels = np.zeros((*shape, 4), dtype=np.uint8)
    palette = source.colormap(1) if _has_palette(source) else None
    if palette is not None:
        table = np.array([palette.get(value, (0, 0, 0, 0))[:3] for value in range(256)], np.uint8)
        pixels[..., :3] = table[bands[0]]
    else:
        pixels[..., :3] = np.moveaxis(bands[:3] if len(bands) > 2 else bands[[0, 0, 0]], 0, 2)
    pixels[..., 3] = np.where(opaque > 0, _OPAQUE, 0)
    step = ((right - left) / shape[1], (bottom - top) / shape[0])
    return pixels, place @ Affine.translation(left, top) @ Affine.scale(*step)


def _driver(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    for start, driver in _DRIVERS.items():
        if head.startswith(start):
            return driver
    raise InputError([Problem("maps.basemap_no_raster", file=path.name)])


def _has_palette(source: rasterio.DatasetReader) -> bool:
    return bool(source.colorinterp[0] == rasterio.enums.ColorInterp.palette)


def _likely_crs(bounds: Box, crs: CRS) -> CRS:
    """Return what a world file without a CRS is in: degrees where it can be, else the county's."""
    west, south, east, north = bounds
    degrees = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return WGS84 if degrees else crs


def _reprojected(box: Box, crs: CRS, to_crs: CRS) -> Box:
    west, south, east, north = transformer(crs, to_crs).transform_bounds(*box)
    return float(west), float(south), float(east), float(north)


def lonlat_corners(box: Box) -> list[list[float]]:
    """Return south-west and north-east of a box in Web Mercator, latitude first, degrees."""
    west, south, east, north = _reprojected(box, MERCATOR, WGS84)
    return [[south, west], [north, east]]
