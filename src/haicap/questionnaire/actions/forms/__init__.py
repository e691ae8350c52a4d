"""Writes of forms, by noun."""

from haicap.questionnaire.actions.forms.report import build_form, load_form, publish_form

__all__ = ["build_form", "load_form", "publish_form"]
