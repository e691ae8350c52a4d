"""Forms of the scenarios: one change, or a row of numbers of teams."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.timetable.rules.problem import Limits
from haicap.timetable.rules.scenarios import RANGES, Change
from haicap.timetable.texts_scenarios import FIELD_TEXTS
from haicap.ui.forms import Form

LONGEST_NAME = 120
LABELS: Mapping[str, Any] = FIELD_TEXTS


def _number(name: str, help_text: Any = "") -> forms.IntegerField:
    least, most = RANGES[name]
    return forms.IntegerField(
        label=LABELS[name], required=False, min_value=least, max_value=most, help_text=help_text
    )


class ChangeForm(Form):
    """What differs, the number of teams aside; everything left empty stays as it is."""

    days = _number("days", _("More days are added after the window; fewer are taken from its end."))
    start = forms.DateField(
        label=LABELS["start"],
        required=False,
        help_text=_("A working day. Wishes, blocked half-days and absences move by as many working days."),
    )
    online_percent = _number(
        "online_percent",
        _("Islands go online first, then the units furthest from the base; all others in person."),
    )
    visit_minutes = _number("visit_minutes", _("Visits on the mainland take no longer than this."))
    half_day_minutes = _number("half_day_minutes")
    two_visits_minutes = _number("two_visits_minutes", _("Needs visits short enough for two. 0: never."))
    lunch_minutes = _number("lunch_minutes")
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Left empty, it is named after what changes."),
    )
    seconds = forms.IntegerField(
        label=_("Time for each plan (seconds)"), initial=10, min_value=1, max_value=300
    )
    seed = forms.IntegerField(
        label=_("Seed"), initial=1, min_value=0, max_value=2**31, help_text=_("The same for all you compare.")
    )

    def __init__(self, *args: Any, limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("half_day_minutes", "lunch_minutes"):
            if limits is not None:
                now = _("Now: %(minutes)s.") % {"minutes": round(getattr(limits, name))}
                self.fields[name].help_text = now

    @property
    def change(self) -> Change:
        """What was typed, as the rules read it."""
        names = (*RANGES, "start")
        return Change(**{name: self.cleaned_data.get(name) for name in names})

    @property
    def asked(self) -> dict[str, Any]:
        """Name, seed and seconds."""
        return {name: self.cleaned_data[name] for name in ("name", "seed", "seconds")}


class ScenarioForm(ChangeForm):
    """One scenario."""

    teams = _number(
        "teams", _("More teams are copies of a typical one; with fewer, the last ones fall away.")
    )


class SweepForm(ChangeForm):
    """A row of plans, one for each number of teams."""

    first = forms.IntegerField(
        label=_("From this number of teams"), min_value=1, max_value=RANGES["teams"][1]
    )
    last = forms.IntegerField(
        label=_("Up to this number of teams"),
        min_value=1,
        max_value=RANGES["teams"][1],
        help_text=_("One plan is computed for each number."),
    )

    @property
    def span(self) -> dict[str, Any]:
        """The first and the last number of teams."""
        return {name: self.cleaned_data[name] for name in ("first", "last")}
