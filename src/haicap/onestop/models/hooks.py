"""Outgoing webhooks: who is told of events, and each telling with its tries."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.onestop.models.dossiers import Event
from haicap.register.models import Body


class Subscription(Revised):
    """A system of another body that is told of events of the dossiers in which the body has a part."""

    name = models.CharField(_("name"), max_length=200)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="subscriptions")
    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(max_length=100)
    kinds = models.JSONField(_("kinds of events"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event for one subscription; made in the transaction of the event, sent by the worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("delivered")
        FAILED = "failed", _("given up")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
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
        indexes = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.event_id} {self.state}"
