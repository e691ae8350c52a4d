"""What citizens say of a dossier, and the bound on guessing tracking secrets."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models.dossiers import Dossier
from haicap.register.models import Body


class Feedback(models.Model):
    """A petition, or a rating from 1 to 5, about a body, with or without a dossier.

    `key` opens the answer to whoever wrote the petition; `name` and `contact` are personal and may be empty.
    """

    class Kind(models.TextChoices):
        PETITION = "petition", _("petition")
        RATING = "rating", _("rating")

    kind = models.CharField(max_length=8, choices=Kind)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="feedback")
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="feedback")
    key = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001  # ratings have none
    name = models.CharField(_("name"), max_length=200, blank=True)
    contact = models.CharField(_("telephone or e-mail"), max_length=200, blank=True)
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
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=models.Q(kind="rating"), name="rating_once_per_dossier"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class TrackingTry(models.Model):
    """What a visitor tried for a scope (a dossier code, or the digest of an address) within a window of time."""

    scope = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    window_start = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"
