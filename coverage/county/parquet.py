"""Parquet, read only once it is known what its pages unfold to.

The format writes a value that repeats once, and how often: a few kilobytes may stand for
gigabytes. Texts are therefore first read as the list of their values and the places in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from coverage.county.files import MAX_CELL_LENGTH, reading, refuse, shown
from coverage.county.sheets import MAX_COLUMNS, MAX_ROWS, MAX_UNZIPPED_BYTES

MAX_VALUES: Final = 50_000_000
"""Cells of all columns; in a column of lists, each entry of a list."""
_MEGA: Final = 1_000_000


def read_parquet(path: Path, file: str) -> tuple[pa.Table, dict[str, Any] | None]:
    """Return the table, and what it says of its geometry (GeoParquet's ``geo``), if anything.

    Raises
    ------
    InputError
        If it is broken, or unfolds to more than a county's table may have.
    """
    with reading(file), path.open("rb") as stream:
        content = pq.ParquetFile(stream)
        _check_counts(content.metadata, file)
        schema = content.schema_arrow
        geo = (schema.metadata or {}).get(b"geo")
        about: dict[str, Any] | None = None if geo is None else json.loads(geo)
        texts = [f.name for f in schema if _is_text(f.type)]
        folded = pq.ParquetFile(stream, read_dictionary=texts).read()
        shapes = set() if about is None else set(about["columns"])
        _check_texts(folded, shapes, file)
        return _unfolded(folded, schema), about


def _check_counts(meta: pq.FileMetaData, file: str) -> None:
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    if meta.num_rows > MAX_ROWS:
        raise refuse("county.too_many_rows", file, limit=MAX_ROWS)
    if meta.num_columns > MAX_COLUMNS:
        raise refuse("county.too_many_columns", file, limit=MAX_COLUMNS)
    values = sum(group.column(i).num_values for group in groups for i in range(meta.num_columns))
    size = sum(group.total_byte_size for group in groups)
    if values > MAX_VALUES or size > MAX_UNZIPPED_BYTES:
        raise _too_big(file)


def _check_texts(folded: pa.Table, shapes: set[str], file: str) -> None:
    """Refuse texts that are too long, each or all together; shapes only all together."""
    unfolded = 0
    for name, column in zip(folded.column_names, folded.columns, strict=True):
        row = 0
        for part in column.chunks if pa.types.is_dictionary(column.type) else ():
            lengths = pc.binary_length(part.dictionary).fill_null(0).to_numpy()
            places = part.indices.fill_null(-1).to_numpy()
            cells = np.append(lengths, 0)[places]
            unfolded += int(cells.sum(dtype=np.int64))
            # A character takes at most four bytes.
            long = np.flatnonzero(cells > 4 * MAX_CELL_LENGTH)
            if len(long) and name not in shapes:
                rows = [row + int(i) + 1 for i in long]
                raise refuse(
                    "county.cells_too_long", file, rows, names=shown(name), limit=MAX_CELL_LENGTH
                )
            row += len(part)
    if unfolded > MAX_UNZIPPED_BYTES:
        raise _too_big(file)


def _unfolded(folded: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        column.cast(field.type) if column.type != field.type else column
        for column, field in zip(folded.columns, schema, strict=True)
    ]
    return pa.table(columns, schema=schema)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _too_big(file: str) -> Exception:
    return refuse("county.file_too_big", file, limit_mb=MAX_UNZIPPED_BYTES // _MEGA)
