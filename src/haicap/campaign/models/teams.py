"""Tables of the people of a survey: who is asked for, who is named, who goes together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models.plan import Campaign, ContentArea
from haicap.kernel.models import Revised
from haicap.register.models import Body


class NominationRequest(models.Model):
    """The secretariat's request to one body to name people by a day."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="nomination_requests")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    due = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["body__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "body"], name="nomination_request_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.body_id}"


class Nomination(Revised):
    """A person named by a body for the areas it leads."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        WITHDRAWN = "withdrawn"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="nominations")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="nominations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="nominations")
    post = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)

    class Meta:
        ordering = ["body__code", "person__folded"]
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="nomination_person_once")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.person_id}"


class NominationArea(models.Model):
    """A content area a nominated person can cover."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="areas")
    area = models.ForeignKey(ContentArea, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["area__order"]
        constraints = [models.UniqueConstraint(fields=["nomination", "area"], name="nomination_area_once")]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.area_id}"


class Absence(models.Model):
    """A half-day on which a nominated person is not to be had."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="absences")
    day = models.DateField()
    half = models.CharField(max_length=10)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["day", "-half"]
        constraints = [models.UniqueConstraint(fields=["nomination", "day", "half"], name="absence_once")]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.day} {self.half}"


class Team(models.Model):
    """A survey team."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="teams")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="team_number_once")]

    def __str__(self) -> str:
        return self.name or str(self.number)


class TeamMember(models.Model):
    """A nominated person's place in one team."""

    class TeamRole(models.TextChoices):
        HEAD = "head", _("Head")
        DEPUTY = "deputy", _("Deputy")
        SECRETARY = "secretary", _("Secretary")
        MEMBER = "member", _("Member")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    nomination = models.OneToOneField(Nomination, on_delete=models.PROTECT, related_name="membership")
    role = models.CharField(max_length=10, choices=TeamRole, default=TeamRole.MEMBER)

    class Meta:
        ordering = ["team", "pk"]

    def __str__(self) -> str:
        return f"{self.team_id} {self.nomination_id} {self.role}"
