"""What is told of the tags of roads: values that nobody knows, and conditions that are not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from coverage.county.files import shown
from coverage.network.access import unknown_access
from coverage.network.tags import CHANGING, conditional, unknown_oneway
from coverage.problems import Problem

_SHOWN: Final = 8


def counted(words: Mapping[str, int]) -> str:
    """Return words of a file, each with its count, the most frequent first."""
    order = sorted(words, key=lambda word: (-words[word], word))
    named = ", ".join(f"“{shown(word)}” ({words[word]})" for word in order[:_SHOWN])
    return named + (" …" if len(order) > _SHOWN else "")


class TagRemarks:
    """Counts what is to be told of the tags of the roads that are driven."""

    def __init__(self) -> None:
        self._oneway: Counter[str] = Counter()
        self._access: Counter[str] = Counter()
        self._conditional = 0
        self._changing = 0

    @staticmethod
    def concern(tags: Mapping[str, str]) -> bool:
        """Return whether anything is to be told of the tags of a road."""
        changing = tags.get("oneway", "").strip().lower() in CHANGING
        return changing or conditional(tags) or any((*unknown_oneway(tags), *unknown_access(tags)))

    def add(self, tags: Mapping[str, str]) -> None:
        """Count the tags of one road."""
        self._oneway.update(f"{key}={value}" for key, value in unknown_oneway(tags))
        self._access.update(f"{key}={value}" for key, value in unknown_access(tags))
        self._conditional += conditional(tags)
        self._changing += tags.get("oneway", "").strip().lower() in CHANGING

    def problems(self, file: str) -> tuple[Problem, ...]:
        """Return what was counted."""
        words = (
            ("network.unknown_oneway", self._oneway),
            ("network.unknown_access", self._access),
        )
        counts = (
            ("network.conditional", self._conditional),
            ("network.changing_oneway", self._changing),
        )
        problems = [
            Problem(
                code,
                level="warning",
                values={"count": word_counts.total(), "shown": counted(word_counts)},
                file=file,
                count=word_counts.total(),
            )
            for code, word_counts in words
            if word_counts
        ]
        problems += [
            Problem(code, level="note", values={"count": count}, file=file, count=count)
            for code, count in counts
            if count
        ]
        return tuple(problems)
