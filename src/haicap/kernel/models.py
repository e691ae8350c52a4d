"""Tables of the kernel: the audit chain, jobs, special days."""

import uuid

from django.conf import settings
from django.db import models


class Revised(models.Model):
    """A row that two people may edit: every change raises `revision` (see `revision.claim`)."""

    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class AuditEntry(models.Model):
    """One thing somebody did. Entries are chained: `digest` covers the entry and the digest before it."""

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=100, db_index=True)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=100)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject_type} {self.subject_id}"


class AuditHead(models.Model):
    """The last link of the chain, in one row: a cut tail no longer matches it."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest}"


class Job(models.Model):
    """A piece of long work with progress that the page and the terminal show."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    readings = models.JSONField(default=list)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    stop_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_over(self) -> bool:
        """True once nothing more will happen to it."""
        return self.state in (self.State.DONE, self.State.FAILED, self.State.STOPPED)


class Sequence(models.Model):
    """The last number given out in a scope (see `sequences.take`)."""

    scope = models.CharField(max_length=120, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope} {self.last}"


class Tick(models.Model):
    """Work done now and then: when it is due next, and until when a worker holds it."""

    name = models.CharField(max_length=100, primary_key=True)
    next_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} {self.next_at}"


class SpecialDay(models.Model):
    """A day off, or a Saturday worked instead, typed from the yearly notice with its source."""

    class Kind(models.TextChoices):
        OFF = "off"
        MAKEUP = "makeup"

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.kind} {self.name}"
