"""Who may drive a road, or pass a barrier: the tag of the most specific mode decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from coverage.network.words import road_words

MODES: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most specific to the least; ``emergency`` stands above them."""

AMBULANCE_HEIGHT_M: Final = 2.8
"""With its lights (an assumption): a beam or bridge that is lower stops it."""
AMBULANCE_WIDTH_M: Final = 2.1
"""Without its mirrors (an assumption): posts that stand closer stop it."""

_OPEN_TO_EMERGENCY: Final = frozenset({"yes", "designated", "official", "permissive"})
_CLOSED_TO_EMERGENCY: Final = "no"
_METRES: Final = re.compile(r"(\d{1,4}(?:\.\d{1,9})?)\s*(m|cm)?")
_FEET: Final = re.compile(r"(\d{1,3})'(?:\s*(\d{1,2})\")?")
_M_PER_INCH: Final = 0.0254
_SIZES: Final = (
    ("too_low", "maxheight", AMBULANCE_HEIGHT_M),
    ("too_narrow", "maxwidth", AMBULANCE_WIDTH_M),
)
SIZE_TAGS: Final = tuple(f"{key}{end}" for _, key, _ in _SIZES for end in ("", ":physical"))


class Access(Enum):
    """What the tags leave open."""

    PUBLIC = "public"
    DRIVEN = "driven"  # open to an ambulance on call, but nobody comes from a door onto it
    CLOSED = "closed"


def access_of(tags: Mapping[str, str], ending: str = "") -> Access | None:
    """Return what the tags of access say; None where there is none.

    Of motorcar, motor_vehicle, vehicle and access the first that is there decides; of several
    values in one tag the most open. ``emergency=yes`` opens to ambulances what they close, and
    ``emergency=no`` closes. Which value means what stands in ``data/roads.toml``; a value that
    does not is taken as open (`unknown_access` tells it).

    Parameters
    ----------
    ending
        ``:forward`` or ``:backward``: what the tags say of one direction.
    """
    stated = next((tags[key] for mode in MODES if tags.get(key := mode + ending)), None)
    access = None if stated is None else _of_value(stated)
    emergency = tags.get(f"emergency{ending}", "").strip().lower()
    if emergency == _CLOSED_TO_EMERGENCY:
        return Access.CLOSED
    if emergency in _OPEN_TO_EMERGENCY and access in {Access.CLOSED, None}:
        return Access.DRIVEN if access else Access.PUBLIC
    return access


def unknown_access(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each tag of access with a value that is not known."""
    words = road_words()
    known = words.closed_values | words.driven_values | words.public_values
    for mode in MODES:
        for value in _values(tags.get(mode, "")):
            if value not in known:
                yield mode, value


def too_small(tags: Mapping[str, str]) -> str | None:
    """Return ``too_low`` or ``too_narrow`` where an ambulance does not fit, else None."""
    for reason, key, least_m in _SIZES:
        for tag in (key, f"{key}:physical"):
            size_m = metres(tags.get(tag, ""))
            if size_m is not None and size_m < least_m:
                return reason
    return None


def metres(value: str) -> float | None:
    """Return a length in metres; None where none is stated.

    Examples
    --------
    >>> metres("2.5"), metres("2.5 m"), metres("250 cm"), metres("default")
    (2.5, 2.5, 2.5, None)
    """
    word = unicodedata.normalize("NFKC", value).strip().lower()
    if match := _METRES.fullmatch(word):
        return float(match[1]) / (100 if match[2] == "cm" else 1)
    if match := _FEET.fullmatch(word):
        return (12 * int(match[1]) + int(match[2] or 0)) * _M_PER_INCH
    return None


def _values(stated: str) -> list[str]:
    return [word for part in stated.split(";") if (word := part.strip().lower())]


def _of_value(stated: str) -> Access:
    words = road_words()
    values = set(_values(stated))
    if values and values <= words.closed_values:
        return Access.CLOSED
    if values and values <= words.closed_values | words.driven_values:
        return Access.DRIVEN
    return Access.PUBLIC
