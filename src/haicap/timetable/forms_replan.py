"""Forms of planning again: what came up, one row each, and a travel table."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from haicap.kernel.periods import Slot
from haicap.timetable.queries.replan import Party
from haicap.timetable.rules.problem import PlacedVisit
from haicap.timetable.rules.replan import UNIT, Disturbance, halves_of
from haicap.timetable.texts import slot_text
from haicap.ui.forms import Form

ROWS = 4
"""rows a page begins with, and how many one press adds"""
MOST_ROWS = 100


class DisturbanceForm(Form):
    """One thing that came up. An empty row counts for nothing."""

    who = forms.CharField(
        label=_("Member, team, unit or bridge point"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"list": "parties", "autocomplete": "off"}),
    )
    start = forms.TypedChoiceField(
        label=_("From"), coerce=Slot.parse, empty_value=None, required=False,
    )  # fmt: skip
    end = forms.TypedChoiceField(label=_("Until"), coerce=Slot.parse, empty_value=None, required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(
        self,
        *args: Any,
        parties: Mapping[str, Party],
        slots: Sequence[Slot],
        visits: Mapping[str, PlacedVisit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parties, self.slots, self.visits = parties, slots, visits
        choices = [(slot.key, capfirst(slot_text(slot))) for slot in slots]
        self.fields["start"].choices = [("", _("the half-day of its visit")), *choices]  # type: ignore[attr-defined]
        self.fields["end"].choices = [("", _("the same half-day")), *choices]  # type: ignore[attr-defined]

    def clean_who(self) -> Party | None:
        """Read whom it is about: the label as offered, or a code."""
        typed = self.cleaned_data["who"].strip()
        if not typed:
            return None
        if party := self.parties.get(typed):
            return party
        coded = [party for party in self.parties.values() if party.code == typed and party.kind == UNIT]
        if len(coded) == 1:
            return coded[0]
        raise forms.ValidationError(
            _("No member, team, unit or bridge point is called “%(typed)s”. Choose from the list."),
            params={"typed": typed},
            code="unknown",
        )

    def clean(self) -> dict[str, Any]:
        """Require whom it is about, and when unless the unit's visit says so."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        party, start, end = data.get("who"), data.get("start"), data.get("end")
        if "who" not in self.errors and party is None and (start or end or data.get("reason")):
            self.add_error("who", forms.ValidationError(_("Say whom or what it is about."), code="who"))
        if party is not None and start is None:
            visit = self.visits.get(party.code) if party.kind == UNIT else None
            if visit is None:
                self.add_error("start", forms.ValidationError(_("Choose the first half-day."), code="start"))
        return data

    @property
    def disturbance(self) -> Disturbance | None:
        """What was entered, None for an empty row."""
        party = self.cleaned_data.get("who")
        if party is None:
            return None
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start is None:
            slots = halves_of(self.visits[party.code])
        else:
            last = end or start
            slots = tuple(slot for slot in self.slots if not slot < start and not last < slot)
        return Disturbance(
            kind=party.kind, code=party.code, slots=slots, reason=self.cleaned_data.get("reason", "")
        )


class ReplanForm(Form):
    """How long to compute, and from when on visits may move."""

    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_ROWS, initial=ROWS)
    today = forms.DateField(
        label=_("Visits stay up to and including"),
        help_text=_("What has happened, or happens today, is not moved."),
    )
    seconds = forms.IntegerField(
        label=_("Time for the computation (seconds)"), initial=15, min_value=1, max_value=600
    )
    seed = forms.IntegerField(label=_("Seed"), initial=1, min_value=0, max_value=2**31)


class TravelTableForm(Form):
    """A table of travel times, and where it comes from."""

    file = forms.FileField(
        label=_("Table of travel times in minutes"),
        help_text=_(
            "CSV with the places in the first row and the first column (unit codes, and “base” for where the "
            "teams start), or a matrix file in JSON."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.json"}),
    )
    metres = forms.FileField(
        label=_("Table of distances in metres"),
        required=False,
        help_text=_("CSV of the same places. Without it, distances follow from minutes and travel speed."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Who measured it, or which service said so, and when.")
    )
