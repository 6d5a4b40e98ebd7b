"""The map that stays in the browser."""
