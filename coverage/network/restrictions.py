"""Turn restrictions: counted and named, for they are not followed yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from coverage.network.remarks import counted
from coverage.problems import Problem

_KEYS: Final = (
    *("restriction", "restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle"),
)
RESTRICTION_TAGS: Final = ("type", "except", *_KEYS, *(f"{key}:conditional" for key in _KEYS))
"""The tags of a relation that say whether and whom it restricts."""
_KIND: Final = re.compile(r"((?:no|only)_\w{1,40})\s*(@.*)?", re.DOTALL)
_EXCEPTED: Final = frozenset({"motorcar", "motor_vehicle", "vehicle", "emergency"})


class Member(NamedTuple):
    """A member of a relation: ``node``, ``way`` or ``relation``, its id and its role."""

    kind: str
    ref: int
    role: str


class _Restriction(NamedTuple):
    seen: int
    kind: str
    from_ways: frozenset[int]
    to_ways: frozenset[int]


class Restrictions:
    """The turn restrictions of a file."""

    def __init__(self) -> None:
        self._found: list[_Restriction] = []

    def add(
        self, seen: int, tags: Mapping[str, str], members: Callable[[], Sequence[Member]]
    ) -> None:
        """Take up a relation, if it is a turn restriction that concerns ambulances.

        Restrictions for buses, lorries or bicycles alone, and those that except motor cars or
        emergency vehicles, do not. Those at some hours only (``restriction:conditional``) are
        named with an ``@`` after their kind, as OSM writes them.
        """
        if tags.get("type") != "restriction":
            return
        kind = _kind(tags)
        excepted = {part.strip().lower() for part in tags.get("except", "").split(";")}
        if kind is None or excepted & _EXCEPTED:
            return
        ways: dict[str, set[int]] = {"from": set(), "to": set()}
        for member in members():
            if member.kind == "way" and member.role in ways:
                ways[member.role].add(member.ref)
        restriction = _Restriction(seen, kind, frozenset(ways["from"]), frozenset(ways["to"]))
        self._found.append(restriction)

    def problems(
        self, counts: npt.NDArray[np.bool_], driven: set[int], file: str
    ) -> tuple[Problem, ...]:
        """Return what is told of the restrictions from a driven way to a driven way.

        Parameters
        ----------
        counts
            Of each relation of the file, whether it is the version that counts.
        driven
            Ids of the ways that are roads.
        file
            How messages name it.
        """
        kinds = Counter(
            one.kind
            for one in self._found
            if counts[one.seen] and one.from_ways & driven and one.to_ways & driven
        )
        if not kinds:
            return ()
        values = {"count": kinds.total(), "kinds": counted(kinds)}
        return (Problem("network.turn_restrictions", "note", values, file, count=kinds.total()),)


def _kind(tags: Mapping[str, str]) -> str | None:
    """Return what a relation restricts for cars; None where it restricts nothing."""
    for key in RESTRICTION_TAGS[2:]:
        if match := _KIND.fullmatch(tags.get(key, "").strip().lower()):
            return f"{match[1]} @" if key.endswith(":conditional") else match[1]
    return None
