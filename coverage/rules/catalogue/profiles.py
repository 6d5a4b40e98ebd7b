"""Regions whose documents the catalogue holds, and the yardstick for all others."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from coverage.messages import Message, Name
from coverage.paths import DATA
from coverage.problems import InputError, Problem
from coverage.rules.catalogue.load import nearest
from coverage.rules.catalogue.regions import region_name
from coverage.rules.model.rule import Bilingual

GENERIC: Final = "generic"
"""The profile of a region that no document of the catalogue binds."""

_CODE_DIGITS: Final = range(2, 7)


class Profile(BaseModel):
    """One file of ``data/rules/profiles/``.

    Attributes
    ----------
    region
        Prefix of the codes of the region (``43`` a province); empty for the generic one.
    documents
        Short names of the documents whose rules are tested there.
    rules
        Ids of the rules of the generic profile; elsewhere the rules' own scopes decide.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Bilingual
    region: Annotated[str, Field(pattern=r"^([0-9]{2,6})?$")]
    documents: tuple[str, ...]
    rules: tuple[str, ...] = ()


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the profiles by the names of their files."""
    return MappingProxyType(
        {
            path.stem: Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            for path in sorted((DATA / "rules" / "profiles").glob("*.toml"))
        }
    )


def profile_of(code: str) -> Profile:
    """Return the profile of the smallest region that `code` lies in, else the generic one."""
    own = [
        profile
        for profile in profiles().values()
        if profile.region and code.startswith(profile.region)
    ]
    return max(own, key=lambda profile: len(profile.region)) if own else profiles()[GENERIC]


def region_code(word: str) -> str:
    """Return the region that a user names: digits of a code as they are, a profile's region.

    `GENERIC` stands for itself.

    Raises
    ------
    InputError
        If there is no such profile; the nearest one is named.
    """
    word = word.strip()
    if word.isascii() and word.isdigit() and len(word) in _CODE_DIGITS:
        return word
    known = profiles()
    if word not in known:
        values = {"region": word, "nearest": nearest(word, known), "known": ", ".join(known)}
        raise InputError([Problem("rules.unknown_region", values=values)])
    return known[word].region or GENERIC


def region_title(code: str) -> Name | Message:
    """Return what the region of `code` is called, also the generic one."""
    if code != GENERIC:
        return region_name(code)
    yardstick = profiles()[GENERIC].name
    return Name(yardstick.zh, yardstick.en)
