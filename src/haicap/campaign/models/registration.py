"""Tables of slot registration: when, where and how a commune wishes to be visited."""

from django.conf import settings
from django.db import models

from haicap.campaign.models.plan import Campaign
from haicap.kernel.models import Revised
from haicap.register.models import Unit


class SlotRegistration(Revised):
    """The wishes of one unit."""

    class Place(models.TextChoices):
        SEAT = "seat"
        OTHER = "other"

    class Mode(models.TextChoices):
        IN_PERSON = "in_person"
        ONLINE = "online"

    class State(models.TextChoices):
        DRAFT = "draft"
        REGISTERED = "registered"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="registrations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="registrations")
    place_kind = models.CharField(max_length=10, choices=Place, default=Place.SEAT)
    place = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.IN_PERSON)
    online_reason = models.CharField(max_length=500, blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    contact_post = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "unit"], name="registration_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class SlotPreference(models.Model):
    """A half-day wished for; rank 1 is the first choice."""

    registration = models.ForeignKey(SlotRegistration, on_delete=models.CASCADE, related_name="preferences")
    day = models.DateField()
    half = models.CharField(max_length=10)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["registration", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "day", "half"], name="preference_slot_once"),
            models.UniqueConstraint(fields=["registration", "rank"], name="preference_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.day} {self.half}"


class SlotBlock(models.Model):
    """A half-day that does not suit, with its reason."""

    registration = models.ForeignKey(SlotRegistration, on_delete=models.CASCADE, related_name="blocks")
    day = models.DateField()
    half = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["registration", "day", "-half"]
        constraints = [models.UniqueConstraint(fields=["registration", "day", "half"], name="block_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.half}"
