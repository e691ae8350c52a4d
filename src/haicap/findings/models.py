"""Tables of what the survey finds: difficulties with their proposal, good practice, minutes of visits."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from haicap.campaign.models import Campaign, ContentArea, Team
from haicap.kernel.models import Revised
from haicap.register.models import Unit
from haicap.timetable.models import Visit


class Difficulty(Revised):
    """One difficulty or obstacle, and the one thing proposed against it: one verb, one body, one date."""

    class Group(models.TextChoices):
        ORGANISATION = "organisation", _("Organisation")
        STREAMLINING = "streamlining", _("Staff streamlining")
        REGIME = "regime", _("Regimes and policies")
        OTHER = "other", _("Other, by content area")

    class Level(models.TextChoices):
        COMMUNE = "commune", _("Commune")
        CITY = "city", _("City")
        CENTRAL = "central", _("Central")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for the secretariat")
        RETURNED = "returned", _("Returned")
        ACCEPTED = "accepted", pgettext("difficulty", "Accepted")
        MERGED = "merged", _("Merged into another")
        RESOLVED = "resolved", _("Answered")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="difficulties")
    number = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="difficulties")
    group = models.CharField(max_length=12, choices=Group)
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="difficulties")
    text = models.TextField()
    legal_provision = models.CharField(max_length=500, blank=True)
    competent_level = models.CharField(max_length=8, choices=Level, blank=True)
    severity = models.PositiveSmallIntegerField(default=1)
    evidence = models.CharField(max_length=500, blank=True)
    proposal_verb = models.CharField(max_length=30, blank=True)
    proposal_text = models.TextField(blank=True)
    proposal_body = models.CharField(max_length=200, blank=True)
    proposal_due = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="duplicates")
    reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    folded = models.TextField(blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "difficulties"
        indexes = [models.Index(fields=["campaign", "group", "competent_level"])]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="difficulty_number_once"),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=4), name="difficulty_severity_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", duplicate_of__isnull=False)
                | (~Q(state="merged") & Q(duplicate_of__isnull=True)),
                name="difficulty_merged_into_one",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The code people quote: `KN-0007`."""
        return f"KN-{self.number:04d}"


class GoodPractice(Revised):
    """Something a unit did well, with its proof; confirmed or declined by the team, never ranked."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="practices")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="practices")
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="practices")
    text = models.TextField()
    proof = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.TextField(blank=True)
    folded = models.TextField(blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit__code", "area__order", "pk"]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.text[:40]}"


class Minutes(Revised):
    """The record of a visit. Once closed it never changes: a change is a supplementary record (`number` > 0)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CLOSED = "closed", _("Closed")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="minutes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="minutes")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="minutes")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.SET_NULL, related_name="minutes")
    number = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=500, blank=True)
    attendance_team = models.TextField(blank=True)
    attendance_unit = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    opinions = models.TextField(blank=True)
    agreed_actions = models.JSONField(default=list)
    unverified_reason = models.TextField(blank=True)
    copies = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField(auto_now_add=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit__code", "number"]
        verbose_name_plural = "minutes"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "unit", "number"], name="minutes_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.number} {self.state}"

    @property
    def is_closed(self) -> bool:
        """True once it may no longer be edited."""
        return self.state == self.State.CLOSED
