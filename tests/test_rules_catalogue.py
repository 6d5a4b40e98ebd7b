"""The catalogue's files: what they hold, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coverage.errors import InputError
from coverage.messages import LANGUAGES
from coverage.paths import DATA
from coverage.rules.catalogue import load_catalogue
from coverage.rules.evaluate import evaluate
from coverage.rules.select import applicable_rules, selection_notes
from tests.rules_fixtures import config, county, evidence

CATALOGUE = load_catalogue()
SHORT_NAMES = {
    "HN-2023": "湘政办发〔2023〕44号",
    "ZZ-2022": "株洲市人民政府办公室",
    "ZZ-145": "株卫发〔2022〕9号",
    "ZY-2023": "益资政办发〔2023〕20号",
    "WD-2024": "威文政办字〔2024〕10号",
}
GOOD = (DATA / "rules" / "village-clinic.yaml").read_text(encoding="utf-8")


def _codes(folder: Path, text: str | bytes, name: str = "village-clinic.yaml") -> dict[str, str]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_catalogue(folder)
    for language in LANGUAGES:
        assert all(name in line for line in caught.value.lines(language))
    return {p.code: str(p.values.get("key", "")) for p in caught.value.problems}


def test_order_is_by_kind_then_id() -> None:
    assert list(CATALOGUE) == [
        "ems-1030",
        "township-hospital",
        "village-clinic",
        "ambulance-50k",
        "community-centre-50k",
    ]


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_sources_are_cited_by_their_known_numbers(rule_id: str) -> None:
    for source in CATALOGUE[rule_id].sources:
        assert SHORT_NAMES[source.document] == source.number


def test_figures_of_the_text() -> None:
    ems = CATALOGUE["ems-1030"].parameters
    assert (ems["urban_limit_min"].value, ems["rural_limit_min"].value) == (10.0, 30.0)
    assert {ems[name].origin for name in ("urban_limit_min", "rural_limit_min")} == {"text"}
    assert ems["urban_classes"].value == ["urban", "111", "112"]
    ambulances = CATALOGUE["ambulance-50k"].parameters
    assert ambulances["per"].value == 50_000
    assert (ambulances["factor_county"].value, ambulances["factor_district"].value) == (3.0, 1.0)
    assert ambulances["rounding"].origin == "assumption"


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_every_number_has_bounds_so_that_a_county_cannot_write_nonsense(rule_id: str) -> None:
    for name, parameter in CATALOGUE[rule_id].parameters.items():
        if isinstance(parameter.value, (int, float)) and not isinstance(parameter.value, bool):
            assert parameter.minimum is not None, name
            assert parameter.maximum is not None, name
            assert not parameter.allows(float("nan"))
        else:
            assert parameter.choices, name


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "rules.file_not_yaml" in _codes(tmp_path, GOOD + "force: binding\n")


def test_a_nested_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = GOOD.replace("    value: 1\n", "    value: 1\n    value: 2\n")
    assert "rules.file_not_yaml" in _codes(tmp_path, twice)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    assert _codes(tmp_path, GOOD + "colour: red\n") == {"rules.key_unknown": "colour"}


def test_an_unknown_parameter_of_the_kind_is_named(tmp_path: Path) -> None:
    wrong = GOOD.replace("  max_match_m:", "  max_mach_m:")
    assert _codes(tmp_path, wrong) == {"rules.key_unknown": "parameters.max_mach_m"}


def test_a_missing_parameter_of_the_kind_is_named(tmp_path: Path) -> None:
    data = yaml.safe_load(GOOD)
    del data["parameters"]["facility_kinds"]
    text = yaml.safe_dump(data, allow_unicode=True)
    assert _codes(tmp_path, text) == {"rules.key_missing": "parameters.facility_kinds"}


def test_a_value_outside_its_own_bounds(tmp_path: Path) -> None:
    wrong = GOOD.replace("    value: 1\n", "    value: 21\n")
    assert _codes(tmp_path, wrong) == {"rules.key_not_allowed": "parameters.minimum"}


def test_unit_kinds_outside_the_scope(tmp_path: Path) -> None:
    wrong = GOOD.replace("  unit_kinds: [village, community]", "  unit_kinds: [village]")
    assert "rules.key_unit_kinds" in _codes(tmp_path, wrong)


def test_townships_and_villages_are_not_mixed(tmp_path: Path) -> None:
    wrong = GOOD.replace("[village, community]", "[village, township]")
    assert "rules.key_unit_kinds_mixed" in _codes(tmp_path, wrong)


def test_a_type_that_is_wrong(tmp_path: Path) -> None:
    wrong = GOOD.replace("force: binding", "force: maybe")
    assert _codes(tmp_path, wrong) == {"rules.key_refused": "force"}


def test_the_id_is_the_name_of_the_file(tmp_path: Path) -> None:
    assert "rules.id_not_file_name" in _codes(tmp_path, GOOD, "clinic.yaml")


def test_a_kind_that_nothing_can_test(tmp_path: Path) -> None:
    wrong = GOOD.replace("kind: presence", "kind: density")
    assert "rules.kind_not_built" in _codes(tmp_path, wrong)


@pytest.mark.parametrize(
    "text",
    ["- a\n- b\n", "a: [", "x: &a [1]\ny: *a\n", "!!python/object:os.system {}", "", "1: 2\n"],
)
def test_what_is_no_rule(tmp_path: Path, text: str) -> None:
    assert _codes(tmp_path, text)


def test_what_is_not_utf8(tmp_path: Path) -> None:
    assert "rules.file_not_utf8" in _codes(tmp_path, GOOD.encode("gb18030"))


def test_all_files_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("b: 1", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_catalogue(tmp_path)
    assert {p.file for p in caught.value.problems} == {"a.yaml", "b.yaml"}


def test_a_source_outside_the_scope(tmp_path: Path) -> None:
    wrong = GOOD.replace('    regions: ["430902"]', '    regions: ["3710"]')
    assert "rules.key_source_regions" in _codes(tmp_path, wrong)


def test_a_rule_of_the_countryside_only_asks_of_the_countryside() -> None:
    villages = [
        {"code": "a", "township": "1", "population": 10, "area": "111", "minutes": 99},
        {"code": "b", "township": "1", "population": 20, "area": "220", "minutes": 5},
        {"code": "c", "township": "2", "area": "111", "minutes": 5},
    ]
    place = county([{"code": "1"}, {"code": "2"}], villages, [{"kind": "other", "ambulances": 1}])
    times = evidence(place, villages)
    for rule_id, observed, required in (("ems-1030", 1.0, 1.0), ("village-clinic", 0.0, 1.0)):
        rule = CATALOGUE[rule_id]
        scope = rule.scope.model_copy(update={"area_classes": ("rural",)})
        result = evaluate(rule.model_copy(update={"scope": scope}), place, times)
        assert (result.observed, result.required) == (observed, required)
        assert result.population_total == 20
        if rule_id == "ems-1030":
            assert [unit.verdict for unit in result.units] == ["met", "not_applicable"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("430902", {"ems-1030", "township-hospital", "village-clinic"}),
        (
            "430224",
            {"township-hospital", "village-clinic", "ambulance-50k", "community-centre-50k"},
        ),
        ("360681", {"ems-1030", "township-hospital", "village-clinic"}),
        ("430903", {"ems-1030", "township-hospital", "village-clinic"}),
    ],
)
def test_the_region_code_decides(code: str, expected: set[str]) -> None:
    rules = applicable_rules(config(code), CATALOGUE)
    assert {rule.id for rule in rules} == expected
    binds = any(note.code == "rules.none_binds" for note in selection_notes(config(code), rules))
    assert binds == (code in {"360681", "430903"})


def test_a_county_brings_rules_in_and_drops_them() -> None:
    stated = config(
        "430902",
        {
            "ambulance-50k": {"enabled": True, "factor_district": 2},
            "community-centre-50k": {"enabled": True},
            "ems-1030": {"enabled": False},
            "village-clinic": {"max_match_m": 500},
        },
    )
    rules = {rule.id: rule for rule in applicable_rules(stated, CATALOGUE)}
    assert list(rules) == [
        "township-hospital",
        "village-clinic",
        "ambulance-50k",
        "community-centre-50k",
    ]
    assert rules["ambulance-50k"].parameters["factor_district"].value == 2.0
    assert rules["village-clinic"].parameters["max_match_m"].value == 500.0
    assert CATALOGUE["village-clinic"].parameters["max_match_m"].value == 1000.0


def test_parameters_of_a_rule_that_is_not_tested_are_told_of() -> None:
    stated = config("430902", {"ambulance-50k": {"per": 40000}})
    rules = applicable_rules(stated, CATALOGUE)
    assert [note.code for note in selection_notes(stated, rules)] == ["rules.parameters_unused"]


def test_a_county_may_drop_every_rule() -> None:
    stated = config("430902", {rule_id: {"enabled": False} for rule_id in CATALOGUE})
    rules = applicable_rules(stated, CATALOGUE)
    assert rules == ()
    assert [note.code for note in selection_notes(stated, rules)] == ["rules.none_applied"]


def test_every_wrong_parameter_is_told_at_once() -> None:
    stated = config(
        "430902",
        {
            "ems-1031": {"enabled": True},
            "ems-1030": {
                "urban_limit": 10,
                "urban_limit_min": "10",
                "rural_limit_min": float("inf"),
                "required_share": 1.5,
                "urban_classes": ["111", "towns"],
                "expected_kinds": "all",
            },
            "village-clinic": {"enabled": "yes", "minimum": 1.5, "max_match_m": True},
            "township-hospital": {"unit_kinds": []},
            "ambulance-50k": {"rounding": "sideways"},
        },
    )
    with pytest.raises(InputError) as caught:
        applicable_rules(stated, CATALOGUE)
    found = [(p.code, p.values.get("key", p.values.get("id"))) for p in caught.value.problems]
    assert found == [
        ("rules.unknown_rule", "ems-1031"),
        ("rules.unknown_parameter", "rules.ems-1030.urban_limit"),
        ("rules.want_number", "rules.ems-1030.urban_limit_min"),
        ("rules.out_of_range", "rules.ems-1030.rural_limit_min"),
        ("rules.out_of_range", "rules.ems-1030.required_share"),
        ("rules.not_a_choice", "rules.ems-1030.urban_classes"),
        ("rules.want_list", "rules.ems-1030.expected_kinds"),
        ("rules.enabled_not_bool", "rules.village-clinic.enabled"),
        ("rules.want_whole_number", "rules.village-clinic.minimum"),
        ("rules.want_number", "rules.village-clinic.max_match_m"),
        ("rules.value_refused", "rules.township-hospital.unit_kinds"),
        ("rules.not_a_choice", "rules.ambulance-50k.rounding"),
    ]
    assert {p.file for p in caught.value.problems} == {"county.toml"}
    assert caught.value.problems[0].values["nearest"] == "ems-1030"
    assert caught.value.problems[1].values["nearest"] == "urban_limit_min"
    for language in LANGUAGES:
        assert len(caught.value.lines(language)) == len(found)
