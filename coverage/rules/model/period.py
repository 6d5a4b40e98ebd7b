"""A year, a month or a day of the calendar, as documents name their deadlines."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _known_day(text: str) -> str:
    """Refuse a day, month or year that is in no calendar."""
    try:
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError as error:
        raise PydanticCustomError("deadline", "no day, month or year") from error
    return text


Deadline = Annotated[
    str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"), AfterValidator(_known_day)
]
"""``2025-06-30``, ``2025-06`` or ``2025``: wanted by the end of that day, month or year."""


def last_day(deadline: str) -> date:
    """Return the end of the year, month or day (``2025``, ``2025-06``, ``2025-06-30``)."""
    year, month, day = (*(int(part) for part in deadline.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])
