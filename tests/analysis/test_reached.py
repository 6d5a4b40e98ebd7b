"""Figures of town and countryside and the curve, on a county small enough to solve by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from coverage.analysis.reached import curve, reached
from coverage.analysis.worst_townships import worst_townships
from coverage.assessment.report import Report
from coverage.measures.distribution import within_limit
from tests import ui_fixtures
from tests.demonstration import demonstration_report


def with_demand(report: Report, **columns: object) -> Report:
    county = replace(report.county, demand=report.county.demand.assign(**columns))
    return replace(report, county=county)


def test_all_town_and_countryside_by_hand() -> None:
    everybody, urban, rural = reached(ui_fixtures.report())
    assert [f.group for f in (everybody, urban, rural)] == ["all", "urban", "rural"]
    assert (everybody.population, everybody.covered, everybody.unreachable) == (8900, 1200, 1200)
    # 1200 in 12.5, 800 in 41.25, 5000 in 12, 700 in 32 minutes; 1200 in none.
    assert everybody.mean_min == pytest.approx(130_400 / 7700)
    assert (everybody.median_min, everybody.p90_min) == (12.0, 41.25)
    assert math.isnan(everybody.limit_min)
    assert (urban.population, urban.covered, urban.share, urban.limit_min) == (5000, 0, 0, 10)
    assert (urban.mean_min, urban.median_min, urban.p90_min) == (12, 12, 12)
    assert (rural.population, rural.covered, rural.unreachable) == (3900, 1200, 1200)
    assert rural.limit_min == 30
    # 15,000 + 33,000 + 22,400 minutes of 2,700 residents
    assert rural.mean_min == pytest.approx(70_400 / 2700)
    assert (rural.median_min, rural.p90_min) == (32.0, 41.25)


def test_all_residents_have_the_figures_of_the_report() -> None:
    report = demonstration_report()
    everybody, urban, rural = reached(report)
    summary = report.summary
    assert everybody.population == summary.population
    assert everybody.covered == summary.covered
    assert everybody.share == summary.share
    assert everybody.unreachable == summary.unreachable
    assert (everybody.mean_min, everybody.p90_min) == (summary.mean_min, summary.p90_min)
    assert urban.population + rural.population == everybody.population
    assert urban.covered + rural.covered == everybody.covered
    assert everybody.median_min <= everybody.p90_min


def test_half_of_the_residents_really_are_within_the_median() -> None:
    report = demonstration_report()
    minutes = report.response.demand["response_min"].to_numpy(float)
    people = report.county.demand["population"].to_numpy(float)
    there = ~np.isnan(minutes)
    repeated = np.repeat(minutes[there], people[there].astype(int))
    (everybody, *_) = reached(report)
    assert everybody.median_min == np.quantile(repeated, 0.5, method="inverted_cdf")
    assert everybody.p90_min == np.quantile(repeated, 0.9, method="inverted_cdf")


def test_residents_whose_number_is_not_known_are_in_no_figure() -> None:
    people = ui_fixtures.report().county.demand["population"].where([True] + [False] * 5)
    everybody, urban, rural = reached(with_demand(ui_fixtures.report(), population=people))
    assert (everybody.population, everybody.share, rural.share) == (1200, 1, 1)
    assert urban.population == 0
    assert math.isnan(urban.share)
    assert math.isnan(urban.mean_min)


def test_the_curve_counts_a_minute_as_within_itself() -> None:
    table = curve(ui_fixtures.report())
    everybody = table[table["group"] == "all"].set_index("minutes")["people"]
    assert everybody[11.75] == 0
    assert everybody[12.0] == 5000
    assert everybody[12.25] == 5000
    assert everybody[12.5] == 6200
    assert everybody[32.0] == 6900
    assert everybody.index[-1] == 41.25
    assert everybody.iloc[-1] == 7700
    assert table["share"].max() == 1  # in town everybody is reached
    assert table.groupby("group")["share"].last()["rural"] == pytest.approx(2700 / 3900)


def test_the_curve_equals_a_comparison_at_each_minute() -> None:
    report = demonstration_report()
    table = curve(report)
    minutes = report.response.demand["response_min"].to_numpy(float)
    people = report.county.demand["population"].to_numpy(float)
    everybody = table[table["group"] == "all"]
    for _, row in everybody.iloc[::7].iterrows():
        assert row["people"] == people[within_limit(minutes, row["minutes"])].sum()
    assert (everybody["people"].diff().dropna() >= 0).all()
    (figures, *_) = reached(report)
    assert everybody["people"].iloc[-1] == figures.population - figures.unreachable


def test_the_curve_ends_after_two_hours() -> None:
    report = ui_fixtures.report()
    late = report.response.demand.assign(response_min=500.0)
    table = curve(replace(report, response=replace(report.response, demand=late)))
    assert table["minutes"].max() == 120
    assert (table["people"] == 0).all()


def test_no_curve_without_residents() -> None:
    nobody = with_demand(ui_fixtures.report(), population=np.nan)
    assert curve(nobody).empty
    assert list(curve(nobody).columns) == ["group", "minutes", "people", "share"]
    (everybody, *_) = reached(nobody)
    assert math.isnan(everybody.share)


def test_nobody_is_reached() -> None:
    report = ui_fixtures.report()
    never = report.response.demand.assign(response_min=np.nan)
    table = curve(replace(report, response=replace(report.response, demand=never)))
    assert table["minutes"].tolist() == [0.0] * 3
    assert (table["people"] == 0).all()


def test_the_generic_limits_stand_in_where_no_such_rule_is_tested() -> None:
    report = replace(ui_fixtures.report(), rules=())
    assert report.limit_rule.id == "ems-1030"
    assert [f.limit_min for f in reached(report)][1:] == [10, 30]


def test_townships_by_people_who_wait_too_long() -> None:
    worst = worst_townships(ui_fixtures.report())
    assert worst["code"].tolist() == ["T2", "T1"]
    assert worst["late"].tolist() == [6900, 800]
    assert worst["population"].tolist() == [6900, 2000]
    assert worst["covered_share"].tolist() == [0, 0.6]
    assert worst["unreachable"].tolist() == [1200, 0]
    # 5,000 in 12 and 700 in 32 minutes
    assert worst["mean_min"][0] == pytest.approx(82_400 / 5700)
    assert worst["p90_min"].tolist() == [32, 41.25]
    assert len(worst_townships(ui_fixtures.report(), count=1)) == 1


def test_townships_agree_with_the_rules_own_units() -> None:
    report = demonstration_report()
    rule = next(result for result in report.rules if result.rule.id == "ems-1030")
    worst = worst_townships(report, count=99).set_index("code")
    for unit in rule.units:
        if unit.verdict in ("unmet", "not_assessable"):  # open where a hospital has not said
            assert worst.loc[unit.code, "covered_share"] == pytest.approx(unit.observed)
        else:
            assert unit.code not in worst.index
    assert worst["late"].sum() == pytest.approx(rule.population_short)
    assert pd.Series(worst["late"]).is_monotonic_decreasing


def test_no_township_where_all_are_in_time() -> None:
    report = ui_fixtures.report()
    fast = report.response.demand.assign(response_min=1.0)
    assert worst_townships(replace(report, response=replace(report.response, demand=fast))).empty
