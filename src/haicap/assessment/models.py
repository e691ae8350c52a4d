"""The table of consolidated reports: figures frozen as they were, and the files made from them."""

from django.conf import settings
from django.db import models

from haicap.campaign.models import Campaign


class ConsolidatedReport(models.Model):
    """One version of the report. It never changes: new figures make a new version.

    `data` is what the pages and files say. `figures` maps a field's key to its reported ("r") and verified ("v")
    values, one per unit in the order of data["units"]: text, null where blank, false where not applicable.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    figures = models.JSONField(default=dict)
    docx = models.FileField(upload_to="reports/", max_length=200)
    xlsx = models.FileField(upload_to="reports/", max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="report_number_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.number}"
