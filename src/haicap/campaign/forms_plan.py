"""The form for what a plan leaves open."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.ui.forms import RevisedForm

DATES = (
    "nomination_deadline", "registration_deadline", "cutoff", "report_deadline", "window_start", "window_end",
)  # fmt: skip


class SettingsForm(RevisedForm):
    """Number, dates and number of teams of a campaign."""

    number = forms.CharField(
        label=_("Number of the plan"),
        max_length=60,
        required=False,
        help_text=_("As on the signed plan, such as 123/KH-UBND. Leave blank while it is not known."),
    )
    issued_on = forms.DateField(label=_("Date of the plan"), required=False)
    nomination_deadline = forms.DateField(label=_("Deadline for nominations"))
    registration_deadline = forms.DateField(label=_("Deadline for slot registration"))
    cutoff = forms.DateField(label=_("Figures counted up to"))
    report_deadline = forms.DateField(label=_("Deadline for reports"))
    window_start = forms.DateField(label=_("First day of visits"))
    window_end = forms.DateField(label=_("Last day of visits"))
    team_count = forms.IntegerField(
        label=_("Number of teams"),
        min_value=1,
        max_value=200,
        help_text=_("Each team makes one visit per half-day."),
    )

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        """Return what the form shows first."""
        names = ("revision", "number", "issued_on", *DATES, "team_count")
        return {name: getattr(campaign, name) for name in names}


class StateForm(RevisedForm):
    """Open or close the campaign."""

    state = forms.ChoiceField(choices=[("open", "open"), ("closed", "closed")], widget=forms.HiddenInput)
