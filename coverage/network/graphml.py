"""Reading ``.graphml`` as OSMnx writes it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS

from coverage.county.datum import crs_from_text
from coverage.county.files import reading
from coverage.crs import to_degrees
from coverage.network.lines import unknown_classes
from coverage.network.model import FloatArray
from coverage.network.plausible import piece_m
from coverage.network.remarks import TagRemarks
from coverage.network.tags import (
    TAGS,
    UNKNOWN_CLASS,
    drop_reason,
    is_bridge,
    is_joinable,
    road_class,
    several,
)
from coverage.network.ways import Way, Ways, ways_table
from coverage.network.xml import refuse_doctype
from coverage.problems import InputError, Problem

SUFFIXES: Final = (".graphml",)

LENGTH_M: Final = 50.0
LENGTH_SHARE: Final = 0.1
"""An edge whose stated length differs by more than both from its drawing is told (assumptions):
joining nearby nodes moves ends by some tens of metres."""


def read_graphml(path: Path, file: str) -> Ways:
    """Read a directed street graph: nodes with ``x, y``, edges with ``highway``.

    Two edges that run the same line in opposite directions are one road open both ways; an edge
    alone is one-way. Where OSMnx joined roads of several classes into one edge, the edge has the
    least of them, so that it is not driven too fast.

    Parameters
    ----------
    path
        The file.
    file
        How messages name it.

    Raises
    ------
    InputError
        If the file is no such graph, or has a document type (entities).
    """
    import networkx as nx  # takes half a second, and only this format needs it

    refuse_doctype(path, file)
    with reading(file):
        graph = nx.read_graphml(path, force_multigraph=True)
        crs = crs_from_text(str(graph.graph.get("crs", "EPSG:4326")))
    try:
        place = {
            node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)
        }
    except (KeyError, ValueError, TypeError):
        raise InputError([Problem("network.graphml_no_places", file=file)]) from None
    if "crs" not in graph.graph and any(abs(x) > 180 or abs(y) > 90 for x, y in place.values()):
        raise InputError([Problem("network.graphml_no_crs", file=file)])
    dropped: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    remarks = TagRemarks()
    roads = _Roads()
    for tail, head, data in graph.edges(data=True):
        tags, known = _tags(data)
        if tags["highway"] == UNKNOWN_CLASS:
            unknown[str(data.get("highway", ""))] += 1
        reason = drop_reason(tags)
        if reason is not None:
            dropped[reason] += 1
            continue
        with reading(file):
            line = _line(data, place[tail], place[head])
        remarks.add(tags)
        both = not graph.is_directed()
        roads.add(tail, head, line, data, tags, known=known, both=both)
    quality = (*unknown_classes(unknown, file), *remarks.problems(file))
    return roads.ways(place, crs, dropped, quality, file)


@dataclass
class _Piece:
    """A piece of road, drawn from `tail` to `head`."""

    tail: object
    head: object
    line: FloatArray
    tags: Mapping[str, str]
    known: bool
    stated_m: float
    forward: bool = False
    backward: bool = False
    limits_forward: list[str] = field(default_factory=list)
    limits_backward: list[str] = field(default_factory=list)


class _Roads:
    """Pieces of road by their line, whichever way it is run."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[object, ...], _Piece] = {}

    def add(
        self,
        tail: object,
        head: object,
        line: FloatArray,
        data: Mapping[str, Any],
        tags: Mapping[str, str],
        *,
        known: bool,
        both: bool,
    ) -> None:
        there, back = (
            (str(tail), str(head), line.tobytes()),
            (
                str(head),
                str(tail),
                np.ascontiguousarray(line[::-1]).tobytes(),
            ),
        )
        reverse = back < there
        key = (*min(there, back), tags["highway"], tags.get("maxspeed"))
        if key not in self._pieces:
            ends = (head, tail) if reverse else (tail, head)
            drawn = line[::-1] if reverse else line
            self._pieces[key] = _Piece(*ends, drawn, tags, known, _stated_m(data))
        piece = self._pieces[key]
        along, against = _limits(tags, str(data.get("reversed", "")))
        if reverse:
            along, against = against, along
        if both or not reverse:
            piece.forward = True
            piece.limits_forward.append(along)
        if both or reverse or there == back:
            piece.backward = True
            piece.limits_backward.append(against)

    def ways(
        self,
        place: Mapping[object, tuple[float, float]],
        crs: CRS,
        dropped: Counter[str],
        quality: tuple[Problem, ...],
        file: str,
    ) -> Ways:
        number = {node: position for position, node in enumerate(place)}
        vertex: list[int] = []
        first = [0]
        inner: list[FloatArray] = [np.array(list(place.values()), dtype=float).reshape(-1, 2)]
        count = len(place)
        rows = []
        stated = []
        for piece in self._pieces.values():
            stated.append(piece.stated_m)
            middle = piece.line[1:-1]
            vertex += [number[piece.tail], *range(count, count + len(middle)), number[piece.head]]
            first.append(len(vertex))
            inner.append(middle)
            count += len(middle)
            rows.append(
                Way(
                    highway=piece.tags["highway"],
                    known=piece.known,
                    forward=piece.forward,
                    backward=piece.backward,
                    maxspeed=piece.tags.get("maxspeed", ""),
                    bridge=is_bridge(piece.tags),
                    name=piece.tags.get("name") or None,
                    joinable=is_joinable(piece.tags),
                    maxspeed_forward=";".join(filter(None, piece.limits_forward)),
                    maxspeed_backward=";".join(filter(None, piece.limits_backward)),
                )
            )
        xy = np.concatenate(inner)
        lon, lat = to_degrees(crs).transform(*xy.T)
        ways = Ways(
            table=ways_table(rows),
            vertex=np.array(vertex, dtype=np.int64),
            first=np.array(first, dtype=np.int64),
            lon=np.asarray(lon),
            lat=np.asarray(lat),
            dropped=dict(sorted(dropped.items())),
            quality=quality,
        )
        return replace(ways, quality=(*quality, *_odd_lengths(ways, np.array(stated), file)))


def _limits(tags: Mapping[str, str], reversed_: str) -> tuple[str, str]:
    """Return the limits stated along and against an edge.

    OSMnx keeps the tags of the way on the edges of both directions, and says by ``reversed`` which
    of them runs against the way. An edge joined of ways that run either way says both: both limits
    then hold in both directions.
    """
    limits = tags.get("maxspeed:forward", ""), tags.get("maxspeed:backward", "")
    words = {word.lower() for word in several(reversed_)}
    if {"true", "false"} <= words:
        every = ";".join(filter(None, limits))
        return every, every
    return limits[::-1] if "true" in words else limits


def _stated_m(data: Mapping[str, Any]) -> float:
    """Return the length that an edge states; NaN where it states none."""
    try:
        return float(data.get("length", math.nan))
    except (TypeError, ValueError):
        return math.nan


def _odd_lengths(ways: Ways, stated_m: FloatArray, file: str) -> tuple[Problem, ...]:
    """Return the warning that tells edges whose length is not that of their drawing.

    A simplified graph that lost its geometry has straight edges that are too short.
    """
    if not len(ways.table):
        return ()
    on_earth = (np.abs(ways.lon) <= 180) & (np.abs(ways.lat) <= 90)
    drawn_m = np.add.reduceat(np.append(piece_m(ways, on_earth), 0.0), ways.first[:-1])
    last = ways.first[1:] - 1  # the "piece" from the end of one edge to the start of the next
    drawn_m -= np.append(piece_m(ways, on_earth), 0.0)[last]
    odd = np.abs(stated_m - drawn_m) > np.maximum(LENGTH_M, LENGTH_SHARE * stated_m)
    count = int(np.count_nonzero(odd))
    if not count:
        return ()
    values = {
        "count": count,
        "stated_km": f"{stated_m[odd].sum() / 1000:.1f}",
        "drawn_km": f"{drawn_m[odd].sum() / 1000:.1f}",
    }
    return (Problem("network.odd_lengths", "warning", values, file, count=count),)


def _line(
    data: Mapping[str, Any], tail: tuple[float, float], head: tuple[float, float]
) -> FloatArray:
    """Return the coordinates of an edge, from its tail to its head."""
    if "geometry" not in data:
        return np.array([tail, head])
    line = shapely.get_coordinates(shapely.from_wkt(str(data["geometry"])))
    if len(line) < 2:
        return np.array([tail, head])
    if np.hypot(*(line[0] - head)) < np.hypot(*(line[0] - tail)):
        line = line[::-1]
    return np.vstack([tail, line[1:-1], head])


def _tags(data: Mapping[str, Any]) -> tuple[dict[str, str], bool]:
    """Return the edge's tags, and whether its class is known."""
    tags = {key: ";".join(several(str(data[key]))) for key in TAGS if key in data}
    tags["highway"], known = road_class(str(data.get("highway", "")))
    bridges = [v for v in several(str(data.get("bridge", ""))) if is_bridge({"bridge": v})]
    tags["bridge"] = bridges[0] if bridges else ""
    return tags, known
