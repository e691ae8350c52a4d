"""Writes of the questionnaire, by noun; what other areas use is named here."""

from haicap.questionnaire.actions.bulk import enter_reports_bulk, verify_bulk
from haicap.questionnaire.actions.evidence import attach_evidence, remove_evidence
from haicap.questionnaire.actions.forms import build_form, load_form, publish_form
from haicap.questionnaire.actions.reports import save_draft, sign, submit, take_back
from haicap.questionnaire.actions.review import accept_section, return_section, return_sections
from haicap.questionnaire.actions.verify import confirm_area, confirm_indicator, verify_value

__all__ = [
    "accept_section",
    "attach_evidence",
    "build_form",
    "confirm_area",
    "confirm_indicator",
    "enter_reports_bulk",
    "load_form",
    "publish_form",
    "remove_evidence",
    "return_section",
    "return_sections",
    "save_draft",
    "sign",
    "submit",
    "take_back",
    "verify_bulk",
    "verify_value",
]
