"""What a rule's deadline means on a given day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

from coverage.rules.model import Verdict

DueState = Literal["none", "not_stated", "not_yet_due", "due", "overdue"]


def last_day(deadline: str) -> date:
    """Return the end of the year, month or day (``2025``, ``2025-06``, ``2025-06-30``)."""
    year, month, day = (*(int(part) for part in deadline.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def due_state(deadline: str | None, verdict: Verdict, as_of: date | None) -> DueState:
    """Return what `deadline` means on the day `as_of`; no clock is read.

    Returns
    -------
    DueState
        ``none`` without a deadline, ``not_stated`` without a day to judge by, ``not_yet_due``
        before the last day of the period; from that day on ``overdue`` where the rule is unmet,
        else ``due``.
    """
    if deadline is None:
        return "none"
    if as_of is None:
        return "not_stated"
    if as_of < last_day(deadline):
        return "not_yet_due"
    return "overdue" if verdict == "unmet" else "due"
