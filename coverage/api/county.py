"""Counties and roads: from a folder, or from tables in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict, Unpack

import geopandas as gpd
import pandas as pd

from coverage.county import read
from coverage.county.config import CountyConfig, config_of
from coverage.county.files import refuse, sha256_of, shown
from coverage.county.frames import county_of_frames
from coverage.county.model import County, InputFile
from coverage.county.sources import parts_of
from coverage.network.model import Network
from coverage.network.read import read_network
from coverage.problems import Problems, raise_if_errors

AnyPath: TypeAlias = str | os.PathLike[str]


class AccessOptions(TypedDict, total=False):
    """The legs between doors and roads, as in ``[response]`` of ``county.toml``.

    Attributes
    ----------
    access_speed_kph, access_detour
        Speed, and detour over the straight distance, between a door and its road.
    max_access_m
        What is farther from every road cannot be reached.
    next_road_m
        How much farther a connected road may be than one that is cut off.
    """

    access_speed_kph: float
    access_detour: float
    max_access_m: float
    next_road_m: float


class ResponseOptions(AccessOptions, total=False):
    """``[response]`` of ``county.toml``, with what `AccessOptions` has.

    What is not given has the default that it has there.

    Attributes
    ----------
    turnout_min
        Minutes from the dispatch order to wheels rolling.
    speed_profile
        Name of a file of ``data/speeds/``.
    speed_factor
        The whole network slower or faster.
    speeds_kph
        By OSM highway class, over the profile.
    """

    turnout_min: float
    speed_profile: str
    speed_factor: float
    speeds_kph: dict[str, float]


def read_county(path: AnyPath) -> County:
    """Read and check a county folder.

    Parameters
    ----------
    path
        The folder with ``county.toml``.

    Returns
    -------
    County
        `townships`, `villages`, `facilities` and `demand` (where people are) as GeoDataFrames in
        one projected CRS (`crs`, metres), and `quality`: what was dropped, filled in or assumed.

    Raises
    ------
    InputError
        With every problem of every table, by file, row and column; or the error below it
        (`MissingColumnError`, `UnreadableFileError` ...) where all problems are of its kind.

    Examples
    --------
    >>> county = cov.read_county(cov.DEMONSTRATION)
    >>> county.config.county.name_en, len(county.villages)
    ('Ziyang District', 124)
    """
    return read.read_county(Path(path))


def county_from_tables(
    townships: gpd.GeoDataFrame,
    villages: pd.DataFrame,
    facilities: pd.DataFrame,
    *,
    name: str,
    code: str,
    name_en: str = "",
    illustrative: bool = False,
    population_grid: AnyPath | None = None,
    datums: Mapping[str, str] | None = None,
    blank_is_zero: Mapping[str, Sequence[str]] | None = None,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    **response: Unpack[ResponseOptions],
) -> County:
    """Make a county of tables in memory, with the checks and messages of a county folder.

    Columns have the names of ``data/columns.csv``, English or Chinese. A cell that is missing
    (None, NaN, NA or empty) is not known, which is not 0 and not no.

    Parameters
    ----------
    townships
        Outlines of townships and streets with ``code, name, kind`` and ``population``, in any CRS.
    villages
        ``code, name, township, population``, and ``lon, lat`` (degrees) or, as a GeoDataFrame in
        any CRS, points or outlines.
    facilities
        ``id, name, kind``, ``lon, lat`` or points in any CRS, and what each has.
    name, code, name_en
        The county's name, six-digit region code (decides which rules apply) and English name.
    illustrative
        Whether any part is invented: every page and map then says so.
    population_grid
        A GeoTIFF of residents a cell, which spreads each village's or township's residents.
    datums
        ``wgs84``, ``gcj02``, ``bd09`` or an EPSG code by table (``villages``, ``facilities``,
        ``townships``, ``population``): of ``lon, lat``, or of a shifted layer.
    blank_is_zero
        By table, the columns in which a missing cell is 0, or no.
    rules
        By rule, its ``enabled`` and parameters for this county, as ``[rules.<id>]``.
    **response
        What the measure of time assumes: minutes, km/h and metres, as `ResponseOptions` says.

    Returns
    -------
    County
        As `read_county` gives it; its `folder` is None.

    Raises
    ------
    InputError
        As `read_county` raises it; a table stands as ``villages``, its rows counted from 1.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely.geometry import box
    >>> townships = gpd.GeoDataFrame(
    ...     {"code": ["1", "2"], "name": ["West", "East"], "kind": "township"},
    ...     geometry=[box(112.2, 28.5, 112.4, 28.7), box(112.4, 28.5, 112.6, 28.7)],
    ...     crs="EPSG:4326",
    ... )
    >>> villages = pd.DataFrame(
    ...     {
    ...         "code": ["A", "B"],
    ...         "name": ["Ash", "Birch"],
    ...         "township": ["West", "East"],
    ...         "population": [2000, 3000],
    ...         "area_class": "rural",
    ...         "lon": [112.3, 112.5],
    ...         "lat": 28.6,
    ...     }
    ... )
    >>> facilities = pd.DataFrame(
    ...     {
    ...         "id": ["S"],
    ...         "name": ["Station"],
    ...         "kind": "emergency_station",
    ...         "lon": [112.3],
    ...         "lat": [28.6],
    ...         "ambulances": [1],
    ...     }
    ... )
    >>> county = cov.county_from_tables(
    ...     townships, villages, facilities, name="Line", code="430902", turnout_min=3
    ... )
    >>> county.villages["population"].sum()
    np.float64(5000.0)
    >>> cov.county_from_tables(
    ...     townships, villages.drop(columns="township"), facilities, name="Line", code="430902"
    ... )
    Traceback (most recent call last):
    coverage.problems.MissingColumnError: villages, column ... is missing. ...
    """
    stated = {
        "county": {"name": name, "code": code, "name_en": name_en, "illustrative": illustrative},
        "response": dict(response),
        "tables": {
            role: {"blank_is_zero": list(columns)}
            for role, columns in (blank_is_zero or {}).items()
        },
        "rules": {rule: dict(values) for rule, values in (rules or {}).items()},
    }
    frames = {"townships": townships, "villages": villages, "facilities": facilities}
    grid = None if population_grid is None else Path(population_grid)
    return county_of_frames(frames, stated, datums or {}, grid)


def read_roads(
    county: County,
    path: AnyPath | None = None,
    *,
    layer: str | None = None,
    datum: str = "wgs84",
    join_m: float | None = None,
    crossings: Literal["join", "apart"] | None = None,
) -> Network:
    """Read roads and make of them the network on which a county is measured.

    Parameters
    ----------
    county
        Where the roads lie, the class of area they are in and how fast they are driven.
    path
        ``.osm.pbf``, ``.osm``, ``.graphml``, or lines in ``.gpkg``, ``.geojson`` or ``.shp`` with
        a column ``highway``; None: the file that the county folder names.
    layer
        Of a file with several.
    datum
        ``wgs84``, ``gcj02``, ``bd09``, or an EPSG code for lines without a coordinate system.
    join_m
        Metres from another line within which an end of a line meets it; None: 1.
    crossings
        Whether lines that merely cross ``join`` or stay ``apart``; None: apart.

    Returns
    -------
    Network
        Directed, in the county's CRS: `edges` with lengths in metres, speeds in km/h and minutes
        each way; `note` and `quality` say what was left out or assumed.

    Raises
    ------
    InputError
        If the file cannot be read, has no road to drive, or lies elsewhere.

    Examples
    --------
    >>> roads = cov.read_roads(county, "roads.geojson")
    >>> roads.note.edges, round(roads.note.length_km["primary"])
    (1, 23)
    """
    if path is None:
        return read_network(county)
    file = Path(path)
    if not file.parent.is_dir():
        raise refuse("county.file_missing", shown(str(file)))
    options = {"layer": layer, "datum": datum, "join_m": join_m, "crossings": crossings}
    config = _with_roads(county.config, {"path": file.name, **options})
    network = read_network(replace(county, folder=file.parent, config=config))
    digest = sha256_of(parts_of(file.parent, config.sources.roads))
    return replace(network, inputs=(InputFile("roads", file.name, digest, 0),))


def _with_roads(config: CountyConfig, roads: dict[str, Any]) -> CountyConfig:
    """Return `config` with other roads, after the checks of ``[sources]``."""
    stated = config.model_dump()
    stated["sources"]["roads"] = roads
    problems = Problems()
    changed = config_of(stated, problems)
    raise_if_errors(replace(problem, file=None) for problem in problems)
    assert changed is not None
    return changed
