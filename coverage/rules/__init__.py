"""The rule catalogue, its loader, and one pure evaluator for each kind."""
