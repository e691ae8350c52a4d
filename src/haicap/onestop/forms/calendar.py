"""Forms of the calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.ui.forms import Form


class DayForm(Form):
    """What a day, or a row of days, shall be."""

    date = forms.DateField(label=_("First day"))
    last = forms.DateField(label=_("Last day"), required=False, help_text=_("Empty: one day."))
    kind = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        choices=[
            ("off", _("day off")),
            ("makeup", _("worked instead of another")),
            ("", _("an ordinary day")),
        ],
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    source = forms.CharField(
        label=_("Notice that says so"),
        max_length=200,
        required=False,
        help_text=_("Needed unless it is an ordinary day."),
    )


class DaysFileForm(Form):
    """A year of special days."""

    file = forms.FileField(
        label=_("Table (CSV)"),
        help_text=_("Columns date, kind (off or makeup), name, source."),
        widget=forms.FileInput(attrs={"accept": ".csv", "data-max-bytes": "1000000"}),
    )

    @property
    def content(self) -> bytes:
        """What the table holds, of a valid form."""
        return bytes(self.cleaned_data["file"].read())
