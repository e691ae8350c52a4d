"""Tables of the timetable: versions of the calendar, their visits, the links people subscribe to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.kernel.periods import HalfDay, Slot


class Calendar(Revised):
    """One version of the visit calendar. Once published it never changes: a change is a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")

    campaign = models.ForeignKey("campaign.Campaign", on_delete=models.PROTECT, related_name="calendars")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    seed = models.PositiveBigIntegerField(default=0)
    parameters = models.JSONField(default=dict)
    objective = models.JSONField(default=dict)
    verdict = models.JSONField(default=dict)
    shortfall = models.JSONField(default=dict)
    problem_hash = models.CharField(max_length=64, blank=True)
    why = models.JSONField(default=dict)
    disturbances = models.JSONField(default=list)
    based_on = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "version"], name="calendar_version_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state="published"), name="calendar_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.version} {self.state}"

    @property
    def kilometres(self) -> int:
        """Length of all teams' days by road."""
        metres: int = self.objective.get("metres", 0)
        return round(metres / 1000)

    @property
    def is_draft(self) -> bool:
        """True while it may still be edited."""
        return self.state == self.State.DRAFT


class Visit(models.Model):
    """One unit seen by one team on one half-day, or on a whole day starting in the morning."""

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE = "online", _("Online")

    class Half(models.TextChoices):
        MORNING = "morning", _("Morning")
        AFTERNOON = "afternoon", _("Afternoon")

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="visits")
    unit = models.ForeignKey("register.Unit", on_delete=models.PROTECT, related_name="visits")
    team = models.ForeignKey("campaign.Team", on_delete=models.PROTECT, related_name="visits")
    day = models.DateField()
    half = models.CharField(max_length=10, choices=Half)
    whole_day = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=1)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.IN_PERSON)
    place = models.CharField(max_length=500, blank=True)
    bridge = models.CharField(max_length=40, blank=True)
    pinned = models.BooleanField(default=False)

    class Meta:
        ordering = ["day", "-half", "team", "order"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "unit"], name="visit_unit_once"),
            models.UniqueConstraint(
                fields=["calendar", "team", "day", "half", "order"], name="visit_place_in_half_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} team {self.team_id} {self.day} {self.half}"

    @property
    def slot(self) -> Slot:
        """The half-day in which the visit starts."""
        return Slot(self.day, HalfDay(self.half))


class FeedToken(models.Model):
    """A secret link to the calendar of one team or one unit; whoever holds it may read that calendar."""

    campaign = models.ForeignKey("campaign.Campaign", on_delete=models.CASCADE, related_name="feeds")
    team = models.ForeignKey("campaign.Team", null=True, on_delete=models.CASCADE, related_name="feeds")
    unit = models.ForeignKey("register.Unit", null=True, on_delete=models.CASCADE, related_name="feeds")
    token = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(team__isnull=False, unit__isnull=True) | Q(team__isnull=True, unit__isnull=False),
                name="feed_of_one_team_or_one_unit",
            ),
            models.UniqueConstraint(
                fields=["campaign", "team"], condition=Q(revoked_at__isnull=True), name="feed_team_once"
            ),
            models.UniqueConstraint(
                fields=["campaign", "unit"], condition=Q(revoked_at__isnull=True), name="feed_unit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk} team {self.team_id} unit {self.unit_id}"


class TravelTable(models.Model):
    """Travel times and road distances between places, as somebody measured them or a routing server said."""

    campaign = models.OneToOneField(
        "campaign.Campaign", on_delete=models.CASCADE, related_name="travel_table"
    )
    source = models.CharField(max_length=300)
    data = models.JSONField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"travel table of campaign {self.campaign_id}"


class Scenario(models.Model):
    """A what-if: what would change in the problem, and what the computed plan would bring."""

    campaign = models.ForeignKey("campaign.Campaign", on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=120)
    changes = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name
