"""The order of the villages that wait longest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from coverage.analysis.worst_villages import worst_villages
from tests import ui_fixtures


def test_unreached_first_then_by_minutes_over_the_limit() -> None:
    worst = worst_villages(ui_fixtures.report())
    assert worst["code"].str[-4:].tolist() == ["2203", "2201", "1202", "2202", "2204"]
    assert worst["over_min"].tolist()[2:] == [11.25, 2.0, 2.0]
    assert np.isnan(worst["over_min"].to_numpy()[:2]).all()
    assert list(worst.columns) == [
        "code",
        "name",
        "township_name",
        "population",
        "response_min",
        "limit_min",
        "over_min",
        "station_name",
    ]


def test_a_village_without_a_limit_is_left_out() -> None:
    report = ui_fixtures.report()
    villages = report.villages.copy()
    villages.loc[2, "limit_min"] = np.nan
    worst = worst_villages(replace(report, villages=villages))
    assert "430902102201" not in set(worst["code"])


def test_no_more_than_asked_for() -> None:
    assert len(worst_villages(ui_fixtures.report(), count=2)) == 2


def test_nothing_where_all_are_covered() -> None:
    assert worst_villages(ui_fixtures.without_late_villages()).empty
