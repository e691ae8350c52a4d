"""Pages of the visit calendar."""
