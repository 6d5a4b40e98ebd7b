"""Roads as a routable network."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS

from coverage.errors import Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NetworkNote:
    """What stands beside every figure that rests on the network.

    Attributes
    ----------
    nodes, edges
        Junctions, and pieces of road between them.
    length_km
        Length by OSM highway class, km.
    components
        Parts of the network with no road between them (direction ignored).
    off_main_share
        Share of the length that is not in the largest component.
    unknown_class_share
        Share of the length whose class the speed profile does not know.
    imputed_speeds
        Edges whose speed was guessed from other edges: always 0, said so.
    dropped
        Number of ways left out, by reason (a highway class, ``access``, ``ferry`` ...).
    """

    nodes: int
    edges: int
    length_km: dict[str, float]
    components: int
    off_main_share: float
    unknown_class_share: float
    imputed_speeds: int
    dropped: dict[str, int]


@dataclass(frozen=True)
class Network:
    """A directed road network in one projected CRS.

    Attributes
    ----------
    crs
        Projected, metres.
    node_x, node_y
        Coordinates of the nodes 0..n-1, metres.
    edges
        One row a piece of road: ``u, v`` (nodes; the geometry runs u to v), ``forward`` and
        ``backward`` (whether it may be driven u to v, v to u), ``length_m``, ``highway`` (OSM
        class), ``area_class`` (``urban``/``rural``), ``limit_kph`` (the posted limit, infinite
        where there is none), ``speed_kph``, ``drive_min`` (either way),
        ``bridge`` (bool), ``name`` (text or None), ``component`` (0 is the largest),
        ``geometry`` (LineString).
    note
        Counts for the report.
    quality
        Warnings and notes.
    """

    crs: CRS
    node_x: FloatArray
    node_y: FloatArray
    edges: gpd.GeoDataFrame
    note: NetworkNote
    quality: tuple[Problem, ...]


@dataclass(frozen=True)
class Snap:
    """Points put on their nearest edges.

    Attributes
    ----------
    edge
        Row of ``Network.edges``, one a point; -1 where the point has no geometry or the network
        is farther than the greatest access distance.
    fraction
        Place along the edge from u (0) to v (1).
    distance_m
        Straight distance from the point to that place (NaN where there is no geometry).
    """

    edge: IntArray
    fraction: FloatArray
    distance_m: FloatArray
