"""How rules and their results are shown and changed."""
