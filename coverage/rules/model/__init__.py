"""What a rule is, and what testing it gives."""
