"""The boxes on the interactive map: title with key figures, and legend in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coverage.analysis.ground_changes import MARKS, Changes
from coverage.assessment.report import Report
from coverage.messages import Language, text
from maps import words
from maps.controls import PART, safe, symbol_row
from maps.drawing import Drawing
from maps.layers import choose_roads, facilities
from maps.style import (
    BARRIER,
    CLOSED,
    FACILITY_GROUPS,
    INK,
    MARK_SYMBOLS,
    MUTED,
    SCENARIO_EDGE,
    SCENARIO_FILL,
    SIZES,
    SLOWED,
    UNIT_EDGE,
    WARNING_EDGE,
    WARNING_FILL,
    RoadGroup,
    Stroke,
    Symbol,
)

MOST_AREAS: Final = 14
"""Stations that the legend names; of more it says how many."""


def title_html(report: Report, language: Language) -> str:
    """Return the county's name, its key figures, and what must not be overlooked."""
    lines = [f'<b style="font-size:15px">{safe(words.county_name(report, language))}</b>']
    if report.county.config.county.illustrative:
        sentence = text("maps.illustrative", language)
        lines.append(_banner(sentence, "planner-banner", WARNING_FILL, WARNING_EDGE))
    if report.scenario:
        sentence = text("maps.scenario", language, name=report.scenario)
        lines.append(_banner(sentence, "planner-scenario", SCENARIO_FILL, SCENARIO_EDGE))
    lines += [f"<div>{safe(line)}</div>" for line in words.figure_lines(report, language)]
    return "".join(lines)


def _banner(sentence: str, css: str, fill: str, edge: str) -> str:
    return (
        f'<div role="note" class="{css}" style="background:{fill};border:1px solid {edge};'
        f'border-radius:3px;padding:2px 6px;margin:3px 0">{safe(sentence)}</div>'
    )


def legend_html(
    report: Report, language: Language, drawn: Drawing, changed: Changes | None = None
) -> str:
    """Return the legend of a layer, of what a scenario changes, and of everything else drawn."""
    title = safe(words.layer_title(drawn.layer, language, drawn.rule))
    parts = [
        f'<details open {PART}="legend"><summary><b>{title}</b></summary>',
        *_classes(drawn, language),
        *_marks(changed, language),
        f'<details open {PART}="more" style="margin-top:5px">',
        f"<summary>{safe(text('maps.more_legend', language))}</summary>",
        _heading(text("maps.village_sizes", language)),
        *(
            symbol_row(
                Symbol("circle", "#d9d9d9", INK), size.radius_px, safe(size.label.text(language))
            )
            for size in SIZES
        ),
    ]
    used = set(facilities(report)["group"])
    if used:
        parts.append(_heading(text("maps.facilities", language)))
        parts += [
            symbol_row(c.symbol, c.symbol.radius_px, safe(c.label.text(language)))
            for key, c in FACILITY_GROUPS.items()
            if key in used
        ]
    parts += _roads(report, drawn, language)
    parts += [
        f'<div style="margin-top:5px;color:{MUTED}">{safe(line)}</div>'
        for line in (
            *(note.text(language) for note in drawn.notes),
            *words.rule_lines(report, language, drawn.rule),
            words.measure(report, language),
        )
    ]
    return "".join(parts) + "</details></details>"


def _classes(drawn: Drawing, language: Language) -> Iterator[str]:
    """Yield a row for each class; the areas' where there are some, for the villages repeat them."""
    if drawn.areas is not None:
        areas = drawn.areas
        counts = drawn.villages.counts if drawn.layer == "station" else None
        for place, entry in enumerate(areas.classes):
            if place == MOST_AREAS and len(areas.classes) > MOST_AREAS + 1:
                rest = len(areas.classes) - MOST_AREAS
                yield f"<div>{safe(text('maps.more_stations', language, count=rest))}</div>"
                break
            count = counts[place] if counts else int((areas.of == place).sum())
            yield _box_row(entry.seen, f"{safe(entry.label.text(language))} ({count})")
        return
    if drawn.lines is not None:
        lengths = zip(drawn.lines.classes, drawn.lines.length_km, strict=True)
        for line, km in lengths:
            label = text("maps.and_length", language, name=line.label, km=f"{km:,.0f}")
            yield _line_row(Stroke(line.colour, line.width_px, line.width_mm), safe(label))
        return
    points = drawn.facilities or drawn.villages
    for place, (kind, count) in enumerate(zip(points.classes, points.counts, strict=True)):
        label = f"{safe(kind.label.text(language))} ({count})"
        if points.people and count:
            label += f" · {safe(words.people(points.people[place], language))}"
        yield symbol_row(kind.symbol, 5.5, label)


def _marks(changed: Changes | None, language: Language) -> Iterator[str]:
    if changed is None or changed.nothing:
        return
    heading = safe(text("maps.marks", language))
    yield f'<details open {PART}="marks" style="margin-top:5px"><summary><b>{heading}</b></summary>'
    if not changed.closed.is_empty:
        yield _line_row(CLOSED, safe(text("maps.mark_closed", language)))
    if not changed.barriers.is_empty:
        label = safe(text("maps.mark_barrier", language))
        yield symbol_row(BARRIER, BARRIER.radius_px, label)
    if not changed.slowed.is_empty:
        yield _line_row(SLOWED, safe(text("maps.mark_slowed", language)))
    present = {marked.mark for marked in changed.facilities}
    for mark in MARKS:
        if mark in present:
            symbol = MARK_SYMBOLS[mark]
            radius = min(symbol.radius_px, 6.0)
            yield symbol_row(symbol, radius, safe(text(f"maps.mark_{mark}", language)))
    yield "</details>"


def _roads(report: Report, drawn: Drawing, language: Language) -> list[str]:
    if drawn.lines is not None:
        omitted = drawn.lines.omitted
        rows = []
    else:
        choice = choose_roads(report)
        omitted = choice.omitted
        rows = [_heading(text("maps.roads", language))] if choice.groups else []
        rows += [
            _line_row(Stroke(g.colour, g.width_px, g.width_mm), safe(g.label.text(language)))
            for g in reversed(choice.groups)
        ]
    return [*rows, *_omitted(omitted, language)]


def _omitted(groups: tuple[RoadGroup, ...], language: Language) -> list[str]:
    if not groups:
        return []
    names = text("maps.list_separator", language).join(g.label.text(language) for g in groups)
    return [f"<div>{safe(text('maps.roads_omitted', language, groups=names))}</div>"]


def _box_row(fill: str, label: str) -> str:
    return (
        '<div style="display:flex;align-items:center;gap:6px">'
        f'<span style="flex:0 0 24px;height:11px;background:{fill};border:1px solid {UNIT_EDGE}">'
        f"</span><span>{label}</span></div>"
    )


def _line_row(stroke: Stroke, label: str) -> str:
    kind = "dashed" if stroke.dash_px else "solid"
    return (
        '<div style="display:flex;align-items:center;gap:6px">'
        f'<span style="flex:0 0 26px;border-top:{stroke.width_px:g}px {kind} {stroke.colour}">'
        f"</span><span>{label}</span></div>"
    )


def _heading(words_: str) -> str:
    return f'<div style="margin-top:5px"><b>{safe(words_)}</b></div>'
