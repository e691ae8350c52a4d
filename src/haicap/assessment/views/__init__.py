"""Pages of the area, by noun."""
