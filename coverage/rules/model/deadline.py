"""What a rule's deadline means on a given day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from coverage.rules.model.period import last_day
from coverage.rules.model.results import Verdict

DueState = Literal["none", "not_stated", "not_yet_due", "due", "overdue"]


def due_state(deadline: str | None, verdict: Verdict, as_of: date | None) -> DueState:
    """Return what `deadline` means on the day `as_of`; no clock is read.

    Returns
    -------
    DueState
        ``none`` without a deadline, ``not_stated`` without a day to judge by, ``not_yet_due``
        up to the last day of the period, on which the deadline still runs; from the next day on
        ``overdue`` where the rule is unmet, else ``due``.
    """
    if deadline is None:
        return "none"
    if as_of is None:
        return "not_stated"
    if as_of <= last_day(deadline):
        return "not_yet_due"
    return "overdue" if verdict == "unmet" else "due"
