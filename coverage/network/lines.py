"""Reading line layers: ``.gpkg``, ``.geojson``, ``.shp``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from coverage.county.config import Source
from coverage.county.datum import crs_of
from coverage.county.files import reading, refuse, shown
from coverage.county.layers import Layer, open_layer
from coverage.crs import WGS84
from coverage.errors import InputError, Problem
from coverage.network.joining import first_of, groups_within
from coverage.network.model import FloatArray, IntArray
from coverage.network.remarks import TagRemarks
from coverage.network.tags import (
    TAGS,
    UNKNOWN_CLASS,
    directions,
    drop_reason,
    is_bridge,
    is_joinable,
    road_class,
    several,
)
from coverage.network.ways import Way, Ways, ways_table
from coverage.network.words import road_words

SUFFIXES: Final = (".gpkg", ".geojson", ".json", ".shp")
_DBF_NAME_BYTES: Final = 10
"""A shapefile cuts the names of its columns to this."""
MOST_LOST_SHARE: Final = 0.01
"""Of the roads of a file: what may be damaged or missing before it is refused."""
JOIN_M: Final = 0.01
"""End points nearer than this are one junction."""

_SHOWN: Final = 8


def read_lines(path: Path, source: Source, crs: CRS) -> Ways:
    """Read a line layer with a column ``highway``.

    Optional columns are ``oneway``, ``maxspeed``, ``name``, ``bridge`` and the other OSM tags that
    decide whether and how a road is driven; the Chinese names and values of ``data/roads.toml``
    serve as well. Lines join where end points are within `JOIN_M`, and where an end point lies on
    a vertex of another line; lines that merely cross do not.

    Parameters
    ----------
    path
        The file.
    source
        Its entry in ``county.toml``: `layer`, and `datum` where it is an EPSG code.
    crs
        The county's, in which end points are compared.

    Raises
    ------
    InputError
        If the file cannot be read as a layer of lines, or has no ``highway``.
    """
    file = source.path
    layer, _ = _read(path, source)
    columns = _columns(layer, cut=path.suffix.lower() == ".shp")
    if "highway" not in columns:
        names = ", ".join(str(name) for name in layer.columns if name != layer.geometry.name)
        raise InputError(
            [Problem("network.no_highway_column", values={"columns": names or "-"}, file=file)]
        )
    dropped: Counter[str] = Counter()
    lines = layer.geometry.explode(index_parts=False)
    is_line = (lines.geom_type == "LineString") & ~lines.is_empty
    if not_lines := int((~is_line).sum()):
        dropped["not_a_line"] = not_lines
    lines = cast("gpd.GeoSeries", lines[is_line])
    unknown: Counter[str] = Counter()
    remarks = TagRemarks()
    rows, kept = [], []
    for position, tags in enumerate(_tags(layer.loc[lines.index], columns)):
        stated = tags["highway"]
        tags["highway"], known = road_class(stated)
        if tags["highway"] == UNKNOWN_CLASS:
            unknown[stated] += 1
        reason = drop_reason(tags)
        if reason is not None:
            dropped[reason] += 1
            continue
        remarks.add(tags)
        kept.append(position)
        rows.append(
            Way(
                tags["highway"],
                known,
                *directions(tags),
                maxspeed=tags.get("maxspeed", ""),
                bridge=is_bridge(tags),
                name=tags.get("name") or None,
                joinable=is_joinable(tags),
                maxspeed_forward=tags.get("maxspeed:forward", ""),
                maxspeed_backward=tags.get("maxspeed:backward", ""),
            )
        )
    geometry = np.asarray(lines.array)[kept]
    lon_lat, owner = _lon_lat(geometry, layer.crs, source)
    first = np.searchsorted(owner, np.arange(len(geometry) + 1))
    vertex, lon, lat = _join(lon_lat, first, crs)
    return Ways(
        table=ways_table(rows),
        vertex=vertex,
        first=first.astype(np.int64),
        lon=lon,
        lat=lat,
        dropped=dict(sorted(dropped.items())),
        quality=(
            *unknown_classes(unknown, file),
            *remarks.problems(file),
            *_read_as_true_false(layer, columns, file),
        ),
    )


def unknown_classes(unknown: Mapping[str, int], file: str) -> tuple[Problem, ...]:
    """Return the warning that names the classes that no profile knows, most frequent first."""
    if not unknown:
        return ()
    order = sorted(unknown, key=lambda name: (-unknown[name], name))
    named = ", ".join(f"“{shown(name)}” ({unknown[name]})" for name in order[:_SHOWN])
    count = sum(unknown.values())
    if len(order) > _SHOWN:
        named += " …"
    return (
        Problem(
            "network.unknown_classes",
            level="warning",
            values={"count": count, "classes": named},
            file=file,
            count=count,
        ),
    )


def _read(path: Path, source: Source) -> tuple[gpd.GeoDataFrame, Layer]:
    content = open_layer(path, source.path, partial(_choose, source=source), MOST_LOST_SHARE)
    if not isinstance(content.frame, gpd.GeoDataFrame):
        raise refuse("network.no_lines", source.path)
    return content.frame, content


def _choose(layers: Mapping[str, str], source: Source) -> str:
    if source.layer is None and len(layers) == 1:
        return next(iter(layers))
    lines = [name for name, kind in layers.items() if "LINESTRING" in kind.upper()]
    if source.layer is None and len(lines) == 1:
        return lines[0]
    if source.layer is not None and source.layer in layers:
        return source.layer
    values = {"layer": source.layer or "-", "layers": ", ".join(map(shown, layers)) or "-"}
    raise InputError([Problem("network.which_layer", values=values, file=source.path)])


def _columns(layer: gpd.GeoDataFrame, *, cut: bool) -> dict[str, str]:
    """Return for each tag the column that holds it, by its own or another name.

    Where names are `cut`, as in a shapefile, the beginning of a name that was too long serves.
    """
    names = {str(name).strip().lower(): str(name) for name in reversed(layer.columns)}
    found: dict[str, str] = {}
    for tag in TAGS:
        full = (tag, *road_words().columns.get(tag, ()))
        for name in (*full, *(_cut(name, code) for name in full for code in _DBF_CODES if cut)):
            column = names.get(name)
            if column not in {None, layer.geometry.name, *found.values()}:
                found[tag] = names[name]
                break
    return found


_DBF_CODES: Final = ("utf-8", "gb18030")


def _cut(name: str, code: str) -> str:
    return name.encode(code)[:_DBF_NAME_BYTES].decode(code, errors="ignore")


def _tags(layer: gpd.GeoDataFrame, columns: Mapping[str, str]) -> list[dict[str, str]]:
    values = {tag: _words(layer[column], tag) for tag, column in columns.items()}
    return [
        {tag: value for tag, value in zip(values, row, strict=True) if value or tag == "highway"}
        for row in zip(*values.values(), strict=True)
    ]


def _words(column: pd.Series[Any], tag: str) -> list[str]:
    """Return the column as OSM values: text, empty where there is none."""
    other = road_words().other_values.get(tag, {})
    if tag == "oneway" and _is_true_false(column):
        other = {**other, "t": "yes", "f": "no"}
    result = []
    for value in column.astype(object):
        if value is None or value is pd.NA or value != value:  # NaN
            result.append("")
            continue
        if isinstance(value, bool | np.bool_):
            word = "yes" if value else "no"
        elif isinstance(value, float | np.floating) and float(value).is_integer():
            word = str(int(value))
        else:
            word = str(value).strip()
        if word.startswith("["):
            word = ";".join(several(word))
        if tag != "name" and not tag.startswith("maxspeed"):
            word = word.lower()
        result.append(other.get(word, word))
    return result


def _is_true_false(column: pd.Series[Any]) -> bool:
    """Tell whether T and F stand for true and false.

    In Geofabrik's layers they are "against" and "forward", and most roads have B, "both".
    """
    words = {str(value).strip().lower() for value in column.dropna().unique()}
    return bool(words & {"t", "f"}) and "b" not in words


def _read_as_true_false(
    layer: gpd.GeoDataFrame, columns: Mapping[str, str], file: str
) -> tuple[Problem, ...]:
    name = columns.get("oneway")
    if name is None or not _is_true_false(layer[name]):
        return ()
    one_way = int((layer[name].astype(str).str.strip().str.lower() == "t").sum())
    values = {"count": one_way}
    return (Problem("network.oneway_true_false", "note", values, file, column=name, count=one_way),)


def _lon_lat(
    geometry: np.ndarray[Any, Any], crs: CRS | None, source: Source
) -> tuple[FloatArray, IntArray]:
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    stated = crs_of(source.datum)
    degrees = bool((np.abs(coordinates) <= [180.0, 90.0]).all())
    if crs is None and stated == WGS84 and not degrees:
        raise InputError([Problem("network.no_crs", file=source.path)])
    from_crs = stated if crs is None or stated != WGS84 else crs
    with reading(source.path):
        lon, lat = Transformer.from_crs(from_crs, WGS84, always_xy=True).transform(*coordinates.T)
    return np.column_stack([lon, lat]), owner


def _join(
    lon_lat: FloatArray, first: IntArray, crs: CRS
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Give vertices numbers, and one number to those that join."""
    n = len(lon_lat)
    if not n:
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(*lon_lat.T)
    place = np.column_stack([x, y])
    place[~np.isfinite(place)] = 0.0  # elsewhere on Earth: refused by its degrees afterwards
    end = np.zeros(n, dtype=bool)
    end[first[:-1]] = True
    end[first[1:] - 1] = True
    ends = cKDTree(place[end])
    near = end.copy()
    if not end.all():
        distance, _ = ends.query(place[~end], distance_upper_bound=JOIN_M)
        near[~end] = np.isfinite(distance)
    joined = np.flatnonzero(near)
    group = np.arange(n, dtype=np.int64)
    if len(joined):
        group[joined] = joined[first_of(groups_within(place[joined], JOIN_M))]
    _, where, vertex = np.unique(group, return_index=True, return_inverse=True)
    return vertex.astype(np.int64), lon_lat[where, 0], lon_lat[where, 1]
