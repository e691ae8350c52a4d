"""Writes of follow-through lists: lists, their members, what filled forms and the register make of them."""

from haicap.questionnaire.actions.entities.datasets import (
    add_property,
    change_dataset,
    create_dataset,
    link_media,
    publish_properties,
)
from haicap.questionnaire.actions.entities.members import (
    Row,
    create_entities,
    create_entity,
    delete_entity,
    restore_entity,
    update_entity,
)
from haicap.questionnaire.actions.entities.register import Synced, follow_register, sync_register
from haicap.questionnaire.actions.entities.submissions import apply_again, apply_submission
from haicap.questionnaire.actions.entities.table import Imported, import_entities

__all__ = [
    "Imported",
    "Row",
    "Synced",
    "add_property",
    "apply_again",
    "apply_submission",
    "change_dataset",
    "create_dataset",
    "create_entities",
    "create_entity",
    "delete_entity",
    "follow_register",
    "import_entities",
    "link_media",
    "publish_properties",
    "restore_entity",
    "sync_register",
    "update_entity",
]
