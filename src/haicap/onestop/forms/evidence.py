"""Which period and which bodies the figures are about."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Refused
from haicap.onestop.queries.evidence import today
from haicap.onestop.rules.figures import Measure, Period, Side
from haicap.register.models import Body
from haicap.ui.forms import Form

LONGEST_DAYS = 3 * 366


class PeriodForm(Form):
    """A period of days, both included."""

    start = forms.DateField(label=_("From day"))
    end = forms.DateField(label=_("To day"))

    def clean(self) -> dict[str, Any] | None:
        """Refuse a period that ends before it starts, or that is longer than three years."""
        found = super().clean()
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end < start:
            self.add_error("end", _("The period ends before it starts. Give a later day."))
        elif start and end and end - start > timedelta(days=LONGEST_DAYS):
            self.add_error("end", _("The period is longer than three years. Give an earlier day."))
        return found


class BodiesForm(PeriodForm):
    """A period and the kind of bodies to show."""

    kind = forms.ChoiceField(
        label=_("Bodies"),
        required=False,
        choices=[
            ("", _("All bodies")),
            (Body.Kind.COMMUNE_COMMITTEE, _("Communes")),
            (Body.Kind.CENTRE, _("City centres")),
            (Body.Kind.DEPARTMENT, _("Departments")),
        ],
    )


class BehindForm(PeriodForm):
    """A period, a measure, and the side and body for which it is counted."""

    measure = forms.ChoiceField(choices=[(measure, measure) for measure in Measure])
    side = forms.ChoiceField(choices=[(side, side) for side in Side])
    body = forms.CharField(required=False, max_length=20)


def period_of(form: PeriodForm) -> Period:
    """Return the period of a valid form, bounded by now; raises Refused for another."""
    if not form.is_valid():
        raise Refused("evidence.period", _("This is no period. Give the first and the last day."))
    return Period(start=form.cleaned_data["start"], end=form.cleaned_data["end"], now=timezone.now())


def month() -> dict[str, str]:
    """Return the days of the month up to today, as a query gives them."""
    period = today()
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
