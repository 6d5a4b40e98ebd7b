"""What 县（市） asks and what 县（市、区） does, told by the county's own code."""

from __future__ import annotations

import math

import pytest

from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.profiles import region_code
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.model.county_kind import CountyKind, county_kind
from coverage.rules.model.results import RuleResult
from tests.rules_fixtures import county, evidence, rule_result
from tests.rules_notes import said_of

CATALOGUE = load_catalogue()
OF_COUNTIES = ("critical-maternal-newborn", "infectious-ward", "ems-centre")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("430202", "district"),
        ("430212", "district"),
        ("430220", "district"),
        ("430221", "county"),
        ("430223", "county"),
        ("430281", "county"),
        ("430902", "district"),
        ("371003", "district"),
        ("371082", "county"),
        ("433101", "county"),
        ("652301", "county"),
        ("429004", "county"),
        ("659001", "county"),
        ("110101", "district"),
        ("310151", "district"),
        ("500151", "district"),
        ("500229", "county"),
        ("430200", None),
        ("4302", None),
        ("430902001", None),
    ],
)
def test_kind_by_code(code: str, kind: CountyKind | None) -> None:
    """As the list of GB/T 2260 has them: 荷塘区, 渌口区, 攸县, 醴陵市, 吉首市, 昌吉市, 仙桃市, …"""
    assert county_kind(code) == kind


def _tested(rule_id: str, code: str, region: str | None) -> RuleResult:
    rows = [
        {"kind": "county_hospital", "level": 2, "ambulances": 11, "infectious_ward": False},
        {"kind": "mch_institution", "critical_maternal_newborn": False, "ambulances": 0},
        {"kind": "emergency_station", "emergency_centre": False, "ambulances": 0},
    ]
    rows[0] |= {"critical_maternal_newborn": False, "emergency_centre": False}
    rules = {rule_id: {"enabled": True}}
    place = county([{"code": "1", "population": 200_000}], [], rows, code, rules)
    (rule,) = [r for r in applicable_rules(place.config, CATALOGUE, region) if r.id == rule_id]
    times = evidence(place, [])
    return rule_result(rule, place, times)


REGIONS = [None, "4302", "430202", "430223", "43", "generic"]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(("code", "required"), [("430223", 12), ("430202", 4), ("430281", 12)])
def test_the_factor_of_ambulances_is_that_of_the_county_itself(
    code: str, required: int, region: str | None
) -> None:
    """200,000 residents, counted three times in a county: 600,000 / 50,000 = 12, else 4."""
    result = _tested("ambulance-50k", code, region)
    assert (result.observed, result.required) == (11, required)
    assert result.verdict == ("met" if required == 4 else "unmet")


@pytest.mark.parametrize("region", ["4302", "430202", "430223"])
@pytest.mark.parametrize("rule_id", OF_COUNTIES)
def test_a_district_stays_one_and_a_county_too(rule_id: str, region: str) -> None:
    asked = _tested(rule_id, "430223", region)
    assert (asked.verdict, asked.observed, asked.required) == ("unmet", 0, 1)
    district = _tested(rule_id, "430902", region)
    assert (district.verdict, district.population_short) == ("not_applicable", 0)
    assert math.isnan(district.required)
    assert list(said_of(district.note)) == ["rules.district_not_asked"]


def test_a_profile_names_the_same_region() -> None:
    result = _tested("ambulance-50k", "430223", region_code("zhuzhou"))
    assert (result.observed, result.required, result.verdict) == (11, 12, "unmet")


@pytest.mark.parametrize(
    ("code", "verdict", "documents", "deadline"),
    [
        ("430224", "met", ["HN-2023"], "2025"),
        ("433101", "met", ["HN-2023"], "2025"),
        ("430202", "not_applicable", ["HN-2023"], "2025"),
        ("430902", "unmet", ["ZY-2023"], None),
        ("371003", "met", ["WD-2024"], "2025"),
    ],
)
def test_the_medical_community_is_asked_of_counties_and_of_the_districts_named(
    code: str, verdict: str, documents: list[str], deadline: str | None
) -> None:
    leads = [{"kind": "county_hospital", "medical_community_lead": True}]
    leads += [{"kind": "tcm_hospital", "medical_community_lead": False}]
    place = county([{"code": "1", "population": 900}], [], leads, code)
    rules = applicable_rules(place.config, CATALOGUE)
    (rule,) = [rule for rule in rules if rule.id == "medical-community-date"]
    assert [source.document for source in rule.sources] == documents
    assert rule.deadline == deadline
    assert rule_result(rule, place, evidence(place, [])).verdict == verdict


@pytest.mark.parametrize(
    ("code", "region", "documents", "verdict"),
    [
        ("430224", None, ["ZZ-2022", "ZZ-145"], "unmet"),
        ("430212", None, ["ZZ-2022"], "unmet"),
        ("430211", None, ["ZZ-2022", "ZZ-145"], "not_applicable"),
        ("430121", "4302", ["ZZ-2022", "ZZ-145"], "unmet"),
        ("430902", "4302", ["ZZ-2022", "ZZ-145"], "not_applicable"),
    ],
)
def test_zhuzhou_asks_a_medical_community_of_its_counties_and_of_one_district(
    code: str, region: str | None, documents: list[str], verdict: str
) -> None:
    leads = [{"kind": "county_hospital", "medical_community_lead": False}]
    place = county([{"code": "1", "population": 900}], [], leads, code)
    rules = applicable_rules(place.config, CATALOGUE, region)
    (rule,) = [rule for rule in rules if rule.id == "medical-community"]
    assert [source.document for source in rule.sources] == documents
    assert rule.deadline == "2025"
    assert rule_result(rule, place, evidence(place, [])).verdict == verdict


@pytest.mark.parametrize(
    ("code", "documents"), [("430224", ["ZZ-145", "HN-2023"]), ("430211", ["HN-2023"])]
)
def test_zhuzhous_plan_asks_its_counties_for_a_maternal_institution(
    code: str, documents: list[str]
) -> None:
    rules = applicable_rules(county([{"code": "1"}], code=code).config, CATALOGUE)
    (rule,) = [rule for rule in rules if rule.id == "maternal-child-institution"]
    assert [source.document for source in rule.sources] == documents
