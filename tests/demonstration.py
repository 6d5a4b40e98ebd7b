"""The report of the demonstration county, read and assessed once in each process of the tests."""

from __future__ import annotations

from functools import cache

from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.paths import DEMONSTRATION


@cache
def demonstration_report() -> Report:
    """Return the report that all tests share: none may change it."""
    return assess_folder(DEMONSTRATION)
