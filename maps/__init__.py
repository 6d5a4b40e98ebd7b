"""Cartography: interactive and briefing maps, drawn from results only."""

from __future__ import annotations

from typing import Final

LAYERS: Final[tuple[str, ...]] = ("minutes", "coverage")
