"""What a layer draws: which village, area or road is in which class, and what must be said of it.

Both kinds of map are drawn from it, so that they cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.analysis.extent import Geometries
from coverage.analysis.roads import REACH_MIN, road_speeds_kph, roads_reached
from coverage.analysis.territories import territories
from coverage.analysis.village_changes import people_by_change, village_changes
from coverage.assessment.report import Report
from coverage.county.files import nearest, shown
from coverage.messages import Message
from coverage.problems import InputError, Problem
from coverage.rules.model.results import Bound, RuleResult
from maps.cells import has_cells
from maps.classes import (
    CLASSES,
    NO_STATION,
    PLAIN,
    REACH_LINES,
    SPEED_BREAKS,
    SPEED_LINES,
    STATION_COLOURS,
    VERDICT_AREAS,
    VERDICT_FACILITIES,
    VERDICT_POINTS,
    VERDICTS,
    AreaClass,
    IntArray,
    LineClass,
    check_layer,
    village_classes,
)
from maps.colouring import neighbours_apart
from maps.layers import choose_roads, merged_lines, unit_polygons
from maps.style import INK, PointClass, RoadGroup, Symbol

_PLAIN_SCALE: Final = 0.65


@dataclass(frozen=True)
class Points:
    """Points in classes.

    Attributes
    ----------
    classes
        In the order of the legend.
    of
        Position in `classes` of every point.
    people
        Residents of every class, where the legend tells them.
    scale
        How large they are drawn; smaller where they are not what is shown.
    """

    classes: tuple[PointClass, ...]
    of: IntArray
    people: tuple[float, ...] = ()
    scale: float = 1.0

    @property
    def counts(self) -> list[int]:
        """How many points each class has."""
        return [int(n) for n in np.bincount(self.of, minlength=len(self.classes))]


@dataclass(frozen=True)
class Areas:
    """Areas in classes.

    Attributes
    ----------
    names
        Of every area, for its tooltip.
    figures
        Of every area: what the rule observed and what it requires, NaN where there is none.
    bounds
        What blank cells make of each observed figure.
    unit
        What the figures count; empty where there are none.
    """

    polygons: Geometries
    classes: tuple[AreaClass, ...]
    of: IntArray
    names: tuple[str, ...]
    figures: tuple[tuple[float, float], ...] = ()
    bounds: tuple[Bound, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Lines:
    """Roads in classes: one geometry a class, in the county's CRS, and its length."""

    classes: tuple[LineClass, ...]
    lines: tuple[shapely.MultiLineString, ...]
    length_km: tuple[float, ...]
    omitted: tuple[RoadGroup, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """One layer of a county.

    Attributes
    ----------
    layer
        One of `maps.LAYERS`.
    villages
        Of every row of ``Report.villages``.
    facilities
        Of the rows `facility_rows` of ``County.facilities``, where the layer colours them; they
        are not drawn by their kind then.
    cells
        Position in the classes of the villages of every row of ``County.demand``, where people
        are counted by the cells of a grid.
    rule
        The rule whose verdict is shown.
    notes
        What a reader must know of this layer.
    """

    layer: str
    villages: Points
    areas: Areas | None = None
    lines: Lines | None = None
    facilities: Points | None = None
    facility_rows: tuple[int, ...] = ()
    cells: IntArray | None = None
    rule: RuleResult | None = None
    notes: tuple[Message, ...] = ()


def drawing(
    report: Report, layer: str, *, rule: str | None = None, before: Report | None = None
) -> Drawing:
    """Return what `layer` draws.

    Parameters
    ----------
    rule
        For ``units``: id of the rule; None: the first that has units.
    before
        For ``change``: the county to compare with.

    Raises
    ------
    InputError
        If there is no such layer or rule, or ``change`` has nothing to compare with.
    """
    if check_layer(layer) == "units":
        return _units(report, rule)
    if layer == "change":
        return _change(report, before)
    if layer == "station":
        return _stations(report)
    if layer == "speed":
        return _speeds(report)
    if layer == "reach":
        return _reached(report)
    points = Points(CLASSES[layer], village_classes(report.villages, layer))
    if not has_cells(report):
        return Drawing(layer, points)
    cells = village_classes(_cells(report), layer)
    return Drawing(layer, points, cells=cells, notes=(Message("maps.cells_note"),))


def _cells(report: Report) -> pd.DataFrame:
    """Return minutes, limit and whether it is kept for every demand point."""
    waiting = report.waiting
    return pd.DataFrame(
        {
            "response_min": waiting.minutes,
            "limit_min": waiting.limit_min,
            "covered": waiting.within,
        }
    )


def rule_choices(report: Report) -> tuple[str, ...]:
    """Return the ids of the rules that ``units`` can colour: all, those with units first."""
    ordered = sorted(report.rules, key=lambda result: not result.units)
    return tuple(result.rule.id for result in ordered)


def _plain(report: Report) -> Points:
    return Points((PLAIN,), np.zeros(len(report.villages), dtype=np.int64), scale=_PLAIN_SCALE)


def _change(report: Report, before: Report | None) -> Drawing:
    if before is None:
        raise InputError([Problem("maps.nothing_before")])
    of = village_changes(before.villages, report.villages)
    people = people_by_change(report.villages, of)
    points = Points(CLASSES["change"], of, tuple(people.tolist()))
    codes = before.villages["code"]
    gone = before.villages.loc[~codes.isin(report.villages["code"]), "name"]
    notes = [Message("maps.same_within")]
    if len(gone):
        notes.append(Message("maps.villages_gone", {"count": len(gone)}))
    return Drawing("change", points, notes=tuple(notes))


def _stations(report: Report) -> Drawing:
    answered = territories(report)
    numbers = neighbours_apart(answered.polygons, len(STATION_COLOURS))
    areas = [
        AreaClass(Message("maps.named", {"name": name}), STATION_COLOURS[number])
        for name, number in zip(answered.names, numbers, strict=True)
    ]
    points = [PointClass(area.label, Symbol("circle", area.fill, INK)) for area in areas]
    polygons, names = answered.polygons, answered.names
    if answered.nobody is not None:
        polygons = np.append(polygons, np.array([answered.nobody], dtype=object))
        names = (*names, "")
        areas.append(NO_STATION)
    return Drawing(
        "station",
        Points((*points, CLASSES["minutes"][-1]), answered.of),
        Areas(polygons, tuple(areas), np.arange(len(areas), dtype=np.int64), names),
        notes=(Message("maps.station_areas"),),
    )


def _speeds(report: Report) -> Drawing:
    edges = report.network.edges
    of = np.searchsorted(SPEED_BREAKS, road_speeds_kph(report).round(6))
    rows = np.arange(len(edges))
    lines = _lines(report, SPEED_LINES, of, rows, edges)
    return Drawing("speed", _plain(report), lines=lines, notes=(Message("maps.speed_note"),))


def _reached(report: Report) -> Drawing:
    pieces = roads_reached(report)
    limit_min = pieces["limit_min"].fillna(np.inf).to_numpy(dtype=float)
    of = np.searchsorted(REACH_MIN, limit_min)
    lines = _lines(report, REACH_LINES, of, pieces["edge"].to_numpy(), pieces)
    return Drawing("reach", _plain(report), lines=lines, notes=(Message("maps.reach_note"),))


def _lines(
    report: Report,
    classes: tuple[LineClass, ...],
    of: IntArray,
    edge: IntArray,
    pieces: gpd.GeoDataFrame,
) -> Lines:
    """Return pieces of road by class; of too many roads the greater ones, their length of all."""
    drawn = choose_roads(report)
    visible = np.isin(edge, np.concatenate([*drawn.edges, np.empty(0, dtype=np.int64)]))
    geometry = np.asarray(pieces.geometry.array, dtype=object)
    length = np.bincount(of, weights=pieces["length_m"], minlength=len(classes)) / 1000
    groups = [geometry[visible & (of == place)] for place in range(len(classes))]
    return Lines(classes, merged_lines(groups), tuple(length.tolist()), drawn.omitted)


def chosen_rule(report: Report, rule: str | None) -> RuleResult:
    """Return the result of the rule with the id `rule`; of None the first that has units.

    Raises
    ------
    InputError
        If no rule with that id, or no rule at all, was tested.
    """
    known = rule_choices(report)
    chosen = rule if rule is not None else next(iter(known), None)
    for result in report.rules:
        if result.rule.id == chosen:
            return result
    near = nearest(chosen or "", known, cutoff=0.0) or "-"
    values = {"rule": shown(chosen or "-"), "nearest": near}
    raise InputError([Problem("maps.unknown_rule", values=values)])


def _units(report: Report, rule: str | None) -> Drawing:
    """Colour what the rule judges: townships, villages, facilities, or the county as a whole."""
    result = chosen_rule(report, rule)
    verdict = {unit.code: VERDICTS.index(unit.verdict) for unit in result.units}
    silent = VERDICTS.index("not_applicable")
    villages = report.villages["code"].map(verdict)
    if villages.notna().any():
        of = villages.fillna(silent).to_numpy().astype(np.int64)
        return Drawing("units", Points(VERDICT_POINTS, of), rule=result)
    table = report.county.facilities
    judged = table["id"].map(verdict)
    if judged.notna().any():
        placed = judged.notna() & table.geometry.notna() & ~table.geometry.is_empty
        without = int(judged.notna().sum() - placed.sum())
        return Drawing(
            "units",
            _plain(report),
            facilities=Points(VERDICT_FACILITIES, judged[placed].to_numpy().astype(np.int64)),
            facility_rows=tuple(np.flatnonzero(placed).tolist()),
            rule=result,
            notes=(Message("maps.judged_no_place", {"count": without}),) if without else (),
        )
    return _judged_areas(report, result, report.units["code"].map(verdict))


def _judged_areas(report: Report, result: RuleResult, verdict: pd.Series[int]) -> Drawing:
    whole = not verdict.notna().any()
    silent = VERDICTS.index(result.verdict if whole else "not_applicable")
    figures = {unit.code: (unit.observed, unit.required) for unit in result.units}
    bounds = {unit.code: unit.bound for unit in result.units}
    county = (result.observed, result.required)
    nothing = (np.nan, np.nan)
    areas = Areas(
        polygons=unit_polygons(report),
        classes=VERDICT_AREAS,
        of=verdict.fillna(silent).to_numpy().astype(np.int64),
        names=tuple(report.units["name"].astype(str)),
        figures=tuple(
            county if whole else figures.get(code, nothing) for code in report.units["code"]
        ),
        bounds=tuple(
            result.bound if whole else bounds.get(code, "exact") for code in report.units["code"]
        ),
        unit=result.unit,
    )
    notes = (Message("maps.judged_whole"),) if whole else ()
    return Drawing("units", _plain(report), areas, rule=result, notes=notes)
