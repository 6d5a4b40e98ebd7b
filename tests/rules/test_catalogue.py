"""The catalogue's files: what they hold, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coverage.messages import LANGUAGES
from coverage.paths import DATA
from coverage.problems import InputError
from coverage.rules.catalogue.load import load_catalogue, with_own_rules
from coverage.rules.catalogue.profiles import profile_of, profiles, region_code
from coverage.rules.catalogue.selection import applicable_rules, selection_notes
from coverage.rules.registry import kind_ids
from tests.rules_fixtures import config, county, evidence, rule_result

CATALOGUE = load_catalogue()
# Checked by their type, as columns of the dictionary; names of places may be any.
FREE = {
    "facility_where",
    "region_where",
    "quality",
    "special_where",
    "special_quality",
    "each_quality",
    "column",
    "sum_column",
    "village_column",
    "numerator_column",
    "denominator_column",
    "named_units",
    "alternative_where",
    "named_facilities",
    "things",
    "region_kinds",
}
SHORT_NAMES = {
    "HN-2023": "湘政办发〔2023〕44号",
    "ZZ-2022": "",
    "ZZ-145": "株卫发〔2022〕9号",
    "ZY-2023": "益资政办发〔2023〕20号，ZYDR-2023-01012",
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
    keys = [(kind_ids().index(rule.kind), rule.id) for rule in CATALOGUE.values()]
    assert keys == sorted(keys)
    assert {rule.kind for rule in CATALOGUE.values()} == set(kind_ids())


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
        elif name not in FREE and not isinstance(parameter.value, bool):
            assert parameter.choices, name


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "rules.file_not_yaml" in _codes(tmp_path, GOOD + "kind: presence\n")


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
    del data["parameters"]["minimum"]
    text = yaml.safe_dump(data, allow_unicode=True)
    assert _codes(tmp_path, text) == {"rules.key_missing": "parameters.minimum"}


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
    wrong = GOOD.replace("force: binding", "force: maybe", 1)
    assert _codes(tmp_path, wrong) == {"rules.key_refused": "sources.0.force"}


def test_the_id_is_the_name_of_the_file(tmp_path: Path) -> None:
    assert "rules.id_not_file_name" in _codes(tmp_path, GOOD, "clinic.yaml")


def test_parameters_of_another_kind(tmp_path: Path) -> None:
    wrong = GOOD.replace("kind: presence", "kind: density")
    assert set(_codes(tmp_path, wrong)) == {"rules.key_unknown", "rules.key_missing"}


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ("[levle >= 2]", "rules.column_unknown"),
        ("[geometry]", "rules.column_unknown"),
        ("[level]", "rules.condition_type"),
        ("[level >= high]", "rules.condition_type"),
        ("[icu >= 1]", "rules.condition_type"),
        ("[icu = yes]", "rules.condition_type"),
        ("[ownership >= public]", "rules.condition_type"),
        ("[ownership = publik]", "rules.word_unknown"),
        ("[not level >= 2]", "rules.condition_form"),
        ("[icu or hospice]", "rules.condition_form"),
        ('[""]', "rules.condition_form"),
    ],
)
def test_conditions_that_say_nothing_of_a_facility(
    tmp_path: Path, conditions: str, code: str
) -> None:
    more = f"""  facility_where:
    value: {conditions}
    origin: text
    meaning: {{zh: 条件, en: conditions}}
reading:
"""
    assert _codes(tmp_path, GOOD.replace("reading:\n", more, 1)) == {
        code: "parameters.facility_where"
    }


@pytest.mark.parametrize("deadline", ['"2025-13"', '"2025-02-30"', '"soon"', '"25"', "2025"])
def test_a_deadline_that_is_no_day(tmp_path: Path, deadline: str) -> None:
    wrong = GOOD.replace("    force: binding", f"    force: binding\n    deadline: {deadline}", 1)
    assert set(_codes(tmp_path, wrong).values()) == {"sources.0.deadline"}


@pytest.mark.parametrize(("key", "value"), [("force", "binding"), ("deadline", '"2025"')])
def test_what_now_belongs_to_each_source_is_told_where_to_go(
    tmp_path: Path, key: str, value: str
) -> None:
    assert _codes(tmp_path, GOOD + f"{key}: {value}\n") == {"rules.key_of_source": key}


def test_a_rule_has_the_strongest_force_and_the_earliest_deadline_of_its_sources() -> None:
    rule = CATALOGUE["village-clinic"]
    first, second = rule.sources
    forces = (("target", "binding", "binding"), ("encouraged", "target", "target"))
    for one, other, strongest in forces:
        both = (first.model_copy(update={"force": one}), second.model_copy(update={"force": other}))
        for sources in (both, both[::-1]):
            assert rule.model_copy(update={"sources": sources}).force == strongest
    # The end of June is before the end of the year, which is what "2025" means.
    dates = (("2025", "2025-06", "2025-06"), (None, "2028-11-22", "2028-11-22"), (None, None, None))
    for day, later, earliest in dates:
        both = (
            first.model_copy(update={"deadline": day}),
            second.model_copy(update={"deadline": later}),
        )
        for dated in (both, both[::-1]):
            assert rule.model_copy(update={"sources": dated}).deadline == earliest


def test_a_rule_shows_the_force_of_the_documents_that_apply() -> None:
    rule = CATALOGUE["village-clinic"]
    zhuzhou, ziyang = rule.sources
    mixed = rule.model_copy(
        update={"sources": (zhuzhou.model_copy(update={"force": "encouraged"}), ziyang)}
    )
    assert mixed.force == "binding"
    assert mixed.cited_in("430223").force == "encouraged"
    assert mixed.cited_in("430902").force == "binding"


def test_beside_names_a_rule(tmp_path: Path) -> None:
    assert _codes(tmp_path, GOOD + "beside: village-clinik\n") == {"rules.beside_unknown": "beside"}


def test_a_share_is_written_in_one_way(tmp_path: Path) -> None:
    good = (DATA / "rules" / "clinic-tcm.yaml").read_text(encoding="utf-8")
    both = good.replace(
        "parameters:\n",
        """parameters:
  each_quality:
    value: [icu]
    origin: text
    meaning: {zh: 条件, en: conditions}
""",
        1,
    )
    assert set(_codes(tmp_path, both, "clinic-tcm.yaml")) == {"rules.one_share"}


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
        result = rule_result(rule.model_copy(update={"scope": scope}), place, times)
        assert (result.observed, result.required) == (observed, required)
        assert result.population_total == 20
        if rule_id == "ems-1030":
            assert [unit.verdict for unit in result.units] == ["met", "not_applicable"]


@pytest.mark.parametrize(
    ("code", "documents"),
    [
        ("430902", {"HN-2023", "ZY-2023"}),
        ("430224", {"HN-2023", "ZZ-2022", "ZZ-145"}),
        ("371003", {"WD-2024"}),
        ("430903", {"HN-2023"}),
    ],
)
def test_the_region_code_decides_and_a_county_inherits(code: str, documents: set[str]) -> None:
    rules = applicable_rules(config(code), CATALOGUE)
    assert {source.document for rule in rules for source in rule.sources} == documents
    assert set(profile_of(code).documents) == documents
    for rule in CATALOGUE.values():
        written = {s.document for s in rule.sources if not s.regions or code.startswith(s.regions)}
        applies = bool(written & documents) and rule.scope.covers(code)
        assert applies == (rule.id in {chosen.id for chosen in rules})
    assert selection_notes(config(code), rules) == ()


@pytest.mark.parametrize("region", [None, "generic", "99"])
def test_elsewhere_the_generic_rules_are_a_yardstick(region: str | None) -> None:
    where = config("360681" if region is None else "430902")
    rules = applicable_rules(where, CATALOGUE, region)
    assert {rule.id for rule in rules} == set(profiles()["generic"].rules)
    notes = [note.code for note in selection_notes(where, rules, region or "")]
    assert notes[-1] == "rules.none_binds"


def test_a_county_is_tested_as_if_it_lay_elsewhere() -> None:
    as_if = applicable_rules(config("360681"), CATALOGUE, region_code("zhuzhou"))
    assert [r.id for r in as_if] == [r.id for r in applicable_rules(config("430202"), CATALOGUE)]
    named = applicable_rules(config("360681"), CATALOGUE, region_code("430225"))
    assert "psychiatric" in {rule.id for rule in named}
    note = selection_notes(config("360681"), named, "430225")[0]
    assert note.code == "rules.other_region"
    assert "“株洲市炎陵县”" in note.text("zh")
    yardstick = selection_notes(config("360681"), named, "generic")[0]
    assert "“通用（参照）”" in yardstick.text("zh")


@pytest.mark.parametrize("word", ["zhuzhu", "4", "4302245", "", "４３"])
def test_a_region_that_there_is_not(word: str) -> None:
    with pytest.raises(InputError) as caught:
        region_code(word)
    assert caught.value.problems[0].code == "rules.unknown_region"


def test_profiles_stand_among_the_rules_and_are_none() -> None:
    folder = DATA / "rules" / "profiles"
    assert {path.stem for path in folder.glob("*.toml")} == set(profiles())
    assert set(profiles()) == {"hunan", "zhuzhou", "ziyang", "wendeng", "generic"}
    assert not set(profiles()) & set(CATALOGUE)


def test_profiles_name_rules_and_documents_that_there_are() -> None:
    for name, profile in profiles().items():
        assert set(profile.rules) <= set(CATALOGUE), name
        assert set(profile.documents) <= set(SHORT_NAMES), name
    assert set(profiles()["generic"].rules) >= {"ems-1030", "township-hospital", "village-clinic"}


def test_a_county_has_rules_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    own = GOOD.replace("id: village-clinic", "id: two-clinics")
    (tmp_path / "rules" / "two-clinics.yaml").write_text(own, encoding="utf-8")
    found = with_own_rules(tmp_path, CATALOGUE)
    assert found.own == {"two-clinics"}
    for code in ("360681", "430902"):
        before = {r.id for r in applicable_rules(config(code), CATALOGUE)}
        after = {r.id for r in applicable_rules(config(code), found.catalogue, None, found.own)}
        assert after == before | {"two-clinics"}
    stated = config("430902", {"two-clinics": {"enabled": False}})
    rules = applicable_rules(stated, found.catalogue, None, found.own)
    assert "two-clinics" not in {rule.id for rule in rules}


def test_own_rules_are_told_of_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "village-clinic.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "rules" / "broken.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        with_own_rules(tmp_path, CATALOGUE)
    assert {(p.code, p.file) for p in caught.value.problems} == {
        ("rules.id_taken", "rules/village-clinic.yaml"),
        ("rules.file_not_yaml", "rules/broken.yaml"),
    }


def test_what_is_no_rule_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("three.yml", "notes.txt", "README.md", "readme.zh.txt", ".DS_Store", "Thumbs.db"):
        (tmp_path / "rules" / name).write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        with_own_rules(tmp_path, CATALOGUE)
    assert [(p.code, p.file) for p in caught.value.problems] == [
        ("rules.file_suffix", "rules/notes.txt"),
        ("rules.file_suffix", "rules/three.yml"),
    ]
    assert ".yaml" in caught.value.lines("zh")[0]


def test_a_folder_of_rules_that_lies_elsewhere_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "name.txt").write_text("x", encoding="utf-8")
    (tmp_path / "c" / "rules").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError) as caught:
        with_own_rules(tmp_path / "c", CATALOGUE)
    assert [p.code for p in caught.value.problems] == ["county.link_outside"]


def test_digits_of_a_region_are_plain(tmp_path: Path) -> None:
    text = GOOD.replace('"4302"', '"４３"', 1)
    assert text != GOOD
    assert "rules.key_refused" in _codes(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("x.yaml", "deadline: 2025-02-30", "rules.file_not_yaml"),
        ("x.yaml", "[" * 3000, "rules.file_not_yaml"),
        ("x.yaml", "", "rules.key_refused"),
        ("x.yml", GOOD, "rules.file_suffix"),
        ("x.YAML", GOOD, "rules.file_suffix"),
    ],
)
def test_own_rules_that_are_no_rules_are_refused(
    tmp_path: Path, name: str, words: str, code: str
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / name).write_text(words, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        with_own_rules(tmp_path, CATALOGUE)
    assert {(p.code, p.file) for p in caught.value.problems} == {(code, f"rules/{name}")}


def test_own_rules_stay_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "c" / "rules").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("secret: words", encoding="utf-8")
    (tmp_path / "c" / "rules" / "x.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(InputError) as caught:
        with_own_rules(tmp_path / "c", CATALOGUE)
    assert [p.code for p in caught.value.problems] == ["county.link_outside"]
    assert "words" not in str(caught.value)


def test_a_source_may_have_a_deadline_of_its_own() -> None:
    rule = CATALOGUE["public-health-committee"]
    assert rule.cited_in("430224").deadline == "2022"
    assert rule.cited_in("430902").deadline is None


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_parameters_outside_their_range_are_refused(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    for name, parameter in rule.parameters.items():
        bounds = [(parameter.minimum, -1), (parameter.maximum, 1)]
        for bound, sign in bounds if not isinstance(parameter.value, (bool, str, list)) else ():
            wrong = type(parameter.value)((bound or 0) + sign)
            stated = config("430902", {rule_id: {name: wrong}})
            with pytest.raises(InputError) as caught:
                applicable_rules(stated, {rule_id: rule})
            assert [p.code for p in caught.value.problems] == ["rules.out_of_range"], name


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
    usual = {rule.id for rule in applicable_rules(config("430902"), CATALOGUE)}
    assert set(rules) == usual - {"ems-1030"} | {"ambulance-50k", "community-centre-50k"}
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
        ("rules.key_unit_kinds", "rules.township-hospital.unit_kinds"),
        ("rules.not_a_choice", "rules.ambulance-50k.rounding"),
    ]
    assert {p.file for p in caught.value.problems} == {"county.toml"}
    assert caught.value.problems[0].values["nearest"] == "ems-1030"
    assert caught.value.problems[1].values["nearest"] == "urban_limit_min"
    for language in LANGUAGES:
        assert len(caught.value.lines(language)) == len(found)
