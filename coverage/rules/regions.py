"""What the regions are called whose codes rules name: ``data/regions.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from typing import Final

from coverage.messages import Message, Name
from coverage.paths import DATA

_FILE: Final = DATA / "regions.csv"


@cache
def _rows() -> tuple[tuple[frozenset[str], Name], ...]:
    """Return each row's codes and name; several codes between ``|`` have one name together."""
    with _FILE.open(encoding="utf-8-sig", newline="") as stream:
        return tuple(
            (frozenset(row["code"].split("|")), Name(row["name_zh"], row["name_en"]))
            for row in csv.DictReader(stream)
        )


@cache
def _names() -> dict[str, Name]:
    return {code: name for codes, name in _rows() if len(codes) == 1 for code in codes}


def region_name(code: str) -> Name | Message:
    """Return what the region of a code, or of a prefix of codes, is called.

    One that the table does not name is told by the smallest region that it names around it, and
    its code.
    """
    names = _names()
    if code in names:
        return names[code]
    around = next((code[:end] for end in range(len(code), 1, -1) if code[:end] in names), "")
    if not around:
        return Message("rules.region_unnamed", {"code": code})
    return Message("rules.region_within", {"around": names[around], "code": code})


def region_names(codes: Iterable[str]) -> tuple[Name | Message, ...]:
    """Return what regions are called, those that have a name together by that name."""
    left = tuple(codes)
    together = []
    for several, name in _rows():
        if len(several) > 1 and several <= set(left):
            together.append(name)
            left = tuple(code for code in left if code not in several)
    return (*together, *map(region_name, left))
