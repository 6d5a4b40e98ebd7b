"""A local base map as one picture: in Web Mercator for the screen, in the county's CRS on paper."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject

from coverage.county.files import quietly
from coverage.crs import WGS84
from coverage.errors import InputError, Problem
from maps.basemap import LOCAL, Basemap
from maps.picture import MERCATOR, Box, Picture, Pixels
from maps.tiles import FolderTiles, mosaic, open_mbtiles

_MOST_PX: Final = 2048
_DRIVERS: Final = ["GTiff", "PNG", "JPEG", "BMP", "GIF", "WEBP", "JP2OpenJPEG"]


def mercator_picture(basemap: Basemap, crs: CRS, box: Box, most_px: int = _MOST_PX) -> Picture:
    """Return a local base map over `box` (of `crs`) in Web Mercator.

    Raises
    ------
    InputError
        If it cannot be read, or does not lie here.
    """
    path = Path(basemap.path)
    here = _reprojected(box, crs, MERCATOR)
    if not (path.is_dir() if basemap.kind == "tiles" else path.is_file()):
        raise InputError([Problem("maps.basemap_missing", values={"path": basemap.path})])
    try:
        if basemap.kind == "tiles":
            return mosaic(FolderTiles(path), here, path.name, most_px)
        if basemap.kind == "mbtiles":
            with open_mbtiles(path) as store:
                return mosaic(store, here, path.name, most_px)
        return _raster(path, crs, here, most_px)
    except OSError as error:
        values = {"path": basemap.path, "reason": error.strerror or type(error).__name__}
        raise InputError([Problem("maps.basemap_unreadable", values=values)]) from error


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
    return _warped(source.pixels, source.box, MERCATOR, box, crs, (height, width))


def _size(box: Box, most_px: int) -> tuple[int, int]:
    west, south, east, north = box
    scale = most_px / max(east - west, north - south)
    return max(round((north - south) * scale), 1), max(round((east - west) * scale), 1)


def _warped(
    pixels: Pixels, box: Box, crs: CRS, to_box: Box, to_crs: CRS, size: tuple[int, int]
) -> Pixels:
    height, width = size
    target = np.zeros((4, height, width), dtype=np.uint8)
    reproject(
        np.moveaxis(pixels, 2, 0),
        target,
        src_transform=from_bounds(*box, pixels.shape[1], pixels.shape[0]),
        src_crs=rasterio.CRS.from_wkt(crs.to_wkt()),
        dst_transform=from_bounds(*to_box, width, height),
        dst_crs=rasterio.CRS.from_wkt(to_crs.to_wkt()),
        resampling=Resampling.bilinear,
    )
    return np.moveaxis(target, 0, 2)


def _raster(path: Path, crs: CRS, box: Box, most_px: int) -> Picture:
    """Return a picture file, warped to Web Mercator; only what is needed of it is read."""
    refuse = partial(Problem, file=path.name)
    height, width = _size(box, most_px)
    target = np.zeros((4, height, width), dtype=np.uint8)
    try:
        with quietly(), rasterio.open(path, driver=_DRIVERS) as source:
            if source.transform.is_identity:
                raise InputError([refuse("maps.basemap_no_place")])
            if set(source.dtypes) != {"uint8"} or source.count > 4:
                raise InputError([refuse("maps.basemap_no_picture")])
            known = CRS.from_wkt(source.crs.to_wkt()) if source.crs else None
            own = known or _likely_crs(source.bounds, crs)
            where = {
                "dst_transform": from_bounds(*box, width, height),
                "dst_crs": rasterio.CRS.from_wkt(MERCATOR.to_wkt()),
                "src_crs": rasterio.CRS.from_wkt(own.to_wkt()),
                "src_transform": source.transform,
            }
            palette = source.colormap(1) if source.count == 1 and _has_palette(source) else None
            how = Resampling.nearest if palette else Resampling.bilinear
            bands = [np.zeros((height, width), dtype=np.uint8) for _ in range(source.count)]
            for number, band in enumerate(bands, 1):
                reproject(rasterio.band(source, number), band, resampling=how, **where)
            inside = np.zeros((height, width), dtype=np.uint8)
            mask = source.dataset_mask(out_shape=_thumbnail(source.shape))
            where["src_transform"] = source.transform * source.transform.scale(
                source.width / mask.shape[1], source.height / mask.shape[0]
            )
            reproject(mask, inside, resampling=Resampling.nearest, **where)
    except rasterio.errors.RasterioError as error:
        raise InputError([refuse("maps.basemap_no_raster")]) from error
    if not inside.any():
        raise InputError([refuse("maps.basemap_elsewhere")])
    if palette is not None:
        table = np.array([palette.get(value, (0, 0, 0, 0))[:3] for value in range(256)], np.uint8)
        target[:3] = np.moveaxis(table[bands[0]], 2, 0)
    else:
        target[:3] = bands[0] if len(bands) < 3 else np.stack(bands[:3])
    target[3] = np.where(inside > 0, 255, 0)
    return Picture(np.moveaxis(target, 0, 2), box)


def _has_palette(source: rasterio.DatasetReader) -> bool:
    return bool(source.colorinterp[0] == rasterio.enums.ColorInterp.palette)


def _thumbnail(shape: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, _MOST_PX / max(shape))
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def _likely_crs(bounds: Box, crs: CRS) -> CRS:
    """Return what a world file without a CRS is in: degrees where it can be, else the county's."""
    west, south, east, north = bounds
    degrees = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return WGS84 if degrees else crs


def _reprojected(box: Box, crs: CRS, to_crs: CRS) -> Box:
    transformer = Transformer.from_crs(crs, to_crs, always_xy=True)
    west, south, east, north = transformer.transform_bounds(*box)
    return float(west), float(south), float(east), float(north)


def lonlat_corners(box: Box) -> list[list[float]]:
    """Return south-west and north-east of a box in Web Mercator, latitude first, degrees."""
    west, south, east, north = _reprojected(box, MERCATOR, WGS84)
    return [[south, west], [north, east]]
