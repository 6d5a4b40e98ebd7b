"""What a deadline means on a day."""

from __future__ import annotations

from datetime import date

import pytest

from coverage.rules.model.deadline import due_state
from coverage.rules.model.period import last_day


@pytest.mark.parametrize(
    ("deadline", "end"),
    [
        ("2025", date(2025, 12, 31)),
        ("2025-06", date(2025, 6, 30)),
        ("2024-02", date(2024, 2, 29)),
        ("2025-02", date(2025, 2, 28)),
        ("2025-06-15", date(2025, 6, 15)),
    ],
)
def test_a_deadline_is_the_end_of_its_period(deadline: str, end: date) -> None:
    assert last_day(deadline) == end


@pytest.mark.parametrize(
    ("deadline", "verdict", "as_of", "state"),
    [
        (None, "unmet", date(2030, 1, 1), "none"),
        ("2025", "unmet", None, "not_stated"),
        ("2025", "unmet", date(2025, 12, 30), "not_yet_due"),
        ("2025", "unmet", date(2025, 12, 31), "not_yet_due"),
        ("2025", "unmet", date(2026, 1, 1), "overdue"),
        ("2025", "met", date(2025, 12, 31), "not_yet_due"),
        ("2025", "met", date(2026, 1, 1), "due"),
        ("2025", "not_assessable", date(2026, 1, 1), "due"),
        ("2025-06", "unmet", date(2025, 6, 29), "not_yet_due"),
        ("2025-06", "unmet", date(2025, 6, 30), "not_yet_due"),
        ("2025-06", "unmet", date(2025, 7, 1), "overdue"),
        ("2028-11-22", "unmet", date(2028, 11, 22), "not_yet_due"),
        ("2028-11-22", "unmet", date(2028, 11, 23), "overdue"),
    ],
)
def test_state(deadline: str | None, verdict: str, as_of: date | None, state: str) -> None:
    assert due_state(deadline, verdict, as_of) == state
