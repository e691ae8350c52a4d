"""Writes of the questionnaire, by noun."""
