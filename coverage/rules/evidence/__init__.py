"""What rules are tested with: facilities, residents, minutes, and how far they are known."""
