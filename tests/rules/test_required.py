"""Every rule of the catalogue has cases; which rules there must be is in rules.test_sources."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coverage.rules.catalogue.load import load_catalogue

CASES = Path(__file__).parent / "cases"
CATALOGUE = load_catalogue()


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_a_rule_has_cases(rule_id: str) -> None:
    path = CASES / f"{rule_id}.yaml"
    assert path.is_file()
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"met", "unmet"} <= {case["expect"]["verdict"] for case in cases}
    assert len({case["name"] for case in cases}) == len(cases)


def test_no_cases_of_a_rule_that_is_not_there() -> None:
    assert {path.stem for path in (CASES).iterdir()} <= set(CATALOGUE)


@pytest.mark.parametrize(("code", "document"), [("430223", "ZZ-145"), ("430902", "HN-2023")])
def test_the_province_is_cited_where_the_city_says_nothing(code: str, document: str) -> None:
    cited = CATALOGUE["critical-maternal-newborn"].cited_in(code).sources
    assert [source.document for source in cited] == [document]


def test_a_deadline_holds_where_its_document_does() -> None:
    committee = CATALOGUE["public-health-committee"]
    deadlines = {code: committee.cited_in(code).deadline for code in ("430281", "430902", "430102")}
    assert deadlines == {"430281": "2022", "430902": None, "430102": None}
