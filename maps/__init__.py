"""Cartography: interactive and briefing maps, drawn from results only."""
