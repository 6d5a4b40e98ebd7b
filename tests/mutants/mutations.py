"""Ways to spoil a file: its bytes, its text, the cells of its table, what is packed in it.

Every mutation is a function of the content and of a generator of random numbers, so that a seed
tells it. Those marked `LOUD` do damage that a reader can see: figures may not change by them
without a word. The others may well say something else that is just as plausible.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

Rng = random.Random
Bytes = Callable[[bytes, Rng], bytes]
Cells = Callable[[pd.DataFrame, Rng], pd.DataFrame]

EXTREMES: Final = (
    *(
        "1e308",
        "-1e308",
        "1e400",
        "1e-300",
        "-1",
        "nan",
        "inf",
        "430902101",
        "99999999999999999999",
    ),
    *("9" * 400, "0x10", "1e9", "-0.5", "2147483648"),
)
ODD_WORDS: Final = (
    *("#REF!", "#N/A", "NULL", "=1+1", "甲" * 40_000, "\N{RIGHT-TO-LEFT OVERRIDE}abc", "../../x"),
    *("{0.__class__}", "<script>", "é\N{COMBINING ACUTE ACCENT}", "🚑" * 300, "%s%n", "\t", "'"),
)
_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?")
_WORD: Final = re.compile(rb"[\w\x80-\xff]+")


def _place(content: bytes, rng: Rng) -> int:
    return rng.randrange(len(content)) if content else 0


def _span(content: bytes, rng: Rng) -> tuple[int, int]:
    start = _place(content, rng)
    return start, min(len(content), start + rng.choice((1, 4, 16, 100, 1000)))


def flip(content: bytes, rng: Rng) -> bytes:
    """Change one bit, or a few."""
    spoilt = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 20)) if content else 0):
        spoilt[_place(content, rng)] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def cut_end(content: bytes, rng: Rng) -> bytes:
    """Lose everything from some place on."""
    return content[: _place(content, rng)]


def cut_some(content: bytes, rng: Rng) -> bytes:
    """Lose some bytes in the middle."""
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def double(content: bytes, rng: Rng) -> bytes:
    """Write some bytes twice."""
    start, end = _span(content, rng)
    return content[:end] + content[start:end] + content[end:]


def insert(content: bytes, rng: Rng) -> bytes:
    """Write random bytes between others."""
    start = _place(content, rng)
    return content[:start] + rng.randbytes(rng.choice((1, 4, 100))) + content[start:]


def zero(content: bytes, rng: Rng) -> bytes:
    """Lose some bytes, their room kept."""
    start, end = _span(content, rng)
    return content[:start] + bytes(end - start) + content[end:]


def exchange(content: bytes, rng: Rng) -> bytes:
    """Exchange two stretches of bytes."""
    (a, b), (c, d) = sorted((_span(content, rng), _span(content, rng)))
    if b > c:
        return content
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def number(content: bytes, rng: Rng) -> bytes:
    """Write an extreme number for another."""
    return _replaced(_NUMBER, content, rng.choice(EXTREMES).encode(), rng)


def word(content: bytes, rng: Rng) -> bytes:
    """Write an odd word for another."""
    return _replaced(_WORD, content, rng.choice(ODD_WORDS).encode(), rng)


def drop_word(content: bytes, rng: Rng) -> bytes:
    """Lose a word."""
    return _replaced(_WORD, content, b"", rng)


def swap_words(content: bytes, rng: Rng) -> bytes:
    """Exchange two words."""
    found = list(_WORD.finditer(content))
    if len(found) < 2:
        return content
    one, two = sorted(rng.sample(found, 2), key=lambda m: m.start())
    between = content[one.end() : two.start()]
    return content[: one.start()] + two[0] + between + one[0] + content[two.end() :]


def lines(content: bytes, rng: Rng) -> bytes:
    """Lose, double or exchange lines."""
    rows = content.splitlines(keepends=True)
    if len(rows) < 2:
        return content
    i, j = rng.sample(range(len(rows)), 2)
    kind = rng.randrange(3)
    if kind == 0:
        del rows[i]
    elif kind == 1:
        rows.insert(j, rows[i])
    else:
        rows[i], rows[j] = rows[j], rows[i]
    return b"".join(rows)


def encoding(content: bytes, rng: Rng) -> bytes:
    """Write the text in another encoding, or with a mark at its start."""
    text = content.decode("utf-8", "replace")
    name = rng.choice(("utf-16", "utf-16-le", "gb18030", "latin-1", "utf-8-sig", "utf-7", "utf-32"))
    return text.encode(name, "replace")


def nest(content: bytes, rng: Rng) -> bytes:
    """Write deep brackets for a word."""
    deep = rng.choice((b"[", b"{", b"(", b"{a: ", b"- ", b"<a>")) * rng.choice((40, 1000, 20_000))
    return _replaced(_WORD, content, deep, rng)


def _replaced(pattern: re.Pattern[bytes], content: bytes, new: bytes, rng: Rng) -> bytes:
    found = list(pattern.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    return content[: match.start()] + new + content[match.end() :]


BYTES: Final[Mapping[str, Bytes]] = {
    f.__name__: f for f in (flip, cut_end, cut_some, double, insert, zero, exchange)
}
TEXT: Final[Mapping[str, Bytes]] = {
    f.__name__: f for f in (number, word, drop_word, swap_words, lines, encoding, nest)
}


def in_zip(content: bytes, rng: Rng) -> bytes:
    """Spoil one part of an archive, whose check sums are right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = [entry.filename for entry in old.infolist()]
        chosen = rng.choice([*names, *[n for n in names if "sheet" in n.lower()] * 3])
        spoil = rng.choice([*BYTES.values(), *TEXT.values()])
        for name in names:
            part = old.read(name)
            new.writestr(name, spoil(part, rng) if name == chosen else part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_PACKED: Final = re.compile(rb"x[\x01\x5e\x9c\xda]")


def in_blob(content: bytes, rng: Rng) -> bytes:
    """Spoil what is packed by zlib in a block, packed well again; its length may not be told so."""
    found = [m.start() for m in _PACKED.finditer(content)]
    rng.shuffle(found)
    for start in found:
        unpacker = zlib.decompressobj()
        try:
            plain = unpacker.decompress(content[start:])
        except zlib.error:
            continue
        end = len(content) - len(unpacker.unused_data)
        spoil = rng.choice((flip, zero, exchange))
        packed = zlib.compress(spoil(plain, rng))
        return content[:start] + packed + content[end:]
    return content


INSIDE: Final[Mapping[str, Mapping[str, Bytes]]] = {
    ".xlsx": {"in_zip": in_zip},
    ".pbf": {"in_blob": in_blob},
    ".tif": {"in_blob": in_blob},
}


def extreme_cell(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Write an extreme number in a cell of numbers."""
    columns = [c for c in table if pd.api.types.is_numeric_dtype(table[c])]
    return _with_cell(table, rng.choice(columns), rng.choice(EXTREMES), rng) if columns else table


def odd_cell(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Write an odd word in a cell."""
    return _with_cell(table, rng.choice(_plain(table)), rng.choice(ODD_WORDS), rng)


def blank_cell(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Lose the text of a cell."""
    return _with_cell(table, rng.choice(_plain(table)), None, rng)


def swap_cells(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Exchange two cells of a row."""
    a, b = rng.sample(_plain(table), 2)
    row = rng.randrange(len(table))
    spoilt = table.astype({a: object, b: object})
    spoilt.loc[row, [a, b]] = [table[b].iloc[row], table[a].iloc[row]]
    return spoilt


def swap_axes(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Exchange longitude and latitude of a row."""
    row = rng.randrange(len(table))
    if isinstance(table, gpd.GeoDataFrame):
        return _with_shape(
            table, row, shapely.transform(table.geometry[row], lambda xy: xy[:, ::-1])
        )
    spoilt = table.copy()
    spoilt.loc[row, ["lon", "lat"]] = table.loc[row, ["lat", "lon"]].to_numpy()
    return spoilt


def far_vertex(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Move one vertex of a shape, or a place, to where no county is."""
    row, far = rng.randrange(len(table)), rng.choice((3.0, 0.0, -28.6, 1e5, 1e300))
    if not isinstance(table, gpd.GeoDataFrame):
        return _with_cell(table, "lat", far, rng)
    xy = shapely.get_coordinates(table.geometry[row])
    vertex = rng.randrange(len(xy))
    moved = lambda at: np.where(np.arange(len(at))[:, None] == vertex, (at[0, 0], far), at)  # noqa: E731
    return _with_shape(table, row, shapely.transform(table.geometry[row], moved))


def no_shape(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Lose the shapes of some rows."""
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    lost = rng.sample(range(len(table)), rng.choice((1, max(1, len(table) // 4))))
    shapes = [None if i in lost else shape for i, shape in enumerate(table.geometry)]
    return table.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))


def row_twice(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Write a row twice."""
    order = sorted([*range(len(table)), rng.randrange(len(table))])
    return table.iloc[order].reset_index(drop=True)


def row_lost(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Lose a row."""
    return table.drop(index=rng.randrange(len(table))).reset_index(drop=True)


def column_lost(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Lose a column."""
    return table.drop(columns=rng.choice(_plain(table)))


def column_renamed(table: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Call a column by another's name, or by none that is known."""
    columns = _plain(table)
    return table.rename(columns={rng.choice(columns): rng.choice([*columns, "列", ""])})


def _plain(table: pd.DataFrame) -> list[str]:
    return [str(column) for column in table.columns if column != "geometry"]


def _with_cell(table: pd.DataFrame, column: str, value: object, rng: Rng) -> pd.DataFrame:
    spoilt = table.astype({column: object})
    spoilt.loc[rng.randrange(len(table)), column] = value
    return spoilt


def _with_shape(table: gpd.GeoDataFrame, row: int, shape: object) -> gpd.GeoDataFrame:
    shapes = [shape if i == row else old for i, old in enumerate(table.geometry)]
    return table.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))


CELLS: Final[Mapping[str, Cells]] = {
    f.__name__: f
    for f in (
        *(extreme_cell, odd_cell, blank_cell, swap_cells, swap_axes, far_vertex, no_shape),
        *(row_twice, row_lost, column_lost, column_renamed),
    )
}
LOUD: Final = frozenset(
    {"extreme_cell", "odd_cell", "swap_axes", "far_vertex", "no_shape", "row_twice"}
)
"""Damage to a table that can be seen, whatever its format."""
LOUD_WHERE_FRAMED: Final = frozenset({"cut_end", "cut_some"})
"""Damage that can be seen in a format that says how long it is, or where it ends."""
FRAMED: Final = (
    ".xlsx",
    ".geojson",
    ".gpkg",
    ".shp",
    ".parquet",
    ".osm",
    ".pbf",
    ".graphml",
    ".tif",
)
