"""Whether a code is that of a county or of a district."""

from __future__ import annotations

from typing import Final, Literal

CountyKind = Literal["county", "district"]

_COUNTY_DIGITS: Final = 6
_LAST_DISTRICT: Final = 20


def county_kind(code: str) -> CountyKind | None:
    """Return whether `code` is a county's (a county-level city's too) or a district's.

    The last two of six digits are 01-20 for a district, 21-80 for a county and 81-99 for a
    county-level city (GB/T 2260). None for the code of a larger region.
    """
    if len(code) != _COUNTY_DIGITS or not code.isdigit():
        return None
    return "district" if int(code[-2:]) <= _LAST_DISTRICT else "county"
