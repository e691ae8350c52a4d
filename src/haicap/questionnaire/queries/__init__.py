"""Reads of the questionnaire, by noun; what other areas use is named here."""

from haicap.questionnaire.queries.board import (
    BoardRow,
    BoardTotals,
    Cell,
    board_units_for,
    progress_for,
    totals_for,
)
from haicap.questionnaire.queries.figures import (
    Figure,
    FigureRow,
    FigureValue,
    answers_for,
    field_for,
    figure_for,
    figures_for,
)
from haicap.questionnaire.queries.forms import form_for, forms_for, plan_of
from haicap.questionnaire.queries.reports import (
    Filling,
    evidence_file_for,
    evidence_for,
    filling_for,
    own_unit_of,
    unit_of,
    unit_report_for,
    unit_reports_for,
)
from haicap.questionnaire.queries.scope import review_areas_of

__all__ = [
    "BoardRow",
    "BoardTotals",
    "Cell",
    "Figure",
    "FigureRow",
    "FigureValue",
    "Filling",
    "answers_for",
    "board_units_for",
    "evidence_file_for",
    "evidence_for",
    "field_for",
    "figure_for",
    "figures_for",
    "filling_for",
    "form_for",
    "forms_for",
    "own_unit_of",
    "plan_of",
    "progress_for",
    "review_areas_of",
    "totals_for",
    "unit_of",
    "unit_report_for",
    "unit_reports_for",
]  # fmt: skip
