"""Barriers on nodes: which of them stop a car, and what is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from coverage.network.access import SIZE_TAGS, Access, access_of, too_small
from coverage.network.remarks import counted
from coverage.network.words import listed, road_words
from coverage.problems import Problem

BARRIER_TAGS: Final = (
    *("barrier", "locked", "access", "vehicle", "motor_vehicle", "motorcar", "emergency"),
    *SIZE_TAGS,
)
"""The tags of a node that decide whether a car passes it."""

_RESTRICTORS: Final = {"height_restrictor": "maxheight", "width_restrictor": "maxwidth"}
_SHOWN: Final = 8


def stops_cars(tags: Mapping[str, str]) -> bool:
    """Return whether an ambulance cannot pass the barrier of a node.

    It cannot where the barrier's ``maxheight`` or ``maxwidth`` is too small for it
    (`too_small`) and ``emergency=yes`` does not say that it opens. Else the tags of access decide,
    as on roads; without any, the kind does (``data/roads.toml``), or ``locked=yes``. Restrictors
    without a figure, and kinds that are not known, are passed.
    """
    access = access_of(tags)
    if too_small(tags) and tags.get("emergency") != "yes":
        return True
    if access is not None:
        return access is Access.CLOSED
    kinds = _kinds(tags)
    return bool(kinds & road_words().stopping_barriers) or (
        tags.get("locked") == "yes" and bool(kinds)
    )


def is_unclear(tags: Mapping[str, str]) -> bool:
    """Return whether a barrier is passed though nobody knows its kind, height or width."""
    if access_of(tags) is not None or stops_cars(tags):
        return False
    kinds = _kinds(tags)
    known = road_words().stopping_barriers | road_words().passed_barriers
    no_figure = any(
        kind in kinds and not (tags.get(key) or tags.get(f"{key}:physical"))
        for kind, key in _RESTRICTORS.items()
    )
    return bool(kinds - known) or no_figure


class Barriers:
    """The barriers on the roads of a file.

    Attributes
    ----------
    closed
        Ids of the nodes that stop cars.
    """

    def __init__(self) -> None:
        self.closed: dict[int, str] = {}
        self._unclear: Counter[str] = Counter()

    def add(self, node: int, tags: Mapping[str, str]) -> None:
        """Take up the barrier of a node that lies on a road."""
        kind = ";".join(sorted(_kinds(tags)))
        if stops_cars(tags):
            self.closed[node] = kind
        elif is_unclear(tags):
            self._unclear[kind] += 1

    def problems(self, file: str) -> tuple[Problem, ...]:
        """Return what is told of them."""
        problems = []
        if self.closed:
            kinds = dict(Counter(self.closed.values()).most_common())
            ids = sorted(self.closed)
            values = {
                "count": len(ids),
                "kinds": listed(kinds),
                "nodes": ", ".join(map(str, ids[:_SHOWN])) + (" …" if len(ids) > _SHOWN else ""),
            }
            problems.append(Problem("network.barriers", "note", values, file, count=len(ids)))
        if count := self._unclear.total():
            values = {"count": count, "kinds": counted(self._unclear)}
            problems.append(Problem("network.unclear_barriers", "note", values, file, count=count))
        return tuple(problems)


def _kinds(tags: Mapping[str, str]) -> set[str]:
    return {kind for part in tags["barrier"].split(";") if (kind := part.strip().lower())}
