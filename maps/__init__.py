"""Cartography: interactive and briefing maps, drawn from results only."""

from __future__ import annotations

from typing import Final

LAYERS: Final[tuple[str, ...]] = (
    "minutes", "coverage", "beyond", "station", "units", "speed", "reach", "change",
)  # fmt: skip
"""What a map can colour; ``change`` needs a scenario and the county before it."""
