"""Writes of forms, by noun."""

from haicap.questionnaire.actions.forms.assignments import assign, unassign
from haicap.questionnaire.actions.forms.media import attach_media, link_dataset, remove_media
from haicap.questionnaire.actions.forms.report import build_form, load_form, publish_form
from haicap.questionnaire.actions.forms.versions import (
    change_form,
    create_form,
    delete_form,
    discard_draft,
    publish_draft,
    publish_file,
    save_draft_version,
    set_state,
)

__all__ = [
    "assign",
    "attach_media",
    "build_form",
    "change_form",
    "create_form",
    "delete_form",
    "discard_draft",
    "link_dataset",
    "load_form",
    "publish_draft",
    "publish_file",
    "publish_form",
    "remove_media",
    "save_draft_version",
    "set_state",
    "unassign",
]
