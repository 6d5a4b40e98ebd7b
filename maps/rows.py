"""Records of the county's tables that something is to be said of, marked on the map."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely

from coverage.assessment.report import Report
from coverage.messages import Language, text
from maps.basemap import NO_BASEMAP, Basemap
from maps.controls import bind_code, name_in_order, point_layer, safe
from maps.interactive import base_map
from maps.layers import collection, feature, to_lonlat
from maps.style import SHAPES, Symbol

_MARK: Final = Symbol("circle", "#ffd400", "#000000", radius_px=8.0)
_OUTLINE: Final = {"color": "#000000", "weight": 3, "fillColor": "#ffd400", "fillOpacity": 0.45}
_LINE: Final = {"color": "#ffd400", "weight": 7, "opacity": 0.95}


def rows_map(
    report: Report, places: gpd.GeoDataFrame, language: Language, basemap: Basemap = NO_BASEMAP
) -> folium.Map:
    """Return the county's map with the records of `places` marked.

    Parameters
    ----------
    places
        Columns ``row`` (as a reader of the file counts it; 0: none), ``key`` (code or id),
        ``name`` and ``geometry`` (point, line or polygon, in the county's CRS).
    """
    county = base_map(report, language, basemap)
    labels = [text("maps.row_number", language), text("maps.row_code", language)]
    shapes = to_lonlat(np.asarray(places.geometry.array, dtype=object), report.county.crs, 6)
    dimension = shapely.get_dimensions(shapes).tolist()
    rows = places.drop(columns="geometry").to_dict("records")
    features = [
        feature(shape, _properties(row, dimensions))
        for row, shape, dimensions in zip(rows, shapes, dimension, strict=True)
    ]
    marked = folium.FeatureGroup(name=text("maps.marked_rows", language))
    others = [f for f, dimensions in zip(features, dimension, strict=True) if dimensions]
    if others:
        folium.GeoJson(collection(others), control=False, on_each_feature=bind_code(labels)).add_to(
            marked
        )
    points = [f for f, dimensions in zip(features, dimension, strict=True) if not dimensions]
    if points:
        symbols = [(_MARK, SHAPES[_MARK.shape])]
        point_layer(collection(points), symbols, labels).add_to(marked)
    marked.add_to(county)
    name_in_order(county, "map/rows")
    return county


def _properties(row: Mapping[Hashable, Any], dimensions: int) -> dict[str, Any]:
    """Return what a record says on the map: 0 dimensions is a point, 1 a line, 2 a polygon."""
    name = safe(str(row["name"]))
    number = str(row["row"]) if row["row"] else ""
    said = {"n": name, "t": name or safe(str(row["key"])), "v": [number, safe(str(row["key"]))]}
    if dimensions == 0:
        return {**said, "s": 0, "r": _MARK.radius_px}
    return {**said, "style": _LINE if dimensions == 1 else _OUTLINE}
