"""The way of the paper: slips that go with dossiers from one body to another."""

from django.conf import settings
from django.db import models

from haicap.onestop.models.dossiers import Dossier
from haicap.register.models import Body


class Slip(models.Model):
    """A hand-over of papers (form 06 goes with it); its lines are signed off one by one by scanning their QR."""

    number = models.CharField(max_length=40, unique=True)
    sender = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="slips_sent")
    receiver = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="slips_received")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    carrier = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return self.number


class SlipLine(models.Model):
    """A dossier's paper on a slip; `arrived_at` None while it is on its way."""

    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="lines")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="slip_lines")
    papers = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["slip", "pk"]
        constraints = [models.UniqueConstraint(fields=["slip", "dossier"], name="slip_line_once")]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.dossier_id}"
