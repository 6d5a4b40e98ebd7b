"""Residents who are not known: at least those who are, and perhaps any number more."""

from __future__ import annotations

import math
from typing import Any

import pytest

from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.evidence.verdicts import is_reported_only
from coverage.rules.kinds.density import Density
from coverage.rules.model.results import RuleResult
from tests.rules_fixtures import county, evidence, rule_result
from tests.rules_notes import said_of

CATALOGUE = load_catalogue()
DENSITIES = [
    rule_id
    for rule_id, rule in CATALOGUE.items()
    if rule.kind == "density" and not is_reported_only(rule)
]
KNOWN = 1_000_000


def _tested(rule_id: str, **tables: Any) -> RuleResult:
    place = county(**tables)
    return rule_result(CATALOGUE[rule_id], place, evidence(place, tables.get("villages", [])))


def _needed(rule_id: str) -> int:
    asked = Density.of(CATALOGUE[rule_id])
    return round(asked.figure * (1 + asked.growth_share) * KNOWN / asked.per)


def _facility(rule_id: str, number: int) -> dict[str, Any]:
    """One that the rule speaks of, with so many."""
    asked = Density.of(CATALOGUE[rule_id])
    kind = (asked.facility_kinds or asked.expected_kinds or ("other",))[0]
    return {"kind": kind, "ownership": "private", asked.column: number, "township": "1"}


@pytest.mark.parametrize("rule_id", DENSITIES)
@pytest.mark.parametrize(
    ("more", "all_known", "some_unknown"),
    [(-1, "unmet", "unmet"), (0, "met", "not_assessable"), (1, "met", "not_assessable")],
)
def test_a_density_is_certain_only_where_it_is_too_low(
    rule_id: str, more: int, all_known: str, some_unknown: str
) -> None:
    facilities = [_facility(rule_id, _needed(rule_id) + more)]
    units = [{"code": "1"}, {"code": "2", "population": 0}]
    villages = [{"code": "a", "township": "1", "population": KNOWN}]
    known = _tested(rule_id, townships=units, villages=villages, facilities=facilities)
    assert (known.verdict, known.missing_columns) == (all_known, ())
    blank = [{"code": f"b{i}", "township": "1"} for i in range(18)]
    some = _tested(rule_id, townships=units, villages=[*villages, *blank], facilities=facilities)
    assert some.verdict == some_unknown
    is_open = some_unknown == "not_assessable"
    assert some.missing_columns == (("villages.population",) if is_open else ())
    assert said_of(some.note)["rules.residents_open" if is_open else "rules.residents_least"] == 18
    assert math.isnan(some.observed) == is_open
    assert math.isnan(some.population_short) == is_open
    assert math.isnan(some.units[0].observed)
    if not is_open:
        assert (some.population_short, some.shortfall) == (known.population_short, known.shortfall)


@pytest.mark.parametrize("rule_id", DENSITIES)
def test_a_unit_without_figure_or_village_is_cured_by_its_own_figure(rule_id: str) -> None:
    facilities = [_facility(rule_id, _needed(rule_id))]
    units = [{"code": "1", "population": KNOWN}, {"code": "2"}]
    result = _tested(rule_id, townships=units, facilities=facilities)
    assert (result.verdict, result.missing_columns) == ("not_assessable", ("townships.population",))
    told = {"rules.units_population_unknown": 1, "rules.could_turn": None}
    assert said_of(result.note) == told


@pytest.mark.parametrize("rule_id", DENSITIES)
def test_blank_villages_do_not_matter_where_the_township_says_it(rule_id: str) -> None:
    facilities = [_facility(rule_id, _needed(rule_id))]
    villages = [{"code": "a", "township": "1"}, {"code": "b", "township": "1", "population": 5}]
    result = _tested(
        rule_id,
        townships=[{"code": "1", "population": KNOWN}],
        villages=villages,
        facilities=facilities,
    )
    assert (result.verdict, result.missing_columns) == ("met", ())
    assert not {"rules.residents_open", "rules.residents_least"} & set(said_of(result.note))


def test_nobody_known_is_not_nobody() -> None:
    """0 residents in the villages that say, and one that says nothing."""
    villages = [{"code": "a", "township": "1", "population": 0}, {"code": "b", "township": "1"}]
    for rule_id in ("physicians", "ambulance-50k"):
        tables: dict[str, Any] = {
            "townships": [{"code": "1"}],
            "facilities": [{"kind": "county_hospital", "physicians": 5, "ambulances": 5}],
        }
        assert _tested(rule_id, **tables, villages=villages).verdict == "not_assessable"
        assert _tested(rule_id, **tables, villages=villages[:1]).verdict == "not_applicable"


def test_a_blank_cell_and_unknown_residents_are_both_named() -> None:
    villages = [{"code": "a", "township": "1", "population": 9}, {"code": "b", "township": "1"}]
    result = _tested(
        "physicians",
        townships=[{"code": "1"}],
        villages=villages,
        facilities=[{"kind": "county_hospital"}],
    )
    assert result.verdict == "not_assessable"
    assert result.missing_columns == ("facilities.physicians", "villages.population")


@pytest.mark.parametrize(
    ("people", "short", "told"),
    [((5, 7), 12, set()), ((5, None), 5, {1}), ((None, None), None, {2})],
)
def test_people_short_are_told_as_far_as_they_are_known(
    people: tuple[int | None, ...], short: int | None, told: set[int]
) -> None:
    villages = [
        {"code": f"v{i}", "township": "1", "population": n, "service_mode": "none"}
        for i, n in enumerate(people)
    ]
    tables: dict[str, Any] = {
        "townships": [{"code": "1"}],
        "villages": villages,
        "facilities": [{"kind": "other"}],
    }
    for rule_id, note in (
        ("village-clinic", "rules.short_population_unknown"),
        ("service-coverage", "rules.population_unknown"),
    ):
        result = _tested(rule_id, **tables)
        assert result.verdict == "unmet"
        assert {said_of(result.note).get(note)} - {None} == told
        if short is None:
            assert math.isnan(result.population_short), rule_id
        else:
            assert result.population_short == short, rule_id


@pytest.mark.parametrize("rule_id", ["hospice", "township-hospital"])
def test_a_unit_that_is_known_in_part_is_said_to_be_so(rule_id: str) -> None:
    villages = [{"code": "a", "township": "1", "population": 9}, {"code": "b", "township": "1"}]
    result = _tested(
        rule_id,
        townships=[{"code": "1"}],
        villages=villages,
        facilities=[{"kind": "other", "hospice": False}],
    )
    assert (result.verdict, result.population_short) == ("unmet", 9)
    assert said_of(result.note)["rules.short_population_unknown"] == 1


def test_a_share_of_each_quality_is_named_in_the_readers_language() -> None:
    result = _tested(
        "acute-centres", townships=[{"code": "1"}], facilities=[{"kind": "county_hospital"}]
    )
    assert [unit.named("zh") for unit in result.units] == ["胸痛中心", "卒中中心", "创伤中心"]
    english = ["chest_pain_centre", "stroke_centre", "trauma_centre"]
    assert [unit.named("en") for unit in result.units] == english
