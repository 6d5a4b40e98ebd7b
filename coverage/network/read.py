"""The roads of a county folder, as a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from pyproj import CRS

from coverage.county.config import CountyConfig
from coverage.county.datum import shift_of
from coverage.county.gauss_kruger import Box
from coverage.county.model import County
from coverage.county.sources import Source, parts_of, source_path
from coverage.crs import to_degrees
from coverage.messages import Message
from coverage.network import graphml, lines, osm
from coverage.network.build import build_network
from coverage.network.container import is_overpass_json
from coverage.network.model import Network
from coverage.network.plausible import without_leaps
from coverage.network.shifted import shift_problems
from coverage.network.speeds import speed_table
from coverage.network.ways import Ways
from coverage.problems import InputError, Problem, Problems
from coverage.progress import Progress, no_progress

JSON_SUFFIXES: Final = (".json", ".geojson")
SUFFIXES: Final = (*osm.SUFFIXES, *graphml.SUFFIXES, *lines.SUFFIXES)

WEB_MERCATOR: Final = CRS.from_epsg(3857)

_MARGIN_M: Final = 20_000.0


def read_network(county: County, progress: Progress = no_progress) -> Network:
    """Read the roads that ``county.toml`` names and build the network.

    Parameters
    ----------
    county
        Its `config` (roads, response), `crs`, `townships` (where the roads should be) and
        `villages` (area classes).
    progress
        Is told now and then that the roads are still being read.

    Raises
    ------
    InputError
        If the file cannot be read, has no road to drive, lies elsewhere, or the speeds name what
        is not known.
    """
    folder, source = county.folder, county.config.sources.roads
    if folder is None:
        raise InputError([Problem("network.not_named")])

    def alive() -> None:
        progress(Message("network.step_read"))

    problems = Problems()
    with problems.collecting():
        speed_table(county.config.response)
    with problems.collecting():
        ways = _read_ways(folder, source, county.crs, alive, _box(county))
        if len(ways.lon):
            ways = _in_place(ways, county, source.path)
    problems.raise_if_errors()
    alive()
    network = build_network(
        ways,
        crs=county.crs,
        villages=county.villages,
        response=county.config.response,
        file=source.path,
    )
    return replace(network, quality=(*network.quality, *shift_problems(county, network)))


def examine_roads(
    folder: Path, config: CountyConfig, problems: Problems, *, is_there: bool
) -> None:
    """Tell `problems` what is wrong with the roads of a folder whose tables cannot be used.

    Where the roads should lie is not known then; all else is looked at.

    Parameters
    ----------
    is_there
        Whether the file can be found; if not, that was told before.
    """
    with problems.collecting():
        speed_table(config.response)
    if is_there:
        with problems.collecting():
            _read_ways(folder, config.sources.roads, WEB_MERCATOR)


def _read_ways(
    folder: Path,
    source: Source,
    crs: CRS,
    alive: Callable[[], None] = lambda: None,
    box: Box | None = None,
) -> Ways:
    parts_of(folder, source)  # every part of a shapefile is inside the folder
    path = source_path(folder, source)
    name = path.name.lower()
    if name.endswith(osm.SUFFIXES) or (
        name.endswith(JSON_SUFFIXES) and is_overpass_json(path, source.path)
    ):
        ways = osm.read_osm(path, source.path, alive)
    elif name.endswith(graphml.SUFFIXES):
        ways = graphml.read_graphml(path, source.path)
    elif name.endswith(lines.SUFFIXES):
        ways = lines.read_lines(path, source, crs, box)
    else:
        values = {"known": ", ".join(SUFFIXES)}
        raise InputError([Problem("network.unknown_format", values=values, file=source.path)])
    shift = shift_of(source.datum)
    if shift is not None:
        lon, lat = shift(ways.lon, ways.lat)
        ways = replace(ways, lon=lon, lat=lat)
    return without_leaps(ways, source.path)


def _in_place(ways: Ways, county: County, file: str) -> Ways:
    """Return the roads, and tell those that lie wholly outside the townships' bounds and a margin.

    Such roads are legal, as in an extract of the whole province, and are kept.

    Raises
    ------
    InputError
        If all of them do.
    """
    box = _box(county)
    used = np.unique(ways.vertex)
    lon, lat = ways.lon[used], ways.lat[used]
    there = np.isfinite(lon) & np.isfinite(lat)
    meets = (lon >= box[0]) & (lat >= box[1]) & (lon <= box[2]) & (lat <= box[3]) & there
    if not len(used):
        return ways
    if meets.any():
        inside = np.zeros(len(ways.lon), dtype=bool)
        inside[used] = meets
        far = int(np.count_nonzero(~np.logical_or.reduceat(inside[ways.vertex], ways.first[:-1])))
        counts = {"count": far, "total": len(ways.table)}
        notes = (Problem("network.far_roads", "note", counts, file, count=far),) if far else ()
        return replace(ways, quality=(*ways.quality, *notes))
    roads = (lon.min(), lat.min(), lon.max(), lat.max())
    values = {"roads": _bounds(roads), "county": _bounds(box)}
    raise InputError([Problem("network.elsewhere", values=values, file=file)])


def _box(county: County) -> Box:
    """Return the bounds of the townships with a margin, degrees."""
    west, south, east, north = county.townships.total_bounds
    grown = (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)
    box: Box = to_degrees(county.crs).transform_bounds(*grown)
    return box


def _bounds(box: tuple[float, ...]) -> str:
    west, south, east, north = box
    return f"{west:.4f}-{east:.4f}° E, {south:.4f}-{north:.4f}° N"
