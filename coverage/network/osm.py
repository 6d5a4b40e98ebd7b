"""Reading ``.osm.pbf`` and ``.osm`` with libosmium."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium

from coverage.county.files import reading
from coverage.errors import Problem
from coverage.network.model import IntArray
from coverage.network.tags import (
    TAGS,
    UNKNOWN_CLASS,
    directions,
    drop_reason,
    is_bridge,
    is_joinable,
)
from coverage.network.unfolding import refuse_unfolding
from coverage.network.ways import Way, Ways, ways_table
from coverage.network.xml import refuse_doctype

SUFFIXES: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

_DEGREES: Final = 1e-7  # OSM coordinates are whole numbers of this
_BEAT: Final = 2_000
"""Ways between two signs of life."""
_NOWHERE: Final = 2_147_483_647


class _Roads(osmium.SimpleHandler):
    """Collects the drivable ways, and where their nodes are."""

    def __init__(self, alive: Callable[[], None]) -> None:
        super().__init__()
        self._alive = alive
        self.rows: list[Way] = []
        self.sizes = array("q")
        self.refs = array("q")
        self.x = array("q")
        self.y = array("q")
        self.dropped: Counter[str] = Counter()

    def way(self, way: Any) -> None:
        if way.deleted or not way.visible:
            return
        value_of = way.tags.get  # many times quicker than a dict of all tags
        tags = {key: value for key in TAGS if (value := value_of(key))}
        reason = drop_reason(tags)
        if reason is not None:
            if reason:  # a route that is neither a road nor a ferry is not ours to count
                self.dropped[reason] += 1
            return
        highway = tags["highway"]
        forward, backward = directions(tags)
        self.rows.append(
            Way(
                highway=highway,
                known=highway != UNKNOWN_CLASS,
                forward=forward,
                backward=backward,
                maxspeed=tags.get("maxspeed", ""),
                bridge=is_bridge(tags),
                name=tags.get("name") or None,
                joinable=is_joinable(tags),
                maxspeed_forward=tags.get("maxspeed:forward", ""),
                maxspeed_backward=tags.get("maxspeed:backward", ""),
            )
        )
        if len(self.rows) % _BEAT == 0:
            self._alive()
        self.sizes.append(len(way.nodes))
        for node in way.nodes:
            place = node.location
            self.refs.append(node.ref)
            self.x.append(place.x)
            self.y.append(place.y)


class _NewNodes(osmium.SimpleHandler):
    """Collects nodes with negative ids: those an editor has not uploaded yet."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, tuple[int, int]] = {}

    def node(self, node: Any) -> None:
        if node.id < 0 and node.location.valid():
            self.places[node.id] = (node.location.x, node.location.y)


def read_osm(path: Path, file: str, alive: Callable[[], None] = lambda: None) -> Ways:
    """Read the drivable ways of an OSM file.

    The nodes' places are kept in libosmium's own table (16 bytes a node) and only the nodes of
    drivable ways come to Python; nodes may stand after the ways. Ways that lack nodes, as at the
    border of an extract, keep the runs of nodes that are there and are counted.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm``, also ``.osm.gz`` and ``.osm.bz2``.
    file
        How messages name it.
    alive
        Is called now and then while the ways are read; what it raises ends the reading.

    Returns
    -------
    Ways
        Degrees as in the file (WGS-84 by OSM's rule).

    Raises
    ------
    InputError
        If the file is truncated, no OSM file, or XML with a document type (entities).
    """
    refuse_unfolding(path, file)
    if not path.name.lower().endswith(".pbf"):
        refuse_doctype(path, file)
    roads = _Roads(alive)
    with reading(file):
        _collect(path, roads)
        places = _new_places(path) if roads.refs and min(roads.refs) < 0 else {}
    ref = np.frombuffer(roads.refs, dtype=np.int64)
    x = np.array(roads.x, dtype=np.int64)
    y = np.array(roads.y, dtype=np.int64)
    for position in np.flatnonzero(ref < 0) if places else ():
        x[position], y[position] = places.get(int(ref[position]), (_NOWHERE, _NOWHERE))
    return _ways(roads, ref, x, y, file)


def _collect(path: Path, roads: _Roads) -> None:
    table = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
    table.ignore_errors()
    source = osmium.io.File(str(path))
    with osmium.io.Reader(source, osmium.osm.NODE) as reader:
        osmium.apply(reader, table)
    with osmium.io.Reader(source, osmium.osm.WAY) as reader:
        osmium.apply(reader, table, osmium.filter.KeyFilter("highway", "route"), roads)


def _new_places(path: Path) -> dict[int, tuple[int, int]]:
    nodes = _NewNodes()
    with osmium.io.Reader(osmium.io.File(str(path)), osmium.osm.NODE) as reader:
        osmium.apply(reader, nodes)
    return nodes.places


def _ways(roads: _Roads, ref: IntArray, x: IntArray, y: IntArray, file: str) -> Ways:
    """Give the vertices numbers and break ways where nodes are missing."""
    sizes = np.array(roads.sizes, dtype=np.int64)
    way = np.repeat(np.arange(len(sizes)), sizes)
    there = (np.abs(x) <= 1_800_000_000) & (np.abs(y) <= 900_000_000)
    clipped = np.unique(way[~there])
    starts = np.ones(len(ref), dtype=bool)
    starts[1:] = (way[1:] != way[:-1]) | ~there[:-1]
    run = np.cumsum(starts) - 1
    way, run, ref, x, y = way[there], run[there], ref[there], x[there], y[there]
    runs, run_first = np.unique(run, return_index=True)
    _, where, vertex = np.unique(ref, return_index=True, return_inverse=True)
    table = ways_table(roads.rows).iloc[way[run_first]].reset_index(drop=True)
    quality = []
    if len(clipped):
        quality.append(
            Problem(
                "network.clipped_ways",
                level="note",
                values={"count": len(clipped)},
                file=file,
                count=len(clipped),
            )
        )
    return Ways(
        table=table,
        vertex=vertex.astype(np.int64),
        first=np.append(run_first, len(vertex)).astype(np.int64) if len(runs) else np.zeros(1, int),
        lon=x[where].astype(np.float64) * _DEGREES,
        lat=y[where].astype(np.float64) * _DEGREES,
        dropped=dict(sorted(roads.dropped.items())),
        quality=tuple(quality),
    )
