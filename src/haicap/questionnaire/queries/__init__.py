"""Reads of the questionnaire, by noun."""
