"""Which rules there are, and which of them a county is tested by."""
