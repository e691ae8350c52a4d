"""What citizens say of a dossier, and the bound on guessing tracking secrets."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models.dossiers import Dossier
from haicap.register.models import Body


class Feedback(models.Model):
    """A petition, or a rating from 1 to 5, about a body, with or without a dossier."""

    class Kind(models.TextChoices):
        PETITION = "petition", _("petition")
        RATING = "rating", _("rating")

    kind = models.CharField(max_length=8, choices=Kind)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="feedback")
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="feedback")
    text = models.TextField(_("text"), blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    satisfied = models.BooleanField(null=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["body", "received_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class TrackingTry(models.Model):
    """Wrong secrets typed for a scope (a dossier code, or an address) within a window of time."""

    scope = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    window_start = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"
