"""Outgoing webhooks: who is told of events, and each telling with its tries."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.onestop.models.dossiers import Event
from haicap.register.models import Body


class Subscription(Revised):
    """A system of another body that is told of events of the dossiers in which the body has a part.

    `after` is the key of the last event before it began: what happened earlier is told only by a replay.
    """

    name = models.CharField(_("name"), max_length=200)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="subscriptions")
    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(max_length=100)
    kinds = models.JSONField(_("kinds of events"), default=list)
    after = models.PositiveBigIntegerField(default=0)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event for one subscription, or a test where there is no event; made and sent by the worker.

    Its key goes with every try, so a receiver that gets it twice knows it again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("delivered")
        FAILED = "failed", _("given up")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    answer = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="delivery_once_per_event")
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["subscription", "-id"], name="delivery_of_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.event_id} {self.state}"


class Dispatch(models.Model):
    """How far the ledger was told: `marks` are [time, key of the newest event seen then], oldest first."""

    marks = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "dispatches"

    def __str__(self) -> str:
        return str(self.marks[-1:])
