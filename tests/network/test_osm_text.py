"""OSM's text form: what a line says, and how little of it is done for each way."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from coverage.network.objects import Objects
from coverage.network.osm import read_osm


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    """Thirty roads in a row with the same tags, and one with a remark of its own."""
    path = tmp_path / "roads.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for i in range(32):
            writer.add_node(Node(id=i + 1, location=(112.0 + i / 1000, 28.0), version=1))
        for i in range(30):
            tags = {"highway": "residential", "source": "survey"}
            writer.add_way(Way(id=i + 1, nodes=[i + 1, i + 2], tags=tags, version=1))
        odd = {"highway": "residential", "oneway": "perhaps", "name": "北 路"}
        writer.add_way(Way(id=31, nodes=[31, 32], tags=odd, version=1))
        writer.add_way(Way(id=32, nodes=[31, 1], tags={"building": "yes"}, version=1))
    return path


def test_roads_alike_are_judged_once(roads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    judge = Objects.judge

    def counted(self: Objects, tags: dict[str, str]) -> object:
        judged.append(tags)
        return judge(self, tags)

    monkeypatch.setattr(Objects, "judge", counted)
    monkeypatch.setattr(Objects, "way", None)
    ways = read_osm(roads, "roads")
    assert len(ways.table) == 31
    assert len(judged) == 2


def test_each_road_has_its_nodes_its_name_and_its_remark(roads: Path) -> None:
    ways = read_osm(roads, "roads")
    assert ways.first.tolist() == list(range(0, 64, 2))
    assert ways.lon[ways.vertex[::2]] == pytest.approx([112.0 + i / 1000 for i in range(31)])
    assert ways.table["name"].tolist() == [None] * 30 + ["北 路"]
    assert [problem.code for problem in ways.quality] == ["network.unknown_oneway"]
