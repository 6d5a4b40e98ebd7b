"""Figures and sentences that both kinds of map show.

Besides its literal ids this module uses one message for each layer, ``maps.layer_<layer>``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from coverage.assessment.report import Report
from coverage.figures import minutes_text, number_text, share_text, whole_people
from coverage.messages import Language, text
from coverage.rules.model.results import Bound, RuleResult
from coverage.rules.registry import response_limits
from coverage.travel.route import Route
from maps.basemap import Basemap
from maps.drawing import Drawing

_TABLES = frozenset({"townships", "villages", "facilities", "roads", "population"})
_OSM_SUFFIXES = (".osm", ".pbf", ".graphml")


def minutes(value: float, language: Language, *limits: float) -> str:
    """Return minutes, never rounded across `limits`; unreachable where they are NaN."""
    if math.isnan(value):
        return text("maps.unreachable_short", language)
    return text("maps.minutes", language, value=minutes_text(value, *limits))


def people(value: float, language: Language) -> str:
    """Return a number of residents; not known where it is NaN."""
    if math.isnan(value):
        return text("maps.not_known", language)
    return text("maps.people", language, value=f"{whole_people(value):,}")


def share(value: float, language: Language, *limits: float) -> str:
    """Return a share in per cent, never rounded across `limits`; not known where it is NaN."""
    if math.isnan(value):
        return text("maps.not_known", language)
    return share_text(value, *limits)


def county_name(report: Report, language: Language) -> str:
    """Return the county's name in `language`, as far as the county gives it."""
    identity = report.county.config.county
    return identity.name_en if language == "en" and identity.name_en else identity.name


def layer_title(layer: str, language: Language, rule: RuleResult | None = None) -> str:
    """Return what the layer shows."""
    if rule is not None:
        return text("maps.layer_units_of", language, rule=rule_title(rule, language))
    return text(f"maps.layer_{layer}", language)


def rule_title(result: RuleResult, language: Language) -> str:
    """Return the rule's title."""
    return result.rule.title.text(language)


def title(report: Report, language: Language, drawn: Drawing) -> str:
    """Return the whole map's title: the county, what is shown, and the scenario if there is one."""
    county = county_name(report, language)
    shown = layer_title(drawn.layer, language, drawn.rule)
    return text("maps.title", language, county=county, layer=shown)


def figure(value: float, unit: str, language: Language, *limits: float) -> str:
    """Return a rule's figure with its unit, never rounded across `limits`.

    The units are the messages ``report.unit_<unit>``.
    """
    if math.isnan(value):
        return text("maps.not_known", language)
    if unit == "share":
        return share_text(value, *limits)
    return text(f"report.unit_{unit}", language, number=number_text(value, *limits))


def bounded(value: float, unit: str, language: Language, limit: float, bound: Bound) -> str:
    """Return a rule's figure with its unit, and whether blank cells make it a least or a most.

    The bounds are the messages ``report.bound_<bound>``.
    """
    shown = figure(value, unit, language, limit)
    if bound == "exact" or math.isnan(value):
        return shown
    return text(f"report.bound_{bound}", language, figure=shown)


def measure(report: Report, language: Language) -> str:
    """Return what the minutes are made of."""
    turnout = report.county.config.response.turnout_min
    return text("maps.measure", language, turnout=minutes(turnout, language))


def way(report: Report, route: Route, language: Language) -> str:
    """Return station, length, minutes and main roads of a way, in one line."""
    roads = sorted(
        {leg.name: leg.length_m for leg in route.legs if leg.name}.items(), key=lambda r: -r[1]
    )
    along = text("maps.list_separator", language).join(str(name) for name, _ in roads[:3])
    return text(
        "maps.way_told",
        language,
        station=report.county.facilities["name"].iloc[route.station],
        village=report.county.villages["name"].iloc[route.village],
        km=f"{route.length_m / 1000:.1f}",
        minutes=minutes(
            route.response_min,
            language,
            float(report.villages["limit_min"].iloc[route.village]),
        ),
        roads=text("maps.way_along", language, roads=along) if along else "",
    )


def response_rules(report: Report) -> tuple[RuleResult, ...]:
    """Return the results of the rules on the ambulance's time."""
    return tuple(result for result in report.rules if response_limits(result.rule))


def required_shares(report: Report) -> tuple[float, ...]:
    """Return the shares of residents that the rules on the ambulance's time want reached."""
    return tuple(result.required for result in response_rules(report))


def rule_lines(
    report: Report, language: Language, rule: RuleResult | None = None
) -> tuple[str, ...]:
    """Return each rule on the ambulance's time, or only `rule`, with document, number, clause."""
    lines = []
    for result in response_rules(report) if rule is None else (rule,):
        source = result.rule.sources[0]
        lines.append(
            text(
                "maps.rule",
                language,
                title=rule_title(result, language),
                document=source.title or source.document,
                number=source.number,
                clause=source.clause,
            )
        )
    return tuple(lines)


def figure_lines(report: Report, language: Language) -> tuple[str, ...]:
    """Return the key figures, one a line."""
    summary = report.summary
    return (
        text(
            "maps.figure_covered",
            language,
            share=share(summary.share, language, *required_shares(report)),
            covered=people(summary.covered, language),
        ),
        text("maps.figure_unreachable", language, people=people(summary.unreachable, language)),
        text(
            "maps.figure_minutes",
            language,
            mean=minutes(summary.mean_min, language)
            if not math.isnan(summary.mean_min)
            else text("maps.not_known", language),
            p90=minutes(summary.p90_min, language)
            if not math.isnan(summary.p90_min)
            else text("maps.not_known", language),
        ),
    )


def source_line(report: Report, language: Language) -> str:
    """Return which tables the map rests on, and whose roads they may be."""
    paths = dict.fromkeys(item.path for item in report.county.inputs if item.role in _TABLES)
    joined = text("maps.list_separator", language).join(paths)
    line = text("maps.sources", language, paths=joined)
    roads = report.county.config.sources.roads.path.lower()
    if roads.endswith(_OSM_SUFFIXES) and not report.county.config.county.illustrative:
        line += text("maps.osm_credit", language)
    return line


def basemap_credit(basemap: Basemap, language: Language) -> str:
    """Return what a local base map is, by the name of its file."""
    return text("maps.credit_local", language, name=Path(basemap.path).name)


def data_notes(report: Report, language: Language, most: int = 3) -> tuple[str, ...]:
    """Return the first warnings on the data, and how many there are besides."""
    warnings = [p for p in report.quality if p.level == "warning"]
    shown: Iterable[str] = (p.text(language) for p in warnings[:most])
    rest = len(warnings) - most
    more = [text("maps.more_notes", language, count=rest)] if rest > 0 else []
    return tuple(chain(shown, more))
