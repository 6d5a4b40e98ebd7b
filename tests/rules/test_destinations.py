"""To which facilities the residents' travel time is told with each rule."""

from __future__ import annotations

import pytest

from coverage.county.model import County
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.registry import destination_query, destinations
from tests.rules_fixtures import county, rule_for

CATALOGUE = load_catalogue()
KINDS = (
    "county_hospital",
    "tcm_hospital",
    "mch_institution",
    "township_hospital",
    "central_township_hospital",
    "community_centre",
    "community_station",
    "village_clinic",
    "emergency_station",
    "nursery",
    "cdc",
    "care_home",
    "other",
)
PRIMARY = {
    "township_hospital",
    "central_township_hospital",
    "community_centre",
    "community_station",
    "village_clinic",
}
HOSPITALS = {"township_hospital", "central_township_hospital"}
GOING = {
    "ems-points": set(KINDS),
    "service-radius": PRIMARY,
    "service-coverage": {"village_clinic"},
    "sub-centres-zhuzhou": {"central_township_hospital"},
    "sub-centres-ziyang": HOSPITALS,
    "sub-centres-wendeng": HOSPITALS,
}
MARKS = ("emergency_point", "sub_centre")
PLACES = {
    "sub-centres-ziyang": {"新桥河镇", "茈湖口镇"},
    "sub-centres-wendeng": {"宋村镇", "葛家镇", "大水泊镇"},
}
TOWNSHIPS = ("新桥河镇", "茈湖口镇", "宋村镇", "葛家镇", "大水泊镇", "长春镇")


def _with_one_of_every_kind(value: bool | None) -> County:
    """Return a county with a facility of every kind in every township, all marks being `value`."""
    return county(
        [{"code": name, "name": name, "population": 10} for name in TOWNSHIPS],
        facilities=[
            {
                "id": f"{name}:{kind}",
                "kind": kind,
                "township": name,
                "x": 1,
                "y": 1,
                **dict.fromkeys(MARKS, value),
            }
            for name in TOWNSHIPS
            for kind in KINDS
        ],
    )


def _ids(rule_id: str, place: County) -> set[str]:
    found = destinations(rule_for(CATALOGUE, rule_id, place), CountyFacts(place))
    assert found is not None
    return set(place.facilities["id"].iloc[list(found.rows)])


@pytest.mark.parametrize("rule_id", GOING)
def test_destinations_are_of_the_kinds_and_in_the_places_named(rule_id: str) -> None:
    places = PLACES.get(rule_id, set(TOWNSHIPS))
    wanted = {f"{name}:{kind}" for name in places for kind in GOING[rule_id]}
    assert _ids(rule_id, _with_one_of_every_kind(True)) == wanted


@pytest.mark.parametrize("rule_id", sorted(set(GOING) - {"service-radius", "service-coverage"}))
@pytest.mark.parametrize("value", [False, None])
def test_what_is_not_known_to_be_one_is_no_destination(rule_id: str, value: bool | None) -> None:
    assert _ids(rule_id, _with_one_of_every_kind(value)) == set()


def test_a_rule_that_rests_on_minutes_has_no_access_block_to_differ() -> None:
    for rule in CATALOGUE.values():
        if rule.kind in ("response_time", "service"):
            assert rule.access is None, rule.id


def test_destinations_move_with_the_rules_own_parameters() -> None:
    place = _with_one_of_every_kind(True)
    rule = rule_for(CATALOGUE, "sub-centres-ziyang", place)
    moved = rule.with_values(
        {"named_units": ["长春镇"], "facility_kinds": ["nursery"], "facility_where": []}
    )
    found = destinations(moved, CountyFacts(place))
    assert found is not None
    assert [place.facilities["id"].iloc[row] for row in found.rows] == ["长春镇:nursery"]


def test_only_these_rules_tell_travel_time() -> None:
    told = {rule_id for rule_id, rule in CATALOGUE.items() if destination_query(rule) is not None}
    assert told == set(GOING)
