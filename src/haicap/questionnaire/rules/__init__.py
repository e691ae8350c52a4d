"""Pure decisions of the questionnaire."""
