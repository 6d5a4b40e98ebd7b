"""The kinds of edit: what each states, checks and does."""
