"""The result files of a county."""
