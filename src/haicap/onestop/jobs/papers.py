"""Documents made in bulk."""
