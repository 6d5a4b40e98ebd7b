"""What is particular about answers of the Overpass API."""

from __future__ import annotations

import re
from typing import Final

from coverage.county.files import refuse, shown
from coverage.network.objects import BESIDE_WAY, NO_NODES_SHARE, Objects
from coverage.problems import InputError, Problem

_FAILED: Final = re.compile(r"error|timed? ?out|out of memory|abort", re.IGNORECASE)
_SHOWN_LENGTH: Final = 160
NO_NODE: Final = -(2**62)
"""Id of a node of which neither id nor place is known."""
_FIRST_MADE_UP: Final = NO_NODE + 1
"""Ids of nodes without one begin here, below those that editors give."""


class Places:
    """Takes up places that stand in the ways (``out geom``), with or without the node's id."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._made_up: dict[tuple[float, float], int] = {}

    def number(self, ref: int | None, lon: float, lat: float) -> int:
        """Take up a place and return its node's id: without one, the same place has the same."""
        if ref is None:
            following = _FIRST_MADE_UP + len(self._made_up)
            ref = self._made_up.setdefault((lon, lat), following)
        self._objects.node(ref, BESIDE_WAY, lon, lat)
        return ref


class Shapes:
    """Counts the ways of an answer that was asked for without what draws them.

    ``out ids``, ``out tags``, ``out tags center`` and ``out count`` give neither nodes nor places.
    """

    def __init__(self) -> None:
        self._ways = 0
        self._bare = 0
        self._counted = False

    def way(self, nodes: int) -> None:
        """Take up a way that is there, with the number of its nodes."""
        self._ways += 1
        self._bare += not nodes

    def count(self) -> None:
        """Take up the element of ``out count``."""
        self._counted = True

    def refuse_bare(self, file: str) -> None:
        """Refuse a file of which more than half of the ways are only named or counted."""
        if self._bare > NO_NODES_SHARE * self._ways:
            raise refuse("network.no_geometry", file, count=self._bare, total=self._ways)
        if self._counted and not self._ways:
            raise refuse("network.only_counted", file)


def remark_problems(remark: str, file: str) -> tuple[Problem, ...]:
    """Return the warning that tells Overpass's remark.

    Raises
    ------
    InputError
        ``network.overpass_failed`` if the remark says that the query did not come to its end: what
        is in the file is only a part of what was asked for.
    """
    if not remark.strip():
        return ()
    values = {"remark": shown(remark, _SHOWN_LENGTH)}
    if _FAILED.search(remark):
        raise InputError([Problem("network.overpass_failed", "error", values, file)])
    return (Problem("network.overpass_remark", "warning", values, file),)
