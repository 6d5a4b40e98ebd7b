"""What is told of a rule is told in names: no code, no key of a file, no exponent."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

import pytest

from coverage import __main__ as cli
from coverage.messages import LANGUAGES, Language
from coverage.report.rule_text import (
    first_regions_text,
    regions_text,
    rule_list,
    rule_text,
    rule_toml,
)
from coverage.report.setting_text import (
    allowed_text,
    bounds_text,
    date_text,
    reading_text,
    setting_text,
)
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.profiles import region_title
from coverage.rules.catalogue.regions import region_name
from coverage.rules.model.rule import Parameter, Rule

CATALOGUE = load_catalogue()
WORD = re.compile(r"[A-Za-z_][\w.\-]*", re.A)
# Names of documents, of the file to be edited, and what has no other name in Chinese.
ALLOWED = {"county.toml", "rules", "toml", "ICU", "ZYDR-2023-01012"}


def allowed(rule: Rule) -> set[str]:
    documents = {source.document for source in rule.sources}
    return {*ALLOWED, *documents, *(part for d in documents for part in d.split("-")), rule.id}


@pytest.mark.parametrize("rule_id", sorted(CATALOGUE))
def test_a_rule_in_chinese_has_names_and_no_codes(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    told = rule_text(rule, "zh")
    assert set(WORD.findall(told)) - allowed(rule) == set()
    # The reading of a cell may name a code of the classification; no region is told by its code.
    where = next(line for line in told.splitlines() if line.startswith("适用地区："))
    assert not re.search(r"\d", where)
    for code in rule.scope.regions:
        assert not re.search(rf"(?<!\d){code}(?!\d)(?!号)", _settings(told)), code
    assert not re.search(r"\d[eE][+-]?\d", told)
    assert "None" not in told
    assert "True" not in told


def _settings(told: str) -> str:
    return told.split("参数", 1)[1].split("需要的列")[0]


@pytest.mark.parametrize("rule_id", sorted(CATALOGUE))
def test_a_rule_in_english_has_names_and_no_keys(rule_id: str) -> None:
    told = rule_text(CATALOGUE[rule_id], "en").split("Columns needed")[0]
    assert not re.search(r"[a-z]_[a-z]", told)
    assert not re.search(r"\d[eE][+-]?\d", told)
    assert not re.search(r"(?<!\d)43\d{0,4}(?!\d)", told.split("Applies to: ")[1].split("\n")[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_rules_names_regions(language: Language) -> None:
    told = rule_list(CATALOGUE.values(), language)
    assert ("株洲市" if language == "zh" else "Zhuzhou") in told
    assert not re.search(r"(?<!\d)(43|4302|43018|430902|371003)(?!\d)", told)


def test_the_examples_of_the_issue() -> None:
    told = rule_text(CATALOGUE["private-beds"], "zh")
    assert "适用地区：株洲市\n" in told
    assert "只算民营机构：所有制=民营（原文所定）" in told
    assert "期限：2025年\n" in rule_text(CATALOGUE["licensed-village-doctors"], "zh")
    assert "Applies to: Zhuzhou\n" in rule_text(CATALOGUE["private-beds"], "en")
    per = rule_text(CATALOGUE["ambulance-50k"], "zh")
    assert "50,000 人（原文所定；在 1 至 1,000,000 之间）" in per


def test_a_cell_names_the_first_of_many_regions_and_counts_the_others() -> None:
    many = CATALOGUE["critical-maternal-newborn"]
    count = len(many.scope.regions) - 1
    assert first_regions_text(many, "zh") == f"长沙市，另有 {count} 地"
    assert first_regions_text(many, "en").endswith(f" and {count} more")
    few = CATALOGUE["ems-1030"]
    assert first_regions_text(few, "zh") == regions_text(few, "zh")


def test_regions() -> None:
    assert region_name("4302").text("zh") == "株洲市"
    assert region_name("4302").text("en") == "Zhuzhou"
    assert region_name("430527").text("zh") == "邵阳市（代码430527）"
    assert region_name("99").text("zh") == "代码99的地区"
    assert region_title("generic").text("zh") == "通用（参照）"
    assert regions_text(CATALOGUE["medical-community-date"], "zh") == (
        "湖南省（只限县和县级市）；威海市文登区；益阳市资阳区"
    )


def test_every_region_that_a_rule_names_has_a_name() -> None:
    for rule in CATALOGUE.values():
        for code in {*rule.scope.regions, *(c for s in rule.sources for c in s.regions)}:
            assert not re.search(r"\d", region_name(code).text("zh")), (rule.id, code)


@dataclass(frozen=True)
class Setting:
    value: bool | int | float | str | list[str]
    unit: str
    zh: str
    en: str


@pytest.mark.parametrize(
    "setting",
    [
        Setting(1_000_000.0, "residents", "1,000,000 人", "1,000,000 residents"),
        Setting(10.0, "min", "10 分钟", "10 min"),
        Setting(7.25, "min", "7.25 分钟", "7.25 min"),
        Setting(0.9, "share", "90.0 %", "90.0 %"),
        Setting(0.9996, "share", "99.96 %", "99.96 %"),
        Setting(2.5, "per_1000", "每千人 2.5", "2.5 per 1,000 residents"),
        Setting(1e-05, "", "0.00001", "0.00001"),
        Setting(3, "个班", "3 个班", "3 个班"),
        Setting(True, "", "是", "yes"),
        Setting(False, "", "否", "no"),
        Setting(["ownership = private"], "", "所有制=民营", "ownership = private"),
        Setting(["beds >= 1000000"], "", "床位≥1,000,000", "beds ≥ 1,000,000"),
        Setting("up", "", "进位取整", "rounded up"),
        Setting("beds", "", "床位", "beds"),
        Setting(
            ["430225: psychiatric_clinic"],
            "",
            "株洲市炎陵县：精神科门诊",
            "Yanling County, Zhuzhou: psychiatric clinic",
        ),
    ],
    ids=lambda setting: setting.en,
)
def test_settings(setting: Setting) -> None:
    assert setting_text(setting.value, setting.unit, "zh") == setting.zh
    assert setting_text(setting.value, setting.unit, "en") == setting.en


def test_what_a_setting_may_be() -> None:
    meaning = {"zh": "某数", "en": "a figure"}
    number = Parameter.model_validate(
        {"value": 5.0, "origin": "text", "minimum": 1, "maximum": 2e6, "meaning": meaning}
    )
    assert allowed_text(number, "zh") == "在 1 至 2,000,000 之间"
    fixed = number.model_copy(update={"minimum": 5.0, "maximum": 5.0})
    assert allowed_text(fixed, "zh") == ""
    assert bounds_text(0.01, 1, "en", "share") == "from 1.0 % to 100.0 %"
    assert bounds_text(None, 1000, "en") == "at most 1,000"


def test_dates() -> None:
    assert [date_text(d, "zh") for d in ("2025", "2025-06", "2025-06-30", "")] == [
        "2025年", "2025年6月", "2025年6月30日", "",
    ]  # fmt: skip
    assert date_text("2025-06-30", "en") == "2025-06-30"
    assert date_text("2024年初", "zh") == "2024年初"


def test_a_reading_names_other_rules_by_their_titles() -> None:
    rule = CATALOGUE["maternal-child-institution"]
    assert "mch-level-2" in rule.reading.zh
    title = CATALOGUE["mch-level-2"].title
    assert f"等级见“{title.zh}”，" in reading_text(rule, "zh")
    assert f"“{title.en}”" in reading_text(rule, "en")
    # An id that is also a word stays what it is.
    assert "“" not in reading_text(CATALOGUE["beds"], "en").replace("“县", "")


@pytest.mark.parametrize("rule_id", sorted(CATALOGUE))
def test_what_the_text_says_of_a_parameter_can_be_put_into_county_toml(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    for language in LANGUAGES:
        assert tomllib.loads(rule_toml(rule, language)) == {"rules": {rule_id: rule.values()}}


def test_rules_prints_what_county_toml_states(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "ems-1030", "--toml", "--lang", "zh"]) == 0
    assert "urban_limit_min = 10.0" in capsys.readouterr().out
    assert cli.main(["rules", "--toml", "--lang", "en"]) == 2
    assert "needs the id of a rule" in capsys.readouterr().err
