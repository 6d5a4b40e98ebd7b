"""What stands on each sheet of ``report.xlsx``, as plain tables.

Headings are the messages ``report.heading_<name>``; quality levels are ``errors.level_<level>``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coverage import __version__
from coverage.assessment.report import Report
from coverage.messages import Language, text
from coverage.report.access import minute_limits, village_minutes, worst_access
from coverage.report.completeness import completeness_text, missing_text
from coverage.report.record import number
from coverage.report.score import bound_text, in_order, kind_text, score_rows
from coverage.report.setting_text import meaning_text, setting_text
from coverage.rules.catalogue.profiles import region_title
from coverage.rules.evidence.access import MINUTES
from coverage.rules.model.results import AccessResult, RuleResult, Verdict
from coverage.rules.model.rule import ParameterValue, Unit

WORST: Final = 5
"""Villages named for each rule on the sheet of travel times."""


@dataclass(frozen=True)
class Figure:
    """A number and how it is shown.

    Attributes
    ----------
    value
        NaN gives an empty cell.
    unit
        A unit of rules; ``minutes``, ``km`` or ``people``; None for a bare number.
    limits
        What it is held against: as shown, it is never rounded across these.
    """

    value: float
    unit: Unit | str | None = None
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A verdict, and the word for it."""

    verdict: Verdict
    word: str


Cell = str | Figure | Judged


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes
    ----------
    columns
        Heading and width (in characters of the standard font) of each column.
    frozen
        How many of the first columns stay in view.
    """

    title: str
    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[Cell, ...], ...]
    frozen: int = 0


def sheets(report: Report, language: Language) -> list[Sheet]:
    """Return the sheets of a report: scores, units by kind, travel times, what it rests on."""
    results = in_order(report.rules)
    kinds = dict.fromkeys(result.rule.kind for result in results)
    return [
        _scores(report, results, language),
        *(
            _units(kind_text(kind, language), [r for r in results if r.rule.kind == kind], language)
            for kind in kinds
        ),
        _access(results, language),
        _access_villages(results, language),
        _basis(report, results, language),
    ]


def _columns(language: Language, **widths: float) -> tuple[tuple[str, float], ...]:
    return tuple((text(f"report.heading_{name}", language), wide) for name, wide in widths.items())


def _scores(report: Report, results: Sequence[RuleResult], language: Language) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for row, result in zip(score_rows(report, language), results, strict=True):
        rule = result.rule
        rows.append(
            (
                row.kind_text,
                row.title,
                Judged(row.verdict, row.verdict_text),
                bound_text(result.observed, result.bound, language),
                Figure(result.observed, result.unit, (result.required,)),
                Figure(result.required, result.unit, (result.required,)),
                Figure(result.shortfall, result.unit),
                Figure(result.population_short, "people"),
                Figure(result.population_total, "people"),
                row.sources_text,
                row.reading,
                row.deadline,
                row.due_text,
                text(f"report.force_{rule.force}", language),
                result.note.text(language) if result.note else "",
                rule.id,
                rule.beside or "",
            )
        )
    return Sheet(
        text("report.sheet_scores", language),
        _columns(
            language,
            kind=14,
            rule=34,
            verdict=12,
            bound=10,
            observed=14,
            required=14,
            shortfall=14,
            people_short=12,
            people_total=12,
            clause=30,
            reading=56,
            deadline=13,
            due=15,
            force=12,
            note=44,
            id=26,
            beside=22,
        ),
        tuple(rows),
        frozen=2,
    )


def _units(title: str, results: Iterable[RuleResult], language: Language) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (
            result.rule.title.text(language),
            unit.code,
            unit.named(language),
            Judged(unit.verdict, text(f"report.verdict_{unit.verdict}", language)),
            bound_text(unit.observed, unit.bound, language),
            *(
                Figure(value, result.unit if result.unit in _SHARED_UNITS else None, limits)
                for value, limits in (
                    (unit.observed, (unit.required,)),
                    (unit.required, (unit.required,)),
                    (unit.shortfall, ()),
                )
            ),
            result.rule.id,
        )
        for result in results
        for unit in result.units
    ]
    return Sheet(
        title,
        _columns(
            language,
            rule=40,
            code=18,
            unit=22,
            verdict=12,
            bound=10,
            observed=14,
            required=14,
            shortfall=14,
            id=26,
        ),
        tuple(rows),
        frozen=1,
    )


# A county's figure may count townships or facilities; a single one of them has things in it.
_SHARED_UNITS: Final = frozenset({"share", "per_1000", "per_10000"})


def _timed(results: Iterable[RuleResult]) -> list[tuple[RuleResult, AccessResult]]:
    return [(result, result.access) for result in results if result.access is not None]


def _access(results: Iterable[RuleResult], language: Language) -> Sheet:
    separator = text("report.list_separator", language)
    rows: list[tuple[Cell, ...]] = [
        (
            result.rule.title.text(language),
            Figure(access.population, "people"),
            Figure(access.mean_min, "minutes", tuple(access.within_share)),
            Figure(access.median_min, "minutes", tuple(access.within_share)),
            Figure(access.p90_min, "minutes", tuple(access.within_share)),
            *(Figure(access.within_share.get(limit, math.nan), "share") for limit in MINUTES),
            Figure(access.unreachable, "people"),
            Figure(float(access.unreached_villages), "things"),
            Figure(float(access.far_villages), "things"),
            separator.join(
                village_minutes(v, language, *minute_limits(result.rule))
                for v in worst_access(access, WORST)
            ),
            result.rule.id,
        )
        for result, access in _timed(results)
    ]
    return Sheet(
        text("report.sheet_access", language),
        (
            *_columns(language, rule=40, people_total=12, mean_min=12, median_min=12, p90_min=14),
            *((text("report.heading_within", language, limit=limit), 12) for limit in MINUTES),
            *_columns(language, unreachable=12, unreached_villages=12, far_villages=14),
            *_columns(language, worst=60, id=26),
        ),
        tuple(rows),
        frozen=1,
    )


def _access_villages(results: Iterable[RuleResult], language: Language) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (
            result.rule.id,
            village.code,
            village.name,
            village.township,
            Figure(village.population, "people"),
            village.facility_name,
            village.facility_id,
            Figure(village.minutes, "minutes", minute_limits(result.rule)),
            Figure(village.straight_km, "km"),
        )
        for result, access in _timed(results)
        for village in access.villages
    ]
    return Sheet(
        text("report.sheet_access_villages", language),
        _columns(
            language,
            id=26,
            code=18,
            village=22,
            township=18,
            population=12,
            facility=28,
            facility_id=16,
            minutes=12,
            straight_km=14,
        ),
        tuple(rows),
    )


def _basis(report: Report, results: Sequence[RuleResult], language: Language) -> Sheet:
    parts: tuple[tuple[str, Callable[[], list[tuple[Cell, ...]]]], ...] = (
        ("report.basis_run", lambda: _run(report, language)),
        ("report.basis_inputs", lambda: _inputs(report, language)),
        ("report.basis_response", lambda: _response(report)),
        ("report.basis_rules", lambda: _parameters(results, language)),
        ("report.basis_quality", lambda: _quality(report, language)),
    )
    rows = tuple((text(title, language), *row) for title, part in parts for row in part())
    return Sheet(
        text("report.sheet_basis", language),
        _columns(language, section=16, item=44, value=60, detail=70),
        rows,
    )


def _run(report: Report, language: Language) -> list[tuple[Cell, ...]]:
    identity = report.county.config.county
    not_given = text("report.not_given", language)
    as_of = report.as_of.isoformat() if report.as_of else not_given
    return [
        (text("report.run_county", language), identity.name, identity.code),
        (text("report.run_version", language), __version__, ""),
        (text("report.run_scenario", language), report.scenario or not_given, ""),
        (text("report.run_as_of", language), as_of, ""),
        (text("report.run_region", language), *_region(report, language)),
        (
            text("report.run_completeness", language),
            completeness_text(report, language),
            missing_text(report, language),
        ),
        (text("report.run_crs", language), report.county.crs.name, report.county.crs.to_string()),
    ]


def _region(report: Report, language: Language) -> tuple[str, str]:
    code = report.region or report.county.config.county.code
    return region_title(code).text(language), code


def _inputs(report: Report, language: Language) -> list[tuple[Cell, ...]]:
    return [
        (
            file.path,
            text("report.rows", language, count=file.rows) if file.rows else "",
            f"SHA-256 {file.sha256}",
        )
        for file in report.county.inputs
    ]


def _response(report: Report) -> list[tuple[Cell, ...]]:
    stated = report.county.config.response.model_dump(mode="json")
    return [(name, _plain(value), "") for name, value in stated.items()]


def _parameters(results: Iterable[RuleResult], language: Language) -> list[tuple[Cell, ...]]:
    return [
        (
            result.rule.title.text(language),
            setting_text(parameter.value, parameter.unit, language) or "-",
            text(
                "report.labelled",
                language,
                label=text(f"report.origin_{parameter.origin}", language),
                value=meaning_text(parameter, language),
            ),
        )
        for result in results
        for parameter in result.rule.parameters.values()
    ]


def _plain(value: ParameterValue | dict[str, object] | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(value) or "-"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{number(value)}" if isinstance(value, float) else str(value)


def _quality(report: Report, language: Language) -> list[tuple[Cell, ...]]:
    return [
        (
            text(f"errors.level_{problem.level}", language),
            problem.text(language),
            text("report.concerns", language, count=problem.count),
        )
        for problem in report.quality
    ]
