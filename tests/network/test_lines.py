"""Line layers and OSMnx graphs."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely

from coverage.county.datum import gcj02_from_wgs84
from coverage.county.model import County
from coverage.county.sources import Source
from coverage.crs import WGS84
from coverage.network.lines import read_lines
from coverage.network.model import Network
from coverage.network.read import read_network
from coverage.problems import InputError
from tests.network_fixtures import CRS_M, ORIGIN, county_with, osm_xml

Path2 = list[tuple[float, float]]


def layer(lines: list[Path2 | list[Path2]], **columns: object) -> gpd.GeoDataFrame:
    """Return lines (several paths make a multi-line) at metric places."""

    def moved(path: Path2) -> np.ndarray:
        return np.asarray(path, dtype=float) + ORIGIN

    geometry = [
        shapely.MultiLineString([moved(part) for part in line])  # type: ignore[arg-type]
        if isinstance(line[0], list)
        else shapely.LineString(moved(line))  # type: ignore[arg-type]
        for line in lines
    ]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS_M)


def read(folder: Path, roads: str | dict[str, str], **options: object) -> Network:
    return read_network(county_with(folder, roads, **options))  # type: ignore[arg-type]


def problem_of(county: County) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_network(county)
    (problem,) = caught.value.problems
    return problem.code, problem.text("en") + problem.text("zh")


CROSS: list[Path2 | list[Path2]] = [
    [(0, 0), (500, 0), (1000, 0)],
    [(1000, 0.004), (1000, 800)],  # 4 mm off: one junction
    [(500, -300), (500, 300)],  # crosses the first without a shared end: no junction
    [(1000, 801.5), (1500, 800)],  # 1.5 m off: no junction
]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_lines_join_at_shared_ends_only(tmp_path: Path, suffix: str) -> None:
    table = layer(
        CROSS,
        highway=["primary", "tertiary", "tertiary", "residential"],
        oneway=["yes", "-1", None, "no"],
        maxspeed=["20", None, "40 mph", "x"],
        name=["A", None, "", "D"],
    )
    table = table if suffix == ".shp" else table.to_crs(WGS84)
    table.to_file(tmp_path / f"roads{suffix}")
    network = read(tmp_path, f"roads{suffix}")
    edges = network.edges
    assert network.note.components == 3
    assert edges["component"].tolist() == [1, 1, 0, 2]  # the first may not be driven round
    assert edges["name"].tolist() == ["A", None, None, "D"]
    assert edges["speed_forward_kph"].tolist() == [20.0, 27.0, 27.0, 18.0]
    assert edges[["forward", "backward"]].to_numpy().tolist() == [
        [True, False],
        [True, False],
        [True, True],
        [True, True],
    ]
    assert edges.geometry[1].coords[0][1] > edges.geometry[1].coords[-1][1]
    assert edges["length_m"].tolist() == pytest.approx([1000, 800, 600, 500], abs=0.02)
    told = {p.code: p for p in network.quality}
    assert set(told) == {
        "network.off_main",
        "network.maxspeed_ignored",
        "network.crossings_apart",
        "network.near_ends",
    }
    assert told["network.crossings_apart"].count == 1
    assert told["network.near_ends"].count == 2  # both ends beside the gap


def test_an_end_on_a_vertex_of_another_line_joins_and_multi_lines_are_taken_apart(
    tmp_path: Path,
) -> None:
    lines: list[Path2 | list[Path2]] = [
        [(0, 0), (500, 0), (1000, 0)],
        [[(500, 0), (500, 700)], [(500, 700), (900, 700)]],
    ]
    layer(lines, highway=["primary", "primary"]).to_file(tmp_path / "roads.gpkg")
    network = read(tmp_path, "roads.gpkg")
    assert network.note.components == 1
    assert network.note.nodes == 4
    assert sorted(network.edges["length_m"]) == pytest.approx([500, 500, 1100], abs=0.01)


def test_chinese_columns_and_classes_in_gb18030(tmp_path: Path) -> None:
    lines: list[Path2 | list[Path2]] = [[(0, 900.0 * i), (1000, 900.0 * i)] for i in range(5)]
    table = layer(
        lines,
        道路等级=["国道", "县道", "村道", "高速公路", "步行街"],
        单行=["否", "是", None, None, None],
        限速=[60, 0, 0, 0, 0],
    )
    table.to_file(tmp_path / "roads.shp", encoding="gb18030")
    (tmp_path / "roads.cpg").unlink()
    network = read(tmp_path, "roads.shp", response={"speeds_kph": {"trunk": 100}})
    edges = network.edges
    assert edges["highway"].tolist() == ["trunk", "secondary", "unclassified", "motorway"]
    assert edges["speed_forward_kph"].tolist() == [60.0, 33.0, 17.0, 93.0]
    assert edges["backward"].tolist() == [True, False, True, False]  # a motorway is one-way
    assert network.note.dropped == {"pedestrian": 1}


def test_classes_nobody_knows_are_road_and_named(tmp_path: Path) -> None:
    lines: list[Path2 | list[Path2]] = [[(0, 900.0 * i), (1000, 900.0 * i)] for i in range(5)]
    table = layer(lines, highway=["primary", "机耕道<b>", None, "road", "footway"])
    table.to_file(tmp_path / "roads.geojson")
    network = read(tmp_path, "roads.geojson")
    assert network.edges["highway"].tolist() == ["primary", "road", "road", "road"]
    assert network.edges["speed_forward_kph"].tolist()[1:] == [18.0] * 3
    assert network.note.unknown_class_share == pytest.approx(0.75, abs=1e-6)
    assert network.note.dropped == {"footway": 1}
    named = next(p for p in network.quality if p.code == "network.unknown_classes")
    assert named.count == 3
    assert "机耕道" in named.text("zh")


def test_shifted_datums_and_epsg_codes_are_undone(tmp_path: Path) -> None:
    table = layer(CROSS[:1], highway=["primary"])
    straight = tmp_path / "straight.geojson"
    table.to_crs(WGS84).to_file(straight)

    def shift(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(gcj02_from_wgs84(xy[:, 0], xy[:, 1]))

    degrees = np.asarray(table.to_crs(WGS84).geometry.array, dtype=object)
    moved = table.set_geometry(gpd.GeoSeries(shapely.transform(degrees, shift), crs=WGS84))
    moved.to_file(tmp_path / "moved.geojson")
    table.to_file(tmp_path / "plain.shp")
    (tmp_path / "plain.prj").unlink()

    right = read(tmp_path, "straight.geojson").edges.geometry[0]
    apart = read(tmp_path, "moved.geojson").edges.geometry[0]
    again = read(tmp_path, {"path": "moved.geojson", "datum": "gcj02"}).edges.geometry[0]
    told = read(tmp_path, {"path": "plain.shp", "datum": "EPSG:4546"}).edges.geometry[0]
    assert shapely.distance(shapely.Point(right.coords[0]), shapely.Point(apart.coords[0])) > 100
    assert shapely.hausdorff_distance(right, again) < 0.01
    assert shapely.hausdorff_distance(right, told) < 0.01
    assert problem_of(county_with(tmp_path, "plain.shp"))[0] == "network.no_crs"


def test_which_layer(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    layer(CROSS[:1], highway=["primary"]).to_file(path, layer="roads")
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(ORIGIN)], crs=CRS_M)
    points.to_file(path, layer="signs")
    assert len(read(tmp_path, "roads.gpkg").edges) == 1  # the one layer of lines
    layer(CROSS[1:2], highway=["tertiary"]).to_file(path, layer="old")
    code, text = problem_of(county_with(tmp_path, "roads.gpkg"))
    assert code == "network.which_layer"
    assert "roads, signs, old" in text
    found = read(tmp_path, {"path": "roads.gpkg", "layer": "old"})
    assert found.edges["highway"].tolist() == ["tertiary"]
    nameless = county_with(tmp_path, {"path": "roads.gpkg", "layer": "rads"})
    assert problem_of(nameless)[0] == "network.which_layer"


def test_layers_that_cannot_be_used(tmp_path: Path) -> None:
    layer(CROSS[:1], klass=["primary"]).to_file(tmp_path / "column.gpkg")
    code, text = problem_of(county_with(tmp_path, "column.gpkg"))
    assert (code, "klass" in text) == ("network.no_highway_column", True)

    layer(CROSS[:1], highway=["footway"]).to_file(tmp_path / "walk.gpkg")
    code, text = problem_of(county_with(tmp_path, "walk.gpkg"))
    assert (code, "footway 1" in text) == ("network.no_drivable_road", True)

    points = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[shapely.Point(0, 0)], crs=CRS_M)
    points.to_file(tmp_path / "points.geojson")
    code, text = problem_of(county_with(tmp_path, "points.geojson"))
    assert (code, "not_a_line 1" in text) == ("network.no_drivable_road", True)

    (tmp_path / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    assert problem_of(county_with(tmp_path, "empty.geojson"))[0] in {
        "network.no_highway_column",
        "network.no_drivable_road",
        "county.unreadable",
    }
    secret = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd'
    (tmp_path / "vrt.geojson").write_text(secret)
    (tmp_path / "vrt.shp").write_text(secret)
    (tmp_path / "vrt.gpkg").write_text(secret)
    (tmp_path / "half.geojson").write_text('{"type": "FeatureCollection", "features": [{"ty')
    codes = {
        "vrt.geojson": "county.json_broken",
        "vrt.shp": "county.not_what_it_says",
        "vrt.gpkg": "county.not_what_it_says",
        "half.geojson": "county.json_broken",
    }
    for name, code in codes.items():
        assert problem_of(county_with(tmp_path, name))[0] == code
    (tmp_path / "roads.kml").write_text("<kml/>")
    assert problem_of(county_with(tmp_path, "roads.kml"))[0] == "network.unknown_format"


def osmnx_file(folder: Path, *, simplify: bool) -> Path:
    nodes = {
        1: (0.0, 0.0),
        2: (500.0, 60.0),
        3: (1000.0, 0.0),
        4: (1000.0, 800.0),
        5: (500.0, 800.0),
        6: (0.0, 800.0),
    }
    ways = [
        ([1, 2, 3], {"highway": "primary", "maxspeed": "30"}),
        ([3, 4], {"highway": "tertiary", "oneway": "yes", "bridge": "yes"}),
        ([4, 5, 6], {"highway": "tertiary"}),
        ([6, 1], {"highway": "residential", "oneway": "-1"}),
        ([2, 5], {"highway": "residential", "name": "中路"}),
    ]
    (folder / "roads.osm").write_text(osm_xml(nodes, ways), encoding="utf-8")
    graph = osmnx.graph_from_xml(folder / "roads.osm", simplify=simplify, retain_all=True)
    osmnx.save_graphml(graph, folder / "roads.graphml")
    return folder / "roads.graphml"


@pytest.mark.filterwarnings("ignore")  # what OSMnx says of XML files
@pytest.mark.parametrize("simplify", [True, False])
def test_a_graph_of_osmnx_is_the_same_network(tmp_path: Path, simplify: bool) -> None:
    osmnx_file(tmp_path, simplify=simplify)
    from_osm = read(tmp_path, "roads.osm").edges
    from_graph = read(tmp_path, "roads.graphml").edges
    columns = ["highway", "forward", "backward", "bridge", "speed_forward_kph"]
    assert (
        from_osm.sort_values([*columns, "length_m"])[columns].to_numpy().tolist()
        == from_graph.sort_values([*columns, "length_m"])[columns].to_numpy().tolist()
    )
    left, right = from_osm["length_m"].sort_values(), from_graph["length_m"].sort_values()
    assert left.tolist() == pytest.approx(right.tolist(), abs=0.02)
    assert "中路" in from_graph["name"].tolist()
    one_way = from_graph[~from_graph["backward"]].set_index("highway").geometry
    assert one_way["tertiary"].coords[0][1] < one_way["tertiary"].coords[-1][1]
    assert one_way["residential"].coords[0][1] < one_way["residential"].coords[-1][1]


def test_a_graph_in_metres_with_mixed_classes(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4546")
    graph.add_node(1, x=ORIGIN[0], y=ORIGIN[1])
    graph.add_node(2, x=ORIGIN[0] + 1000, y=ORIGIN[1])
    graph.add_edge(1, 2, highway="['primary', 'residential']", maxspeed="['40', '15']")
    graph.add_edge(2, 1, highway="['primary', 'residential']", maxspeed="['40', '15']")
    graph.add_edge(
        1,
        2,
        highway="whatever",
        geometry=f"LINESTRING ({ORIGIN[0]} {ORIGIN[1]}, "
        f"{ORIGIN[0] + 500} {ORIGIN[1] + 400}, {ORIGIN[0] + 1000} {ORIGIN[1]})",
    )
    graph.add_edge(1, 2, highway="footway")
    nx.write_graphml(graph, tmp_path / "roads.graphml")
    network = read(tmp_path, "roads.graphml")
    assert network.edges["highway"].tolist() == ["residential", "road"]
    assert network.edges["speed_forward_kph"].tolist() == [15.0, 18.0]
    assert network.edges["backward"].tolist() == [True, False]
    assert network.note.dropped == {"footway": 1}
    assert "whatever" in next(
        p.text("en") for p in network.quality if p.code == "network.unknown_classes"
    )


def test_lists_of_osmnx_pair_in_any_order(tmp_path: Path) -> None:
    """OSMnx writes what it joined in the order of a set: not alike there and back."""
    graph = nx.MultiDiGraph(crs="EPSG:4546")
    graph.add_node(1, x=ORIGIN[0], y=ORIGIN[1])
    graph.add_node(2, x=ORIGIN[0] + 1000, y=ORIGIN[1])
    classes, names, limits = ["primary", "trunk"], ["甲路", "乙路"], ["40", "60"]
    for tail, head, step in ((1, 2, 1), (2, 1, -1)):
        graph.add_edge(
            tail,
            head,
            highway=str(classes[::step]),
            name=str(names[::step]),
            maxspeed=str(limits[::step]),
        )
    nx.write_graphml(graph, tmp_path / "roads.graphml")
    edges = read(tmp_path, "roads.graphml").edges
    assert edges[["highway", "forward", "backward"]].to_numpy().tolist() == [
        ["primary", True, True]
    ]


def test_lists_of_osmnx_in_a_line_layer(tmp_path: Path) -> None:
    lines = layer(
        [[(0, 0), (1000, 0)], [(0, 0), (0, 800)]],
        highway=["['residential', 'primary']", "['footway', 'path']"],
        maxspeed=["['30', '15']", None],
    )
    lines.to_file(tmp_path / "roads.gpkg")
    network = read(tmp_path, "roads.gpkg")
    assert network.edges["highway"].tolist() == ["residential"]
    assert network.edges["speed_forward_kph"].tolist() == [15.0]
    assert network.note.dropped == {"footway": 1}
    assert not [p for p in network.quality if p.code == "network.unknown_classes"]


@pytest.mark.parametrize(
    ("words", "driven", "told"),
    [
        (["T", "F", None], ["east", "both", "both"], True),
        (["t", "T", "T"], ["east", "east", "east"], True),
        (["T", "F", "B"], ["west", "east", "both"], False),
        (["no", "yes", "-1"], ["both", "east", "west"], False),
    ],
)
def test_t_and_f_are_true_and_false_unless_b_stands_beside_them(
    tmp_path: Path, words: list[str | None], driven: list[str], told: bool
) -> None:
    """Geofabrik's T is against the drawing, here eastward: an edge then runs west."""
    drawn = [[(0, 200 * i), (1000, 200 * i)] for i in range(3)]
    layer(drawn, highway=["primary"] * 3, oneway=words).to_file(tmp_path / "roads.gpkg")
    network = read(tmp_path, "roads.gpkg")
    found = {}
    for edge in network.edges.itertuples():
        (x, y), *_, (end, _) = edge.geometry.coords
        found[y] = "both" if edge.backward else "east" if end > x else "west"
    assert [found[y] for y in sorted(found)] == driven
    assert told == any(p.code == "network.oneway_true_false" for p in network.quality)


def test_a_shapefile_cuts_the_names_of_columns(tmp_path: Path) -> None:
    drawn = [[(0, 0), (1000, 0)], [(0, 0), (0, 800)]]
    columns = {"highway": ["primary"] * 2, "motor_vehi": ["no", "yes"]}
    layer(drawn, **columns).to_file(tmp_path / "roads.shp", encoding="utf-8")
    network = read(tmp_path, "roads.shp")
    assert len(network.edges) == 1
    assert network.note.dropped == {"access": 1}


GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('<!DOCTYPE g [<!ENTITY a "x">]><graphml/>', "network.xml_doctype"),
        ("<graphml", "network.breaks_off"),
        ("not xml", "network.breaks_off"),
        (
            f'{GRAPH}<node id="1"/></graph></graphml>',
            "network.graphml_no_places",
        ),
        (
            f"{GRAPH}</graph></graphml>",
            "network.no_drivable_road",
        ),
    ],
)
def test_graphs_that_cannot_be_used(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "roads.graphml").write_text(content)
    assert problem_of(county_with(tmp_path, "roads.graphml"))[0] == code


def test_grades_of_bureaus(tmp_path: Path) -> None:
    """By the technical grade where it is known, else by who keeps the road."""
    lines: list[Path2 | list[Path2]] = [[(0, 900.0 * i), (1000, 900.0 * i)] for i in range(8)]
    table = layer(
        lines,
        技术等级=["高速", "一级", "二级公路", "三级", "四级", "等外", None, ""],
        行政等级=["国道", "国道", "省道", "县道", "乡道", "村道", "国道", "乡道"],
    )
    table.to_file(tmp_path / "roads.shp", encoding="gb18030")
    (tmp_path / "roads.cpg").unlink()
    network = read(tmp_path, "roads.shp")
    by_grade = ["motorway", "primary", "secondary", "tertiary", "tertiary", "residential"]
    assert network.edges["highway"].tolist() == [*by_grade, "trunk", "tertiary"]
    told = next(p for p in network.quality if p.code == "network.class_columns")
    assert (told.count, "技术等级" in told.text("zh"), "行政等级" in told.text("en")) == (
        2,
        True,
        True,
    )
    table.drop(columns="技术等级").to_file(tmp_path / "kept.gpkg")
    network = read(tmp_path, "kept.gpkg")
    assert network.edges["highway"].tolist()[:4] == ["trunk", "trunk", "primary", "secondary"]


def test_directions_of_arcgis(tmp_path: Path) -> None:
    lines: list[Path2 | list[Path2]] = [[(0, 900.0 * i), (1000, 900.0 * i)] for i in range(5)]
    words = ["FT", "tf", "B", "", "N"]  # N: in neither direction
    layer(lines, highway=["primary"] * 5, oneway=words).to_file(tmp_path / "roads.gpkg")
    network = read(tmp_path, "roads.gpkg")
    assert network.edges[["forward", "backward"]].to_numpy().tolist() == [
        [True, False],
        [True, False],
        [True, True],
        [True, True],
    ]
    xs = [line.coords[0][0] < line.coords[-1][0] for line in network.edges.geometry]
    assert xs == [True, False, True, True]
    assert network.note.dropped == {"access": 1}
    layer(lines[:2], highway=["primary"] * 2, oneway=["Y", "N"]).to_file(tmp_path / "yes.gpkg")
    network = read(tmp_path, "yes.gpkg")
    assert network.edges["backward"].tolist() == [False, True]


@pytest.mark.parametrize("suffix", ["geojson", "shp", "gpkg"])
def test_roads_without_geometry_are_told_with_their_rows(tmp_path, suffix):
    """A third road of no use has none either: nobody misses it."""
    lines = [shapely.LineString([(112.3, 28.6), (112.31, 28.6)]), None, shapely.LineString(), None]
    classes = ["primary", "secondary", "tertiary", "footway"]
    layer = gpd.GeoDataFrame({"highway": classes}, geometry=lines, crs=4326)
    path = tmp_path / f"roads.{suffix}"
    layer.to_file(path, engine="pyogrio")
    ways = read_lines(path, Source(path=path.name), CRS_M)
    (problem,) = [p for p in ways.quality if p.code == "network.no_line"]
    assert (problem.level, problem.rows, problem.count) == ("warning", (2, 3), 2)
