"""The catalogue against two tables written by hand from the documents.

``sources.csv``: the words of each clause that decide its force and date. ``figures.csv``:
figures, regions, and which kinds of facility are asked, or should state a number.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from coverage.paths import ROOT
from coverage.rules.catalogue.load import load_catalogue

TABLES = Path(__file__).parent
CATALOGUE = load_catalogue()
FIVE_YEARS_FROM_2023_11_22 = "2028-11-22"
Row = dict[str, str]


def _table(name: str) -> list[Row]:
    with (TABLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


ROWS = _table("sources.csv")
by_clause = pytest.mark.parametrize("row", ROWS, ids=[f"{r['id']} {r['clause']}" for r in ROWS])


def _words_by_force() -> list[tuple[str, set[str]]]:
    """Return the table of docs/rules.md: force and words, the row that decides first first."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    section = text.split("### Force and date by the documents' words")[1].split("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, flags=re.MULTILINE)
    return [(force, set(words.strip().split("、"))) for force, words in rows]


WORDS_BY_FORCE = _words_by_force()


@by_clause
def test_force_and_deadline_of_the_catalogue(row: Row) -> None:
    said = {
        (source.force, source.deadline or "")
        for source in CATALOGUE[row["id"]].sources
        if (source.document, source.clause) == (row["document"], row["clause"])
    }
    assert said == {(row["force"], row["deadline"])}


@by_clause
def test_the_words_give_the_force(row: Row) -> None:
    words = set(row["words"].split("|"))
    if CATALOGUE[row["id"]].direction:
        assert row["force"] == "encouraged"
        return
    assert words <= set().union(*(known for _, known in WORDS_BY_FORCE))
    assert row["force"] == next(force for force, known in WORDS_BY_FORCE if words & known)


@by_clause
def test_the_words_give_the_date(row: Row) -> None:
    dated = row["dated"]
    if "十四五" in dated:
        assert row["deadline"] == "2025"
    elif dated == "5年内":
        assert row["deadline"] == FIVE_YEARS_FROM_2023_11_22
    else:
        assert row["deadline"] == "".join(re.findall(r"[0-9]{4}", dated))


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_the_five_year_plan_is_read_in_one_way(rule_id: str) -> None:
    of_the_plan = any("十四五" in row["dated"] for row in ROWS if row["id"] == rule_id)
    reading = CATALOGUE[rule_id].reading
    assert ("“十四五”的期末按2025年底理解。" in reading.zh) == of_the_plan
    assert ("The 14th five-year plan is read as ending with 2025." in reading.en) == of_the_plan


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_what_is_pushed_forward_is_not_called_encouraged(rule_id: str) -> None:
    for source in CATALOGUE[rule_id].sources:
        said = source.paraphrase
        if "推动" in said.zh:
            assert "鼓励" not in said.zh
            assert "encouraged" not in said.en
        if "鼓励" in said.zh:
            assert source.force == "encouraged"


def test_no_word_has_two_forces() -> None:
    words = [word for _, known in WORDS_BY_FORCE for word in known]
    assert len(words) == len(set(words)) > 20
    assert {force for force, _ in WORDS_BY_FORCE} == {"binding", "target", "encouraged"}


def test_every_clause_is_listed_once() -> None:
    listed = [(row["id"], row["document"], row["clause"]) for row in ROWS]
    assert len(listed) == len(set(listed))
    assert set(listed) == {
        (rule.id, source.document, source.clause)
        for rule in CATALOGUE.values()
        for source in rule.sources
    }


def test_every_rule_has_its_figures_listed_once() -> None:
    assert sorted(row["id"] for row in _table("figures.csv")) == sorted(CATALOGUE)


FIGURES = _table("figures.csv")
by_rule = pytest.mark.parametrize("row", FIGURES, ids=[row["id"] for row in FIGURES])
KINDS = {
    "hospital": "county_hospital",
    "tcm": "tcm_hospital",
    "mch": "mch_institution",
    "township": "township_hospital",
    "central": "central_township_hospital",
    "centre": "community_centre",
    "station": "community_station",
    "clinic": "village_clinic",
    "ems": "emergency_station",
    "nursery": "nursery",
    "cdc": "cdc",
    "care": "care_home",
    "other": "other",
}


@by_rule
def test_figures_that_the_text_gives(row: Row) -> None:
    stated = dict(part.split("=") for part in row["figures"].split())
    of_the_text = {
        name: parameter.value
        for name, parameter in CATALOGUE[row["id"]].parameters.items()
        if parameter.origin == "text"
        and isinstance(parameter.value, (int, float))
        and not isinstance(parameter.value, bool)
    }
    assert of_the_text == {name: float(value) for name, value in stated.items()}
    assert CATALOGUE[row["id"]].unit == row["unit"]


@by_rule
def test_regions_where_it_is_tested(row: Row) -> None:
    assert set(CATALOGUE[row["id"]].scope.regions) == set(row["regions"].split())


@by_rule
def test_kinds_of_facility_that_it_asks(row: Row) -> None:
    parameters = CATALOGUE[row["id"]].parameters
    asked = {
        "facilities": ("facility_kinds", "clinic_kinds"),
        "stating": ("expected_kinds",),
        "primary": ("numerator_kinds",),
    }
    for column, names in asked.items():
        kinds = {k for n in names if n in parameters for k in parameters[n].value}
        assert kinds == {KINDS[word] for word in row[column].split()}, column


DOCUMENTS = {
    "HN-2023": (
        "43",
        "关于进一步完善医疗卫生服务体系的实施方案",
        "湘政办发〔2023〕44号",
        "",
        "2023-10-24",
    ),
    "ZZ-2022": (
        "4302",
        "关于促进基层卫生健康事业高质量发展的实施意见",
        "",
        "株洲市人民政府办公室",
        "2022-11-28",
    ),
    "ZZ-145": ("4302", "健康株洲“十四五”建设规划", "株卫发〔2022〕9号", "", "2022"),
    "ZY-2023": (
        "430902",
        "关于进一步深化改革推进资阳区卫生健康事业高质量发展的实施意见",
        "益资政办发〔2023〕20号，ZYDR-2023-01012",
        "",
        "2023-11-22",
    ),
    "WD-2024": (
        "371003",
        "关于进一步深化改革推动基层医疗卫生体系健康发展的实施方案",
        "威文政办字〔2024〕10号",
        "",
        "2024-11-15",
    ),
}


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_documents_are_named_alike_and_cited_only_where_they_apply(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    for source in rule.sources:
        region, *named = DOCUMENTS[source.document]
        assert [source.title, source.number, source.issuer, source.date] == named
        assert all(code.startswith(region) for code in source.regions or rule.scope.regions)


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_every_region_of_a_rule_has_a_document_that_says_so(rule_id: str) -> None:
    rule = CATALOGUE[rule_id]
    speaking = [source.regions or rule.scope.regions for source in rule.sources]
    for code in rule.scope.regions:
        assert any(code.startswith(regions) for regions in speaking)


@pytest.mark.parametrize("wrong", ["副中心", "药师(?!（士）)", "执业(助理)?医师", "5万人?以上"])
def test_rules_say_it_in_the_documents_words(wrong: str) -> None:
    said = {rule.id: rule.model_dump_json() for rule in CATALOGUE.values()}
    assert [rule_id for rule_id, text in said.items() if re.search(wrong, text)] == []
