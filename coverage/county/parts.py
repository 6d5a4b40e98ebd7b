"""Parts of one place that a layer holds as several features: exclaves, islands, pieces."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.county.files import shown
from coverage.county.table import Table
from coverage.county.words import fold
from coverage.problems import Problems

_SHOWN: Final = 5
_POLYGONS: Final = (3, 6)


def join_parts(table: Table, problems: Problems) -> Table:
    """Join polygons of one code, name and (where given) everything else into one, and tell it.

    A cell may be blank in all parts but one. Features of one code that differ in anything are not
    parts of one place and stay, for the check of double codes to tell.
    """
    if table.geometry is None or not (table.has("code") and table.has("name")):
        return table
    shapes = np.asarray(table.geometry.array, dtype=object)
    polygon = np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.is_empty(shapes)
    polygon &= shapely.is_valid(shapes)
    code, name = table.text("code").str.strip(), table.text("name").map(fold)
    named = polygon & (code != "").to_numpy() & (name != "").to_numpy()
    keys = code[named] + "\n" + name[named]
    several = keys[keys.duplicated(keep=False)]
    first: dict[int, list[int]] = {}
    cells = table.cells.copy()
    for _, members in several.groupby(several):
        rows = [int(i) for i in members.index]
        whole = _one_row(cells.iloc[rows])
        if whole is not None:
            cells.iloc[rows[0]] = whole
            first[rows[0]] = rows
    if not first:
        return table
    for at, rows in first.items():
        shapes[at] = shapely.union_all(shapes[rows])
    gone = {row for rows in first.values() for row in rows[1:]}
    kept = np.array([i not in gone for i in range(len(shapes))])
    names = [shown(table.text("name").iloc[i]) for i in list(first)[:_SHOWN]]
    more = " …" if len(first) > _SHOWN else ""
    joined = np.isin(np.arange(len(shapes)), [row for rows in first.values() for row in rows])
    problem = table.problem(
        "county.parts_joined",
        joined,
        level="note",
        count=str(len(first)),
        names=", ".join(names) + more,
    )
    problems.append(problem)
    geometry = gpd.GeoSeries(shapes[kept], crs=table.geometry.crs)
    return replace(
        table,
        cells=cells[kept].reset_index(drop=True),
        rows=table.rows[kept],
        geometry=geometry,
        reported={column: mask[kept] for column, mask in table.reported.items()},
        unknown={column: mask[kept] for column, mask in table.unknown.items()},
    )


def _one_row(cells: pd.DataFrame) -> list[str] | None:
    """Return what the rows say together; None where two of them say different things."""
    stated = [list(dict.fromkeys(filter(None, cells[column].tolist()))) for column in cells]
    if any(len(values) > 1 for values in stated):
        return None
    return [values[0] if values else "" for values in stated]
