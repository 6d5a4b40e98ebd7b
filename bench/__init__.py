"""Measurements: how long it takes, beside what else could be used."""
