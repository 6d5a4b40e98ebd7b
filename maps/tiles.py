"""Square map tiles from a folder or an MBTiles file, put together into one picture."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

import numpy as np
from PIL import Image

from coverage.problems import InputError, Problem
from maps.picture import WORLD_M, Box, Picture, Pixels

TILE_PX: Final = 256
_DECODED: Final = ("PNG", "JPEG", "WEBP")
_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp")
_MOST_ZOOM: Final = 19
_MOST_TILE_PX: Final = 1024
_MOST_TILE_BYTES: Final = 4_000_000
_MOST_TILES: Final = 1_500
_MOST_STEPS: Final = 200  # of a million SQLite instructions each
_STEP: Final = 1_000_000


class TileStore(Protocol):
    """Where tiles come from; rows are counted from the north."""

    def zooms(self) -> list[int]:
        """Return the zooms there are, rising."""
        ...

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return the file of a tile, or None where there is none."""
        ...


@dataclass(frozen=True)
class FolderTiles:
    """A folder ``z/x/y.png`` (.jpg, .jpeg, .webp).

    Attributes
    ----------
    folder
        Where it is.
    from_south
        Whether its rows are counted from the south, as TMS does, not from the north.
    """

    folder: Path
    from_south: bool = False

    def zooms(self) -> list[int]:
        """Return the zooms there are, rising."""
        names = [path.name for path in self.folder.iterdir() if path.is_dir()]
        return sorted({int(n) for n in names if n.isascii() and n.isdigit() and len(n) < 3})

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return the file of a tile; none that a link puts outside the folder."""
        root = self.folder.resolve()
        if self.from_south:
            row = 2**zoom - 1 - row
        for suffix in _SUFFIXES:
            path = (root / str(zoom) / str(column) / f"{row}{suffix}").resolve()
            if path.is_file() and path.is_relative_to(root):
                return path.read_bytes() if path.stat().st_size <= _MOST_TILE_BYTES else None
        return None


@dataclass(frozen=True)
class MBTiles:
    """An open MBTiles file."""

    base: sqlite3.Connection

    def zooms(self) -> list[int]:
        """Return the zooms there are, rising."""
        rows = self.base.execute("SELECT DISTINCT zoom_level FROM tiles")
        return sorted(z for (z,) in rows if isinstance(z, int))

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return the file of a tile (the format counts rows from the south)."""
        rows = self.base.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
            " AND length(tile_data) <= ?",
            (zoom, column, 2**zoom - 1 - row, _MOST_TILE_BYTES),
        ).fetchone()
        return rows[0] if rows and isinstance(rows[0], bytes) else None


@contextmanager
def open_mbtiles(path: Path) -> Iterator[MBTiles]:
    """Open an MBTiles file for reading; a file made to keep SQLite busy is given up.

    Raises
    ------
    InputError
        If it is none, or its tiles are no pictures.
    """
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MOST_STEPS

    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.set_progress_handler(count, _STEP)
            kind = base.execute("SELECT value FROM metadata WHERE name = 'format'").fetchone()
            if kind and str(kind[0]).lower() in {"pbf", "mvt"}:
                raise InputError([Problem("maps.basemap_vector", file=path.name)])
            yield MBTiles(base)
    except sqlite3.Error as error:
        raise InputError([Problem("maps.basemap_no_mbtiles", file=path.name)]) from error


def mosaic(store: TileStore, box: Box, file: str, most_px: int) -> Picture:
    """Return one picture of the tiles over `box`, of the finest zoom of at most `most_px` pixels.

    Parameters
    ----------
    box
        West, south, east, north, metres of Web Mercator.
    file
        Named in problems.

    Raises
    ------
    InputError
        If there are no tiles, or none here.
    """
    zooms = [zoom for zoom in store.zooms() if 0 <= zoom <= _MOST_ZOOM]
    if not zooms:
        raise InputError([Problem("maps.basemap_no_tiles", file=file)])
    fitting = [z for z in zooms if _widest_px(box, z) <= most_px]
    for zoom in [*reversed(fitting), *(z for z in zooms if z not in fitting)]:
        tile = _at_zoom(store, box, zoom)
        if tile is not None:
            return tile
    raise InputError([Problem("maps.basemap_elsewhere", file=file)])


def _widest_px(box: Box, zoom: int) -> float:
    west, south, east, north = box
    return max(east - west, north - south) / (2 * WORLD_M) * float(2**zoom * TILE_PX)


def _at_zoom(store: TileStore, box: Box, zoom: int) -> Picture | None:
    """Return the tiles of one zoom; None where there is none, or they are too many."""
    size_m = 2 * WORLD_M / 2**zoom
    west, south, east, north = box
    first, last = (_place(west, size_m, zoom), _place(east, size_m, zoom))
    top, bottom = (_place(-north, size_m, zoom), _place(-south, size_m, zoom))
    across, down = last - first + 1, bottom - top + 1
    if across * down > _MOST_TILES:
        return None
    pixels: Pixels = np.zeros((down * TILE_PX, across * TILE_PX, 4), dtype=np.uint8)
    any_tile = False
    for column in range(across):
        for row in range(down):
            body = store.tile(zoom, first + column, top + row)
            tile = None if body is None else _decoded(body)
            if tile is not None:
                y, x = row * TILE_PX, column * TILE_PX
                pixels[y : y + TILE_PX, x : x + TILE_PX] = tile
                any_tile = True
    if not any_tile:
        return None
    left, upper = first * size_m - WORLD_M, WORLD_M - top * size_m
    return Picture(pixels, (left, upper - down * size_m, left + across * size_m, upper))


def _place(metres: float, size_m: float, zoom: int) -> int:
    return min(max(math.floor((metres + WORLD_M) / size_m), 0), int(2**zoom) - 1)


def _decoded(body: bytes) -> Pixels | None:
    """Return a tile's pixels; None where it is no picture, or not a tile's size."""
    try:
        with Image.open(BytesIO(body), formats=_DECODED) as image:
            if max(image.size) > _MOST_TILE_PX:
                return None
            tile = image.convert("RGBA").resize((TILE_PX, TILE_PX))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return np.asarray(tile, dtype=np.uint8)
