"""What the regions are called whose codes rules name: ``data/regions.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from coverage.messages import Message, Name
from coverage.paths import DATA


@cache
def _names() -> Mapping[str, Name]:
    with (DATA / "regions.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row["code"]: Name(row["name_zh"], row["name_en"]) for row in csv.DictReader(stream)}


def region_name(code: str) -> Name | Message:
    """Return what the region of a code, or of a prefix of codes, is called.

    One that the table does not name is called by the smallest region that it names around it, and
    its code.
    """
    names = _names()
    if code in names:
        return names[code]
    around = next((code[:end] for end in range(len(code), 1, -1) if code[:end] in names), "")
    if not around:
        return Message("rules.region_unnamed", {"code": code})
    return Message("rules.region_within", {"around": names[around], "code": code})
