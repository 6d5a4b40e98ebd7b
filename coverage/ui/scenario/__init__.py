"""The scenario page's parts."""
