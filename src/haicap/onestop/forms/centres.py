"""Forms of centres, counters, facts and outages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haicap.kernel.text import localized
from haicap.onestop.models import Centre
from haicap.onestop.queries.centres import fact_kinds
from haicap.onestop.rules.queue import read_windows, show_windows
from haicap.ui.forms import Form, RevisedForm

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class CentreForm(RevisedForm):
    """What a centre is called, where it is and when it is open."""

    name_vi = forms.CharField(label=_("Vietnamese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    agency = forms.CharField(label=_("Agency part of dossier codes"), max_length=30)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)

    def __init__(self, *args: Any, centre: Centre | None = None, **kwargs: Any) -> None:
        given = dict(kwargs.pop("initial", {}))
        if centre is not None:
            names = ("name_vi", "name_en", "agency", "address", "phone", "latitude", "longitude", "revision")
            given |= {name: getattr(centre, name) for name in names}
            given |= {f"day_{key}": show_windows(windows) for key, windows in centre.hours.items()}
        super().__init__(*args, initial=given, **kwargs)
        for number, label in enumerate(WEEKDAYS):
            field = forms.CharField(label=label, required=False, max_length=100)
            field.widget.attrs |= {"class": "form-control", "placeholder": "07:30-11:30 13:00-17:00"}
            self.fields[f"day_{number}"] = field

    def values(self) -> dict[str, Any]:
        """Return what `actions.centres.change_centre` takes."""
        data = dict(self.cleaned_data)
        data.pop("revision", None)
        hours = {str(number): read_windows(data.pop(f"day_{number}")) for number in range(7)}
        return data | {"hours": {key: windows for key, windows in hours.items() if windows}}


class NewCentreForm(CentreForm):
    """A branch, or a commune's own centre."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=20, required=False)
    day = forms.DateField(label=_("Open from"))


class DayForm(RevisedForm):
    """The day on which a centre opens or closes, and who takes over."""

    day = forms.DateField(label=_("From which day"))
    hand_to = forms.ChoiceField(label=_("Centre that takes over"), required=False)

    def __init__(self, *args: Any, centres: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if centres is None:
            del self.fields["hand_to"]
        else:
            field = self.fields["hand_to"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "—"), *centres.items()]


class CounterForm(Form):
    """A counter and what it serves."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=999)
    name_vi = forms.CharField(label=_("Name"), max_length=200, required=False)
    skills = forms.MultipleChoiceField(
        label=_("Fields served"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: it serves all."),
    )  # fmt: skip
    is_priority = forms.BooleanField(label=_("Calls people with priority first"), required=False)
    closed = forms.BooleanField(label=_("Closed for good"), required=False)

    def __init__(self, *args: Any, fields: list[str], new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = self.fields["skills"]
        assert isinstance(skills, forms.MultipleChoiceField)
        skills.choices = [(name, name) for name in fields]
        for name in ("closed", "revision") if new else ("number",):
            del self.fields[name]


class FactForm(Form):
    """A fact about a centre, with its proof."""

    key = forms.ChoiceField(label=_("What"))
    value = forms.CharField(label=_("Value"), max_length=200, help_text=_("Yes or no: write yes or no."))
    as_of = forms.DateField(label=_("As of"))
    source = forms.CharField(label=_("What proves it"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        key.choices = [
            (kind.key, f"{localized(kind, 'label')} ({kind.unit or gettext('no unit')})")
            for kind in fact_kinds().values()
        ]


class OutageForm(Form):
    """An outage of a line or device."""

    what = forms.CharField(label=_("What failed"), max_length=200)
    began_at = forms.DateTimeField(
        label=_("Began"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    ended_at = forms.DateTimeField(
        label=_("Ended"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
