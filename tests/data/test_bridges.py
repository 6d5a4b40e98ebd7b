"""The eastern polder of the demonstration county and its bridges, computed a second way.

民主垸 (沙头镇, 张家塞乡 and 茈湖口镇) hangs on two bridges, 甘溪港大桥 and 堤南桥, but has two
ambulances of its own: the bridges decide only where these are away. The figures stand in
`tests.browser.hand`, and are seen on the scenario page.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coverage.assessment.report import Report
from coverage.scenario.compare import compare
from coverage.scenario.edits.roads import CloseRoad
from coverage.scenario.model import Edit, Scenario
from coverage.scenario.run import assess_scenario
from tests.browser import hand
from tests.independent import networkx_response_min

pytestmark = pytest.mark.xdist_group("demonstration")

POLDER = ("沙头镇", "张家塞乡", "茈湖口镇")


@pytest.fixture(scope="module")
def base(demonstration: Report) -> Report:
    return demonstration


@pytest.mark.parametrize("story", hand.POLDER_STORY, ids=lambda story: "+".join(story.closed))
def test_who_is_late_without_the_bridges(base: Report, story: hand.Polder) -> None:
    closed = [Edit.of(CloseRoad(line=hand.BRIDGES[name])) for name in story.closed]
    edits = (*hand.AMBULANCES_AWAY, *closed)
    made = Scenario.model_validate({"name": "x", "county": "430902", "edits": edits})
    after = assess_scenario(base, made)
    rows = compare(base, after, made).villages
    lost = rows[rows["change"] == "lost"]
    assert lost.groupby("township_name").size().to_dict() == story.lost
    assert set(lost["township_name"]) <= set(POLDER)
    assert after.summary.covered == story.covered
    assert after.summary.unreachable == story.unreachable

    facilities = base.county.facilities.copy()
    away = facilities["id"].isin([edit.action.id for edit in hand.AMBULANCES_AWAY])
    assert away.sum() == 2
    facilities.loc[away, "ambulances"] = 0
    edges = base.network.edges
    whole = edges[~edges["name"].isin(story.closed)].reset_index(drop=True)
    assert len(whole) == len(edges) - len(story.closed)
    minutes = networkx_response_min(
        replace(base.county, facilities=facilities), replace(base.network, edges=whole)
    )
    villages = base.villages
    in_time = np.round(minutes, 9) <= villages["limit_min"].to_numpy(float)
    people = villages["population"].to_numpy(float)
    assert people[in_time].sum() == story.covered
    assert people[np.isnan(minutes)].sum() == story.unreachable
    late = villages["covered"].to_numpy(bool) & ~in_time
    assert villages[late].groupby("township_name").size().to_dict() == story.lost
