"""The one message catalogue: every sentence a user may read, in Chinese and English.

The texts are in ``data/messages/*.yaml``: one mapping ``id: {zh: ..., en: ...}`` a file, the id
starting with the file's name (``county.column_missing`` stands in ``county.yaml``). Placeholders
are those of ``str.format``.
"""

from __future__ import annotations

import locale
import os
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import yaml

from coverage.paths import DATA

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

# The same safe loader, in C where PyYAML was built with it: ten times as fast.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORMATTER: Final = string.Formatter()


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet in a language: its id and what fills its placeholders.

    A value may itself be a `Message`; it is put into the same language.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return text(self.id, language, **self.values)


def in_language(chinese: str, english: str, language: Language) -> str:
    """Return the text of two that is in `language`."""
    return chinese if language == "zh" else english


@dataclass(frozen=True)
class Name:
    """What something is called in each language; it may fill a placeholder."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return the name in `language`."""
        return in_language(self.zh, self.en, language)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every message, by id, then by language."""
    entries: dict[str, Mapping[str, str]] = {}
    for path in sorted((DATA / "messages").glob("*.yaml")):
        entries.update(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or {})  # noqa: S506
    return MappingProxyType(entries)


def text(message_id: str, language: Language, /, **values: object) -> str:
    """Return the message `message_id` in `language` with its placeholders filled.

    Raises
    ------
    KeyError
        If the catalogue has no such message, or a placeholder has no value.
    """
    filled = {
        name: value.text(language) if isinstance(value, Message | Name) else value
        for name, value in values.items()
    }
    return _FORMATTER.vformat(catalogue()[message_id][language], (), filled)


def default_language() -> Language:
    """Return the language of the machine's locale: English where it says so, else Chinese.

    Outside Windows it is what the environment says, for Python calls the plain ``C.UTF-8`` of a
    machine where nobody chose a language English.
    """
    if os.name == "nt":
        name = locale.getlocale()[0] or ""
    else:
        variables = ("LC_ALL", "LC_MESSAGES", "LANG")
        name = next((os.environ[v] for v in variables if os.environ.get(v)), "")
    return "en" if name.lower().startswith("en") else "zh"
