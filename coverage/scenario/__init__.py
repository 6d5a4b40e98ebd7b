"""Edits of a county, and what they change."""
