"""Small helpers for texts shown in the app."""

from __future__ import annotations

import math
import re
from typing import Final

from coverage.messages import Language, text
from maps.words import minutes

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def literal(data: str) -> str:
    """Return `data` so that Markdown shows it as it stands.

    For every text that comes from a user's file: names with ``<script>``, image links or dollar
    signs are shown, not run, fetched or typeset. Line ends become spaces.
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(data.split()))


def minutes_or_dash(value: float, language: Language, *limits: float) -> str:
    """Return minutes, never rounded across `limits`; a dash where nobody can be reached."""
    return text("ui.unknown", language) if math.isnan(value) else minutes(value, language, *limits)
