"""GeoPackage, read by SQLite alone, from a private copy.

Only tables that hold rows are read: a view or a virtual table is a program of the file's author.
SQLite writes beside a file that it reads (``-shm``) and rolls back what another program left
half done, so that it never gets the file of the county folder itself.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from coverage.county.datum import crs_from_text
from coverage.county.wkb import shapes_of
from coverage.scratch import scratch

SIGNATURE: Final = b"SQLite format 3\0"
_MOST_STEPS: Final = 20_000  # of a million SQLite instructions each
_STEP: Final = 1_000_000
_HEADER_BYTES: Final = 8
_ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA}
)


@dataclass(frozen=True)
class GeoPackage:
    """An open GeoPackage.

    Attributes
    ----------
    base
        The private copy.
    layers
        Kind of geometry by name of layer, empty for a table without any.
    """

    base: sqlite3.Connection
    layers: dict[str, str]

    def count(self, layer: str) -> int:
        """Return the number of a layer's rows.

        Raises
        ------
        ValueError
            If it is none of `layers`.
        """
        if layer not in self.layers:
            raise ValueError(layer)
        return int(self.base.execute(f"SELECT count(*) FROM {_quoted(layer)}").fetchone()[0])  # noqa: S608

    def read(self, layer: str) -> tuple[pd.DataFrame, list[int]]:
        """Return a layer in its own coordinates, and the rows whose shape cannot be read."""
        name = _quoted(layer)
        declared = list(self.base.execute(f"PRAGMA table_info({name})"))
        row = self.base.execute(
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
        shape_column = None if row is None else str(row[0])
        keys = [str(c[1]) for c in declared if c[5] and str(c[2]).upper() == "INTEGER"]
        kept = [str(c[1]) for c in declared if str(c[1]) not in {shape_column, *keys[:1]}]
        kinds = {str(c[1]): str(c[2]).upper() for c in declared}
        rows = self._rows(name, [*kept, *([shape_column] if shape_column else [])])
        columns = list(zip(*rows, strict=True)) or [()] * (len(kept) + 1)
        data = {
            column: pd.Series([_cell(v, kinds[column]) for v in values], dtype=object)
            for column, values in zip(kept, columns, strict=False)
        }
        table = pd.DataFrame(data, index=range(len(rows)))
        if shape_column is None:
            return table, []
        shapes, bad = shapes_of([_wkb(blob) for blob in columns[-1]])
        frame = gpd.GeoDataFrame(table, geometry=shapes, crs=self._crs(row[1]))
        return frame, [i + 1 for i, is_bad in enumerate(bad) if is_bad]

    def _rows(self, name: str, columns: list[str]) -> list[tuple[Any, ...]]:
        if not columns:
            return []
        wanted = ", ".join(_quoted(column) for column in columns)
        return self.base.execute(f"SELECT {wanted} FROM {name}").fetchall()  # noqa: S608

    def _crs(self, number: object) -> CRS | None:
        row = self.base.execute(
            "SELECT organization, organization_coordsys_id, definition"
            " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (number,),
        ).fetchone()
        if row is None or number in {0, -1}:
            return None
        authority, code, definition = (str(value) for value in row)
        if authority.upper() == "EPSG" and code.isdigit():
            return crs_from_text(f"EPSG:{code}")
        return None if definition.lower() in {"", "undefined"} else crs_from_text(definition)


@contextmanager
def open_geopackage(path: Path) -> Iterator[GeoPackage]:
    """Open a GeoPackage; what another program has not written back yet (``-wal``) counts.

    Raises
    ------
    sqlite3.Error
        If it is broken, or made to keep SQLite busy.
    OutputError
        If there is no room for a copy to work on.
    """
    with scratch() as private:
        copy = private / "layers.gpkg"
        shutil.copyfile(path, copy)
        if (log := unwritten_log(path)) is not None:
            shutil.copyfile(log, copy.with_name("layers.gpkg-wal"))
        with closing(sqlite3.connect(copy)) as base:
            base.text_factory = _text
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("PRAGMA temp_store=MEMORY")
            base.set_authorizer(_allow)
            steps = iter(range(_MOST_STEPS))
            base.set_progress_handler(lambda: next(steps, None) is None, _STEP)
            yield GeoPackage(base, _layers(base))


def unwritten_log(path: Path) -> Path | None:
    """Return the write-ahead log that belongs to a GeoPackage, None where there is none."""
    log = path.with_name(path.name + "-wal")
    inside = log.resolve().parent == path.resolve().parent
    return log if inside and log.is_file() and log.stat().st_size else None


def _layers(base: sqlite3.Connection) -> dict[str, str]:
    tables = {
        str(name)
        for name, sql in base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not re.match(r"\s*create\s+virtual", str(sql), re.IGNORECASE)
    }
    rows = base.execute(
        "SELECT c.table_name, g.geometry_type_name FROM gpkg_contents c"
        " LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
        " WHERE c.data_type IN ('features', 'attributes') ORDER BY c.rowid"
    )
    return {str(name): str(kind or "") for name, kind in rows if str(name) in tables}


def _allow(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")


def _cell(value: object, kind: str) -> object:
    if isinstance(value, bytes):
        return None
    return bool(value) if kind == "BOOLEAN" and isinstance(value, int) else value


def _wkb(blob: object) -> bytes | None:
    """Return the well-known binary behind the header of the format; None where it is empty.

    What is no such thing comes back as it is, and is no geometry.
    """
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < _HEADER_BYTES or blob[:2] != b"GP":
        return b"?"
    flags = blob[3]
    envelope = flags >> 1 & 0b111
    if envelope >= len(_ENVELOPE_BYTES):
        return b"?"
    return blob[_HEADER_BYTES + _ENVELOPE_BYTES[envelope] :]
