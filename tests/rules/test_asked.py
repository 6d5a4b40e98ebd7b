"""Where rules apply, by when and with what force; directions, named things and places."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from coverage.messages import LANGUAGES
from coverage.paths import DATA
from coverage.problems import InputError
from coverage.report.condition_text import word_text
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.evidence.place_names import rows_named
from coverage.rules.model.county_kind import county_kind, is_addressed
from coverage.rules.model.deadline import due_state
from coverage.rules.model.rule import Rule
from tests.rules_fixtures import config, county, evidence, rule_for, rule_result
from tests.rules_notes import said_of

CATALOGUE = load_catalogue()
CHALING, ZIYANG, HESHAN, WENDENG, ELSEWHERE = "430224", "430902", "430903", "371003", "360681"
HUNAN = {CHALING: "target", ZIYANG: "target", HESHAN: "target"}
# The counties whose documents ask for it, the force it has there, and the date in the text.
ASKED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "tcm-hospital-level-3": ({CHALING: "target"}, {CHALING: "2025"}),
    "tcm-hospital-level-3-hunan": (HUNAN, dict.fromkeys(HUNAN, "2025")),
    "tcm-hospital-grade-2a": (HUNAN, dict.fromkeys(HUNAN, "2025")),
    "tcm-rehab-county": ({CHALING: "binding"}, {}),
    "tcm-hospital-standardised": ({CHALING: "target"}, {CHALING: "2025"}),
    "tcm-prevention-dept": ({CHALING: "target"}, {}),
    "tcm-dept-general": ({CHALING: "target"}, {CHALING: "2025"}),
    "tcm-rooms-primary": ({CHALING: "target"}, {CHALING: "2025"}),
    "tcm-master-studios": ({CHALING: "binding"}, {}),
    "tcm-day-care": ({WENDENG: "binding"}, {WENDENG: "2024"}),
    "county-hospital-level-3-zhuzhou": ({CHALING: "target"}, {}),
    "gp-each-township-hospital": ({CHALING: "target"}, {CHALING: "2025"}),
    "medical-community-date": (
        {CHALING: "target", ZIYANG: "target", WENDENG: "target"},
        {CHALING: "2025", WENDENG: "2025"},
    ),
    "mch-level-3-ziyang": ({ZIYANG: "target"}, {}),
    "tcm-level-3-ziyang": ({ZIYANG: "target"}, {}),
    "committees-wendeng": ({WENDENG: "encouraged"}, {}),
    "clinic-public-title-zhuzhou": ({CHALING: "encouraged"}, {}),
    "mental-clinic-primary": ({CHALING: "encouraged"}, {}),
    "wendeng-specialties-2024": ({WENDENG: "target"}, {WENDENG: "2024"}),
    "wendeng-specialties-2025": ({WENDENG: "target"}, {WENDENG: "2025"}),
    "wendeng-specialties": ({WENDENG: "target"}, {WENDENG: "2026"}),
    "special-disease-clinics": ({CHALING: "target", ZIYANG: "target"}, {CHALING: "2025"}),
    "quality-offices": ({CHALING: "binding"}, {CHALING: "2022"}),
    "public-health-dept": ({CHALING: "target"}, {}),
    "emergency-store": ({CHALING: "target"}, {}),
    "smoking-clinic": ({CHALING: "encouraged"}, {}),
    "eye-service": ({CHALING: "encouraged"}, {}),
    "elder-care-partners": (HUNAN, {}),
    "cdc-professional-posts": (HUNAN, {}),
    "mch-staff-primary": (dict.fromkeys(HUNAN, "binding"), {}),
    "birth-defect-centre": (HUNAN, {}),
    "clinic-insurance": (dict.fromkeys(HUNAN, "binding"), {}),
    "smart-medical-centre": ({ZIYANG: "target"}, {}),
    "posts-filled": ({ZIYANG: "encouraged"}, {}),
}
DIRECTIONS = {
    "committees-wendeng", "clinic-public-title-zhuzhou", "mental-clinic-primary",
    "smoking-clinic", "eye-service", "posts-filled",
}  # fmt: skip


def _asked_of(code: str) -> dict[str, Rule]:
    """Return the rules of which a clause asks such a county or district."""
    return {
        rule.id: rule
        for rule in applicable_rules(config(code), CATALOGUE)
        if any(is_addressed(county_kind(code), source.county_kinds) for source in rule.sources)
    }


@pytest.mark.parametrize("code", [CHALING, ZIYANG, HESHAN, WENDENG, ELSEWHERE])
def test_a_rule_is_asked_where_its_documents_apply_by_their_date_and_force(code: str) -> None:
    tested = _asked_of(code)
    asked = {rule_id for rule_id, (forces, _) in ASKED.items() if code in forces}
    assert set(tested) & set(ASKED) == asked
    for rule_id in asked:
        forces, deadlines = ASKED[rule_id]
        assert tested[rule_id].force == forces[code], rule_id
        assert tested[rule_id].deadline == deadlines.get(code), rule_id


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("430121", True), ("430182", True), ("430281", True), ("430626", True),
        ("431128", True), ("431230", True), ("433101", True), ("433130", True),
        ("430102", False), ("430112", False), ("430212", False), ("430903", False),
        ("431202", False), ("431302", False),
    ],
)  # fmt: skip
def test_counties_and_county_level_cities_of_hunan_are_asked_and_its_districts_are_not(
    code: str, asked: bool
) -> None:
    tested = _asked_of(code)
    assert ("medical-community-date" in tested) == asked
    if asked:
        sources = tested["medical-community-date"].sources
        assert [(s.document, s.deadline) for s in sources] == [("HN-2023", "2025")]


def test_each_date_of_wendengs_departments_is_judged_by_itself() -> None:
    new_year = date(2026, 1, 1)
    states = {
        rule_id: due_state(CATALOGUE[rule_id].deadline, "unmet", new_year)
        for rule_id in CATALOGUE
        if rule_id.startswith("wendeng-specialties")
    }
    assert states == {
        "wendeng-specialties-2024": "overdue",
        "wendeng-specialties-2025": "overdue",
        "wendeng-specialties": "not_yet_due",
    }


def test_directions_are_those_of_which_the_text_gives_no_figure() -> None:
    assert {rule.id for rule in CATALOGUE.values() if rule.direction} == DIRECTIONS
    for rule_id in DIRECTIONS:
        rule = CATALOGUE[rule_id]
        assert (rule.force, rule.deadline) == ("encouraged", None)
        figure = rule.parameters.get("required_share") or rule.parameters["minimum"]
        assert figure.origin == "assumption"
        assert due_state(rule.deadline, "unmet", date(2099, 1, 1)) == "none"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("force: encouraged", "force: target"),
        ("force: encouraged", 'force: encouraged\n    deadline: "2025"'),
        ("value: 1.0", "value: 0.9"),
    ],
)
def test_a_direction_with_a_figure_or_a_date_is_refused(
    tmp_path: Path, before: str, after: str
) -> None:
    text = (DATA / "rules" / "eye-service.yaml").read_text(encoding="utf-8")
    assert text.count(before) == 1
    (tmp_path / "eye-service.yaml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["rules.direction_firm"]


def test_a_county_that_sets_a_figure_for_a_direction_is_told_that_it_is_its_own() -> None:
    facilities = [
        {"kind": "county_hospital", "eye_dept": True},
        {"kind": "county_hospital", "eye_dept": False},
    ]
    rules = {"eye-service": {"required_share": 0.5}}
    place = county([{"code": "1", "population": 5}], [], facilities, CHALING, rules)
    result = rule_result(rule_for(CATALOGUE, "eye-service", place), place, evidence(place, []))
    assert (result.verdict, result.observed) == ("met", 0.5)
    assert set(said_of(result.note)) == {"rules.direction_share"}
    assert result.note is not None
    assert "50" in result.note.text("en")


@pytest.mark.parametrize("extra", ["unit_kinds", "sum_column", "village_column"])
@pytest.mark.parametrize(
    "rule_id", ["wendeng-specialties", "mch-level-3-ziyang", "tcm-hospital-grade-2a"]
)
def test_things_names_and_alternatives_are_of_the_countys_facilities_only(
    tmp_path: Path, rule_id: str, extra: str
) -> None:
    rule = yaml.safe_load((DATA / "rules" / f"{rule_id}.yaml").read_text(encoding="utf-8"))
    value, choices = {
        "unit_kinds": (["township"], ["township"]),
        "sum_column": ("beds", []),
        "village_column": ("maternal_worker", []),
    }[extra]
    meaning = {"zh": "试", "en": "trial"}
    stated = {"value": value, "origin": "text", "choices": choices, "meaning": meaning}
    rule["parameters"][extra] = stated
    if extra == "unit_kinds":
        rule["scope"]["unit_kinds"] = ["township"]
    text = yaml.safe_dump(rule, allow_unicode=True)
    (tmp_path / f"{rule_id}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue(tmp_path)
    assert {problem.code for problem in caught.value.problems} == {"rules.things_alone"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("specialty_names = 康复", "rules.condition_type"),
        ("specialty_names", "rules.condition_type"),
        ("beds includes 康复", "rules.condition_type"),
        ("specialties_names includes 康复", "rules.column_unknown"),
        ("specialty_names includes", "rules.condition_form"),
        ("specialty_names includes |", "rules.condition_form"),
        ("葛家镇: ", "rules.condition_form"),
    ],
)
def test_things_that_say_nothing_of_a_facility(tmp_path: Path, word: str, code: str) -> None:
    path = DATA / "rules" / "wendeng-specialties-2024.yaml"
    text = path.read_text(encoding="utf-8").replace("葛家镇: specialty_names includes 疼痛", word)
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue(tmp_path)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(
    ("word", "chinese"),
    [
        ("specialty_names includes 疼痛", "特色专科名称里有：疼痛"),
        ("泽头镇: specialty_names includes 耳鼻喉|五官", "泽头镇：特色专科名称里有：耳鼻喉；五官"),
        ("430902: kind = county_hospital", "益阳市资阳区：类型=县级综合医院"),
        ("430902: township_hospital", "益阳市资阳区：乡镇卫生院"),
    ],
)  # fmt: skip
def test_conditions_are_shown_in_words(word: str, chinese: str) -> None:
    assert word_text(word, "zh").startswith(chinese)
    for language in LANGUAGES:
        assert "_" not in word_text(word, language)
        assert "{" not in word_text(word, language)


@pytest.mark.parametrize(
    ("names", "wanted", "rows"),
    [
        (["宋村镇", "葛家镇"], "葛家镇", [1]),
        (["宋村", "葛 家 镇"], "葛家镇", [1]),
        (["宋村街道", "葛家乡"], "宋村镇", [0]),
        (["文登区宋村镇", "威海市文登区葛家镇"], "葛家镇", [1]),
        (["宋村街道", "宋村镇"], "宋村镇", [1]),  # of two that are alike the exact one
        (["大宋村镇", "宋村营镇"], "宋村镇", []),
        (["市中街道", "中街道"], "市中街道", [0]),
        (["新区镇"], "新区", [0]),
        (["镇", "乡"], "宋村镇", []),
        ([], "宋村镇", []),
    ],
)
def test_a_named_place_is_found_in_other_spelling(
    names: list[str], wanted: str, rows: list[int]
) -> None:
    assert rows_named(names, wanted).tolist() == rows


def test_sub_centres_are_found_in_places_of_other_spelling() -> None:
    towns = [
        {"code": "1", "name": "益阳市资阳区新桥河镇", "population": 10},
        {"code": "2", "name": "茈湖口", "population": 10},
    ]
    facilities = [
        {"kind": "central_township_hospital", "township": code, "sub_centre": True}
        for code in ("1", "2")
    ]
    place = county(towns, [], facilities, ZIYANG)
    rule = rule_for(CATALOGUE, "sub-centres-ziyang", place)
    result = rule_result(rule, place, evidence(place, []))
    assert (result.verdict, result.observed) == ("met", 2)


@pytest.mark.parametrize(
    ("hospice", "verdict", "observed", "shortfall", "bound"),
    [
        (True, "unmet", 1, 2, "exact"),
        (None, "unmet", 1, 2, "at_most"),  # it may have one of the three: two are lacking
        (False, "unmet", 0, 3, "exact"),
    ],
)
def test_things_that_are_lacking_whatever_a_blank_cell_holds(
    hospice: bool | None, verdict: str, observed: float, shortfall: float, bound: str
) -> None:
    facility = {"icu": False, "hospice": hospice, "psychiatric_ward": False, "township": "1"}
    place = county(
        [{"code": "1", "name": "葛家镇", "population": 10}],
        [],
        [{"kind": "township_hospital", **facility}],
    )
    rule = rule_for(CATALOGUE, "wendeng-specialties-2024", place).with_values(
        {"things": ["葛家镇: icu", "葛家镇: hospice", "葛家镇: psychiatric_ward"]}
    )
    result = rule_result(rule, place, evidence(place, []))
    (unit,) = result.units
    for one in (result, unit):
        assert (one.verdict, one.observed, one.shortfall) == (verdict, observed, shortfall)
        assert one.bound == bound
