"""The key figures of a county, against figures worked out by hand."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from coverage.assessment.assess import assess, assess_folder, read_folder, report_of
from coverage.assessment.report import Report
from coverage.measures.distribution import Distribution
from coverage.paths import DATA
from coverage.problems import InputError
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.selection import applicable_rules
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, network, response
from tests.rules_folder import write_folder

CATALOGUE = load_catalogue()
TOWNSHIPS = [{"code": "1", "kind": "street"}, {"code": "2", "population": 999}, {"code": "3"}]
VILLAGES = [
    {"code": "a", "township": "1", "population": 100, "area": "111", "minutes": 10},
    {"code": "b", "township": "1", "population": 300, "area": "111", "minutes": 12},
    {"code": "c", "township": "2", "population": 500, "area": "220", "minutes": 30},
    {"code": "d", "township": "2", "population": 100, "area": "220", "minutes": None},
    {"code": "e", "township": "2", "area": "220", "minutes": 40},
]
MINUTES = [village["minutes"] for village in VILLAGES]


def _report(code: str = "430902", rules: dict[str, dict[str, object]] | None = None) -> Report:
    place = county(
        TOWNSHIPS,
        VILLAGES,
        [{"kind": "emergency_station", "id": "s", "name": "站", "ambulances": 1}],
        code=code,
        rules=rules,
    )
    chosen = applicable_rules(place.config, CATALOGUE)
    return report_of(place, TravelEngine(network()), response(place, MINUTES), chosen)


def test_summary() -> None:
    summary = _report().summary
    assert summary.population == 1000
    assert summary.covered == 600
    assert summary.share == 0.6
    assert summary.unreachable == 100
    assert summary.mean_min == pytest.approx((100 * 10 + 300 * 12 + 500 * 30) / 900, rel=1e-12)
    assert summary.p90_min == 30


def test_villages_and_units() -> None:
    report = _report()
    assert list(report.villages["limit_min"]) == [10, 10, 30, 30, 30]
    assert list(report.villages["covered"]) == [True, False, True, False, False]
    assert list(report.villages["township_name"]) == ["名1", "名1", "名2", "名2", "名2"]
    assert list(report.villages["station_name"].iloc[:3]) == ["站"] * 3
    assert report.villages["station_name"].isna().tolist() == [False, False, False, True, False]
    assert report.units["covered_share"].iloc[:2].tolist() == [0.25, 500 / 600]
    assert math.isnan(report.units["covered_share"].iloc[2])
    assert report.units["population"].iloc[:2].tolist() == [400, 999]
    assert report.villages.crs == report.units.crs == report.county.crs


def test_rules_are_in_the_catalogues_order_with_the_figures_used() -> None:
    report = _report(rules={"ems-1030": {"urban_limit_min": 12}})
    assert [result.rule.id for result in report.rules] == list(report.parameters["rules"])
    tested = {result.rule.id for result in report.rules}
    assert list(report.parameters["rules"]) == [i for i in CATALOGUE if i in tested]
    assert report.parameters["rules"]["ems-1030"]["urban_limit_min"] == 12
    assert report.summary.covered == 900
    assert report.parameters["crs"] == "EPSG:4546"


def test_without_a_rule_on_minutes_the_reference_limits_serve_and_it_is_said() -> None:
    report = _report(code="430224")
    assert list(report.villages["limit_min"]) == [10, 10, 30, 30, 30]
    assert "rules.limits_assumed" in [problem.code for problem in report.quality]
    assert "rules.limits_assumed" not in [problem.code for problem in _report().quality]


def test_what_a_reader_must_know_is_counted() -> None:
    found = {problem.code: problem.count for problem in _report(code="360681").quality}
    assert found["report.population_unknown"] == 1
    assert found["report.unreachable"] == 100
    assert "rules.none_binds" in found
    assert "report.network" in found


def test_sources_of_another_region_are_not_cited() -> None:
    for code, document in (("430902", "ZY-2023"), ("430224", "ZZ-2022")):
        rules = {result.rule.id: result.rule for result in _report(code=code).rules}
        cited = [source.document for source in rules["township-hospital"].sources]
        assert cited == [document]


def test_no_residents() -> None:
    place = county([{"code": "1"}], [{"code": "a", "township": "1"}], [{"kind": "other"}])
    summary = report_of(place, TravelEngine(network()), response(place, [5.0]), ()).summary
    assert summary.population == 0
    assert math.isnan(summary.share)
    assert math.isnan(summary.mean_min)
    assert math.isnan(summary.p90_min)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([90, 10], 1.0),
        ([89, 11], 2.0),
        ([0, 10], 2.0),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 9.0),
        ([10, 0, 0], 1.0),
    ],
)
def test_p90_is_the_smallest_minute_that_serves_nine_of_ten(
    people: list[int], expected: float
) -> None:
    minutes = np.arange(1.0, len(people) + 1)
    order = np.random.default_rng(1).permutation(len(people))
    assert Distribution.of(minutes[order], np.array(people)[order]).p90_min == expected


def test_a_folder_is_read_and_tested(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c")
    report = assess_folder(folder)
    verdicts = {result.rule.id: result.verdict for result in report.rules}
    assert verdicts["township-hospital"] == "met"
    assert verdicts["village-clinic"] == "unmet"
    again = assess(*read_folder(folder))
    assert again.summary == report.summary
    # By what they say: since Python 3.13 records that hold NaN are not equal to themselves.
    assert repr(again.rules) == repr(report.rules)


def test_wrong_tables_and_wrong_parameters_are_told_together(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "c",
        more="[rules.ems-1030]\nurban_limit_min = 0\n",
        villages="code,name\n1,a\n",
    )
    with pytest.raises(InputError) as caught:
        assess_folder(folder)
    files = {problem.file for problem in caught.value.problems}
    assert files >= {"county.toml", "villages.csv"}
    texts = [problem.text("en") for problem in caught.value.problems]
    assert len(texts) == len(set(texts))


def test_a_county_with_its_own_rule_tested_as_if_it_lay_elsewhere(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c")
    own = (DATA / "rules" / "village-clinic.yaml").read_text(encoding="utf-8")
    (folder / "rules").mkdir()
    path = folder / "rules" / "my-clinics.yaml"
    path.write_text(own.replace("id: village-clinic", "id: my-clinics"), encoding="utf-8")
    report = assess_folder(folder, as_of=date(2025, 12, 31), region="wendeng")
    tested = {result.rule.id: result for result in report.rules}
    assert {"my-clinics", "sub-centres-wendeng"} <= set(tested)
    assert "ems-1030" not in tested
    assert tested["sub-centres-wendeng"].verdict == "unmet"
    assert (report.region, report.as_of) == ("371003", date(2025, 12, 31))
    assert ("rule", "rules/my-clinics.yaml") in [(f.role, f.path) for f in report.county.inputs]
    assert tested["service-coverage"].access is None  # the only clinic has no place
    access = tested["village-doctors"].access
    assert access is None
    assert report.completeness.applicable >= report.completeness.assessed
