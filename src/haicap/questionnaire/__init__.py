"""Forms, reports, evidence, review and verified values of a survey."""
