"""How deep and how long ``county.toml`` may be.

A parser's work grows with the square of a key's parts: a key of a hundred thousand fills gigabytes.
"""

from __future__ import annotations

import re
from typing import Any, Final

from coverage.county.files import CONFIG_NAME, refuse

MAX_DEPTH: Final = 32
MAX_KEYS: Final = 2000

_PART: Final = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_DEEP_KEY: Final = re.compile(rf"""(?<![A-Za-z0-9_-])(?:{_PART}\.[ \t]*+){{{MAX_DEPTH}}}""")


def refuse_deep_keys(text: str) -> None:
    """Refuse a text in which a dotted key is deep, before it is parsed.

    Raises
    ------
    InputError
        ``county.toml_too_deep``, with the row.
    """
    if deep := _DEEP_KEY.search(text):
        row = text.count("\n", 0, deep.start()) + 1
        raise refuse("county.toml_too_deep", CONFIG_NAME, [row], limit=MAX_DEPTH)


def refuse_large(raw: dict[str, Any]) -> None:
    """Refuse a mapping that is nested deeply or has very many keys.

    Raises
    ------
    InputError
        ``county.toml_too_deep`` or ``county.toml_too_many``.
    """
    level: list[Any] = [raw]
    keys = 0
    for _ in range(MAX_DEPTH):
        level = [value for holder in level for value in _held(holder)]
        keys += len(level)
        if keys > MAX_KEYS:
            raise refuse("county.toml_too_many", CONFIG_NAME, limit=MAX_KEYS)
    if any(map(_held, level)):
        raise refuse("county.toml_too_deep", CONFIG_NAME, limit=MAX_DEPTH)


def _held(holder: Any) -> list[Any]:
    if isinstance(holder, dict):
        return list(holder.values())
    return holder if isinstance(holder, list) else []
