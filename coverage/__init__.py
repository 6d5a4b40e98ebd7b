"""Who in a county is too far from care, by which clause, and where."""

__version__ = "0.1.0"
