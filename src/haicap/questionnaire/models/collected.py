"""Tables of what was filled in: submissions, their edits, files and comments; drafts and uploads on the way."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from haicap.kernel.models import Revised
from haicap.questionnaire.models.definitions import FieldKey, Form, FormVersion
from haicap.register.models import Unit


class Submission(Revised):
    """A filled form as it was received. `xml` is what counts now; what it was before is in the edits.

    `instance_id` is the identity it came with and keeps; `current_id` that of the newest edit.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        HAS_ISSUES = "has_issues"  # returned for correction
        EDITED = "edited"
        APPROVED = "approved"
        REJECTED = "rejected"

    form = models.ForeignKey(  # found through the constraint below
        Form, on_delete=models.PROTECT, related_name="submissions", db_index=False
    )
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    instance_id = models.CharField(max_length=255)
    current_id = models.CharField(max_length=255)
    instance_name = models.CharField(max_length=500, blank=True)
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)  # of the bytes received under `current_id`
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    is_test = models.BooleanField(default=False)  # made with a draft of the form
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="submissions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="submissions"
    )
    key = models.ForeignKey(FieldKey, null=True, on_delete=models.PROTECT, related_name="submissions")
    device = models.CharField(max_length=255, blank=True)
    agent = models.CharField(max_length=255, blank=True)
    started_at = models.DateTimeField(null=True)  # by the clock of the device
    ended_at = models.DateTimeField(null=True)
    place = models.JSONField(null=True)  # [longitude, latitude] in degrees (WGS 84), where the form asked
    repeats = models.JSONField(default=dict)  # rows by path of each repeat
    edits = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["form", "instance_id"], name="submission_instance_once"),
        ]
        indexes = [
            models.Index(  # of what lists, counts and feeds show: they never look into the rows to pass over them
                fields=["form", "-id"], name="submission_of_form", condition=Q(deleted_at=None, is_test=False)
            ),
            models.Index(fields=["form", "person"], name="submission_of_person"),
            models.Index(fields=["form", "unit"], name="submission_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.instance_id}"


class Edit(models.Model):
    """One version of a submission that was edited; number 0 is what was first received. Append-only."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="history")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    instance_id = models.CharField(max_length=255)
    instance_name = models.CharField(max_length=500, blank=True)
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    key = models.ForeignKey(FieldKey, null=True, on_delete=models.PROTECT, related_name="+")
    device = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "instance_id"], name="edit_instance_once"),
            models.UniqueConstraint(fields=["submission", "number"], name="edit_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} edit {self.number}"


class Attachment(models.Model):
    """A file of a submission: expected as soon as the answers name it, there once `file` is set."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="submissions/", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["submission", "name"]
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="attachment_name_once")]

    def __str__(self) -> str:
        return self.name


class Comment(models.Model):
    """What somebody said of a submission, or of one of its questions (`path`)."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    path = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["submission", "at", "pk"]

    def __str__(self) -> str:
        return self.text[:50]


class Draft(Revised):
    """A form somebody is filling in, kept here too whenever the device has a line. Gone once it is received."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="drafts")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    instance_id = models.CharField(max_length=255)
    name = models.CharField(max_length=500, blank=True)
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    device = models.CharField(max_length=255, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["person", "-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "form", "instance_id"], name="draft_instance_once")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.instance_id}"


class Upload(models.Model):
    """A file that arrives in pieces; it belongs to an answer of an instance, or to evidence of a report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    purpose = models.CharField(max_length=300)  # "form/<id>/<instance>" or "report/<unit>/<indicator>"
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)  # bytes that are here
    path = models.CharField(max_length=200)  # below MEDIA_ROOT
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["person", "purpose"])]

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.size}"
