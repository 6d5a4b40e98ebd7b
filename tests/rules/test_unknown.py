"""What is not known is said, and never told as a figure: blank columns, and places unknown."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from coverage.assessment.assess import report_of
from coverage.county.words import TABLES, columns
from coverage.rules.catalogue.load import check_values, load_catalogue
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, evidence, network, response, rule_for, rule_result
from tests.rules_notes import said_of

CATALOGUE = load_catalogue()
TOWNSHIPS = [{"code": str(i), "name": f"镇{i}", "population": 100} for i in range(3)]
VILLAGES = [
    {"code": "a", "township": "0", "population": 100, "x": 5000, "y": 5000},
    {"code": "b", "township": "1", "population": 100, "x": 15000, "y": 5000},
    {"code": "c", "township": "2", "population": 100, "x": 25000, "y": 5000},
]


def _radius(**values: Any) -> Rule:
    """Residents' minutes to a hospital with a psychiatric ward, 1 km a minute."""
    rule = CATALOGUE["service-radius"]
    stated = {
        "facility_kinds": ["county_hospital"],
        "facility_where": ["psychiatric_ward"],
        "urban_limit_min": 12.0,
        "rural_limit_min": 12.0,
        "required_share": 1.0,
        **values,
    }
    where = rule.parameters["facility_kinds"].model_copy(update={"choices": (), "value": []})
    return rule.model_copy(
        update={"parameters": {**rule.parameters, "facility_where": where}}
    ).with_values(stated)


def _hospital(x: float | None, ward: bool | None, **more: Any) -> dict[str, Any]:
    placed = {} if x is None else {"x": x, "y": 5000}
    return {"kind": "county_hospital", "psychiatric_ward": ward, **placed, **more}


def _tested(rule: Rule, facilities: list[dict[str, Any]], villages: Any = VILLAGES) -> RuleResult:
    place = county(TOWNSHIPS, villages, facilities)
    return report_of(
        place, TravelEngine(network()), response(place, [5.0] * len(villages)), (rule,)
    ).rules[0]


def test_where_no_destination_is_known_nobody_is_told_to_be_unreachable() -> None:
    result = _tested(_radius(), [_hospital(15000, None), _hospital(5000, False)])
    assert result.access is None
    assert (result.verdict, result.missing_columns) == (
        "not_assessable",
        ("facilities.psychiatric_ward",),
    )
    assert math.isnan(result.observed)
    assert math.isnan(result.population_short)
    said = said_of(result.note)
    assert said["rules.no_destination_known"] == 1
    assert "rules.cannot_reach" not in said
    assert {unit.verdict for unit in result.units} == {"not_assessable"}


def test_where_there_is_none_for_certain_everybody_is_unreachable() -> None:
    result = _tested(_radius(), [_hospital(15000, False)])
    assert result.access is not None
    assert (result.access.unreachable, result.verdict) == (300.0, "unmet")


def test_what_a_hospital_that_does_not_say_cannot_mend_is_unmet() -> None:
    far = {"code": "d", "township": "2", "population": 1, "x": 28000, "y": 9500}
    result = _tested(_radius(), [_hospital(15000, None)], [*VILLAGES, far])
    assert result.verdict == "unmet"
    assert result.access is None
    assert math.isnan(result.observed)
    assert math.isnan(result.population_short)
    assert result.shortfall == pytest.approx(1 / 301)
    assert [u.verdict for u in result.units] == ["not_assessable", "not_assessable", "unmet"]


def test_how_many_are_unknown_stands_beside_what_is_known() -> None:
    near, others = _hospital(5000, True), [_hospital(20000, None), _hospital(25000, None)]
    result = _tested(_radius(), [near, *others])
    assert result.access is not None
    assert [village.minutes for village in result.access.villages] == [0.0, 10.0, 20.0]
    assert said_of(result.note)["rules.destinations_unknown"] == 2
    assert (result.verdict, result.observed) == ("not_assessable", pytest.approx(2 / 3))
    enough = _tested(_radius(required_share=0.5), [near, *others])
    assert (enough.verdict, enough.missing_columns) == ("met", ())
    assert said_of(enough.note)["rules.destinations_unknown"] == 2


def test_a_hospital_that_helps_does_not_make_it_worse() -> None:
    """One that says yes, far away, beside one that does not say."""
    one = _tested(_radius(), [_hospital(15000, None)])
    two = _tested(_radius(), [_hospital(15000, None), _hospital(0, True)])
    assert (one.verdict, two.verdict) == ("not_assessable", "not_assessable")


def test_facilities_without_a_place() -> None:
    nowhere = _hospital(None, True, township="1")
    result = _tested(_radius(), [nowhere])
    assert result.access is None
    assert (result.verdict, result.missing_columns) == (
        "not_assessable",
        ("facilities.lon", "facilities.lat"),
    )
    assert said_of(result.note) == {"rules.destinations_unplaced": 1, "rules.could_turn": None}
    beside = _tested(_radius(), [nowhere, _hospital(5000, True)])
    assert beside.access is not None
    assert (beside.verdict, said_of(beside.note)["rules.destinations_unplaced"]) == (
        "not_assessable",
        1,
    )
    assert beside.missing_columns == ("facilities.lon", "facilities.lat")


def test_a_hospital_may_stand_anywhere_in_the_township_that_it_names() -> None:
    """The village c is 5 km beyond the border of the first, 15 km beyond that of the other."""
    for township, verdict in (("1", "not_assessable"), ("0", "unmet"), (None, "not_assessable")):
        nowhere = _hospital(None, True, township=township)
        for others in ([], [_hospital(5000, True)]):
            assert _tested(_radius(), [nowhere, *others]).verdict == verdict, township


def test_who_can_reach_no_village_of_a_township_reaches_no_hospital_there() -> None:
    """The only road leads one way, from the first township to the third."""
    nowhere = [_hospital(None, True, township="1")]
    place = county(TOWNSHIPS, VILLAGES, nowhere)
    times = response(place, [5.0] * 3)
    (result,) = report_of(place, TravelEngine(network(backward=False)), times, (_radius(),)).rules
    assert [u.verdict for u in result.units] == ["not_assessable", "not_assessable", "unmet"]


def test_a_hospital_that_may_stand_anywhere_is_no_help_far_from_every_road() -> None:
    far = {"code": "d", "township": "2", "population": 1, "x": 28000, "y": 9500}
    result = _tested(_radius(), [_hospital(None, True, township="1")], [*VILLAGES, far])
    assert (result.verdict, result.missing_columns) == ("unmet", ())
    assert [u.verdict for u in result.units] == ["not_assessable", "not_assessable", "unmet"]


def test_a_clinic_that_may_stand_anywhere_may_serve_whoever_names_no_other() -> None:
    """Beside one that stands too far, and is named by one of the villages."""
    nowhere = {"id": "n", "kind": "village_clinic", "township": "0"}
    there = {"id": "t", "kind": "village_clinic", "x": 0, "y": 5000}
    far = {"code": "d", "township": "2", "x": 28000, "y": 9500}
    places = [VILLAGES[1], {**VILLAGES[2], "serving_facility": "t"}, far]
    villages = [{**place, "service_mode": "central_clinic"} for place in places]
    rule = CATALOGUE["service-coverage"].with_values({"limit_min": 12.0})
    one = _tested(rule, [nowhere], villages)
    two = _tested(rule, [nowhere, there], villages)
    assert [u.verdict for u in one.units] == ["not_assessable", "not_assessable", "unmet"]
    assert [u.verdict for u in two.units] == ["not_assessable", "unmet", "unmet"]
    only = _tested(rule, [nowhere, there], villages[:1])
    assert only.missing_columns == ("facilities.lon", "facilities.lat")
    assert said_of(only.note)["rules.destinations_unplaced"] == 1


def test_destinations_too_far_from_a_road_are_counted() -> None:
    result = _tested(_radius(), [_hospital(5000, True), _hospital(5000, True, y=9500)])
    assert said_of(result.note)["rules.destinations_far"] == 1


@pytest.mark.parametrize(
    ("clinic", "mode", "verdict", "missing"),
    [
        ({"tcm_service": True, "x": 15000, "y": 5000}, "central_clinic", "met", ()),
        ({"tcm_service": False, "x": 15000, "y": 5000}, "central_clinic", "unmet", ()),
        (
            {"x": 15000, "y": 5000},
            "central_clinic",
            "not_assessable",
            ("facilities.tcm_service",),
        ),
        ({"x": 15000, "y": 5000}, "none", "unmet", ()),
        ({"x": 29000, "y": 5000}, "central_clinic", "unmet", ()),
        (
            {"tcm_service": True, "township": "0"},
            "central_clinic",
            "not_assessable",
            ("facilities.lon", "facilities.lat"),
        ),
    ],
)
def test_a_clinic_of_which_it_is_not_known_may_serve(
    clinic: dict[str, Any], mode: str, verdict: str, missing: tuple[str, ...]
) -> None:
    rule = CATALOGUE["service-coverage"]
    where = rule.parameters["modes"].model_copy(update={"choices": (), "value": ["tcm_service"]})
    rule = rule.model_copy(update={"parameters": {**rule.parameters, "facility_where": where}})
    village = {**VILLAGES[0], "service_mode": mode}
    result = _tested(rule, [{"kind": "village_clinic", **clinic}], [village])
    assert (result.verdict, result.missing_columns) == (verdict, missing)


def _blank_everywhere(rule: Rule) -> RuleResult:
    kinds = ["county_hospital", "tcm_hospital", "mch_institution", "township_hospital"]
    kinds += ["central_township_hospital", "community_centre", "village_clinic"]
    facilities = [{"kind": kind, "township": "0"} for kind in kinds]
    place = county(TOWNSHIPS, VILLAGES, facilities)
    return rule_result(rule, place, evidence(place, VILLAGES))


@pytest.mark.parametrize("rule_id", CATALOGUE)
@pytest.mark.parametrize("some", [False, True])
def test_a_note_calls_a_column_by_its_name_in_its_language(rule_id: str, some: bool) -> None:
    """With every cell blank, and with some."""
    rule = CATALOGUE[rule_id]
    result = _blank_everywhere(rule)
    if some:
        names = [c.column for c in columns()["facilities"] if c.type in ("yes_no", "integer")]
        full = dict.fromkeys(names, 1) | {"level": 2, "ownership": "public"}
        kinds = ["county_hospital", "tcm_hospital", "mch_institution", "township_hospital"]
        facilities = [row for kind in kinds for row in ({"kind": kind, **full}, {"kind": kind})]
        place = county(TOWNSHIPS, VILLAGES, facilities)
        result = rule_result(rule, place, evidence(place, VILLAGES))
    if result.note is None:
        return
    english = {column.column for table in TABLES for column in columns()[table]}
    quoted = re.findall(r"“([^”]+)”", result.note.text("zh"))
    assert not english & set(quoted)
    chinese = {column.chinese for table in TABLES for column in columns()[table]}
    assert set(quoted) <= chinese | {"否", "无"}
    assert set(re.findall(r"“([^”]+)”", result.note.text("en"))) <= english


def test_a_column_has_both_names() -> None:
    result = _blank_everywhere(CATALOGUE["hospice"])
    assert result.note is not None
    assert "“安宁疗护”" in result.note.text("zh")
    assert "“hospice”" in result.note.text("en")


def test_only_facilities_that_the_rule_speaks_of_are_counted_as_silent() -> None:
    """A public hospital need not state its beds for a rule on private ones."""
    hospital = {"kind": "other", "township": "0"}
    facilities = [
        {**hospital, "ownership": "private", "beds": 5},
        {**hospital, "ownership": "private"},
        {**hospital, "ownership": "public"},
        {**hospital},
    ]
    place = county(TOWNSHIPS, VILLAGES, facilities)
    rule = CATALOGUE["private-beds"]
    judged = {"judged": rule.parameters["judged"].model_copy(update={"value": True})}
    rule = rule.model_copy(update={"parameters": {**rule.parameters, **judged}})
    result = rule_result(rule, place, evidence(place, VILLAGES))
    assert (
        said_of(result.note).get("rules.number_unknown") == 2
    )  # the private one, and one of which
    # it is not known whose it is


@pytest.mark.parametrize("rule_id", ["maternal-worker", "service-coverage"])
def test_villages_of_another_area_class_are_not_asked(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    scope = rule.scope.model_copy(update={"area_classes": ("rural",)})
    villages = [
        {**VILLAGES[0], "area": "111"},
        {**VILLAGES[1], "maternal_worker": True, "service_mode": "rounds"},
    ]
    result = _tested(rule.model_copy(update={"scope": scope}), [{"kind": "other"}], villages)
    assert {u.code: u.verdict for u in result.units} == {"a": "not_applicable", "b": "met"}
    assert (result.verdict, result.observed, result.required) == ("met", 1.0, 1.0)
    nobody = _tested(rule.model_copy(update={"scope": scope}), [{"kind": "other"}], villages[:1])
    assert (nobody.verdict, nobody.required) == ("not_applicable", 0.0)


def test_named_places_are_one_figure_for_verdict_and_travel_time() -> None:
    facilities = [
        {"id": f"f{i}", "kind": "township_hospital", "sub_centre": True, "x": x, "y": 5000}
        for i, x in enumerate((5000, 25000))
    ]
    moved = {"sub-centres-ziyang": {"named_units": ["镇0", "镇1"]}}
    place = county(TOWNSHIPS, VILLAGES, facilities, rules=moved)
    rule = rule_for(CATALOGUE, "sub-centres-ziyang", place)
    times = response(place, [5.0] * 3)
    (result,) = report_of(place, TravelEngine(network()), times, (rule,)).rules
    assert {u.name: u.verdict for u in result.units} == {"镇0": "met", "镇1": "unmet"}
    assert result.access is not None
    assert {village.facility_id for village in result.access.villages} == {"f0"}


def test_the_beds_of_a_sub_centre_are_an_assumption() -> None:
    parameter = CATALOGUE["sub-centres-ziyang-scale"].parameters["facility_where"]
    assert parameter.origin == "assumption"
    assert "假设" in parameter.meaning.zh
    assert "assumed" in parameter.meaning.en


@pytest.mark.parametrize(
    ("rule_id", "name", "value", "error"),
    [
        ("ems-1030", "facility_kinds", ["emergency_station"], "every_ambulance"),
        ("hospice", "named_units", ["镇0"], "named_units_alone"),
    ],
)
def test_parameters_that_would_be_ignored_are_refused(
    rule_id: str, name: str, value: list[str], error: str
) -> None:
    rule = CATALOGUE[rule_id]
    parameter = CATALOGUE["hospice"].parameters["facility_where"]
    added = parameter.model_copy(update={"value": value})
    rule = rule.model_copy(update={"parameters": {**rule.parameters, name: added}})
    assert [item["type"] for _, item in check_values(rule)] == [error]
