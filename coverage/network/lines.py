"""Reading line layers: ``.gpkg``, ``.geojson``, ``.shp``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from coverage.county.datum import crs_of
from coverage.county.files import reading, refuse, shown
from coverage.county.gauss_kruger import Box, hint
from coverage.county.layers import Layer, open_layer
from coverage.county.sources import Source
from coverage.crs import WGS84, to_degrees
from coverage.network import crossing, noding
from coverage.network.model import FloatArray, IntArray
from coverage.network.plausible import MAX_LOST_SHARE, lost_roads
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
from coverage.problems import InputError, Level, Problem

SUFFIXES: Final = (".gpkg", ".geojson", ".json", ".shp")
_DBF_NAME_BYTES: Final = 10
"""A shapefile cuts the names of its columns to this."""
JOIN_M: Final = 1.0
"""How far from another line an end may be drawn and yet be meant to meet it (an assumption)."""

OTHER_CLASS: Final = "administrative_class"
"""The column that gives a class where ``highway`` has none: with bureaus, who keeps a road."""
_COLUMNS: Final = (*TAGS, "tunnel", "layer", OTHER_CLASS)
_SHOWN: Final = 8
_STEP_M: Final = 1_000.0
_STEP_DEG: Final = 0.009
_SHOWN_PLACES: Final = 3
_MANY_NEAR_SHARE: Final = 0.01


def read_lines(path: Path, source: Source, crs: CRS, box: Box | None = None) -> Ways:
    """Read a line layer with a column ``highway``.

    Optional columns are ``oneway``, ``maxspeed``, ``name``, ``bridge`` and the other OSM tags that
    decide whether and how a road is driven; the Chinese names and values of ``data/roads.toml``
    serve as well. Lines join where they share a point, and where an end is within `join_m` (1 m)
    of another line. Where they merely cross they join only if `crossings` says ``join``.

    Parameters
    ----------
    path
        The file.
    source
        Its entry in ``county.toml``: `layer`, `join_m`, `crossings`, and `datum` where it is an
        EPSG code.
    crs
        The county's, in which end points are compared.
    box
        Where the county is, degrees: tells in which zone metres without a system are.

    Raises
    ------
    InputError
        If the file cannot be read as a layer of lines, or has no ``highway``.
    """
    file = source.path
    layer, content = _read(path, source)
    lost = lost_roads(file, {"unreadable": (*content.unreadable, *content.lost)}, content.records)
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
    rows, kept, levels = [], [], []
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
        levels.append(_level(tags))
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
    drawn = _lon_lat(geometry, layer.crs, source, box)
    noded, noding_quality = _noded(*drawn, np.array(levels, dtype=np.int64), source, crs)
    vertex, lon, lat = noded.numbered()
    return Ways(
        table=ways_table(rows),
        vertex=vertex,
        first=noded.first,
        lon=lon,
        lat=lat,
        dropped=dict(sorted(dropped.items())),
        quality=(
            *unknown_classes(unknown, file),
            *remarks.problems(file),
            *_no_directions(columns, file),
            *_read_as_true_false(layer, columns, file),
            *_class_columns(layer, columns, file),
            *content.notes,
            *lost,
            *_without_line(layer, columns, (*content.unreadable, *content.lost), file),
            *noding_quality,
        ),
    )


def _without_line(
    layer: gpd.GeoDataFrame, columns: Mapping[str, str], lost_rows: Sequence[int], file: str
) -> tuple[Problem, ...]:
    """Name the roads to be driven that have no geometry, but for those in `lost_rows`."""
    bare = (layer.geometry.isna() | layer.geometry.is_empty).to_numpy(bool).copy()
    bare[[row - 1 for row in lost_rows if row <= len(bare)]] = False
    rows = []
    for row, tags in zip(np.flatnonzero(bare) + 1, _tags(layer[bare], columns), strict=True):
        highway, _ = road_class(tags["highway"])
        if drop_reason({**tags, "highway": highway}) is None:
            rows.append(int(row))
    if not rows:
        return ()
    values = {"count": len(rows), "total": len(layer)}
    return (Problem("network.no_line", "warning", values, file, tuple(rows), count=len(rows)),)


def _level(tags: Mapping[str, str]) -> int:
    """Return what tells roads that can meet from those above or below; -1 where none can.

    Motorways have no junction on the level, bridges and tunnels are made to cross.
    """
    tunnel = tags.get("tunnel", "").lower() not in {"", "no", "false", "0"}
    if tunnel or is_bridge(tags) or tags["highway"] in {"motorway", "motorway_link"}:
        return -1
    layer = tags.get("layer", "").removesuffix(".0")
    return 2 * abs(int(layer)) + (layer[0] == "-") if layer.lstrip("-").isdecimal() else 0


def _noded(
    lon_lat: FloatArray,
    first: IntArray,
    added: npt.NDArray[np.bool_],
    level: IntArray,
    source: Source,
    crs: CRS,
) -> tuple[noding.Lines, tuple[Problem, ...]]:
    """Return the lines joined, and what is to be said of it."""
    file = source.path
    join_m = JOIN_M if source.join_m is None else source.join_m
    join = source.crossings == "join"
    try:
        lines = noding.meeting(lon_lat, first, added, crs, level < 0)
        lines, gaps, tees = noding.join_ends(lines, join_m)
        crossed = crossing.crossings(lines, crs, level, join_m, whole=join)
    except InputError as error:
        raise InputError([replace(problem, file=file) for problem in error.problems]) from None
    near = noding.near_ends(lines)
    if join:
        lines = crossing.join_crossings(lines, crossed)
    count = len(crossed.first)
    shown_places = [f"{lon:.5f} {lat:.5f}" for lon, lat in crossed.lon_lat[:_SHOWN_PLACES].tolist()]
    values = {"count": count, "places": "; ".join(shown_places), "file": shown(file)}
    quality = []
    if gaps + tees:
        joined = {"count": gaps + tees, "tees": tees, "join_m": f"{join_m:g}", "file": shown(file)}
        quality.append(Problem("network.ends_joined", "note", joined, file, count=gaps + tees))
    if count:
        quality.append(
            Problem("network.crossings_joined", "note", values, file, count=count)
            if join
            else Problem("network.crossings_apart", "warning", values, file, count=count)
        )
    if not crossed.complete:
        quality.append(Problem("network.crossings_not_all", "note", {}, file))
    if near:
        values = {"count": near, "near_m": f"{noding.NEAR_M:g}", "file": shown(file)}
        many = near > _MANY_NEAR_SHARE * max(len(first) - 1, 1)
        much: Level = "warning" if many else "note"
        quality.append(Problem("network.near_ends", much, values, file, count=near))
    return noding.sparse(lines), tuple(quality)


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
    content = open_layer(path, source.path, partial(_choose, source=source), MAX_LOST_SHARE)
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
    columns: dict[str, str] = {}
    for tag in _COLUMNS:
        full = (tag, *road_words().columns.get(tag, ()))
        for name in (*full, *(_cut(name, code) for name in full for code in _DBF_CODES if cut)):
            column = names.get(name)
            if column not in {None, layer.geometry.name, *columns.values()}:
                columns[tag] = names[name]
                break
    return columns


_DBF_CODES: Final = ("utf-8", "gb18030")


def _cut(name: str, code: str) -> str:
    return name.encode(code)[:_DBF_NAME_BYTES].decode(code, errors="ignore")


def _tags(layer: gpd.GeoDataFrame, columns: Mapping[str, str]) -> list[dict[str, str]]:
    values = {tag: _words(layer[column], tag) for tag, column in columns.items()}
    if (other := columns.get(OTHER_CLASS)) is not None:
        spare = _words(layer[other], "highway")
        values["highway"] = [a or b for a, b in zip(values["highway"], spare, strict=True)]
        del values[OTHER_CLASS]
    closed = _closed_both_ways(layer, columns)
    if closed is not None:
        values["motor_vehicle"] = ["no" if shut else "" for shut in closed.tolist()]
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


def _directions_of_arcgis(column: pd.Series[Any]) -> bool:
    """Tell whether FT and TF stand for directions: then N is "in neither"."""
    return bool({str(value).strip().lower() for value in column.dropna().unique()} & {"ft", "tf"})


def _closed_both_ways(
    layer: gpd.GeoDataFrame, columns: Mapping[str, str]
) -> npt.NDArray[np.bool_] | None:
    name = columns.get("oneway")
    if name is None or not _directions_of_arcgis(layer[name]):
        return None
    closed = layer[name].astype(str).str.strip().str.lower() == "n"
    return closed.to_numpy(bool)


def _class_columns(
    layer: gpd.GeoDataFrame, columns: Mapping[str, str], file: str
) -> tuple[Problem, ...]:
    """Say which of two columns of classes counts."""
    other = columns.get(OTHER_CLASS)
    if other is None:
        return ()
    words = zip(
        _words(layer[columns["highway"]], "highway"), _words(layer[other], "highway"), strict=True
    )
    filled = sum(not first and bool(second) for first, second in words)
    values = {"used": shown(columns["highway"]), "other": shown(other), "filled": filled}
    return (Problem("network.class_columns", "note", values, file, count=max(filled, 1)),)


def _is_true_false(column: pd.Series[Any]) -> bool:
    """Tell whether T and F stand for true and false.

    In Geofabrik's layers they are "against" and "forward", and most roads have B, "both".
    """
    words = {str(value).strip().lower() for value in column.dropna().unique()}
    return bool(words & {"t", "f"}) and "b" not in words


def _no_directions(columns: Mapping[str, str], file: str) -> tuple[Problem, ...]:
    """Tell of a layer in which no column could make a road one-way."""
    if any(tag == "junction" or tag.startswith("oneway") for tag in columns):
        return ()
    return (Problem("network.no_directions", "note", {}, file),)


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
    geometry: np.ndarray[Any, Any], crs: CRS | None, source: Source, box: Box | None
) -> tuple[FloatArray, IntArray, npt.NDArray[np.bool_]]:
    """Return what `noding.dense` does, in degrees."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    stated = crs_of(source.datum)
    degrees = bool((np.abs(coordinates) <= [180.0, 90.0]).all())
    if crs is None and stated == WGS84 and not degrees:
        values = {"hint": hint(coordinates[:, 0], coordinates[:, 1], box)}
        raise InputError([Problem("network.no_crs", values=values, file=source.path)])
    from_crs = stated if crs is None or stated != WGS84 else crs
    first = np.searchsorted(owner, np.arange(len(geometry) + 1)).astype(np.int64)
    step = (
        _STEP_DEG
        if from_crs.is_geographic
        else _STEP_M / from_crs.axis_info[0].unit_conversion_factor
    )
    coordinates, first, added = noding.dense(coordinates, first, step)
    with reading(source.path):
        lon, lat = to_degrees(from_crs).transform(*coordinates.T)
    return np.column_stack([lon, lat]), first, added
