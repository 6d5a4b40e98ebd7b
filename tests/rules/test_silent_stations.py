"""A hospital that has not said whether it has an ambulance may have one, and may have none."""

from __future__ import annotations

import pytest

from coverage.assessment.assess import report_of
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.model.results import RuleResult
from coverage.travel.engine import TravelEngine
from coverage.travel.response import respond
from tests.rules_fixtures import county, network, rule_for
from tests.rules_notes import said_of

CATALOGUE = load_catalogue()
TOWNSHIPS = [{"code": str(i)} for i in range(3)]
VILLAGES = [{"code": f"v{i}", "township": str(i), "population": 100} for i in range(3)]
STATION = {"kind": "emergency_station", "ambulances": 1, "x": 5000, "y": 5000}
HOSPITAL = {"kind": "county_hospital", "x": 25000, "y": 5000}


def _tested(limit_min: float, share: float = 1.0, **other: object) -> RuleResult:
    """A road of 30 km at 60 km/h; villages and facilities on it at 5, 15 and 25 km.

    After a turn-out of 3 minutes the station is there in 3, 13 and 23, the other in 23, 13, 3.
    """
    stated = {"ems-1030": {"rural_limit_min": limit_min, "required_share": share}}
    place = county(TOWNSHIPS, VILLAGES, [STATION, {**HOSPITAL, **other}], rules=stated)
    roads = network()
    rule = rule_for(CATALOGUE, "ems-1030", place)
    engine = TravelEngine(roads)
    (result,) = report_of(place, engine, respond(place, engine), (rule,)).rules
    return result


@pytest.mark.parametrize("limit_min", [13.0, 22.99])
def test_where_its_ambulance_would_be_in_time_nobody_knows(limit_min: float) -> None:
    result = _tested(limit_min)
    assert (result.verdict, result.bound) == ("not_assessable", "at_least")
    assert result.observed == pytest.approx(2 / 3)
    assert result.missing_columns == ("facilities.ambulances",)
    assert {u.code: u.verdict for u in result.units} == {
        "0": "met",
        "1": "met",
        "2": "not_assessable",
    }
    assert said_of(result.note)["rules.cells_blank"] == 1


def test_where_it_would_be_too_late_too_it_is_unmet_and_the_share_a_least() -> None:
    result = _tested(12.99)
    assert (result.verdict, result.bound) == ("unmet", "at_least")
    assert result.observed == pytest.approx(1 / 3)
    assert result.missing_columns == ()
    units = {u.code: u.verdict for u in result.units}
    assert units == {"0": "met", "1": "unmet", "2": "not_assessable"}


@pytest.mark.parametrize(("limit_min", "share"), [(23.0, 1.0), (13.0, 0.66)])
def test_where_the_known_ones_are_enough_it_does_not_matter(limit_min: float, share: float) -> None:
    assert _tested(limit_min, share).verdict == "met"


@pytest.mark.parametrize(
    "other",
    [{"ambulances": 0}, {"kind": "village_clinic"}, {"kind": "cdc"}, {"x": None}],
    ids=["none", "clinic", "cdc", "nowhere"],
)
def test_one_that_has_none_need_not_say_or_has_no_place_answers_no_calls(
    other: dict[str, object],
) -> None:
    other = other if other != {"x": None} else {"x": -90_000}
    result = _tested(13.0, **other)
    assert (result.verdict, result.bound) == ("unmet", "exact")
    assert result.observed == pytest.approx(2 / 3)


def test_one_that_says_so_answers_them() -> None:
    assert _tested(13.0, ambulances=1).verdict == "met"
