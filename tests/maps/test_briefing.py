"""The printed map: Chinese is drawn, nothing is cut off or hidden, every fact stands on it."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, Language, text
from coverage.problems import InputError, Problem
from maps import LAYERS, words
from maps.briefing import briefing_map
from maps.classes import CLASSES
from maps.drawing import drawing
from maps.labels import Taken, place_beside, place_in_polygon
from maps.sheet import Sheet
from maps.style import FONTS_STATIC
from maps.typeset import clean, font, font_path, wrap
from tests.maps_fixtures import HOSTILE, large_report, make_report

FRAME_MM = (10.0, 29.0, 218.0, 184.0)


def texts(figure: Figure) -> list[Text]:
    return [t for axes in figure.axes for t in axes.texts if t.get_text().strip()]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text with its box, mm."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    scale = 25.4 / figure.dpi
    found = []
    for item in texts(figure):
        box = item.get_window_extent(renderer)
        found.append((item.get_text(), Bbox(box.get_points() * scale)))
    return found


def pixels(words_: str) -> npt.NDArray[np.uint8]:
    figure = Figure(figsize=(1, 1), dpi=60)
    canvas = FigureCanvasAgg(figure)
    figure.text(0.1, 0.3, words_, fontproperties=font(30), parse_math=False)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0].copy()


def said(report: Report, language: Language = "zh", layer: str = "minutes") -> str:
    return "\n".join(t.get_text() for t in texts(sheet_of(report, language, layer)))


def sheet_of(report: Report, language: Language = "zh", layer: str = "minutes") -> Figure:
    return briefing_map(report, language, layer, before=report)


def test_chinese_is_drawn_and_not_as_the_box_of_a_missing_glyph() -> None:
    with pytest.warns(UserWarning, match="missing from font"):
        missing = pixels("\U0010fffd")
    drawn = [pixels(char) for char in "资阳区茈湖口镇"]
    assert all((picture < 128).any() for picture in drawn)
    assert not any(np.array_equal(picture, missing) for picture in drawn)
    assert all(not np.array_equal(a, b) for a, b in itertools.combinations(drawn[:4], 2))


def test_the_font_comes_with_the_project_and_known_ones_stand_by() -> None:
    assert font_path().name == "NotoSansSC-Regular.otf"
    assert FONTS_STATIC == ("Microsoft YaHei", "SimHei", "Noto Sans CJK SC")


def test_what_the_font_lacks_gets_a_mark_and_no_warning() -> None:
    assert clean("\U0001f691村\n\x00a\u2028\u200b") == "〓村  a "
    pixels(clean("\U0001f691\U00020bb7\u0e01"))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_the_sheet_and_the_legend_is_off_the_map(
    layer: str, language: Language
) -> None:
    figure = sheet_of(make_report(names=HOSTILE), language, layer)
    west, south, east, north = FRAME_MM
    frame = Bbox([[west, south], [east, north]])
    for shown, box in boxes(figure):
        assert box.x0 >= 9.5, shown
        assert box.x1 <= 288.0, shown
        assert box.y0 >= 4.0, shown
        assert box.y1 <= 206.0, shown
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
        inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
        assert inside or not frame.overlaps(box), shown


@pytest.mark.parametrize("build", [make_report, large_report])
def test_no_text_lies_on_another(build: object) -> None:
    figure = briefing_map(build(), "en", "minutes")  # type: ignore[operator]
    for (first, a), (second, b) in itertools.combinations(boxes(figure), 2):
        over = Bbox.intersection(a, b)
        if over is not None:
            # boxes have room above and below the letters
            assert min(over.width, over.height) < 0.8, (first, second)


def test_every_unit_is_named_once_within_itself() -> None:
    report = make_report()
    shown = [t.get_text() for t in texts(briefing_map(report, "zh"))]
    for name in report.units["name"]:
        assert shown.count(name) == 1


def test_a_very_long_name_is_cut_and_a_formula_is_not_set() -> None:
    report = make_report(names=("很长的名字" * 30, "$\\frac{1}{2}$"))
    shown = said(report)
    assert "很长的名字" * 2 in shown
    assert "很长的名字" * 20 not in shown
    assert "$\\frac{1}{2}$" in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_sheet_says_what_it_shows(layer: str, language: Language) -> None:
    report = make_report()
    shown = said(report, language, layer)
    flat = re.sub(r"\s+", "", shown)
    drawn = drawing(report, layer, before=report)
    title = words.layer_title(layer, language, drawn.rule)
    part = drawn.areas or drawn.lines or drawn.villages
    labels = [entry.label.text(language) for entry in part.classes]
    wanted = [
        words.county_name(report, language), title,
        text("maps.illustrative", language), *words.rule_lines(report, language),
        *words.figure_lines(report, language), *words.data_notes(report, language),
        words.source_line(report, language), *labels, text("maps.north", language),
        *(note.text(language) for note in drawn.notes),
    ]  # fmt: skip
    for line in wanted:
        assert re.sub(r"\s+", "", line) in flat


def test_real_data_has_no_banner() -> None:
    assert text("maps.illustrative", "zh") not in said(make_report(illustrative=False))


def test_all_villages_are_drawn_in_the_colour_of_their_class() -> None:
    report = make_report()
    for layer in ("minutes", "coverage", "beyond"):
        figure = briefing_map(report, "zh", layer)
        marks = [
            c for axes in figure.axes for c in axes.collections
            if isinstance(c, PolyCollection) and 4.0 <= c.get_zorder() < 5.0
        ]  # fmt: skip
        drawn = {to_hex(c.get_facecolor()[0]): len(c.get_paths()) for c in marks}
        counts = drawing(report, layer).villages.counts
        wanted = {
            entry.symbol.fill: count
            for entry, count in zip(CLASSES[layer], counts, strict=True) if count
        }  # fmt: skip
        assert drawn == wanted


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    figure = briefing_map(make_report(side_m=24_000.0), "en")
    frame, paper = figure.axes[1], figure.axes[0]
    west, east = frame.get_xlim()
    metres_per_mm = (east - west) / 208.0
    south, north = frame.get_ylim()
    assert (north - south) / 155.0 == pytest.approx(metres_per_mm)
    bar = [p for p in paper.patches if isinstance(p, Rectangle) and p.get_height() == 1.3]
    length = sum(p.get_width() for p in bar) * metres_per_mm
    assert length == pytest.approx(5_000.0)
    shown = [t.get_text() for t in texts(figure)]
    assert "5 km" in shown
    assert any(f"1:{float(f'{metres_per_mm * 1000:.3g}'):,.0f}" in line for line in shown)


def test_the_whole_county_is_in_the_frame() -> None:
    report = make_report()
    frame = briefing_map(report, "zh").axes[1]
    west, south, east, north = report.units.total_bounds
    assert frame.get_xlim()[0] < west
    assert frame.get_xlim()[1] > east
    assert frame.get_ylim()[0] < south
    assert frame.get_ylim()[1] > north


def test_facilities_outside_the_frame_are_counted() -> None:
    report = make_report()
    table = report.county.facilities.copy()
    table.loc[2, "geometry"] = shapely.Point(table.geometry[0].x + 1e6, table.geometry[0].y)
    moved = replace(report, quality=(), county=replace(report.county, facilities=table))
    assert text("maps.outside", "zh", count=1) in said(moved)
    assert text("maps.outside", "zh", count=1) not in said(replace(report, quality=()))


def test_many_warnings_are_cut_and_counted() -> None:
    problem = Problem("maps.outside", level="warning", values={"count": 7}, file="f.csv")
    report = replace(make_report(), quality=(problem,) * 40)
    assert text("maps.more_notes", "en", count=37) in said(report, "en")


def test_counties_with_nothing_in_them_are_drawn() -> None:
    for report in (
        make_report(minutes=()),
        make_report(facilities=False),
        make_report(minutes=(np.nan, np.nan)),
        make_report(across=1, side_m=5.0, lines=2),
    ):
        for layer in LAYERS:
            figure = sheet_of(report, "zh", layer)
            figure.savefig(io.BytesIO(), format="png", dpi=40)


def test_an_unknown_layer_is_bad_input() -> None:
    with pytest.raises(InputError):
        briefing_map(make_report(), "zh", "sped")


def test_lines_break_where_chinese_and_english_do() -> None:
    def each_two(words_: str, _: float) -> float:
        return 2.0 * len(words_)

    assert wrap("甲乙丙丁戊，己", 10.0, 8.0, each_two) == ["甲乙丙丁", "戊，己"]
    assert wrap("（甲乙）丙丁", 6.0, 8.0, each_two) == ["（甲", "乙）丙", "丁"]
    assert wrap("one two  three", 14.0, 8.0, each_two) == ["one two", "three"]
    assert wrap("abcdefghij", 8.0, 8.0, each_two) == ["abcd", "efgh", "ij"]
    assert wrap("", 8.0, 8.0, each_two) == []


def test_a_line_is_never_wider_than_its_room() -> None:
    sheet = Sheet()
    line = "villages.csv：第 80 行，1 个村（1,717 人）所在的道路与主要路网不相连。" * 4
    for size in (5.0, 8.0):
        lines = sheet.wrapped(line, 60.0, size)
        assert "".join(lines).replace(" ", "") == clean(line).replace(" ", "")
        assert max(sheet.measure(one, size) for one in lines) <= 60.0


def test_names_do_not_overlap_while_there_is_room() -> None:
    taken = Taken((0, 0, 100, 100), [], [(45, 45, 55, 55)], np.empty((0, 2)))
    square = shapely.box(0, 0, 100, 100)
    placed = [place_beside(50, 50, 5, 10, 3, taken)]
    placed += [place_in_polygon(square, 20, 5, taken) for _ in range(12)]
    for a, b in itertools.combinations([shapely.box(*box) for box in placed], 2):
        assert a.intersection(b).area < 1e-9
    assert all(shapely.box(*box).within(square) for box in placed)
    assert all(shapely.box(*box).intersection(shapely.box(45, 45, 55, 55)).area < 1e-9
               for box in placed)  # fmt: skip
