"""Findings on a report: pure functions, no files and no drawing."""
