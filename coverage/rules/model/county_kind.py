"""Whether a code is that of a county or of a district."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

CountyKind = Literal["county", "district"]
"""A county or county-level city (xian, shi); or a district (qu), which a clause may leave out."""

_COUNTY_DIGITS: Final = 6
_MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})
_MUNICIPAL_DISTRICTS: Final = "01"
_PREFECTURES: Final = frozenset(map(str, range(21, 51)))
_UNDER_THE_PROVINCE: Final = "90"
_LAST_DISTRICT: Final = 20


def county_kind(code: str) -> CountyKind | None:
    """Return whether `code` is a county's (a county-level city's too) or a district's.

    By GB/T 2260. Under a city (third and fourth digit 01-20 or 51-70) the last two digits are
    01-20 for a district, 21-80 for a county and 81-99 for a county-level city. An autonomous
    prefecture (21-50) and a province (90) have no districts: 01-20 are county-level cities
    there. A municipality has its districts under 01 and its counties under 02.

    None for the code of a larger region.
    """
    if len(code) != _COUNTY_DIGITS or not code.isdigit() or code.endswith("00"):
        return None
    province, city, number = code[:2], code[2:4], int(code[4:])
    if province in _MUNICIPALITIES:
        return "district" if city == _MUNICIPAL_DISTRICTS else "county"
    if city in _PREFECTURES or city == _UNDER_THE_PROVINCE:
        return "county"
    return "district" if number <= _LAST_DISTRICT else "county"


def is_addressed(kind: CountyKind | None, addressed: Collection[CountyKind]) -> bool:
    """Return whether a clause that addresses the kinds `addressed` (none named: both) asks `kind`.

    Where the kind is not known (None) it does.
    """
    return kind is None or not addressed or kind in addressed
