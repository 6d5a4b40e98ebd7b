"""What is worked out of a county goes with it: a worker that did many counties holds none."""

from __future__ import annotations

import ast
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from coverage.analysis.reached import curve
from coverage.analysis.territories import territories
from coverage.assessment.assess import assess_folder
from coverage.paths import ROOT
from coverage.report.files import write_report
from coverage.scenario.compare import compare
from coverage.scenario.run import assess_scenario
from coverage.travel.route import route
from maps.interactive import interactive_map
from tests.rules_folder import write_folder
from tests.scenario_fixtures import edit, scenario

_OF_A_COUNTY = ("County", "Report", "Network", "TravelEngine", "CountyFacts", "DataFrame", "Series")


def _worked_through(folder: Path, out: Path) -> list[weakref.ref[Any]]:
    report = assess_folder(folder)
    changed = assess_scenario(report, scenario(edit("grow", factor=1.5)))
    curve(report)
    territories(report)
    route(report, 0)
    interactive_map(changed, "zh", "reach", before=report)
    write_report(changed, out, "zh", comparison=compare(report, changed))
    held = (report.county, report.network, report.engine, changed.county)
    return [weakref.ref(each) for each in held]


def test_a_county_whose_work_is_done_is_let_go(tmp_path: Path) -> None:
    held: list[weakref.ref[Any]] = []
    for number in range(3):
        folder = write_folder(tmp_path / f"county{number}")
        held += _worked_through(folder, tmp_path / f"out{number}")
    gc.collect()
    assert [ref() for ref in held if ref() is not None] == []


def _kept(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body  # what a function keeps within itself goes with its work
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
        and "ui" not in path.parts  # the app's caches are bounded and keyed by files
    ]


@pytest.mark.parametrize("package", ["coverage", "maps"])
def test_nothing_is_kept_by_module_for_a_county(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        for function in _kept(path):
            stated = [ast.unparse(a.annotation) for a in function.args.args if a.annotation]
            for word in _OF_A_COUNTY:
                assert not any(word in annotation for annotation in stated), (path, function.name)
