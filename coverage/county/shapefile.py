"""Shapefiles: their parts collected and compared before GDAL reads a private copy of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.county.datum import crs_from_text, plain_crs
from coverage.county.files import decode, reading, refuse, shown
from coverage.county.sheets import MAX_ROWS
from coverage.gdal import read_shapefile
from coverage.problems import Problem
from coverage.scratch import scratch

SIGNATURE: Final = b"\x00\x00\x27\x0a"
_HEADER_BYTES: Final = 100
_ENTRY_BYTES: Final = 8
_NEEDED: Final = (".dbf", ".shx")
_READ: Final = (".shp", ".shx", ".dbf", ".prj")
_RAW: Final = "ISO-8859-1"  # as GDAL spells it; keeps every byte as one character
_FIRST_CJK: Final = "\u2e80"
_MOST_CUT_BYTES: Final = 3


@dataclass(frozen=True)
class Shapefile:
    """What a shapefile holds.

    Attributes
    ----------
    frame
        As `pyogrio` gives it, texts decoded.
    records
        How many there should be.
    lost
        Rows that the parts do not hold whole.
    unreadable
        Rows whose shape is there and cannot be read.
    notes
        Notes on its texts.
    """

    frame: pd.DataFrame
    records: int
    lost: tuple[int, ...]
    unreadable: tuple[int, ...]
    notes: tuple[Problem, ...]


def read_parts(path: Path, file: str, most_lost_share: float) -> Shapefile:
    """Read a shapefile.

    Parameters
    ----------
    path
        The ``.shp``; its other parts have the same name but for the ending, in any case.
    file
        Named in problems.
    most_lost_share
        Refused where more of its records are damaged or missing.

    Raises
    ------
    InputError
        If a part is missing, too many records are, or its texts are in no known encoding.
    """
    parts = _parts(path)
    missing = [suffix for suffix in _NEEDED if suffix not in parts]
    if missing:
        raise refuse("county.shapefile_part_missing", file, missing=", ".join(missing))
    with reading(file):
        records, lost = _lost_records(parts)
    if len(lost) > most_lost_share * records:
        values = {"lost": len(lost), "records": records}
        raise refuse("county.shapefile_cut", file, lost, **values)
    if ".prj" in parts:
        with reading(file):
            crs_from_text(decode(parts[".prj"].read_bytes(), file))
    with scratch() as private, reading(file):
        for suffix in _READ:
            if suffix in parts:
                shutil.copyfile(parts[suffix], private / f"layer{suffix}")
        frame = read_shapefile(private / "layer.shp", _RAW)
        if getattr(frame, "crs", None) is not None:
            plain_crs(frame.crs)
    stated = parts[".cpg"].read_text("latin-1").strip() if ".cpg" in parts else ""
    frame, notes = _decoded(frame, stated, file)
    with reading(file):
        unreadable = _unreadable(parts, frame)
    return Shapefile(frame, records, lost, unreadable, notes)


def _parts(path: Path) -> dict[str, Path]:
    stem = path.stem.casefold()
    beside = sorted(p for p in path.parent.iterdir() if p.stem.casefold() == stem and p.is_file())
    parts = {p.suffix.lower(): p for p in beside}
    exact = {p.suffix.lower(): p for p in beside if p.stem == path.stem}
    return parts | exact | {".shp": path}


def _lost_records(parts: dict[str, Path]) -> tuple[int, tuple[int, ...]]:
    """Return how many records there should be, and the rows that are not whole in every part."""
    shapes, index, table = (parts[s].read_bytes() for s in (".shp", ".shx", ".dbf"))
    entries = _entries(index)
    stated_index = max(2 * int.from_bytes(index[24:28], "big") - _HEADER_BYTES, 0) // _ENTRY_BYTES
    stated_table = int.from_bytes(table[4:8], "little")
    header, width = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    whole_table = max(len(table) - header, 0) // max(width, 1)
    sound = _whole_shapes(shapes, entries)
    records = max(stated_index, stated_table, len(entries))
    if records > MAX_ROWS:
        raise ValueError("more records than a table may have")
    lost = np.ones(records, dtype=bool)
    kept = min(len(sound), stated_table, whole_table)
    lost[:kept] = ~sound[:kept]
    return records, tuple(int(i) + 1 for i in np.flatnonzero(lost))


def _entries(index: bytes) -> npt.NDArray[np.int64]:
    """Return where each record begins and how long it is, bytes; the file counts in 16 bits."""
    body = index[_HEADER_BYTES:]
    whole = body[: len(body) // _ENTRY_BYTES * _ENTRY_BYTES]
    return np.frombuffer(whole, dtype=">i4").reshape(-1, 2).astype(np.int64) * 2


def _unreadable(parts: dict[str, Path], frame: pd.DataFrame) -> tuple[int, ...]:
    """Return the rows of `frame` without a shape, though their record states the kind of one."""
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geometry.isna().any():
        return ()
    shapes, index, table = (parts[s].read_bytes() for s in (".shp", ".shx", ".dbf"))
    place = _entries(index)[:, 0]
    header, width = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    records = int.from_bytes(table[4:8], "little")
    deleted = [table[header + i * width : header + i * width + 1] == b"*" for i in range(records)]
    kept = [i for i, gone in enumerate(deleted) if not gone and i < len(place)]
    if len(kept) != len(frame):
        kept = list(range(len(frame)))  # GDAL counts otherwise: all without a shape are reported
    missing = frame.geometry.isna().to_numpy()
    kinds = [shapes[place[i] + _ENTRY_BYTES : place[i] + _ENTRY_BYTES + 4] for i in kept]
    return tuple(i + 1 for i, kind in enumerate(kinds) if missing[i] and any(kind))


def _whole_shapes(shapes: bytes, entries: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which entries of the index lead to a whole record of the length that both state."""
    place, length = entries[:, 0], entries[:, 1]
    sound = (
        (place >= _HEADER_BYTES) & (length >= 4) & (place + _ENTRY_BYTES + length <= len(shapes))
    )
    data = np.frombuffer(shapes, dtype=np.uint8)
    at = place[sound, None] + np.arange(4, 8)
    stated = np.ascontiguousarray(data[at]).view(">i4").ravel().astype(np.int64) * 2
    result = sound.copy()
    result[sound] = stated == length[sound]
    return result


def _decoded(
    frame: pd.DataFrame, stated: str, file: str
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Return the frame with its texts in the encoding that they turn out to have."""
    geometry = getattr(frame, "_geometry_column_name", None)
    texts = [
        name
        for name in frame.columns
        if name != geometry and any(isinstance(v, str) for v in frame[name].tolist())
    ]
    names = [str(name).encode(_RAW, "replace") for name in frame.columns]
    cells = {v.encode(_RAW) for name in texts for v in frame[name].tolist() if isinstance(v, str)}
    encoding = _encoding_of([*names, *cells], stated)
    if encoding is None:
        raise refuse("county.shapefile_encoding", file, stated=shown(stated or "-"))
    words = {cell: _whole_text(cell, encoding) for cell in cells}
    cut: set[int] = set()
    frame = frame.copy()
    for name in texts:
        raw = [v.encode(_RAW) if isinstance(v, str) else None for v in frame[name].tolist()]
        cut |= {i + 1 for i, v in enumerate(raw) if v is not None and words[v][1]}
        frame[name] = pd.Series(
            [None if v is None else words[v][0] for v in raw], dtype=object, index=frame.index
        )
    frame.columns = pd.Index([_whole_text(name, encoding)[0] for name in names])
    if geometry is not None:
        frame = gpd.GeoDataFrame(frame, geometry=geometry)
    notes = []
    if stated and not _same(stated, encoding) and any(not cell.isascii() for cell in cells):
        values = {"stated": shown(stated), "encoding": encoding.upper()}
        notes.append(Problem("county.shapefile_cpg_wrong", "note", values, file))
    if cut:
        rows = tuple(sorted(cut))
        notes.append(Problem("county.shapefile_text_cut", "note", {}, file, rows, count=len(rows)))
    return frame, tuple(notes)


def _encoding_of(cells: Sequence[bytes], stated: str) -> str | None:
    """Return the encoding of all texts: UTF-8 where they read as Chinese in it, else as stated.

    The bytes decide before the ``.cpg``, which programs write by habit: Chinese in GBK is hardly
    ever right UTF-8, while nearly any UTF-8 is some GBK.
    """
    some = [cell for cell in cells if not cell.isascii()]
    utf8 = _all_in(some, "utf-8")
    if utf8 is not None and (not some or any(c >= _FIRST_CJK for text in utf8 for c in text)):
        return "utf-8"
    for encoding in (_python_name(stated), "gb18030", "utf-8"):
        if encoding is not None and _all_in(some, encoding) is not None:
            return encoding
    return None


def _all_in(cells: Iterable[bytes], encoding: str) -> list[str] | None:
    try:
        return [_whole_text(cell, encoding)[0] for cell in cells]
    except UnicodeDecodeError:
        return None


def _whole_text(cell: bytes, encoding: str) -> tuple[str, bool]:
    """Return the text, and whether its last character was cut, as narrow columns do."""
    try:
        return cell.decode(encoding), False
    except UnicodeDecodeError as error:
        if len(cell) - error.start > _MOST_CUT_BYTES or error.end != len(cell):
            raise
        return cell[: error.start].decode(encoding), True


def _python_name(stated: str) -> str | None:
    """Return the codec that a ``.cpg`` names; one that takes every byte says nothing."""
    word = stated.casefold().replace("_", "-")
    if any(name in word for name in ("936", "gbk", "gb2312", "gb18030")):
        return "gb18030"
    if "big5" in word or word.endswith("950"):
        return "big5"
    return "utf-8" if word in {"utf-8", "utf8", "65001"} else None


def _same(stated: str, encoding: str) -> bool:
    return (_python_name(stated) or encoding) == encoding
