"""Tables of the reports of units, their values and evidence. Values are append-only: a new one never replaces an
old row."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from haicap.campaign.models import Campaign, ContentArea, Field, Indicator, Question
from haicap.kernel.models import Revised
from haicap.questionnaire.models.collected import Submission
from haicap.questionnaire.models.definitions import FormVersion
from haicap.register.models import Unit


class UnitReport(Revised):
    """The report of one unit: its XForms instance and how far it has come."""

    class State(models.TextChoices):
        DRAFTING = "drafting"
        SUBMITTED = "submitted"  # by the officer, waiting for the chair
        SIGNED = "signed"  # with the secretariat and the teams
        RETURNED = "returned"
        ACCEPTED = "accepted"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="unit_reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="unit_reports")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="unit_reports")
    submission = models.OneToOneField(
        Submission, null=True, on_delete=models.PROTECT, related_name="unit_report"
    )  # what was signed, as every other filled form
    instance_id = models.UUIDField(default=uuid.uuid4, unique=True)
    xml = models.TextField()
    xml_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTING)
    edition = models.PositiveIntegerField(default=0)  # how many times it was submitted
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["campaign", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "unit"], name="unitreport_one_per_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class Section(models.Model):
    """One content area of a report: its own state, and what is left to answer."""

    class State(models.TextChoices):
        NOT_STARTED = "not_started"
        DRAFTING = "drafting"
        SUBMITTED = "submitted"
        RETURNED = "returned"
        ACCEPTED = "accepted"
        VERIFIED = "verified"

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="sections")
    area = models.ForeignKey(ContentArea, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=11, choices=State, default=State.NOT_STARTED)
    answered = models.PositiveIntegerField(default=0)
    wanted = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)  # why it was last returned
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["report", "area__order"]
        constraints = [
            models.UniqueConstraint(fields=["report", "area"], name="section_once_per_area"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.area_id} {self.state}"


class Value(models.Model):
    """What a value is: text as written in the form, its number where it has one, or why it does not apply."""

    text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    na_reason = models.TextField(blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    current = models.BooleanField(default=False)

    class Meta:
        abstract = True


class ReportedValue(Value):
    """A figure as the commune reported it; `current` from the chair's signature until the next one."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="values")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="reported_values")
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["report", "field", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["report", "field", "edition"], name="reported_once_per_edition"),
            models.UniqueConstraint(
                fields=["report", "field"], condition=Q(current=True), name="reported_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.field_id} {self.text}"


class Answer(models.Model):
    """The answer to a narrative question, by edition like the figures."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField(blank=True)
    edition = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["report", "question", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["report", "question", "edition"], name="answer_once_per_edition"),
            models.UniqueConstraint(
                fields=["report", "question"], condition=Q(current=True), name="answer_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.question_id}"


class VerifiedValue(Value):
    """A figure as the team verified it, with the reason where it differs from the reported one."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="verified_values")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="verified_values")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="verified_values")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["campaign", "unit", "field", "at"]
        indexes = [models.Index(fields=["campaign", "unit", "field"])]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "field"], condition=Q(current=True), name="verified_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.field_id} {self.text}"


class Evidence(models.Model):
    """A file that proves the figures of an indicator; equal bytes are stored once."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="evidence")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="evidence/", max_length=200)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["report", "indicator", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator", "sha256"],
                condition=Q(removed_at=None),
                name="evidence_same_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
