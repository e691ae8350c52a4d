"""Forms of visitors: a ticket at the kiosk, a time booked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models import Priority
from haicap.ui.forms import Form


class TicketForm(Form):
    """What a visitor comes for."""

    field = forms.ChoiceField(label=_("What do you come for?"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, required=False)
    code = forms.CharField(label=_("Code of your appointment"), required=False, max_length=12)

    def __init__(self, *args: Any, fields: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", ""), *((name, name) for name in fields)]


class BookForm(Form):
    """A time at a centre."""

    starts_at = forms.ChoiceField(label=_("Time"), widget=forms.RadioSelect)
    field = forms.ChoiceField(label=_("What do you come for?"), required=False)
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("As you want to be called.")
    )
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, required=False)

    def __init__(self, *args: Any, slots: list[tuple[str, str]], fields: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("starts_at", slots), ("field", [("", "—"), *((one, one) for one in fields)])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class CodeForm(Form):
    """The code of an appointment."""

    code = forms.CharField(label=_("Code of your appointment"), max_length=12)
