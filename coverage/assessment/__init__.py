"""From a county and its roads to a report."""
