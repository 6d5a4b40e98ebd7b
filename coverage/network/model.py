"""Roads as a routable network."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS

from coverage.county.model import InputFile
from coverage.problems import Problem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


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
        Share of the length that has no road to the main part.
    unknown_class_share
        Share of the length whose class the speed profile does not know.
    imputed_speeds
        Edges whose speed was guessed from other edges: always 0, said so.
    dropped
        Number of ways left out, by reason (a highway class, ``access``, ``ferry`` ...).
    one_way_share
        Share of the length that is connected with the main part, but in one direction only.
    """

    nodes: int
    edges: int
    length_km: dict[str, float]
    components: int
    off_main_share: float
    unknown_class_share: float
    imputed_speeds: int
    dropped: dict[str, int]
    one_way_share: float = 0.0


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
        One row a piece of road: ``edge_id`` (of the edge as read, from 0), ``begin_share`` and
        ``end_share`` (the part of that edge which the row is: 0 and 1 until an edit cuts it; the
        three name a piece of road through all edits, and rows ascend by them), ``u, v`` (nodes;
        the geometry runs u to v), ``forward`` and ``backward`` (whether it may be driven u to v, v
        to u), ``length_m``, ``highway`` (OSM class), ``area_class`` (``urban``/``rural``),
        ``joinable`` (whether a place may join it), ``bridge`` (bool), ``name`` (text or None),
        ``main`` and ``component`` (see `coverage.network.parts`), ``main_as_read`` (``main``
        before any road was closed), ``geometry`` (LineString), and for u to v and v to u
        ``limit_forward_kph``, ``limit_backward_kph`` (posted, infinite where there is none),
        ``speed_forward_kph``, ``speed_backward_kph``, ``drive_forward_min``,
        ``drive_backward_min``. Of a one-way both are those of its direction.
    note
        Counts for the report.
    quality
        Warnings and notes.
    inputs
        The file of roads, where the county does not name it.
    """

    crs: CRS
    node_x: FloatArray
    node_y: FloatArray
    edges: gpd.GeoDataFrame
    note: NetworkNote
    quality: tuple[Problem, ...]
    inputs: tuple[InputFile, ...] = ()

    def __repr__(self) -> str:
        km = round(sum(self.note.length_km.values()))
        return f"Network(nodes={len(self.node_x)}, edges={len(self.edges)}, length_km={km})"


@dataclass(frozen=True)
class Snap:
    """Points put on the edges that they join.

    Attributes
    ----------
    edge
        Row of ``Network.edges``, one a point; -1 where the point has no geometry, or every road
        that may be joined is farther than the greatest access distance.
    fraction
        Place along the edge from u (0) to v (1).
    distance_m
        Straight distance from the point to that place, or where it joins none to the nearest road
        that may be joined (NaN where there is no geometry or no such road).
    moved
        Whether the nearest road that may be joined is off the main part, and the nearest of the
        main part is joined instead.
    """

    edge: IntArray
    fraction: FloatArray
    distance_m: FloatArray
    moved: BoolArray
