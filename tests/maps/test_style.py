"""Classes, symbols and words of the maps."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from coverage.analysis.village_changes import CHANGES, village_changes
from coverage.messages import LANGUAGES, Language
from coverage.problems import InputError
from maps import LAYERS, words
from maps.classes import (
    CLASSES,
    MINUTE_BREAKS,
    REACH_LINES,
    SPEED_LINES,
    LineClass,
    village_classes,
)
from maps.style import (
    FACILITY_GROUPS,
    ROAD_GROUPS,
    SHAPES,
    SIZES,
    facility_group,
    road_group,
    size_classes,
    svg,
)
from tests.maps_fixtures import make_report


def table(minutes: list[float], covered: list[bool] | None = None) -> pd.DataFrame:
    given = covered or [False] * len(minutes)
    return pd.DataFrame({"response_min": minutes, "limit_min": 10.0, "covered": given})


@pytest.mark.parametrize(
    ("minutes", "low", "high"),
    [(0.0, None, 5), (5.0, None, 5), (5.000000001, 5, 10), (10.0, 5, 10), (10.000000001, 10, 15),
     (30.0, 20, 30), (30.000000001, 30, 45), (45.0, 30, 45), (45.000000001, 45, None),
     (1e6, 45, None)],
)  # fmt: skip
def test_a_value_at_a_limit_belongs_to_the_class_that_ends_there(
    minutes: float, low: float | None, high: float | None
) -> None:
    label = CLASSES["minutes"][village_classes(table([minutes]), "minutes")[0]].label
    wanted = {k: f"{v}" for k, v in (("low", low), ("high", high)) if v is not None}
    assert dict(label.values) == wanted


def test_every_break_begins_and_ends_a_class() -> None:
    found = village_classes(table(list(MINUTE_BREAKS)), "minutes")
    assert found.tolist() == list(range(len(MINUTE_BREAKS)))
    assert len(CLASSES["minutes"]) == len(MINUTE_BREAKS) + 2


@pytest.mark.parametrize("layer", ["minutes", "coverage", "beyond"])
def test_nan_is_unreachable_and_has_a_shape_of_its_own(layer: str) -> None:
    last = CLASSES[layer][village_classes(table([math.nan]), layer)[0]]
    assert last.label.id == "maps.unreachable"
    others = {c.symbol.shape for c in CLASSES[layer] if c is not last}
    assert last.symbol.shape not in others


def test_covered_and_not_covered_differ_in_colour_and_shape() -> None:
    inside, outside = (
        CLASSES["coverage"][i].symbol
        for i in village_classes(table([9.0, 9.0], [True, False]), "coverage")
    )
    assert inside.fill != outside.fill
    assert inside.shape != outside.shape


@pytest.mark.parametrize(
    ("minutes", "covered", "label"),
    [(10.0, True, "within the limit"), (10.000000001, False, "up to 2 min beyond"),
     (12.0, False, "up to 2 min beyond"), (12.000000001, False, "2 to 5 min beyond"),
     (20.0, False, "5 to 10 min beyond"), (30.0, False, "10 to 20 min beyond"),
     (30.000000001, False, "over 20 min beyond"), (math.nan, False, None)],
)  # fmt: skip
def test_minutes_beyond_the_limit_at_every_break(
    minutes: float, covered: bool, label: str | None
) -> None:
    (found,) = village_classes(table([minutes], [covered]), "beyond")
    wanted = label or CLASSES["beyond"][-1].label.text("en")
    assert CLASSES["beyond"][found].label.text("en") == wanted


def villages(codes: str, minutes: list[float], limit: float = 10.0) -> pd.DataFrame:
    shown = np.array(minutes)
    return pd.DataFrame({"code": list(codes), "response_min": shown, "covered": shown <= limit})


def test_every_kind_of_change() -> None:
    nan = math.nan
    before = villages("abcdefghijkl", [12, 9, 9, 8, 20, 20, nan, 20, nan, nan, 9, 9.99])
    after = villages("abcdefghijkxl", [9, 12, 8, 9, 19.96, 19.94, 30, nan, nan, 9, nan, 7, 10.02])
    found = [CHANGES[i] for i in village_changes(before, after)]
    assert found == [
        "gained", "lost", "faster", "slower", "same", "faster", "faster", "slower",
        "unreachable", "gained", "lost", "new", "lost",
    ]  # fmt: skip


def test_a_change_tells_its_direction_by_shape_alone() -> None:
    shapes = {c: s.symbol.shape for c, s in zip(CHANGES, CLASSES["change"], strict=True)}
    assert shapes["gained"] == shapes["faster"] == "triangle"
    assert shapes["lost"] == shapes["slower"] == "down"
    assert len(set(shapes.values())) == 5
    for crossing, not_crossing in (("gained", "faster"), ("lost", "slower")):
        dark, light = (
            luminance(CLASSES["change"][CHANGES.index(c)].symbol.fill)
            for c in (crossing, not_crossing)
        )
        assert light > 2 * dark


@pytest.mark.parametrize("ramp", [SPEED_LINES, REACH_LINES[:-1]])
def test_roads_are_told_apart_in_black_and_white(ramp: tuple[LineClass, ...]) -> None:
    bright = [luminance(line.colour) for line in ramp]
    falling = sorted(bright, reverse=True)
    assert bright in (falling, falling[::-1])
    assert all(a > 1.25 * b for a, b in pairwise(falling))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_minutes_grow_darker_so_that_a_black_and_white_print_can_be_read() -> None:
    ramp = [luminance(c.symbol.fill) for c in CLASSES["minutes"][:-1]]
    assert all(near > 1.25 * far for near, far in pairwise(ramp))


def test_size_classes_at_their_limits_and_unknown() -> None:
    people = pd.Series([0.0, 1000.0, 1001.0, 3000.0, 10_000.0, 10_001.0, math.nan])
    assert size_classes(people).tolist() == [0, 0, 1, 1, 2, 3, 0]
    radii = [size.radius_px for size in SIZES]
    assert radii == sorted(radii)


def test_links_go_with_their_road_and_unknown_classes_are_local() -> None:
    names = [ROAD_GROUPS[road_group(c)].key for c in ("motorway_link", "primary", "track", "nan")]
    assert names == ["trunk", "primary", "local", "local"]


def test_whatever_answers_calls_is_a_station() -> None:
    assert facility_group("village_clinic", True) == "station"
    assert facility_group("village_clinic", False) == "clinic"
    assert facility_group("emergency_station", False) == "other"


@pytest.mark.parametrize("layer", ["", "Minutes", "../x", "{layer}"])
def test_an_unknown_layer_is_told_with_the_known_ones(layer: str) -> None:
    with pytest.raises(InputError) as caught:
        village_classes(table([1.0]), layer)
    for language in LANGUAGES:
        (line,) = caught.value.lines(language)
        assert all(known in line for known in LAYERS)


def test_symbols_are_whole_svg_without_references() -> None:
    symbols = [c.symbol for cs in CLASSES.values() for c in cs]
    symbols += [c.symbol for c in FACILITY_GROUPS.values()]
    for symbol in symbols:
        root = ET.fromstring(svg(symbol, symbol.radius_px))
        assert len(root) == 1
        assert "href" not in svg(symbol, 5.0)
    assert all(abs(x) <= 1.25 and abs(y) <= 1.25 for v in SHAPES.values() for x, y in v)


@pytest.mark.parametrize("language", LANGUAGES)
def test_legend_labels_are_words_in_both_languages(language: Language) -> None:
    for layer in CLASSES:
        labels = [c.label.text(language) for c in CLASSES[layer]]
        assert len(set(labels)) == len(labels)
        assert all("{" not in label for label in labels)
    zh, en = (CLASSES["minutes"][1].label.text(lang) for lang in ("zh", "en"))
    assert (zh, en) == ("超过 5 至 10 分钟", "over 5, up to 10 min")


def test_a_share_is_not_rounded_to_all_or_nothing() -> None:
    assert words.share(0.99999, "en") == "99.999 %"
    assert words.share(1.0, "en") == "100.0 %"
    assert words.share(1e-9, "en") == "0.0000001 %"
    assert words.share(0.0, "en") == "0.0 %"
    assert words.share(math.nan, "en") == "not known"


def test_osm_is_credited_where_the_roads_may_be_its() -> None:
    real, invented = make_report(illustrative=False), make_report(illustrative=True)
    assert "OpenStreetMap" in words.source_line(real, "zh")
    assert "OpenStreetMap" not in words.source_line(invented, "zh")


def test_the_rule_is_named_with_document_number_and_clause() -> None:
    (line,) = words.rule_lines(make_report(), "zh")
    for part in ("资阳区卫生健康规划", "资政发〔2022〕1号", "第三章第二节"):
        assert part in line
