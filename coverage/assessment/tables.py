"""A report's results as tables, and at a glance."""

from __future__ import annotations

import math
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.county.files import nearest
from coverage.figures import minutes_text, number_text, share_text, whole_people
from coverage.messages import Language, text
from coverage.problems import InputError, Problem
from coverage.rules.model.results import RuleResult, Verdict

if TYPE_CHECKING:
    from coverage.assessment.report import Report

_VERDICTS: Final[tuple[Verdict, ...]] = ("met", "unmet", "not_assessable", "not_applicable")
_MOST_ROWS: Final = 12


def rules_table(report: Report, language: Language) -> pd.DataFrame:
    """Return one row a rule; see `Report.rules_table`."""
    rows = [
        {
            "id": result.rule.id,
            "kind": result.rule.kind,
            "title": result.rule.title.text(language),
            "verdict": result.verdict,
            "observed": result.observed,
            "bound": result.bound,
            "required": result.required,
            "shortfall": result.shortfall,
            "unit": result.unit,
            "population_total": result.population_total,
            "population_short": result.population_short,
            "missing_columns": ", ".join(result.missing_columns),
            "note": result.note.text(language) if result.note else "",
        }
        for result in report.rules
    ]
    return pd.DataFrame(rows, columns=_RULE_COLUMNS)


_RULE_COLUMNS: Final = [
    "id",
    "kind",
    "title",
    "verdict",
    "observed",
    "bound",
    "required",
    "shortfall",
    "unit",
    "population_total",
    "population_short",
    "missing_columns",
    "note",
]
_UNIT_COLUMNS: Final = [
    "code",
    "name",
    "verdict",
    "observed",
    "bound",
    "required",
    "shortfall",
]


def units_table(report: Report, rule_id: str, language: Language) -> gpd.GeoDataFrame:
    """Return one row a unit of a rule; see `Report.units_table`."""
    units = result_of(report, rule_id).units
    rows = [
        {
            "code": unit.code,
            "name": unit.named(language),
            "verdict": unit.verdict,
            "observed": unit.observed,
            "bound": unit.bound,
            "required": unit.required,
            "shortfall": unit.shortfall,
        }
        for unit in units
    ]
    table = pd.DataFrame(rows, columns=_UNIT_COLUMNS)
    places = next(
        (
            places
            for places in (report.units, report.villages)
            if table["code"].isin(places["code"]).all()
        ),
        report.units,
    )
    shape = dict(zip(places["code"], places.geometry, strict=True))
    code = report.county.config.county.code
    if code in set(table["code"]) - set(shape):  # a rule that asks it of the county as one unit
        shape[code] = report.units.geometry.union_all()
    geometry = np.array([*(shape.get(code) for code in table["code"]), None], dtype=object)[:-1]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=report.county.crs))


def result_of(report: Report, rule_id: str) -> RuleResult:
    """Return the result of one rule.

    Raises
    ------
    InputError
        If the rule is not tested; the nearest that is stands in the message.
    """
    results = {result.rule.id: result for result in report.rules}
    if rule_id not in results:
        near = nearest(rule_id, results, cutoff=0.0) or "-"
        values = {"id": rule_id, "nearest": near}
        raise InputError([Problem("report.rule_not_tested", values=values)])
    return results[rule_id]


def glance(report: Report, language: Language) -> str:
    """Return the report in one line: county, verdicts, who is within the ambulance's limit."""
    return " ".join((*_banners(report, language), _sentence(report, language)))


def _banners(report: Report, language: Language) -> list[str]:
    """Return what a reader must know before any figure."""
    banners = []
    if report.county.config.county.illustrative:
        banners.append(text("report.illustrative", language))
    if report.scenario:
        banners.append(text("report.scenario", language, name=report.scenario))
    return banners


def _sentence(report: Report, language: Language) -> str:
    identity = report.county.config.county
    english = language == "en" and identity.name_en
    counts = Counter(result.verdict for result in report.rules)
    summary = report.summary
    return text(
        "report.glance",
        language,
        name=identity.name_en if english else identity.name,
        code=identity.code,
        people=f"{whole_people(summary.population):,}",
        share="-" if math.isnan(summary.share) else share_text(summary.share),
        minutes="-" if math.isnan(summary.p90_min) else minutes_text(summary.p90_min),
        **{verdict: counts[verdict] for verdict in _VERDICTS},
    )


def glance_html(report: Report, language: Language) -> str:
    """Return the report for a notebook: the line of `glance` and the rules that are not met.

    Every text of the county is escaped.
    """
    banners = [f"<p><strong>{escape(line)}</strong></p>" for line in _banners(report, language)]
    unmet = [result for result in report.rules if result.verdict == "unmet"]
    head = "".join(f"<th>{escape(text(code, language))}</th>" for code in _HEADINGS)
    rows = "".join(_row(result, language) for result in unmet[:_MOST_ROWS])
    left = len(unmet) - _MOST_ROWS
    more = f"<p>{escape(text('report.glance_more', language, count=left))}</p>" if left > 0 else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if unmet else ""
    return f"<div>{''.join(banners)}<p>{escape(_sentence(report, language))}</p>{table}{more}</div>"


_HEADINGS: Final = (
    "report.heading_rule",
    "report.heading_verdict",
    "report.heading_observed",
    "report.heading_required",
    "report.heading_people_short",
)


def _row(result: RuleResult, language: Language) -> str:
    cells = (
        result.rule.title.text(language),
        text(f"report.verdict_{result.verdict}", language),
        _figure(result.observed, result),
        _figure(result.required, result),
        "" if math.isnan(result.population_short) else f"{whole_people(result.population_short):,}",
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _figure(value: float, result: RuleResult) -> str:
    if math.isnan(value):
        return ""
    limits = [limit for limit in (result.required,) if not math.isnan(limit)]
    return share_text(value, *limits) if result.unit == "share" else number_text(value, *limits)
