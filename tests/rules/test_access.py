"""The residents' way to what a rule names, by hand on one straight road at 1 km a minute."""

from __future__ import annotations

from typing import Any

import pytest

from coverage.assessment.assess import report_of
from coverage.report.access import access_text
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.evaluate import collect_evidence
from coverage.rules.evidence.access import MINUTES
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.travel import access_minutes
from coverage.rules.model.results import AccessResult
from coverage.rules.model.rule import Access, Rule
from coverage.rules.registry import destinations
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, network, response, rule_for

CATALOGUE = load_catalogue()
TOWNSHIPS = [{"code": str(i), "name": f"镇{i}"} for i in range(3)]
VILLAGES = [
    {"code": "a", "township": "0", "population": 600, "x": 5000, "y": 5000},
    {"code": "b", "township": "1", "population": 300, "x": 17000, "y": 5000},
    {"code": "c", "township": "2", "population": 100, "x": 29000, "y": 5000},
]
FACILITIES = [
    {"id": "z", "kind": "township_hospital", "sub_centre": True, "x": 2000, "y": 5000},
    {"id": "y", "kind": "township_hospital", "sub_centre": False, "x": 17000, "y": 5000},
    {"id": "x", "kind": "township_hospital", "sub_centre": True, "x": 22000, "y": 5000},
    {"id": "w", "kind": "village_clinic", "sub_centre": True, "township": "0"},
]


def _rule(**access: Any) -> Rule:
    stated = Access(**{"facility_kinds": [], **access})
    return CATALOGUE["village-clinic"].model_copy(update={"access": stated})


def _access(rule: Rule, villages: Any = VILLAGES, *, backward: bool = True) -> AccessResult:
    place = county(TOWNSHIPS, villages, FACILITIES)
    where = place, TravelEngine(network(backward=backward)), response(place, [5.0] * 3)
    (result,) = report_of(*where, (rule,)).rules
    assert result.access is not None
    return result.access


def test_minutes_to_the_nearest_that_is_known_to_be_one() -> None:
    access = _access(_rule(facility_where=["sub_centre"]))
    assert [v.minutes for v in access.villages] == [3.0, 5.0, 7.0]
    assert [v.facility_id for v in access.villages] == ["z", "x", "x"]
    assert [v.straight_km for v in access.villages] == [3.0, 5.0, 7.0]
    assert [v.township for v in access.villages] == ["镇0", "镇1", "镇2"]


def test_distribution_over_residents() -> None:
    rule = rule_for(CATALOGUE, "sub-centres-ziyang", county(TOWNSHIPS, VILLAGES, FACILITIES))
    access = _access(rule.with_values({"named_units": ["镇0"]}))
    assert [v.minutes for v in access.villages] == [3.0, 15.0, 27.0]
    assert access.mean_min == pytest.approx((600 * 3 + 300 * 15 + 100 * 27) / 1000)
    assert (access.median_min, access.p90_min) == (3.0, 15.0)
    assert access.within_share == dict(zip(MINUTES, [0.6, 0.9, 1.0, 1.0], strict=True))
    assert (access.population, access.unreachable) == (1000.0, 0.0)


def test_residents_obey_one_way_roads_towards_the_facility() -> None:
    access = _access(_rule(facility_where=["sub_centre"]), backward=False)
    assert [v.facility_id for v in access.villages] == ["x", "x", ""]
    assert [v.minutes for v in access.villages][:2] == [17.0, 5.0]
    assert access.unreachable == 100
    assert (access.unreached_villages, access.far_villages) == (1, 0)


def test_the_way_from_the_door_to_the_road_is_paid() -> None:
    away = [{**VILLAGES[0], "y": 6000}, *VILLAGES[1:]]
    access = _access(_rule(facility_where=["sub_centre"]), away)
    assert access.villages[0].minutes == pytest.approx(3 + 1.3 / 10 * 60)


def test_villages_too_far_from_a_road_are_told_apart() -> None:
    away = [{**VILLAGES[0], "y": 9000}, *VILLAGES[1:]]
    access = _access(_rule(facility_where=["sub_centre"]), away, backward=False)
    assert (access.unreached_villages, access.far_villages) == (2, 1)
    assert access_text(access, "en").endswith(
        "2 villages cannot get there, 1 of them because they are too far from any road."
    )


def test_a_village_goes_to_the_facility_that_serves_it() -> None:
    served = [{**VILLAGES[0], "serving_facility": "x"}, *VILLAGES[1:]]
    access = _access(_rule(serving=True, facility_where=["sub_centre"]), served)
    assert (access.villages[0].facility_id, access.villages[0].minutes) == ("x", 17.0)
    assert access.villages[1].facility_id == "x"
    nowhere = [{**VILLAGES[0], "serving_facility": "w"}, *VILLAGES[1:]]
    access = _access(_rule(serving=True, facility_where=["sub_centre"]), nowhere)
    assert access.villages[0].facility_id == "z"


def test_nowhere_to_go() -> None:
    access = _access(_rule(facility_kinds=["nursery"]))
    assert access.unreachable == 1000
    assert {v.facility_id for v in access.villages} == {""}
    assert access.mean_min != access.mean_min
    assert access.within_share[60] == 0.0


def test_one_sweep_serves_rules_of_the_same_facilities() -> None:
    place = county(TOWNSHIPS, VILLAGES, FACILITIES)
    one, two = _rule(facility_where=["sub_centre"]), _rule(facility_where=["sub_centre"])
    rules = (one, two.model_copy(update={"id": "two"}), CATALOGUE["township-hospital"])
    found = collect_evidence(
        CountyFacts(place), TravelEngine(network()), response(place, [5.0] * 3), rules
    )
    assert found["two"].access is found["village-clinic"].access is not None
    assert found["township-hospital"].access is None


def test_verdicts_on_minutes_go_by_the_facilities_of_their_own_parameters() -> None:
    place = county(TOWNSHIPS, VILLAGES, FACILITIES, rules={"service-radius": {}})
    rule = rule_for(CATALOGUE, "service-radius", place)
    rule = rule.with_values({"facility_kinds": ["village_clinic", "township_hospital"]})
    goal = destinations(rule, CountyFacts(place))
    assert goal is not None
    assert [place.facilities["id"].iloc[row] for row in goal.rows] == ["x", "y", "z"]
    minutes = access_minutes(place, TravelEngine(network()), goal.rows, goal.serving)
    assert minutes.villages["minutes"].tolist() == [3.0, 0.0, 7.0]
