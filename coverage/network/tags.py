"""What the tags of a road say: may an ambulance drive it, in which direction, how fast."""

from __future__ import annotations

import ast
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from coverage.county.files import shown
from coverage.messages import Name
from coverage.paths import DATA

CLASSES: Final = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "motorway_link",
    "trunk_link",
    "primary_link",
    "secondary_link",
    "tertiary_link",
    "unclassified",
    "residential",
    "service",
    "living_street",
    "road",
)
"""OSM classes of `highway` that are driven; ``road`` stands for a class that is not known."""

UNKNOWN_CLASS: Final = "road"

TAGS: Final = (
    *("highway", "oneway", "maxspeed", "name", "bridge", "junction", "route", "area"),
    *("access", "vehicle", "motor_vehicle", "emergency", "motorroad"),
    *("maxspeed:forward", "maxspeed:backward"),
)
"""The tags that decide whether and how a road is driven and joined, and its name."""

_CLASS_SET: Final = frozenset(CLASSES)
_NEVER_JOINED: Final = frozenset({"motorway", "motorway_link"})
_YES: Final = frozenset({"yes", "true", "1"})
_ACCESS_KEYS: Final = ("motor_vehicle", "vehicle", "access")
_CLOSED: Final = frozenset({"no", "private"})
_OPEN_TO_EMERGENCY: Final = frozenset({"yes", "designated", "official"})
_ONEWAY_FORWARD: Final = frozenset({"yes", "true", "1"})
_ONEWAY_BACKWARD: Final = frozenset({"-1", "reverse"})
_ONEWAY_NO: Final = frozenset({"no", "false", "0"})
_KPH_PER_MPH: Final = 1.609344
_SPEED: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(mph)|km/?h|kmh|kph)?", re.IGNORECASE)
_UNLIMITED: Final = frozenset({"", "none", "signals", "variable", "0"})


@dataclass(frozen=True)
class RoadWords:
    """Other words for columns and values in line layers, from ``data/roads.toml``.

    Attributes
    ----------
    not_drivable
        OSM classes a car does not drive.
    columns
        For each column, its other names.
    other_values
        For each column, other value to OSM value.
    chinese
        What the classes, and the other reasons of `drop_reason`, are called in Chinese.
    """

    not_drivable: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    other_values: Mapping[str, Mapping[str, str]]
    chinese: Mapping[str, str]


@cache
def road_words() -> RoadWords:
    """Return the words of ``data/roads.toml``."""
    raw = tomllib.loads((DATA / "roads.toml").read_text(encoding="utf-8"))
    return RoadWords(
        not_drivable=frozenset(raw["not_drivable"]),
        columns=MappingProxyType({key: tuple(names) for key, names in raw["columns"].items()}),
        other_values=MappingProxyType(
            {key: MappingProxyType(raw[key]) for key in ("highway", "oneway", "bridge")}
        ),
        chinese=MappingProxyType(raw["chinese"]),
    )


def listed(figures: Mapping[str, object]) -> Name:
    """Return classes, or reasons of `drop_reason`, each with its figure, as a reader calls them."""
    chinese = road_words().chinese
    return Name(
        zh=", ".join(f"{chinese.get(word, shown(word))} {n}" for word, n in figures.items()),
        en=", ".join(f"{shown(word)} {n}" for word, n in figures.items()),
    )


def several(value: str) -> list[str]:
    """Return the values that an attribute holds, in order of the alphabet, each once.

    OSMnx writes several as a Python list, in any order; OSM itself parts them by semicolons.

    Examples
    --------
    >>> several("['trunk', 'primary']"), several("primary;trunk"), several("")
    (['primary', 'trunk'], ['primary', 'trunk'], [])
    """
    word = value.strip()
    parts: list[object] = list(word.split(";"))
    if word.startswith("["):
        try:
            parsed = ast.literal_eval(word)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            parsed = None
        if isinstance(parsed, list):
            parts = parsed
    return sorted({text for part in parts if (text := str(part).strip())})


def road_class(highway: str) -> tuple[str, bool]:
    """Return the OSM class that a road is driven as, and whether it is known.

    Of several classes the least counts, so that the road is not driven too fast. A class that
    nobody knows becomes `UNKNOWN_CLASS`; one that a car does not drive stays what it is.
    """
    classes = several(highway)
    known = [name for name in CLASSES if name in classes and name != UNKNOWN_CLASS]
    if known:
        return known[-1], True
    closed = [name for name in classes if name in road_words().not_drivable]
    return (closed[0] if closed else UNKNOWN_CLASS), False


def drop_reason(tags: Mapping[str, str]) -> str | None:
    """Return why a way is not part of the network, or None where it is.

    The reason is ``ferry``, ``area``, ``access`` or the class of `highway` itself. Of the tags
    motor_vehicle, vehicle and access the first that is there decides; a list of values closes the
    road only where each of them does. ``emergency=yes`` opens what access closes.
    """
    if tags.get("route") == "ferry":
        return "ferry"
    highway = tags.get("highway", "")
    if highway not in _CLASS_SET:
        return highway
    if tags.get("area") == "yes":
        return "area"
    if tags.get("emergency") in _OPEN_TO_EMERGENCY:
        return None
    for key in _ACCESS_KEYS:
        if value := tags.get(key):
            closed = all(part.strip() in _CLOSED for part in value.split(";"))
            return "access" if closed else None
    return None


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Return whether the way is driven along and against its drawing.

    Motorways and roundabouts are one-way unless ``oneway=no``. Values that are neither a yes nor
    a reverse (``reversible``, ``alternating``) leave the road open both ways.
    """
    oneway = tags.get("oneway", "").strip().lower()
    if oneway in _ONEWAY_FORWARD:
        return True, False
    if oneway in _ONEWAY_BACKWARD:
        return False, True
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {
        "roundabout",
        "circular",
    }
    return (True, False) if implied and oneway not in _ONEWAY_NO else (True, True)


def is_joinable(tags: Mapping[str, str]) -> bool:
    """Return whether a place may join the road: motorways and motorroads have no doors."""
    if tags.get("highway") in _NEVER_JOINED:
        return False
    return tags.get("motorroad", "").strip().lower() not in _YES


def is_bridge(tags: Mapping[str, str]) -> bool:
    """Return whether the way lies on a bridge (viaducts and the like included)."""
    return tags.get("bridge", "").strip().lower() not in {"", "no", "false", "0"}


def maxspeed_kph(value: str) -> float | None:
    """Return the lowest limit that `value` states, km/h.

    Infinite where it states that there is none (empty, ``none``, ``signals``); None where it
    cannot be read (``CN:urban``, ``walk``).

    Examples
    --------
    >>> maxspeed_kph("60;40"), maxspeed_kph("40 mph"), maxspeed_kph("CN:urban")
    (40.0, 64.37376, None)
    """
    limits = []
    for part in re.split(r"[;,|]", value):
        word = part.strip()
        if word.lower() in _UNLIMITED:
            continue
        match = _SPEED.fullmatch(word)
        if match is None or not float(match[1]) > 0:
            return None
        limits.append(float(match[1]) * (_KPH_PER_MPH if match[2] else 1.0))
    return min(limits, default=math.inf)
