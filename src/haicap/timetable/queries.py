"""Reads of the visit calendar."""
