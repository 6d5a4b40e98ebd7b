"""What messages say of counts that they cut short, or that nobody knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from coverage.county.read import read_county
from coverage.network.read import read_network
from coverage.rules.catalogue.load import _schema_problems
from coverage.travel.response import _residents
from tests import county_fixtures as fixtures


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


@pytest.mark.parametrize(("faulty", "told"), [(100, 100), (101, 101), (250, 101)])
def test_a_hundred_faulty_keys_are_told_and_how_many_there_are(faulty: int, told: int) -> None:
    with pytest.raises(ValidationError) as caught:
        _Strict.model_validate({f"k{i}": 1 for i in range(faulty)})
    problems = _schema_problems(caught.value, "rule.yaml")
    assert len(problems) == told
    more = [p for p in problems if p.code == "rules.more_keys"]
    assert [p.count for p in more] == ([faulty] if faulty > 100 else [])
    for problem in more:
        assert f"{faulty}" in problem.text("zh")
        assert "100" in problem.text("en")


@pytest.mark.parametrize(
    ("people", "text"),
    [
        ([1000.0, 234.0], "1,234 people"),
        ([0.0], "0 people"),
        ([1000.0, np.nan], "at least 1,000 people; some populations are not known"),
        ([np.nan, np.nan], "residents not known"),
    ],
)
def test_unknown_residents_are_not_none(people: list[float], text: str) -> None:
    message = _residents(np.array(people))
    assert message.text("en") == text
    assert message.text("zh")


@pytest.mark.parametrize(("column", "told"), [("oneway", 0), ("单行", 0), ("remark", 1)])
def test_a_layer_without_directions_says_so(tmp_path: Path, column: str, told: int) -> None:
    roads = fixtures.roads()
    roads[column] = "no"
    network = read_network(read_county(fixtures.write_county(tmp_path, roads=roads)))
    assert sum(p.code == "network.no_directions" for p in network.quality) == told
