"""Tables of the questionnaire, by noun."""

from haicap.questionnaire.models.collected import Attachment, Comment, Draft, Edit, Submission, Upload
from haicap.questionnaire.models.definitions import Assignment, FieldKey, Form, FormMedia, FormVersion
from haicap.questionnaire.models.entities import Dataset, DatasetProperty, Entity, EntityVersion
from haicap.questionnaire.models.reports import (
    Answer,
    Evidence,
    ReportedValue,
    Section,
    UnitReport,
    Value,
    VerifiedValue,
)

__all__ = [
    "Answer",
    "Assignment",
    "Attachment",
    "Comment",
    "Dataset",
    "DatasetProperty",
    "Draft",
    "Edit",
    "Entity",
    "EntityVersion",
    "Evidence",
    "FieldKey",
    "Form",
    "FormMedia",
    "FormVersion",
    "ReportedValue",
    "Section",
    "Submission",
    "UnitReport",
    "Upload",
    "Value",
    "VerifiedValue",
]
