"""A rule made from a form: read by the catalogue's loader, tested like any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coverage.analysis.outcome import same_figures
from coverage.analysis.trial import trial_result
from coverage.messages import catalogue as messages
from coverage.problems import InputError
from coverage.rules.authoring.own import (
    Answers,
    answers_of,
    checked,
    is_deadline,
    own_rule,
)
from coverage.rules.authoring.rule_file import rule_text
from coverage.rules.model.rule import ParameterValue
from coverage.rules.registry import forms, kinds
from tests.demonstration import demonstration_report
from tests.errors import input_error
from tests.examples import examples

ANSWERED: dict[str, dict[str, ParameterValue]] = {
    "response_to": {"facility_kinds": ["county_hospital"]},
    "presence_village": {"village_column": "maternal_worker"},
    "share_quality": {"quality": ["icu"]},
    "share_sums": {"numerator_column": "gps", "denominator_column": "physicians"},
    "share_kinds": {"numerator_kinds": ["village_clinic"], "denominator_column": "beds"},
    "per_population": {"column": "ambulances"},
    "density": {"column": "beds"},
}


def answers(form: str, **values: ParameterValue) -> Answers:
    stated = {**ANSWERED.get(form, {}), **values}
    return Answers(form, "own-x", "试一试", "430902", stated)


def read(folder: Path, given: Answers) -> str:
    return checked(folder, given.id, rule_text(own_rule(given))).kind


@pytest.mark.parametrize("form", forms())
def test_every_form_gives_a_rule_that_can_be_read_and_tested(form: str, tmp_path: Path) -> None:
    given = answers(form)
    rule = checked(tmp_path, "own-x", rule_text(own_rule(given)))
    assert rule.kind == forms()[form].kind
    assert rule.scope.regions == ("430902",)
    result = trial_result(demonstration_report(), rule)
    assert result.verdict in ("met", "unmet", "not_assessable")
    assert result.unit == rule.unit
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", forms())
def test_a_rule_can_be_opened_in_the_form_again(form: str, tmp_path: Path) -> None:
    rule = checked(tmp_path, "own-x", rule_text(own_rule(answers(form))))
    again = answers_of(rule)
    assert again is not None
    assert again.form == form
    assert checked(tmp_path, "own-x", rule_text(own_rule(again))) == rule


def test_every_question_has_its_words_and_is_a_parameter_of_its_kind() -> None:
    for name, form in forms().items():
        assert f"rules_page.form_{name}" in messages()
        known = set(kinds()[form.kind].parameters.model_fields)
        asked = [question.name for question in form.questions]
        assert {*asked, *form.fixed} <= known
        assert len(asked) == len(set(asked))
        needed = {
            field
            for field, info in kinds()[form.kind].parameters.model_fields.items()
            if info.is_required()
        }
        assert needed <= {*asked, *form.fixed}


def test_the_same_question_as_a_rule_of_the_catalogue_has_the_same_answer(tmp_path: Path) -> None:
    report = demonstration_report()
    results = {result.rule.id: result for result in report.rules}
    for form, rule_id, values in (
        ("response_from", "ems-1030", {}),
        ("presence_units", "township-hospital", {}),
        ("density", "physicians", {"per": 1000}),
        ("staffing", "gp-per-facility", {}),
        ("per_population", "own-hospice-150k", {"column": ""}),
        ("response_to", "own-urban-care-15", {}),
    ):
        known = results[rule_id]
        stated = {**known.rule.values(), **values}
        asked = {question.name for question in forms()[form].questions}
        kept = {name: value for name, value in stated.items() if name in asked}
        rule = checked(tmp_path, "own-x", rule_text(own_rule(answers(form, **kept))))
        if rule_id == "own-urban-care-15":
            scope = rule.scope.model_copy(update={"area_classes": ("urban",)})
            rule = rule.model_copy(update={"scope": scope})
        result = trial_result(report, rule)
        assert same_figures(result, known), rule_id
        units = [u.verdict for u in known.units]
        if rule_id == "ems-1030":  # the form does not ask who should state their ambulances
            units = ["unmet" if v == "not_assessable" else v for v in units]
        assert [u.verdict for u in result.units] == units


def test_what_is_left_empty_is_left_out() -> None:
    rule = own_rule(answers("density"))
    assert set(rule["parameters"]) == {"column", "per", "figure"}
    assert rule["sources"][0]["deadline"] is None
    assert rule["title"] == {"zh": "试一试", "en": "试一试"}
    assert rule["parameters"]["figure"]["unit"] == "per_1000"
    per_10000 = own_rule(answers("density", per=10_000))
    assert per_10000["unit"] == per_10000["parameters"]["figure"]["unit"] == "per_10000"
    assert "max_match_m" not in own_rule(answers("presence_units"))["parameters"]
    village = own_rule(answers("presence_units", unit_kinds=["village"]))
    assert village["parameters"]["max_match_m"]["value"] == 1000


EVIL = [
    "<script>alert(1)</script>",
    "a: b\n- c",
    "'\"\\",
    "&a *a",
    "yes",
    "2025",
    "{{x}}",
    "🚑",
    "!!python/object/apply:os.system [id]",
    "0\x850",
    "0\u20280",
]


@pytest.mark.parametrize("words", EVIL)
def test_words_stay_words(words: str, tmp_path: Path) -> None:
    given = replace(answers("staffing"), title=words, document=words, clause=words, reading=words)
    rule = checked(tmp_path, "own-x", rule_text(own_rule(given)))
    assert rule.title.zh == words.strip()
    assert rule.sources[0].clause == words.strip()


@examples(40)
@given(st.text(min_size=1).filter(lambda s: s.strip()))
def test_any_title_survives_the_file(words: str) -> None:
    content = rule_text(own_rule(replace(answers("staffing"), title=words)))
    assert yaml.safe_load(content)["title"]["zh"] == words.strip()


@pytest.mark.parametrize("rule_id", ["", "../evil", "A", "a b", "规则", "a" * 101, ".."])
def test_an_id_that_is_no_file_name_is_refused(rule_id: str, tmp_path: Path) -> None:
    given = replace(answers("staffing"), id=rule_id)
    with pytest.raises(InputError) as caught:
        checked(tmp_path, rule_id, rule_text(own_rule(given)))
    assert "own" not in caught.value.lines("en")[0]
    assert not list(tmp_path.parent.glob("evil*"))


def test_an_id_of_the_catalogue_is_refused(tmp_path: Path) -> None:
    given = replace(answers("staffing"), id="ems-1030")
    with input_error("another id"):
        checked(tmp_path, "ems-1030", rule_text(own_rule(given)))


def test_values_that_the_kind_refuses_are_told(tmp_path: Path) -> None:
    given = answers("share_quality", quality=["icy"], required_share=0.0)
    with pytest.raises(InputError) as caught:
        read(tmp_path, given)
    told = " ".join(caught.value.lines("en"))
    assert "icy" in told
    assert "icu" in told
    assert "required_share" in told


def test_a_deadline_that_is_no_day_is_told(tmp_path: Path) -> None:
    with input_error("deadline"):
        read(tmp_path, replace(answers("staffing"), deadline="soon"))


@pytest.mark.parametrize(
    ("words", "fits"),
    [("", True), (" 2027 ", True), ("2027-02", True), ("2027-02-30", False), ("soon", False)],
)
def test_deadlines_are_years_months_and_days_of_the_calendar(words: str, fits: bool) -> None:
    assert is_deadline(words) is fits


def test_the_countys_other_rules_are_read_along(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    first = own_rule(answers("staffing"))
    (rules / "own-x.yaml").write_text(rule_text(first), encoding="utf-8")
    second = {**own_rule(replace(answers("density"), id="own-y")), "beside": "own-x"}
    assert checked(tmp_path, "own-y", rule_text(second)).beside == "own-x"
    with input_error("own-z"):
        checked(tmp_path, "own-y", rule_text({**second, "beside": "own-z"}))


def test_a_rule_that_no_form_makes_is_not_opened() -> None:
    special = next(r.rule for r in demonstration_report().rules if r.rule.id == "fever-clinics")
    assert answers_of(special) is None
