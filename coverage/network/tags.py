"""What the tags of a road say: may an ambulance drive it, in which direction, how fast."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from coverage.network.access import MODES, SIZE_TAGS, Access, access_of, too_small
from coverage.network.words import road_words

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

_ONEWAY_KEYS: Final = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
_TO_AMBULANCES: Final = ("oneway:emergency", "oneway:ambulance")
_DIRECTIONS: Final = ("forward", "backward")
_LIFECYCLE: Final = (
    *("construction", "proposed", "planned", "disused", "abandoned", "razed", "demolished"),
)
_CONDITIONAL: Final = tuple(
    f"{key}:conditional" for key in (*MODES, "oneway", "maxspeed", "emergency")
)

TAGS: Final = (
    *("highway", "oneway", "maxspeed", "name", "bridge", "junction", "route", "area"),
    *("access", "vehicle", "motor_vehicle", "motorcar", "emergency", "motorroad", "service"),
    *_LIFECYCLE,
    *SIZE_TAGS,
    *(f"maxspeed:{direction}" for direction in _DIRECTIONS),
    *(key for key in _ONEWAY_KEYS if key != "oneway"),
    *_TO_AMBULANCES,
    *(f"{key}:{end}" for key in (*MODES, "emergency") for end in _DIRECTIONS),
    *_CONDITIONAL,
)
"""The tags that decide whether and how a road is driven and joined, and its name."""

_CLASS_SET: Final = frozenset(CLASSES)
_NEVER_JOINED: Final = frozenset({"motorway", "motorway_link"})
_YES: Final = frozenset({"yes", "true", "1"})
_ONEWAY: Final = {
    **dict.fromkeys(("yes", "true", "1"), (True, False)),
    **dict.fromkeys(("-1", "reverse"), (False, True)),
    **dict.fromkeys(("no", "false", "0"), (True, True)),
}
CHANGING: Final = frozenset({"reversible", "alternating"})
"""Values of oneway whose direction changes with the hour, or at a light: both are open."""
_KPH_PER_MPH: Final = 1.609344
_SPEED: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(\D*)")
_PLAUSIBLE_KPH: Final = (3.0, 300.0)
_UNLIMITED: Final = frozenset({"", "none", "signals", "variable", "0"})


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
    classes = several(highway.lower())
    known = [name for name in CLASSES if name in classes and name != UNKNOWN_CLASS]
    if known:
        return known[-1], True
    closed = [name for name in classes if name in road_words().not_drivable]
    return (closed[0] if closed else UNKNOWN_CLASS), False


def drop_reason(tags: Mapping[str, str]) -> str | None:
    """Return why a way is not part of the network, or None where it is.

    The reason is ``ferry``, ``area``, ``access``, ``too_low``, ``too_narrow``, a stage of its life
    (``disused=yes``), or the class of `highway` itself. See `access_of` for who may drive it.
    """
    if tags.get("route") == "ferry":
        return "ferry"
    highway = tags.get("highway", "")
    if highway not in _CLASS_SET:
        return highway
    if tags.get("area") == "yes":
        return "area"
    if stage := next((stage for stage in _LIFECYCLE if tags.get(stage) == "yes"), None):
        return stage
    if access_of(tags) is Access.CLOSED or directions(tags) == (False, False):
        return "access"
    return too_small(tags)


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Return whether an ambulance drives the way along and against its drawing.

    Of the tags ``oneway:motorcar``, ``oneway:motor_vehicle``, ``oneway:vehicle`` and ``oneway``
    the first with a known value decides; ``oneway:emergency=no`` opens both ways; a tag of access
    may close one of them (``motor_vehicle:backward=no``). Motorways and roundabouts are one-way
    unless ``oneway=no``. Values of `CHANGING`, and values that nobody knows (`unknown_oneway`),
    leave the road open both ways.
    """
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {
        "roundabout",
        "circular",
    }
    stated = (_ONEWAY.get(tags.get(key, "").strip().lower()) for key in _ONEWAY_KEYS)
    open_ways = next((open_pair for open_pair in stated if open_pair), (True, not implied))
    if any(tags.get(key) == "no" for key in _TO_AMBULANCES):
        open_ways = (True, True)
    forward, backward = (
        is_open and access_of(tags, f":{direction}") is not Access.CLOSED
        for is_open, direction in zip(open_ways, _DIRECTIONS, strict=True)
    )
    return forward, backward


def unknown_oneway(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each tag of direction with a value that is not known."""
    for key in _ONEWAY_KEYS:
        value = tags.get(key, "").strip().lower()
        if value and value not in _ONEWAY and value not in CHANGING:
            yield key, value


def conditional(tags: Mapping[str, str]) -> bool:
    """Return whether a tag holds at some hours, or for some vehicles, only."""
    return any(key in tags for key in _CONDITIONAL)


def is_joinable(tags: Mapping[str, str]) -> bool:
    """Return whether a place may join the road.

    Motorways and motorroads have no doors, and nobody comes onto a road that is closed to the
    public, though an ambulance may drive it.
    """
    if tags.get("highway") in _NEVER_JOINED or tags.get("service") == "emergency_access":
        return False
    if access_of(tags) is Access.DRIVEN:
        return False
    return tags.get("motorroad", "").strip().lower() not in _YES


def is_bridge(tags: Mapping[str, str]) -> bool:
    """Return whether the way lies on a bridge (viaducts and the like included)."""
    return tags.get("bridge", "").strip().lower() not in {"", "no", "false", "0"}


def maxspeed_kph(value: str) -> float | None:
    """Return the lowest limit that `value` states, km/h.

    Infinite where it states that there is none (empty, ``none``, ``signals``); None where it
    cannot be read (``CN:urban``, ``walk``) or is no speed of a road (1, 5000).

    Examples
    --------
    >>> maxspeed_kph("60;40"), maxspeed_kph("40 mph"), maxspeed_kph("CN:urban")
    (40.0, 64.37376, None)
    """
    limits = []
    for part in re.split(r"[;,|]", value):
        word = "".join(unicodedata.normalize("NFKC", part).lower().split())
        if word in _UNLIMITED:
            continue
        match = _SPEED.fullmatch(word)
        if match is None or match[2] not in {"", "mph", *road_words().kph_units}:
            return None
        kph = float(match[1]) * (_KPH_PER_MPH if match[2] == "mph" else 1.0)
        if not _PLAUSIBLE_KPH[0] <= kph <= _PLAUSIBLE_KPH[1]:
            return None
        limits.append(kph)
    return min(limits, default=math.inf)
