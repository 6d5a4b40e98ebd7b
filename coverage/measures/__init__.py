"""Figures over people and minutes."""
