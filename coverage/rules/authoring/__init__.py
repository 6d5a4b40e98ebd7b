"""A county's own rules: what the form asks for, and the files that it writes."""
