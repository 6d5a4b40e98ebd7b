"""The interactive map: what is on it, that names stay text, that bytes stay the same."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from html import unescape
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from coverage.assessment.report import Report
from coverage.crs import WGS84
from coverage.messages import LANGUAGES, Language, text
from coverage.paths import ROOT
from coverage.problems import InputError
from maps import LAYERS
from maps.classes import CLASSES
from maps.drawing import drawing
from maps.interactive import interactive_map, moving_layers
from maps.layers import MAX_ROADS, choose_roads, road_lines
from maps.offline import offline_html
from maps.panels import legend_html
from maps.style import ROAD_GROUPS, SIZES, size_classes
from tests.maps_fixtures import CRS, HOSTILE, large_report, make_report, with_roads

DATA = re.compile(r"geo_json_[0-9a-f]{32}_add\((\{.*\})\);")


def render(report: Report, language: Language = "zh", layer: str = "minutes") -> str:
    before = report if layer == "change" else None
    return str(interactive_map(report, language, layer, before=before).get_root().render())


def collections(page: str) -> list[list[dict[str, Any]]]:
    return [json.loads(found)["features"] for found in DATA.findall(page)]


def villages_of(page: str) -> list[dict[str, Any]]:
    """The villages' features: the only ones that have a code."""
    (found,) = [c for c in collections(page) if c and "c" in c[0]["properties"]]
    return found


def legend(report: Report, language: Language, layer: str) -> str:
    before = report if layer == "change" else None
    drawn = drawing(report, layer, before=before)
    return unescape(unseen(legend_html(report, language, drawn)))


def unseen(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_village_has_one_marker_with_class_size_and_place(layer: str) -> None:
    report = make_report()
    features = villages_of(render(report, layer=layer))
    assert len(features) == len(report.villages)
    table = report.villages
    drawn = drawing(report, layer, before=report if layer == "change" else None).villages
    assert [f["properties"]["s"] for f in features] == drawn.of.tolist()
    assert [f["properties"]["c"] for f in features] == table["code"].tolist()
    radii = [SIZES[i].radius_px * drawn.scale for i in size_classes(table["population"])]
    assert [f["properties"]["r"] for f in features] == radii
    lon, lat = Transformer.from_crs(CRS, WGS84, always_xy=True).transform(
        table.geometry.x.to_numpy(), table.geometry.y.to_numpy()
    )
    drawn = np.array([f["geometry"]["coordinates"] for f in features])
    assert np.abs(drawn - np.column_stack([lon, lat])).max() < 1e-6


def test_a_popup_tells_all_parts_of_the_time() -> None:
    report = make_report()
    first = villages_of(render(report, "en"))[3]["properties"]
    assert first["n"] == "村4"
    assert first["v"] == [
        "村8", "1,058 people", "10.0 min", "3.0 min", "0.2 min", "6.3 min", "0.5 min",
        "10.0 min", "within the limit", "中心站",
    ]  # fmt: skip


def test_an_unreachable_village_has_no_minutes_and_no_station() -> None:
    last = villages_of(render(make_report(), "en"))[-1]["properties"]
    assert last["s"] == len(CLASSES["minutes"]) - 1
    assert last["v"][2:] == ["unreachable", "", "", "", "", "30.0 min", "beyond the limit", ""]
    assert "NaN" not in json.dumps(villages_of(render(make_report())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_layers_are_switched_in_the_readers_language(language: Language) -> None:
    page = render(make_report(), language)
    names = [text(f"maps.{key}", language) for key in ("units", "roads", "villages")]
    names.append(text("maps.group_station", language))
    switch = page[page.index("overlays :") :]
    for name in names:
        assert json.dumps(name) in switch


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", sorted(CLASSES))
def test_the_legend_says_every_class_with_its_count(layer: str, language: Language) -> None:
    report = make_report()
    told = legend(report, language, layer)
    before = report if layer == "change" else None
    counts = drawing(report, layer, before=before).villages.counts
    for entry, count in zip(CLASSES[layer], counts, strict=True):
        assert f"{entry.label.text(language)} ({count})" in told
    for group in ROAD_GROUPS:
        assert group.label.text(language) in told


def test_illustrative_data_carries_a_banner_and_real_data_none() -> None:
    assert "planner-banner" in render(make_report(illustrative=True))
    assert "planner-banner" not in render(make_report(illustrative=False))


def test_stations_without_a_place_are_not_drawn_and_others_stand_by_what_they_are() -> None:
    page = render(make_report())
    points = [f for c in collections(page) for f in c if "f" in f["properties"]]
    assert sorted(f["properties"]["f"] for f in points) == ["F0", "F1", "F2", "F3", "F4"]
    stations = [f for f in points if f["properties"]["v"][0] == text("maps.group_station", "zh")]
    assert [f["properties"]["v"][1] for f in stations] == ["3", "2"]


def test_no_colormap_no_tiles_no_icons() -> None:
    page = render(make_report())
    for foreign in ("d3.v", "L.tileLayer", "AwesomeMarkers", "jquery", "bootstrap"):
        assert foreign not in page
    assert "setPrefix(false)" in page
    assert '"maxZoom": 18' in page


def test_hostile_names_stay_text() -> None:
    report = make_report(names=HOSTILE, name=HOSTILE[0])
    page = render(report)
    features = villages_of(page)
    for raw, found in zip(HOSTILE, features, strict=False):
        name = found["properties"]["n"]
        assert not set("<>\"'`{}") & set(name)
        assert unescape(name) == raw
    body = DATA.sub("", page)
    for marker in ("stolen=1</script>", "<img", "onerror=window.stolen=3>", "`${window"):
        assert marker not in page
    assert "49" not in {f["properties"]["n"] for c in collections(page) for f in c if "n" in f}
    assert body.count("<script") == body.count("</script>")


def test_the_county_name_stays_text_in_title_and_panel() -> None:
    for name in HOSTILE:
        page = render(make_report(name=name))
        title = re.search(r"<title>(.*)</title>", page, re.S)
        assert title
        assert unescape(title[1]).startswith(name)
        assert "<" not in title[1]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_report_gives_the_same_bytes(layer: str) -> None:
    report = make_report(names=HOSTILE)
    assert render(report, layer=layer) == render(make_report(names=HOSTILE), layer=layer)
    drawn = interactive_map(report, "zh", layer, before=report)
    assert offline_html(drawn) == offline_html(drawn)


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.maps_fixtures import make_report;"
        "from maps.interactive import interactive_map; from maps.offline import offline_html;"
        "page = offline_html(interactive_map(make_report(), 'zh'));"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    here = hashlib.sha256(offline_html(interactive_map(make_report(), "zh")).encode())
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert run.stdout.strip() == here.hexdigest()


def test_layers_stand_alone_for_an_app_that_changes_them() -> None:
    def names(layer: str) -> list[str]:
        return [group.get_name() for group in moving_layers(make_report(), "zh", layer)]

    assert names("minutes") == names("minutes")
    assert len(set(names("minutes"))) == len(names("minutes"))
    assert not set(names("minutes")) & set(names("coverage"))
    for group in moving_layers(make_report(), "zh", "minutes"):
        assert list(group._children) == [child.get_name() for child in group._children.values()]


def test_a_county_without_facilities_villages_or_minutes_is_drawn() -> None:
    bare = render(make_report(facilities=False))
    assert text("maps.group_station", "zh") not in bare
    nobody = make_report(minutes=())
    for layer in LAYERS:
        page = render(nobody, layer=layer)
        assert all("c" not in f["properties"] for c in collections(page) for f in c)
    lost = villages_of(render(make_report(minutes=(math.nan, math.nan))))
    assert {f["properties"]["s"] for f in lost} == {len(CLASSES["minutes"]) - 1}


def test_an_unknown_layer_is_bad_input() -> None:
    with pytest.raises(InputError):
        interactive_map(make_report(), "zh", "sped")


def test_roads_keep_their_course_and_their_class() -> None:
    report = make_report()
    drawn = choose_roads(report)
    assert not drawn.omitted
    keys = [group.key for group in drawn.groups]
    assert keys == [g.key for g in reversed(ROAD_GROUPS) if g.key in keys]
    lines = road_lines(report, drawn)
    total = sum(line.length for line in lines)
    assert total == pytest.approx(report.network.edges.length.sum(), rel=1e-3)
    every = shapely.union_all(list(lines))
    assert shapely.hausdorff_distance(every, report.network.edges.union_all()) < 10.0


def test_of_too_many_roads_only_the_main_ones_are_drawn_and_the_legend_says_so() -> None:
    report = large_report()
    assert len(report.network.node_x) >= 50_000
    drawn = choose_roads(report)
    assert [group.key for group in drawn.omitted] == ["local"]
    for language in LANGUAGES:
        omitted = text("maps.road_local", language)
        said = text("maps.roads_omitted", language, groups=omitted)
        for layer in ("minutes", "speed"):
            assert said in legend(report, language, layer)
    page = offline_html(interactive_map(report, "zh"))
    assert len(villages_of(page)) == 1000
    assert len(page) < 3_000_000


def test_roads_of_one_class_are_drawn_however_many_they_are() -> None:
    report = with_roads(large_report(), ["residential"])
    assert len(report.network.edges) > MAX_ROADS
    assert [group.key for group in choose_roads(report).groups] == ["local"]


def test_a_village_just_beyond_its_limit_does_not_read_as_at_it() -> None:
    late, on_time, other = villages_of(render(make_report(minutes=(30.04, 10.0, 12.34))))[:3]
    told = [village["properties"]["v"][2] for village in (late, on_time, other)]
    assert told == ["30.04 分钟", "10.0 分钟", "12.3 分钟"]
    assert "30.04" in late["properties"]["t"]
