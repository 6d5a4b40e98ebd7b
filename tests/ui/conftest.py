"""What all tests of the app's pages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from coverage.assessment.report import Report
from coverage.paths import DEMONSTRATION
from coverage.progress import Progress, no_progress
from coverage.ui import cache
from tests.demonstration import demonstration_report


@pytest.fixture(autouse=True)
def demonstration_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the pages the report that all tests share; other folders are read as ever."""
    read = cache.assess_apart

    def assess(folder: Path, progress: Progress = no_progress) -> Report:
        return demonstration_report() if folder == DEMONSTRATION else read(folder, progress)

    monkeypatch.setattr(cache, "assess_apart", assess)
