"""Scenarios on a small county folder, and what of a report must be the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coverage.assessment.report import Report
from coverage.report.record import record
from coverage.scenario.model import Edit, Scenario

CODE = "430902"


def edit(verb: str, *, note: str = "", off: bool = False, **said: Any) -> Edit:
    return Edit.model_validate({verb: said, "note": note, "off": off})


def scenario(*edits: Edit, name: str = "试一试", code: str = CODE, **more: Any) -> Scenario:
    return Scenario(name=name, county=code, edits=edits, **more)


def figures(report: Report) -> dict[str, Any]:
    """Everything computed; not how it came about."""
    whole = record(report, "zh")
    return {name: whole[name] for name in ("county", "response", "rules")}


def table(report: Report) -> pd.DataFrame:
    return pd.DataFrame(report.villages.drop(columns="geometry"))


def assert_same(first: Report, second: Report, tolerance: float = 0.0) -> None:
    """The same figures; minutes and shares may differ by `tolerance`."""
    left, right = table(first), table(second)
    pd.testing.assert_frame_equal(left, right, check_dtype=False, atol=tolerance, rtol=0)
    assert _near(figures(first), figures(second), tolerance)


def _near(first: Any, second: Any, tolerance: float) -> bool:
    if isinstance(first, dict):
        return set(first) == set(second) and all(
            _near(first[key], second[key], tolerance) for key in first
        )
    if isinstance(first, list):
        return len(first) == len(second) and all(
            _near(a, b, tolerance) for a, b in zip(first, second, strict=True)
        )
    if isinstance(first, float) and isinstance(second, float):
        return bool(np.isclose(first, second, rtol=0, atol=tolerance))
    return bool(first == second)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
