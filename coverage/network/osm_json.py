"""Reading the JSON of the Overpass API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from coverage.county.files import reading, refuse
from coverage.network.barriers import BARRIER_TAGS
from coverage.network.container import open_plain
from coverage.network.objects import Objects
from coverage.network.overpass import NO_NODE, Places, Shapes, remark_problems
from coverage.network.restrictions import Member

MAX_BYTES: Final = 200_000_000
"""Unpacked: Python's JSON takes several times as much memory."""

_NOT_AS_MEANT: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def read_json(path: Path, file: str, objects: Objects) -> None:
    """Hand the elements of an Overpass answer to `objects`.

    The nodes' places may be elements of their own (``out body``) or stand in the ways
    (``out geom``).

    Raises
    ------
    InputError
        If it is no such JSON, breaks off, or is an answer that Overpass broke off.
    """
    with reading(file), open_plain(path) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise refuse("county.file_too_big", file, limit_mb=MAX_BYTES // 1_000_000)
    try:
        answer = json.loads(content)
    except json.JSONDecodeError as error:
        raise refuse("network.breaks_off", file, line=error.lineno) from None
    except (ValueError, RecursionError):
        raise refuse("county.unreadable", file) from None
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise refuse("network.no_elements", file)
    places, shapes = Places(objects), Shapes()
    for position, element in enumerate(answer["elements"]):
        try:
            _add(element, objects, places, shapes)
        except _NOT_AS_MEANT:
            raise refuse("network.bad_element", file, element=position + 1) from None
    objects.tell(remark_problems(str(answer.get("remark") or ""), file))
    shapes.refuse_bare(file)


def _add(element: Mapping[str, Any], objects: Objects, places: Places, shapes: Shapes) -> None:
    kind, number = element["type"], int(element["id"])
    version = int(element.get("version", 0))
    tags = {str(key): str(value) for key, value in element.get("tags", {}).items()}
    if kind == "node":
        objects.node(number, version, float(element["lon"]), float(element["lat"]))
        if tags.get("barrier"):
            objects.barrier({key: tags[key] for key in BARRIER_TAGS if key in tags})
    elif kind == "way":
        refs = _refs(element, places)
        shapes.way(len(refs))
        objects.way(number, version, tags, lambda: refs)
    elif kind == "count":
        shapes.count()
    elif kind == "relation":
        members = [
            Member(str(member["type"]), int(member["ref"]), str(member.get("role", "")))
            for member in element.get("members", [])
        ]
        objects.relation(number, version, tags, lambda: members)


def _refs(way: Mapping[str, Any], places: Places) -> list[int]:
    """Return the ids of a way's nodes, and take up their places where they stand in the way."""
    numbers = [int(number) for number in way.get("nodes", [])]
    geometry = way.get("geometry", [])
    if not geometry:
        return numbers
    refs: list[int | None] = [*numbers] if numbers else [None] * len(geometry)
    if len(refs) != len(geometry):
        raise ValueError("nodes and geometry do not match")
    known = []
    for ref, place in zip(refs, geometry, strict=True):
        if place is not None:
            known.append(places.number(ref, float(place["lon"]), float(place["lat"])))
        else:  # outside the box that was asked for
            known.append(NO_NODE if ref is None else ref)
    return known
