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
from coverage.network.objects import BESIDE_WAY, Judged, Objects, is_road_or_route
from coverage.network.restrictions import RESTRICTION_TAGS, Member
from coverage.scratch import scratch

_PARTS_A_DEGREE: Final = 10_000_000
"""OSM coordinates are whole numbers of ten-millionths of a degree."""
_KINDS: Final = {"n": "node", "w": "way", "r": "relation"}
_ESCAPED: Final = re.compile("%([0-9a-f]+)%")
_AT_ONCE: Final = 50_000
_MOST_KNOWN: Final = 100_000
_VISIBLE: Final = "dV"
_PLACE: Final = re.compile("x[^,]*")
_PLACED: Final = re.compile("n(-?[0-9]+)x([-0-9.e]+)y([-0-9.e]+)")
"""Where a file has the places of nodes in its ways."""
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
        known: dict[str, Judged | None] = {}
        lines = _lines(source, osmium.osm.WAY, folder)
        while batch := list(islice(lines, _AT_ONCE)):
            _add_ways(objects, batch, known)
        wanted = objects.wanted()
        # An `IdFilter` takes no negative ids, as editors give them to what is new.
        only_roads = (
            [] if (wanted < 0).any() else [osmium.filter.IdFilter(wanted.astype(np.uint64))]
        )
        lines = _lines(source, osmium.osm.NODE, folder, *only_roads)
        while batch := list(islice(lines, _AT_ONCE)):
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


def _add_ways(objects: Objects, lines: list[str], known: dict[str, Judged | None]) -> None:
    """Add ways; `known` holds what became of the tags of others, by their text."""
    rows = [line.split(" ") for line in lines]
    visible = np.array([row[2] == _VISIBLE for row in rows])
    before = objects.see_ways(_numbers(rows, 0), _numbers(rows, 1), visible)
    roads: list[tuple[int, Judged, int]] = []
    nodes: list[str] = []
    for position, row in enumerate(rows):
        field = row[-2]
        judged = known[field] if field in known else _judged(objects, field, known)
        if judged is None or row[2] != _VISIBLE:
            continue
        refs = row[-1][1:]
        driven = judged.way is not None and bool(refs)
        roads.append((before + position, judged, refs.count(",") + 1 if driven else 0))
        if driven:
            nodes.append(refs)
    refs = ",".join(nodes)
    numbers = _PLACE.sub("", refs).replace("n", "")
    ids = list(map(int, numbers.split(","))) if numbers else []
    objects.roads(roads, np.array(ids, dtype=np.int64))
    for number, lon, lat in _PLACED.findall(refs):
        objects.node(int(number), BESIDE_WAY, *_degrees([lon, lat]).tolist())


def _judged(objects: Objects, field: str, known: dict[str, Judged | None]) -> Judged | None:
    """Return what becomes of the tags in a field, and keep it for the next; None: no road."""
    tags = _tags(field)
    judged = objects.judge(tags) if is_road_or_route(tags) else None
    if len(known) < _MOST_KNOWN:
        known[field] = judged
    return judged


def _numbers(rows: list[list[str]], column: int) -> IntArray:
    """Return the number in a column of fields, behind the letter that each begins with."""
    numbers: IntArray = np.array([int(row[column][1:]) for row in rows], dtype=np.int64)
    return numbers


def _add_nodes(objects: Objects, lines: list[str], wanted: IntArray) -> None:
    """Add nodes; a version without a place says that the node is gone."""
    rows = [line.split(" ") for line in lines]
    numbers = _numbers(rows, 0)
    is_wanted = np.isin(numbers, wanted)
    rows = [row for row, there in zip(rows, is_wanted.tolist(), strict=True) if there]
    if not rows:
        return
    versions = _numbers(rows, 1)
    lon, lat = (
        _degrees([row[-2][1:] or "0" for row in rows]),
        _degrees([row[-1][1:] or "0" for row in rows]),
    )
    visible = np.array([row[2] == _VISIBLE and len(row[-1]) > 1 for row in rows])
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
    tag_texts = _tags(tags)

    def listed() -> list[Member]:
        parsed = []
        for member in members[1:].split(",") if len(members) > 1 else []:
            ref, _, role = member.partition("@")
            parsed.append(Member(_KINDS[ref[0]], int(ref[1:]), _plain(role)))
        return parsed

    objects.relation(
        int(number[1:]),
        int(version[1:]),
        {key: tag_texts[key] for key in RESTRICTION_TAGS if tag_texts.get(key)},
        listed,
        visible=state == _VISIBLE,
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
    parts: FloatArray = np.rint(np.array(list(map(float, words))) * _PARTS_A_DEGREE)
    return parts * (1 / _PARTS_A_DEGREE)
