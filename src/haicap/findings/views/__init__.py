"""Pages of findings, by noun."""
