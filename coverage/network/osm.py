"""Reading OpenStreetMap data: PBF, XML and the JSON of Overpass."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import osmium

from coverage.county.files import reading
from coverage.network.barriers import BARRIER_TAGS
from coverage.network.container import content_of
from coverage.network.objects import BESIDE_WAY, Objects
from coverage.network.osm_json import read_json
from coverage.network.osm_text import read_pbf_as_text
from coverage.network.osm_xml import read_xml
from coverage.network.restrictions import RESTRICTION_TAGS, Member
from coverage.network.unfolding import refuse_unfolding
from coverage.network.ways import Ways
from coverage.problems import OutputError

SUFFIXES: Final = (
    *(".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2"),
    *(".osh", ".osh.gz", ".osh.bz2"),
)

_DEGREES: Final = 1e-7  # OSM coordinates are whole numbers of this
_NOWHERE: Final = 2_147_483_647
_KINDS: Final = {"n": "node", "w": "way", "r": "relation"}


def read_osm(path: Path, file: str, alive: Callable[[], None] = lambda: None) -> Ways:
    """Read the drivable ways of an OSM file, whatever its name says of its format.

    Of several versions of an object (history files, merged extracts) the newest counts; one that
    is deleted there, or in an editor, is gone. Ways that lack nodes, as at the border of an
    extract, keep the runs of nodes that are there and are counted; nodes may stand after the ways,
    or their places in the ways (LocationsOnWays, Overpass ``out geom``). Barriers that stop cars
    cut the road at their node; turn restrictions are counted.

    Parameters
    ----------
    path
        PBF, XML (also packed by gzip or bzip2) or Overpass JSON.
    file
        How messages name it.
    alive
        Is called now and then while the objects are read; what it raises ends the reading.

    Returns
    -------
    Ways
        Degrees as in the file (WGS-84 by OSM's rule).

    Raises
    ------
    InputError
        If the file is truncated or damaged, no OSM data, XML with a document type (entities), an
        answer that Overpass broke off, or without the nodes of its ways.
    """
    refuse_unfolding(path, file)
    objects = Objects(alive)
    match content_of(path, file):
        case "pbf":
            with reading(file):
                objects = _read_pbf(path, alive)
        case "xml":
            read_xml(path, file, objects)
        case "json":
            read_json(path, file, objects)
    return objects.ways(file)


class _PbfWays(osmium.SimpleHandler):
    def __init__(self, objects: Objects) -> None:
        super().__init__()
        self._objects = objects

    def way(self, way: Any) -> None:
        visible = way.visible and not way.deleted
        nodes = way.nodes
        is_road = self._objects.way(
            way.id, way.version, _all(way.tags), lambda: [n.ref for n in nodes], visible=visible
        )
        if is_road and len(nodes) and nodes[0].location.x != _NOWHERE:
            for node in nodes:
                _add_node(self._objects, node.ref, BESIDE_WAY, node.location)


class _PbfNodes(osmium.SimpleHandler):
    def __init__(self, objects: Objects, wanted: set[int]) -> None:
        super().__init__()
        self._objects = objects
        self._wanted = wanted

    def node(self, node: Any) -> None:
        number = node.id
        if number not in self._wanted:
            return
        visible = node.visible and not node.deleted
        _add_node(self._objects, number, node.version, node.location, visible=visible)
        if node.tags.get("barrier"):
            self._objects.barrier(_some(node.tags, BARRIER_TAGS))


class _PbfRelations(osmium.SimpleHandler):
    def __init__(self, objects: Objects) -> None:
        super().__init__()
        self._objects = objects

    def relation(self, relation: Any) -> None:
        self._objects.relation(
            relation.id,
            relation.version,
            _some(relation.tags, RESTRICTION_TAGS),
            lambda: [Member(_KINDS[m.type], m.ref, m.role) for m in relation.members],
            visible=relation.visible and not relation.deleted,
        )


def _read_pbf(path: Path, alive: Callable[[], None]) -> Objects:
    """Return the objects of a PBF: by way of text, or one by one where that cannot be.

    It cannot where there is no place for the text. What is wrong with the file itself shows either
    way.
    """
    objects = Objects(alive)
    try:
        read_pbf_as_text(path, objects)
    except (OSError, RuntimeError, ValueError, OutputError):
        objects = Objects(alive)
        _read_one_by_one(path, objects)
    return objects


def _read_one_by_one(path: Path, objects: Objects) -> None:
    """Read ways first, so that of the nodes only those of roads are kept."""
    source = osmium.io.File(str(path), "pbf")
    with osmium.io.Reader(source, osmium.osm.WAY) as reader:
        osmium.apply(reader, _PbfWays(objects))
    with osmium.io.Reader(source, osmium.osm.NODE) as reader:
        osmium.apply(reader, _PbfNodes(objects, set(objects.wanted().tolist())))
    with osmium.io.Reader(source, osmium.osm.RELATION) as reader:
        osmium.apply(reader, _PbfRelations(objects))


def _add_node(
    objects: Objects, number: int, version: int, place: Any, *, visible: bool = True
) -> None:
    if place.x != _NOWHERE:
        lon, lat = place.x * _DEGREES, place.y * _DEGREES
        objects.node(number, version, lon, lat, visible=visible)
    elif version != BESIDE_WAY:  # a version without a place: the node is gone
        objects.node(number, version, 0.0, 0.0, visible=False)


def _all(tags: Any) -> dict[str, str]:
    """Return the tags of an object; read to the end they would cost an exception of C++."""
    return dict(islice(tags, len(tags)))


def _some(tags: Any, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key in keys if (value := tags.get(key))}
