"""Pages of the questionnaire."""

from haicap.questionnaire.views.board import board, field, figure
from haicap.questionnaire.views.collect import collect, collect_form, manifest, service_worker
from haicap.questionnaire.views.forms import build, forms, workbook
from haicap.questionnaire.views.reports import evidence, fill, mine, report, sign, take_back
from haicap.questionnaire.views.review import accept, confirm, give_back, queue, review, verify

__all__ = [
    "accept",
    "board",
    "build",
    "collect",
    "collect_form",
    "confirm",
    "evidence",
    "field",
    "figure",
    "fill",
    "forms",
    "give_back",
    "manifest",
    "mine",
    "queue",
    "report",
    "review",
    "service_worker",
    "sign",
    "take_back",
    "verify",
    "workbook",
]
