"""Changes of the working calendar, and the due times they moved."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models.dossiers import Dossier


class CalendarChange(models.Model):
    """Days off or swapped days that were changed at one time; `done_at` once all due times are reckoned anew.

    `days`: [{date, before, after, name, source}], kinds "off", "makeup" or "" for an ordinary day.
    """

    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    days = models.JSONField(default=list)
    looked_at = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.made_at:%Y-%m-%d}"


class DueMove(models.Model):
    """A due time that a change of the calendar moved."""

    change = models.ForeignKey(CalendarChange, on_delete=models.CASCADE, related_name="moves")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="due_moves")
    before = models.DateTimeField(null=True)
    after = models.DateTimeField(null=True)

    class Meta:
        ordering = ["change", "pk"]
        constraints = [models.UniqueConstraint(fields=["change", "dossier"], name="due_move_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.before} {self.after}"
