"""Objects of an OSM file as a reader meets them: which version counts, and the roads they make."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from coverage.county.files import refuse
from coverage.figures import share_text
from coverage.network.barriers import Barriers
from coverage.network.model import FloatArray, IntArray
from coverage.network.remarks import TagRemarks
from coverage.network.restrictions import Member, Restrictions
from coverage.network.runs import Runs, runs_of
from coverage.network.tags import (
    TAGS,
    UNKNOWN_CLASS,
    directions,
    drop_reason,
    is_bridge,
    is_joinable,
    road_class,
    several,
)
from coverage.network.ways import Way, Ways, ways_table
from coverage.problems import Level, Problem

BoolArray = npt.NDArray[np.bool_]

DELETED_HERE: Final = 2**62
"""Version of an object that an editor has deleted but not uploaded yet: the newest of all."""
BESIDE_WAY: Final = -1
"""Version of a node whose place stands in the way: a node of its own counts before it."""

MANY_LACKING_SHARE: Final = 0.01
NO_NODES_SHARE: Final = 0.5
"""More roads without any node than this, and the file was made without nodes (an assumption)."""
_DECIDING: Final = frozenset(TAGS) - {"name"}
_BEAT: Final = 20_000
"""Objects between two signs of life."""


class Seen:
    """Ids and versions of objects of one kind, in the order of the file."""

    def __init__(self, alive: Callable[[], None]) -> None:
        self._alive = alive
        self._ids = array("q")
        self._versions = array("q")
        self._hidden = array("b")

    def __len__(self) -> int:
        return len(self._ids)

    def extend(self, numbers: IntArray, versions: IntArray, visible: BoolArray) -> None:
        """Take up many objects."""
        self._ids.frombytes(numbers.astype(np.int64).tobytes())
        self._versions.frombytes(versions.astype(np.int64).tobytes())
        self._hidden.frombytes((~visible).astype(np.int8).tobytes())
        self._alive()

    def add(self, number: int, version: int, *, visible: bool) -> None:
        """Take up one object."""
        self._ids.append(number)
        self._versions.append(version)
        self._hidden.append(not visible)
        if len(self._ids) % _BEAT == 0:
            self._alive()

    @property
    def ids(self) -> IntArray:
        """The ids, in the order of the file."""
        return np.frombuffer(self._ids, dtype=np.int64)

    def valid(self) -> tuple[BoolArray, int]:
        """Return which objects count, and how many do not.

        Of each id the newest version counts, of equal versions the last; an id whose newest
        version is deleted does not count at all. Places beside ways are no versions.
        """
        versions = np.frombuffer(self._versions, dtype=np.int64)
        order = np.lexsort((versions, self.ids))
        ids = self.ids[order]
        last = np.append(ids[1:] != ids[:-1], True)[: len(ids)]
        counts = np.zeros(len(ids), dtype=bool)
        counts[order[last]] = True
        counts &= np.frombuffer(self._hidden, dtype=np.int8) == 0
        return counts, int(np.count_nonzero(~counts & (versions != BESIDE_WAY)))


class _Road(NamedTuple):
    seen: int
    reason: str | None
    way: Way | None
    begin: int
    end: int


class Judged(NamedTuple):
    """Why a way is no road (None: it is one, or nothing of ours), its row, tags to be told of."""

    reason: str | None
    way: Way | None
    odd_tags: Mapping[str, str] | None


class Objects:
    """Collects the ways that may be roads, where their nodes are, and what stands on them."""

    def __init__(self, alive: Callable[[], None]) -> None:
        self._ways = Seen(alive)
        self._nodes = Seen(alive)
        self._relations = Seen(alive)
        self._roads: list[_Road] = []
        self._odd: dict[int, Mapping[str, str]] = {}
        self._refs = array("q")
        self._lon = array("d")
        self._lat = array("d")
        self._barriers: dict[int, Mapping[str, str]] = {}
        self._restrictions = Restrictions()
        self._told: list[Problem] = []
        self._judged: dict[tuple[tuple[str, str], ...], Judged] = {}

    def tell(self, problems: Iterable[Problem]) -> None:
        """Take up what the reader has to say of the file."""
        self._told += problems

    def way(
        self,
        number: int,
        version: int,
        tags: Mapping[str, str],
        refs: Callable[[], Iterable[int]],
        *,
        visible: bool = True,
    ) -> bool:
        """Take up a way; return whether it is a road."""
        self._ways.add(number, version, visible=visible)
        if not visible or not is_road_or_route(tags):
            return False
        reason, way, odd_tags = self.judge(tags)
        begin = len(self._refs)
        seen = len(self._ways) - 1
        if way is None:
            if reason:  # a route that is neither a road nor a ferry is not ours to count
                self._roads.append(_Road(seen, reason, None, begin, begin))
            return False
        self._refs.extend(refs())
        self._roads.append(_Road(seen, None, way, begin, len(self._refs)))
        if odd_tags is not None:
            self._odd[seen] = odd_tags
        return True

    def see_ways(self, numbers: IntArray, versions: IntArray, visible: BoolArray) -> int:
        """Take up that there are these ways, and return how many there were before."""
        before = len(self._ways)
        self._ways.extend(numbers, versions, visible)
        return before

    def roads(self, roads: Iterable[tuple[int, Judged, int]], refs: IntArray) -> None:
        """Take up what became of ways.

        Parameters
        ----------
        roads
            Of each: its position among the ways, what its tags say, how many of `refs` are its.
        refs
            Ids of the nodes of all of them, one road after the other.
        """
        end = len(self._refs)
        self._refs.frombytes(refs.astype(np.int64).tobytes())
        for seen, judged, size in roads:
            begin, end = end, end + size
            if judged.way is not None or judged.reason:
                self._roads.append(_Road(seen, judged.reason, judged.way, begin, end))
            if judged.way is not None and judged.odd_tags is not None:
                self._odd[seen] = judged.odd_tags

    def judge(self, tags: Mapping[str, str]) -> Judged:
        """Return why a way is no road, or its row, and its tags where they are to be told of.

        Most roads of a file have the same tags as many others, but for the name.
        """
        key = tuple(item for item in tags.items() if item[0] in _DECIDING and item[1])
        judged = self._judged.get(key)
        if judged is None:
            given = dict(key)
            stated = {name: given[name] for name in TAGS if name in given}
            _read_class(stated)
            reason = drop_reason(stated)
            way = _way(stated) if reason is None else None
            judged = Judged(reason, way, stated if TagRemarks.concern(stated) else None)
            self._judged[key] = judged
        name = tags.get("name")
        if not name or judged.way is None:
            return judged
        return judged._replace(way=judged.way._replace(name=name))

    def node(
        self, number: int, version: int, lon: float, lat: float, *, visible: bool = True
    ) -> None:
        """Take up a node, or with the version `BESIDE_WAY` the place of one."""
        self._nodes.add(number, version, visible=visible)
        self._lon.append(lon)
        self._lat.append(lat)

    def nodes(
        self,
        numbers: IntArray,
        versions: IntArray,
        lon: FloatArray,
        lat: FloatArray,
        visible: BoolArray,
    ) -> int:
        """Take up many nodes, and return how many there were before."""
        before = len(self._nodes)
        self._nodes.extend(numbers, versions, visible)
        self._lon.frombytes(lon.astype(np.float64).tobytes())
        self._lat.frombytes(lat.astype(np.float64).tobytes())
        return before

    def barrier(self, tags: Mapping[str, str], position: int = -1) -> None:
        """Say that a node has a barrier: that at `position` among those taken up, or the last."""
        self._barriers[range(len(self._nodes))[position]] = tags

    def relation(
        self,
        number: int,
        version: int,
        tags: Mapping[str, str],
        members: Callable[[], Sequence[Member]],
        *,
        visible: bool = True,
    ) -> None:
        """Take up a relation."""
        self._relations.add(number, version, visible=visible)
        if visible:
            self._restrictions.add(len(self._relations) - 1, tags, members)

    def wanted(self) -> IntArray:
        """Return the ids of the nodes of roads."""
        return np.unique(np.frombuffer(self._refs, dtype=np.int64))

    def ways(self, file: str) -> Ways:
        """Return the roads, and what is to be told of them.

        Raises
        ------
        InputError
            ``network.no_nodes``, if more than half of the roads have no node with a place.
        """
        way_counts, older_ways = self._ways.valid()
        node_counts, older_nodes = self._nodes.valid()
        relation_counts, _ = self._relations.valid()
        roads = [road for road in self._roads if way_counts[road.seen]]
        driven = [(road, road.way) for road in roads if road.way is not None]
        remarks = TagRemarks()
        for road, _ in driven:
            if road.seen in self._odd:
                remarks.add(self._odd[road.seen])
        barriers = self._on_roads(node_counts)
        runs = runs_of(
            np.frombuffer(self._refs, dtype=np.int64),
            np.array([road.begin for road, _ in driven], dtype=np.int64),
            np.array([road.end for road, _ in driven], dtype=np.int64),
            self._nodes.ids[node_counts],
            np.array(sorted(barriers.closed), dtype=np.int64),
        )
        ids = self._ways.ids
        quality = (
            *self._told,
            *_missing(runs, len(driven), file),
            *_older(older_ways, older_nodes, file),
            *remarks.problems(file),
            *barriers.problems(file),
            *self._restrictions.problems(
                relation_counts, {int(ids[road.seen]) for road, _ in driven}, file
            ),
        )
        return Ways(
            table=ways_table([driven[road][1] for road in runs.road]),
            vertex=runs.vertex,
            first=runs.first,
            lon=np.frombuffer(self._lon, dtype=np.float64)[node_counts][runs.node],
            lat=np.frombuffer(self._lat, dtype=np.float64)[node_counts][runs.node],
            dropped=dict(sorted(Counter(road.reason for road in roads if road.reason).items())),
            quality=quality,
        )

    def _on_roads(self, node_counts: BoolArray) -> Barriers:
        barriers = Barriers()
        numbers = self._nodes.ids
        wanted = set(self.wanted().tolist()) if self._barriers else set()
        for seen, tags in self._barriers.items():
            if node_counts[seen] and int(numbers[seen]) in wanted:
                barriers.add(int(numbers[seen]), tags)
        return barriers


def is_road_or_route(tags: Mapping[str, str]) -> bool:
    """Return whether a way may be a road or a ferry."""
    return bool(tags.get("highway") or tags.get("route"))


def _read_class(tags: dict[str, str]) -> None:
    """Replace several classes by the least of them; a class that nobody knows stays as it is."""
    stated = tags.get("highway", "")
    name, _ = road_class(stated)
    if name != UNKNOWN_CLASS or UNKNOWN_CLASS in several(stated.lower()):
        tags["highway"] = name


def _way(tags: Mapping[str, str]) -> Way:
    forward, backward = directions(tags)
    return Way(
        highway=tags["highway"],
        known=tags["highway"] != UNKNOWN_CLASS,
        forward=forward,
        backward=backward,
        maxspeed=tags.get("maxspeed", ""),
        bridge=is_bridge(tags),
        name=None,
        joinable=is_joinable(tags),
        maxspeed_forward=tags.get("maxspeed:forward", ""),
        maxspeed_backward=tags.get("maxspeed:backward", ""),
    )


def _missing(runs: Runs, total: int, file: str) -> tuple[Problem, ...]:
    """Return what is told of roads that lack nodes.

    A clip lacks those beyond its border: a note, and a warning beyond `MANY_LACKING_SHARE` of the
    roads. A file whose roads have no places at all was made without nodes.
    """
    if not len(runs.lacking):
        return ()
    count = len(runs.lacking)
    values: dict[str, object] = {
        "count": count,
        "total": total,
        "share": share_text(count / total, MANY_LACKING_SHARE),
    }
    empty = np.intersect1d(runs.empty, runs.lacking)
    if len(empty) > NO_NODES_SHARE * total:
        raise refuse("network.no_nodes", file, count=len(empty), total=total)
    level: Level = "warning" if count > MANY_LACKING_SHARE * total else "note"
    return (Problem("network.clipped_ways", level, values, file, count=count),)


def _older(ways: int, nodes: int, file: str) -> tuple[Problem, ...]:
    if not ways + nodes:
        return ()
    values = {"ways": ways, "nodes": nodes}
    return (Problem("network.older_versions", "note", values, file, count=ways + nodes),)
