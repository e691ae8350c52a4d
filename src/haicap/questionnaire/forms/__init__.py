"""Forms of the questionnaire's pages; the questionnaire itself is filled in through the form page."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.campaign.models import Field
from haicap.kernel.text import localized
from haicap.questionnaire.present.values import show_text
from haicap.ui.forms import Form


class WorkbookForm(Form):
    """An edited Excel copy of the questionnaire."""

    file = forms.FileField(
        label=_("Edited workbook"),
        help_text=_(
            "The Excel file downloaded here, after your changes. Names and types of the plan's questions "
            "stay."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class ReasonForm(Form):
    """Why something is given back."""

    reason = forms.CharField(
        label=_("What is to be changed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SignForm(Form):
    """The chair's signature under the report as it was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class TakeBackForm(ReasonForm):
    """The chair gives the report back to the officer."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class VerifyForm(Form):
    """A verified value for one field: its control follows the field's type."""

    text = forms.CharField(label=_("Verified value"), required=False)
    na_reason = forms.CharField(label=_("Does not apply, because"), required=False, max_length=1000)
    reason = forms.CharField(
        label=_("Reason where it differs"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: object, field: Field, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        label = self.fields["text"].label
        self.fields["text"] = _control(field)
        self.fields["text"].label, self.fields["text"].required = label, False
        self.fields["text"].widget.attrs.setdefault(
            "class", "form-select" if field.type in ("yes_no", "choice", "multi") else "form-control"
        )

    def clean_text(self) -> str:
        """Return the value as a form stores it."""
        value = self.cleaned_data["text"]
        if isinstance(value, list):
            return " ".join(value)
        text = str(value or "").strip()
        if self.field.type in ("integer", "decimal", "percent"):
            return plain_number(text)
        return text


def plain_number(text: str) -> str:
    """Return a number typed in Vietnamese or plain style with a decimal point: 1.234,5 and 1234.5 both
    mean 1234.5."""
    text = text.replace(" ", "").replace("\u00a0", "")
    if "," in text:
        return text.replace(".", "").replace(",", ".")
    whole, *groups = text.split(".")
    if (
        groups
        and whole.lstrip("-").isdecimal()
        and len(whole.lstrip("-")) <= 3
        and all(len(g) == 3 for g in groups)
    ):
        return whole + "".join(groups)
    return text


def _control(field: Field) -> forms.Field:
    if field.type == "date":
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}))
    if field.type in ("yes_no", "choice", "multi"):
        codes = ["yes", "no"] if field.type == "yes_no" else [str(c["value"]) for c in field.choices]
        choices = [(code, show_text(field=field, text=code)) for code in codes]
        if field.type == "multi":
            return forms.MultipleChoiceField(choices=choices)
        return forms.ChoiceField(choices=[("", _("not chosen")), *choices])
    if field.type == "text":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))
    return forms.CharField(
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), help_text=localized(field, "label")
    )


class DeviceForm(Form):
    """A device for the field: its name, and whose it is."""

    name = forms.CharField(
        label=_("Name of the device"),
        max_length=200,
        help_text=_("By which you know it again, for example: telephone of the ward's officer."),
    )
    holder = forms.ModelChoiceField(
        label=_("Whose it is"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("nobody's: it sees only the forms assigned to it"),
        help_text=_(
            "The device acts with this person's roles: it fills in forms and, for whoever keeps forms, may publish "
            "them; it reviews nothing."
        ),
    )

    def __init__(
        self, *args: object, people: QuerySet[Person], own: int | None, others: bool, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.own = people, own
        if others:
            self.fields["holder"].queryset = people  # type: ignore[attr-defined]
            self.fields["holder"].initial = own
        else:
            del self.fields["holder"]

    def person(self) -> Person | None:
        """Return whose device it is, None for nobody's."""
        if "holder" in self.fields:
            chosen: Person | None = self.cleaned_data["holder"]
            return chosen
        return self.people.get(pk=self.own or -1)
