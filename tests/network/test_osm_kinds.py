"""OSM files as editors, mergers, histories and Overpass make them: what counts and what is told.

The roads are a square: 2 and 3 are joined by the direct road 1000 m (way 1, nodes 2, 8, 3) and by
the way round (way 2, nodes 2, 5, 6, 3), 3000 m. Way 3 leads on from 3 to 4.
"""

import bz2
import errno
import gzip
import itertools
import json
import math
import random
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import osmium
import osmium.osm.mutable as osm
import pytest

from coverage.network.model import Network
from coverage.network.objects import Objects
from coverage.network.osm import read_osm
from coverage.network.read import read_network
from coverage.problems import InputError
from tests.errors import input_error
from tests.examples import times
from tests.network_fixtures import county_with, degrees, kph_of, osm_xml

NODES = {
    2: (0.0, 0.0),
    8: (500.0, 0.0),
    3: (1000.0, 0.0),
    4: (1500.0, 0.0),
    5: (0.0, 1000.0),
    6: (1000.0, 1000.0),
}
WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([2, 8, 3], {"highway": "primary"}),
    ([2, 5, 6, 3], {"highway": "tertiary"}),
    ([3, 4], {"highway": "secondary"}),
]
XML = osm_xml(NODES, WAYS)
DIRECT, ROUND, NO_WAY = 1000.0, 3000.0, None


def write(folder: Path, text: str | bytes, name: str = "roads.osm") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def road_of(folder: Path, name: str = "roads.osm") -> Network:
    return read_network(county_with(folder, name, response={"speeds_kph": kph_of(60)}))


def metres(network: Network) -> float | None:
    """Return the way by road from node 2 to node 3, by networkx; None where there is none."""
    graph = nx.MultiDiGraph()
    for edge in network.edges.itertuples():
        if edge.forward:
            graph.add_edge(edge.u, edge.v, length=edge.length_m)
        if edge.backward:
            graph.add_edge(edge.v, edge.u, length=edge.length_m)
    x0 = network.node_x.min()
    y0 = network.node_y.min()
    at = {
        (round(x - x0), round(y - y0)): n
        for n, (x, y) in enumerate(zip(network.node_x, network.node_y, strict=True))
    }
    try:
        return round(nx.shortest_path_length(graph, at[0, 0], at[1000, 0], "length"), -1)
    except nx.NetworkXNoPath:
        return None


def told(network: Network) -> dict[str, int]:
    codes = {p.code: p.count for p in network.quality}
    codes.pop("network.off_main", None)
    return codes


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_osm(path, path.name)
    (problem,) = caught.value.problems
    assert problem.text("zh")
    return problem.code, problem.text("en")


def test_the_roads_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, XML)
    network = road_of(tmp_path)
    assert metres(network) == DIRECT
    assert not told(network)


# Barriers and turn restrictions


@pytest.mark.parametrize(
    ("tags", "expected", "code"),
    [
        ({"barrier": "bollard"}, ROUND, "network.barriers"),
        ({"barrier": "gate", "access": "private"}, ROUND, "network.barriers"),
        ({"barrier": "height_restrictor", "maxheight": "2"}, ROUND, "network.barriers"),
        ({"barrier": "height_restrictor"}, DIRECT, "network.unclear_barriers"),
        ({"barrier": "toll_booth"}, DIRECT, None),
        ({"barrier": "bollard", "emergency": "yes"}, DIRECT, None),
    ],
)
@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".json"])
def test_a_barrier_on_a_node_cuts_the_road(
    tmp_path: Path, tags: dict[str, str], expected: float, code: str | None, suffix: str
) -> None:
    inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    lines = [
        line.replace("/>", f">{inner}</node>") if 'node id="8"' in line else line
        for line in XML.split("\n")
    ]
    write(tmp_path, "\n".join(lines))
    convert(tmp_path / "roads.osm", tmp_path / f"roads{suffix}")
    network = road_of(tmp_path, f"roads{suffix}")
    assert metres(network) == expected
    assert told(network) == ({code: 1} if code else {})
    assert network.edges["length_m"].sum() == pytest.approx(4500, abs=0.5)  # both sides are kept
    if code == "network.barriers":
        (problem,) = [p for p in network.quality if p.code == code]
        assert "Nodes: 8." in problem.text("en")


def test_a_barrier_at_a_junction_parts_every_road_and_one_off_the_roads_none(
    tmp_path: Path,
) -> None:
    block = '<tag k="barrier" v="block"/>'
    at_3 = XML.replace(
        "</osm>",
        f'<node id="9" lat="28.5" lon="112">{block}</node>'
        '<way id="9"><nd ref="9"/><nd ref="2"/><tag k="highway" v="footway"/></way></osm>',
    )
    lines = [
        line.replace("/>", '><tag k="barrier" v="block"/></node>')
        if 'node id="3"' in line
        else line
        for line in at_3.split("\n")
    ]
    write(tmp_path, "\n".join(lines))
    ways = read_osm(tmp_path / "roads.osm", "roads.osm")
    ends = [ways.vertex[ways.first[1:] - 1].tolist(), ways.vertex[ways.first[:-1]].tolist()]
    assert len({*ends[0][:2], ends[1][2]}) == 3  # ways 1, 2 and 3 each have a node 3 of their own
    (problem,) = [p for p in ways.quality if p.code == "network.barriers"]
    assert problem.count == 1


RESTRICTION = (
    '<relation id="{id}" version="{version}"{more}><member type="way" ref="1" role="from"/>'
    '<member type="node" ref="3" role="via"/><member type="way" ref="{to}" role="to"/>'
    '<tag k="type" v="restriction"/>{tags}</relation>'
)


def restriction(number: int, to: int = 3, version: int = 1, more: str = "", **tags: str) -> str:
    inner = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return RESTRICTION.format(id=number, version=version, more=more, to=to, tags=inner)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".json"])
def test_turn_restrictions_for_cars_are_counted_and_named(tmp_path: Path, suffix: str) -> None:
    relations = [
        restriction(1, restriction="no_left_turn"),
        restriction(2, restriction="only_straight_on"),
        restriction(3, restriction="no_left_turn"),
        restriction(4, restriction__motorcar="no_u_turn"),
        restriction(5, restriction="no_left_turn", **{"except": "bus;emergency"}),
        restriction(6, restriction="no_left_turn", **{"except": "motorcar"}),
        restriction(7, restriction__hgv="no_left_turn"),
        restriction(8, to=77, restriction="no_left_turn"),  # into a way that is no road
        restriction(9, restriction="give_way"),
        restriction(11, restriction__conditional="no_left_turn @ (Mo-Fr 07:00-09:00)"),
        restriction(12, restriction__motorcar__conditional="only_right_turn @ wet"),
        restriction(13, restriction__hgv__conditional="no_left_turn @ (22:00-06:00)"),
        restriction(14, restriction__conditional="none @ (22:00-06:00)"),
        restriction(15, restriction="no_left_turn", **{"except": "psv; Motorcar"}),
        restriction(16, restriction="No_U_Turn").replace(  # by a way between both, not a node
            '"node" ref="3"', '"way" ref="2"'
        ),
        '<relation id="10"><tag k="type" v="route"/><tag k="restriction" v="no_exit"/></relation>',
    ]
    write(tmp_path, XML.replace("</osm>", "".join(relations) + "</osm>"))
    convert(tmp_path / "roads.osm", tmp_path / f"roads{suffix}")
    network = road_of(tmp_path, f"roads{suffix}")
    assert metres(network) == DIRECT
    assert told(network) == {"network.turn_restrictions": 7}
    named = next(p for p in network.quality if p.code == "network.turn_restrictions").text("en")
    assert "“no_left_turn” (2), “no_u_turn” (2), “no_left_turn @” (1)" in named
    assert "“only_right_turn @” (1), “only_straight_on” (1)" in named


def test_a_fan_of_many_roads_restrictions_and_a_barrier_at_one_node(tmp_path: Path) -> None:
    """Every road with every other would be 200 million pairs."""
    n = 20_000
    nodes = {1: (0.0, 0.0)} | {k + 2: (math.cos(k) * 500, math.sin(k) * 500) for k in range(n)}
    ways = [([1, k + 2], {"highway": "tertiary"}) for k in range(n)]
    relations = "".join(
        f'<relation id="{k}"><member type="way" ref="1" role="from"/>'
        '<member type="node" ref="1" role="via"/>'
        f'<member type="way" ref="{k + 2}" role="to"/>'
        '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>'
        for k in range(n - 1)
    )
    text = osm_xml(nodes, ways).replace("</osm>", relations + "</osm>")
    write(tmp_path, text)
    network = road_of(tmp_path)
    assert len(network.edges) == n
    assert told(network)["network.turn_restrictions"] == n - 1
    barrier = '<tag k="barrier" v="block"/></node>'
    write(tmp_path, re.sub(r'(<node id="1" [^>]*)/>', r"\1>" + barrier, text))
    assert road_of(tmp_path).note.components == n


# Versions


def history(*extra: str) -> str:
    return XML.replace("</osm>", "".join(extra) + "</osm>")


def one_way(version: int, refs: list[int], tags: str = "primary", more: str = "") -> str:
    inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    inner += f'<tag k="highway" v="{tags}"/>' if tags else ""
    return f'<way id="1" version="{version}"{more}>{inner}</way>'


GONE = ' visible="false"'
VERSIONS = [
    ([one_way(2, [], "", GONE)], ROUND, 2),  # the newest is deleted: none of both is used
    ([one_way(2, [2, 8, 3], "footway")], ROUND, 1),  # no road any more
    ([one_way(2, [2, 8])], ROUND, 1),  # shorter
    ([one_way(2, [], "", GONE), one_way(3, [2, 8, 3])], DIRECT, 2),  # deleted and come back
    ([one_way(2, [2, 8, 3], "building")], ROUND, 1),
    ([one_way(2, [2, 8, 3], "")], ROUND, 1),  # without any tag
    (['<way id="1" action="delete"/>'], ROUND, 2),
    (['<node id="8" version="2" visible="false"/>'], ROUND, 2),
    (['<node id="8" action="delete" lat="28" lon="112"/>'], ROUND, 2),
]


@pytest.mark.parametrize(("extra", "expected", "unused"), VERSIONS)
@pytest.mark.parametrize("suffix", [".osm", ".osh.pbf"])
def test_of_several_versions_the_newest_counts(
    tmp_path: Path, extra: list[str], expected: float, unused: int, suffix: str
) -> None:
    text = XML.replace('<way id="1">', '<way id="1" version="1">')
    text = text.replace('<node id="8"', '<node id="8" version="1"')
    for place, order in enumerate(itertools.permutations(["</osm>", *extra])):
        after = "".join(one for one in order if one != "</osm>")
        root_end = text.index("\n", text.index("<osm")) + 1
        before = place % 2 == 1  # the newer versions may stand first
        mixed = (
            text[:root_end] + after + text[root_end:]
            if before
            else text.replace("</osm>", after + "</osm>")
        )
        path = write(tmp_path, mixed)
        if suffix != ".osm":
            if 'action="delete"' in mixed:
                continue  # only editors write it, in XML
            convert(path, tmp_path / f"roads{suffix}")
        network = road_of(tmp_path, f"roads{suffix}")
        found = metres(network)
        assert found == expected
        codes = told(network)
        assert codes["network.older_versions"] == unused
        assert set(codes) <= {
            "network.older_versions",
            "network.clipped_ways",
            "network.not_drivable",
        }


def test_a_node_moved_in_a_newer_version_is_where_it_is_now(tmp_path: Path) -> None:
    (lon, lat), *_ = degrees([(500.0, 400.0)])
    newer = f'<node id="8" version="7" lat="{lat:.9f}" lon="{lon:.9f}"/>'
    write(tmp_path, history(newer))
    assert metres(road_of(tmp_path)) == round(2 * (500**2 + 400**2) ** 0.5, -1)


def test_deleted_relations_are_not_told_and_equal_copies_are_one(tmp_path: Path) -> None:
    relations = [
        restriction(1, restriction="no_left_turn"),
        restriction(1, version=2, more=GONE),
        restriction(2, version=4, restriction="no_entry"),
        restriction(2, version=4, restriction="no_entry"),
    ]
    write(tmp_path, history(one_way(0, [2, 8, 3]), *relations))
    codes = told(road_of(tmp_path))
    assert codes == {"network.turn_restrictions": 1, "network.older_versions": 1}


def test_a_pbf_gives_the_same_by_way_of_text_and_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = '<node id="8" version="1" lat="28.55546" lon="111.0051">'
    odd = "中 文,=%@ <\N{GRINNING FACE}>&amp;"
    bollard = f'{node}<tag k="barrier" v="bollard"/><tag k="name" v="{odd.replace("<", "&lt;")}"/>'
    text = "\n".join(
        f"{bollard}</node>" if 'node id="8"' in line else line for line in XML.split("\n")
    )
    text = text.replace('ref="6"', 'ref="66"').replace('ref="3"', 'ref="-3"')
    text = text.replace('<node id="3"', '<node id="-3"')
    convert(write(tmp_path, text), tmp_path / "roads.osm.pbf")
    by_text = read_osm(tmp_path / "roads.osm.pbf", "r")

    def no_room(path: Path, objects: Objects) -> None:
        objects.way(1, 1, {"highway": "primary"}, lambda: [1, 2])
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("coverage.network.osm.read_pbf_as_text", no_room)
    alone = read_osm(tmp_path / "roads.osm.pbf", "r")
    assert alone.table.equals(by_text.table)
    assert alone.quality == by_text.quality
    assert len(by_text.quality) == 2
    assert alone.dropped == by_text.dropped
    for name in ("vertex", "first", "lon", "lat"):
        assert getattr(alone, name).tolist() == getattr(by_text, name).tolist()


def test_the_nodes_of_a_pbf_do_not_come_to_python_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(write(tmp_path, XML), tmp_path / "roads.osm.pbf")

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Objects, "node", never)
    assert metres(road_of(tmp_path, "roads.osm.pbf")) == DIRECT


def test_names_and_roles_come_whole_out_of_the_text(tmp_path: Path) -> None:
    odd = "中 文,=%@ \N{GRINNING FACE}n1 x"
    text = XML.replace('v="primary"/>', f'v="primary"/><tag k="name" v="{odd}"/>', 1)
    assert odd in text
    convert(write(tmp_path, text), tmp_path / "roads.osm.pbf")
    assert odd in read_osm(tmp_path / "roads.osm.pbf", "r").table["name"].tolist()


def test_a_way_in_two_versions_in_a_pbf(tmp_path: Path) -> None:
    moved = '<node id="8" version="2" visible="false"/>' + one_way(2, [2, 8, 3])
    convert(write(tmp_path, history(moved)), tmp_path / "roads.osm.pbf")
    assert metres(road_of(tmp_path, "roads.osm.pbf")) == ROUND


# What stands where the nodes should


def without_nodes(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if "<node" not in line)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".json"])
def test_ways_without_their_nodes_are_refused_with_the_cause(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, without_nodes(XML))
    convert(tmp_path / "roads.osm", tmp_path / f"roads{suffix}")
    code, text = refused(tmp_path / f"roads{suffix}")
    assert code == "network.no_nodes"
    assert "3 of 3 roads" in text
    assert "out geom" in text


def test_half_of_the_roads_may_lack_their_nodes(tmp_path: Path) -> None:
    more = [([70 + i, 71 + i], {"highway": "tertiary"}) for i in range(3)]
    write(tmp_path, osm_xml(NODES, [*WAYS, *more]))
    assert told(road_of(tmp_path)) == {"network.clipped_ways": 3}
    write(tmp_path, osm_xml(NODES, [*WAYS, *more, *more[:1]]))
    assert refused(tmp_path / "roads.osm")[0] == "network.no_nodes"


@pytest.mark.parametrize(("whole", "level"), [(99, "note"), (98, "warning")])
def test_a_clip_is_a_note_and_more_than_one_in_a_hundred_a_warning(
    tmp_path: Path, whole: int, level: str
) -> None:
    ways = [([2, 3], {"highway": "tertiary"})] * whole + [([3, 4, 77], {"highway": "tertiary"})]
    (problem,) = read_osm(write(tmp_path, osm_xml(NODES, ways)), "roads.osm").quality
    assert (problem.code, problem.level, problem.count) == ("network.clipped_ways", level, 1)


def test_places_in_the_ways_of_a_pbf(tmp_path: Path) -> None:
    target = tmp_path / "roads.osm.pbf"
    place = {node: degrees([xy])[0] for node, xy in NODES.items()}
    with osmium.SimpleWriter(osmium.io.File(str(target), "pbf,locations_on_ways=true")) as writer:
        write(tmp_path, XML)
        for thing in osmium.FileProcessor(str(tmp_path / "roads.osm")).with_locations():
            if isinstance(thing, osmium.osm.Way):
                writer.add(thing)
    ways = read_osm(target, target.name)
    assert len(ways.lon) == len(NODES)
    assert sorted(ways.lon) == pytest.approx(sorted(lon for lon, _ in place.values()), abs=1e-7)
    assert sorted(ways.lat) == pytest.approx(sorted(lat for _, lat in place.values()), abs=1e-7)
    assert metres(road_of(tmp_path, target.name)) == DIRECT


def out_geom(text: str, *, with_ref: bool) -> str:
    for node, xy in NODES.items():
        lon, lat = degrees([xy])[0]
        ref = f'ref="{node}" ' if with_ref else ""
        text = text.replace(f'<nd ref="{node}"/>', f'<nd {ref}lat="{lat:.7f}" lon="{lon:.7f}"/>')
    return without_nodes(text)


@pytest.mark.parametrize("with_ref", [True, False])
def test_places_in_the_ways_of_overpass_xml(tmp_path: Path, with_ref: bool) -> None:
    member = '<member type="way" ref="1" role=""><nd lat="1" lon="1"/></member>'
    relation = f'<relation id="1"><bounds/>{member}</relation></osm>'
    write(tmp_path, out_geom(XML, with_ref=with_ref).replace("</osm>", relation))
    network = road_of(tmp_path)
    assert metres(network) == DIRECT
    assert not told(network)


def overpass(text: str, *, geometry: bool, nodes: bool) -> dict[str, Any]:
    """Return the answer that Overpass would give in JSON."""
    content = parsed(text)
    place = {one["id"]: one for one in content if one["type"] == "node"}
    elements = []
    for one in content:
        if one["type"] == "way" and geometry:
            one["geometry"] = [
                {"lat": place[n]["lat"], "lon": place[n]["lon"]} if n in place else None
                for n in one["nodes"]
            ]
            if not nodes:
                del one["nodes"]
        if one["type"] != "node" or not geometry:
            elements.append(one)
    return {"version": 0.6, "generator": "Overpass API", "elements": elements}


@pytest.mark.parametrize(("geometry", "nodes"), [(False, True), (True, True), (True, False)])
@pytest.mark.parametrize("name", ["roads.json", "roads.geojson", "roads.osm"])
def test_overpass_json(tmp_path: Path, geometry: bool, nodes: bool, name: str) -> None:
    write(tmp_path, json.dumps(overpass(XML, geometry=geometry, nodes=nodes)), name)
    network = road_of(tmp_path, name)
    assert metres(network) == DIRECT
    assert not told(network)


@pytest.mark.parametrize("nodes", [True, False])
def test_overpass_geometry_outside_the_box_is_a_cut(tmp_path: Path, nodes: bool) -> None:
    answer = overpass(XML.replace('<node id="8"', '<node id="88"'), geometry=True, nodes=nodes)
    write(tmp_path, json.dumps(answer), "roads.json")
    network = road_of(tmp_path, "roads.json")
    assert metres(network) == ROUND
    assert told(network) == {"network.clipped_ways": 1}


TIMEOUT = 'runtime error: Query timed out in "query" at line 4 after 26 seconds.'


@pytest.mark.parametrize("remark", [TIMEOUT, "runtime error: Query run out of memory"])
def test_an_answer_that_overpass_broke_off_is_refused(tmp_path: Path, remark: str) -> None:
    xml = write(tmp_path, XML.replace("</osm>", f"<remark> {remark} </remark>\n</osm>"))
    answer = {**overpass(XML, geometry=True, nodes=True), "remark": remark}
    as_json = write(tmp_path, json.dumps(answer), "roads.json")
    empty = write(tmp_path, json.dumps({"elements": [], "remark": remark}), "empty.json")
    for path in (xml, as_json, empty):
        code, text = refused(path)
        assert code == "network.overpass_failed"
        assert remark[:40] in text


def test_another_remark_is_told(tmp_path: Path) -> None:
    write(tmp_path, XML.replace("</osm>", "<remark>runtime remark: old data</remark></osm>"))
    network = road_of(tmp_path)
    assert metres(network) == DIRECT
    assert told(network) == {"network.overpass_remark": 1}


# Names, versions of the format, and classes


@pytest.mark.parametrize("root", ["<osm>", '<osm version="1">', '<osm version="0.5">'])
def test_the_version_of_the_root_does_not_matter(tmp_path: Path, root: str) -> None:
    write(tmp_path, XML.replace('<osm version="0.6">', root))
    assert metres(road_of(tmp_path)) == DIRECT


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, XML)
    convert(path, tmp_path / "x.osm.pbf")
    contents = {
        "packed.osm": gzip.compress(XML.encode()),
        "plain.osm.gz": XML.encode(),
        "other.osm.gz": bz2.compress(XML.encode()),
        "binary.osm": (tmp_path / "x.osm.pbf").read_bytes(),
        "text.osm.pbf": XML.encode(),
        "marked.osm": b"\xef\xbb\xbf" + XML.encode(),
        "wide.osm": XML.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        "history.osh": XML.encode(),
        "packed.json": gzip.compress(json.dumps(overpass(XML, geometry=True, nodes=True)).encode()),
    }
    for name, content in contents.items():
        write(tmp_path, content, name)
        assert metres(road_of(tmp_path, name)) == DIRECT, name


@pytest.mark.parametrize(
    ("highway", "expected", "dropped"),
    [
        ("primary;service", "service", None),
        ("residential; living_street", "living_street", None),
        ("Primary", "primary", None),
        ("road", "road", None),
        ("footway;residential", "residential", None),
        ("nobody_knows", None, "nobody_knows"),
        ("bus_stop;nothing", None, "bus_stop;nothing"),
        ("steps;footway", None, "footway"),
    ],
)
def test_classes(tmp_path: Path, highway: str, expected: str | None, dropped: str | None) -> None:
    ways = [*WAYS[1:], ([2, 8, 3], {"highway": highway})]
    write(tmp_path, osm_xml(NODES, ways))
    found = read_osm(tmp_path / "roads.osm", "roads.osm")
    assert found.table["highway"].tolist() == ["tertiary", "secondary", *filter(None, [expected])]
    assert found.dropped == ({dropped: 1} if dropped else {})


def test_what_tags_say_of_a_direction_and_of_doors_reaches_the_table(tmp_path: Path) -> None:
    tags = {"highway": "trunk", "maxspeed:forward": "40", "maxspeed:backward": "20"}
    private = {"highway": "service", "access": "private", "emergency": "yes", "oneway": "T"}
    write(tmp_path, osm_xml(NODES, [([2, 3], tags), ([3, 4], private)]))
    found = read_osm(tmp_path / "roads.osm", "roads.osm")
    assert found.table["maxspeed_forward"].tolist() == ["40", ""]
    assert found.table["maxspeed_backward"].tolist() == ["20", ""]
    assert found.table["joinable"].tolist() == [True, False]
    assert [p.code for p in found.quality] == ["network.unknown_oneway"]


# Damage


def convert(source: Path, target: Path) -> None:
    """Write the objects of an XML file in the format that the target's name says."""
    text = source.read_text(encoding="utf-8")
    if target.suffix == ".json":
        answer = {"elements": parsed(text)}
        target.write_text(json.dumps(answer), encoding="utf-8")
    elif target != source:
        target.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(target)) as writer:
            for one in parsed(text):
                add(writer, one)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the objects of OSM XML as Overpass's JSON has them."""
    found = []
    for element in ElementTree.fromstring(text.encode()):
        one: dict[str, Any] = {"type": element.tag, "id": int(element.attrib["id"])}
        if "version" in element.attrib:
            one["version"] = int(element.attrib["version"])
        one |= {key: float(element.attrib[key]) for key in ("lat", "lon") if key in element.attrib}
        one["tags"] = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag")}
        one["visible"] = element.attrib.get("visible") != "false"
        if element.tag == "way":
            one["nodes"] = [int(nd.attrib["ref"]) for nd in element.iter("nd")]
        if element.tag == "relation":
            one["members"] = [
                {**member.attrib, "ref": int(member.attrib["ref"])}
                for member in element.iter("member")
            ]
        found.append(one)
    return found


def add(writer: osmium.SimpleWriter, one: dict[str, Any]) -> None:
    common = {
        "id": one["id"],
        "version": one.get("version", 0),
        "visible": one["visible"],
        "tags": one["tags"],
    }
    if one["type"] == "node":
        place = osmium.osm.Location(one["lon"], one["lat"]) if "lon" in one else None
        writer.add_node(osm.Node(location=place, **common))
    elif one["type"] == "way":
        writer.add_way(osm.Way(nodes=one["nodes"], **common))
    else:
        members = [(m["type"][0], m["ref"], m["role"]) for m in one["members"]]
        writer.add_relation(osm.Relation(members=members, **common))


FORMS: dict[str, Callable[[Path], bytes]] = {
    "roads.osm": lambda _: XML.encode(),
    "roads.osm.gz": lambda _: gzip.compress(XML.encode()),
    "roads.osm.bz2": lambda _: bz2.compress(XML.encode()),
    "roads.osm.pbf": lambda folder: as_pbf(folder),
    "roads.json": lambda _: json.dumps(overpass(XML, geometry=True, nodes=True)).encode(),
}


def as_pbf(folder: Path) -> bytes:
    path = write(folder, XML, "whole.osm")
    convert(path, folder / "whole.osm.pbf")
    return (folder / "whole.osm.pbf").read_bytes()


def blob_ends(content: bytes) -> set[int]:
    """Return where the blobs of a PBF end: cut there, no byte tells that there was more."""
    ends, at = set(), 0
    with_size = 3  # a BlobHeader's last field is datasize: 0x18, then a varint
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        header = content[at + 4 : at + 4 + length]
        field = header.rindex(b"\x18", 0)
        size = shift = 0
        for byte in header[field + 1 :]:
            size |= (byte & 127) << shift
            shift += 7
        at += 4 + length + size
        ends.add(at)
    assert len(ends) >= with_size
    return ends


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_is_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    whole = FORMS[name](tmp_path)
    ends = blob_ends(whole) if name.endswith(".pbf") else set()
    at_end = len(whole.rstrip()) if name == "roads.osm" else len(whole)
    for size in {*range(0, at_end, max(at_end // 60, 1)), at_end - 1} - ends:
        path = write(tmp_path, whole[:size], name)
        with pytest.raises(InputError):
            read_network(county_with(tmp_path, name))
        assert refused(path)[0] in {
            *("network.breaks_off", "network.not_osm", "network.osm_value"),
            *("county.unreadable", "network.no_elements"),
        }


def test_a_pbf_that_ends_within_the_header_of_a_block_is_refused(tmp_path: Path) -> None:
    """The sizes of its blocks were sought beyond the end of the file, for ever."""
    path = write(tmp_path, b"\x00\x00\x01\x00\x0a\x09OSMHeader", "roads.osm.pbf")
    assert refused(path)[0] == "county.unreadable"


def test_a_pbf_cut_before_its_ways_has_no_road(tmp_path: Path) -> None:
    """What is cut off at the border of a blob leaves no trace, but nodes stand before ways."""
    whole = as_pbf(tmp_path)
    for size in sorted(blob_ends(whole))[:2]:
        write(tmp_path, whole[:size], "roads.osm.pbf")
        with input_error("no road"):
            road_of(tmp_path, "roads.osm.pbf")


@pytest.mark.parametrize("name", FORMS)
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, name: str, example_seed: int) -> None:
    whole = FORMS[name](tmp_path)
    chance = random.Random(example_seed)
    refusals = 0
    for _ in range(80 * times()):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 1, 3, 20])):
            content[chance.randrange(len(content))] = chance.choice(b'\x00\xff<>"09-.en{')
        write(tmp_path, bytes(content), name)
        try:
            road_of(tmp_path, name)
        except InputError:
            refusals += 1  # anything else that is raised fails the test
    assert refusals


@pytest.mark.parametrize("out", ["ids", "tags", "tags center"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_an_answer_without_geometry_is_told_as_one(tmp_path: Path, out: str, form: str) -> None:
    elements, lines = [], []
    for number in range(3):
        element: dict[str, Any] = {"type": "way", "id": number + 1}
        inside = ""
        if "center" in out:
            element["center"] = {"lat": 28.6, "lon": 112.2}
            inside += '<center lat="28.6" lon="112.2"/>'
        if "tags" in out:
            element["tags"] = {"highway": "primary"}
            inside += '<tag k="highway" v="primary"/>'
        elements.append(element)
        lines.append(f'<way id="{number + 1}">{inside}</way>')
    xml = f'<osm version="0.6">{"".join(lines)}</osm>'
    path = write(tmp_path, json.dumps({"elements": elements}) if form == "json" else xml)
    with pytest.raises(InputError) as told_of:
        read_osm(path, "roads.osm")
    (problem,) = told_of.value.problems
    assert problem.code == "network.no_geometry"
    assert "out geom;" in problem.text("en")
    assert "3 of 3" in problem.text("en")


@pytest.mark.parametrize(
    "text",
    [
        '{"elements": [{"type": "count", "id": 0, "tags": {"ways": "3", "total": "3"}}]}',
        '<osm version="0.6"><count id="0"><tag k="total" v="3"/></count></osm>',
        '<osm version="0.6"><count total="3"/></osm>',
    ],
)
def test_an_answer_that_only_counts_is_told_as_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as told_of:
        read_osm(write(tmp_path, text), "roads.osm")
    assert [p.code for p in told_of.value.problems] == ["network.only_counted"]
