"""Forms of the timetable."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Team
from haicap.kernel.periods import Slot
from haicap.timetable.models import Visit
from haicap.timetable.rules.problem import Limits, Weights
from haicap.timetable.texts import slot_text
from haicap.ui.forms import Form, RevisedForm


class MoveForm(RevisedForm):
    """Where a unit shall be visited: also usable without a mouse."""

    team = forms.TypedChoiceField(label=_("Survey team"), coerce=int)
    slot = forms.TypedChoiceField(label=_("Half-day"), coerce=Slot.parse)
    mode = forms.ChoiceField(label=_("Way of surveying"), choices=Visit.Mode.choices)
    swap = forms.BooleanField(
        label=_("Change places with whoever is there"),
        required=False,
        help_text=_("Without this, a half-day that is taken is refused."),
    )

    def __init__(self, *args: Any, teams: Iterable[Team], slots: Iterable[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [(team.number, team.name or team.number) for team in teams]  # type: ignore[attr-defined]
        self.fields["slot"].choices = [(slot.key, capfirst(slot_text(slot))) for slot in slots]  # type: ignore[attr-defined]


class DropForm(RevisedForm):
    """A move made on the board by drag and drop."""

    unit = forms.CharField(max_length=5)
    team = forms.IntegerField()
    slot = forms.CharField(max_length=30)
    swap = forms.BooleanField(required=False)

    def clean_slot(self) -> Slot:
        """Read the half-day."""
        try:
            return Slot.parse(self.cleaned_data["slot"])
        except ValueError as error:
            raise forms.ValidationError(_("This is no half-day.")) from error


class PublishForm(RevisedForm):
    """Publishing a draft."""

    accept_unserved = forms.BooleanField(label=_("Publish although units are left out"), required=False)


def _weight(label: Any, name: str, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=10_000_000, initial=getattr(Weights(), name), required=required
    )


class SolveForm(Form):
    """Time, seed and parameters of a computation."""

    seconds = forms.IntegerField(
        label=_("Time for the computation (seconds)"),
        initial=15,
        min_value=1,
        max_value=600,
        help_text=_("A good calendar is there after a few seconds; more time makes it better."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=1,
        min_value=0,
        max_value=2**31,
        help_text=_("Another seed, another good calendar."),
    )
    keep_pins = forms.BooleanField(label=_("Keep the pinned visits"), required=False, initial=True)
    speed_kmh = forms.FloatField(
        label=_("Travel speed (km/h)"), min_value=1, max_value=150, initial=Limits().speed_kmh
    )
    lunch_minutes = forms.FloatField(
        label=_("Travel possible over the lunch break (minutes)"), min_value=0, max_value=600,
        initial=Limits().lunch_minutes,
    )  # fmt: skip
    half_day_minutes = forms.IntegerField(
        label=_("Length of a half-day (minutes)"), min_value=60, max_value=600, required=False,
        initial=Limits().half_day_minutes,
    )  # fmt: skip
    two_visits_minutes = forms.IntegerField(
        label=_("Two visits per half-day, up to this way between (minutes)"), min_value=0, max_value=240,
        required=False, initial=Limits().two_visits_minutes,
    )  # fmt: skip
    online_per_half_day = forms.IntegerField(
        label=_("Online sessions a team can hold on one half-day"), min_value=1, max_value=8,
        initial=Limits().online_per_half_day,
    )  # fmt: skip
    rank = _weight(_("Weight: each step down the list of preferences"), "rank")
    unlisted = _weight(_("Weight: a half-day that was not wished for"), "unlisted")
    km = _weight(_("Weight: each kilometre by road"), "km")
    load = _weight(_("Weight: uneven load between teams"), "load")
    change = _weight(_("Weight: each unit that changes against the published calendar"), "change")
    soon = _weight(_("Weight: each day by which such a change comes at short notice"), "soon", required=False)
    province = _weight(_("Weight: fairness between former provinces"), "province", required=False)
    team_day = _weight(_("Weight: each day on which a team is called out"), "team_day", required=False)

    PARAMETERS = (
        "speed_kmh", "lunch_minutes", "half_day_minutes", "two_visits_minutes", "online_per_half_day", "rank",
        "unlisted", "km", "load", "change", "soon", "province", "team_day",
    )  # fmt: skip

    @property
    def changes(self) -> dict[str, float]:
        """The parameters to use instead of the campaign's settings."""
        given = {name: self.cleaned_data[name] for name in self.PARAMETERS}
        return {name: value for name, value in given.items() if value is not None}


class LinkForm(Form):
    """Whose calendar link to make."""

    team = forms.IntegerField(required=False)
    unit = forms.CharField(max_length=5, required=False)
