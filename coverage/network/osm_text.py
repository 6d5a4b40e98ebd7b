"""Reading OSM's PBF by way of OPL, the one-line-an-object text that libosmium writes.

libosmium turns a PBF into such lines about twenty times as fast as it hands its objects to Python
one by one. See https://osmcode.org/opl-file-format/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium

from coverage.network.barriers import BARRIER_TAGS
from coverage.network.model import FloatArray, IntArray
from coverage.network.objects import BESIDE_WAY, Objects
from coverage.network.restrictions import RESTRICTION_TAGS, Member
from coverage.scratch import scratch

_PARTS_A_DEGREE: Final = 10_000_000
"""OSM coordinates are whole numbers of ten-millionths of a degree."""
_KINDS: Final = {"n": "node", "w": "way", "r": "relation"}
_ESCAPED: Final = re.compile("%([0-9a-f]+)%")
_NODES_AT_ONCE: Final = 50_000
_BARRIER: Final = "barrier="


def read_pbf_as_text(path: Path, objects: Objects) -> None:
    """Hand the ways of a PBF, their nodes and the relations to `objects`.

    Raises
    ------
    OSError, RuntimeError, ValueError
        If the file is damaged or the text cannot be written; `objects` is half filled then.
    OutputError
        If there is no place for the text.
    """
    source = osmium.io.File(str(path), "pbf")
    with scratch() as folder:
        for line in _lines(source, osmium.osm.WAY, folder):
            _add_way(objects, line)
        wanted = objects.wanted()
        # An `IdFilter` takes no negative ids, as editors give them to what is new.
        only_roads = (
            [] if (wanted < 0).any() else [osmium.filter.IdFilter(wanted.astype(np.uint64))]
        )
        lines = _lines(source, osmium.osm.NODE, folder, *only_roads)
        while batch := list(islice(lines, _NODES_AT_ONCE)):
            _add_nodes(objects, batch, wanted)
        for line in _lines(source, osmium.osm.RELATION, folder):
            _add_relation(objects, line)


def _lines(source: Any, kind: Any, folder: Path, *filters: Any) -> Iterator[str]:
    """Yield the lines of the objects of one kind that pass the filters."""
    path = folder / "objects.opl"
    path.unlink(missing_ok=True)
    text = osmium.io.File(str(path), "opl,locations_on_ways=true")
    with osmium.SimpleWriter(text) as writer, osmium.io.Reader(source, kind) as reader:
        osmium.apply(reader, *filters, writer)
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line.rstrip("\n")


def _add_way(objects: Objects, line: str) -> None:
    number, version, state, *_, tags, nodes = line.split(" ")
    refs = nodes[1:].split(",") if len(nodes) > 1 else []
    is_road = objects.way(
        int(number[1:]),
        int(version[1:]),
        _tags(tags),
        lambda: [int(ref[1 : ref.index("x")]) for ref in refs],
        visible=state == "dV",
    )
    if is_road and refs and not refs[0].endswith("xy"):
        for ref in refs:
            node, _, place = ref[1:].partition("x")
            lon, _, lat = place.partition("y")
            if lon:
                objects.node(int(node), BESIDE_WAY, *_degrees([lon, lat]).tolist())


def _add_nodes(objects: Objects, lines: list[str], wanted: IntArray) -> None:
    """Add nodes; a version without a place says that the node is gone."""
    rows = [line.split(" ") for line in lines]
    numbers = np.array([row[0][1:] for row in rows]).astype(np.int64)
    is_wanted = np.isin(numbers, wanted)
    rows = [row for row, there in zip(rows, is_wanted.tolist(), strict=True) if there]
    if not rows:
        return
    versions = np.array([row[1][1:] for row in rows]).astype(np.int64)
    lon, lat = (
        _degrees([row[-2][1:] or "0" for row in rows]),
        _degrees([row[-1][1:] or "0" for row in rows]),
    )
    visible = np.array([row[2] == "dV" and len(row[-1]) > 1 for row in rows])
    before = objects.nodes(numbers[is_wanted], versions, lon, lat, visible)
    for position, row in enumerate(rows):
        if _BARRIER in row[-3]:
            tags = _tags(row[-3])
            if tags.get("barrier"):
                objects.barrier(
                    {k: tags[k] for k in BARRIER_TAGS if tags.get(k)}, before + position
                )


def _add_relation(objects: Objects, line: str) -> None:
    number, version, state, *_, tags, members = line.split(" ")
    told = _tags(tags)

    def listed() -> list[Member]:
        found = []
        for member in members[1:].split(",") if len(members) > 1 else []:
            ref, _, role = member.partition("@")
            found.append(Member(_KINDS[ref[0]], int(ref[1:]), _plain(role)))
        return found

    objects.relation(
        int(number[1:]),
        int(version[1:]),
        {key: told[key] for key in RESTRICTION_TAGS if told.get(key)},
        listed,
        visible=state == "dV",
    )


def _tags(field: str) -> dict[str, str]:
    """Return the tags of a field ``Tkey=value,key=value``."""
    pairs = (pair.partition("=") for pair in field[1:].split(",")) if len(field) > 1 else ()
    return {_plain(key): _plain(value) for key, _, value in pairs}


def _plain(word: str) -> str:
    """Return a word with its escaped characters (``%20%``) as they are."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), word) if "%" in word else word


def _degrees(words: list[str]) -> FloatArray:
    """Return coordinates, as the product that other readers make of their whole numbers."""
    parts: FloatArray = np.rint(np.array(words).astype(float) * _PARTS_A_DEGREE)
    return parts * (1 / _PARTS_A_DEGREE)
