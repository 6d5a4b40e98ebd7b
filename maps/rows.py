"""Records of the county's tables that something is to be said of, marked on the map."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely

from coverage.messages import Language, text
from coverage.results import Report
from maps.basemap import NO_BASEMAP, Basemap
from maps.controls import bind_code, name_in_order, point_layer, safe
from maps.interactive import base_map
from maps.layers import collection, feature, to_lonlat
from maps.style import SHAPES, Symbol

_MARK: Final = Symbol("circle", "#ffd400", "#000000", radius_px=8.0)
_OUTLINE: Final = {"color": "#000000", "weight": 3, "fillColor": "#ffd400", "fillOpacity": 0.45}


def rows_map(
    report: Report, places: gpd.GeoDataFrame, language: Language, basemap: Basemap = NO_BASEMAP
) -> folium.Map:
    """Return the county's map with the records of `places` marked.

    Parameters
    ----------
    places
        Columns ``row`` (as a reader of the file counts it), ``key`` (code or id), ``name`` and
        ``geometry`` (point or polygon, in the county's CRS).
    """
    county = base_map(report, language, basemap)
    labels = [text("maps.row_number", language), text("maps.row_code", language)]
    shapes = to_lonlat(np.asarray(places.geometry.array, dtype=object), report.county.crs, 6)
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    rows = places.drop(columns="geometry").to_dict("records")
    features = [
        feature(shape, _properties(row, bool(point)))
        for row, shape, point in zip(rows, shapes, is_point, strict=True)
    ]
    marked = folium.FeatureGroup(name=text("maps.marked_rows", language))
    polygons = [f for f, point in zip(features, is_point, strict=True) if not point]
    if polygons:
        folium.GeoJson(
            collection(polygons), control=False, on_each_feature=bind_code(labels)
        ).add_to(marked)
    points = [f for f, point in zip(features, is_point, strict=True) if point]
    if points:
        symbols = [(_MARK, SHAPES[_MARK.shape])]
        point_layer(collection(points), symbols, labels).add_to(marked)
    marked.add_to(county)
    name_in_order(county, "map/rows")
    return county


def _properties(row: Mapping[Hashable, Any], point: bool) -> dict[str, Any]:
    name = safe(str(row["name"]))
    said = {"n": name, "t": name, "v": [str(row["row"]), safe(str(row["key"]))]}
    return {**said, "s": 0, "r": _MARK.radius_px} if point else {**said, "style": _OUTLINE}
