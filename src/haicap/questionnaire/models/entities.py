"""Tables of datasets: lists that forms read and update, entity by entity, every version kept."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from haicap.campaign.models import Campaign
from haicap.questionnaire.models.collected import Submission


class Dataset(models.Model):
    """A follow-through list of a campaign: communes, centres, officials, assets, or one that an author made."""

    class Source(models.TextChoices):
        NONE = ""
        COMMUNES = "communes"
        CENTRES = "centres"
        OFFICIALS = "officials"
        ASSETS = "assets"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=255)
    source = models.CharField(max_length=10, choices=Source, default=Source.NONE, blank=True)
    approval_required = models.BooleanField(default=False)  # entities only from approved submissions
    is_personal = models.BooleanField(default=False)  # about people: only for those in charge
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # when an entity last changed
    count = models.PositiveIntegerField(default=0)  # entities that are not deleted
    digest = models.CharField(max_length=32, default="0" * 32)  # sum over these: `rules.entities.mark`

    class Meta:
        ordering = ["campaign", "name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="dataset_name_once")]

    def __str__(self) -> str:
        return self.name


class DatasetProperty(models.Model):
    """A column of a dataset. `is_kept` marks those that the register writes and forms cannot."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="properties")
    name = models.CharField(max_length=255)
    is_kept = models.BooleanField(default=False)

    class Meta:
        ordering = ["dataset", "pk"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="property_name_once")]

    def __str__(self) -> str:
        return self.name


class Entity(models.Model):
    """One member of a dataset as it is now. `key` ties it to the row of the register it stands for."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="entities")
    uuid = models.UUIDField(default=uuid.uuid4)
    key = models.CharField(max_length=255, blank=True)
    label = models.CharField(max_length=1000)
    folded = models.TextField(blank=True)  # label, key and values, to be searched without diacritics
    data = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=1)  # of its newest version
    conflict = models.CharField(max_length=10, blank=True)  # "", soft, hard
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["dataset", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "uuid"], name="entity_uuid_once"),
            models.UniqueConstraint(fields=["dataset", "key"], condition=~Q(key=""), name="entity_key_once"),
        ]
        indexes = [
            models.Index(fields=["dataset", "id"], name="entity_of_dataset", condition=Q(deleted_at=None)),
            models.Index(
                fields=["dataset", "id"],
                name="entity_in_conflict",
                condition=Q(deleted_at=None) & ~Q(conflict=""),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class EntityVersion(models.Model):
    """What an entity was after one change, and where the change came from. Append-only."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=1000)
    data = models.JSONField(default=dict)  # all properties after the change
    received = models.JSONField(default=dict)  # those that the change named
    base = models.PositiveIntegerField(null=True)  # the version the change was made upon
    branch = models.CharField(max_length=36, blank=True)  # several changes on one device without a line
    branch_base = models.PositiveIntegerField(null=True)  # the base as that device counted it
    conflict = models.CharField(max_length=10, blank=True)  # "", soft, hard: of this change with others
    clashing = models.JSONField(default=list)  # the properties that both sides changed
    submission = models.ForeignKey(
        Submission, null=True, on_delete=models.PROTECT, related_name="entity_versions"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agent = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["entity", "number"]
        constraints = [models.UniqueConstraint(fields=["entity", "number"], name="entityversion_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} v{self.number}"
