"""The county folder: read, check, write; coordinates; population."""
